# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones and DNS records over the API."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import Api

_TXT = {"type": "TXT", "name": "app.example.com", "content": "one", "ttl": 60}
_ADDRESS = {**_TXT, "type": "A", "content": "192.0.2.1"}
_ALIAS = {**_TXT, "type": "CNAME", "content": "www.example.com"}


def test_zones_are_found_by_name_status_and_account(fake: FakeCloudflare, api: Api) -> None:
    fake.add_zone("waiting.example", status="pending")
    assert [zone["name"] for zone in api.result("GET", "/zones", name="EXAMPLE.org")] == ["example.org"]
    assert [zone["name"] for zone in api.result("GET", "/zones", status="pending")] == ["waiting.example"]
    assert len(api.result("GET", "/zones", **{"account.id": fake.account_id})) == 4
    assert api.result("GET", "/zones", **{"account.id": "0" * 32}) == []
    assert api.result("GET", "/zones", name="app.example.com") == []


def test_international_zones_are_listed_in_unicode_and_their_records_in_punycode(
    fake: FakeCloudflare, api: Api
) -> None:
    zone = fake.add_zone("xn--bcher-kva.example")
    assert [found["name"] for found in api.result("GET", "/zones", name="bücher.example")] == ["bücher.example"]
    assert api.result("GET", "/zones", name="xn--bcher-kva.example") == []
    assert api.result("GET", f"/zones/{zone['id']}") == zone
    records = f"/zones/{zone['id']}/dns_records"
    for name in ("@", "app.bücher.example", "www"):
        api.result("POST", records, {**_TXT, "name": name})
    names = {record["name"] for record in api.result("GET", records)}
    assert names == {f"{prefix}xn--bcher-kva.example" for prefix in ("", "app.", "www.")}


def test_pages(api: Api) -> None:
    first = api.call("GET", "/zones", per_page=2).json()
    info = {"count": 2, "page": 1, "per_page": 2, "total_count": 3, "total_pages": 2}
    assert first["result_info"] == info
    second = api.call("GET", "/zones", per_page=2, page=2).json()
    assert second["result_info"] == {**info, "count": 1, "page": 2}
    names = [zone["name"] for zone in first["result"] + second["result"]]
    assert sorted(names) == ["example.com", "example.net", "example.org"]
    assert api.errors("GET", "/zones?page=x")[0] == 400


def test_the_life_of_a_record(fake: FakeCloudflare, api: Api) -> None:
    path = api.records()
    record = api.result("POST", path, {"type": "TXT", "name": "app", "content": '"quoted"'})
    one = f"{path}/{record['id']}"
    assert (record["name"], record["content"], record["ttl"]) == ("app.example.com", '"quoted"', 1)
    fake.advance_clock(5)
    patched = api.result("PATCH", one, {"content": "plain", "comment": "why"})
    assert (patched["content"], patched["ttl"], patched["comment"]) == ("plain", 1, "why")
    assert patched["modified_on"] > patched["created_on"] == record["created_on"]
    replaced = api.result("PUT", one, _TXT)
    assert (replaced["content"], replaced["ttl"], replaced["comment"]) == ("one", 60, None)
    assert api.result("GET", one) == replaced
    assert api.result("DELETE", one) == {"id": record["id"]}
    for method in ("GET", "PATCH", "PUT", "DELETE"):
        assert api.errors(method, one, _TXT)[:2] == (404, [81044])
    assert api.status("GET", f"/zones/{'0' * 32}/dns_records") == 404
    assert api.status("GET", f"/zones/{'0' * 32}") == 404


def test_filters(api: Api) -> None:
    path = api.records()
    for name, content in (("app", "One"), ("app", "two"), ("www", "two")):
        api.result("POST", path, {"type": "TXT", "name": name, "content": content, "ttl": 60})
    api.result("POST", path, {"type": "CNAME", "name": "alias", "content": "app.example.com", "ttl": 60})

    def count(**query: str) -> int:
        return len(api.result("GET", path, **query))

    assert (count(), count(type="TXT"), count(type="CNAME"), count(type="MX")) == (4, 3, 1, 0)
    assert (count(name="APP.example.com"), count(**{"name.exact": "www.example.com"})) == (2, 1)
    assert (count(content="ONE"), count(content="two", name="app.example.com")) == (1, 1)
    assert (count(**{"name.startswith": "a"}), count(**{"content.contains": "w"})) == (3, 2)


@pytest.mark.parametrize(
    ("existing", "new", "code"),
    [
        (_TXT, {"content": '"one"'}, 81058),
        (_ADDRESS, {"type": "CNAME", "content": "www.example.com"}, 81053),
        (_ALIAS, {"type": "CNAME", "content": "other.example.com"}, 81053),
        (_ALIAS, {"type": "A", "content": "192.0.2.1"}, 81054),
        (_ALIAS, {"type": "AAAA", "content": "2001:db8::1"}, 81054),
        (None, {"content": ""}, 9005),
        (None, {"ttl": 5}, 9021),
        (None, {"content": "a\nb"}, 9051),
        (None, {"type": "SPELL"}, 9004),
        (None, {"name": ""}, 9000),
    ],
)
def test_refused_records(api: Api, existing: dict[str, Any] | None, new: dict[str, Any], code: int) -> None:
    path = api.records()
    if existing:
        api.result("POST", path, existing)
    assert api.errors("POST", path, {**_TXT, **new})[:2] == (400, [code])
    assert len(api.result("GET", path)) == (1 if existing else 0)


@pytest.mark.parametrize("proxied", [True, False])
@pytest.mark.parametrize("name", ["app.example.com", "example.com"])
def test_text_stands_beside_an_alias(api: Api, name: str, proxied: bool) -> None:
    path = api.records()
    for record in (_ALIAS | {"proxied": proxied}, _TXT, _TXT | {"type": "MX", "content": "10 mx.example.net"}):
        api.result("POST", path, {**record, "name": name})
    api.result("POST", path, {**_ADDRESS, "name": "two.example.com"})
    api.result("POST", path, {**_ADDRESS, "name": "two.example.com", "type": "AAAA", "content": "2001:db8::1"})
    assert [record["proxied"] for record in api.result("GET", path, name=name)] == [proxied, False, False]


def test_a_secondary_zone_cannot_be_written(fake: FakeCloudflare, api: Api) -> None:
    zone = fake.add_zone("copied.example", type="secondary")
    path = f"/zones/{zone['id']}/dns_records"
    assert api.result("GET", path) == []
    assert api.status("POST", path, {**_TXT, "name": "copied.example"}) == 400
