# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what."""

from __future__ import annotations

import re

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import BASICS, Api

_UNKNOWN_TOKEN = "unknown-token-of-a-plausible-length-00001"
_UNKNOWN_ID = "0" * 32


def _headers(fake: FakeCloudflare, credential: str) -> dict[str, str]:
    item = fake.credentials()[credential]
    if "token" in item:
        return {"Authorization": f"Bearer {item['token']}"}
    return {"X-Auth-Email": item["email"], "X-Auth-Key": item["key"]}


def _calls(api: Api, zone_id: str) -> dict[str, tuple[str, str, object]]:
    return {
        "scopes": ("GET", "/oauth/scopes", None),
        "read": ("GET", api.clients, None),
        "write": ("POST", api.clients, BASICS),
        "zones": ("GET", "/zones", None),
        "dns read": ("GET", f"/zones/{zone_id}/dns_records", None),
        "dns write": ("POST", f"/zones/{zone_id}/dns_records", {"type": "TXT", "name": "a", "content": "b"}),
    }


@pytest.mark.parametrize(
    ("credential", "allowed"),
    [
        ("full", {"scopes", "read", "write", "zones", "dns read", "dns write"}),
        ("key", {"scopes", "read", "write", "zones", "dns read", "dns write"}),
        ("read-only", {"scopes", "read", "zones", "dns read"}),
        ("write-only", {"scopes", "write", "dns write"}),
        ("oauth-only", {"scopes", "read", "write"}),
        ("dns-only", {"scopes", "zones", "dns read", "dns write"}),
        ("no-rights", {"scopes"}),
    ],
)
def test_rights(fake: FakeCloudflare, credential: str, allowed: set[str]) -> None:
    zone_id = fake.state()["zones"][0]["id"]
    with Api(fake, _headers(fake, credential)) as api:
        for name, (method, path, body) in _calls(api, zone_id).items():
            if name in allowed:
                assert api.status(method, path, body) == 200, name
            else:
                assert api.errors(method, path, body)[:2] == (403, [10000]), name
    assert {entry["credential"] for entry in fake.journal()} == {credential}


@pytest.mark.parametrize(
    ("headers", "status", "code", "chained"),
    [
        ({}, 400, 9106, None),
        ({"X-Auth-Email": "owner@example.com"}, 400, 9106, None),
        ({"Authorization": "Bearer a b"}, 400, 6003, 6111),
        ({"Authorization": f"Token {_UNKNOWN_TOKEN}"}, 400, 6003, 6111),
        ({"X-Auth-Email": "owner@example.com", "X-Auth-Key": "short"}, 400, 6003, 6103),
        ({"Authorization": f"Bearer {_UNKNOWN_TOKEN}"}, 401, 1000, None),
        ({"X-Auth-Email": "owner@example.com", "X-Auth-Key": "0" * 37}, 401, 1000, None),
    ],
)
def test_refused_credentials(
    fake: FakeCloudflare, headers: dict[str, str], status: int, code: int, chained: int | None
) -> None:
    with Api(fake, headers) as api:
        answer = api.call("GET", "/oauth/scopes")
    error = answer.json()["errors"][0]
    assert (answer.status_code, error["code"]) == (status, code)
    assert [link["code"] for link in error.get("error_chain", [])] == ([chained] if chained else [])
    assert fake.journal()[0]["credential"] is None


def test_other_accounts_and_zones_are_forbidden(fake: FakeCloudflare, api: Api) -> None:
    foreign = fake.add_zone("foreign.example", account_id=_UNKNOWN_ID)
    assert api.errors("GET", f"/accounts/{_UNKNOWN_ID}/oauth_clients")[:2] == (403, [9109])
    assert api.errors("GET", f"/zones/{foreign['id']}/dns_records")[:2] == (403, [9109])
    assert api.result("GET", "/zones", name="foreign.example") == []


def test_credentials_look_real_and_outlive_a_reset(fake: FakeCloudflare) -> None:
    before = fake.credentials()
    fake.reset()
    assert fake.credentials() == before
    assert before["full"]["token"] == fake.token
    assert re.fullmatch(r"[0-9a-f]{37}", before["key"]["key"])
    assert {len(item["token"]) for item in before.values() if "token" in item} == {40}
