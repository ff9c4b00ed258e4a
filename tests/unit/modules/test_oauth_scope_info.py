# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_scope_info: every filter."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.support import ModuleResult, error_of, partly, refused, run_module
from tests.unit.transport import Call, Script

OFFERED: list[dict[str, Any]] = [
    {
        "id": "zone.read",
        "name": "Zone Read",
        "category": "dns_and_zones",
        "scopes": ["com.cloudflare.api.account.zone"],
    },
    {"id": "dns.read", "name": "DNS Read", "category": "dns_and_zones", "scopes": []},
    {"id": "query-cache.read", "name": "Hyperdrive Read", "category": "developer_platform"},
]


def run(**params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_scope_info", **params)


def catalog(**call: Any) -> Call:
    return Call("GET", "/oauth/scopes", **{"result": OFFERED, "info": {"total_count": len(OFFERED)}, **call})


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        ({}, ["dns.read", "query-cache.read", "zone.read"]),
        ({"ids": ["zone.read", "dns.read"]}, ["dns.read", "zone.read"]),
        ({"ids": []}, []),
        ({"category": "DNS_and_Zones"}, ["dns.read", "zone.read"]),
        ({"category": "other"}, []),
        ({"name": "*hyperdrive*"}, ["query-cache.read"]),
        ({"name": "dns*"}, ["dns.read"]),
        ({"ids": ["dns.read", "query-cache.read"], "category": "dns_and_zones", "name": "*.read"}, ["dns.read"]),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_filters(cloudflare: Script, check: bool, filters: dict[str, Any], found: list[str]) -> None:
    cloudflare.expect(catalog())
    result = run(check=check, **filters)
    assert [scope["id"] for scope in result.oauth_scopes] == found
    assert not result.changed
    assert result.keys == {"changed", "oauth_scopes"}


def test_every_key_is_there(cloudflare: Script) -> None:
    cloudflare.expect(catalog(result=[{"id": "a.read", "category": None}], info={"total_count": 1}))
    assert run().oauth_scopes == [{"id": "a.read", "name": None, "category": None, "scopes": []}]


def test_an_unknown_id_fails_with_what_was_meant(cloudflare: Script) -> None:
    cloudflare.expect(catalog())
    result = run(ids=["dns.read", "zone:read"])
    assert (result.failed, result.code, result.option) == (True, "scope_unknown", "ids")


def test_no_account_is_needed(cloudflare: Script) -> None:
    cloudflare.expect(catalog())
    assert not run(account_id=None).failed


@pytest.mark.parametrize("account_id", ["", "not-an-id"])
def test_an_account_is_accepted_and_ignored(cloudflare: Script, account_id: str) -> None:
    cloudflare.expect(catalog())
    assert not run(account_id=account_id).failed


def test_a_catalog_that_cannot_be_read(cloudflare: Script) -> None:
    cloudflare.expect(catalog(**{"info": None, **refused(400, 9106, "Missing headers")}))
    result = run()
    assert (result.failed, result.changed, result.code) == (True, False, "unauthorized")
    assert result.error["errors"][0]["code"] == 9106
    assert "It needs the permission" not in result.msg
    assert partly(result) == error_of("GET", "/oauth/scopes", 400)
