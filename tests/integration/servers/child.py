# SPDX-License-Identifier: GPL-3.0-or-later
"""A server that a test session starts, waits for and stops again."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

_PAUSE_SECONDS = 0.05
_STOP_SECONDS = 5.0
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
        """The first thing that `sign` finds.

        Raises RuntimeError, with the output, when the process ends before or `timeout` seconds are over.
        """
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
