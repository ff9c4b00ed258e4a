# SPDX-License-Identifier: GPL-3.0-or-later
"""Really killing a run of Ansible, with all of its processes, at a chosen moment."""

from __future__ import annotations

import signal
import subprocess
import time
import uuid
from collections.abc import Callable

from tests.integration.ansible_runs import CALLBACK, Ansible
from tests.tools.processes import signal_marked

MARK = "KILLED_RUN"
TIMEOUT = 120  # seconds until the chosen moment has to have come


def killed_run(ansible: Ansible, *command: str, kill_at: str = "", moment: Callable[[], bool] | None = None) -> bool:
    """Run a command that is killed before or after what C(kill_at) names, or once the C(moment) has come.

    Gives whether it was killed: a run that comes to its end first was not.
    """
    mark = uuid.uuid4().hex
    own = {
        MARK: mark,
        "KILL_AT": kill_at,
        "KILL_COUNT": str(ansible.directory / f"writes-{mark}"),
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
        deadline = time.monotonic() + TIMEOUT
        while process.poll() is None and not (moment and moment()):
            assert time.monotonic() < deadline, "the moment to kill at has not come"
            time.sleep(0.01)
    finally:
        while signal_marked(MARK, mark, signal.SIGKILL):
            time.sleep(0.01)
        status = process.wait()
    return status == -signal.SIGKILL
