# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files that are read and replaced as a whole: a reader finds the older content or the newer.

Also the JSON object that a store keeps in one, and its owner, mode and SELinux context. Private to this collection.
"""

from __future__ import annotations

import contextlib
import grp
import json
import os
import pwd
import stat
import tempfile
from typing import Any, Callable

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError

selinux: Any
try:
    from ansible.module_utils.compat import selinux
except ImportError:  # a machine without libselinux
    selinux = None

MODE = 0o600
# What the system calls an owner or a group that is not to be changed.
LEFT = -1


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
        raise UsageError("invalid_option", f"{option}: {path!r} is not a path.", option=option)


def check_absolute(option: str, path: str) -> None:
    if not path:
        raise UsageError("invalid_option", f"{option} is empty: name a file.", option=option)
    if not os.path.isabs(path):
        raise UsageError(
            "invalid_option",
            f"{option}: {path} is a relative path, and which directory it would be in depends on how the task is run: "
            "write an absolute one, such as {{ playbook_dir }}/" + path + ".",
            option=option,
        )


def check_place(option: str, path: str) -> None:
    """Raise UsageError when the file cannot be replaced, as far as that can be told without writing."""
    directory = os.path.dirname(path)
    obstacles = {
        f"the directory {directory} does not exist": not os.path.isdir(directory),
        f"{path} is a directory": os.path.isdir(path),
        f"the directory {directory} is not writable": not os.access(directory, os.W_OK | os.X_OK),
    }
    for text, holds in obstacles.items():
        if holds:
            raise UsageError("file_inaccessible", f"{option}: {text}.", option=option)


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


def object_of(text: str | bytes) -> dict[str, Any]:
    """Raises ValueError, which says what the text is instead and shows nothing of it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("is JSON, but not an object")
    return found


def same(one: Any, other: Any) -> bool:
    """Whether they are the same JSON, for which 1 is not true and the order of keys is nothing."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)


class FileAttributes:
    """Who owns a file with a secret: the owner and the group that were asked for, else those of the file before."""

    def __init__(self, owner: str | None, group: str | None) -> None:
        """Raises UsageError for a name that this machine does not know."""
        self.uid = _number("owner", owner, lambda name: pwd.getpwnam(name).pw_uid)
        self.gid = _number("group", group, lambda name: grp.getgrnam(name).gr_gid)

    def set(self, path: str, *, check_mode: bool) -> bool:
        """Whether something of a file that stays was not as wanted; outside of check mode it is set."""
        found = os.stat(path)
        differs = (
            self.uid not in (LEFT, found.st_uid)
            or self.gid not in (LEFT, found.st_gid)
            or stat.S_IMODE(found.st_mode) != MODE
        )
        if differs and not check_mode:
            os.chown(path, self.uid, self.gid)
            os.chmod(path, MODE)
        return differs

    def hand_on(self, path: str, handle: int, new: str) -> None:
        """Give the file that replaces another what is wanted, and else what the older has."""
        with contextlib.suppress(FileNotFoundError):
            try:
                os.fchown(handle, *self._kept(os.stat(path)))
            except PermissionError:
                raise _not_ours(path) from None
        os.fchown(handle, self.uid, self.gid)
        os.fchmod(handle, MODE)
        _hand_on_context(path, new)

    def check_handing_on(self, path: str) -> None:
        """Raise UsageError when L(hand_on) is going to, as far as that can be told without writing."""
        with contextlib.suppress(FileNotFoundError):
            uid, gid = self._kept(os.stat(path))
            ours = uid in (LEFT, os.geteuid()) and gid in (LEFT, os.getegid(), *os.getgroups())
            if not ours and os.geteuid() != 0:
                raise _not_ours(path)

    def _kept(self, older: os.stat_result) -> tuple[int, int]:
        """The owner and the group that the file goes on to have because the task names no other."""
        return LEFT if self.uid != LEFT else older.st_uid, LEFT if self.gid != LEFT else older.st_gid


def _number(option: str, name: str | None, look_up: Callable[[str], int]) -> int:
    if not name:
        return LEFT
    try:
        return int(name) if name.isascii() and name.isdigit() else look_up(name)
    except KeyError:
        raise UsageError(
            "invalid_option", f"{option}: this machine knows no {option} {name!r}.", option=option
        ) from None


def _hand_on_context(path: str, new: str) -> None:
    """The SELinux context of the older file, else what the policy says of its path."""
    if selinux is None or not selinux.is_selinux_enabled():
        return
    status, context = (
        selinux.lgetfilecon_raw(path) if os.path.exists(path) else selinux.matchpathcon(path, stat.S_IFREG)
    )
    if status != -1:
        selinux.lsetfilecon(new, context)


def _not_ours(path: str) -> UsageError:
    return UsageError(
        "file_owned_by_other",
        f"path: {path} belongs to another user or group, and only root can hand it on as it was. It was left as it is: "
        "run the task as root or as its owner, with become, or name the owner and the group that it is to have.",
        option="path",
    )
