# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file on the controller that several forks may replace at the same time. Private."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator


@contextlib.contextmanager
def locked(directory: str) -> Iterator[int]:
    """The directory to oneself: its file descriptor, for whoever asks in the same way has to wait.

    Not the file, because that is another one after each replacement.
    """
    entry = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(entry, fcntl.LOCK_EX)
        yield entry
    finally:
        os.close(entry)


def content_of(path: str) -> bytes | None:
    """What the file holds; None when there is no file. A pipe or device is not waited for but refused."""
    try:
        with open(os.open(path, os.O_RDONLY | os.O_NONBLOCK), "rb") as source:
            if not stat.S_ISREG(os.fstat(source.fileno()).st_mode):
                raise OSError(0, "not a regular file")
            return source.read()
    except FileNotFoundError:
        return None


def replace(path: str, content: bytes, directory: int) -> None:
    """Put the content in the file's place in one step; mode and owner are those of the older file, else 0600."""
    handle, temporary = tempfile.mkstemp(prefix=f".{os.path.basename(path)}.", dir=os.path.dirname(path))
    try:
        with os.fdopen(handle, "wb") as target:
            target.write(content)
            target.flush()
            _inherit(path, target.fileno())
            os.fsync(target.fileno())
        os.replace(temporary, path)
    except BaseException:
        with contextlib.suppress(OSError):
            os.unlink(temporary)
        raise
    with contextlib.suppress(OSError):
        os.fsync(directory)


def _inherit(path: str, handle: int) -> None:
    try:
        older = os.stat(path)
    except FileNotFoundError:
        return
    own = os.fstat(handle)
    if (older.st_uid, older.st_gid) != (own.st_uid, own.st_gid):
        os.fchown(handle, older.st_uid, older.st_gid)
    os.fchmod(handle, stat.S_IMODE(older.st_mode))
