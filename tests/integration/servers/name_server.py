# SPDX-License-Identifier: GPL-3.0-or-later
"""A real name server, BIND 9, which takes dynamic updates.

`python -m tests.integration.servers.name_server` announces it, like the fake Cloudflare, and serves until told to stop.
"""

from __future__ import annotations

import base64
import os
import secrets
import shutil
import signal
import tempfile
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType, TracebackType
from typing import Any, NamedTuple, NoReturn

import dns.exception
import dns.message
import dns.name
import dns.query
import dns.rcode
import dns.rdata
import dns.rdatatype
import dns.tsig
import dns.tsigkeyring
import dns.update
import dns.xfr
import dns.zone

from tests.integration.servers.child import HOST, NOBODY, Child, at_free_port
from tests.tools import name_server as bind

ZONES = {
    "example.com": """
@       TXT    "v=spf1 include:_spf.example.net ~all"
@       TXT    "some-service-verification=made-up"
app     A      192.0.2.1
alias   CNAME  app
*.wild  A      192.0.2.2
sub     NS     ns.sub
ns.sub  A      127.0.0.1
""",
    "sub.example.com": """
app     A      192.0.2.3
""",
}
_HEADER = """\
$TTL 300
@       SOA    ns hostmaster 1 3600 600 86400 60
@       NS     ns
ns      A      127.0.0.1
"""
_REQUEST_SECONDS = 10.0
_READY_SECONDS = 1.0
# BIND goes on without a socket that it cannot have and without a zone that it cannot read.
_COMPLAINTS = ("address in use", "interface ignored", "not loaded due to errors")
_ANSWERS = (dns.rcode.NOERROR, dns.rcode.NXDOMAIN)


@dataclass(frozen=True)
class TsigKey:
    """A key that signs requests."""

    name: str
    algorithm: str = "hmac-sha256"
    secret: str = field(default_factory=lambda: base64.b64encode(secrets.token_bytes(32)).decode(), repr=False)

    @property
    def keyring(self) -> dict[dns.name.Name, dns.tsig.Key]:
        """The key as dnspython takes it."""
        return dns.tsigkeyring.from_text({self.name: (self.algorithm, self.secret)})

    @property
    def configuration(self) -> str:
        return f'key "{self.name}" {{ algorithm {self.algorithm}; secret "{self.secret}"; }};\n'


class Record(NamedTuple):
    name: dns.name.Name
    ttl: int
    rdata: dns.rdata.Rdata

    def __str__(self) -> str:
        kind = dns.rdatatype.to_text(self.rdata.rdtype)
        return f"{self.name.to_text(True)} {self.ttl} {kind} {self.rdata.to_text()}"


