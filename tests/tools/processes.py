# SPDX-License-Identifier: GPL-3.0-or-later
"""Processes that are told by a mark in their environment: Ansible's workers have sessions of their own."""

from __future__ import annotations

import contextlib
import os
import signal
from pathlib import Path


def signal_marked(variable: str, value: str, sign: signal.Signals) -> bool:
    """Send a signal to every process with this variable in its environment, and say whether there was one."""
    mark = f"{variable}={value}".encode()
    marked = [int(entry.parent.name) for entry in Path("/proc").glob("[0-9]*/environ") if mark in _variables(entry)]
    for pid in marked:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, sign)
    return bool(marked)


def _variables(environ: Path) -> list[bytes]:
    """Empty for a process that has ended or is somebody else's."""
    try:
        return environ.read_bytes().split(b"\0")
    except OSError:
        return []
