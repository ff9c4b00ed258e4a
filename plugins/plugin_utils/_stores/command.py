# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store of the user: two programs on the controller that read and write JSON. Private to this collection."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from typing import Any, ClassVar

from ...module_utils._api.errors import invalid
from ...module_utils._files import object_of
from .base import Failure, Record, Site, Store, unreadable, unwritable


class Command(Store):
    """C(read) prints what is stored, or nothing; C(write) gets on its standard input what is to be stored.

    Both are run without a shell and end with status 0 if all went well. No secret is in an argument or a variable.
    """

    type: ClassVar[str] = "command"

    def __init__(self, params: Mapping[str, Any], site: Site) -> None:
        super().__init__(params, site)
        for option in ("read", "write"):
            if not params[option]:
                raise invalid(f"store.{option}", "it is empty (expected a program and its arguments).")
        self.hide(params["environment"])

    @property
    def place(self) -> str:
        return f"the secret stored by the program {self.params['write'][0]}"

    def read(self) -> Record:
        with self.raising(unreadable):
            printed = self._output_of("read", b"")
            try:
                found = object_of(printed) if printed.strip() else {}
            except ValueError:
                raise Failure("the program ended with status 0, but its output is not a JSON object") from None
        self.hide(found)
        return found

    def write(self, record: Record) -> None:
        self.hide(record)
        with self.raising(unwritable):
            self._output_of("write", json.dumps(record).encode())

    def check(self) -> None:
        program = self.params["write"][0]
        if not shutil.which(program, path=self._environment.get("PATH")):
            text = f"{program} is not an executable program on the controller. Make it executable, or correct"
            raise unwritable(self, f"{text} store.write")

    @property
    def _environment(self) -> dict[str, str]:
        return {**os.environ, **{name: str(value) for name, value in self.params["environment"].items()}}

    def _output_of(self, option: str, given: bytes) -> bytes:
        """The output of a program. Raises Failure if the program fails."""
        pipe = subprocess.PIPE
        try:
            with subprocess.Popen(
                self.params[option],
                env=self._environment,
                stdin=pipe,
                stdout=pipe,
                stderr=pipe,
                start_new_session=True,
            ) as process:
                printed, complaint = _talk(process, given, self.params["timeout"])
        except subprocess.TimeoutExpired:
            raise Failure(
                f"the program did not end within {self.params['timeout']:g} seconds, and was killed. Correct it, "
                "or raise timeout"
            ) from None
        except (OSError, ValueError) as error:
            reason = self.quoted(getattr(error, "strerror", None) or error)
            raise Failure(f"the program could not be started ({reason}). Correct store.{option}") from None
        if process.returncode:
            raise Failure(self._complaint(process.returncode, complaint))
        return printed

    def _complaint(self, status: int, text: bytes) -> str:
        lines = text.decode(errors="replace").strip().split("\n")
        said = (
            f": {self.quoted(lines[-1])}"
            if lines[-1]
            else " without an error message: run it by hand to find the cause"
        )
        ended = f"ended with status {status}" if status > 0 else f"was ended by signal {-status}"
        return f"the program {ended}{said}"


def _talk(process: subprocess.Popen[bytes], given: bytes, timeout: float) -> tuple[bytes, bytes]:
    """The output and the errors of a program. No process of its group is left, even after an interruption."""
    try:
        return process.communicate(given, timeout)
    except BaseException:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        raise
