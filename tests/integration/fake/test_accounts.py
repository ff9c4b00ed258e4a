# SPDX-License-Identifier: GPL-3.0-or-later
"""More than one account: what is in each, and who reaches it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import BASICS, Api

_CHOSEN = "c0ffee" + "0" * 26
_FORBIDDEN = (403, [9109])


@pytest.fixture
def other(fake: FakeCloudflare) -> Iterator[Api]:
    """Calls in a second account."""
    with Api(fake, account_id=fake.add_account()) as api:
        yield api


def _names(api: Api) -> list[str]:
    return [client["client_name"] for client in api.result("GET", api.clients)]


def test_each_account_has_its_own_clients(fake: FakeCloudflare, api: Api, other: Api) -> None:
    here, there = api.create(client_name="here"), other.create(client_name="there")
    assert (_names(api), _names(other)) == (["here"], ["there"])
    told = {client["client_name"]: client["account_id"] for client in fake.state()["clients"]}
    assert [f"/accounts/{told[name]}/oauth_clients" for name in ("here", "there")] == [api.clients, other.clients]
    assert fake.state()["accounts"] == [told["here"], told["there"]]
    assert api.result("DELETE", api.one(here)) == {"id": here["client_id"]}
    assert (_names(api), _names(other)) == ([], ["there"])
    assert other.read(there)["client_name"] == "there"


@pytest.mark.parametrize(
    ("method", "path"),
    [("GET", ""), ("PATCH", ""), ("DELETE", ""), ("POST", "/rotate_secret"), ("DELETE", "/rotate_secret")],
)
def test_a_client_of_one_account_is_unknown_in_the_other(api: Api, other: Api, method: str, path: str) -> None:
    client = api.create()
    body = {"client_name": "taken over"} if method == "PATCH" else None
    assert other.errors(method, other.one(client) + path, body)[:2] == (404, [10404])
    assert api.read(client)["client_name"] == BASICS["client_name"]
    assert len(api.valid_secrets(client)) == 1


def test_names_and_the_limit_of_clients_are_an_accounts_own(fake: FakeCloudflare, api: Api, other: Api) -> None:
    fake.set_variant(duplicate_names="refuse", max_clients=1)
    assert [each.status("POST", each.clients, BASICS) for each in (api, other)] == [200, 200]
    assert [each.status("POST", each.clients, BASICS) for each in (api, other)] == [400, 400]
    fake.set_variant(max_clients=0)
    assert [each.status("POST", each.clients, BASICS) for each in (api, other)] == [400, 400]


def test_reads_of_one_account_do_not_end_the_lag_of_the_other(fake: FakeCloudflare, api: Api, other: Api) -> None:
    fake.set_variant(read_lag_reads=1)
    api.create(client_name="here")
    assert [_names(each) for each in (other, other, api, api)] == [[], [], [], ["here"]]


def test_a_credential_is_kept_out_of_the_accounts_it_is_not_for(fake: FakeCloudflare, api: Api, other: Api) -> None:
    zone = fake.add_zone("other.example", account_id=other.clients.split("/")[2])
    client, records = other.create(), f"/zones/{zone['id']}/dns_records"
    assert api.result("GET", records) == []
    fake.restrict([fake.account_id])
    assert _names(api) == []
    for method, path in (("GET", other.clients), ("GET", other.one(client)), ("POST", other.secret(client))):
        assert other.errors(method, path)[:2] == _FORBIDDEN
    assert other.errors("POST", other.clients, BASICS)[:2] == _FORBIDDEN
    assert api.errors("GET", records)[:2] == _FORBIDDEN
    assert api.result("GET", "/zones", name="other.example") == []
    assert other.status("GET", "/oauth/scopes") == 200

    unrestricted = {"Authorization": f"Bearer {fake.credentials()['read-only']['token']}"}
    with Api(fake, unrestricted) as reader:
        assert [item["client_id"] for item in reader.result("GET", other.clients)] == [client["client_id"]]
    fake.restrict(None)
    assert other.read(client)["client_id"] == client["client_id"]
    assert [item["name"] for item in api.result("GET", "/zones", name="other.example")] == ["other.example"]


def test_an_account_may_get_an_id_that_was_chosen(fake: FakeCloudflare) -> None:
    assert fake.add_account(_CHOSEN) == _CHOSEN
    with Api(fake, account_id=_CHOSEN) as api:
        assert api.create()["client_name"] == BASICS["client_name"]
    for refused, told in ((_CHOSEN, "there already"), ("short", "id")):
        with pytest.raises(ValueError, match=told):
            fake.add_account(refused)
    with pytest.raises(ValueError, match="no credential nobody"):
        fake.restrict([], credential="nobody")
