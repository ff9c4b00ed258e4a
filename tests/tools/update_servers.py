# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares the integration tests of dynamic updates: `make servers`, after the set-up.

Takes Knot, PowerDNS, NSD and Unbound out of Debian's packages, as `make name-server` takes BIND, into one directory
below .cache/update-servers each. It does nothing where they are already there.
"""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from tests.tools import debian
from tests.tools.set_up import CACHE

PLACES = CACHE / "update-servers"
SCHEMA = "schema.sqlite3.sql"


class Packaged(NamedTuple):
    """A server in Debian: the packages that hold it, and its program."""

    packages: tuple[str, ...]
    program: str
    others: tuple[str, ...] = ()

    @property
    def place(self) -> Path:
        return PLACES / self.packages[0]


SERVERS: Mapping[str, Packaged] = {
    "knot": Packaged(("knot",), "knotd"),
    "powerdns": Packaged(
        ("pdns-server", "pdns-backend-sqlite3"), "pdns_server", (f"usr/share/pdns-backend-sqlite3/schema/{SCHEMA}",)
    ),
    "nsd": Packaged(("nsd",), "nsd"),
    "unbound": Packaged(("unbound",), "unbound"),
}


def main() -> None:
    missing = [server for server in SERVERS.values() if not debian.works(server.place / server.program)]
    if missing and not shutil.which("apt-get"):
        sys.exit("The tests of dynamic updates need Debian's packages, and there is no apt-get.")
    PLACES.mkdir(parents=True, exist_ok=True)
    for server in missing:
        print(f"Fetching {server.program} (once; some seconds) ...", flush=True)
        debian.fetch(server.place, server.packages, [f"usr/sbin/{server.program}", *server.others])
        if not debian.works(server.place / server.program):
            sys.exit(f"The set-up stopped: {server.place / server.program} does not run.")


if __name__ == "__main__":
    main()
