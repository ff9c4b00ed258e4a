# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_client: which client is meant, and how many requests finding it takes."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.support import (
    CLIENT,
    CLIENT_ID,
    CLIENTS,
    OTHER_ID,
    ModuleResult,
    a_client,
    error_of,
    lists,
    options,
    partly,
    patches,
    reads,
    refused,
    run_module,
)
from tests.unit.transport import Call, Script


def run(**params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client", **params)


def test_nothing_to_do_by_id_is_one_request(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client()))
    result = run(client_id=CLIENT_ID, **options())
    assert not result.changed
    assert result.diff["before"] == result.diff["after"]
    assert result.keys == {"changed", "diff", "oauth_client", "publishing"}


def test_nothing_to_do_by_name_is_one_request_a_page(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(), a_client(client_id=OTHER_ID, client_name="Other")))
    assert not run(**options()).changed


def test_an_update_is_one_request_more(cloudflare: Script) -> None:
    tos = {"tos_uri": "https://a.example/"}
    cloudflare.expect(reads(a_client()), patches(tos, a_client(**tos)))
    result = run(client_id=CLIENT_ID, **tos)
    assert result.changed
    assert result.oauth_client["tos_uri"] == "https://a.example/"


def test_a_client_on_a_later_page_is_found(cloudflare: Script) -> None:
    others = [a_client(client_id=f"id{number}", client_name="Other") for number in range(20)]
    info = {"total_count": 21}
    cloudflare.expect(lists(*others, info=info), Call("GET", CLIENTS, [a_client()], query={"page": "2"}, info=info))
    assert not run(**options()).changed


def test_a_part_of_the_list_creates_nothing(cloudflare: Script) -> None:
    info = {"total_count": 21}
    cloudflare.expect(lists(info=info))
    result = run(**options())
    assert (result.failed, result.code) == (True, "incomplete_listing")
    assert partly(result) == error_of("GET", CLIENTS, 200)


def test_an_id_beats_the_name_and_renames(cloudflare: Script) -> None:
    renamed = {"client_name": "New Name"}
    cloudflare.expect(reads(a_client()), lists(a_client()), patches(renamed, a_client(**renamed)))
    result = run(client_id=CLIENT_ID, client_name="New Name")
    assert result.changed
    assert result.diff["before"]["client_name"] == "Example App"
    assert result.diff["after"]["client_name"] == "New Name"


def test_an_empty_id_is_no_id(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client()))
    assert not run(client_id="", **options()).changed


@pytest.mark.parametrize("client_id", ["..", ".", "../zones?x", "a/b", "a b", "a#b", "a%2Fb", "ä", "x\n"])
@pytest.mark.parametrize("state", ["present", "absent"])
def test_what_could_lead_to_another_object_is_no_id(client_id: str, state: str) -> None:
    result = run(client_id=client_id, state=state)
    assert (result.failed, result.changed, result.code, result.option) == (True, False, "invalid_option", "client_id")


@pytest.mark.parametrize("state", ["present", "absent"])
def test_several_clients_of_one_name_are_listed(cloudflare: Script, state: str) -> None:
    other = a_client(client_id=OTHER_ID, visibility="public", created_at=None)
    cloudflare.expect(lists(a_client(), other))
    result = run(client_name="Example App", state=state)
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("client_ambiguous", "client_id")
    assert result.msg == (
        f"2 clients have the name 'Example App': {CLIENT_ID} (private, created 2026-10-05T04:47:27Z); "
        f"{OTHER_ID} (public, created at an unknown time). Set client_id to the ID of one of them."
    )


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("check", [True, False])
def test_a_list_without_names_tells_nothing_about_a_name(cloudflare: Script, state: str, check: bool) -> None:
    cloudflare.expect(lists(a_client(client_name="Other"), a_client(client_id=OTHER_ID, client_name=None)))
    result = run(check=check, state=state, **options())
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("names_not_listed", "client_id")
    assert result.msg == (
        "Cloudflare's list has clients without a name, so it is not known whether the client 'Example App' exists. "
        "Look in Cloudflare's dashboard. If the client exists, set client_id. If not, name the clients that have no "
        "name, then run again."
    )


