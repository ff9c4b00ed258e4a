# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_client: answers that are lost on the way."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.support import (
    BAD_GATEWAY,
    CLIENT,
    CLIENT_ID,
    CLIENTS,
    LAGS,
    SECRET,
    ModuleResult,
    a_client,
    a_confidential_client,
    behind,
    created,
    creates,
    creation,
    error_of,
    lists,
    offers_usual_scopes,
    options,
    partly,
    patches,
    reads,
    refused,
    run_module,
)
from tests.unit.transport import Call, Clock, Script, cut, envelope, silent, unreachable

METHOD: dict[str, Any] = {"token_endpoint_auth_method": "client_secret_basic"}
TOS: dict[str, Any] = {"tos_uri": "https://app.example.com/terms"}

LOST = [
    pytest.param({"fault": cut()}, None, id="cut"),
    pytest.param({"fault": silent()}, None, id="no answer in time"),
    pytest.param(BAD_GATEWAY, 502, id="502"),
    pytest.param(refused(500), 500, id="500"),
    pytest.param(refused(408), 408, id="408"),
    pytest.param({"content": b"<html>"}, 200, id="no JSON"),
    pytest.param(refused(200), 200, id="soft failure"),
    pytest.param({"content": envelope(["odd"])}, 200, id="odd result"),
]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "secret"


