# SPDX-License-Identifier: GPL-3.0-or-later
"""The name server that the tests of DNS records write to."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack

import dns.rcode
import dns.xfr
import dns.zone
import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT
from tests.integration.fake.api import DOMAIN, Api
from tests.integration.servers import child
from tests.integration.servers.name_server import NameServer, TsigKey

COMMAND = [sys.executable, "-m", "tests.integration.servers.name_server"]
START = [
    "*.wild.example.com 300 A 192.0.2.2",
    "alias.example.com 300 CNAME app.example.com.",
    "app.example.com 300 A 192.0.2.1",
    "example.com 300 NS ns.example.com.",
    'example.com 300 TXT "some-service-verification=made-up"',
    'example.com 300 TXT "v=spf1 include:_spf.example.net ~all"',
    "ns.example.com 300 A 127.0.0.1",
    "ns.sub.example.com 300 A 127.0.0.1",
    "sub.example.com 300 NS ns.sub.example.com.",
]


class TestUpdates:
    @pytest.mark.parametrize("signer", [None, "reader", "stranger"])
    def test_those_without_the_right_key_are_refused(self, name_server: NameServer, signer: str | None) -> None:
        keys = {None: None, "reader": name_server.reader, "stranger": TsigKey("stranger")}
        before = name_server.content(), name_server.serial("example.com")
        update = name_server.new_update("example.com", keys[signer])
        update.add("app", 60, "TXT", "theirs")
        if signer == "stranger":
            with pytest.raises(dns.tsig.PeerBadKey):
                name_server.send(update)
        else:
            assert name_server.send(update) == dns.rcode.REFUSED
        assert (name_server.content(), name_server.serial("example.com")) == before

    def test_the_writers_go_through(self, name_server: NameServer) -> None:
        serial, untouched = name_server.serial("example.com"), name_server.serial("sub.example.com")
        update = name_server.new_update("example.com", name_server.writer)
        update.add("app", 60, "TXT", '"two " "halves"')
        assert name_server.send(update) == dns.rcode.NOERROR
        assert name_server.texts("app.example.com") == {"two halves"}
        assert name_server.serial("example.com") == serial + 1
        assert name_server.serial("sub.example.com") == untouched

    def test_records_are_added_and_removed_in_the_zone_that_holds_them(self, name_server: NameServer) -> None:
        name_server.add("app.sub.example.com", "TXT", "one", ttl=60)
        name_server.add("app.sub.example.com", "TXT", "two", ttl=60)
        assert name_server.zone_text("example.com") == START
        assert 'app.sub.example.com 60 TXT "one"' in name_server.zone_text("sub.example.com")
        name_server.remove("app.sub.example.com", "TXT", "one")
        assert name_server.texts("app.sub.example.com") == {"two"}
        name_server.remove("app.sub.example.com", "TXT")
        assert name_server.texts("app.sub.example.com") == set()
        with pytest.raises(ValueError, match=r"no zone holds app\.example\.net"):
            name_server.add("app.example.net", "TXT", "one")


class TestContent:
    def test_a_transfer_shows_everything(self, name_server: NameServer) -> None:
        assert name_server.zone_text("example.com") == START
        assert list(name_server.content()) == ["example.com", "sub.example.com"]

    def test_a_transfer_needs_a_key(self, name_server: NameServer) -> None:
        zone = dns.zone.Zone("example.com")
        query, _unused = dns.xfr.make_query(zone)
        with pytest.raises(dns.xfr.TransferError, match="REFUSED"):
            dns.query.inbound_xfr(name_server.host, zone, query, name_server.port)

    def test_an_alias_is_followed(self, name_server: NameServer) -> None:
        name_server.add("app.example.com", "TXT", "one")
        assert name_server.records("alias.example.com", "CNAME") == {"app.example.com."}
        assert name_server.texts("alias.example.com") == {"one"}

    def test_a_wildcard_answers_for_names_that_do_not_exist(self, name_server: NameServer) -> None:
        assert name_server.records("any.wild.example.com", "A") == {"192.0.2.2"}
        assert name_server.texts("any.wild.example.com") == set()
        name_server.add("any.wild.example.com", "TXT", "one")
        assert name_server.records("any.wild.example.com", "A") == set()

    def test_a_delegated_zone_answers_for_itself(self, name_server: NameServer) -> None:
        assert name_server.records("sub.example.com", "NS") == {"ns.sub.example.com."}
        assert name_server.records("app.sub.example.com", "A") == {"192.0.2.3"}
        (authority,) = name_server.ask("app.sub.example.com", "TXT").authority
        assert authority.name.to_text(True) == "sub.example.com"

    def test_long_answers_arrive(self, name_server: NameServer) -> None:
        values = {f"{number}" * 250 for number in range(8)}
        for value in values:
            name_server.add("app.example.com", "TXT", value)
        assert name_server.texts("app.example.com") == values

    def test_others_are_not_asked(self, name_server: NameServer) -> None:
        with pytest.raises(ValueError, match=r"example\.net TXT: REFUSED"):
            name_server.texts("example.net")


def test_a_reset_restores_every_zone(name_server: NameServer) -> None:
    before = name_server.content()
    name_server.remove("alias.example.com", "CNAME")
    name_server.add("alias.example.com", "TXT", "instead of an alias")
    name_server.remove("app.example.com", "A")
    name_server.add("app.example.com", "CNAME", "elsewhere.example.net.")
    name_server.add("example.com", "TXT", "with another TTL", ttl=77)
    name_server.add("example.com", "NS", "ns.example.net.", ttl=77)
    name_server.remove("sub.example.com", "NS")
    name_server.add("app.sub.example.com", "TXT", "one")
    serial = name_server.serial("example.com")
    name_server.reset()
    assert name_server.content() == before
    assert name_server.serial("example.com") == serial + 1
    name_server.reset()
    assert name_server.serial("example.com") == serial + 1


class TestStart:
    def test_two_at_once(self) -> None:
        with ExitStack() as stack, ThreadPoolExecutor() as pool:
            servers = list(pool.map(stack.enter_context, [NameServer(), NameServer()]))
            servers[0].add("app.example.com", "TXT", "one")
            assert [server.texts("app.example.com") for server in servers] == [{"one"}, set()]

    @pytest.mark.parametrize("kind", [socket.SOCK_STREAM, socket.SOCK_DGRAM])
    def test_a_taken_port_is_left_to_its_owner(self, monkeypatch: pytest.MonkeyPatch, kind: socket.SocketKind) -> None:
        with socket.socket(type=kind) as taken:
            taken.bind(("127.0.0.1", 0))
            if kind == socket.SOCK_STREAM:
                taken.listen()
            port = taken.getsockname()[1]
            ports = iter([port, child.free_port()])
            monkeypatch.setattr(child, "free_port", lambda: next(ports))
            with NameServer() as server:
                assert server.port != port
                assert server.records("app.example.com", "A") == {"192.0.2.1"}

    def test_a_port_of_another_name_server_is_left_to_it(
        self, monkeypatch: pytest.MonkeyPatch, name_server: NameServer
    ) -> None:
        ports = iter([name_server.port, child.free_port()])
        monkeypatch.setattr(child, "free_port", lambda: next(ports))
        with NameServer() as server:
            server.add("app.example.com", "TXT", "one")
            assert name_server.texts("app.example.com") == set()

    def test_zones_can_be_chosen(self) -> None:
        with NameServer({"example.net": "app TXT one\n"}) as server:
            assert server.texts("app.example.net") == {"one"}
            assert list(server.content()) == ["example.net"]

    def test_an_unusable_zone_is_complained_of(self) -> None:
        server = NameServer({"example.net": "app CNAME other\napp TXT one\n"})
        with pytest.raises(RuntimeError, match=r"app\.example\.net: CNAME and other data"), server:
            pass


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_announces_a_server_and_stops_it_at_a_signal(number: signal.Signals) -> None:
    process = subprocess.Popen(COMMAND, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    announced = {}
    while "=" in (line := process.stdout.readline()):
        name, value = line.rstrip("\n").split("=", 1)
        announced[name] = value
    assert line == "ready\n"
    with socket.create_connection(("127.0.0.1", int(announced["NAME_SERVER_PORT"]))):
        pass
    process.send_signal(number)
    output, errors = process.communicate(timeout=10)

    assert (process.returncode, output, errors) == (0, "", "")
    assert announced["NAME_SERVER_ADDRESS"] == f"127.0.0.1:{announced['NAME_SERVER_PORT']}"
    keys = {f"{key}_{part}" for key in ("WRITER", "READER") for part in ("NAME", "ALGORITHM", "SECRET")}
    assert set(announced) == {f"NAME_SERVER_{name}" for name in {"ADDRESS", "HOST", "PORT"} | keys}
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", int(announced["NAME_SERVER_PORT"])))


def test_the_fake_cloudflare_verifies_a_domain_by_it(name_server: NameServer) -> None:
    with FakeCloudflare("--resolver", name_server.address, "--poll-interval", "60") as fake, Api(fake) as api:
        client = api.create(**DOMAIN)
        text = client["client_uri_verification"]["text"]
        fake.advance_clock(1)
        assert api.read(client)["client_uri_verification"]["status"] == "pending"
        name_server.add("app.example.com", "TXT", f'"{text}"')
        fake.advance_clock(1)
        assert api.read(client)["client_uri_verification"]["status"] == "verified"
        assert fake.complaints() == ""
