# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of request under every fault of the table, before and after the commit, against what then is true."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.modules import APP, CONFIDENTIAL, PUBLISHABLE, Modules
from tests.integration.weather import LASTING, TABLE, Lasting, Outcome, Weather
from tests.unit.support import ModuleResult

CLIENTS, CLIENT, ROTATION = "/oauth_clients$", "/oauth_clients/[0-9a-f]{32}$", "/rotate_secret$"
RECORDS, RECORD = "/dns_records$", "/dns_records/"
TXT = {"host": "app.example.com", "value": "text"}
Facts = Mapping[str, Any]


@dataclass(frozen=True)
class Deed:
    """A task that sends one request of interest: what comes before it, and how to see that it was carried out."""

    kind: str
    method: str
    path: str
    prepare: Callable[[Modules, FakeCloudflare, Path], object]
    act: Callable[[Modules, Path], ModuleResult]
    done: Callable[[Facts], bool]


def nothing(_modules: Modules, _fake: FakeCloudflare, _secret: Path) -> None:
    """Nothing comes before."""


def app(modules: Modules, _fake: FakeCloudflare, _secret: Path) -> None:
    modules.client(**APP)


def verified(modules: Modules, fake: FakeCloudflare, _secret: Path) -> None:
    created = modules.client(**PUBLISHABLE)
    fake.set_verification(created.oauth_client["client_id"], "verified")


def failed(modules: Modules, fake: FakeCloudflare, _secret: Path) -> None:
    created = modules.client(**PUBLISHABLE)
    fake.set_verification(created.oauth_client["client_id"], "failed")


def confidential(modules: Modules, _fake: FakeCloudflare, _secret: Path) -> None:
    modules.client(**CONFIDENTIAL, return_client_secret=False)


def rotated(modules: Modules, fake: FakeCloudflare, secret: Path) -> None:
    confidential(modules, fake, secret)
    modules.secret(client_name="App", state="rotated", client_secret_file=str(secret))


def record(modules: Modules, _fake: FakeCloudflare, _secret: Path) -> None:
    modules.record(**TXT)


def one(facts: Facts) -> dict[str, Any]:
    (client,) = facts["clients"]
    return dict(client)


def content(facts: Facts) -> list[str]:
    return [item["content"] for item in facts["records"]]


DEEDS: Mapping[str, Deed] = {
    "list clients": Deed("read", "GET", CLIENTS, app, lambda m, _s: m.info(), lambda f: bool(one(f))),
    "list scopes": Deed("read", "GET", "/oauth/scopes$", app, lambda m, _s: m.scopes(), lambda f: bool(one(f))),
    "update": Deed(
        "change",
        "PATCH",
        CLIENT,
        app,
        lambda m, _s: m.client(client_name="App", tos_uri="https://app.example.com/tos"),
        lambda f: one(f).get("tos_uri") == "https://app.example.com/tos",
    ),
    "restart": Deed(
        "change",
        "PATCH",
        CLIENT,
        failed,
        lambda m, _s: m.client(client_name="App", restart_verification=True),
        lambda f: one(f)["verification"]["status"] != "failed",
    ),
    "promote": Deed(
        "change",
        "PATCH",
        CLIENT,
        verified,
        lambda m, _s: m.client(client_name="App", visibility="public"),
        lambda f: one(f)["visibility"] == "public",
    ),
    "finalize": Deed(
        "change",
        "DELETE",
        ROTATION,
        rotated,
        lambda m, _s: m.secret(client_name="App", state="finalized"),
        lambda f: one(f)["secret_count"] == 1,
    ),
    "add a record": Deed(
        "change", "POST", RECORDS, nothing, lambda m, _s: m.record(**TXT), lambda f: content(f) == ['"text"']
    ),
    "set a ttl": Deed(
        "change",
        "PATCH",
        RECORD,
        record,
        lambda m, _s: m.record(**TXT, ttl=120),
        lambda f: [item["ttl"] for item in f["records"]] == [120],
    ),
    "remove a record": Deed(
        "delete", "DELETE", RECORD, record, lambda m, _s: m.record(**TXT, state="absent"), lambda f: content(f) == []
    ),
    "delete": Deed(
        "delete",
        "DELETE",
        CLIENT,
        app,
        lambda m, _s: m.client(client_name="App", state="absent"),
        lambda f: f["clients"] == [],
    ),
    "create": Deed(
        "mint",
        "POST",
        CLIENTS,
        nothing,
        lambda m, s: m.client(**CONFIDENTIAL, client_secret_file=str(s)),
        lambda f: len(f["clients"]) == 1,
    ),
    "rotate": Deed(
        "mint",
        "POST",
        ROTATION,
        confidential,
        lambda m, s: m.secret(client_name="App", state="rotated", client_secret_file=str(s)),
        lambda f: one(f)["secret_count"] == 2,
    ),
}
# Statuses and bodies that mean the same as the first of their kind.
MEANS_THE_SAME = tuple(f"(status {status})" for status in (408, 500, 502, 504))


def is_first(weather: Weather, number: int) -> bool:
    return number == 0 and not weather.what.endswith(MEANS_THE_SAME)


