# SPDX-License-Identifier: GPL-3.0-or-later
"""dns_txt_info: who is asked, what they see, and that nobody's silence is fatal."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.resolver
import dns.rrset
import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._dns import lookup
from ansible_collections.oauthops.iam.plugins.module_utils._dns.name_server import (
    NameServer as NameServerOfOurs,
)
from ansible_collections.oauthops.iam.plugins.module_utils._dns.name_server import (
    NameServerError,
    authoritative_servers,
    system_resolver,
)
from ansible_collections.oauthops.iam.plugins.plugin_utils._dns_provider import looked_up
from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.servers.name_server import NameServer
from tests.unit.support import ModuleResult, run_as_given

VALUE = "cloudflare_oauth_client_publisher=5d41402abc4b2a76b9719d911017c592"
HOST = "app.example.com"
NOWHERE = "127.0.0.1:9"

Info = Callable[..., ModuleResult]


@pytest.fixture
def info(name_server: NameServer) -> Info:
    def run(**params: Any) -> ModuleResult:
        given = {"name": HOST, "value": VALUE, "servers": [name_server.address], "resolver_url": "", "timeout": 1}
        given = {name: value for name, value in {**given, **params}.items() if value is not None}
        return run_as_given("dns_txt_info", given, check=True)

    return run


def test_a_value_among_others_is_seen(info: Info, name_server: NameServer) -> None:
    absent = info()
    assert (absent.visible, absent.txt_values, absent.cname, absent.notes) == (False, [], None, [])
    name_server.add(HOST, "TXT", f'"{VALUE[:20]}" "{VALUE[20:]}"')
    name_server.add(HOST, "TXT", '"v=spf1 -all"')
    present = info(name="App.EXAMPLE.com.")
    assert (present.visible, present.txt_values, present.changed) == (True, [VALUE, "v=spf1 -all"], False)
    asked = {"server": name_server.address, "txt_values": present.asked[0]["txt_values"], "cname": None, "error": None}
    assert present.asked == [asked]


def test_without_a_value_nothing_is_visible_or_not(info: Info) -> None:
    spf = info(name="example.com", value=None)
    assert spf.visible is None
    assert "v=spf1 include:_spf.example.net ~all" in spf.txt_values


def test_a_name_that_is_not_there_has_no_value(info: Info) -> None:
    assert info(name="nothing.example.com").visible is False


def test_a_value_at_another_name_of_a_response_does_not_count(monkeypatch: pytest.MonkeyPatch) -> None:
    response = dns.message.make_response(dns.message.make_query(HOST, "TXT"))
    response.flags |= dns.flags.AA
    response.answer.append(dns.rrset.from_text("other.example.com.", 60, "IN", "TXT", f'"{VALUE}"'))
    wire = response.to_wire()
    monkeypatch.setattr(NameServerOfOurs, "_exchange", lambda _server, query: query[:2] + wire[2:])
    assert NameServerOfOurs("192.0.2.1", timeout=1).ask(HOST, "TXT").values == ()


def test_an_alias_is_told_and_followed(info: Info, name_server: NameServer) -> None:
    name_server.add("app.example.com", "TXT", f'"{VALUE}"')
    alias = info(name="alias.example.com")
    assert (alias.cname, alias.visible) == ("app.example.com", True)


def test_all_who_answer_must_see_it(info: Info, name_server: NameServer) -> None:
    name_server.add(HOST, "TXT", f'"{VALUE}"')
    with NameServer() as behind:
        both = info(servers=[name_server.address, behind.address])
    assert both.visible is False
    assert [each["txt_values"] for each in both.asked] == [[VALUE], []]


def test_one_who_is_silent_is_noted_and_does_not_count(info: Info, name_server: NameServer) -> None:
    name_server.add(HOST, "TXT", f'"{VALUE}"')
    found = info(servers=[NOWHERE, name_server.address])
    assert found.visible is True
    assert len(found.notes) == 1
    assert "127.0.0.1 port 9" in found.notes[0]


def test_a_name_server_may_be_given_by_name(info: Info, name_server: NameServer) -> None:
    assert info(servers=[f"localhost:{name_server.port}"]).visible is False
    unknown = info(servers=["no-such-name.invalid"])
    assert unknown.visible is None
    assert unknown.notes == ["This host cannot resolve the name server no-such-name.invalid."]


def test_a_server_of_other_zones_is_no_witness(info: Info) -> None:
    found = info(name="app.example.org")
    assert found.visible is None
    assert "REFUSED" in found.notes[0]


def test_a_delegating_server_is_no_witness(info: Info, name_server: NameServer) -> None:
    name_server.add("elsewhere.example.com", "NS", "ns.example.net.")
    assert info(name="app.elsewhere.example.com").visible is None


@pytest.mark.parametrize(
    ("unreachable", "note"),
    [
        ({"servers": [NOWHERE]}, "127.0.0.1 port 9"),
        ({"library": None}, "dnspython"),
    ],
    ids=["port 53 is closed", "no dnspython"],
)
def test_a_resolver_over_https_is_the_fallback(
    info: Info, fake: FakeCloudflare, monkeypatch: pytest.MonkeyPatch, unreachable: dict[str, Any], note: str
) -> None:
    if "library" in unreachable:
        monkeypatch.setattr(lookup, "DNSPYTHON_IMPORT_ERROR", "the traceback")
    params = {"resolver_url": fake.doh_url, "servers": unreachable.get("servers")}
    found = info(**params)
    assert found.visible is None
    assert note in found.notes[0]
    assert "cache" in found.notes[1]
    assert found.asked[-1] == {"server": fake.doh_url, "txt_values": [], "cname": None, "error": None}


@pytest.mark.parametrize("method", ["resolver", "authoritative"])
def test_only_who_is_wanted_is_asked(info: Info, fake: FakeCloudflare, name_server: NameServer, method: str) -> None:
    found = info(method=method, resolver_url=fake.doh_url)
    assert [each["server"] for each in found.asked] == [fake.doh_url if method == "resolver" else name_server.address]


def test_nobody_who_answers_is_no_failure(info: Info) -> None:
    found = info(servers=[NOWHERE], resolver_url="http://127.0.0.1:9/dns-query")
    assert (found.failed, found.visible, found.txt_values) == (False, None, [])
    assert len(found.notes) == 2


def test_a_name_that_no_resolver_takes_is_a_server_that_is_not_found(info: Info) -> None:
    found = info(servers=["ns1.example.com.."], method="authoritative")
    assert (found.failed, found.visible) == (False, None)
    assert "ns1.example.com.." in found.notes[0]


def test_a_silent_name_server_costs_no_more_than_the_timeout(info: Info) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        found = info(servers=[f"127.0.0.1:{silent.getsockname()[1]}"], timeout=0.3)
    assert found.visible is None
    assert "(Timeout)" in found.notes[0]


def test_many_silent_name_servers_cost_no_more_than_one(info: Info) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        port = silent.getsockname()[1]
        began = time.monotonic()
        found = info(servers=[f"127.0.0.{number}:{port}" for number in range(1, 30)], timeout=0.5)
    assert time.monotonic() - began < 5
    assert (found.visible, len(found.asked), len(found.notes)) == (None, 29, 29)


def test_finding_name_servers_costs_no_more_than_the_timeout(info: Info, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "zone_servers", lambda *_args: time.sleep(30))
    began = time.monotonic()
    found = info(servers=None, timeout=0.3)
    assert time.monotonic() - began < 5
    assert (found.visible, found.asked) == (None, [])
    assert "within 0.3 seconds" in found.notes[0]


def test_a_name_server_that_trickles_costs_no_more_than_the_timeout(
    info: Info, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(NameServerOfOurs, "ask", lambda *_args: time.sleep(30))
    began = time.monotonic()
    found = info(timeout=0.3)
    assert time.monotonic() - began < 5
    assert "no complete response" in found.asked[0]["error"]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("name", "a..b"),
        ("name", ""),
        ("timeout", -1),
        *(
            ("servers", [server])
            for server in ("[::1", "999.1.1.1", "a..b", "192.0.2.1:0", "192.0.2.1:99999", "ns1.example.com:x", "")
        ),
        ("resolver_url", "file:///etc/passwd"),
    ],
)
def test_bad_input_is_told(info: Info, option: str, value: Any) -> None:
    refused = info(**{option: value})
    assert refused.failed
    assert refused.error == {"code": "invalid_option", "option": option}


def test_another_method_is_refused(info: Info) -> None:
    refused = info(method="guess")
    assert (refused.failed, refused.code, "method" in refused.msg) == (True, None, True)


def resolver_of(server: NameServer) -> Any:
    resolver = dns.resolver.Resolver(configure=False)
    resolver.nameservers, resolver.port, resolver.lifetime = [server.host], server.port, 1.0
    return resolver


@pytest.mark.parametrize(
    ("name", "servers"),
    [
        ("example.com", {"ns.example.com": ["127.0.0.1"]}),
        ("a.b.app.example.com", {"ns.example.com": ["127.0.0.1"]}),
        ("alias.example.com", {"ns.example.com": ["127.0.0.1"]}),
        ("app.sub.example.com", {"ns.sub.example.com": ["127.0.0.1"]}),
    ],
)
def test_the_name_servers_of_the_longest_zone_are_found(
    name_server: NameServer, name: str, servers: dict[str, list[str]]
) -> None:
    assert authoritative_servers(resolver_of(name_server), name) == servers


def test_a_name_server_without_an_address_does_not_hide_the_others(name_server: NameServer) -> None:
    name_server.add("example.com", "NS", "ns9.example.net.")
    found = authoritative_servers(resolver_of(name_server), "app.example.com")
    assert found == {"ns.example.com": ["127.0.0.1"], "ns9.example.net": []}


def test_a_resolver_without_responses_for_ipv6_leaves_time(
    name_server: NameServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    resolve = dns.resolver.Resolver.resolve

    def silent(resolver: Any, name: Any, kind: Any, *more: Any, **options: Any) -> Any:
        if kind == "AAAA":
            time.sleep(options["lifetime"])
            raise dns.resolver.LifetimeTimeout(timeout=options["lifetime"], errors=[])
        return resolve(resolver, name, kind, *more, **options)

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", silent)
    for number in range(10):
        name_server.add("example.com", "NS", f"ns{number}.example.net.")
    began = time.monotonic()
    found = authoritative_servers(resolver_of(name_server), "app.example.com")
    assert time.monotonic() - began < 2 * resolver_of(name_server).lifetime  # a silent one for each would take ten
    assert found["ns.example.com"] == ["127.0.0.1"]


@pytest.mark.parametrize(
    ("name", "visible", "asks"),
    [
        (HOST, False, False),
        ("new.example.com", False, False),
        ("example.com", False, True),
        ("elsewhere.example.com", None, True),
    ],
)
def test_no_resolver_is_asked_for_a_name_before_its_record_can_exist(
    name_server: NameServer, monkeypatch: pytest.MonkeyPatch, name: str, visible: bool | None, asks: bool
) -> None:
    """A delegated name exists, so that no resolver caches the contrary."""
    name_server.add("elsewhere.example.com", "NS", "ns.example.net.")
    asked, resolve = [], dns.resolver.Resolver.resolve

    def noted(resolver: Any, wanted: Any, *more: Any, **options: Any) -> Any:
        asked.append(str(wanted).rstrip("."))
        return resolve(resolver, wanted, *more, **options)

    monkeypatch.setattr(dns.resolver.Resolver, "resolve", noted)
    monkeypatch.setattr(lookup, "system_resolver", lambda _timeout: resolver_of(name_server))
    monkeypatch.setattr(lookup, "DNS_PORT", name_server.port)
    dns_options = {"lookup": "auto", "lookup_servers": None, "lookup_url": "https://127.0.0.1:9/"}
    found = looked_up({"name": name, "value": VALUE}, dns_options, may_exist=False)
    assert (found["visible"], name in asked) == (visible, asks)


def test_name_servers_that_cannot_be_found_are_told(name_server: NameServer) -> None:
    with pytest.raises(NameServerError) as caught:
        authoritative_servers(resolver_of(name_server), "app.example.org")
    assert caught.value.code == "dns_unreachable"
    assert "app.example.org" in caught.value.message


def test_the_machines_own_resolver_is_bounded_in_time() -> None:
    assert system_resolver(0.25).lifetime == 0.25
