# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares the integration tests with a real name server: `make name-server`, after the set-up.

Takes BIND out of Debian's packages, without root and without installing anything: `named` and those libraries that the
machine has not got end up in .cache/bind. It does nothing where they are already there or BIND is installed.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.tools.set_up import CACHE, apt, missing_packages, run

PLACE = CACHE / "bind"
FETCHED = PLACE / "named"
# An ordinary user's PATH often leaves these out.
ADMIN_PATH = "/usr/local/sbin:/usr/sbin"


def main() -> None:
    if installed() or works():
        return
    if not shutil.which("apt-get"):
        sys.exit("The tests need BIND's named: install it, on most systems the package bind9 or bind.")
    print("Fetching BIND (once; some seconds; not needed where the package bind9 is installed) ...", flush=True)
    shutil.rmtree(PLACE, ignore_errors=True)
    fetch()
    if not works():
        sys.exit(f"The set-up stopped: {FETCHED} does not run. Install the package bind9.")


def installed() -> Path | None:
    """The machine's own named."""
    path = f"{os.environ.get('PATH', os.defpath)}:{ADMIN_PATH}"
    found = shutil.which("named", path=path)
    return Path(found).resolve() if found else None


def works() -> bool:
    """Whether the fetched named finds all its libraries: the machine may have lost some since."""
    if not FETCHED.exists():
        return False
    environment = {"LD_LIBRARY_PATH": str(PLACE)}
    return not subprocess.run([str(FETCHED), "-V"], env=environment, stdout=subprocess.DEVNULL, check=False).returncode


def fetch() -> None:
    command, place = apt(), CACHE / "apt"
    # only BIND and libraries: no tools, no scripts for its installation
    wanted = ("bind9", "bind9-libs")
    names = [name for name in missing_packages(command, "bind9") if name in wanted or name.startswith("lib")]
    run(*command, "download", *names, cwd=place)
    for package in sorted(place.glob("*.deb")):
        run("dpkg-deb", "-x", str(package), str(place / "unpacked"))
    PLACE.mkdir()
    for library in sorted((place / "unpacked").rglob("lib*.so*")):
        library.rename(PLACE / library.name)
    (place / "unpacked/usr/sbin/named").rename(FETCHED)
    shutil.rmtree(place)


if __name__ == "__main__":
    main()
