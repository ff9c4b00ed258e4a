# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module takes every connection option, and what is not given from the environment."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import PACE
from tests.unit.support import (
    ACCOUNT,
    CLIENT_ID,
    ModuleResult,
    a_client,
    a_confidential_client,
    lists,
    offers,
    patches,
    reads,
    refused,
    run_module,
)
from tests.unit.transport import TOKEN, Call, Clock, Script

ZONE = Call("GET", "/zones/z1", {"id": "z1", "name": "example.com", "status": "active", "type": "full"})
RECORDS = Call("GET", "/zones/z1/dns_records", [], query={"name": "app.example.com"}, info={"total_count": 0})
RECORD = {"host": "app.example.com", "value": "v", "zone_id": "z1", "state": "absent"}

# A run of each module that only reads and changes nothing.
READ: Mapping[str, tuple[Any, ...]] = {
    "cloudflare_oauth_client": ({"client_id": CLIENT_ID}, reads(a_client())),
    "cloudflare_oauth_client_info": ({}, lists()),
    "cloudflare_oauth_client_secret": (
        {"client_id": CLIENT_ID, "state": "finalized"},
        reads(a_confidential_client()),
    ),
    "cloudflare_oauth_domain_record": (RECORD, ZONE, RECORDS),
    "cloudflare_oauth_scope_info": ({}, offers("dns.read")),
}
OF_AN_ACCOUNT = [name for name, (_params, call, *_more) in READ.items() if ACCOUNT in call.path]
KEY = {"api_token": None, "api_email": "me@example.com", "api_key": "unit-test-key-0d107d09"}
KEY_HEADERS = {"Authorization": None, "X-Auth-Email": "me@example.com", "X-Auth-Key": "unit-test-key-0d107d09"}

every_module = pytest.mark.parametrize("name", READ)


def run(cloudflare: Script, name: str, *before: Call, **connection: Any) -> ModuleResult:
    params, *calls = READ[name]
    cloudflare.expect(*before, *calls)
    result = run_module(name, **{**params, **connection})
    assert not result.failed, result.msg
    return result


@every_module
def test_api_token(cloudflare: Script, name: str) -> None:
    run(cloudflare, name, api_token=TOKEN)


@every_module
def test_api_email_and_api_key(cloudflare: Script, name: str) -> None:
    cloudflare.headers = dict(KEY_HEADERS)
    run(cloudflare, name, **KEY)


