# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_client: every field set, cleared, appended to and left alone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.support import (
    CLIENT,
    CLIENT_ID,
    LAGS,
    ModuleResult,
    a_client,
    behind,
    error_of,
    lists,
    offers,
    offers_usual_scopes,
    options,
    partly,
    patches,
    reads,
    refused,
    run_module,
)
from tests.unit.transport import Call, Clock, Script

A, B = "https://app.example.com/a", "https://app.example.com/b"
TEXTS = ["client_uri", "logo_uri", "policy_uri", "tos_uri"]
OPTIONAL_LISTS: dict[str, list[str]] = {
    "allowed_cors_origins": ["https://b.example", "https://a.example"],
    "post_logout_redirect_uris": [B, A],
    "optional_scopes": ["dns.read", "account-settings.read"],
}
OTHER_VALUES: dict[str, Any] = {
    "client_name": "New Name",
    "grant_types": ["refresh_token", "authorization_code"],
    "response_types": ["id_token", "code"],
    "redirect_uris": [B, A],
    "token_endpoint_auth_method": "client_secret_post",
    **OPTIONAL_LISTS,
    **dict.fromkeys(TEXTS, A),
}
EMPTIED = [*((name, "") for name in TEXTS), *((name, []) for name in OPTIONAL_LISTS)]
REFUSED: list[tuple[str, Any]] = [
    ("grant_types", ["refresh_token"]),
    ("redirect_uris", ["https://a.example/#x"]),
    ("redirect_uris", ["/callback"]),
    ("client_uri", "https://"),
    ("client_uri", "app.example.com"),
    ("logo_uri", "https://a b/"),
    ("policy_uri", "privacy"),
    ("tos_uri", "mailto:me@example.com"),
    ("allowed_cors_origins", ["https://a.example/x"]),
    ("post_logout_redirect_uris", ["bye"]),
    ("optional_scopes", ["openid"]),
    ("scopes", ["openid"]),
]
# What Cloudflare may have taken all the same.
ODD: dict[str, Any] = {
    "grant_types": ["refresh_token"],
    "redirect_uris": ["https://a.example/#x", "/callback"],
    "client_uri": "https://me@a.example/",
    "logo_uri": "logo.png",
    "policy_uri": "https://a b/",
    "tos_uri": "mailto:me@example.com",
    "allowed_cors_origins": ["https://a.example/x"],
    "post_logout_redirect_uris": ["bye"],
    "scopes": ["openid"],
    "optional_scopes": ["offline_access", "not.among-them"],
}