def test_a_name_that_is_found_is_found_beside_clients_without_one(cloudflare: Script) -> None:
    cloudflare.expect(lists({"client_id": OTHER_ID, "visibility": "private"}, a_client()))
    assert not run(**options()).changed


def test_an_id_needs_no_names(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client(client_name=None)))
    assert run(client_id=CLIENT_ID).oauth_client["client_name"] is None


@pytest.mark.parametrize("params", [{}, {"state": "absent"}])
def test_a_client_has_to_be_named(params: dict[str, Any]) -> None:
    result = run(**params)
    assert (result.failed, result.code) == (True, None)
    assert "client_id, client_name" in result.msg


def test_two_empty_names_are_none() -> None:
    result = run(client_id="", state="absent")
    assert (result.code, result.option) == ("missing_option", "client_id")


def test_an_empty_name_is_refused() -> None:
    result = run(client_name="")
    assert (result.code, result.option) == ("invalid_option", "client_name")


def test_a_client_that_may_not_be_read_is_no_missing_client(cloudflare: Script) -> None:
    cloudflare.expect(Call("GET", CLIENT, **refused(403, 10000, "Authentication error")))
    result = run(client_id=CLIENT_ID, **options())
    assert (result.failed, result.code) == (True, "unauthorized")
    assert "'OAuth Client Read'" in result.msg
    assert partly(result) == error_of("GET", CLIENT, 403)


@pytest.mark.parametrize("code", [7003, 7000])
def test_an_error_about_the_route_is_no_missing_client(cloudflare: Script, code: int) -> None:
    cloudflare.expect(Call("GET", CLIENT, **refused(400, code, "Could not route")))
    result = run(client_id=CLIENT_ID, state="absent")
    assert (result.failed, result.code) == (True, "request_refused")
    assert partly(result) == error_of("GET", CLIENT, 400)


@pytest.mark.parametrize(
    ("answer", "text"),
    [
        ({"client_id": None}, "not an OAuth client with a client_id"),
        ({"scopes": "dns.read"}, "not an OAuth client as Cloudflare documents it: the key scopes holds 'dns.read'"),
        ({"allowed_cors_origins": [None]}, "the key allowed_cors_origins holds [None]"),
    ],
)
def test_an_answer_of_another_shape_is_an_error(cloudflare: Script, answer: dict[str, Any], text: str) -> None:
    cloudflare.expect(reads(a_client(**answer)))
    result = run(client_id=CLIENT_ID, **options())
    assert (result.failed, result.changed, result.code) == (True, False, "malformed_result")
    assert text in result.msg
    assert partly(result) == error_of("GET", CLIENT, 200)


def test_a_listed_id_that_could_lead_to_another_object_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(client_id="..")))
    result = run(client_name="Example App", state="absent")
    assert (result.failed, result.changed, result.code) == (True, False, "malformed_result")


def test_what_cloudflare_adds_is_dropped(cloudflare: Script) -> None:
    verification = {"status": "verified", "text": None, "method": "unheard-of"}
    cloudflare.expect(reads(a_client(new_key="unheard-of", client_uri_verification=verification)))
    assert "unheard-of" not in str(run(client_id=CLIENT_ID).oauth_client)


def test_a_bare_answer_is_enough(cloudflare: Script) -> None:
    cloudflare.expect(reads({"client_id": CLIENT_ID, "visibility": "private"}))
    result = run(client_id=CLIENT_ID, tos_uri="", optional_scopes=[])
    assert not result.changed
    assert result.oauth_client["scopes"] == []
    assert result.oauth_client["client_uri_verification"] == {"status": None, "text": None}


@pytest.mark.parametrize("check", [True, False])
def test_a_rename_to_a_name_that_is_taken_is_refused(cloudflare: Script, check: bool) -> None:
    cloudflare.expect(reads(a_client()), lists(a_client(), a_client(client_id=OTHER_ID, client_name="New Name")))
    result = run(check=check, client_id=CLIENT_ID, client_name="New Name")
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("client_name_taken", "client_name")
    assert f"cannot be renamed to 'New Name', which is already the name of {OTHER_ID}" in result.msg
