# SPDX-License-Identifier: GPL-3.0-or-later
"""rfc2136_txt_value at other servers than BIND, at those that take no updates, and at a primary without queries."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any, Union

import dns.opcode
import dns.rcode
import pytest

from tests.integration.refusals import KEYS, REFUSALS, Refusal
from tests.integration.servers.child import HOST as HOST_ADDRESS
from tests.integration.servers.name_server import NameServer, TsigKey
from tests.integration.servers.update_servers import Knot, Nsd, PowerDns, Unbound, UpdateServer
from tests.unit.support import ModuleResult, run_as_given

VALUE, OTHER = "cloudflare_oauth_client_publisher=one", "cloudflare_oauth_client_publisher=two"
HOST = "app.example.com"
Server = Union[UpdateServer, NameServer]
SETTINGS: dict[str, Callable[[], Server]] = {
    "BIND": NameServer,
    "Knot": Knot,
    "PowerDNS": PowerDns,
    "PowerDNS without dnsupdate": lambda: PowerDns("dnsupdate=no"),
    "PowerDNS for other addresses": lambda: PowerDns("allow-dnsupdate-from=192.0.2.0/24"),
    "NSD": Nsd,
    "Unbound": Unbound,
}


@pytest.fixture(scope="module")
def servers() -> Iterator[Callable[[str], Server]]:
    """Servers by their settings, each started when it is first wanted."""
    running: dict[str, Server] = {}

    def server(name: str) -> Server:
        if name not in running:
            running[name] = SETTINGS[name]().__enter__()
        return running[name]

    yield server
    for started in running.values():
        started.__exit__(None, None, None)


def run(server: Server | Hidden, key: TsigKey | None, check: bool = False, **params: Any) -> ModuleResult:
    signed = {"key_name": key.name, "key_secret": key.secret, "key_algorithm": key.algorithm} if key else {}
    place = {"server": server.host, "port": server.port, "timeout": 5}
    return run_as_given("rfc2136_txt_value", {"name": HOST, "value": VALUE, **place, **signed, **params}, check=check)


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
@pytest.mark.parametrize("name", ["Knot", "PowerDNS"])
def test_values_come_and_go(servers: Callable[[str], Server], name: str, protocol: str) -> None:
    server = servers(name)
    key = server.writer
    assert run(server, key, check=True, protocol=protocol).changed
    assert [run(server, key, protocol=protocol, value=each).changed for each in (VALUE, OTHER, VALUE)] == [
        True,
        True,
        False,
    ]
    assert server.texts(HOST) == {VALUE, OTHER}
    for each in (VALUE, OTHER):
        assert [run(server, key, value=each, state="absent").changed for _time in range(2)] == [True, False]
    assert server.texts(HOST) == set()


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("protocol", ["tcp", "udp"])
@pytest.mark.parametrize(
    ("refusal", "key"),
    [pytest.param(refusal, key, id=f"{refusal.setting}: {KEYS[key]}") for refusal in REFUSALS for key in refusal.keys],
)
def test_a_refusal_is_the_servers_own(
    servers: Callable[[str], Server], refusal: Refusal, key: str, protocol: str, check: bool
) -> None:
    server = servers(refusal.setting)
    keys = {
        "writer": server.writer,
        "reader": server.reader,
        "stranger": TsigKey("stranger"),
        "wrong secret": TsigKey("writer"),
        "wrong algorithm": TsigKey("writer", "hmac-sha512", server.writer.secret),
    }
    refused = run(server, keys.get(key), protocol=protocol, check=check)
    assert (refused.failed, refused.changed) == (True, False)
    assert refused.error == {"code": refusal.code, "option": None, "reason": refusal.reason}
    assert refusal.remedy in refused.msg
    assert server.texts(HOST) == set()


def test_knot_refuses_a_key_for_another_name(servers: Callable[[str], Server]) -> None:
    server = servers("Knot")
    refused = run(server, server.writer, name="other.example.com")
    assert refused.error == {"code": "dns_key_refused", "option": None, "reason": "PeerBadKey"}
    assert "update-owner" in refused.msg


def test_a_resolver_takes_no_updates_with_a_zone_either(servers: Callable[[str], Server]) -> None:
    server = servers("Unbound")
    refused = run(server, server.writer, zone="example.com")
    assert (refused.code, "accepts no updates" in refused.msg) == ("dns_refused", True)


@pytest.fixture
def hidden(name_server: NameServer) -> Iterator[Hidden]:
    """BIND's own refuses updates from those whose queries it refuses, so that this one is in front of it."""
    with Hidden(name_server) as server:
        yield server


