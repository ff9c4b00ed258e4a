# SPDX-License-Identifier: GPL-3.0-or-later
"""One value of a TXT record set in a Cloudflare zone: which zone, which records."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._dns.cloudflare_zone import (
    below,
    check_ttl,
    delegation,
    find_zone,
    matching,
    nearest_wildcard,
    read_zone,
    wanted_host,
    zone_candidates,
)
from ansible_collections.oauthops.iam.plugins.module_utils._dns.names import check_value
from tests.unit.support import a_connection, refuses
from tests.unit.transport import Call, Script

HOST = "app.example.com"


@pytest.mark.parametrize(
    ("host", "names"),
    [
        ("a.b.example.com", ["a.b.example.com", "b.example.com", "example.com"]),
        ("example.com", ["example.com"]),
        ("localhost", ["localhost"]),
    ],
)
def test_the_zones_that_could_hold_a_host(host: str, names: list[str]) -> None:
    assert zone_candidates(host) == names


def a_record(**overrides: Any) -> dict[str, Any]:
    return {"id": "r1", "type": "TXT", "name": HOST, "content": '"v"', "ttl": 1, **overrides}


@pytest.mark.parametrize(
    "overrides", [{}, {"content": "v"}, {"name": "APP.Example.com."}, {"content": '"" "v"'}, {"ttl": None}]
)
def test_a_record_that_matches(overrides: dict[str, Any]) -> None:
    assert matching([a_record(**overrides)], HOST, "v")


@pytest.mark.parametrize(
    "overrides",
    [{"type": "CNAME"}, {"name": "other.example.com"}, {"name": None}, {"content": '"V"'}, {"content": '"v "'}],
)
def test_a_record_that_does_not_match(overrides: dict[str, Any]) -> None:
    assert not matching([a_record(**overrides)], HOST, "v")


def ns(name: str, server: str = "ns.elsewhere.example") -> dict[str, Any]:
    return a_record(type="NS", name=name, content=server)


@pytest.mark.parametrize(
    ("records", "cut"),
    [
        ([], None),
        ([ns("example.com")], None),
        ([ns("other.example.com"), ns("xapp.example.com")], None),
        ([ns("App.Example.com.")], HOST),
        ([ns(HOST), ns("below." + HOST)], HOST),
    ],
)
def test_where_a_zone_hands_a_host_over(records: list[dict[str, Any]], cut: str | None) -> None:
    assert delegation(records, HOST, "example.com")[0] == cut


def test_the_highest_cut_decides_and_names_its_servers() -> None:
    records = [ns("a.b.example.com"), ns("b.example.com", "ns1.other"), ns("b.example.com", "ns2.other")]
    assert delegation(records, "x.a.b.example.com", "example.com") == ("b.example.com", ["ns1.other", "ns2.other"])


@pytest.mark.parametrize(
    ("wildcards", "host", "found"),
    [
        ([], HOST, (None, None)),
        (["*.example.com"], HOST, ("*.example.com", None)),
        (["*.Example.com."], HOST, ("*.example.com", None)),
        (["*.example.com"], "a.b.c.example.com", ("*.example.com", "c.example.com")),
        (["*.example.com", "*.c.example.com"], "a.b.c.example.com", ("*.c.example.com", "b.c.example.com")),
        (["*.other.example.com", "*.app.example.com"], HOST, (None, None)),
        (["*.example.com"], "example.com", (None, None)),
    ],
)
def test_the_nearest_wildcard(wildcards: list[str], host: str, found: tuple[str | None, str | None]) -> None:
    assert nearest_wildcard([a_record(name=name) for name in wildcards], host) == found


@pytest.mark.parametrize(("name", "is_below"), [(HOST, True), (f"x.{HOST}", True), (f"x{HOST}", False)])
def test_what_is_below_a_name(name: str, is_below: bool) -> None:
    assert bool(below([a_record(name=name)], HOST)) == is_below


def zones(name: str, *found: dict[str, Any]) -> Call:
    return Call("GET", "/zones", list(found), query={"name": name}, info={"total_count": len(found)})


def a_zone(**overrides: Any) -> dict[str, Any]:
    return {"id": "z1", "name": "example.com", "status": "active", "type": "full", **overrides}


def test_the_longest_zone_is_taken(cloudflare: Script) -> None:
    cloudflare.expect(zones("a.b.example.com"), zones("b.example.com", a_zone(id="z2", name="b.example.com")))
    assert find_zone(a_connection(), "a.b.example.com")["id"] == "z2"


@pytest.mark.parametrize(
    ("host", "unicode"), [("xn--bcher-kva.example", "bücher.example"), ("xn--53h.example", "☕.example")]
)
def test_an_international_zone_is_asked_for_as_cloudflare_lists_it(cloudflare: Script, host: str, unicode: str) -> None:
    cloudflare.expect(zones(host), zones(unicode, a_zone(name=unicode)))
    assert find_zone(a_connection(), host) == a_zone(name=host)
    cloudflare.expect(Call("GET", "/zones/z1", a_zone(name=unicode.upper())))
    assert read_zone(a_connection(), "z1", f"app.{host}")["name"] == host


def test_zones_of_other_names_are_not_taken(cloudflare: Script) -> None:
    cloudflare.expect(zones(HOST, a_zone()), zones("example.com", a_zone(name="example.org"), a_zone(id="z2")))
    assert find_zone(a_connection(), HOST)["id"] == "z2"


def test_no_zone(cloudflare: Script) -> None:
    cloudflare.expect(zones(HOST), zones("example.com"))
    with refuses("zone_not_found") as caught:
        find_zone(a_connection(), HOST)
    assert f"contains {HOST}. If the domain is at another DNS provider, publish" in caught.value.message
    assert "'Zone Read', 'DNS Read' and 'DNS Write'" in caught.value.message


@pytest.mark.parametrize(
    ("found", "zone"),
    [
        ([a_zone(id="p", status="pending")], "p"),
        ([a_zone(id="p", status="pending"), a_zone(id="a")], "a"),
        ([a_zone(id="s", type="secondary"), a_zone(id="a")], "a"),
        ([a_zone(id="s", type="secondary"), a_zone(id="p", status="pending")], "p"),
        ([{"id": "bare"}], "bare"),
        ([{"id": "odd", "type": ["full"]}], "odd"),
    ],
)
def test_the_zone_that_can_be_written(cloudflare: Script, found: list[dict[str, Any]], zone: str) -> None:
    cloudflare.expect(zones("example.com", *found))
    assert find_zone(a_connection(), "example.com")["id"] == zone


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        ("secondary", "The zone example.com is a secondary zone, read-only at Cloudflare"),
        ("partial", "The zone example.com is a partial (CNAME) zone, whose DNS is at another provider"),
        ("internal", "The zone example.com is an internal zone, which is not in the public DNS"),
    ],
)
def test_a_zone_that_will_not_do(cloudflare: Script, kind: str, text: str) -> None:
    cloudflare.expect(zones("example.com", a_zone(type=kind)))
    with refuses("zone_not_writable") as caught:
        find_zone(a_connection(), "example.com")
    assert text in caught.value.message


@pytest.mark.parametrize(
    ("statuses", "listed"),
    [
        (
            ("active", "active"),
            "example.com: z1 (active), z2 (active). Set zone_id of oauthops.iam.cloudflare_oauth_domain_record to one",
        ),
        (("moved", "pending"), "z1 (moved), z2 (pending)"),
    ],
)
def test_zones_that_could_both_be_meant(cloudflare: Script, statuses: tuple[str, str], listed: str) -> None:
    cloudflare.expect(zones("example.com", a_zone(status=statuses[0]), a_zone(id="z2", status=statuses[1])))
    with refuses("zone_ambiguous", "zone_id") as caught:
        find_zone(a_connection(), "example.com")
    assert listed in caught.value.message


@pytest.mark.parametrize(
    ("client_uri", "host", "name"),
    [
        ("https://App.Example.com:8443/x", None, HOST),
        (None, "App.Example.com.", HOST),
        ("", HOST, HOST),
        (None, "bücher.example", "xn--bcher-kva.example"),
    ],
)
def test_the_host_that_is_meant(client_uri: str | None, host: str | None, name: str) -> None:
    assert wanted_host({"client_uri": client_uri, "host": host}) == name


@pytest.mark.parametrize(
    ("option", "client_uri", "host"),
    [
        ("client_uri", "https://", None),
        ("client_uri", "app.example.com", None),
        ("host", None, "a..b"),
        ("host", "", None),
    ],
)
def test_no_host(option: str, client_uri: str | None, host: str | None) -> None:
    with refuses("invalid_option", option) as caught:
        wanted_host({"client_uri": client_uri, "host": host})
    assert f"{option}: {client_uri or host or ''!r} " in caught.value.message


@pytest.mark.parametrize("ttl", [None, 1, 30, 60, 86400])
def test_a_good_ttl(ttl: int | None) -> None:
    check_ttl(ttl)


@pytest.mark.parametrize("ttl", [-1, 0, 2, 29, 86401])
def test_a_bad_ttl(ttl: int) -> None:
    with refuses("invalid_option", "ttl") as caught:
        check_ttl(ttl)
    assert caught.value.message.startswith(f"ttl: {ttl} is out of range")


@pytest.mark.parametrize("value", ["", "ä", "a\nb", "\x7f"])
def test_a_bad_value(value: str) -> None:
    with refuses("invalid_option", "value"):
        check_value(value)
