# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_client_secret: answers that are lost or refused on the way."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from tests.unit.support import (
    BAD_GATEWAY,
    CLIENT,
    CLIENT_ID,
    GONE,
    LAGS,
    ROTATE,
    SECRET,
    ModuleResult,
    a_confidential_client,
    behind,
    error_of,
    partly,
    reads,
    refused,
    run_module,
)
from tests.unit.transport import Call, Clock, Script, cut, envelope, silent, unreachable

CONFIDENTIAL = a_confidential_client()
ROTATED = a_confidential_client(has_rotated_secret=True)

LOST = [
    pytest.param({"fault": cut()}, None, id="cut"),
    pytest.param({"fault": silent()}, None, id="no answer in time"),
    pytest.param(BAD_GATEWAY, 502, id="502"),
    pytest.param(refused(500), 500, id="500"),
    pytest.param(refused(200), 200, id="soft failure"),
    pytest.param({"content": b"<html>"}, 200, id="no JSON"),
]
NO_SECRETS: list[Any] = [None, [], {}, {"client_secret": None}, {"client_secret": ""}, {"client_secret": 7}]
ODD = [pytest.param({"content": envelope(result)}, 200, id=f"result {result!r}") for result in NO_SECRETS]


def mints(**call: Any) -> Call:
    return Call("POST", ROTATE, **call)


def lost_rotation(**call: Any) -> list[Call]:
    """The client found and read once more, and the request that is answered so."""
    return [reads(CONFIDENTIAL), reads(CONFIDENTIAL), mints(**call)]


def deletes_older(**call: Any) -> Call:
    return Call("DELETE", ROTATE, **call)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "secret"


def rotate(target: Path, **params: Any) -> ModuleResult:
    given = {"client_id": CLIENT_ID, "state": "rotated", "client_secret_file": str(target), **params}
    return run_module("cloudflare_oauth_client_secret", **given)


