# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares the integration tests with a target that is reached by SSH: `make servers`, after the set-up.

Takes OpenSSH out of Debian's packages, without root and without installing anything; it ends up in .cache/ssh, with
nss_wrapper, a library that gives the server an account of its own. It does nothing where they are already there or
installed.
"""

from __future__ import annotations

import shutil
import sys
from ctypes.util import find_library
from pathlib import Path

from tests.tools import debian
from tests.tools.set_up import CACHE

PLACE = CACHE / "ssh"
TOOLS = ("sshd", "ssh", "ssh-keygen")
PACKAGES = ("openssh-server", "openssh-client", "libnss-wrapper")
# Newer servers have parts that are programs of their own.
PROGRAMS = ("usr/sbin/sshd", "usr/lib/openssh/sshd-*", "usr/bin/ssh", "usr/bin/ssh-keygen")


def main() -> None:
    if installed() or works():
        return
    if not shutil.which("apt-get"):
        sys.exit("The tests need OpenSSH and nss_wrapper: install them, mostly openssh-server and nss_wrapper.")
    print("Fetching OpenSSH (once; some seconds; not needed where it and nss_wrapper are installed) ...", flush=True)
    debian.fetch(PLACE, PACKAGES, PROGRAMS)
    if not works():
        sys.exit(f"The set-up stopped: what is in {PLACE} does not run. Install {' and '.join(PACKAGES)}.")


def installed() -> bool:
    return all(debian.installed(tool) for tool in TOOLS) and bool(find_library("nss_wrapper"))


def works() -> bool:
    return (PLACE / "libnss_wrapper.so").exists() and all(debian.works(PLACE / tool) for tool in TOOLS)


def tool(name: str) -> Path:
    """The program of this name that was fetched, else the machine's own."""
    found = PLACE / name if works() else debian.installed(name)
    if not found:
        raise FileNotFoundError(f"there is no {name}: run make servers")
    return found


if __name__ == "__main__":
    main()
