# SPDX-License-Identifier: GPL-3.0-or-later
"""Has Ansible's commands run by processes that have loaded ansible-core already; see C(server)."""

from __future__ import annotations

import atexit
import functools
import json
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping
from pathlib import Path
from typing import IO

SERVER = Path(__file__).with_name("server.py")
COMMANDS = ("ansible", "ansible-playbook", "ansible-vault")
# Loading takes as long as two runs that load for themselves.
FEW = 2
Settings = frozenset[tuple[str, str]]
asked_for: Counter[Settings] = Counter()


def settings_of(environment: Mapping[str, str]) -> Settings:
    """What Ansible reads while it is loaded."""
    return frozenset((name, value) for name, value in environment.items() if name.startswith("ANSIBLE_"))


def is_worth_loading(environment: Mapping[str, str]) -> bool:
    """Whether more than a few runs have asked for these settings by now."""
    asked_for[settings_of(environment)] += 1
    return asked_for[settings_of(environment)] > FEW


def run(command: tuple[str, ...], directory: Path, environment: Mapping[str, str], timeout: float) -> tuple[int, str]:
    """The status of a command, and what it has written to its standard output and standard error."""
    order = {"command": command, "directory": str(directory), "environment": environment}
    with (
        tempfile.TemporaryFile() as output,
        tempfile.TemporaryFile() as errors,
        socket.socket(socket.AF_UNIX) as connection,
    ):
        connection.settimeout(timeout)
        connection.connect(str(server(settings_of(environment), environment["PATH"])))
        sent = json.dumps(order).encode() + b"\n"
        begun = socket.send_fds(connection, [sent], [output.fileno(), errors.fileno()])
        connection.sendall(sent[begun:])
        status = int(connection.recv(16) or -signal.SIGKILL)
        return status, "".join(read(file) for file in (output, errors))


def read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


@functools.cache
def server(settings: Settings, path: str) -> Path:
    """The socket of the one that was started with these settings."""
    directory = Path(tempfile.mkdtemp(prefix="warm-"))
    atexit.register(shutil.rmtree, directory, ignore_errors=True)
    environment = {**dict(settings), "PATH": path, "HOME": str(directory), "LANG": "C.UTF-8"}
    process = subprocess.Popen(
        [sys.executable, str(SERVER), str(directory / "socket")],
        cwd=directory,
        env=environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        text=True,
    )
    atexit.register(process.kill)
    assert process.stdout is not None
    if process.stdout.readline() != "ready\n":
        raise RuntimeError("the process that loads ansible-core has not started")
    return directory / "socket"