def run(**params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client", client_id=CLIENT_ID, **params)


@pytest.mark.parametrize(("name", "value"), OTHER_VALUES.items())
def test_a_field_that_differs_is_sent_alone_and_as_written(cloudflare: Script, name: str, value: Any) -> None:
    looks_for_duplicate = [lists(a_client())] if name == "client_name" else []
    cloudflare.expect(reads(a_client()), *looks_for_duplicate, patches({name: value}, a_client(**{name: value})))
    result = run(**{name: value})
    assert result.changed
    assert result.oauth_client[name] == value
    assert result.diff["before"].get(name) == a_client().get(name)
    assert result.diff["after"][name] == (sorted(value) if isinstance(value, list) else value)
    unchanged = set(result.diff["after"]) - {name}
    assert all(result.diff["before"][other] == result.diff["after"][other] for other in unchanged)


@pytest.mark.parametrize(("name", "value"), OTHER_VALUES.items())
def test_a_field_that_is_the_same_is_not_sent(cloudflare: Script, name: str, value: Any) -> None:
    there = list(reversed(value)) if isinstance(value, list) else value
    cloudflare.expect(reads(a_client(**{name: there})))
    assert not run(**{name: value}).changed


@pytest.mark.parametrize(("name", "value"), OTHER_VALUES.items())
def test_a_field_that_is_omitted_is_left_alone(cloudflare: Script, name: str, value: Any) -> None:
    cloudflare.expect(reads(a_client(**{name: value})))
    result = run()
    assert not result.changed
    assert result.oauth_client[name] == value


@pytest.mark.parametrize(("name", "empty"), EMPTIED)
def test_a_field_is_cleared(cloudflare: Script, name: str, empty: Any) -> None:
    sent: Any = [] if empty == [] else None
    cloudflare.expect(reads(a_client(**{name: OTHER_VALUES[name]})), patches({name: sent}, a_client()))
    result = run(**{name: empty})
    assert result.changed
    assert name not in result.diff["after"]
    assert result.oauth_client[name] == sent


@pytest.mark.parametrize(("name", "empty"), EMPTIED)
@pytest.mark.parametrize("there", ["left out", None, "", []])
def test_a_field_that_is_empty_is_not_cleared_again(cloudflare: Script, name: str, empty: Any, there: Any) -> None:
    fits = there in ("left out", None) or isinstance(there, type(empty))
    held = {} if there == "left out" or not fits else {name: there}
    cloudflare.expect(reads(a_client(**held)))
    assert not run(**{name: empty}).changed


@pytest.mark.parametrize(("name", "empty"), EMPTIED)
def test_set_cleared_and_set_again(cloudflare: Script, name: str, empty: Any) -> None:
    value = OTHER_VALUES[name]
    sent: Any = [] if empty == [] else None
    without, with_value = a_client(), a_client(**{name: value})
    cloudflare.expect(
        *(reads(without), patches({name: value}, with_value), reads(with_value)),
        *(reads(with_value), patches({name: sent}, without), reads(without)),
        *(reads(without), patches({name: value}, with_value), reads(with_value)),
    )
    changed = [run(**{name: wanted}).changed for wanted in (value, value, empty, empty, value, value)]
    assert changed == [True, False, True, False, True, False]


@pytest.mark.parametrize(("name", "empty"), EMPTIED)
def test_a_value_that_cannot_be_cleared_is_an_error(cloudflare: Script, name: str, empty: Any) -> None:
    kept = a_client(**{name: OTHER_VALUES[name]})
    cloudflare.expect(reads(kept), patches({name: [] if empty == [] else None}, kept), *behind(reads(kept)))
    result = run(**{name: empty})
    assert (result.failed, result.changed) == (True, True)
    assert (result.code, result.option) == ("value_not_kept", name)
    assert f"{name} (requested no value, stored {OTHER_VALUES[name]!r})" in result.msg
    assert result.oauth_client["client_id"] == CLIENT_ID


def test_a_value_that_is_rewritten_is_an_error_that_names_it(cloudflare: Script) -> None:
    rewritten = a_client(tos_uri=f"{A}/")
    cloudflare.expect(reads(a_client()), patches({"tos_uri": A}, rewritten), *behind(reads(rewritten)))
    result = run(tos_uri=A)
    assert (result.failed, result.changed) == (True, True)
    assert (result.code, result.option) == ("value_not_kept", "tos_uri")
    assert f"tos_uri (requested {A!r}, stored '{A}/')" in result.msg
    assert "Set the option to the stored value, or omit it" in result.msg


@pytest.mark.parametrize("stale", [a_client(), {"client_id": CLIENT_ID, "visibility": "private"}])
def test_an_answer_that_is_behind_is_looked_at_again(cloudflare: Script, stale: dict[str, Any]) -> None:
    cloudflare.expect(reads(a_client()), patches({"tos_uri": A}, stale), reads(a_client(tos_uri=A)))
    result = run(tos_uri=A)
    assert (result.failed, result.changed) == (False, True)
    assert result.oauth_client["tos_uri"] == A


def test_a_read_that_is_behind_as_well_is_asked_again(cloudflare: Script, clock: Clock) -> None:
    cloudflare.expect(
        *(reads(a_client()), patches({"tos_uri": A}, a_client())),
        *(reads(a_client()), reads(a_client()), reads(a_client(tos_uri=A))),
    )
    result = run(tos_uri=A)
    assert (result.failed, result.changed) == (False, True)
    assert result.oauth_client["tos_uri"] == A
    assert clock.sleeps == LAGS[:2]


def test_a_client_that_is_gone_after_its_change_is_as_it_was_answered(cloudflare: Script) -> None:
    cloudflare.expect(
        reads(a_client()), patches({"tos_uri": A}, a_client()), *behind(Call("GET", CLIENT, **refused(404, 7003)))
    )
    result = run(tos_uri=A)
    assert (result.failed, result.changed, result.code) == (True, True, "value_not_kept")


def test_without_a_budget_a_read_that_is_behind_is_asked_once(cloudflare: Script, clock: Clock) -> None:
    cloudflare.expect(reads(a_client()), patches({"tos_uri": A}, a_client()), reads(a_client()))
    result = run(tos_uri=A, retry_timeout=0)
    assert (result.failed, result.changed) == (True, True)
    assert clock.sleeps == []


def test_a_change_that_cannot_be_looked_at_again_is_still_a_change(cloudflare: Script) -> None:
    cloudflare.expect(
        reads(a_client()), patches({"tos_uri": A}, a_client()), Call("GET", CLIENT, **refused(403, 10000))
    )
    result = run(tos_uri=A)
    assert (result.failed, result.changed, result.code) == (True, True, "value_not_kept")


def test_all_that_differs_is_sent_at_once(cloudflare: Script) -> None:
    changes = {"client_name": "New", "tos_uri": None, "redirect_uris": [B]}
    updated = patches(changes, a_client(client_name="New", redirect_uris=[B]))
    cloudflare.expect(reads(a_client(tos_uri=A)), lists(), updated)
    assert run(client_name="New", tos_uri="", redirect_uris=[B, B], logo_uri="").changed


def test_a_refused_change_changes_nothing(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client()), patches({"tos_uri": A}, **refused(400, 1004, "Bad", "/tos_uri")))
    result = run(tos_uri=A)
    assert (result.failed, result.changed, result.code) == (True, False, "request_refused")
    assert result.error["errors"][0]["option"] == "tos_uri"
    assert partly(result) == error_of("PATCH", CLIENT, 400)


