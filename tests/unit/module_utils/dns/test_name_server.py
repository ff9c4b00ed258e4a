# SPDX-License-Identifier: GPL-3.0-or-later
"""What a name server's response has to be."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import dns.flags
import dns.message
import dns.rcode
import dns.resolver
import dns.rrset
import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._dns.name_server import (
    NameServer,
    NameServerError,
    Records,
    system_resolver,
    tsig_key,
)
from ansible_collections.oauthops.iam.plugins.module_utils._dns.update import update_value
from tests.unit.support import refuses

KEY = tsig_key("writer", base64.b64encode(b"x" * 32).decode(), "hmac-sha256")


SIGNED, UNSIGNED = NameServer("192.0.2.1", timeout=1, key=KEY), NameServer("192.0.2.1", timeout=1)
UPDATE, QUERY = 0x28, 0x00


def records(line: str) -> Any:
    """One record of a zone file, as dnspython has it."""
    name, ttl, kind, content = line.replace(" IN ", " ").split(" ", 3)
    return dns.rrset.from_text(name, int(ttl), "IN", kind, content)


@pytest.fixture
def holds(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[Any]]:
    """Make every name server respond with records, as in a zone file; gives the messages that were sent."""

    def hold(*answer: str, authority: str = "", authoritative: bool = True) -> list[Any]:
        sent: list[Any] = []

        def exchange(_server: NameServer, wire: bytes) -> bytes:
            sent.append(dns.message.from_wire(wire, keyring=SIGNED._signing["keyring"]))
            response = dns.message.make_response(sent[-1])
            response.flags |= dns.flags.AA if authoritative else 0
            response.answer = [records(line) for line in answer]
            response.authority = [records(authority)] if authority else []
            return response.to_wire()

        monkeypatch.setattr(NameServer, "_exchange", exchange)
        return sent

    return hold


@pytest.fixture
def responds(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The header alone, without a signature: a response (0x80) to an update or a query, with the response code."""

    def respond(code: int, operation: int = UPDATE, rest: bytes = bytes(8)) -> None:
        header = bytes([0x80 | operation, code])
        monkeypatch.setattr(NameServer, "_exchange", lambda _server, wire: wire[:2] + header + rest)

    return respond


def add(server: NameServer) -> None:
    server.add_text("example.com", "app.example.com", "text", 60)


@pytest.mark.parametrize(
    ("answer", "given", "found"),
    [
        (['app.example.com. 60 IN TXT "one" "two"'], {}, Records(("onetwo",), ('"one" "two"',), 60)),
        (
            ["app.example.com. 60 IN CNAME Pages.example.net.", 'pages.example.net. 30 IN TXT "text"'],
            {},
            Records(("text",), ('"text"',), 30, cname="pages.example.net"),
        ),
        (["other.example.com. 60 IN CNAME pages.example.net."], {}, Records()),
        ([], {"authority": "example.com. 60 IN SOA ns1. admin. 1 2 3 4 5"}, Records(zone="example.com")),
        (
            [],
            {"authority": "app.example.com. 60 IN NS ns.example.net.", "authoritative": False},
            Records(cut="app.example.com", servers=("ns.example.net",)),
        ),
        ([], {"authority": "example.com. 60 IN NS ns.example.net."}, Records()),
    ],
)
def test_the_records_of_a_response(holds: Any, answer: list[str], given: dict[str, Any], found: Records) -> None:
    holds(*answer, **given)
    assert UNSIGNED.ask("app.example.com", "TXT") == found


def test_every_message_is_signed_with_the_key(holds: Any) -> None:
    sent = holds()
    for server in (SIGNED, UNSIGNED):
        server.ask("app.example.com", "TXT")
        add(server)
    assert [bool(message.had_tsig) for message in sent] == [True, True, False, False]


def test_an_update_holds_the_value(holds: Any) -> None:
    sent = holds()
    add(UNSIGNED)
    (update,) = sent
    assert [rrset.to_text() for rrset in update.update] == ['app.example.com. 60 IN TXT "text"']


