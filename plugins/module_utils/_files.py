# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are read and replaced as a whole: a reader finds the older content or the newer.

Also the JSON object that a store keeps in one. Private to this collection.
"""

from __future__ import annotations

import contextlib
import errno
import fcntl
import json
import os
import re
import secrets
import stat
from dataclasses import dataclass
from typing import Any

from ._api.errors import invalid
from ._places import Place

MODE = 0o600
# What the system calls an owner or a group that is not to be changed.
LEFT = -1
ACL = "system.posix_acl_access"
CONTEXT = "security.selinux"
RANDOM_BYTES = 6


def check_path(option: str, path: str) -> None:
    """Raise UsageError for a text that cannot be a path."""
    if "\0" in path:
        raise invalid(option, f"{path!r} contains a null character, which no path can contain. Remove the character.")


def check_absolute(option: str, path: str) -> None:
    """Raise UsageError unless it is an absolute path."""
    check_path(option, path)
    if not path:
        raise invalid(option, "it is empty (expected the path of a file).")
    if not os.path.isabs(path):
        text = f"{path} is a relative path (expected an absolute one). Write for example {{{{ playbook_dir }}}}/{path}."
        raise invalid(option, text)


def object_of(text: str | bytes) -> dict[str, Any]:
    """The JSON object in a text. Raises ValueError for any other text, without showing it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("is JSON, but not an object")
    return found


def same(one: Any, other: Any) -> bool:
    """Whether both are equal as JSON: 1 differs from true, the order of keys does not matter."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


@dataclass(frozen=True)
class Found:
    """A file as it was read, all of it by one descriptor; C(status) is from before its content was read."""

    status: os.stat_result
    content: bytes
    acl: bytes | None
    context: bytes | None

    def is_still_at(self, place: Place) -> bool:
        now = place.status()
        return now is not None and _version(now) == _version(self.status)


def found_at(place: Place) -> Found | None:
    """The file at a place, or None."""
    handle = place.open()
    if handle is None:
        return None
    with open(handle, "rb") as source:
        status = os.fstat(handle)
        return Found(status, source.read(), attribute(handle, ACL), attribute(handle, CONTEXT))


def other_names(place: Place, older: os.stat_result | None) -> list[str]:
    """The warning for a file with other hard links that is replaced."""
    more = older.st_nlink - 1 if older else 0
    if not more:
        return []
    return [f"{place.path} was replaced; its {more} other hard link(s) still have the old content. Create them again."]


def _version(status: os.stat_result) -> tuple[int, ...]:
    return status.st_dev, status.st_ino, status.st_size, status.st_mtime_ns


def attribute(handle: int, name: str) -> bytes | None:
    """An extended attribute; None where there is none, or no such thing as on macOS."""
    if hasattr(os, "getxattr"):
        with contextlib.suppress(OSError):
            return os.getxattr(handle, name)
    return None


class Reserved:
    """A new file that replaces the one at a place in one step. Until then only its owner can open it.

    Leaving the context empties and removes it, unless it took the place. Its lock shows that its creator is alive: the
    next run removes what a killed run has left, owned by its user or by C(owner).
    """

    def __init__(self, place: Place, owner: int = LEFT) -> None:
        self._place = place
        self._directory = place.directory
        _remove_leftovers(place, owner)
        self.handle, self._name = _created(place)
        self._in_place = False

    def __enter__(self) -> Reserved:
        return self

    def __exit__(self, *_error: object) -> None:
        if not self._in_place and not _is_named(self._directory.handle, self._place.name, self.handle):
            with contextlib.suppress(OSError):
                os.ftruncate(self.handle, 0)
        if self._name:
            with contextlib.suppress(OSError):
                os.unlink(self._name, dir_fd=self._directory.handle)
        os.close(self.handle)

    def write(self, content: bytes) -> None:
        """Replace the content, and write it to the disk."""
        done = 0
        while done < len(content):
            done += os.pwrite(self.handle, content[done:], done)
        os.ftruncate(self.handle, len(content))
        os.fsync(self.handle)

    def take_place(self) -> None:
        """Replace the file at the place. Raises OSError, also if another user replaces it at the same time."""
        handle = self._directory.handle
        os.replace(self._name, self._place.name, src_dir_fd=handle, dst_dir_fd=handle)
        self._name = ""
        self._directory.sync()
        if not self._directory.private and not _is_named(handle, self._place.name, self.handle):
            raise OSError(errno.ESTALE, "another user or task has replaced it")
        self._in_place = True


def _created(place: Place) -> tuple[int, str]:
    """An empty, locked file that only its owner can open, and its name."""
    directory = place.directory.handle
    while True:
        name = f".{place.name}.{secrets.token_hex(RANDOM_BYTES)}"
        handle = os.open(name, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, MODE, dir_fd=directory)
        try:
            # Independent of the mask and of an ACL that the directory passes on.
            if hasattr(os, "removexattr"):
                with contextlib.suppress(OSError):
                    os.removexattr(handle, ACL)
            os.fchmod(handle, MODE)
            if _locked(handle) is not False and _is_named(directory, name, handle):
                return handle, name
        except BaseException:
            with contextlib.suppress(OSError):
                os.unlink(name, dir_fd=directory)
            os.close(handle)
            raise
        # Another run took it for a leftover.
        os.close(handle)


def _locked(handle: int) -> bool | None:
    """Whether the lock was acquired; None on a file system without locks."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _is_named(directory: int, name: str, handle: int) -> bool:
    with contextlib.suppress(OSError):
        return os.path.samestat(os.stat(name, dir_fd=directory, follow_symlinks=False), os.fstat(handle))
    return False


def _remove_leftovers(place: Place, owner: int) -> None:
    pattern = re.compile(re.escape(f".{place.name}.") + f"[0-9a-f]{{{RANDOM_BYTES * 2}}}")
    for name in place.directory.names():
        if pattern.fullmatch(name):
            with contextlib.suppress(OSError):
                _remove_leftover(place.directory.handle, name, owner)


def _remove_leftover(directory: int, name: str, owner: int) -> None:
    handle = os.open(name, os.O_RDWR | os.O_NONBLOCK | os.O_NOFOLLOW, dir_fd=directory)
    try:
        status = os.fstat(handle)
        ours = stat.S_ISREG(status.st_mode) and status.st_nlink == 1 and status.st_uid in (os.geteuid(), owner)
        if ours and _locked(handle) and _is_named(directory, name, handle):
            os.unlink(name, dir_fd=directory)
    finally:
        os.close(handle)