def run_create(target: Path, **params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client", **options(**METHOD, client_secret_file=str(target), **params))


def lost_creation(failure: dict[str, Any]) -> list[Call]:
    return [lists(), offers_usual_scopes(), creates(creation(**METHOD), **failure)]


@pytest.mark.parametrize(("failure", "status"), LOST)
def test_a_lost_creation_is_never_sent_twice_and_names_what_appeared(
    cloudflare: Script, target: Path, failure: dict[str, Any], status: int | None
) -> None:
    cloudflare.expect(*lost_creation(failure), lists(a_confidential_client()))
    result = run_create(target)
    assert (result.failed, result.changed, result.code) == (True, True, "secret_lost")
    assert result.oauth_client["client_id"] == CLIENT_ID
    assert partly(result) == error_of("POST", CLIENTS, status)
    assert os.listdir(target.parent) == []


def test_a_lost_creation_that_is_listed_late(cloudflare: Script, clock: Clock, target: Path) -> None:
    cloudflare.expect(*lost_creation({"fault": cut()}), lists(), lists(), lists(a_confidential_client()))
    result = run_create(target)
    assert (result.failed, result.changed, result.code) == (True, True, "secret_lost")
    assert clock.sleeps == LAGS[:2]


def test_a_lost_creation_that_did_not_arrive(cloudflare: Script, clock: Clock, target: Path) -> None:
    cloudflare.expect(*lost_creation({"fault": cut()}), *behind(lists(a_client(client_name="Other"))))
    result = run_create(target)
    assert clock.sleeps == LAGS
    assert (result.failed, result.changed, result.code) == (True, False, "creation_unconfirmed")
    assert partly(result) == error_of("POST", CLIENTS, None)


def test_a_lost_creation_that_nothing_is_known_of(cloudflare: Script, target: Path) -> None:
    cloudflare.expect(*lost_creation({"fault": cut()}), lists(**refused(403, 10000, "Authentication error")))
    result = run_create(target)
    assert (result.failed, result.changed, result.code) == (True, True, "creation_unknown")
    assert "(code 10000)" in result.msg
    assert partly(result) == error_of("POST", CLIENTS, None)


@pytest.mark.parametrize(
    "failure", [{"fault": unreachable()}, {**refused(429), "answer_headers": {"retry-after": "3"}}]
)
def test_a_creation_that_surely_did_not_arrive_is_sent_again(
    cloudflare: Script, target: Path, failure: dict[str, Any]
) -> None:
    answer = a_confidential_client(client_secret=SECRET)
    cloudflare.expect(*lost_creation(failure), *created(creation(**METHOD), answer))
    result = run_create(target)
    assert (result.failed, result.changed) == (False, True)
    assert target.read_text() == SECRET


def test_a_creation_that_never_gets_through_is_an_error(cloudflare: Script, target: Path) -> None:
    cloudflare.expect(*lost_creation({"fault": unreachable()}))
    result = run_create(target, retry_timeout=0)
    assert (result.failed, result.changed, result.code) == (True, False, "unreachable")
    assert partly(result) == error_of("POST", CLIENTS, None)
    assert os.listdir(target.parent) == []


def run_update(**params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client", client_id=CLIENT_ID, **TOS, **params)


@pytest.mark.parametrize(("failure", "_status"), LOST)
def test_a_lost_change_that_arrived_is_not_sent_again(
    cloudflare: Script, clock: Clock, failure: dict[str, Any], _status: int | None
) -> None:
    cloudflare.expect(reads(a_client()), patches(TOS, **failure), reads(a_client(**TOS)))
    result = run_update()
    assert (result.failed, result.changed) == (False, True)
    assert result.oauth_client["tos_uri"] == TOS["tos_uri"]
    assert clock.sleeps == []


@pytest.mark.parametrize(("failure", "_status"), LOST)
def test_a_lost_change_that_did_not_arrive_is_sent_again(
    cloudflare: Script, clock: Clock, failure: dict[str, Any], _status: int | None
) -> None:
    cloudflare.expect(reads(a_client()), patches(TOS, **failure), reads(a_client()), patches(TOS, a_client(**TOS)))
    result = run_update()
    assert (result.failed, result.changed) == (False, True)
    assert len(clock.sleeps) == 1


@pytest.mark.parametrize(("failure", "status"), LOST)
def test_a_change_that_never_arrives_is_an_error(
    cloudflare: Script, failure: dict[str, Any], status: int | None
) -> None:
    cloudflare.expect(reads(a_client()), patches(TOS, **failure), reads(a_client()))
    result = run_update(retry_timeout=0)
    assert (result.failed, result.changed) == (True, False)
    assert result.code != "outcome_unknown"
    assert partly(result) == error_of("PATCH", CLIENT, status)


def test_a_lost_change_that_nothing_is_known_of(cloudflare: Script) -> None:
    cloudflare.expect(
        reads(a_client()), patches(TOS, fault=cut()), Call("GET", CLIENT, **refused(401, 1000, "Invalid token"))
    )
    result = run_update()
    assert (result.failed, result.changed, result.code) == (True, True, "outcome_unknown")
    assert "(code 1000)" in result.msg
    assert partly(result) == error_of("PATCH", CLIENT, None)


@pytest.mark.parametrize(
    ("failure", "status", "code"),
    [
        pytest.param({"fault": cut()}, None, "response_lost", id="cut"),
        pytest.param({"fault": silent()}, None, "response_lost", id="no answer in time"),
        pytest.param({"fault": unreachable()}, None, "unreachable", id="no connection"),
        pytest.param(BAD_GATEWAY, 502, "cloudflare_unavailable", id="502"),
        pytest.param(refused(429), 429, "rate_limited", id="429"),
        pytest.param(refused(401, 1000, "Invalid API token"), 401, "unauthorized", id="401"),
        pytest.param({"status": 302}, 302, "redirected", id="redirect"),
    ],
)
def test_a_read_that_fails_changes_nothing(
    cloudflare: Script, failure: dict[str, Any], status: int | None, code: str
) -> None:
    cloudflare.expect(Call("GET", CLIENT, **failure))
    result = run_update(retry_timeout=0)
    assert (result.failed, result.changed, result.code) == (True, False, code)
    assert partly(result) == error_of("GET", CLIENT, status)


def test_a_read_that_fails_is_repeated(cloudflare: Script) -> None:
    cloudflare.expect(Call("GET", CLIENT, **BAD_GATEWAY), Call("GET", CLIENT, fault=cut()), reads(a_client(**TOS)))
    assert not run_update().failed