def test_a_name_server_is_named_with_its_port_unless_it_is_usual() -> None:
    assert str(UNSIGNED) == "The name server 192.0.2.1"
    assert str(NameServer("192.0.2.1", 5353, timeout=1)) == "The name server 192.0.2.1 port 5353"


def test_a_response_without_a_signature_is_not_believed(responds: Any) -> None:
    for code in (dns.rcode.NOERROR, dns.rcode.NXDOMAIN, dns.rcode.NXRRSET):
        responds(code)
        with refuses("dns_unsigned"):
            add(SIGNED)
        with refuses("dns_unsigned"):
            SIGNED.is_in_use("example.com", "app.example.com")
    responds(dns.rcode.NOERROR)
    add(UNSIGNED)


@pytest.mark.parametrize(
    ("code", "error", "reason"),
    [
        (dns.rcode.NOTAUTH, "dns_key_refused", "NOTAUTH"),
        (dns.rcode.REFUSED, "dns_refused", "REFUSED"),
        (dns.rcode.NOTIMP, "dns_refused", "NOTIMP"),
        (dns.rcode.SERVFAIL, "dns_refused", "SERVFAIL"),
    ],
)
def test_a_refusal_without_a_signature_is_one_of_the_server(responds: Any, code: int, error: str, reason: str) -> None:
    responds(code)
    with refuses(error) as caught:
        add(SIGNED)
    assert caught.value.error()["reason"] == reason
    responds(code, QUERY)
    with refuses(error.replace("dns_refused", "dns_not_served")) as caught:
        SIGNED.ask("app.example.com", "TXT")
    assert caught.value.error()["reason"] == reason


@pytest.mark.parametrize("rest", [bytes(7), b"\0\1" + bytes(6), b"\0\0\0\1" + bytes(4)])
def test_a_response_that_cannot_be_read_is_no_refusal_unless_a_key_is_in_play(responds: Any, rest: bytes) -> None:
    responds(dns.rcode.REFUSED, rest=rest)
    with refuses("dns_unreachable"):
        add(UNSIGNED)


def test_a_response_to_another_question_is_none(responds: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(NameServer, "_exchange", lambda _server, wire: b"\0\0" + wire[2:])
    for server in (SIGNED, UNSIGNED):
        with refuses("dns_unreachable"):
            add(server)


def test_a_response_that_is_not_authoritative_has_a_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    wire = dns.message.make_response(dns.message.make_query("app.example.com", "TXT")).to_wire()
    monkeypatch.setattr(NameServer, "_exchange", lambda _server, query: query[:2] + wire[2:])
    params = {"server": "192.0.2.1", "port": 53, "protocol": "udp", "timeout": 1, "key_name": None, "zone": None}
    with refuses("dns_not_served") as caught:
        update_value({**params, "value": "text", "state": "present", "ttl": None}, "app.example.com", check_mode=False)
    assert caught.value.message.endswith("Set server to the primary name server of the zone.")


def test_a_remedy_comes_after_what_happened() -> None:
    remedied = NameServerError("dns_refused", "The name server 192.0.2.1 refuses.", "NOTZONE").remedied("Set zone.")
    assert (remedied.message, remedied.error()) == (
        "The name server 192.0.2.1 refuses. Set zone.",
        {"code": "dns_refused", "option": None, "reason": "NOTZONE"},
    )


def test_a_machine_without_a_resolver_is_told_what_to_correct(monkeypatch: pytest.MonkeyPatch) -> None:
    def unconfigured() -> None:
        raise dns.resolver.NoResolverConfiguration

    monkeypatch.setattr(dns.resolver, "Resolver", unconfigured)
    with pytest.raises(NameServerError) as caught:
        system_resolver(1)
    assert caught.value.code == "dns_unreachable"
    assert "set servers" in caught.value.message
