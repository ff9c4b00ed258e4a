# SPDX-License-Identifier: GPL-3.0-or-later
"""The tests on every ansible-core that is supported, with the interpreters that are found here: `make matrix`.

For each version the lowest Python that runs it is taken, as far as it is installed. Each row runs the unit tests with
that Python and ansible-core, and with its commands the way from nothing to public, each N-th integration test and
Ansible's sanity tests; on the oldest also the tests of modules with Python 3.9 on the target. A table at the end says
what ran, and what could not and why.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.tools.set_up import CACHE, ROOT

PLACE = CACHE / "matrix"
# As ansible-core's own table of support says: the Pythons that each version runs on.
CORES: Mapping[str, tuple[int, ...]] = {
    "2.16": (10, 11, 12),
    "2.17": (10, 11, 12),
    "2.18": (11, 12, 13),
    "2.19": (11, 12, 13),
    "2.20": (12, 13, 14),
    "2.21": (12, 13, 14),
    "2.22": (13, 14, 15),
}
# Not released yet: what fails on it is printed, and is no failure of the matrix.
PRE_RELEASE = "2.22"
OLDEST, NEWEST = min(CORES), max(core for core in CORES if core != PRE_RELEASE)
OLDEST_TARGET = 9
UNIT_TESTS = ("pytest", "pytest-xdist", "hypothesis", "fastapi", "uvicorn", "dnslib", "dnspython")
STORES = ("boto3", "hvac")
MODULES = "tests/integration/test_modules.py"
PUBLISHES = "tests/integration/dns/test_publish_in_real_zones.py"


@dataclass(frozen=True)
class Row:
    core: str
    python: str
    outcome: str
    seconds: float = 0.0

    @property
    def failed(self) -> bool:
        return self.outcome.startswith("failed")


def main() -> None:
    parser = argparse.ArgumentParser(prog="make matrix")
    parser.add_argument("--cores", nargs="+", choices=CORES, default=list(CORES), metavar="VERSION")
    parser.add_argument("--ends", action="store_true", help="the oldest, the newest and the pre-release alone")
    parser.add_argument("--every", type=int, default=8, metavar="N", help="each N-th integration test")
    options = parser.parse_args()
    pythons = interpreters(search_path())
    cores = [OLDEST, NEWEST, PRE_RELEASE] if options.ends else options.cores
    # What pylint of one version says, that of another hardly changes: `make sanity` runs one, all cores run them all.
    sanity = ("--skip-test", "pylint") if options.ends else ()
    rows = [row(core, pythons, options.every, sanity) for core in cores]
    print(table(rows))
    sys.exit(any(each.failed and each.core != PRE_RELEASE for each in rows) or all(not each.seconds for each in rows))


def search_path() -> list[Path]:
    """Where interpreters may be: on PATH, and what pyenv has installed, whose shims work for one of them alone."""
    roots = sorted(Path(os.environ.get("PYENV_ROOT", Path.home() / ".pyenv")).glob("versions/*/bin"))
    return [*roots, *map(Path, os.get_exec_path())]


def interpreters(directories: Iterable[Path]) -> dict[int, Path]:
    """The first Python 3.N that works, by N."""
    found: dict[int, Path] = {}
    for directory in directories:
        for minor in range(OLDEST_TARGET, 20):
            path = directory / f"python3.{minor}"
            if minor not in found and path.is_file() and works(path, minor):
                found[minor] = path
    return found


def works(path: Path, minor: int) -> bool:
    code = "import ensurepip, sys; print(sys.version_info[1])"
    answer = subprocess.run([str(path), "-c", code], capture_output=True, text=True, check=False)
    return answer.returncode == 0 and answer.stdout.strip() == str(minor)


def row(core: str, pythons: Mapping[int, Path], every: int, sanity: tuple[str, ...]) -> Row:
    minor = next((each for each in CORES[core] if each in pythons), None)
    if minor is None:
        wanted = ", ".join(f"3.{each}" for each in CORES[core])
        return Row(core, "", f"not run: none of Python {wanted} is here")
    python, began = f"3.{minor}", time.monotonic()
    print(f"\nansible-core {core} with Python {python}", flush=True)
    try:
        environment = made(f"core-{core}", pythons[minor], (released(core), "requests", *UNIT_TESTS, *STORES))
    except subprocess.CalledProcessError:
        return Row(core, python, "failed: installing it", time.monotonic() - began)
    sanity = ("--skip-test", "pylint") if core == PRE_RELEASE else sanity  # which needs what is on no package index
    steps = {
        "unit": in_it(environment, "-m", "pytest", "tests/unit", "-q", "-n", "2"),
        "publishing": integration_tests(environment, {}, PUBLISHES, "-k", "from_nothing"),
        f"1/{every} of integration": integration_tests(environment, {}, "tests/integration", f"--every={every}"),
        "sanity": in_it(environment, "-m", "tests.tools.sanity", *sanity),
    }
    if core == OLDEST and OLDEST_TARGET in pythons:
        target = made("target", pythons[OLDEST_TARGET], ("requests",))
        variables = {"TARGET_PYTHON": str(target / "bin/python")}
        steps[f"modules in Python 3.{OLDEST_TARGET}"] = integration_tests(environment, variables, MODULES)
    failed = [name for name, status in steps.items() if status]
    outcome = f"failed: {', '.join(failed)}" if failed else f"passed: {', '.join(steps)}"
    return Row(core, python, outcome, time.monotonic() - began)


def released(core: str) -> str:
    """The newest release of a version, and of one that has none the newest pre-release."""
    return f"ansible-core>={core}.0rc1,=={core}.*" if core == PRE_RELEASE else f"ansible-core=={core}.*"


def made(name: str, python: Path, packages: tuple[str, ...]) -> Path:
    """A virtual environment with these packages, from an earlier run if it was made for the same."""
    place = PLACE / name
    stamp, wanted = place / "made-for", hashlib.sha256(f"{python} {packages}".encode()).hexdigest()
    if not stamp.exists() or stamp.read_text() != wanted:
        subprocess.run([str(python), "-m", "venv", "--clear", str(place)], check=True)
        pip = [str(place / "bin/python"), "-m", "pip", "install", "--quiet", "--no-cache-dir"]
        subprocess.run([*pip, "--disable-pip-version-check", *packages], check=True)
        stamp.write_text(wanted)
    return place


def in_it(environment: Path, *arguments: str) -> int:
    command = [str(environment / "bin/python"), *arguments]
    path = f"{environment / 'bin'}:{os.environ['PATH']}"
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}, check=False).returncode


def integration_tests(environment: Path, variables: Mapping[str, str], *arguments: str) -> int:
    """With the commands of this environment; the tests themselves run in the one that they always run in."""
    command = [sys.executable, "-m", "pytest", "-q", "-n", "2", *arguments]
    chosen = {**os.environ, "ANSIBLE_BIN": str(environment / "bin"), **variables}
    return subprocess.run(command, cwd=ROOT, env=chosen, check=False).returncode


def table(rows: Iterable[Row]) -> str:
    lines = ["", "ansible-core  Python  time   outcome"]
    for each in rows:
        spent = f"{each.seconds / 60:.0f} min" if each.seconds else ""
        lines.append(f"{each.core:<13} {each.python:<7} {spent:<6} {each.outcome}")
    return "\n".join(lines)


if __name__ == "__main__":
    main()
