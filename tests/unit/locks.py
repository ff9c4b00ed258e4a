# SPDX-License-Identifier: GPL-3.0-or-later
"""A process that holds a lock."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

HOLDER = """\
import sys
from ansible_collections.oauthops.iam.plugins.plugin_utils._lock import held
with held(sys.argv[1], sys.argv[2], 10):
    print("held", flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def a_process_that_holds(directory: Path, name: str) -> Iterator[int]:
    """Its number; at the end it is killed, and has no time to let go."""
    command = [sys.executable, "-c", HOLDER, str(directory), name]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=environment) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == b"held\n"
            yield process.pid
        finally:
            process.kill()
