# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares the integration tests with a real name server: `make name-server`, after the set-up.

Takes BIND out of Debian's packages, without root and without installing anything: `named` and those libraries that the
machine has not got end up in .cache/bind. It does nothing where they are already there or BIND is installed.
"""

from __future__ import annotations

import shutil
import sys
from pathlib import Path

from tests.tools import debian
from tests.tools.set_up import CACHE

PLACE = CACHE / "bind"
FETCHED = PLACE / "named"


def main() -> None:
    if installed() or works():
        return
    if not shutil.which("apt-get"):
        sys.exit("The tests need BIND's named: install it, on most systems the package bind9 or bind.")
    print("Fetching BIND (once; some seconds; not needed where the package bind9 is installed) ...", flush=True)
    debian.fetch(PLACE, ["bind9", "bind9-libs"], ["usr/sbin/named"])
    if not works():
        sys.exit(f"The set-up stopped: {FETCHED} does not run. Install the package bind9.")


def installed() -> Path | None:
    """The machine's own named."""
    return debian.installed("named")


def works() -> bool:
    return debian.works(FETCHED)


if __name__ == "__main__":
    main()
