# SPDX-License-Identifier: GPL-3.0-or-later
"""One value of a TXT record set in a Cloudflare zone."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._dns import (
    check_record,
    find_zone,
    matching,
    quoted,
    refuse_beside_cname,
    unquoted,
    wanted_host,
    zone_candidates,
)
from ansible_collections.oauthops.iam.plugins.module_utils._errors import UsageError
from tests.unit.support import a_connection
from tests.unit.transport import Call, Script

HOST = "app.example.com"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("plain", "plain"),
        ('"quoted"', "quoted"),
        ('"one" "two"', "onetwo"),
        ('"one""two"', "onetwo"),
        (' "padded" ', "padded"),
        (r'"a \"b\" c\\d"', r'a "b" c\d'),
        ('say "hi"', 'say "hi"'),
        ('""', ""),
        ("", ""),
        ('"open', '"open'),
    ],
)
def test_the_text_of_txt_content(content: str, text: str) -> None:
    assert unquoted(content) == text


@pytest.mark.parametrize(
    ("text", "content"),
    [
        ("plain", '"plain"'),
        ('a"b\\c', r'"a\"b\\c"'),
        ("", '""'),
        ("x" * 255, f'"{"x" * 255}"'),
        ("x" * 256, f'"{"x" * 255}" "x"'),
    ],
)
def test_text_as_txt_content(text: str, content: str) -> None:
    assert quoted(text) == content
    assert unquoted(content) == text


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


def test_a_cname_rules_out_a_txt_record() -> None:
    with pytest.raises(UsageError, match=r"app\.example\.com is a CNAME for pages\.example.* beside a CNAME"):
        refuse_beside_cname([a_record(type="CNAME", content="pages.example")], HOST)


def test_other_records_do_not() -> None:
    refuse_beside_cname([a_record(), a_record(type="A", content="192.0.2.1")], HOST)


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
