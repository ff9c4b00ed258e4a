# SPDX-License-Identifier: GPL-3.0-or-later
"""Nothing is made public, no other client is touched, nothing is left behind, nobody is hurried."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timezone
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.live.bench import BY_NAME, VirtualTime, lab_at, live_clients, made_clients
from tests.live.findings import Notes, Question
from tests.live.guard import PREFIX, Forbidden, check
from tests.live.lab import Lab, Useless
from tests.live.runner import Run, ask
from tests.live.transport import pause_wanted

ALL = "/accounts/a/oauth_clients"
NAMED = {"client_name": f"{PREFIX}1"}
OWN = {"own"}

FORBIDDEN: list[tuple[str, str, dict[str, str], Any]] = [
    ("PATCH", f"{ALL}/own", {}, {"visibility": "public"}),
    ("PATCH", f"{ALL}/own", {}, {"visibility": "private"}),
    ("PATCH", f"{ALL}/own", {}, {"Visibility": "public"}),
    ("PATCH", f"{ALL}/own", {}, {"deep": [{"visibility": None}]}),
    ("POST", ALL, {}, {**NAMED, "visibility": "private"}),
    ("GET", ALL, {"visibility": "public"}, None),
    ("POST", ALL, {}, {"client_name": "app"}),
    ("POST", ALL, {}, None),
    ("PATCH", f"{ALL}/own", {}, {"client_name": "app"}),
    ("PATCH", f"{ALL}/other", {}, {}),
    ("DELETE", f"{ALL}/other", {}, None),
    ("DELETE", ALL, {}, None),
    ("DELETE", f"{ALL}/", {}, None),
    ("POST", f"{ALL}/other/rotate_secret", {}, None),
    ("DELETE", f"{ALL}/own/something", {}, None),
    ("POST", "/zones/z/dns_records", {}, None),
    ("DELETE", "/elsewhere/oauth_clients/own", {}, None),
]
ALLOWED: list[tuple[str, str, Any]] = [
    ("GET", "/oauth/scopes", None),
    ("GET", f"{ALL}/other", None),
    ("POST", ALL, NAMED),
    ("PATCH", f"{ALL}/own", {}),
    ("DELETE", f"{ALL}/own", None),
    ("POST", f"{ALL}/own/rotate_secret", None),
]


@pytest.mark.parametrize(("method", "path", "query", "body"), FORBIDDEN)
def test_what_must_not_be_sent(method: str, path: str, query: dict[str, str], body: Any) -> None:
    with pytest.raises(Forbidden):
        check(method, path, query, body, OWN)


@pytest.mark.parametrize(("method", "path", "body"), ALLOWED)
def test_what_may_be_sent(method: str, path: str, body: Any) -> None:
    check(method, path, {}, body, OWN)


def test_a_forbidden_request_never_leaves_and_ends_the_run(fake: FakeCloudflare, lab: Lab) -> None:
    def promote(lab: Lab) -> Notes:
        return {"promoted": lab.patch(lab.create(), visibility="public")}

    with pytest.raises(Forbidden):
        ask(replace(BY_NAME["names"], ask=promote), lab)
    assert fake.requests(writes_only=True)[0].startswith("POST")
    assert [request.split()[0] for request in fake.requests(writes_only=True)] == ["POST", "DELETE"]
    assert live_clients(fake) == []


FAULTS: list[dict[str, Any]] = [
    {"kind": "cut", "method": "PATCH", "when": "after"},
    {"kind": "status", "status": 500, "method": "PATCH", "content_type": "text/html"},
    {"kind": "truncated", "method": "PATCH", "when": "after"},
    {"kind": "raw", "method": "PATCH", "body": [1, 2]},
    {"kind": "raw", "method": "PATCH", "body": {"success": True, "result": {"redirect_uris": 7}}},
    {"kind": "cut", "method": "DELETE", "when": "before"},
    {"kind": "cut", "method": "DELETE", "when": "after"},
    {"kind": "cut", "method": "DELETE", "when": "after", "variant": {"missing_client_status": 400}},
    {"kind": "status", "status": 503, "method": "DELETE", "times": 2},
    {"kind": "redirect", "method": "POST"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=[f"{row['kind']}-{row['method']}" for row in FAULTS])
def test_a_failure_in_the_middle_leaves_nothing(fake: FakeCloudflare, lab: Lab, fault: dict[str, Any]) -> None:
    fake.set_variant(**fault.get("variant", {}))
    fake.add_fault(**{name: value for name, value in fault.items() if name != "variant"})
    run = Run(lab, lambda _unused: None)
    run.ask_all([BY_NAME["arrays"], BY_NAME["names"]])
    assert run.clean() == {}
    assert fake.faults() == []
    assert live_clients(fake) == []
    assert run.answers[1][2][0].variant == "duplicate_names=allow"


@pytest.mark.parametrize("lag", [{}, {"read_lag_seconds": 5}])
def test_a_client_whose_answer_was_lost_is_found_and_removed(
    fake: FakeCloudflare, lab: Lab, lag: dict[str, Any]
) -> None:
    fake.set_variant(**lag)
    fake.add_fault(kind="cut", method="POST", when="after")
    run = Run(lab, lambda _unused: None)
    run.ask_all([BY_NAME["no-op"]])
    assert len(live_clients(fake)) == 1
    assert run.answers[0][2][0].variant == "not settled"
    assert run.clean() == {}
    assert live_clients(fake) == []


def test_an_exception_of_a_question_leaves_nothing_and_stops_nothing(fake: FakeCloudflare, lab: Lab) -> None:
    def fails(lab: Lab) -> Notes:
        lab.create()
        raise KeyError("of the probe")

    broken = Question("broken", "?", ("clear_uri",), fails, lambda _unused: [])
    run = Run(lab, lambda _unused: None)
    run.ask_all([broken, BY_NAME["names"]])
    assert [finding.variant for _unused, _unused, findings in run.answers for finding in findings] == [
        "not settled",
        "duplicate_names=allow",
    ]
    assert live_clients(fake) == []


def test_what_cannot_be_removed_is_told(fake: FakeCloudflare, lab: Lab) -> None:
    fake.add_fault(kind="status", status=500, method="DELETE", times=0)
    run = Run(lab, lambda _unused: None)
    run.ask_all([BY_NAME["no-op"]])
    (client,) = live_clients(fake)
    assert run.clean() == {client["client_id"]: "500 with code 10999"}


def test_the_time_is_limited(fake: FakeCloudflare) -> None:
    time = VirtualTime()
    lab = lab_at(fake, time)

    def lasts(_lab: Lab) -> Notes:
        time.now += 46 * 60
        return {}

    run = Run(lab, lambda _unused: None)
    run.ask_all([Question("slow", "?", (), lasts, lambda _unused: []), BY_NAME["names"]])
    assert run.answers[1][2][0].seen == "the time was up"
    assert made_clients(fake) == []


def test_no_more_than_thirty_requests_in_a_minute(fake: FakeCloudflare) -> None:
    time = VirtualTime()
    lab = lab_at(fake, time, pace=2.0)
    ask(BY_NAME["arrays"], lab)
    times = [exchange.asked_at for exchange in lab.transport.exchanges]
    assert len(times) == 4
    assert min(later - earlier for earlier, later in zip(times, times[1:], strict=False)) == pytest.approx(2.0)


def test_waits_out_a_429(fake: FakeCloudflare) -> None:
    time = VirtualTime()
    fake.add_fault(kind="status", status=429, headers={"retry-after": "37"}, times=2)
    lab = lab_at(fake, time)
    assert lab.listed().status == 200
    assert time.slept == [37, 37]
    assert len(fake.requests()) == 3


def test_stops_after_the_third_429(fake: FakeCloudflare) -> None:
    fake.add_fault(kind="status", status=429, times=0)
    lab = lab_at(fake)
    assert lab.listed().verdict == "unclear"
    assert len(fake.requests()) == 3


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("5", 5),
        ("0", 1),
        (None, 60),
        ("later", 60),
        ("86400", 600),
        ("Fri, 01 Jan 2027 00:00:30 GMT", 30),
        ("Fri, 01 Jan 2027 00:00:30 -0000", 60),
    ],
)
def test_how_long_a_429_wants_to_be_waited_out(header: str | None, seconds: float) -> None:
    assert pause_wanted(header, datetime(2027, 1, 1, tzinfo=timezone.utc)) == seconds


def test_a_token_that_may_not_write_ends_the_run(fake: FakeCloudflare) -> None:
    fake.add_fault(kind="status", status=403, method="POST", times=0)
    lab = lab_at(fake)
    with pytest.raises(Useless, match="may not create clients: 403"):
        Run(lab, lambda _unused: None).ask_all([BY_NAME["names"], BY_NAME["arrays"]])
    assert len(fake.requests()) == 1
