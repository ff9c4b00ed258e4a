# SPDX-License-Identifier: GPL-3.0-or-later
"""Really killing a run of Ansible, with all of its processes, at a chosen moment."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
import uuid
from collections.abc import Callable
from pathlib import Path

from tests.integration.ansible_runs import CALLBACK, Ansible

MARK = "KILLED_RUN"
PATIENCE = 120  # seconds until the chosen moment has to have come


def kill_everything(mark: str) -> None:
    """SIGKILL every process that carries the mark in its environment: Ansible's workers have sessions of their own."""
    while pids := [entry.parent.name for entry in Path("/proc").glob("[0-9]*/environ") if _carries(entry, mark)]:
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(int(pid), signal.SIGKILL)
        time.sleep(0.01)


def _carries(environ: Path, mark: str) -> bool:
    try:
        return f"{MARK}={mark}".encode() in environ.read_bytes().split(b"\0")
    except OSError:
        return False


def killed_run(ansible: Ansible, *command: str, kill_at: str = "", moment: Callable[[], bool] | None = None) -> bool:
    """Run a command that is killed before or after the task that C(kill_at) names, or once the C(moment) has come.

    Gives whether it was killed: a run that comes to its end first was not.
    """
    mark = uuid.uuid4().hex
    own = {
        MARK: mark,
        "KILL_AT": kill_at,
        "ANSIBLE_CALLBACK_PLUGINS": str(CALLBACK),
        "ANSIBLE_CALLBACKS_ENABLED": "killer",
    }
    process = subprocess.Popen(
        command,
        cwd=ansible.directory,
        env={**ansible.environment, **own},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        deadline = time.monotonic() + PATIENCE
        while process.poll() is None and not (moment and moment()):
            assert time.monotonic() < deadline, "the moment to kill at has not come"
            time.sleep(0.01)
    finally:
        kill_everything(mark)
        status = process.wait()
    return status == -signal.SIGKILL
