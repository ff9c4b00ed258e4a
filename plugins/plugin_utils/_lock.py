# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One run at a time: a lock in a private directory, which the kernel releases when its holder dies. Private."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
from collections.abc import Iterator

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import Patience
from ansible_collections.oauthops.iam.plugins.plugin_utils._moment import iso, now

PAUSE = 0.1


@contextlib.contextmanager
def held(directory: str, name: str, timeout: float) -> Iterator[None]:
    """Hold the lock of that name. Raises UsageError, which says who holds it, after C(timeout) seconds."""
    path = os.path.join(directory, f"{name}.lock")
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)
    try:
        patience = Patience(timeout)
        while not _taken(descriptor):
            if not patience.remaining:
                holder = os.pread(descriptor, 200, 0).decode(errors="replace").strip() or "another run"
                raise UsageError(
                    "locked",
                    f"{name} is in use by {holder}. Run again later, or raise lock_timeout ({timeout:g} s).",
                    option="lock_timeout",
                )
            patience.rest(PAUSE)
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, f"process {os.getpid()} on {socket.gethostname()} since {iso(now())}".encode(), 0)
        yield
    finally:
        os.close(descriptor)


def _taken(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
