# SPDX-License-Identifier: GPL-3.0-or-later
"""What an OAuth client is, and what publishing one needs."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import (
    FIELDS,
    SHAPE,
    definition,
    described,
    description,
    has_secret,
    is_identity_scope,
    shaped,
)
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.promotion import missing_for_publishing, publishing
from tests.unit.support import CLIENT_ID, SECRET, TXT, a_client, a_verified_client


def test_a_bare_answer_gets_every_known_key() -> None:
    client = shaped({"client_id": CLIENT_ID, "visibility": "public"})
    assert client == {**SHAPE, "client_id": CLIENT_ID, "visibility": "public"}


def test_null_is_what_is_missing() -> None:
    answer = {"client_id": CLIENT_ID, **dict.fromkeys(set(SHAPE) - {"client_id"})}
    assert shaped(answer) == {**SHAPE, "client_id": CLIENT_ID}


def test_unknown_keys_are_dropped() -> None:
    assert shaped(a_client(owner={"id": 7})) == shaped(a_client())


@pytest.mark.parametrize("client_id", ["..", "a/b", "", "a b"])
def test_what_is_no_id_is_refused(client_id: str) -> None:
    with pytest.raises(TypeError, match="client_id"):
        shaped(a_client(client_id=client_id))


def test_a_secret_is_no_part_of_a_client() -> None:
    assert SECRET not in str(shaped(a_client(client_secret=SECRET)))


@pytest.mark.parametrize("verification", [{}, {"status": None}, {"status": "new_word"}, {"text": TXT}])
def test_verification_has_both_keys(verification: dict[str, Any]) -> None:
    found = shaped(a_client(client_uri_verification=verification))["client_uri_verification"]
    assert found == {"status": None, "text": None, **verification}


def test_shaping_leaves_the_answer_alone() -> None:
    answer = a_client(client_secret=SECRET)
    shaped(answer)
    assert answer == a_client(client_secret=SECRET)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("client_id", 7),
        ("client_name", ["x"]),
        ("scopes", "dns.read"),
        ("scopes", [["dns.read"]]),
        ("redirect_uris", {"a": 1}),
        ("redirect_uris", [None]),
        ("allowed_cors_origins", ["https://a", None]),
        ("client_uri_verification", "verified"),
        ("client_uri_verification", {"status": 1}),
        ("client_uri_verification", {"text": ["x"]}),
        ("has_rotated_secret", "yes"),
        ("visibility", True),
        ("created_at", 1759639647),
    ],
)
def test_another_type_than_declared_is_a_type_error(key: str, value: Any) -> None:
    with pytest.raises(TypeError, match=f"the key {key} holds"):
        shaped(a_client(**{key: value}))


def test_only_named_options_describe() -> None:
    params: dict[str, Any] = {
        **{field.name: None for field in FIELDS},
        "client_name": "n",
        "tos_uri": "",
        "scopes": [],
        "force": True,
    }
    assert described(params) == {"client_name": "n", "tos_uri": "", "scopes": []}


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post", None])
def test_every_method_but_none_has_a_secret(method: str | None) -> None:
    assert has_secret({"token_endpoint_auth_method": method})
    assert not has_secret({"token_endpoint_auth_method": "none"})


@pytest.mark.parametrize(
    ("scope", "identity"), [("openid", True), ("profile", True), ("dns.read", False), ("dns:read", False)]
)
def test_an_identity_scope_has_no_delimiter(scope: str, identity: bool) -> None:
    assert is_identity_scope(scope) is identity


def test_a_diff_shows_what_a_playbook_can_say() -> None:
    scopes = ["dns.read", "a.read", "offline_access", "dns.read"]
    assert description(shaped(a_client(scopes=scopes, tos_uri="", optional_scopes=[], unknown=1))) == {
        "client_name": "Example App",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "redirect_uris": ["https://app.example.com/callback"],
        "scopes": ["a.read", "dns.read"],
        "token_endpoint_auth_method": "none",
        "visibility": "private",
    }


def test_a_diff_of_a_bare_client_shows_its_visibility() -> None:
    assert description(shaped({"client_id": CLIENT_ID})) == {"visibility": "private"}


def test_a_definition_keeps_the_order_and_leaves_out_what_the_server_adds() -> None:
    client = shaped(a_client(scopes=["dns.read", "a.read", "openid", "offline_access", "offline"], policy_uri=""))
    found = definition(client)
    assert found["scopes"] == ["dns.read", "a.read"]
    assert set(found) == {
        "client_name",
        "grant_types",
        "response_types",
        "redirect_uris",
        "scopes",
        "token_endpoint_auth_method",
        "visibility",
    }


MISSING = [
    pytest.param({}, [], id="nothing"),
    pytest.param({"client_name": ""}, ["client_name"], id="name"),
    pytest.param({"logo_uri": None}, ["logo_uri"], id="logo"),
    pytest.param({"client_uri": None}, ["client_uri"], id="home page"),
    pytest.param({"scopes": ["openid", "offline_access"]}, ["scopes"], id="only identity scopes"),
    pytest.param({"scopes": []}, ["scopes"], id="no scope"),
    pytest.param({"client_uri_verification": {"status": "pending"}}, ["client_uri_verification"], id="pending"),
    pytest.param({"client_uri_verification": None}, ["client_uri_verification"], id="no verification"),
    pytest.param(
        {"client_name": "", "logo_uri": "", "client_uri": "", "scopes": [], "client_uri_verification": {}},
        ["client_name", "logo_uri", "client_uri", "scopes", "client_uri_verification"],
        id="everything",
    ),
]


@pytest.mark.parametrize(("overrides", "missing"), MISSING)
def test_what_publishing_lacks(overrides: dict[str, Any], missing: list[str]) -> None:
    assert missing_for_publishing(shaped(a_verified_client(**overrides))) == missing


@pytest.mark.parametrize(("overrides", "_missing"), MISSING)
def test_a_public_client_lacks_nothing(overrides: dict[str, Any], _missing: list[str]) -> None:
    assert missing_for_publishing(shaped(a_verified_client(visibility="public", **overrides))) == []


def pending(status: str | None) -> dict[str, Any]:
    return {"client_uri_verification": {"status": status, "text": TXT}}


@pytest.mark.parametrize(
    ("overrides", "phase"),
    [
        pytest.param({"visibility": "public"}, "public", id="public"),
        pytest.param({}, "verified", id="verified"),
        pytest.param({"logo_uri": ""}, "incomplete", id="verified without a logo"),
        pytest.param({"logo_uri": "", **pending("failed")}, "incomplete", id="failed without a logo"),
        pytest.param(pending("pending"), "needs_dns", id="pending"),
        pytest.param(pending("in_progress"), "needs_dns", id="in progress"),
        pytest.param(pending("new_word"), "needs_dns", id="unknown status"),
        pytest.param(pending(None), "needs_dns", id="no status yet"),
        pytest.param(pending("failed"), "failed", id="failed"),
    ],
)
def test_the_phase(overrides: dict[str, Any], phase: str) -> None:
    assert publishing(shaped(a_verified_client(**overrides)))["phase"] == phase


def test_the_record_belongs_at_the_host_in_lower_case_and_punycode() -> None:
    client = shaped(a_verified_client(client_uri="https://Bücher.Example.com:8443/app"))
    assert publishing(client)["dns_record"] == {"type": "TXT", "name": "xn--bcher-kva.example.com", "value": TXT}


def test_the_value_is_none_until_cloudflare_tells_it() -> None:
    client = shaped(a_verified_client(client_uri_verification=None))
    assert publishing(client)["dns_record"] == {"type": "TXT", "name": "app.example.com", "value": None}


def test_there_is_no_record_without_a_host() -> None:
    assert publishing(shaped(a_client()))["dns_record"] is None
