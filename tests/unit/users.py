# SPDX-License-Identifier: GPL-3.0-or-later
"""Places of several users, and acting as another one, which only root can."""

from __future__ import annotations

import contextlib
import os
import struct
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

NOBODY = 65534
only_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")


@contextlib.contextmanager
def acting_as_nobody() -> Iterator[None]:
    """For root, who comes back."""
    os.setresuid(NOBODY, NOBODY, 0)
    try:
        yield
    finally:
        os.setresuid(0, 0, 0)


@contextlib.contextmanager
def a_place_of_nobody() -> Iterator[Path]:
    """A directory of a user to whom it can be closed, as which the test goes on when it is root's."""
    user = acting_as_nobody() if os.getuid() == 0 else contextlib.nullcontext()
    with user, tempfile.TemporaryDirectory(dir="/tmp") as place:
        yield Path(place)


@contextlib.contextmanager
def a_place_for_all() -> Iterator[Path]:
    """A directory of ours that other users can enter, unlike that of pytest."""
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        os.chmod(place, 0o755)
        yield Path(place)


def directory_of(uid: int, path: Path, mode: int = 0o755) -> Path:
    """Make it, with any mode, for a user."""
    path.mkdir()
    os.chown(path, uid, -1)
    path.chmod(mode)
    return path


def acl_for(uid: int) -> bytes:
    """A POSIX ACL as Linux keeps it: its owner reads and writes, this user reads, and the mask lets that through.

    In the mode of the file it looks as if its group could read, which it cannot.
    """
    everybody = 0xFFFFFFFF
    entries = [(0x01, 6, everybody), (0x02, 4, uid), (0x04, 0, everybody), (0x10, 4, everybody), (0x20, 0, everybody)]
    return struct.pack("<I", 2) + b"".join(struct.pack("<HHI", *entry) for entry in entries)