def finalize(**params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client_secret", client_id=CLIENT_ID, state="finalized", **params)


@pytest.mark.parametrize(("failure", "status"), [*LOST, *ODD])
def test_a_lost_rotation_is_never_sent_twice_and_says_what_is_known(
    cloudflare: Script, target: Path, failure: dict[str, Any], status: int | None
) -> None:
    cloudflare.expect(*lost_rotation(**failure), reads(ROTATED))
    result = rotate(target)
    assert (result.failed, result.changed, result.code) == (True, True, "secret_lost")
    assert result.oauth_client["has_rotated_secret"] is True
    assert partly(result) == error_of("POST", ROTATE, status)
    assert os.listdir(target.parent) == ["secret.unreceived"]


@pytest.mark.parametrize("current", [reads(CONFIDENTIAL), Call("GET", CLIENT, **GONE)], ids=["no second", "no client"])
def test_a_lost_rotation_that_did_not_arrive(cloudflare: Script, clock: Clock, target: Path, current: Call) -> None:
    cloudflare.expect(*lost_rotation(fault=cut()), *behind(current))
    result = rotate(target)
    assert clock.sleeps == LAGS
    assert (result.failed, result.changed, result.code) == (True, False, "rotation_unconfirmed")
    assert partly(result) == error_of("POST", ROTATE, None)


def test_a_lost_rotation_that_shows_late(cloudflare: Script, clock: Clock, target: Path) -> None:
    cloudflare.expect(*lost_rotation(fault=cut()), reads(CONFIDENTIAL), reads(ROTATED))
    result = rotate(target)
    assert (result.failed, result.changed, result.code) == (True, True, "secret_lost")
    assert clock.sleeps == LAGS[:1]


def test_a_lost_rotation_that_nothing_is_known_of(cloudflare: Script, target: Path) -> None:
    cloudflare.expect(*lost_rotation(fault=cut()), Call("GET", CLIENT, **refused(403, 10000, "Authentication error")))
    result = rotate(target)
    assert (result.failed, result.changed, result.code) == (True, True, "rotation_unknown")
    assert "(code 10000)" in result.msg
    assert partly(result) == error_of("POST", ROTATE, None)


@pytest.mark.parametrize("failure", [{"fault": unreachable()}, refused(429)])
def test_a_rotation_that_surely_did_not_arrive_is_sent_again(
    cloudflare: Script, target: Path, failure: dict[str, Any]
) -> None:
    cloudflare.expect(*lost_rotation(**failure), mints(result={"client_secret": SECRET}), reads(ROTATED))
    assert rotate(target).changed
    assert target.read_text() == SECRET


@pytest.mark.parametrize(("status", "code"), [(400, 1000), (403, 10000), (404, 7003), (409, 1000)])
def test_a_refused_rotation_changes_nothing(cloudflare: Script, target: Path, status: int, code: int) -> None:
    target.write_text("older")
    cloudflare.expect(*lost_rotation(**refused(status, code)))
    result = rotate(target)
    assert (result.failed, result.changed) == (True, False)
    assert result.code == ("unauthorized" if status == 403 else "request_refused")
    assert partly(result) == error_of("POST", ROTATE, status)
    assert target.read_text() == "older"
    assert os.listdir(target.parent) == ["secret"]


@pytest.mark.parametrize(("failure", "_status"), LOST)
def test_a_lost_finalization_that_arrived_is_not_sent_again(
    cloudflare: Script, clock: Clock, failure: dict[str, Any], _status: int | None
) -> None:
    cloudflare.expect(reads(ROTATED), deletes_older(**failure), reads(CONFIDENTIAL))
    result = finalize()
    assert (result.failed, result.changed) == (False, True)
    assert clock.sleeps == []


@pytest.mark.parametrize(("failure", "_status"), LOST)
def test_a_lost_finalization_that_did_not_arrive_is_sent_again(
    cloudflare: Script, failure: dict[str, Any], _status: int | None
) -> None:
    cloudflare.expect(reads(ROTATED), deletes_older(**failure), reads(ROTATED), deletes_older())
    result = finalize()
    assert (result.failed, result.changed) == (False, True)


def test_a_lost_finalization_that_nothing_is_known_of(cloudflare: Script) -> None:
    cloudflare.expect(reads(ROTATED), deletes_older(fault=cut()), Call("GET", CLIENT, **refused(403, 10000)))
    result = finalize()
    assert (result.failed, result.changed, result.code) == (True, True, "outcome_unknown")
    assert partly(result) == error_of("DELETE", ROTATE, None)


def test_a_finalization_that_never_arrives_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(reads(ROTATED), deletes_older(**BAD_GATEWAY), reads(ROTATED))
    result = finalize(retry_timeout=0)
    assert (result.failed, result.changed, result.code) == (True, False, "cloudflare_unavailable")
    assert partly(result) == error_of("DELETE", ROTATE, 502)


def test_a_finalization_that_is_limited_is_sent_again(cloudflare: Script) -> None:
    cloudflare.expect(reads(ROTATED), deletes_older(**refused(429)), deletes_older())
    assert finalize().changed


@pytest.mark.parametrize(("status", "code"), [(400, 1000), (403, 10000), (404, 7003)])
def test_a_refused_finalization_changes_nothing(cloudflare: Script, status: int, code: int) -> None:
    cloudflare.expect(reads(ROTATED), deletes_older(**refused(status, code)))
    result = finalize()
    assert (result.failed, result.changed) == (True, False)
    assert result.code == ("unauthorized" if status == 403 else "request_refused")
    assert partly(result) == error_of("DELETE", ROTATE, status)


def test_a_lost_secret_is_not_forgotten_by_the_next_run(cloudflare: Script, target: Path) -> None:
    target.write_text("the older secret")
    cloudflare.expect(*lost_rotation(fault=cut()), reads(ROTATED))
    assert rotate(target).code == "secret_lost"
    for state, reading in (("rotated", 2), ("finalized", 1)):
        cloudflare.expect(*[reads(ROTATED)] * reading)
        again = run_module(
            "cloudflare_oauth_client_secret", client_id=CLIENT_ID, state=state, client_secret_file=str(target)
        )
        assert (again.failed, again.changed, again.code) == (True, False, "newer_secret_missing")


def test_a_received_secret_leaves_no_mark(cloudflare: Script, target: Path) -> None:
    (target.parent / "secret.unreceived").touch()
    cloudflare.expect(
        reads(CONFIDENTIAL), reads(CONFIDENTIAL), Call("POST", ROTATE, {"client_secret": SECRET}), reads(ROTATED)
    )
    assert rotate(target).changed
    assert os.listdir(target.parent) == ["secret"]


def test_a_refused_rotation_leaves_no_mark(cloudflare: Script, target: Path) -> None:
    cloudflare.expect(reads(CONFIDENTIAL), reads(CONFIDENTIAL), Call("POST", ROTATE, **refused(403, 10000)))
    assert rotate(target).failed
    assert os.listdir(target.parent) == []
