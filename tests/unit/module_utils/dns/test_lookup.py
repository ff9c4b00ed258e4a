# SPDX-License-Identifier: GPL-3.0-or-later
"""What a lookup makes of the responses that it gets."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._dns import lookup
from ansible_collections.oauthops.iam.plugins.module_utils._dns.lookup import asked_resolver, host_and_port, look_up
from ansible_collections.oauthops.iam.plugins.module_utils._dns.name_server import NameServer, NameServerError, Records
from tests.unit.support import TXT, refuses

HOST = "app.example.com"


@pytest.fixture
def responses(monkeypatch: pytest.MonkeyPatch) -> dict[str, Any]:
    """What is asked, by address, and what each name server responds."""
    given: dict[str, Any] = {}

    def ask(server: NameServer, name: str, kind: str) -> Records:
        assert (name, kind) == (HOST, "TXT")
        if isinstance(given[server.address], Exception):
            raise given[server.address]
        return Records(**given[server.address])

    monkeypatch.setattr(NameServer, "ask", ask)
    return given


@pytest.mark.parametrize(
    ("both", "visible"),
    [
        (({"values": (TXT, "other")}, {"values": (TXT,)}), True),
        (({"values": (TXT,)}, {"values": ("other",)}), False),
        (
            (
                {"values": (TXT,)},
                NameServerError("dns_unreachable", "The name server 192.0.2.1 gave no response (Timeout)."),
            ),
            True,
        ),
        (({"values": (TXT,)}, {"cut": "example.com", "servers": ("ns1.example.net",)}), True),
        (
            (
                {"cut": "example.com"},
                NameServerError("dns_unreachable", "The name server 192.0.2.1 gave no response (Timeout)."),
            ),
            None,
        ),
    ],
)
def test_all_servers_that_respond_must_show_the_value(
    responses: dict[str, Any], both: tuple[Any, Any], visible: bool | None
) -> None:
    responses.update(zip(("192.0.2.1", "192.0.2.2"), both, strict=True))
    params = {"value": TXT, "method": "auto", "servers": list(responses), "resolver_url": "", "timeout": 1.0}
    found = look_up(HOST, params)
    assert found["visible"] is visible
    unusable = [isinstance(each, Exception) or "cut" in each for each in both]
    assert [each["error"] is not None for each in found["asked"]] == unusable
    assert len(found["notes"]) == sum(unusable)


@pytest.mark.parametrize(
    ("server", "place"),
    [
        ("192.0.2.1", ("192.0.2.1", 53)),
        (" 192.0.2.1:5353 ", ("192.0.2.1", 5353)),
        ("ns1.example.com:65535", ("ns1.example.com", 65535)),
        ("2001:db8::1", ("2001:db8::1", 53)),
        ("[2001:db8::1]:5353", ("2001:db8::1", 5353)),
    ],
)
def test_where_a_name_server_is(server: str, place: tuple[str, int]) -> None:
    assert host_and_port(server) == place


@pytest.mark.parametrize("server", ["", "[::1", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2", "ns1.example.com:x"])
def test_where_no_name_server_can_be(server: str) -> None:
    with refuses("invalid_option", "servers"):
        host_and_port(server)


@pytest.mark.parametrize("url", ["https://dns.example/query", "https://dns.example/query?ct=json"])
def test_a_resolver_is_asked_for_the_txt_records(monkeypatch: pytest.MonkeyPatch, url: str) -> None:
    asked: list[str] = []

    def fetched(query: str, _timeout: float) -> bytes:
        asked.append(query)
        return json.dumps({"Status": 0, "Answer": [{"name": HOST, "type": 16, "data": f'"{TXT}"'}]}).encode()

    monkeypatch.setattr(lookup, "fetched", fetched)
    assert asked_resolver(HOST, url, 1.0) == {"server": url, "txt_values": [TXT], "cname": None, "error": None}
    (parts,) = map(urlsplit, asked)
    wanted = [*parse_qsl(urlsplit(url).query), ("name", HOST), ("type", "TXT")]
    assert (parts.path, parse_qsl(parts.query)) == ("/query", wanted)
