# SPDX-License-Identifier: GPL-3.0-or-later
"""TXT records, and where there cannot be one."""

from __future__ import annotations

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._dns.names import (
    check_value,
    check_wildcard,
    perhaps_beside_cname,
    quoted,
    refuse_below_delegation,
    refuse_beside_cname,
    unquoted,
)
from tests.unit.support import refuses

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
        ('"a" b', "ab"),
        ('"a" "open', '"a" "open'),
        (r'"a\032b\\032"', r"a b\032"),
        (r'"\0"', "0"),
        ('"a" ' + r"\"" * 100_000, '"a" ' + r"\"" * 100_000),
        ('"a" ' + "b" * 100_000 + '"', '"a" ' + "b" * 100_000 + '"'),
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


@pytest.mark.parametrize("value", ["", "two\nlines", "nö"])
def test_a_value_that_is_none(value: str) -> None:
    with refuses("invalid_option", "value") as caught:
        check_value(value)
    assert "value: it is empty or not printable ASCII" in caught.value.message


def test_a_cname_rules_out_a_txt_record() -> None:
    with refuses("record_conflict") as caught:
        refuse_beside_cname(HOST, "pages.example")
    assert f"{HOST} is a CNAME for pages.example, and DNS allows no TXT record beside a CNAME" in caught.value.message
    refuse_beside_cname(HOST, None)
    assert "A zone at Cloudflare takes a TXT record beside it" in perhaps_beside_cname(HOST, "pages.example")


def test_a_delegation_names_who_answers() -> None:
    with refuses("host_delegated") as caught:
        refuse_below_delegation(HOST, HOST, ["b.ns", "a.ns"])
    assert f"delegates {HOST} to a.ns, b.ns, so it does not serve {HOST}. Publish the record on" in caught.value.message
    refuse_below_delegation(HOST, None, [])


@pytest.mark.parametrize("types", [["A"], ["AAAA", "TXT"], ["CNAME"]])
def test_a_host_must_not_lose_the_addresses_that_a_wildcard_gives_it(types: list[str]) -> None:
    with refuses("wildcard_conflict") as caught:
        check_wildcard(HOST, types)
    assert "would make the host unreachable. Give it address records of its own" in caught.value.message


def test_a_host_that_loses_other_records_of_a_wildcard_is_warned_of() -> None:
    (warning,) = check_wildcard(HOST, {"TXT", "MX"})
    assert warning.startswith(f"{HOST} had no record of its own, and a wildcard covered it (MX, TXT).")
    assert check_wildcard(HOST, []) == []
