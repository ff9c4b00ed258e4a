# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file on the controller that several forks may replace at the same time. Private."""

from __future__ import annotations

import contextlib
import fcntl
import os
import stat
from collections.abc import Iterator

from ansible_collections.oauthops.iam.plugins.module_utils import _files


@contextlib.contextmanager
def locked(directory: str) -> Iterator[None]:
    """The directory to oneself, for whoever asks in the same way has to wait.

    Not the file, because that is another one after each replacement.
    """
    entry = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(entry, fcntl.LOCK_EX)
        yield
    finally:
        os.close(entry)


def replace(path: str, content: bytes) -> None:
    """Put the content in the file's place in one step; mode and owner are those of the older file, else 0600."""
    _files.replace(path, content, lambda handle, _path: _inherit(path, handle))


def _inherit(path: str, handle: int) -> None:
    try:
        older = os.stat(path)
    except FileNotFoundError:
        return
    own = os.fstat(handle)
    if (older.st_uid, older.st_gid) != (own.st_uid, own.st_gid):
        os.fchown(handle, older.st_uid, older.st_gid)
    os.fchmod(handle, stat.S_IMODE(older.st_mode))
