# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that a test session starts on loopback, waits for and stops again."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

HOST = "127.0.0.1"
# Whom the servers of root run as, so that they can do no more than those of other users.
NOBODY = 65534 if os.getuid() == 0 else None
_PAUSE_SECONDS = 0.05
_STOP_SECONDS = 5.0
_ATTEMPTS = 3
Sign = TypeVar("Sign")


class Child:
    """A process in an environment that is given whole.

    Its output goes to a file in its directory, which cannot fill up like a pipe.
    """

    def __init__(
        self, command: list[str], environment: dict[str, str], directory: Path, *, uid: int | None = None
    ) -> None:
        self._output = directory / "output"
        with self._output.open("wb") as output:
            self._process = subprocess.Popen(
                command,
                cwd=directory,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                user=uid,
                group=uid,
                extra_groups=None if uid is None else [],
            )

    def wait_for(self, sign: Callable[[], Sign | None], timeout: float = 30.0) -> Sign:
        """The first thing that `sign` finds; without it the process is stopped.

        Raises RuntimeError, with the output, when the process ends before or `timeout` seconds are over.
        """
        try:
            return self._found(sign, timeout)
        except BaseException:
            self.stop()
            raise

    def _found(self, sign: Callable[[], Sign | None], timeout: float) -> Sign:
        overdue = time.monotonic() + timeout
        while time.monotonic() < overdue and self._process.poll() is None:
            if (found := sign()) is not None:
                return found
            time.sleep(_PAUSE_SECONDS)
        what = "time-out" if self._process.returncode is None else f"status {self._process.returncode}"
        raise RuntimeError(f"{self._process.args!r} did not start ({what}):\n{self.output()}")

    def output(self) -> str:
        return self._output.read_text(errors="replace")

    def stop(self) -> None:
        self._process.terminate()
        try:
            self._process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def free_port() -> int:
    """A port that is free for TCP and for UDP."""
    while True:
        with socket.socket() as tcp, socket.socket(type=socket.SOCK_DGRAM) as udp:
            tcp.bind((HOST, 0))
            port: int = tcp.getsockname()[1]
            try:
                udp.bind((HOST, port))
            except OSError:
                continue
            return port


def at_free_port(start: Callable[[int], Child]) -> Child:
    """What `start` makes of a port. Its RuntimeError may mean that someone else was faster, or wants the next port."""
    for _attempt in range(1, _ATTEMPTS):
        with contextlib.suppress(RuntimeError):
            return start(free_port())
    return start(free_port())