CASES = [
    pytest.param(
        name,
        weather,
        fault,
        moment,
        id=f"{name}: {weather.what} ({number}, {moment})",
        marks=() if is_first(weather, number) else pytest.mark.thorough,
    )
    for name in DEEDS
    for weather in TABLE
    for number, fault in enumerate(weather.faults)
    for moment in weather.moments
]


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """No pause is waited for; their lengths in seconds are kept."""
    pauses: list[float] = []
    monkeypatch.setattr(time, "sleep", pauses.append)
    return pauses


def writes(fake: FakeCloudflare, deed: Deed) -> int:
    """How often the request of interest was sent."""
    return len([entry for entry in fake.journal() if entry["method"] == deed.method and entry["method"] != "GET"])


@pytest.mark.parametrize(("name", "weather", "fault", "moment"), CASES)
@pytest.mark.usefixtures("slept")
def test_the_task_comes_to_what_the_table_says(
    fake: FakeCloudflare, tmp_path: Path, name: str, weather: Weather, fault: Mapping[str, Any], moment: str
) -> None:
    deed, secret = DEEDS[name], tmp_path / "secret"
    deed.prepare(Modules(fake), fake, secret)
    secret.unlink(missing_ok=True)
    before = fake.state()
    fake.clear_journal()
    fake.add_fault(method=deed.method, path=deed.path, when=moment, **fault)
    modules = Modules(fake, retry_timeout=60)
    modules.connection.update(weather.connection)

    result = deed.act(modules, secret)

    assert fake.faults() == [], "the fault was never met"
    expected: Outcome = getattr(weather, deed.kind)
    CHECKS[expected](fake, deed, result, moment)
    if result.failed and moment == "before":
        assert {**fake.state(), "clock": None} == {**before, "clock": None}
    assert list(tmp_path.glob(".client_secret.*")) == []
    if deed.kind == "mint":
        assert_nothing_lost_unsaid(fake, deed, result, secret)


def went_on(fake: FakeCloudflare, deed: Deed, result: ModuleResult, moment: str) -> None:
    assert not result.failed, result.msg
    assert result.changed == (deed.kind != "read")
    assert deed.done(fake.state())


def checked(fake: FakeCloudflare, deed: Deed, result: ModuleResult, moment: str) -> None:
    went_on(fake, deed, result, moment)
    assert writes(fake, deed) == (2 if moment == "before" else 1)


def told(fake: FakeCloudflare, deed: Deed, result: ModuleResult, moment: str) -> None:
    assert result.failed
    assert writes(fake, deed) == 1
    assert deed.done(fake.state()) == (moment == "after")
    if moment == "before":
        assert result.code == ("rotation_unconfirmed" if deed.path == ROTATION else "creation_unconfirmed")
        assert not result.changed
    else:
        assert one(fake.state())["client_id"] in result.msg
        assert result.code == "secret_lost"
        assert result.changed
    assert result.error["method"] == "POST"


def failed_at_once(fake: FakeCloudflare, deed: Deed, result: ModuleResult, moment: str) -> None:
    assert result.failed
    assert result.error["method"] == deed.method
    assert writes(fake, deed) <= 1
    assert deed.done(fake.state()) == (moment == "after" or deed.kind == "read")


CHECKS = {
    Outcome.REPEATED: went_on,
    Outcome.CHECKED: checked,
    Outcome.TOLD: told,
    Outcome.FAILED: failed_at_once,
}


def assert_nothing_lost_unsaid(fake: FakeCloudflare, deed: Deed, result: ModuleResult, secret: Path) -> None:
    """The file holds a secret that works exactly when the task says so; a run in good weather makes no duplicate."""
    assert secret.exists() == (not result.failed)
    if not result.failed:
        assert secret.read_text() in one(fake.state())["secrets"]
        return
    minted = deed.done(fake.state())
    again = deed.act(Modules(fake), secret)
    state = one(fake.state())
    assert state["secret_count"] <= 2
    if not minted:
        assert again.changed
        assert secret.read_text() in state["secrets"]
    elif deed.path == ROTATION:
        assert again.code == "newer_secret_missing"
    else:
        assert not again.changed
        assert "state=rotated" in " ".join(again.warnings)


@pytest.mark.parametrize("lasting", LASTING, ids=lambda lasting: lasting.what)
@pytest.mark.parametrize("name", DEEDS)
def test_what_stays_wrong_ends_in_one_message(
    fake: FakeCloudflare, slept: list[float], tmp_path: Path, name: str, lasting: Lasting
) -> None:
    deed, secret = DEEDS[name], tmp_path / "secret"
    deed.prepare(Modules(fake), fake, secret)
    before = fake.state()
    if lasting.fault:
        fake.add_fault(**lasting.fault)
    modules = Modules(fake, retry_timeout=20)
    port = fake.base_url.split(":")[2].split("/")[0]
    modules.connection.update({key: value.format(port=port) for key, value in lasting.connection.items()})

    result = deed.act(modules, secret)

    assert (result.failed, result.code) == (True, lasting.code)
    assert sum(slept) <= 20
    assert {**fake.state(), "clock": None} == {**before, "clock": None}
