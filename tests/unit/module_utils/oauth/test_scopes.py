# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalog of scopes, and what a wrong id was meant to be."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._oauth.scope_catalog import (
    catalog,
    check_known,
    check_new_scopes,
    matching,
    near_misses,
    offered_by,
)
from tests.unit.support import a_connection, offers, refuses
from tests.unit.transport import Call, Script

KNOWN = ["account-settings.read", "dns.read", "dns.write", "zone.read", "zone.write", "workers-scripts.write"]


def refused(*wanted: str) -> str:
    with refuses("scope_unknown", "ids") as caught:
        check_known("ids", wanted, KNOWN)
    return caught.value.message


def test_known_scopes_pass() -> None:
    check_known("ids", ["dns.read", "zone.read"], KNOWN)
    check_known("ids", [], KNOWN)


@pytest.mark.parametrize(
    ("scope", "hint"),
    [
        ("dns.raed", "Did you mean dns.read or"),
        ("DNS.Read", "Did you mean dns.read?"),
        ("acount-settings.read", "Did you mean account-settings.read?"),
        ("dns:write", "by dots, not colons. Did you mean dns.write?"),
        ("workers-script:write", "by dots, not colons. Did you mean workers-scripts.write?"),
        ("com:xyzzy", "by dots, not colons. The module"),
        ("q.q", "'q.q'. The module"),
    ],
)
def test_an_unknown_scope_comes_with_what_was_meant(scope: str, hint: str) -> None:
    message = refused("dns.read", scope)
    assert message.startswith(f"Cloudflare has no scope {scope!r}. ")
    assert hint in message
    assert message.endswith("The module oauthops.iam.cloudflare_oauth_scope_info lists all scopes.")


def test_all_unknown_scopes_come_in_one_message_once() -> None:
    message = refused("a.b", "c.d", "a.b")
    assert message.count("'a.b'") == 1
    assert "'c.d'" in message


def test_of_many_unknown_scopes_the_first_are_named() -> None:
    message = refused(*(f"{letter}.x" for letter in "abcdefg"))
    assert "'e.x'" in message
    assert "'f.x'" not in message
    assert " and 2 more." in message


def test_at_most_three_near_misses_the_likeliest_first() -> None:
    found = near_misses("zone.reed", ["zone.read", "zone.red", "zone.rea", "zone.seed", "zone.need"])
    assert len(found) == 3
    assert "zone.read" in found


def test_another_spelling_of_one_id_means_that_id_alone() -> None:
    assert near_misses("dns:READ", KNOWN) == ["dns.read"]


def test_the_catalog_is_sorted_and_every_key_is_there(cloudflare: Script) -> None:
    cloudflare.expect(
        Call("GET", "/oauth/scopes", [{"id": "b.read", "name": "B"}, {"id": "a.read"}], info={"total_count": 2})
    )
    assert catalog(a_connection()) == [
        {"id": "a.read", "name": None, "category": None, "scopes": []},
        {"id": "b.read", "name": "B", "category": None, "scopes": []},
    ]


@pytest.mark.parametrize(
    ("scopes", "present"),
    [([], []), (["dns.read"], ["dns.read"]), (["openid", "profile"], []), (["removed.read"], ["removed.read"])],
)
def test_nothing_is_asked_about_what_is_not_new(scopes: list[str], present: list[str]) -> None:
    check_new_scopes(offered_by(a_connection()), scopes, present)


def test_what_is_new_is_looked_up(cloudflare: Script) -> None:
    cloudflare.expect(offers("dns.write"))
    check_new_scopes(offered_by(a_connection()), ["removed.read", "dns.write", "openid"], ["removed.read"])


def test_what_is_new_and_unknown_is_refused(cloudflare: Script) -> None:
    cloudflare.expect(offers("dns.write"))
    with refuses("scope_unknown", "scopes"):
        check_new_scopes(offered_by(a_connection()), ["dns.read", "dns.wirte"], ["dns.read"])


OFFERED: list[dict[str, Any]] = [
    {"id": "dns.read", "name": "DNS Read", "category": "dns_and_zones"},
    {"id": "query-cache.read", "name": "Hyperdrive Read", "category": "developer_platform"},
    {"id": "odd.read", "name": None, "category": None},
]


@pytest.mark.parametrize(
    ("category", "name", "ids"),
    [
        (None, None, ["dns.read", "query-cache.read", "odd.read"]),
        ("", "", ["dns.read", "query-cache.read", "odd.read"]),
        ("DNS_and_Zones", None, ["dns.read"]),
        ("none", None, []),
        (None, "DNS*", ["dns.read"]),
        (None, "hyperdrive*", ["query-cache.read"]),
        (None, "*.READ", ["dns.read", "query-cache.read", "odd.read"]),
        (None, "[dq]*", ["dns.read", "query-cache.read"]),
        (None, "dns", []),
        (None, "none", []),
        ("developer_platform", "dns*", []),
    ],
)
def test_filters(category: Any, name: Any, ids: list[str]) -> None:
    assert [scope["id"] for scope in matching(OFFERED, category, name)] == ids
