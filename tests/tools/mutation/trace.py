# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes down which lines of the plugins each test runs, in the process of the tests and in those that they start.

A copy of this file, under the name sitecustomize, is loaded by each Python that a test starts: so it needs nothing
else, and runs with Python 3.9. A line is written when it is run first, as Ansible's workers end without notice.
"""

from __future__ import annotations

import os
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import FrameType
from typing import Any

FOLDER, TEST = "MUTATION_TRACE", "MUTATION_TEST"
COLLECTIONS, OURS = "/ansible_collections/", "oauthops/iam/"

_paths: dict[str, str] = {}
_seen: set[tuple[str, int]] = set()
_output: list[int] = []
_test = [""]


def begin() -> None:
    """Trace this process, and every thread that it starts."""
    name = f"{os.getpid()}-{time.monotonic_ns()}"
    _output[:] = [os.open(Path(os.environ[FOLDER], name), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)]
    begin_test(os.environ.get(TEST, ""))
    threading.settrace(_called)


def begin_test(test: str) -> None:
    sys.settrace(_called)  # again for each test: one before may have ended tracing, as those with Hypothesis do
    _test[:] = [test]
    _seen.clear()
    os.write(_output[0], f"={test}\n".encode())


def follow(customization: Path) -> None:
    """Trace also what this process starts, be it with an environment of its own; C(customization) has the copy."""
    folder = os.environ[FOLDER]
    original: Any = subprocess.Popen.__init__

    def started(self: Any, *args: Any, **options: Any) -> None:
        given = options.get("env")
        environment = dict(os.environ if given is None else given)
        path = os.pathsep.join(filter(None, (str(customization), environment.get("PYTHONPATH"))))
        own = {FOLDER: folder, TEST: _test[0], "PYTHONPATH": path}
        original(self, *args, **{**options, "env": {**environment, **own}})

    subprocess.Popen.__init__ = started  # type: ignore[method-assign]


def _path(filename: str) -> str:
    """A file of our plugins relative to the collection, wherever it is run from; empty for any other."""
    name = filename.rpartition(COLLECTIONS)[2]
    return name[len(OURS) :] if COLLECTIONS in filename and name.startswith(f"{OURS}plugins/") else ""


def _called(frame: FrameType, event: str, argument: Any) -> Any:
    filename = frame.f_code.co_filename
    path = _paths.get(filename)
    if path is None:
        path = _paths[filename] = _path(filename)
    return _line if path else None


def _line(frame: FrameType, event: str, argument: Any) -> Any:
    filename, line = frame.f_code.co_filename, frame.f_lineno
    if event == "line" and (filename, line) not in _seen:
        _seen.add((filename, line))
        os.write(_output[0], f"{_paths[filename]}:{line}\n".encode())
    return _line


if __name__ == "sitecustomize" and FOLDER in os.environ:
    begin()
