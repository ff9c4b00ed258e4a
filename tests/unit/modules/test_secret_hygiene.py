# SPDX-License-Identifier: GPL-3.0-or-later
"""No credential and no minted secret appears anywhere it was not asked for."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests

from ansible_collections.oauthops.iam.plugins.module_utils._api.client import Cloudflare
from ansible_collections.oauthops.iam.plugins.module_utils._oauth import clients, plan
from tests.unit.support import (
    CLIENT_ID,
    ROTATE,
    SECRET,
    ModuleResult,
    a_client,
    a_confidential_client,
    creates,
    creation,
    lists,
    offers_usual_scopes,
    options,
    patches,
    reads,
    refused,
    run_module,
)
from tests.unit.transport import TOKEN, Call, Script

KEY = "unit-test-key-25f9e794323b4538"
METHOD: dict[str, Any] = {"token_endpoint_auth_method": "client_secret_basic"}
CLIENT = "cloudflare_oauth_client"
TOS: dict[str, Any] = {"tos_uri": "https://app.example.com/terms"}
ECHO = {"status": 400, "content": refused(400, 6003, f"Bad header: Bearer {TOKEN} {KEY}")["content"]}


def clean(result: ModuleResult) -> bool:
    return SECRET not in result.text and not any(credential in result.shown for credential in (TOKEN, KEY))


def mints(**call: Any) -> Call:
    return Call("POST", ROTATE, **{"result": {"client_secret": SECRET}, **call})


def creating(**overrides: Any) -> list[Call]:
    answer = a_confidential_client(client_secret=SECRET, **overrides)
    return [lists(), offers_usual_scopes(), creates(creation(**METHOD), answer)]


@pytest.mark.parametrize("check", [True, False])
def test_a_token_is_in_no_result(cloudflare: Script, check: bool) -> None:
    cloudflare.expect(lists(a_client()))
    result = run_module(CLIENT, check=check, **options())
    assert clean(result)
    assert json.loads(result.shown)["invocation"]["module_args"]["api_token"] not in (None, TOKEN)


def test_a_key_is_in_no_result(cloudflare: Script) -> None:
    cloudflare.headers = {"Authorization": None, "X-Auth-Key": KEY}
    cloudflare.expect(lists(a_client()))
    assert clean(run_module(CLIENT, api_token=None, api_email="me@example.com", api_key=KEY, **options()))


@pytest.mark.parametrize("variable", ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_TOKEN"])
def test_what_echoes_a_token_of_the_environment_is_masked(
    cloudflare: Script, monkeypatch: pytest.MonkeyPatch, variable: str
) -> None:
    monkeypatch.setenv(variable, TOKEN)
    cloudflare.expect(Call("GET", f"/accounts/{'a' * 32}/oauth_clients", **ECHO))
    result = run_module("cloudflare_oauth_client_info", api_token=None, account_id="a" * 32)
    assert TOKEN not in result.shown
    assert result.code == "unauthorized"
    assert "Bearer" in result.msg


def test_what_echoes_a_key_of_the_environment_is_masked(cloudflare: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_KEY", KEY)
    monkeypatch.setenv("CLOUDFLARE_EMAIL", "me@example.com")
    cloudflare.headers = {"Authorization": None, "X-Auth-Key": KEY}
    cloudflare.expect(lists(**{**ECHO, "info": None}))
    assert KEY not in run_module("cloudflare_oauth_client_info", api_token=None).shown


def test_a_client_that_holds_the_token_is_masked(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(client_name=f"x {TOKEN}")))
    assert clean(run_module("cloudflare_oauth_client_info"))


def test_a_minted_secret_is_in_a_result_only_when_asked_for(cloudflare: Script, tmp_path: Path) -> None:
    confidential, rotated = a_confidential_client(), a_confidential_client(has_rotated_secret=True)
    cloudflare.expect(
        *creating(), lists(confidential), reads(confidential), reads(confidential), mints(), reads(rotated)
    )
    target = str(tmp_path / "secret")
    assert clean(run_module(CLIENT, **options(**METHOD, client_secret_file=target)))
    rotation: dict[str, Any] = {"client_id": CLIENT_ID, "state": "rotated", "client_secret_file": target}
    assert clean(run_module("cloudflare_oauth_client_secret", **rotation))


def test_no_warning_has_a_secret_that_is_returned(cloudflare: Script) -> None:
    """Since ansible-core 2.19, warnings are shown in full although the task has no_log."""
    answer = a_confidential_client(client_secret=SECRET, tos_uri="https://elsewhere.example/")
    unread = {**ECHO, "info": None}
    cloudflare.expect(lists(), offers_usual_scopes(), creates({**creation(**METHOD), **TOS}, answer), lists(**unread))
    cloudflare.expect(reads(a_confidential_client()), reads(a_confidential_client()), mints(), reads({}, **unread))
    created = run_module(CLIENT, **options(**METHOD, **TOS, return_client_secret=True))
    minted = run_module(
        "cloudflare_oauth_client_secret", client_id=CLIENT_ID, state="rotated", return_client_secret=True
    )
    for result in (created, minted):
        assert (result.failed, result.client_secret) == (False, SECRET)
        assert result.warnings
        assert [text for text in result.warnings if TOKEN in text or SECRET in text] == []
        assert "deprecations" not in result


@pytest.mark.parametrize("key", ["client_secret", "rotated_client_secret", "new_key"])
def test_a_secret_in_a_read_or_change_is_dropped(cloudflare: Script, key: str) -> None:
    held = a_client(**TOS, **{key: SECRET})
    cloudflare.expect(reads(a_client()), patches(TOS, held))
    assert clean(run_module(CLIENT, client_id=CLIENT_ID, **TOS))


@pytest.mark.parametrize("key", ["registration_access_token", "rotated_client_secret"])
def test_what_a_creation_brings_beside_the_secret_is_dropped(cloudflare: Script, tmp_path: Path, key: str) -> None:
    cloudflare.expect(*creating(**{key: SECRET}), lists(a_confidential_client()))
    assert clean(run_module(CLIENT, **options(**METHOD, client_secret_file=str(tmp_path / "secret"))))


def test_a_secret_that_came_with_an_odd_answer_is_not_told(cloudflare: Script, tmp_path: Path) -> None:
    cloudflare.expect(*creating(scopes="dns.read"), lists(a_confidential_client()), lists(a_confidential_client()))
    assert clean(run_module(CLIENT, **options(**METHOD, client_secret_file=str(tmp_path / "secret"))))


@contextmanager
def tracebacks_shown() -> Iterator[None]:
    """As a user sees it who has asked ansible-core for the traceback of every error."""
    try:
        from ansible.module_utils._internal import _traceback
    except ImportError:  # before ansible-core 2.19
        yield
        return
    with mock.patch.object(_traceback, "_is_traceback_enabled", return_value=True):
        yield


FAULTS = {
    "plain": RuntimeError(f"{TOKEN} {KEY} {SECRET}"),
    "key": KeyError(SECRET),
    "nested": ValueError({"headers": {"Authorization": f"Bearer {TOKEN}"}, "answer": {"client_secret": SECRET}}),
}


def break_at(monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, fault: Exception) -> None:
    def broken(*_args: Any, **_options: Any) -> None:
        try:
            raise LookupError(f"a cause that holds {SECRET}")
        except LookupError as cause:
            raise fault from cause

    monkeypatch.setattr(owner, name, broken)


@pytest.mark.parametrize("shown", [True, False], ids=["with traceback", "without traceback"])
@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
@pytest.mark.parametrize(
    ("owner", "name"),
    [(requests.Session, "request"), (Cloudflare, "listing"), (clients, "shaped"), (plan, "plan_update")],
    ids=["request", "listing", "shaped", "plan"],
)
def test_an_unexpected_exception_tells_no_secret(
    cloudflare: Script, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, fault: Exception, shown: bool
) -> None:
    if owner not in (requests.Session, Cloudflare):
        cloudflare.expect(lists(a_client()))
    break_at(monkeypatch, owner, name, fault)
    with tracebacks_shown() if shown else nullcontext():
        result = run_module(CLIENT, **options())
    assert (result.failed, result.code) == (True, "internal_error")
    assert type(fault).__name__ in result.msg
    assert clean(result)


@pytest.mark.parametrize("shown", [True, False], ids=["with traceback", "without traceback"])
def test_an_unexpected_exception_after_minting_tells_no_secret(
    cloudflare: Script, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shown: bool
) -> None:
    cloudflare.expect(*creating())
    break_at(monkeypatch, clients, "shaped", RuntimeError(SECRET))
    with tracebacks_shown() if shown else nullcontext():
        result = run_module(CLIENT, **options(**METHOD, client_secret_file=str(tmp_path / "secret")))
    assert result.failed
    assert clean(result)


@pytest.mark.parametrize("shown", [True, False], ids=["with traceback", "without traceback"])
def test_a_transport_exception_that_holds_the_headers_tells_no_secret(cloudflare: Script, shown: bool) -> None:
    fault = requests.exceptions.InvalidHeader(f"Header value {TOKEN} is odd")
    cloudflare.expect(lists(fault=fault))
    with tracebacks_shown() if shown else nullcontext():
        assert clean(run_module(CLIENT, **options()))


def test_nothing_is_written_to_standard_error(cloudflare: Script, capsys: pytest.CaptureFixture[str]) -> None:
    cloudflare.expect(lists(fault=RuntimeError(TOKEN)))
    run_module(CLIENT, **options())
    assert capsys.readouterr().err == ""
