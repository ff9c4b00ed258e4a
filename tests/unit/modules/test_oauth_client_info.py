# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_client_info: every filter, and what is told of a client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.support import (
    CLIENT,
    CLIENT_ID,
    CLIENTS,
    GONE,
    OTHER_ID,
    SECRET,
    TXT,
    ModuleResult,
    a_client,
    a_confidential_client,
    a_verified_client,
    error_of,
    lists,
    options,
    partly,
    reads,
    refused,
    run_module,
)
from tests.unit.transport import Call, Script

PUBLIC = a_verified_client(client_id="public", client_name="Public", visibility="public")
PENDING = a_client(client_id="pending", client_uri_verification={"status": "pending", "text": TXT})
FAILED = a_client(client_id="failed", client_uri_verification={"status": "failed"})
WAITING = a_client(client_id="waiting", client_uri_verification={"status": "in_progress"})
ROTATED = a_confidential_client(client_id="rotated", client_name="Rotated", has_rotated_secret=True)
ALL = (PUBLIC, PENDING, FAILED, WAITING, ROTATED)


def run(**params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client_info", **params)


def ids(result: ModuleResult) -> list[str]:
    return [client["client_id"] for client in result.oauth_clients]


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["public", "pending", "failed", "waiting", "rotated"]),
        ({"client_name": "Public"}, ["public"]),
        ({"client_name": "public"}, []),
        (
            {"client_name": None, "client_id": None, "visibility": None},
            ["public", "pending", "failed", "waiting", "rotated"],
        ),
        ({"client_name": "Example App"}, ["pending", "failed", "waiting"]),
        ({"visibility": "public"}, ["public"]),
        ({"visibility": "private"}, ["pending", "failed", "waiting", "rotated"]),
        ({"verification_status": "verified"}, ["public"]),
        ({"verification_status": "pending"}, ["pending"]),
        ({"verification_status": "failed"}, ["failed"]),
        ({"verification_status": "in_progress"}, ["waiting"]),
        ({"has_rotated_secret": True}, ["rotated"]),
        ({"has_rotated_secret": False}, ["public", "pending", "failed", "waiting"]),
        ({"visibility": "private", "has_rotated_secret": False, "verification_status": "failed"}, ["failed"]),
        ({"visibility": "public", "has_rotated_secret": True}, []),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_filters(cloudflare: Script, check: bool, filters: dict[str, Any], found: list[str]) -> None:
    cloudflare.expect(lists(*ALL))
    result = run(check=check, **filters)
    assert ids(result) == found
    assert not result.changed
    assert result.keys == {"changed", "account_id", "oauth_clients"}


def test_an_id_is_one_request(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client()))
    assert ids(run(client_id=CLIENT_ID)) == [CLIENT_ID]


def test_an_id_and_a_filter(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client()))
    assert ids(run(client_id=CLIENT_ID, client_name="Other")) == []


def test_an_unknown_id_is_an_empty_list(cloudflare: Script) -> None:
    cloudflare.expect(Call("GET", CLIENT, **GONE))
    result = run(client_id=CLIENT_ID)
    assert (result.failed, result.oauth_clients) == (False, [])


def test_several_clients_of_one_name_are_all_told(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(), a_client(client_id=OTHER_ID)))
    assert ids(run(client_name="Example App")) == [CLIENT_ID, OTHER_ID]


def test_all_pages_are_read(cloudflare: Script) -> None:
    info = {"total_count": 2}
    cloudflare.expect(
        lists(a_client(), info=info),
        Call("GET", CLIENTS, [a_client(client_id=OTHER_ID)], query={"page": "2"}, info=info),
    )
    assert ids(run()) == [CLIENT_ID, OTHER_ID]


def test_a_definition_is_ready_as_input(cloudflare: Script) -> None:
    there = a_client(scopes=["dns.read", "account-settings.read", "offline_access"], tos_uri="")
    cloudflare.expect(lists(there), lists(there))
    (client,) = run().oauth_clients
    assert client["definition"] == {
        **options(scopes=["dns.read", "account-settings.read"]),
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "visibility": "private",
    }
    assert not run_module("cloudflare_oauth_client", **client["definition"]).changed


def test_how_far_a_client_is_from_being_public(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_verified_client(client_uri_verification={"status": "pending", "text": TXT})))
    assert run().oauth_clients[0]["publishing"] == {
        "phase": "needs_dns",
        "missing": ["client_uri_verification"],
        "dns_record": {"type": "TXT", "name": "app.example.com", "value": TXT},
        "obstacle": None,
    }


def test_no_secret_is_among_what_is_told(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_confidential_client(client_secret=SECRET)))
    assert SECRET not in run().text


@pytest.mark.parametrize(
    ("option", "value"), [("visibility", "secret"), ("verification_status", "done"), ("has_rotated_secret", "perhaps")]
)
def test_a_filter_of_another_kind_is_refused(option: str, value: str) -> None:
    result = run(**{option: value})
    assert (result.failed, result.code) == (True, None)
    assert option in result.msg


def test_a_list_that_fails(cloudflare: Script) -> None:
    cloudflare.expect(lists(**refused(403, 10000, "Authentication error")))
    result = run()
    assert (result.failed, result.changed, result.code) == (True, False, "unauthorized")
    assert "'OAuth Client Read'" in result.msg
    assert partly(result) == error_of("GET", CLIENTS, 403)
