# SPDX-License-Identifier: GPL-3.0-or-later
"""What surrounds the API: headers, rate limit, journal, reset, what the fake says about itself."""

from __future__ import annotations

import re

import pytest
import requests

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.fake_cloudflare.variants import Variants
from tests.integration.fake.api import BASICS, DOMAIN, Api


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/oauth/scopes", 200),
        ("GET", "/nowhere", 404),
        ("PUT", "/oauth/scopes", 405),
        ("GET", "/zones?page=x", 400),
    ],
)
def test_every_answer_has_an_envelope_and_headers(api: Api, method: str, path: str, status: int) -> None:
    answer = api.call(method, path)
    assert answer.status_code == status
    body = answer.json()
    assert {"success", "errors", "messages", "result"} <= set(body)
    assert (body["success"], bool(body["errors"])) == (status == 200, status != 200)
    assert re.fullmatch(r"[0-9a-f]{16}-[A-Z]{3}", answer.headers["cf-ray"])
    assert re.fullmatch(r'"default";r=1199;t=\d+', answer.headers["ratelimit"])
    assert answer.headers["ratelimit-policy"] == '"default";q=1200;w=300'
    assert "retry-after" not in answer.headers


def test_the_rate_limit_bans_for_a_window(fake: FakeCloudflare, api: Api) -> None:
    fake.set_variant(rate_limit=2, rate_window=100)
    assert [api.status("GET", "/zones") for _unused in range(2)] == [200, 200]
    fake.advance_clock(90)
    limited = api.call("GET", "/zones")
    assert (limited.status_code, limited.json()["errors"][0]["code"]) == (429, 971)
    assert int(limited.headers["retry-after"]) == pytest.approx(100, abs=2)
    fake.advance_clock(90)
    assert api.status("GET", "/zones") == 429
    other = fake.credentials()["read-only"]["token"]
    with Api(fake, {"Authorization": f"Bearer {other}"}) as elsewhere:
        assert elsewhere.status("GET", "/zones") == 200
    fake.advance_clock(11)
    assert api.status("GET", "/zones") == 200


def test_the_journal_tells_everything_but_the_credential(fake: FakeCloudflare, api: Api) -> None:
    client = api.create()
    api.call("GET", "/zones", name="example.com")
    requests.post(fake.base_url + "/nowhere", data=b"no json", timeout=5)
    entries = fake.journal()
    assert [
        (entry["method"], entry["path"], entry["query"], entry["body"], entry["status"], entry["credential"])
        for entry in entries
    ] == [
        ("POST", api.clients, {}, BASICS, 200, "full"),
        ("GET", "/zones", {"name": "example.com"}, None, 200, "full"),
        ("POST", "/nowhere", {}, "no json", 404, None),
    ]
    assert fake.token not in str(entries)
    assert [entry["seq"] for entry in entries] == [entries[0]["seq"] + number for number in range(3)]
    assert fake.requests() == [f"POST {api.clients}", "GET /zones", "POST /nowhere"]
    fake.clear_journal()
    assert fake.requests() == []
    api.read(client)
    api.patch(client, client_name="x")
    assert fake.requests(writes_only=True) == [f"PATCH {api.one(client)}"]


def test_reset_forgets_everything(fake: FakeCloudflare, api: Api) -> None:
    pristine = fake.state()
    api.create(**DOMAIN)
    api.publish("app", "one")
    fake.add_zone("more.example")
    fake.add_account()
    fake.restrict([])
    fake.edit_scopes(remove=["dns.read"])
    fake.set_variant(extra_fields=True)
    fake.add_fault(kind="cut", path="/never")
    fake.advance_clock(1000)
    fake.reset()
    state = fake.state()
    assert {key: state[key] for key in ("account_id", "accounts", "clients", "records", "minted_secrets")} == {
        "account_id": fake.account_id,
        "accounts": [fake.account_id],
        "clients": [],
        "records": [],
        "minted_secrets": [],
    }
    assert [zone["name"] for zone in state["zones"]] == [zone["name"] for zone in pristine["zones"]]
    assert state["clock"]["advanced"] == 0
    assert (fake.variants(), fake.faults(), fake.journal()) == (Variants().model_dump(), [], [])
    assert api.create()["scopes"] == BASICS["scopes"]


def test_the_catalog_can_be_edited(fake: FakeCloudflare, api: Api) -> None:
    scope = {"id": "new-thing.read", "name": "New Thing Read", "category": "other"}
    assert "new-thing.read" in fake.edit_scopes(add=[scope], remove=["dns.read"])
    listed = {item["id"]: item for item in api.result("GET", "/oauth/scopes")}
    assert listed["new-thing.read"]["name"] == "New Thing Read"
    assert "dns.read" not in listed
    assert api.create(scopes=["new-thing.read"])["scopes"] == ["new-thing.read"]
    assert set(fake.edit_scopes(reset=True)) == set(listed) - {"new-thing.read"} | {"dns.read"}


def test_it_says_what_is_invented(fake: FakeCloudflare) -> None:
    about = requests.get(fake.control_url, timeout=5).json()
    assert len(about["ours"]) > 5
    assert set(about["variants"]) == set(Variants.model_fields)
    assert all(item["description"] and "default" in item for item in about["variants"].values())
