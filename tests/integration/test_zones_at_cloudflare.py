# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_domain_record in zones as they are: one value comes and goes, and nothing else changes."""

from __future__ import annotations

from typing import Any

import pytest
import requests

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.modules import Modules

VALUE, OTHER = "cloudflare_oauth_client_publisher=one", "cloudflare_oauth_client_publisher=two"
HOST = "app.example.com"
SPF = '"v=spf1 include:_spf.example.net " "~all"'
Json = Any


@pytest.fixture
def modules(fake: FakeCloudflare) -> Modules:
    return Modules(fake)


def zone_id(fake: FakeCloudflare, name: str = "example.com") -> str:
    (found,) = [zone["id"] for zone in fake.state()["zones"] if zone["name"] == name]
    return str(found)


def put(fake: FakeCloudflare, kind: str, name: str, content: str, **fields: Json) -> None:
    """A record that somebody else has made."""
    url = f"{fake.base_url}/zones/{zone_id(fake)}/dns_records"
    body = {"type": kind, "name": name, "content": content, "ttl": 300, "comment": "not ours", **fields}
    headers = {"Authorization": f"Bearer {fake.token}"}
    requests.post(url, json=body, headers=headers, timeout=10).raise_for_status()


def foreign(fake: FakeCloudflare) -> list[Json]:
    return [record for record in fake.state()["records"] if record["comment"] == "not ours"]


@pytest.mark.parametrize("stored", ["as_sent", "quoted"])
@pytest.mark.parametrize("host", [HOST, "example.com"], ids=["host", "apex"])
def test_values_come_and_go_one_by_one(modules: Modules, fake: FakeCloudflare, host: str, stored: str) -> None:
    fake.set_variant(txt_content=stored)
    for content in (SPF, "unquoted=text", '"quoted=text"'):
        put(fake, "TXT", host, content)
    put(fake, "A", host, "192.0.2.1")
    before = foreign(fake)

    assert [modules.record(host=host, value=value).changed for value in (VALUE, OTHER, VALUE)] == [True, True, False]
    assert (foreign(fake), len(fake.state()["records"])) == (before, 6)
    assert modules.record(host=host, value=VALUE, state="absent").changed
    assert not modules.record(host=host, value=OTHER).changed
    assert modules.record(host=host, value=OTHER, state="absent").changed
    assert fake.state()["records"] == before


@pytest.mark.parametrize(
    "content",
    [VALUE, f'"{VALUE}"', f'"{VALUE[:9]}" "{VALUE[9:]}"', f'"{VALUE[:9]}""{VALUE[9:]}"', f'"{VALUE[:9]}" {VALUE[9:]}'],
)
def test_a_value_is_known_however_it_is_written(modules: Modules, fake: FakeCloudflare, content: str) -> None:
    put(fake, "TXT", HOST, content)
    assert not modules.record(host=HOST, value=VALUE).changed
    assert modules.record(host=HOST, value=VALUE, state="absent").changed
    assert fake.state()["records"] == []


@pytest.mark.parametrize(
    ("client_uri", "host"),
    [
        ("https://APP.Example.com:8443/path?x", HOST),
        ("https://app.example.com./", HOST),
        ("https://bücher.example.com/", "xn--bcher-kva.example.com"),
        ("https://example.com", "example.com"),
    ],
)
def test_the_host_is_that_of_the_home_page(modules: Modules, fake: FakeCloudflare, client_uri: str, host: str) -> None:
    assert modules.record(client_uri=client_uri, value=VALUE).dns_record["name"] == host
    assert [record["name"] for record in fake.state()["records"]] == [host]


@pytest.mark.parametrize("proxied", [True, False])
@pytest.mark.parametrize("host", [HOST, "example.com"], ids=["host", "apex"])
def test_the_value_stands_beside_a_cname(modules: Modules, fake: FakeCloudflare, host: str, proxied: bool) -> None:
    put(fake, "CNAME", host, "x.pages.example", proxied=proxied)
    before = foreign(fake)
    assert [modules.record(host=host, value=VALUE).changed for _time in range(2)] == [True, False]
    assert modules.record(host=host, value=VALUE, state="absent").changed
    assert fake.state()["records"] == before


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("records", "host", "code"),
    [
        ([("NS", "sub.example.com", "ns.example.net")], "app.sub.example.com", "host_delegated"),
        ([("NS", HOST, "ns.example.net")], HOST, "host_delegated"),
        ([("A", "*.example.com", "192.0.2.1")], HOST, "wildcard_conflict"),
        ([("CNAME", "*.example.com", "x.example.net")], "a.b.example.com", "wildcard_conflict"),
        ([], "app.example.invalid", "zone_not_found"),
    ],
    ids=["delegated above", "delegated", "wildcard", "wildcard of several labels", "no zone"],
)
def test_where_no_record_can_be_is_told_before_anything_is_written(
    modules: Modules, fake: FakeCloudflare, records: list[Any], host: str, code: str, check: bool
) -> None:
    for record in records:
        put(fake, *record)
    fake.clear_journal()
    refused = modules.record(host=host, value=VALUE, check=check)
    assert (refused.failed, refused.changed, refused.code) == (True, False, code)
    assert fake.requests(writes_only=True) == []