@every_module
def test_options_beat_a_token_of_the_environment(
    cloudflare: Script, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", "another")
    cloudflare.headers = dict(KEY_HEADERS)
    run(cloudflare, name, **KEY)


@every_module
@pytest.mark.parametrize("variable", ["CLOUDFLARE_API_TOKEN", "CLOUDFLARE_TOKEN"])
def test_a_token_of_the_environment(
    cloudflare: Script, monkeypatch: pytest.MonkeyPatch, name: str, variable: str
) -> None:
    monkeypatch.setenv(variable, TOKEN)
    run(cloudflare, name, api_token=None)


@every_module
def test_a_key_of_the_environment(cloudflare: Script, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CLOUDFLARE_EMAIL", str(KEY["api_email"]))
    monkeypatch.setenv("CLOUDFLARE_API_KEY", str(KEY["api_key"]))
    cloudflare.headers = dict(KEY_HEADERS)
    run(cloudflare, name, api_token=None)


@pytest.mark.parametrize("name", OF_AN_ACCOUNT)
def test_account_id_beats_the_environment(cloudflare: Script, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", "f" * 32)
    run(cloudflare, name, account_id=ACCOUNT)


@pytest.mark.parametrize("name", OF_AN_ACCOUNT)
def test_an_account_of_the_environment(cloudflare: Script, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CLOUDFLARE_ACCOUNT_ID", ACCOUNT)
    run(cloudflare, name, account_id=None)


@every_module
def test_api_url_beats_the_environment(cloudflare: Script, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", "https://elsewhere.example/")
    cloudflare.base_url = "http://[::1]:8080/v4"
    run(cloudflare, name, api_url="http://[::1]:8080/v4/")


@every_module
def test_an_address_of_the_environment(cloudflare: Script, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setenv("CLOUDFLARE_BASE_URL", "https://elsewhere.example/v4")
    cloudflare.base_url = "https://elsewhere.example/v4"
    run(cloudflare, name)


@every_module
@pytest.mark.parametrize(("given", "used"), [(None, 30.0), (2, 2.0), ("0.5", 0.5)])
def test_timeout(cloudflare: Script, name: str, given: Any, used: float) -> None:
    run(cloudflare, name, timeout=given)
    assert cloudflare.sent[0].settings["timeout"] == (used / 3, used)


def limited(name: str, seconds: int) -> Call:
    _params, call, *_more = READ[name]
    headers = {"retry-after": str(seconds)}
    return Call("GET", call.path, query=call.query, answer_headers=headers, **refused(429))


@every_module
@pytest.mark.parametrize(("given", "seconds"), [(None, 60), (90, 90)])
def test_retry_timeout(cloudflare: Script, clock: Clock, name: str, given: Any, seconds: int) -> None:
    run(cloudflare, name, limited(name, seconds), retry_timeout=given)
    assert clock.sleeps == [seconds]


@every_module
@pytest.mark.parametrize(("given", "seconds"), [(None, 61), (90, 91), (0, 1)])
def test_retry_timeout_is_an_end(cloudflare: Script, name: str, given: Any, seconds: int) -> None:
    cloudflare.expect(limited(name, seconds))
    result = run_module(name, retry_timeout=given, **READ[name][0])
    assert (result.failed, result.changed, result.error["status"]) == (True, False, 429)
    assert result.code == "rate_limited"


@every_module
def test_what_was_waited_for_is_in_the_result(cloudflare: Script, name: str) -> None:
    path = READ[name][1].path
    assert run(cloudflare, name, limited(name, 5)).waited == [f"5.0 s: GET {path} failed (status 429)"]


@every_module
def test_what_was_waited_for_is_in_the_result_of_a_failure(cloudflare: Script, name: str) -> None:
    path = READ[name][1].path
    cloudflare.expect(limited(name, 5), limited(name, 99))
    result = run_module(name, **READ[name][0])
    assert result.failed
    assert result.waited == [f"5.0 s: GET {path} failed (status 429)"]


@every_module
def test_nothing_that_was_waited_for_is_no_key(cloudflare: Script, name: str) -> None:
    assert "waited" not in run(cloudflare, name)
    cloudflare.expect(limited(name, 99))
    assert "waited" not in run_module(name, **READ[name][0])


@every_module
def test_a_task_that_was_refused_before_it_began_waited_for_nothing(cloudflare: Script, name: str) -> None:
    result = run_module(name, **{**READ[name][0], "timeout": -1})
    assert result.failed
    assert "waited" not in result


def test_few_requests_left_slow_a_task_down(cloudflare: Script, clock: Clock) -> None:
    near: dict[str, Any] = {"answer_headers": {"ratelimit": '"default";r=0;t=12'}}
    tos: dict[str, Any] = {"tos_uri": "https://app.example.com/terms"}
    cloudflare.expect(reads(a_client(), **near), patches(tos, a_client(**tos)))
    result = run_module("cloudflare_oauth_client", client_id=CLIENT_ID, **tos)
    assert result.changed
    assert result.waited == [f"12.0 s: {PACE}"]
    assert clock.sleeps == [12.0]


@every_module
def test_ca_path(cloudflare: Script, tmp_path: Path, name: str) -> None:
    run(cloudflare, name, ca_path=str(tmp_path))
    assert cloudflare.sent[0].settings["verify"] == str(tmp_path)


@every_module
@pytest.mark.parametrize(("given", "used"), [(None, True), (True, True), (False, False)])
def test_validate_certs(cloudflare: Script, name: str, given: Any, used: bool) -> None:
    run(cloudflare, name, validate_certs=given)
    assert cloudflare.sent[0].settings["verify"] is used


@every_module
def test_credentials_are_masked_wherever_they_come_from(
    cloudflare: Script, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert TOKEN not in run(cloudflare, name).shown
    monkeypatch.setenv("CLOUDFLARE_API_TOKEN", TOKEN)
    assert TOKEN not in run(cloudflare, name, api_token=None).shown