class Hidden:
    """A primary that takes updates and refuses queries, over UDP."""

    host = HOST_ADDRESS

    def __init__(self, behind: NameServer) -> None:
        self.behind, self.writer = behind, behind.writer

    def __enter__(self) -> Hidden:
        self._socket = socket.socket(type=socket.SOCK_DGRAM)
        self._socket.bind((self.host, 0))
        self.port = self._socket.getsockname()[1]
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_unused: object) -> None:
        with socket.socket(type=socket.SOCK_DGRAM) as last:
            last.sendto(b"", (self.host, self.port))
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            message, sender = self._socket.recvfrom(65535)
            if not message:
                return
            is_update = message[2] & 0x78 == dns.opcode.UPDATE << 3
            refusal = message[:2] + bytes([0x80, dns.rcode.REFUSED]) + bytes(8)
            self._socket.sendto(self._forwarded(message) if is_update else refusal, sender)

    def _forwarded(self, message: bytes) -> bytes:
        with socket.socket(type=socket.SOCK_DGRAM) as onward:
            onward.settimeout(5)
            onward.sendto(message, (self.behind.host, self.behind.port))
            return onward.recv(65535)

    def content(self) -> dict[str, list[str]]:
        return self.behind.content()

    def texts(self) -> set[str]:
        return self.behind.texts(HOST)


def run_hidden(hidden: Hidden, **params: Any) -> ModuleResult:
    return run(hidden, **{"key": hidden.writer, "zone": "example.com", "protocol": "udp", **params})


def test_a_primary_without_queries_needs_the_zone(hidden: Hidden) -> None:
    refused = run(hidden, hidden.writer, protocol="udp")
    assert refused.error == {"code": "dns_not_served", "option": None, "reason": "REFUSED"}
    assert "set the option zone" in refused.msg


def test_values_come_and_go_without_queries(hidden: Hidden) -> None:
    before = hidden.content()
    predicted = run_hidden(hidden, check=True)
    assert (predicted.changed, hidden.content()) == (True, before)
    added = run_hidden(hidden)
    assert (added.changed, added.diff, added.warnings) == (True, predicted.diff, [])
    assert hidden.texts() == {VALUE}
    assert not run_hidden(hidden).changed
    assert run_hidden(hidden, state="absent").changed
    assert hidden.content() == before
    assert not run_hidden(hidden, state="absent").changed


def test_among_others_each_run_reports_a_change_and_says_so(hidden: Hidden) -> None:
    hidden.behind.add(HOST, "TXT", f'"{OTHER}"')
    for _time in range(2):
        added = run_hidden(hidden)
        assert (added.changed, len(added.warnings)) == (True, 1)
        assert hidden.texts() == {VALUE, OTHER}
    assert run_hidden(hidden, state="absent").changed
    assert hidden.texts() == {OTHER}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("name", "code"),
    [
        ("alias.example.com", "record_conflict"),
        ("any.wild.example.com", "wildcard_conflict"),
        ("app.sub.example.com", "host_delegated"),
    ],
)
def test_where_no_record_can_be_is_told_without_queries(hidden: Hidden, name: str, code: str, check: bool) -> None:
    before = hidden.content()
    assert run_hidden(hidden, name=name, check=check).code == code
    assert hidden.content() == before


def test_a_name_of_no_wildcard_is_taken_without_queries(hidden: Hidden) -> None:
    for name in ("new.example.com", "a.b.new.example.com", "example.com"):
        assert run_hidden(hidden, name=name).changed
        assert VALUE in hidden.behind.texts(name)


def test_a_key_without_the_right_is_told_without_queries_and_in_check_mode(hidden: Hidden) -> None:
    for key in (TsigKey("stranger"), TsigKey("writer")):
        assert run_hidden(hidden, key=key, check=True).code == "dns_key_refused"
    assert run_hidden(hidden, key=None, check=True).error["reason"] == "REFUSED"
