# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares a checkout: a virtual environment in .venv and the link that makes the checkout a collection.

Needs Python 3.11 or later and nothing else, not even pip: where Debian's bare Python has none, pip comes from Debian's
own package, without root. Run again it does nothing until the requirements change.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
CACHE = ROOT / ".cache"
REQUIREMENTS = ROOT / "requirements-dev.txt"
CONSTRAINTS = ROOT / "constraints.txt"
OLDEST_PYTHON = (3, 11)
STAMP = VENV / "set-up"
HOUR = 3600
LINK = ROOT / "collections/ansible_collections/oauthops/iam"


def main() -> None:
    leave_environment()
    if sys.version_info < OLDEST_PYTHON:
        sys.exit(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}: run make PYTHON=python3.12, say.")
    link_collection()
    wanted = REQUIREMENTS.read_bytes() + CONSTRAINTS.read_bytes()
    fingerprint = hashlib.sha256(wanted + sys.version.encode() + bytes(ROOT)).hexdigest()
    if STAMP.exists() and STAMP.read_text() == fingerprint:
        return
    print(f"Setting up {VENV.relative_to(ROOT)} (once; about half a minute) ...", flush=True)
    shutil.rmtree(VENV, ignore_errors=True)
    make_environment()
    # The one that comes with Python may be years old, and takes three times as long for the rest.
    pip("install", "pip", "-c", str(CONSTRAINTS))
    install(REQUIREMENTS)
    STAMP.write_text(fingerprint)


def leave_environment() -> None:
    """Go on outside an activated environment: it may be the very one that is replaced."""
    if sys.prefix != sys.base_prefix:
        python_outside = os.path.realpath(sys.executable)
        os.execv(python_outside, [python_outside, __file__])


def link_collection() -> None:
    """Ansible finds a collection by its path, which a checkout need not have.

    Where there is no link yet, pytest-ansible makes a directory of links to all files of the checkout, which is undone.
    """
    LINK.parent.mkdir(parents=True, exist_ok=True)
    if LINK.is_symlink():
        return
    if LINK.is_dir():
        for link in LINK.iterdir():
            link.unlink()
        LINK.rmdir()
    LINK.symlink_to("../../..")


def make_environment() -> None:
    if importlib.util.find_spec("ensurepip"):
        run(sys.executable, "-m", "venv", str(VENV))
        return
    run(sys.executable, "-m", "venv", "--without-pip", str(VENV))
    if importlib.util.find_spec("pip"):
        run(sys.executable, "-m", "pip", "--python", str(python()), "install", "--quiet", "--no-cache-dir", "pip")
    else:
        wheel = debian_pip_wheel()
        run(str(python()), f"{wheel}/pip", "install", "--quiet", "--no-index", str(wheel))
        shutil.rmtree(CACHE / "apt")


def debian_pip_wheel() -> Path:
    """The pip of Debian's package python3-pip-whl, fetched and unpacked below the checkout."""
    if not shutil.which("apt-get"):
        sys.exit("This Python has neither pip nor ensurepip: install either, on most systems the package python3-pip.")
    run(*apt(), "download", "python3-pip-whl", cwd=CACHE / "apt")
    package = next((CACHE / "apt").glob("python3-pip-whl_*.deb"))
    run("dpkg-deb", "-x", str(package), str(CACHE / "apt/unpacked"))
    return next((CACHE / "apt/unpacked").rglob("pip-*.whl"))


def apt() -> list[str]:
    """apt-get in a new directory below the checkout, so that root is not needed, with lists of the last hour."""
    shutil.rmtree(CACHE / "apt", ignore_errors=True)
    lists, updated = CACHE / "apt-lists", CACHE / "apt-updated"
    for directory in (lists / "partial", CACHE / "apt/archives/partial"):
        directory.mkdir(parents=True, exist_ok=True)
    command = ["apt-get", "-qq", "-o", f"Dir::State::lists={lists}", "-o", f"Dir::Cache={CACHE / 'apt'}"]
    if os.getuid() == 0:
        command += ["-o", "APT::Sandbox::User=root"]
    if not updated.exists() or time.time() - updated.stat().st_mtime > HOUR:
        run(*command, "update")
        updated.touch()
    return command


def install(requirements: Path) -> None:
    """Install what a file lists, and compile it on all cores, which pip does on one."""
    pip("install", "--no-compile", "-r", str(requirements), "-c", str(CONSTRAINTS))
    # Some packages hold templates of Python files, which cannot be compiled, and many hold tests, which nobody runs.
    tests = r"site-packages/.*/tests/"
    subprocess.run([python(), "-m", "compileall", "-qq", "-j", "0", "-x", tests, VENV / "lib"], check=False)


def pip(verb: str, *arguments: str) -> None:
    run(str(python()), "-m", "pip", verb, "--quiet", "--no-cache-dir", "--disable-pip-version-check", *arguments)


def python() -> Path:
    return VENV / "bin/python"


def run(*command: str, cwd: Path = ROOT) -> None:
    finished = subprocess.run(command, cwd=cwd, check=False)
    if finished.returncode:
        sys.exit(f"Stopped: {' '.join(command)} ended with status {finished.returncode}.")


if __name__ == "__main__":
    main()
