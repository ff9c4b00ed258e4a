# SPDX-License-Identifier: GPL-3.0-or-later
"""Puts requirements-bench.txt into .venv: for `make bench`, after the set-up and with its environment."""

from __future__ import annotations

import hashlib

from tests.tools.set_up import ROOT, VENV, install

REQUIREMENTS = ROOT / "requirements-bench.txt"
STAMP = VENV / "bench"


def main() -> None:
    fingerprint = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if STAMP.exists() and STAMP.read_text() == fingerprint:
        return
    print("Fetching what the benchmark measures memory and draws with (once) ...", flush=True)
    install(REQUIREMENTS)
    STAMP.write_text(fingerprint)


if __name__ == "__main__":
    main()
