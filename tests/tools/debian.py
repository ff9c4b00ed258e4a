# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs out of Debian's packages, without root and without installing anything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.tools.set_up import CACHE, apt, run

# An ordinary user's PATH often leaves these out.
ADMIN_PATH = "/usr/local/sbin:/usr/sbin"
# What the loader of programs ends with when it does not find a library.
NO_LIBRARY = 127


def installed(name: str) -> Path | None:
    """The machine's own program."""
    path = f"{os.environ.get('PATH', os.defpath)}:{ADMIN_PATH}"
    found = shutil.which(name, path=path)
    return Path(found).resolve() if found else None


def works(program: Path) -> bool:
    """Whether a program that was fetched finds all its libraries: the machine may have lost some since."""
    if not program.exists():
        return False
    environment, silence = {"LD_LIBRARY_PATH": str(program.parent)}, subprocess.DEVNULL
    finished = subprocess.run([program, "-V"], env=environment, stdout=silence, stderr=silence, check=False)
    return finished.returncode != NO_LIBRARY


def fetch(place: Path, packages: Sequence[str], programs: Sequence[str]) -> None:
    """Put the programs of packages into C(place), patterns each, and those libraries that the machine has not got."""
    shutil.rmtree(place, ignore_errors=True)
    command, work = apt(), CACHE / "apt"
    run(*command, "download", *packages, *missing_libraries(command, packages), cwd=work)
    for package in sorted(work.glob("*.deb")):
        run("dpkg-deb", "-x", str(package), str(work / "unpacked"))
    place.mkdir()
    for library in sorted((work / "unpacked").rglob("lib*.so*")):
        library.rename(place / library.name)
    for program in [found for pattern in programs for found in (work / "unpacked").glob(pattern)]:
        program.rename(place / program.name)
    shutil.rmtree(work)


def missing_libraries(command: Sequence[str], packages: Sequence[str]) -> list[str]:
    """Of what is missing, only libraries: no tools, no scripts for their installation."""
    return [name for name in missing(command, packages) if name.startswith("lib") and name not in packages]


def missing(command: Sequence[str], packages: Sequence[str]) -> list[str]:
    """What apt would install: the packages themselves, and what the machine has not got of all that they need."""
    simulation = [*command, "--simulate", "--no-install-recommends", "install", *packages]
    finished = subprocess.run(simulation, stdout=subprocess.PIPE, text=True, check=False)
    if finished.returncode:
        sys.exit(f"The set-up stopped: apt-get knows no way to {packages[0]}. Install the package {packages[0]}.")
    return [line.split()[1] for line in finished.stdout.splitlines() if line.startswith("Inst ")]
