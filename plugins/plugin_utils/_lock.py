# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time: a lock in a private directory, which the kernel releases when its holder dies. Private."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator

from ..module_utils._api.errors import UsageError
from ..module_utils._api.retry import Countdown
from ..module_utils._places import Directory
from ._moment import iso, now
from ._private_directory import private_directory

PAUSE = 0.1
LONGEST_HOLDER = 200
LOCK_TIMEOUT = "lock_timeout"
UNNAMED = "its process is not known"


@contextlib.contextmanager
def held(
    directory: str,
    name: str,
    timeout: float,
    *,
    what: str | None = None,
    option: str = LOCK_TIMEOUT,
    directory_option: str | None = "handover_dir",
) -> Iterator[None]:
    """Hold the lock of that name in a private directory.

    After C(timeout) seconds, raises UsageError with the holder. C(what) describes what is locked. C(option) and
    C(directory_option) are named in errors. The lock's file is removed at the end.
    """
    with private_directory(directory, directory_option) as place:
        file = f"{name}.lock"
        handle = _acquired(place, file, timeout, what or name, option)
        try:
            yield
        finally:
            with contextlib.suppress(OSError):
                os.unlink(file, dir_fd=place.handle)
            os.close(handle)


def _acquired(directory: Directory, file: str, timeout: float, what: str, option: str) -> int:
    countdown = Countdown(timeout)
    while True:
        handle = os.open(file, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600, dir_fd=directory.handle)
        try:
            holder = _holder(directory, file, handle)
        except BaseException:
            os.close(handle)
            raise
        if holder is None:
            return handle
        os.close(handle)
        if not countdown.remaining:
            more = f", or raise {LOCK_TIMEOUT}" if option == LOCK_TIMEOUT else ""
            text = f"{what} is still locked by another run after {timeout:g} s ({holder}). Run again later{more}."
            raise UsageError("locked", text, option=option)
        countdown.wait(PAUSE)


def _holder(directory: Directory, file: str, handle: int) -> str | None:
    """The holder of the lock, in words; None if this run has acquired it."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return os.pread(handle, LONGEST_HOLDER, 0).decode(errors="replace") or UNNAMED
    status = directory.status_of(file)
    if status is None or not os.path.samestat(status, os.fstat(handle)):
        return UNNAMED  # its holder has just removed it, and another may have made it again
    os.ftruncate(handle, 0)
    os.pwrite(handle, f"process {os.getpid()} on {os.uname().nodename} since {iso(now())}".encode(), 0)
    return None