def test_a_client_that_vanishes_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client()), patches({"tos_uri": A}, **refused(404, 7003)))
    result = run(tos_uri=A)
    assert (result.failed, result.changed) == (True, False)
    assert partly(result) == error_of("PATCH", CLIENT, 404)


APPENDED = {
    "redirect_uris": B,
    "allowed_cors_origins": "https://c.example",
    "post_logout_redirect_uris": "https://app.example.com/c",
    "grant_types": "refresh_token",
    "response_types": "id_token",
}


@pytest.mark.parametrize(("name", "value"), APPENDED.items())
def test_appending_keeps_what_is_there(cloudflare: Script, name: str, value: str) -> None:
    there = {**a_client(), **OPTIONAL_LISTS}[name]
    both = [*there, value]
    cloudflare.expect(reads(a_client(**{name: there})), patches({name: both}, a_client(**{name: both})))
    result = run(append=True, **{name: [value, there[0]]})
    assert result.oauth_client[name] == both


@pytest.mark.parametrize(("name", "value"), APPENDED.items())
def test_without_append_a_list_is_replaced(cloudflare: Script, name: str, value: str) -> None:
    there = {**a_client(), **OPTIONAL_LISTS}[name]
    wanted = ["authorization_code", value] if name == "grant_types" else [value]
    cloudflare.expect(reads(a_client(**{name: there})), patches({name: wanted}, a_client(**{name: wanted})))
    assert run(**{name: wanted}).changed


@pytest.mark.parametrize("name", [*APPENDED, "scopes"])
@pytest.mark.parametrize("nothing_new", [True, False])
def test_appending_nothing_new_sends_nothing(cloudflare: Script, name: str, nothing_new: bool) -> None:
    there = {**a_client(), **OPTIONAL_LISTS}[name]
    cloudflare.expect(reads(a_client(**{name: there})))
    assert not run(append=True, **{name: there[:1] if nothing_new else []}).changed


