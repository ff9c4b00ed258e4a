# SPDX-License-Identifier: GPL-3.0-or-later
"""Refusing a description that cannot work, before anything is sent."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._oauth.validate import (
    check_creatable,
    check_description,
    check_subset,
)
from tests.unit.support import creation, refuses

REQUIRED = ["client_name", "redirect_uris", "scopes", "token_endpoint_auth_method", "grant_types", "response_types"]


def refused(option: str, wanted: dict[str, Any], append: bool = False) -> str:
    with refuses("invalid_option", option) as caught:
        check_description(wanted, append)
    return caught.value.message


@pytest.mark.parametrize(
    "wanted",
    [
        {},
        creation(),
        creation(optional_scopes=[], allowed_cors_origins=[], client_uri="", logo_uri="", policy_uri="", tos_uri=""),
        creation(optional_scopes=["dns.read"], scopes=["dns.read", "openid"]),
        creation(grant_types=["refresh_token", "authorization_code"]),
        creation(allowed_cors_origins=["https://a.example/"], post_logout_redirect_uris=["https://a.example/bye"]),
    ],
)
def test_a_good_description_passes(wanted: dict[str, Any]) -> None:
    check_description(wanted, append=False)
    check_description(wanted, append=True)


def test_of_many_errors_the_first_are_shown() -> None:
    wrong = refused("redirect_uris", {"redirect_uris": [f"/{number}" for number in range(8)]})
    assert "'/4'" in wrong
    assert "'/5'" not in wrong
    assert wrong.endswith("There are 3 more errors.")


@pytest.mark.parametrize("name", REQUIRED)
def test_a_required_field_cannot_be_cleared(name: str) -> None:
    empty: Any = "" if name in ("client_name", "token_endpoint_auth_method") else []
    assert refused(name, {name: empty}).startswith(f"{name} must not be empty")


@pytest.mark.parametrize("name", ["redirect_uris", "scopes", "grant_types", "response_types"])
def test_appending_nothing_is_no_clearing(name: str) -> None:
    check_description({name: []}, append=True)


@pytest.mark.parametrize(
    ("option", "value", "bad"),
    [
        ("redirect_uris", ["https://a.example/#x"], "https://a.example/#x"),
        ("redirect_uris", ["https://a.example/", "/b"], "/b"),
        ("redirect_uris", [""], ""),
        ("post_logout_redirect_uris", ["bye"], "bye"),
        ("allowed_cors_origins", ["https://a.example/x"], "https://a.example/x"),
        ("client_uri", "https://", "https://"),
        ("logo_uri", "logo.png", "logo.png"),
        ("policy_uri", "https://a b", "https://a b"),
        ("tos_uri", "ftp://a.example", "ftp://a.example"),
    ],
)
def test_a_bad_address_is_named(option: str, value: Any, bad: str) -> None:
    assert refused(option, {option: value}).startswith(f"{option}: {bad!r} ")


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("grant_types", ["refresh_token"], "grant_types must contain authorization_code"),
        ("optional_scopes", ["openid"], "optional_scopes must not contain openid:"),
        ("optional_scopes", ["offline", "offline_access"], "offline, offline_access"),
        ("scopes", ["openid", "offline_access"], "scopes must contain more than openid and offline_access"),
    ],
)
def test_a_fault_names_the_option(option: str, value: list[str], text: str) -> None:
    assert text in refused(option, {option: value})


@pytest.mark.parametrize("wanted", [{"grant_types": ["refresh_token"]}, {"scopes": ["openid"]}])
def test_appending_adds_to_what_makes_it_complete(wanted: dict[str, Any]) -> None:
    check_description(wanted, append=True)


def test_optional_protocol_scopes_are_refused_when_appending_too() -> None:
    refused("optional_scopes", {"optional_scopes": ["openid"]}, append=True)


def test_all_faults_come_in_one_message() -> None:
    wanted = {"client_name": "", "logo_uri": "x", "grant_types": ["refresh_token"], "scopes": ["openid"]}
    message = refused("client_name", wanted)
    assert all(name in message for name in ("client_name", "logo_uri", "grant_types", "scopes"))


@pytest.mark.parametrize("optional", [[], ["dns.read"], ["dns.read", "zone.read"]])
def test_optional_scopes_within_scopes(optional: list[str]) -> None:
    check_subset({"optional_scopes": optional, "scopes": ["zone.read", "dns.read"]})


def test_optional_scopes_outside_scopes() -> None:
    with refuses("invalid_option", "optional_scopes") as caught:
        check_subset({"optional_scopes": ["d1.read", "dns.read", "ai.read"], "scopes": ["dns.read"]})
    assert caught.value.message.startswith("optional_scopes: d1.read, ai.read must also be in scopes")


def test_a_complete_description_can_be_created() -> None:
    check_creatable(creation())


@pytest.mark.parametrize("name", REQUIRED)
def test_each_required_field_is_needed_to_create(name: str) -> None:
    wanted = creation()
    del wanted[name]
    with refuses("client_incomplete", name):
        check_creatable(wanted)


def test_all_that_creating_lacks_comes_in_one_message() -> None:
    with refuses("client_incomplete", "redirect_uris") as caught:
        check_creatable({"client_name": "n", "redirect_uris": [], "grant_types": ["x"], "response_types": ["code"]})
    assert caught.value.message == (
        "There is no client 'n'. To create it, also set redirect_uris, scopes, token_endpoint_auth_method. "
        "If it exists under another name, correct client_name."
    )
