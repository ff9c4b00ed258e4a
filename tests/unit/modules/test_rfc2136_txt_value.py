# SPDX-License-Identifier: GPL-3.0-or-later
"""What is asked of a name server for one value, and what is refused before."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._dns.name_server import NameServer, Records
from tests.unit.support import TXT, ModuleResult, run_as_given

HOST, ZONE = "app.example.com", "example.com"
GOOD = {"name": HOST, "value": TXT, "server": "192.0.2.1"}


def run(**given: Any) -> ModuleResult:
    return run_as_given("rfc2136_txt_value", {**GOOD, **given}, check=False)


@pytest.fixture
def updates(monkeypatch: pytest.MonkeyPatch) -> list[tuple[Any, ...]]:
    """The updates of a server where another value is at the host, whose zone only the name above it shows."""
    sent: list[tuple[Any, ...]] = []

    def ask(_server: NameServer, name: str, kind: str) -> Records:
        texts = Records(("other",), ('"other"',), 60)
        return {(HOST, "TXT"): texts, (ZONE, "SOA"): Records(zone=ZONE)}.get((name, kind), Records())

    monkeypatch.setattr(NameServer, "ask", ask)
    monkeypatch.setattr(NameServer, "is_in_use", lambda _server, zone, name: (zone, name) == (ZONE, HOST))
    for method in ("add_text", "remove_texts"):
        monkeypatch.setattr(NameServer, method, lambda _server, *update, method=method: sent.append((method, *update)))
    return sent


def test_a_value_is_added_beside_another(updates: list[tuple[Any, ...]]) -> None:
    result = run(name="App.Example.com.", ttl=300)
    assert (result.changed, result.txt_values) == (True, [TXT, "other"])
    assert result.dns_record == {"type": "TXT", "name": HOST, "value": TXT, "ttl": 60, "zone": ZONE}
    assert updates == [("add_text", ZONE, HOST, TXT, 60)]


def test_a_value_that_is_there_is_left_or_removed(updates: list[tuple[Any, ...]]) -> None:
    assert not run(value="other").changed
    assert not run(state="absent").changed
    assert updates == []
    result = run(value="other", state="absent")
    assert (result.changed, result.txt_values) == (True, [])
    assert updates == [("remove_texts", ZONE, HOST, ['"other"'])]


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("name", ""),
        ("name", "app..example.com"),
        ("zone", "https://example.com"),
        ("value", "two\nlines"),
        ("ttl", -1),
        ("ttl", 2**31),
        ("port", 0),
        ("port", 65536),
        ("timeout", 0),
    ],
)
def test_bad_input_is_refused_by_option(updates: list[tuple[Any, ...]], option: str, value: Any) -> None:
    result = run(**{option: value})
    assert (result.failed, result.code, result.option) == (True, "invalid_option", option)
    assert updates == []


@pytest.mark.parametrize(("option", "value"), [("ttl", 0), ("ttl", 2**31 - 1), ("port", 1), ("port", 65535)])
def test_the_limits_are_within(updates: list[tuple[Any, ...]], option: str, value: int) -> None:
    assert not run(**{option: value}).failed