def test_appending_scopes_leaves_protocol_scopes_to_cloudflare(cloudflare: Script) -> None:
    there = a_client(scopes=["dns.read", "offline_access"], optional_scopes=["dns.read"])
    sent = {"scopes": ["dns.read", "dns.write"], "optional_scopes": ["dns.read", "dns.write"]}
    after = a_client(scopes=["dns.read", "dns.write", "offline_access"], optional_scopes=["dns.write", "dns.read"])
    cloudflare.expect(reads(there), offers("dns.write"), patches(sent, after))
    assert run(append=True, scopes=["dns.write"], optional_scopes=["dns.write"]).changed


def test_protocol_scopes_are_neither_compared_nor_sent(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client(scopes=["offline_access", "dns.read", "account-settings.read"])))
    assert not run(scopes=["account-settings.read", "dns.read", "openid"]).changed


def test_fewer_scopes_take_their_optional_ones_along_without_asking_the_catalog(cloudflare: Script) -> None:
    there = a_client(optional_scopes=["dns.read"])
    sent = {"scopes": ["account-settings.read"], "optional_scopes": []}
    cloudflare.expect(reads(there), patches(sent, a_client(scopes=["account-settings.read"])))
    assert run(scopes=["account-settings.read"]).changed


@pytest.mark.parametrize("check", [True, False])
def test_a_scope_that_is_added_is_looked_up(cloudflare: Script, check: bool) -> None:
    cloudflare.expect(reads(a_client()), offers_usual_scopes())
    result = run(check=check, scopes=["dns.read", "zone:read"])
    assert (result.code, result.option, result.changed) == ("scope_unknown", "scopes", False)


def test_a_scope_that_is_added_is_not_looked_up_when_not_asked_to(cloudflare: Script) -> None:
    scopes = {"scopes": ["dns.read", "new.read"]}
    cloudflare.expect(reads(a_client()), patches(scopes, a_client(**scopes)))
    assert run(**scopes, validate_scopes=False).changed


def test_a_catalog_that_cannot_be_read_stops_before_any_write(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client()), Call("GET", "/oauth/scopes", **refused(403, 9109)))
    result = run(scopes=["zone.read"])
    assert (result.failed, result.changed) == (True, False)
    assert partly(result) == error_of("GET", "/oauth/scopes", 403)


def test_cors_origins_compare_without_trailing_slash(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client(allowed_cors_origins=["https://a.example"])))
    assert not run(allowed_cors_origins=["https://a.example/"]).changed


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(("option", "bad"), REFUSED)
def test_a_value_that_cannot_work_is_not_sent(cloudflare: Script, option: str, bad: Any, check: bool) -> None:
    cloudflare.expect(reads(a_client()))
    assert run(check=check, **{option: bad}).error == {"code": "invalid_option", "option": option}

    cloudflare.expect(lists())
    result = run_module("cloudflare_oauth_client", check=check, **options(**{option: bad}))
    assert result.error == {"code": "invalid_option", "option": option}


@pytest.mark.parametrize("name", ODD)
def test_what_a_client_holds_already_is_not_refused(cloudflare: Script, name: str) -> None:
    cloudflare.expect(reads(a_client(**ODD)))
    result = run(**{name: ODD[name]})
    assert not result.failed, result.msg
    assert not result.changed


def test_a_held_value_may_stay_beside_a_new_one_that_must_be_right(cloudflare: Script) -> None:
    held, new = ODD["redirect_uris"], [*ODD["redirect_uris"], A]
    cloudflare.expect(
        reads(a_client(**ODD)), patches({"redirect_uris": new}, a_client(**{**ODD, "redirect_uris": new}))
    )
    assert run(redirect_uris=new).changed

    cloudflare.expect(reads(a_client(**ODD)))
    result = run(redirect_uris=[*held, "/new"])
    assert (result.code, result.option) == ("invalid_option", "redirect_uris")
    assert "'/new'" in result.msg
    assert held[0] not in result.msg


def test_an_odd_client_can_be_deleted_by_its_description(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client(**ODD)), Call("DELETE", CLIENT))
    assert run(state="absent", **{name: value for name, value in ODD.items() if name != "grant_types"}).changed
