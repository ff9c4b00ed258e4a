# SPDX-License-Identifier: GPL-3.0-or-later
"""The name server, asked by dnspython, and DNS over HTTPS."""

from __future__ import annotations

from collections.abc import Callable

import dns.flags
import dns.message
import dns.query
import dns.rcode
import pytest
import requests

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import Api

Ask = Callable[..., dns.message.Message]


@pytest.fixture(params=[dns.query.udp, dns.query.tcp])
def ask(fake: FakeCloudflare, request: pytest.FixtureRequest) -> Ask:
    host, _unused, port = fake.dns_address.partition(":")

    def asked(name: str, kind: str = "TXT") -> dns.message.Message:
        answer: dns.message.Message = request.param(dns.message.make_query(name, kind), host, port=int(port), timeout=5)
        return answer

    return asked


def _texts(answer: dns.message.Message) -> list[bytes]:
    return [b"".join(rdata.strings) for rrset in answer.answer if rrset.rdtype == dns.rdatatype.TXT for rdata in rrset]


def test_txt_records_in_any_case(api: Api, ask: Ask) -> None:
    api.publish("App.Example.com", "one")
    api.publish("app.example.com", '"two " "halves"', ttl=300)
    answer = ask("aPP.eXAMPLE.com")
    assert sorted(_texts(answer)) == [b"one", b"two halves"]
    assert answer.flags & dns.flags.AA
    assert answer.rcode() == dns.rcode.NOERROR


def test_absent_names_and_absent_types(api: Api, ask: Ask) -> None:
    api.publish("deep.app.example.com", "one")
    expected = {
        "no.example.com": dns.rcode.NXDOMAIN,
        "example.com": dns.rcode.NOERROR,
        "app.example.com": dns.rcode.NOERROR,
    }
    for name, rcode in expected.items():
        answer = ask(name)
        assert (answer.rcode(), answer.answer) == (rcode, [])
        assert [rrset.name.to_text() for rrset in answer.authority] == ["example.com."]
    assert ask("deep.app.example.com", "A").rcode() == dns.rcode.NOERROR


def test_foreign_and_unserved_zones_are_refused(fake: FakeCloudflare, ask: Ask) -> None:
    fake.add_zone("waiting.example", status="pending")
    fake.add_zone("copied.example", type="secondary")
    for name in ("cloudflare.com", "app.waiting.example", "app.copied.example"):
        answer = ask(name)
        assert answer.rcode() == dns.rcode.REFUSED
        assert not answer.flags & dns.flags.AA


def test_cname_is_followed(api: Api, ask: Ask) -> None:
    records = api.records()
    api.result("POST", records, {"type": "CNAME", "name": "www", "content": "app.example.com", "ttl": 60})
    api.result("POST", records, {"type": "CNAME", "name": "away", "content": "app.elsewhere.test", "ttl": 60})
    assert ask("www.example.com").rcode() == dns.rcode.NXDOMAIN
    api.publish("app", "one")
    answer = ask("www.example.com")
    assert [rrset.rdtype.name for rrset in answer.answer] == ["CNAME", "TXT"]
    assert _texts(answer) == [b"one"]
    away = ask("away.example.com")
    assert (away.rcode(), [rrset.rdtype.name for rrset in away.answer]) == (dns.rcode.NOERROR, ["CNAME"])


@pytest.mark.parametrize("proxied", [True, False])
def test_text_beside_an_alias_is_answered(api: Api, ask: Ask, proxied: bool) -> None:
    alias = {"type": "CNAME", "name": "app", "content": "x.pages.test", "ttl": 60, "proxied": proxied}
    api.result("POST", api.records(), alias)
    assert [rrset.rdtype.name for rrset in ask("app.example.com").answer] == ([] if proxied else ["CNAME"])
    api.publish("app", "one")
    assert _texts(ask("app.example.com")) == [b"one"]


def test_a_zone_below_another_answers_for_itself(fake: FakeCloudflare, api: Api, ask: Ask) -> None:
    api.publish("sub.example.com", "above")
    fake.add_zone("sub.example.com")
    assert _texts(ask("sub.example.com")) == []
    api.result("POST", api.records("sub.example.com"), {"type": "TXT", "name": "@", "content": "below"})
    assert _texts(ask("sub.example.com")) == [b"below"]


def test_long_answers_fit_only_tcp(fake: FakeCloudflare, api: Api) -> None:
    for number in range(6):
        api.publish("app.example.com", f"{number}" * 300)
    host, _unused, port = fake.dns_address.partition(":")
    query = dns.message.make_query("app.example.com", "TXT")
    assert dns.query.udp(query, host, port=int(port), timeout=5).flags & dns.flags.TC
    answer, by_tcp = dns.query.udp_with_fallback(query, host, port=int(port), timeout=5)
    assert by_tcp
    assert sorted(_texts(answer)) == [f"{number}".encode() * 300 for number in range(6)]
    roomy = dns.message.make_query("app.example.com", "TXT", use_edns=0, payload=4096)
    assert len(_texts(dns.query.udp(roomy, host, port=int(port), timeout=5))) == 6


def test_dns_over_https(fake: FakeCloudflare, api: Api) -> None:
    def ask(name: str, kind: str = "TXT") -> requests.Response:
        return requests.get(fake.doh_url, params={"name": name, "type": kind}, timeout=5)

    api.publish("app.example.com", "one two", ttl=120)
    answer = ask("app.example.com")
    assert answer.headers["content-type"] == "application/dns-json"
    assert answer.json()["Status"] == 0
    assert answer.json()["Answer"] == [{"name": "app.example.com", "type": 16, "TTL": 120, "data": '"one two"'}]
    assert ask("no.example.com").json()["Status"] == 3
    assert ask("example.com").json()["Status"] == 0
    assert "Answer" not in ask("example.com").json()
    assert ask("cloudflare.com").json()["Status"] == 2
    assert ask("app.example.com", "NONSENSE").status_code == 400
