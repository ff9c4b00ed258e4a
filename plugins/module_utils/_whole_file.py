# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file that is read and replaced as a whole: whoever reads it finds the older content or the newer. Private."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from typing import Callable

from ansible_collections.oauthops.iam.plugins.module_utils._errors import UsageError


def content_of(path: str) -> bytes | None:
    """What the file holds; None when there is no file. A pipe or device is not waited for but refused."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as source:
            if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                raise OSError(0, "not a regular file")
            return source.read()
    except FileNotFoundError:
        return None


def check_path(option: str, path: str) -> None:
    """Raise UsageError for what names no file."""
    if "\0" in path:
        raise UsageError(f"{option}: {path!r} is not a path.")


def check_absolute(option: str, path: str) -> None:
    if not path:
        raise UsageError(f"{option} is empty: name a file.")
    if not os.path.isabs(path):
        raise UsageError(
            f"{option}: {path} is a relative path, and which directory it would be in depends on how the task is run: "
            "write an absolute one, such as {{ playbook_dir }}/" + path + "."
        )


def check_place(option: str, path: str) -> None:
    """Raise UsageError when the file cannot be replaced, as far as that can be told without writing."""
    directory = os.path.dirname(path)
    if not os.path.isdir(directory):
        raise UsageError(f"{option}: the directory {directory} does not exist.")
    if os.path.isdir(path):
        raise UsageError(f"{option}: {path} is a directory.")
    if not os.access(directory, os.W_OK | os.X_OK):
        raise UsageError(f"{option}: the directory {directory} is not writable.")


def replace(path: str, content: bytes, prepare: Callable[[int, str], object]) -> None:
    """Put the content in the file's place in one step.

    C(prepare) gives the new file, by its descriptor and path, the owner and mode that it is to have. Before that nobody
    else can read it, and nothing is in it.
    """
    handle, temporary = beside(path)
    try:
        with os.fdopen(handle, "wb") as target:
            prepare(handle, temporary)
            target.write(content)
            target.flush()
            os.fsync(target.fileno())
        move(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise


def beside(path: str) -> tuple[int, str]:
    """A file that can take the place of another: opened for writing, and its path."""
    directory, name = os.path.split(path)
    return tempfile.mkstemp(prefix=f".{name}.", dir=directory)


def move(temporary: str, path: str) -> None:
    os.replace(temporary, path)
    with contextlib.suppress(OSError):
        _sync_directory(os.path.dirname(path))


def _sync_directory(directory: str) -> None:
    entry = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(entry)
    finally:
        os.close(entry)
