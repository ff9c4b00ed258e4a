# SPDX-License-Identifier: GPL-3.0-or-later
"""One value of a TXT record set in a Cloudflare zone: which zone, which records."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._dns.cloudflare_zone import (
    below,
    check_record,
    delegation,
    find_zone,
    matching,
    nearest_wildcard,
    wanted_host,
    zone_candidates,
)
from tests.unit.support import a_connection
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
    cloudflare.expect(zones("a.b.example.com"), zones("b.example.com", a_zone(id="z2")))
    assert find_zone(a_connection(), "a.b.example.com")["id"] == "z2"


def test_no_zone(cloudflare: Script) -> None:
    cloudflare.expect(zones(HOST), zones("example.com"))
    with pytest.raises(UsageError, match=r"None of the zones .* holds app\.example\.com.*Zone Read.*DNS Write"):
        find_zone(a_connection(), HOST)


@pytest.mark.parametrize(
    ("found", "zone"),
    [
        ([a_zone(id="p", status="pending")], "p"),
        ([a_zone(id="p", status="pending"), a_zone(id="a")], "a"),
        ([a_zone(id="s", type="secondary"), a_zone(id="a")], "a"),
        ([a_zone(id="s", type="secondary"), a_zone(id="p", status="pending")], "p"),
        ([{"id": "bare"}], "bare"),
    ],
)
def test_the_zone_that_can_be_written(cloudflare: Script, found: list[dict[str, Any]], zone: str) -> None:
    cloudflare.expect(zones("example.com", *found))
    assert find_zone(a_connection(), "example.com")["id"] == zone


@pytest.mark.parametrize(
    ("found", "text"),
    [
        ([a_zone(type="secondary")], "The zone example.com is a secondary one and cannot be written here"),
        ([a_zone(type="partial")], "The zone example.com has a partial set-up, which leaves its DNS elsewhere"),
        ([a_zone(type="internal")], "The zone example.com is an internal one, which the world does not see"),
        ([a_zone(), a_zone(id="z2")], "Several zones have the name example.com: z1 (active), z2 (active)."),
        ([a_zone(status="moved"), a_zone(id="z2", status="pending")], "z1 (moved), z2 (pending). Say which"),
    ],
)
def test_zones_that_will_not_do(cloudflare: Script, found: list[dict[str, Any]], text: str) -> None:
    cloudflare.expect(zones("example.com", *found))
    with pytest.raises(UsageError) as caught:
        find_zone(a_connection(), "example.com")
    assert text in caught.value.message


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
    ("client_uri", "host", "text"),
    [
        ("https://", None, "client_uri: 'https://' has no host"),
        ("app.example.com", None, "client_uri: 'app.example.com' has no host"),
        (None, "a..b", "host: 'a..b' has no host"),
        ("", None, "host: '' has no host"),
    ],
)
def test_no_host(client_uri: str | None, host: str | None, text: str) -> None:
    with pytest.raises(UsageError, match=text.replace(".", r"\.")):
        wanted_host({"client_uri": client_uri, "host": host})


@pytest.mark.parametrize("ttl", [None, 1, 30, 60, 86400])
def test_a_good_ttl(ttl: int | None) -> None:
    check_record({"ttl": ttl, "value": "v"})


@pytest.mark.parametrize("ttl", [-1, 0, 2, 29, 86401])
def test_a_bad_ttl(ttl: int) -> None:
    with pytest.raises(UsageError, match=f"ttl must be 1 .* or from 30 to 86400 seconds, not {ttl}"):
        check_record({"ttl": ttl, "value": "v"})


@pytest.mark.parametrize("value", ["", "ä", "a\nb", "\x7f"])
def test_a_bad_value(value: str) -> None:
    with pytest.raises(UsageError, match="value must be the printable text"):
        check_record({"ttl": None, "value": value})
