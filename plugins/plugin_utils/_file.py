# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A file on the controller that several forks may replace at the same time. Private."""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator


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
