# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_client: deleting a client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.support import (
    BAD_GATEWAY,
    CLIENT,
    CLIENT_ID,
    GONE,
    ModuleResult,
    a_client,
    error_of,
    lists,
    partly,
    reads,
    refused,
    run_module,
)
from tests.unit.transport import Call, Script, cut

PUBLIC = a_client(visibility="public")


def run(**params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client", state="absent", **params)


def deletes(**call: Any) -> Call:
    return Call("DELETE", CLIENT, **{"result": {"id": CLIENT_ID}, **call})


@pytest.mark.parametrize("result", [{"id": CLIENT_ID}, None])
def test_by_name(cloudflare: Script, result: Any) -> None:
    cloudflare.expect(lists(a_client()), deletes(result=result))
    deleted = run(client_name="Example App")
    assert deleted.changed
    assert deleted.oauth_client["client_id"] == CLIENT_ID
    assert deleted.diff["before"]["client_name"] == "Example App"
    assert deleted.diff["after"] == {}
    assert deleted.keys == {"changed", "diff", "oauth_client", "publishing"}


def test_by_id(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client()), deletes())
    assert run(client_id=CLIENT_ID, client_name="any name").changed


def test_one_that_is_not_there(cloudflare: Script) -> None:
    cloudflare.expect(lists(), Call("GET", CLIENT, **GONE))
    for who in ({"client_name": "Example App"}, {"client_id": CLIENT_ID}):
        result = run(**who)
        assert not result.changed
        assert (result.oauth_client, result.publishing) == (None, None)
        assert result.diff == {"before": {}, "after": {}}


def test_check_mode_deletes_nothing(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client()))
    assert run(check=True, client_id=CLIENT_ID).changed


@pytest.mark.parametrize("check", [True, False])
def test_a_public_client_needs_force(cloudflare: Script, check: bool) -> None:
    cloudflare.expect(reads(PUBLIC))
    result = run(check=check, client_id=CLIENT_ID)
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("client_public", "force")
    assert f"{CLIENT_ID} has visibility=public. Deleting it ends every user's authorization permanently" in result.msg


def test_a_public_client_with_force(cloudflare: Script) -> None:
    cloudflare.expect(reads(PUBLIC), deletes())
    assert run(client_id=CLIENT_ID, force=True).changed


def test_one_that_is_gone_by_then_is_deleted(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client()), deletes(**GONE))
    assert run(client_id=CLIENT_ID).changed


@pytest.mark.parametrize("failure", [{"fault": cut()}, BAD_GATEWAY, refused(200)])
@pytest.mark.parametrize("second", [{}, GONE])
def test_a_lost_deletion_is_repeated(cloudflare: Script, failure: dict[str, Any], second: dict[str, Any]) -> None:
    cloudflare.expect(reads(a_client()), deletes(**failure), deletes(**second))
    result = run(client_id=CLIENT_ID)
    assert (result.failed, result.changed) == (False, True)


def test_a_deletion_that_stays_lost_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client()), deletes(fault=cut()))
    result = run(client_id=CLIENT_ID, retry_timeout=0)
    assert (result.failed, result.changed) == (True, True)
    assert result.code == "outcome_unknown"
    assert partly(result) == error_of("DELETE", CLIENT, None)


@pytest.mark.parametrize(
    ("status", "number", "code"),
    [(403, 10000, "unauthorized"), (400, 7003, "request_refused"), (409, 1000, "request_refused")],
)
def test_a_refused_deletion_is_an_error(cloudflare: Script, status: int, number: int, code: str) -> None:
    cloudflare.expect(reads(a_client()), deletes(**refused(status, number)))
    result = run(client_id=CLIENT_ID)
    assert (result.failed, result.changed, result.code) == (True, False, code)
    assert partly(result) == error_of("DELETE", CLIENT, status)


@pytest.mark.parametrize("status", [401, 403, 429])
def test_a_lost_deletion_whose_repetition_is_refused_may_have_been_carried_out(cloudflare: Script, status: int) -> None:
    cloudflare.expect(lists(a_client()), deletes(**BAD_GATEWAY), deletes(**refused(status)))
    result = run(client_name="Example App", retry_timeout=1.5)
    assert (result.failed, result.changed, result.code) == (True, True, "outcome_unknown")
    assert partly(result) == error_of("DELETE", CLIENT, status)


def test_a_404_that_is_not_cloudflares_says_nothing_about_a_client(cloudflare: Script) -> None:
    cloudflare.expect(Call("GET", CLIENT, status=404, content=b"<html>Not Found</html>"))
    result = run_module("cloudflare_oauth_client", client_id=CLIENT_ID, state="absent")
    assert (result.failed, result.code) == (True, "unreadable_response")
