# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors of the operating system, with what to do about them. Pure. Private to this collection."""

from __future__ import annotations

import errno
from collections.abc import Mapping

REMEDIES: Mapping[int, str] = {
    errno.EACCES: "Give the user who runs the task access to it and to its directory.",
    errno.EPERM: "Give the user who runs the task access to it and to its directory.",
    errno.ENOENT: "Create it, or correct the path.",
    errno.ENOTDIR: "Correct the path: a part of it is a file, not a directory.",
    errno.EISDIR: "Correct the path: it is a directory, not a file.",
    errno.EEXIST: "Correct the path: something else is there already.",
    errno.ELOOP: "Correct the symbolic links in the path.",
    errno.ENAMETOOLONG: "Shorten the path.",
    errno.ENOSPC: "Free disk space there, then run again.",
    errno.EDQUOT: "Free disk space, or raise the quota of the user who runs the task.",
    errno.EROFS: "Choose a path on a file system that can be written.",
}
OTHERS = "Correct the cause, then run again."


def explained(error: OSError) -> str:
    """The end of a message about a path: the reason, and what to do."""
    return f"({error.strerror or error}). {REMEDIES.get(error.errno or 0, OTHERS)}"
