# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the package that users install, and has Galaxy's importer look at it: part of `make sanity`.

The importer reads the package as Galaxy would: metadata, documentation of all plugins and roles, ansible-lint on what
is inside. It tells what it dislikes and goes on; here anything that it dislikes is a failure.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from tests.tools.set_up import CACHE, ROOT, run

PLACE = CACHE / "package"


def main() -> None:
    package = build(PLACE)
    disliked = complaints(package)
    if disliked:
        sys.exit("galaxy-importer:\n" + "\n".join(disliked))
    print(f"{package.name}: {package.stat().st_size // 1000} kB, galaxy-importer has nothing to say")


def build(place: Path) -> Path:
    """The package, alone in a new directory."""
    shutil.rmtree(place, ignore_errors=True)
    galaxy = Path(sys.executable).with_name("ansible-galaxy")
    run(str(galaxy), "collection", "build", str(ROOT), "--output-path", str(place))
    (package,) = place.glob("*.tar.gz")
    return package


def complaints(package: Path) -> list[str]:
    """What the importer says beyond its progress; it leaves a file where it runs."""
    command = [sys.executable, "-m", "galaxy_importer.main", package.name]
    settings = {name: value for name, value in os.environ.items() if name != "ANSIBLE_CONFIG"}
    done = subprocess.run(command, cwd=package.parent, env=settings, capture_output=True, text=True, check=False)
    told = (done.stdout + done.stderr).splitlines()
    said = [line for line in told if line.startswith(("WARNING", "ERROR", "CRITICAL", "Traceback"))]
    return told if done.returncode else said


if __name__ == "__main__":
    main()
