# SPDX-License-Identifier: GPL-3.0-or-later
"""The rules that OAuth clients obey under the default variants."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import BASICS, DOMAIN, Api


def test_a_new_client(fake: FakeCloudflare, api: Api) -> None:
    client = api.create(**DOMAIN, optional_scopes=["dns.read"])
    assert re.fullmatch(r"[0-9a-f]{32}", client["client_id"])
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", client["created_at"])
    assert client["visibility"] == "private"
    assert {name: client[name] for name in BASICS} == BASICS
    assert api.valid_secrets(client) == [client["client_secret"]]
    assert "client_secret" not in api.read(client)
    assert fake.state()["minted_secrets"] == [client["client_secret"]]


def test_clients_are_there_without_a_request_for_each(fake: FakeCloudflare, api: Api) -> None:
    ids = fake.add_clients([{**BASICS, "client_name": f"App {number}"} for number in range(30)])
    assert fake.requests() == []
    assert [client["client_id"] for client in fake.state()["clients"]] == ids
    assert api.read({"client_id": ids[-1]})["client_name"] == "App 29"


@pytest.mark.parametrize("field", list(BASICS))
def test_required_fields(api: Api, field: str) -> None:
    body = {name: value for name, value in BASICS.items() if name != field}
    assert api.errors("POST", api.clients, body) == (400, [10902], [f"/{field}"])


_BAD_VALUES: list[tuple[str, Any]] = [
    ("client_name", ""),
    ("client_name", 7),
    ("grant_types", ["refresh_token"]),
    ("grant_types", ["authorization_code", "password"]),
    ("response_types", ["CODE"]),
    ("response_types", []),
    ("redirect_uris", []),
    ("redirect_uris", "https://app.example.com/"),
    ("redirect_uris", ["/callback"]),
    ("redirect_uris", ["https://app.example.com/#fragment"]),
    ("redirect_uris", ["myapp://callback"]),
    ("redirect_uris", ["http://[broken"]),
    ("scopes", []),
    ("scopes", ["no-such.read"]),
    ("scopes", ["dns:read"]),
    ("token_endpoint_auth_method", "private_key_jwt"),
    ("allowed_cors_origins", ["https://app.example.com/path"]),
    ("allowed_cors_origins", None),
    ("client_uri", "app.example.com"),
    ("logo_uri", "ftp://app.example.com/logo.png"),
    ("optional_scopes", ["cache.purge"]),
    ("optional_scopes", ["offline_access"]),
]


@pytest.mark.parametrize(("field", "value"), _BAD_VALUES)
def test_bad_values(api: Api, field: str, value: object) -> None:
    client = api.create()
    for method, path, body in (
        ("POST", api.clients, {**BASICS, field: value}),
        ("PATCH", api.one(client), {field: value}),
    ):
        status, _unused, pointers = api.errors(method, path, body)
        assert (status, pointers) == (400, [f"/{field}"])
    assert len(api.result("GET", api.clients)) == 1
    assert api.read(client)["updated_at"] == client["updated_at"]


def test_local_redirects_and_identity_scopes_are_fine(api: Api) -> None:
    client = api.create(redirect_uris=["http://localhost:8976/cb"], scopes=["profile", "email"])
    assert client["scopes"] == ["profile", "email"]


def test_a_body_that_is_no_object(fake: FakeCloudflare, api: Api) -> None:
    headers = {"Authorization": f"Bearer {fake.token}"}
    broken = requests.post(fake.base_url + api.clients, data=b"{", headers=headers, timeout=5)
    assert (broken.status_code, broken.json()["errors"][0]["code"]) == (400, 10900)
    assert api.status("POST", api.clients, [1]) == 400
    assert api.status("PATCH", api.one(api.create()), [1]) == 400


def test_protocol_scopes_follow_grant_and_response_types(api: Api) -> None:
    client = api.create(scopes=["openid", "offline_access", "dns.read"])
    assert client["scopes"] == ["dns.read"]
    assert set(api.patch(client, grant_types=["authorization_code", "refresh_token"])["scopes"]) == {
        "dns.read",
        "offline_access",
    }
    assert set(api.patch(client, response_types=["code", "id_token"])["scopes"]) == {
        "dns.read",
        "offline_access",
        "openid",
    }
    assert api.patch(client, grant_types=["authorization_code"], response_types=["code"])["scopes"] == ["dns.read"]


def test_patch_is_partial_and_replaces_whole_arrays(fake: FakeCloudflare, api: Api) -> None:
    client = api.create(tos_uri="https://app.example.com/tos", allowed_cors_origins=["https://a.example.com"])
    fake.advance_clock(60)
    changed = api.patch(client, scopes=["cache.purge"])
    assert changed["updated_at"] > client["updated_at"]
    assert changed["created_at"] == client["created_at"]
    assert changed["scopes"] == ["cache.purge"]
    same = set(client) - {"scopes", "updated_at", "client_secret"}
    assert {name: changed[name] for name in same} == {name: client[name] for name in same}
    cleared = api.patch(client, tos_uri=None, allowed_cors_origins=[])
    assert not {"tos_uri", "allowed_cors_origins"} & set(cleared)


def test_shrinking_scopes_below_the_optional_ones_is_refused(api: Api) -> None:
    client = api.create(optional_scopes=["zone.read"])
    assert api.errors("PATCH", api.one(client), {"scopes": ["dns.read"]})[2] == ["/optional_scopes"]
    assert "optional_scopes" not in api.patch(client, scopes=["dns.read"], optional_scopes=[])


def test_promotion_needs_four_things(fake: FakeCloudflare, api: Api) -> None:
    bare = api.create(scopes=["profile"])
    answer = api.call("PATCH", api.one(bare), {"visibility": "public"})
    errors = answer.json()["errors"]
    assert answer.status_code == 400
    assert [error["source"]["pointer"] for error in errors] == ["/logo_uri", "/client_uri", "/scopes"]
    assert "non-empty logo_uri" in errors[0]["message"]

    ready = api.verified()
    assert api.status("PATCH", api.one(ready), {"visibility": "private"}) == 400
    public = api.patch(ready, visibility="public")
    assert (public["visibility"], public["promoted_at"]) == ("public", public["updated_at"])
    assert api.patch(ready, scopes=["cache.purge"])["visibility"] == "public"
    assert api.read(ready)["client_uri_verification"]["status"] == "verified"
    fake.set_verification(ready["client_id"], "failed")
    assert api.read(ready)["visibility"] == "public"


def test_a_verified_domain_is_locked(api: Api) -> None:
    client = api.verified()
    for value in ("https://other.example.com/", None):
        assert api.errors("PATCH", api.one(client), {"client_uri": value}) == (400, [10905], ["/client_uri"])
    assert api.patch(client, client_uri="https://app.example.com/new")["client_uri"] == "https://app.example.com/new"


def test_two_secrets_at_most(fake: FakeCloudflare, api: Api) -> None:
    client = api.create()
    first = client["client_secret"]
    second = api.result("POST", api.secret(client))["client_secret"]
    assert api.valid_secrets(client) == [first, second]
    assert api.read(client)["has_rotated_secret"] is True
    assert api.status("POST", api.secret(client)) == 400
    assert api.result("DELETE", api.secret(client)) == {"id": client["client_id"]}
    assert api.valid_secrets(client) == [second]
    assert api.read(client)["has_rotated_secret"] is False
    assert fake.state()["minted_secrets"] == [first, second]


def test_public_clients_have_no_secret(api: Api) -> None:
    client = api.create(token_endpoint_auth_method="none")
    assert "client_secret" not in client
    assert api.status("POST", api.secret(client)) == 400
    assert api.status("DELETE", api.secret(client)) == 400
    assert api.valid_secrets(client) == []


def test_a_deleted_client_is_gone(api: Api) -> None:
    client = api.create()
    assert api.result("DELETE", api.one(client)) == {"id": client["client_id"]}
    for method, path in (
        ("GET", api.one(client)),
        ("PATCH", api.one(client)),
        ("DELETE", api.one(client)),
        ("POST", api.secret(client)),
        ("DELETE", api.secret(client)),
    ):
        assert api.errors(method, path, {"client_name": "x"})[:2] == (404, [10404])


@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_the_token_endpoint_knows_valid_secrets(fake: FakeCloudflare, api: Api, method: str) -> None:
    client = api.create(token_endpoint_auth_method=method)

    def status(secret: str, *, basic: bool) -> int:
        pair = (client["client_id"], secret)
        form = {"grant_type": "client_credentials"}
        if not basic:
            form |= {"client_id": pair[0], "client_secret": pair[1]}
        return requests.post(fake.token_url, data=form, auth=pair if basic else None, timeout=5).status_code

    basic = method == "client_secret_basic"
    first = client["client_secret"]
    assert status(first, basic=basic) == 200
    assert status(first, basic=not basic) == 401
    assert status("wrong", basic=basic) == 401
    second = api.result("POST", api.secret(client))["client_secret"]
    assert (status(first, basic=basic), status(second, basic=basic)) == (200, 200)
    api.result("DELETE", api.secret(client))
    assert (status(first, basic=basic), status(second, basic=basic)) == (401, 200)
    assert requests.post(fake.token_url, data={"grant_type": "password"}, timeout=5).status_code == 400
    assert fake.requests(writes_only=True)[0] == f"POST {api.clients}"