def test_a_wildcard_of_text_is_warned_of(modules: Modules, fake: FakeCloudflare) -> None:
    put(fake, "TXT", "*.example.com", '"v=spf1 -all"')
    assert ["(TXT)" in warning for warning in modules.record(host=HOST, value=VALUE).warnings] == [True]
    assert modules.record(host=HOST, value=VALUE).warnings == []


def test_a_name_on_the_way_keeps_the_wildcard_away(modules: Modules, fake: FakeCloudflare) -> None:
    put(fake, "A", "*.example.com", "192.0.2.1")
    put(fake, "A", "other.sub.example.com", "192.0.2.1")
    assert modules.record(host="app.sub.example.com", value=VALUE).changed


def test_a_delegated_sub_zone_of_the_account_is_used(modules: Modules, fake: FakeCloudflare) -> None:
    sub = fake.add_zone("sub.example.com")
    put(fake, "NS", "sub.example.com", "ada.ns.fake.invalid")
    assert modules.record(host="app.sub.example.com", value=VALUE).dns_record["zone_id"] == sub["id"]


@pytest.mark.parametrize("kind", ["partial", "secondary", "internal"])
def test_a_zone_whose_records_the_world_does_not_get_here(modules: Modules, fake: FakeCloudflare, kind: str) -> None:
    fake.add_zone("sub.example.com", type=kind)
    assert modules.record(host="app.sub.example.com", value=VALUE).code == "zone_not_writable"


def test_a_zone_that_is_not_active_yet_is_warned_of(modules: Modules, fake: FakeCloudflare) -> None:
    fake.add_zone("sub.example.com", status="pending")
    added = modules.record(host="app.sub.example.com", value=VALUE)
    assert added.changed
    assert ["pending" in warning for warning in added.warnings] == [True]


def test_a_zone_that_does_not_hold_the_host_is_refused(modules: Modules, fake: FakeCloudflare) -> None:
    elsewhere = zone_id(fake, "example.org")
    for state in ("present", "absent"):
        refused = modules.record(host=HOST, value=VALUE, zone_id=elsewhere, state=state)
        assert (refused.failed, refused.code, refused.error["option"]) == (True, "zone_not_found", "zone_id")
    assert fake.state()["records"] == []
    assert modules.record(host=HOST, value=VALUE, zone_id="0" * 32).code == "zone_not_found"


@pytest.mark.parametrize("by_id", [True, False])
@pytest.mark.parametrize("name", ["bücher.example", "xn--bcher-kva.example"])
def test_an_international_zone_is_found(modules: Modules, fake: FakeCloudflare, name: str, by_id: bool) -> None:
    zone = fake.add_zone(name)
    assert zone["name"] == "bücher.example"
    given = {"client_uri": "https://bücher.example/", "value": VALUE, **({"zone_id": zone["id"]} if by_id else {})}
    added = modules.record(**given)
    assert (added.changed, added.dns_record["zone_id"]) == (True, zone["id"])
    assert [record["name"] for record in fake.state()["records"]] == ["xn--bcher-kva.example"]
    assert not modules.record(**given).changed
    assert modules.record(**given, state="absent").changed
    assert fake.state()["records"] == []


def test_a_zone_of_another_account_is_told(modules: Modules, fake: FakeCloudflare) -> None:
    zone = fake.add_zone("foreign.example", account_id="f" * 32)
    unseen = modules.record(host="app.foreign.example", value=VALUE)
    assert unseen.code == "zone_not_found"
    named = modules.record(host="app.foreign.example", value=VALUE, zone_id=zone["id"])
    assert (named.code, named.error["status"]) == ("unauthorized", 403)


@pytest.mark.parametrize(
    ("credential", "permission"), [("read-only", "DNS Write"), ("oauth-only", "Zone Read"), ("write-only", "Zone Read")]
)
def test_a_token_without_the_right_names_it(
    modules: Modules, fake: FakeCloudflare, credential: str, permission: str
) -> None:
    token = fake.credentials()[credential]["token"]
    refused = modules.record(host=HOST, value=VALUE, api_token=token)
    assert (refused.failed, refused.code) == (True, "unauthorized")
    assert f"'{permission}'" in refused.msg
    assert fake.state()["records"] == []