class NameServer:
    """A name server for as long as the context lasts, at one port for UDP and TCP.

    It serves the zones it is given, by name and with their records in the form of a zone file, each under a SOA record,
    an NS record `ns` and its address. The key `writer` may update all of them, the key `reader` may only transfer them.
    It runs as nobody when the tests run as root. Names are given without the dot at the end. What it refuses raises
    ValueError.
    """

    host = HOST

    def __init__(self, zones: Mapping[str, str] | None = None) -> None:
        self.zones = dict(ZONES if zones is None else zones)
        self.writer, self.reader = TsigKey("writer"), TsigKey("reader")
        self.port = 0

    def __enter__(self) -> NameServer:
        self._home = tempfile.TemporaryDirectory()
        try:
            self._prepare()
            self._child = at_free_port(self._start)
            self._beginning = {zone: self._content(zone) for zone in self.zones}
        except BaseException:
            self._home.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.stop()
        self._home.cleanup()

    def _prepare(self) -> None:
        home = Path(self._home.name)
        if NOBODY is not None:
            os.chown(home, NOBODY, NOBODY)
        for zone, records in self.zones.items():
            (home / f"{zone}.zone").write_text(_HEADER + records)
        self._copy_binary(home / "bin")

    @staticmethod
    def _copy_binary(place: Path) -> None:
        """Put named where nobody can reach it, and where no AppArmor profile confines it to the files of Debian."""
        if found := bind.installed():
            place.mkdir()
            shutil.copy(found, place / "named")
        elif bind.FETCHED.exists():
            shutil.copytree(bind.PLACE, place, symlinks=True)
        else:
            raise FileNotFoundError("there is no BIND: run make name-server")

    def _start(self, port: int) -> Child:
        self.port = port
        home = Path(self._home.name)
        (home / "named.conf").write_text(self._configuration(home))
        command = [str(home / "bin/named"), "-g", "-4", "-n", "1", "-c", str(home / "named.conf")]
        child = Child(command, {"LD_LIBRARY_PATH": str(home / "bin")}, home, uid=NOBODY)
        child.wait_for(lambda: self._ready(child))
        return child

    def _configuration(self, home: Path) -> str:
        zones = "".join(
            f'zone "{zone}" {{ type primary; file "{zone}.zone";'
            f' update-policy {{ grant "{self.writer.name}" zonesub ANY; }}; }};\n'
            for zone in self.zones
        )
        # With reuseport, a second server could share the port.
        return f"""\
{self.writer.configuration}{self.reader.configuration}
controls {{ }};
options {{
  directory "{home}";
  listen-on port {self.port} {{ {HOST}; }};
  listen-on-v6 {{ none; }};
  reuseport no;
  pid-file none;
  session-keyfile none;
  recursion no;
  dnssec-validation no;
  notify no;
  allow-transfer {{ key "{self.writer.name}"; key "{self.reader.name}"; }};
}};
{zones}"""

    def _ready(self, child: Child) -> bool | None:
        """Whether every zone is answered for, by a server that knows the key and so is this one."""
        output = child.output()
        if any(complaint in output for complaint in _COMPLAINTS):
            raise RuntimeError(f"BIND did not start:\n{output}")
        try:
            return all(self._ready_for(zone) for zone in self.zones) or None
        except (OSError, EOFError, dns.exception.DNSException):
            return None

    def _ready_for(self, zone: str) -> bool:
        query = dns.message.make_query(zone, "SOA")
        query.use_tsig(self.reader.keyring)
        answer = dns.query.tcp(query, HOST, _READY_SECONDS, self.port)
        return answer.had_tsig and answer.rcode() == dns.rcode.NOERROR

    @property
    def address(self) -> str:
        return f"{HOST}:{self.port}"

    @property
    def announcement(self) -> dict[str, str]:
        """What a process that did not start the server has to know."""
        announced = {"ADDRESS": self.address, "HOST": HOST, "PORT": str(self.port)}
        for key in (self.writer, self.reader):
            values = {"NAME": key.name, "ALGORITHM": key.algorithm, "SECRET": key.secret}
            announced.update({f"{key.name.upper()}_{name}": value for name, value in values.items()})
        return {f"NAME_SERVER_{name}": value for name, value in announced.items()}

    def output(self) -> str:
        """What BIND has written since it started, updates among it."""
        return self._child.output()

    def ask(self, name: str, kind: str) -> dns.message.Message:
        query = dns.message.make_query(name, kind)
        answer, _unused = dns.query.udp_with_fallback(query, HOST, _REQUEST_SECONDS, self.port)
        return answer

    def _rdatas(self, name: str, kind: str) -> list[Any]:
        answer = self.ask(name, kind)
        if answer.rcode() not in _ANSWERS:
            raise ValueError(f"{name} {kind}: {dns.rcode.to_text(answer.rcode())}")
        wanted = dns.rdatatype.from_text(kind)
        return [rdata for rrset in answer.answer if rrset.rdtype == wanted for rdata in rrset]

    def records(self, name: str, kind: str) -> set[str]:
        """What is answered, in the form of a zone file: an alias is followed, a wildcard counts."""
        return {rdata.to_text() for rdata in self._rdatas(name, kind)}

    def texts(self, name: str) -> set[str]:
        """The TXT values that are answered, each joined."""
        return {b"".join(rdata.strings).decode() for rdata in self._rdatas(name, "TXT")}

    def serial(self, zone: str) -> int:
        """The serial number of a zone, which grows with every change of it."""
        (soa,) = self._rdatas(zone, "SOA")
        return int(soa.serial)

    def zone_text(self, zone: str) -> list[str]:
        """All of a zone but its SOA record, sorted: "name ttl type value" each."""
        return sorted(map(str, self._content(zone)))

    def content(self) -> dict[str, list[str]]:
        """All of all zones."""
        return {zone: self.zone_text(zone) for zone in self.zones}

    def _content(self, zone: str) -> set[Record]:
        transferred = dns.zone.Zone(zone, relativize=False)
        query, _unused = dns.xfr.make_query(transferred, keyring=self.reader.keyring)
        dns.query.inbound_xfr(HOST, transferred, query, self.port, _REQUEST_SECONDS)
        records = {Record(*found) for found in transferred.iterate_rdatas()}
        return {record for record in records if record.rdata.rdtype != dns.rdatatype.SOA}

    def add(self, name: str, kind: str, value: str, ttl: int = 300) -> None:
        """Add a record, its value in the form of a zone file."""
        update = self.new_update(self.zone_of(name), self.writer)
        update.add(_absolute(name), ttl, kind, value)
        self._send_or_raise(update)

    def remove(self, name: str, kind: str, value: str | None = None) -> None:
        """Remove a record, or all of a type."""
        update = self.new_update(self.zone_of(name), self.writer)
        update.delete(_absolute(name), kind, *([] if value is None else [value]))
        self._send_or_raise(update)

    def zone_of(self, name: str) -> str:
        """The zone that answers for a name."""
        holding = [zone for zone in self.zones if _absolute(name).is_subdomain(_absolute(zone))]
        if not holding:
            raise ValueError(f"no zone holds {name}")
        return max(holding, key=len)

    def new_update(self, zone: str, key: TsigKey | None) -> dns.update.UpdateMessage:
        """An update to fill and send, signed unless there is no key."""
        return dns.update.UpdateMessage(zone, keyring=key and key.keyring)

    def send(self, update: dns.update.UpdateMessage) -> dns.rcode.Rcode:
        return dns.query.tcp(update, HOST, _REQUEST_SECONDS, self.port).rcode()

    def _send_or_raise(self, update: dns.update.UpdateMessage) -> None:
        if code := self.send(update):
            raise ValueError(f"the name server answered an update with {dns.rcode.to_text(code)}")

    def reset(self) -> None:
        """Bring every zone back to its start; address, keys and serial numbers stay."""
        for zone, beginning in self._beginning.items():
            present = self._content(zone)
            if present != beginning:
                self._replace(zone, present, beginning)

    def _replace(self, zone: str, present: set[Record], wanted: set[Record]) -> None:
        update = self.new_update(zone, self.writer)
        kept = {(record.name, record.rdata) for record in wanted}
        # An alias is not added beside other records, nor they beside it: what goes goes first.
        for record in present:
            if (record.name, record.rdata) not in kept:
                update.delete(record.name, record.rdata)
        for record in wanted - present:
            update.add(*record)
        self._send_or_raise(update)


def _absolute(name: str) -> dns.name.Name:
    return dns.name.from_text(name)


def _stop(number: int, frame: FrameType | None) -> NoReturn:
    raise SystemExit(0)


def main() -> NoReturn:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _stop)
    with NameServer() as server:
        for name, value in server.announcement.items():
            print(f"{name}={value}")
        print("ready", flush=True)
        while True:
            time.sleep(1)  # signal.pause would sleep through a signal that comes just before it


if __name__ == "__main__":
    main()
