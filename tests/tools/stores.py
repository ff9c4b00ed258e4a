# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares the tests of secret stores and of DNS recipes: `make servers`, after the set-up and with its environment.

Puts requirements-stores.txt into .venv, and the collections that speak to stores and to DNS providers below
.cache/stores: apart from `collections`, so that a test runs with them or without. Run again it does nothing until
either changes.
"""

from __future__ import annotations

import hashlib
import shutil
import sys
from pathlib import Path
from zipfile import ZipFile

from tests.tools.set_up import CACHE, ROOT, VENV, install, pip

REQUIREMENTS = ROOT / "requirements-stores.txt"
STAMP = VENV / "stores"
PLACE = CACHE / "stores"
COLLECTIONS = (
    "amazon.aws",
    "ansible.posix",
    "awx.awx",
    "azure.azcollection",
    "community.dns",
    "community.hashi_vault",
    "hetzner.hcloud",
)
# They come out of this package, which later on left awx.awx out.
PACKAGE = "ansible==12.3.0"


def main() -> None:
    wanted = f"{PACKAGE} {COLLECTIONS}".encode()
    fingerprint = hashlib.sha256(REQUIREMENTS.read_bytes() + wanted).hexdigest()
    if PLACE.is_dir() and STAMP.exists() and STAMP.read_text() == fingerprint:
        return
    print("Fetching what the tests of secret stores and DNS recipes need (once; about a minute) ...", flush=True)
    STAMP.unlink(missing_ok=True)
    install(REQUIREMENTS)
    shutil.rmtree(PLACE, ignore_errors=True)
    fetch_collections()
    STAMP.write_text(fingerprint)


def fetch_collections() -> None:
    """Take the collections out of the package that holds them in versions that were tested together."""
    downloads = CACHE / "download"
    shutil.rmtree(downloads, ignore_errors=True)
    pip("download", "--no-deps", "--only-binary", ":all:", "--dest", str(downloads), PACKAGE)
    unpack(next(downloads.glob("ansible-*.whl")))
    shutil.rmtree(downloads)


def unpack(wheel: Path) -> None:
    with ZipFile(wheel) as archive:
        names = archive.namelist()
        for collection in COLLECTIONS:
            directory = f"ansible_collections/{collection.replace('.', '/')}/"
            members = [name for name in names if name.startswith(directory)]
            if not members:
                sys.exit(f"The set-up stopped: {wheel.name} has no collection {collection}.")
            archive.extractall(PLACE, members)


if __name__ == "__main__":
    main()
