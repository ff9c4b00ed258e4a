# SPDX-License-Identifier: GPL-3.0-or-later
"""The official SDK must take the fake for Cloudflare."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import TypeVar

import cloudflare
import pytest
from cloudflare.types.dns import TXTRecord
from cloudflare.types.iam import OAuthClientGetResponse

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import BASICS, DOMAIN

Thing = TypeVar("Thing")


@pytest.fixture
def sdk(fake: FakeCloudflare) -> Iterator[cloudflare.Cloudflare]:
    with cloudflare.Cloudflare(api_token=fake.token, base_url=fake.base_url, max_retries=0) as sdk:
        yield sdk


def _there(thing: Thing | None) -> Thing:
    """The SDK declares every answer as possibly missing."""
    assert thing is not None
    return thing


def _wait_for(sdk: cloudflare.Cloudflare, account_id: str, client_id: str, status: str) -> OAuthClientGetResponse:
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        client = _there(sdk.iam.oauth_clients.get(client_id, account_id=account_id))
        if client.client_uri_verification and client.client_uri_verification.status == status:
            return client
        time.sleep(0.05)
    raise AssertionError(f"{client_id} did not become {status}")


def test_the_life_of_a_client(fake: FakeCloudflare, sdk: cloudflare.Cloudflare) -> None:
    clients, account = sdk.iam.oauth_clients, fake.account_id
    fields = {**BASICS, **DOMAIN, "grant_types": ["authorization_code", "refresh_token"]}
    created = _there(clients.create(account_id=account, **fields))
    assert (created.visibility, created.has_rotated_secret) == ("private", False)
    assert created.client_secret
    assert set(created.scopes or ()) == {"dns.read", "zone.read", "offline_access"}
    assert [client.client_id for client in clients.list(account_id=account)] == [created.client_id]

    renamed = _there(clients.update(created.client_id, account_id=account, client_name="renamed"))
    assert (renamed.client_name, renamed.redirect_uris) == ("renamed", BASICS["redirect_uris"])

    zone = next(iter(sdk.zones.list(name="example.com")))
    text = _there(_there(created.client_uri_verification).text)
    sdk.dns.records.create(zone_id=zone.id, type="TXT", name="app.example.com", content=text, ttl=60)
    _wait_for(sdk, account, created.client_id, "verified")
    promoted = _there(clients.update(created.client_id, account_id=account, visibility="public"))
    assert promoted.visibility == "public"
    assert promoted.promoted_at

    rotated = _there(clients.rotate_secret(created.client_id, account_id=account))
    assert rotated.client_secret not in (None, created.client_secret)
    assert _there(clients.get(created.client_id, account_id=account)).has_rotated_secret is True
    dropped = _there(clients.delete_rotated_secret(created.client_id, account_id=account))
    deleted = _there(clients.delete(created.client_id, account_id=account))
    assert dropped.id == deleted.id == created.client_id
    assert list(clients.list(account_id=account)) == []


def test_scopes_are_typed(sdk: cloudflare.Cloudflare) -> None:
    scopes = {scope.id: scope for scope in sdk.iam.oauth_scopes.list()}
    assert len(scopes) >= 60
    assert scopes["account-settings.read"].category == "account_and_billing"
    assert scopes["dns.read"].scopes


def test_dns_records(sdk: cloudflare.Cloudflare) -> None:
    zone_id = next(iter(sdk.zones.list(name="example.org"))).id
    records = sdk.dns.records
    record = records.create(zone_id=zone_id, type="TXT", name="Deep.Example.org", content="one", ttl=60)
    assert isinstance(record, TXTRecord)
    assert record.name == "deep.example.org"
    found = records.list(zone_id=zone_id, name={"exact": "deep.example.org"}, type="TXT")
    assert list(found) == [record]
    assert list(records.list(zone_id=zone_id, type="CNAME")) == []
    edited = records.edit(record.id, zone_id=zone_id, type="TXT", name="deep.example.org", ttl=120, content="two")
    assert isinstance(edited, TXTRecord)
    assert (edited.id, edited.content, edited.ttl) == (record.id, "two", 120)
    assert _there(records.delete(record.id, zone_id=zone_id)).id == record.id
    with pytest.raises(cloudflare.NotFoundError):
        records.get(record.id, zone_id=zone_id)


def test_errors_are_typed(fake: FakeCloudflare, sdk: cloudflare.Cloudflare) -> None:
    clients, account = sdk.iam.oauth_clients, fake.account_id
    reader = fake.credentials()["read-only"]["token"]
    with pytest.raises(cloudflare.AuthenticationError):
        sdk.with_options(api_token="unknown-token-of-a-plausible-length-00001").iam.oauth_scopes.list()
    with pytest.raises(cloudflare.PermissionDeniedError):
        sdk.with_options(api_token=reader).iam.oauth_clients.delete("0" * 32, account_id=account)
    with pytest.raises(cloudflare.NotFoundError):
        clients.get("0" * 32, account_id=account)
    with pytest.raises(cloudflare.BadRequestError) as refused:
        clients.create(account_id=account, **{**BASICS, "scopes": ["no-such.read"]})
    assert refused.value.errors[0].code == 10904
    fake.set_variant(rate_limit=1)
    with pytest.raises(cloudflare.RateLimitError):
        clients.list(account_id=account)
    fake.add_fault(kind="cut")
    fake.set_variant(rate_limit=1200)
    with pytest.raises(cloudflare.APIConnectionError):
        clients.list(account_id=account)
