# SPDX-License-Identifier: GPL-3.0-or-later
"""Real name servers other than BIND: Knot and PowerDNS, which take dynamic updates, NSD and Unbound, which do not.

Each serves example.com at one loopback port for as long as the context lasts. The key `writer` may change the TXT
records of app.example.com, the key `reader` is known and may change nothing.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from types import TracebackType
from typing import ClassVar

import dns.exception
import dns.message
import dns.query
import dns.rcode

from tests.integration.servers.child import HOST, NOBODY, Child, at_free_port
from tests.integration.servers.name_server import TsigKey
from tests.tools.update_servers import SCHEMA, SERVERS

ZONE, NAME = "example.com", "app.example.com"
RECORDS = (
    ("example.com", "SOA", "ns.example.com. hostmaster.example.com. 1 3600 600 86400 60"),
    ("example.com", "NS", "ns.example.com."),
    ("ns.example.com", "A", "127.0.0.1"),
    ("app.example.com", "A", "192.0.2.1"),
    ("other.example.com", "A", "192.0.2.2"),
)
_READY_SECONDS = 1.0


class UpdateServer(ABC):
    host = HOST
    kind: ClassVar[str]

    def __init__(self) -> None:
        self.writer, self.reader = TsigKey("writer"), TsigKey("reader")
        self.port = 0

    def __enter__(self) -> UpdateServer:
        self._home = tempfile.TemporaryDirectory()
        self.home = Path(self._home.name)
        try:
            packaged = SERVERS[self.kind]
            if not packaged.place.exists():
                raise FileNotFoundError(f"there is no {packaged.program}: run make servers")
            shutil.copytree(packaged.place, self.home / "bin")
            (self.home / "example.com.zone").write_text(
                "".join(f"{name}. 300 IN {kind} {value}\n" for name, kind, value in RECORDS)
            )
            self._program = str(self.home / "bin" / packaged.program)
            self._child = at_free_port(self._start)
        except BaseException:
            self._home.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._child.stop()
        self._home.cleanup()

    def _start(self, port: int) -> Child:
        self.port = port
        (self.home / "conf").write_text(self.configuration())
        if NOBODY is not None:
            for path in (self.home, *self.home.iterdir()):
                os.chown(path, NOBODY, NOBODY)
        environment = {"LD_LIBRARY_PATH": str(self.home / "bin")}
        child = Child([self._program, *self.arguments()], environment, self.home, uid=NOBODY)
        child.wait_for(self._ready)
        return child

    def _ready(self) -> bool | None:
        query = dns.message.make_query(NAME, "A")
        try:
            return dns.query.tcp(query, HOST, _READY_SECONDS, self.port).rcode() == dns.rcode.NOERROR or None
        except (OSError, EOFError, dns.exception.DNSException):
            return None

    def texts(self, name: str = NAME) -> set[str]:
        answer = dns.query.tcp(dns.message.make_query(name, "TXT"), HOST, 10, self.port)
        return {b"".join(rdata.strings).decode() for rrset in answer.answer for rdata in rrset}

    @abstractmethod
    def configuration(self) -> str:
        """The settings, in the file `conf` of its directory."""

    @abstractmethod
    def arguments(self) -> list[str]:
        """Of its program, to stay in the foreground."""


class Knot(UpdateServer):
    kind = "knot"

    def configuration(self) -> str:
        keys = "".join(
            f"  - id: {key.name}\n    algorithm: {key.algorithm}\n    secret: {key.secret}\n"
            for key in (self.writer, self.reader)
        )
        return f"""\
server:
    listen: {HOST}@{self.port}
    rundir: {self.home}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
log:
  - target: stderr
    any: info
database:
    storage: {self.home}
key:
{keys}acl:
  - id: writer
    key: writer
    action: update
    update-owner: name
    update-owner-match: equal
    update-owner-name: [app]
    update-type: TXT
template:
  - id: default
    storage: {self.home}
    file: "%s.zone"
    zonefile-sync: -1
zone:
  - domain: {ZONE}
    acl: writer
"""

    def arguments(self) -> list[str]:
        return ["-c", str(self.home / "conf")]


class PowerDns(UpdateServer):
    """C(settings) stand behind its own, and so replace them."""

    kind = "powerdns"

    def __init__(self, *settings: str) -> None:
        super().__init__()
        self.settings = settings

    def configuration(self) -> str:
        self._fill(self.home / "pdns.sqlite3")
        settings = "\n".join(self.settings)
        return f"""\
launch=gsqlite3
gsqlite3-database={self.home / "pdns.sqlite3"}
module-dir={self.home / "bin"}
local-address={HOST}
local-port={self.port}
socket-dir={self.home}
daemon=no
guardian=no
disable-syslog=yes
security-poll-suffix=
dnsupdate=yes
allow-dnsupdate-from=127.0.0.0/8
{settings}
"""

    def _fill(self, path: Path) -> None:
        path.unlink(missing_ok=True)
        with sqlite3.connect(path) as database:
            database.executescript((self.home / "bin" / SCHEMA).read_text())
            database.execute("INSERT INTO domains (id, name, type) VALUES (1, ?, 'NATIVE')", (ZONE,))
            database.executemany(
                "INSERT INTO records (domain_id, name, type, content, ttl) VALUES (1, ?, ?, ?, 300)",
                [(name, kind, value.rstrip(".") if kind == "NS" else value) for name, kind, value in RECORDS],
            )
            keys = [(key.name, key.algorithm, key.secret) for key in (self.writer, self.reader)]
            database.executemany("INSERT INTO tsigkeys (name, algorithm, secret) VALUES (?, ?, ?)", keys)
            allowed = "INSERT INTO domainmetadata (domain_id, kind, content) VALUES (1, 'TSIG-ALLOW-DNSUPDATE', ?)"
            database.execute(allowed, (self.writer.name,))

    def arguments(self) -> list[str]:
        return [f"--config-dir={self.home}"]

    def _start(self, port: int) -> Child:
        (self.home / "pdns.conf").unlink(missing_ok=True)
        (self.home / "pdns.conf").symlink_to("conf")
        return super()._start(port)


class Nsd(UpdateServer):
    kind = "nsd"

    def configuration(self) -> str:
        key = self.writer
        return f"""\
server:
    ip-address: {HOST}@{self.port}
    username: ""
    chroot: ""
    zonesdir: "{self.home}"
    database: ""
    pidfile: ""
    xfrdfile: "{self.home}/xfrd.state"
    zonelistfile: "{self.home}/zone.list"
    xfrdir: "{self.home}"
remote-control:
    control-enable: no
key:
    name: {key.name}
    algorithm: {key.algorithm}
    secret: "{key.secret}"
zone:
    name: {ZONE}
    zonefile: "{ZONE}.zone"
    provide-xfr: {HOST} {key.name}
"""

    def arguments(self) -> list[str]:
        return ["-d", "-c", str(self.home / "conf")]


class Unbound(UpdateServer):
    """A resolver with local data, which answers for the zone as well."""

    kind = "unbound"

    def configuration(self) -> str:
        records = "\n".join(f"    local-data: '{name}. 300 IN {kind} {value}'" for name, kind, value in RECORDS)
        return f"""\
server:
    interface: {HOST}@{self.port}
    do-daemonize: no
    username: ""
    chroot: ""
    directory: "{self.home}"
    pidfile: ""
    use-syslog: no
    module-config: "iterator"
    local-zone: {ZONE} static
{records}
remote-control:
    control-enable: no
"""

    def arguments(self) -> list[str]:
        return ["-d", "-c", str(self.home / "conf")]
