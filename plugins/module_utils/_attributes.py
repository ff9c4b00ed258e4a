# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The owner, group, mode, ACL and SELinux context of a file with a secret.

They are set on the new file by its descriptor, before it replaces the old one. Private to this collection.
"""

from __future__ import annotations

import contextlib
import grp
import os
import pwd
import stat
import sys
from typing import Any, Callable

from ._api.errors import UsageError, invalid
from ._files import ACL, CONTEXT, LEFT, MODE, Found, Reserved, attribute
from ._places import Place, trusted

selinux: Any
try:
    from ansible.module_utils.compat import selinux
except ImportError:  # a machine without libselinux
    selinux = None


def replace(place: Place, content: bytes, attributes: Attributes, older: Found | None) -> None:
    with Reserved(place, attributes.uid) as reserved:
        reserved.write(content)
        attributes.give(reserved.handle, place, older)
        reserved.take_place()


class Attributes:
    """Who owns a file with a secret, and who can read it.

    The owner and the group are those of the options, or else those of the existing file. The mode is 0600, or with
    C(keeps_mode) that of the existing file.
    """

    def __init__(self, owner: str | None = None, group: str | None = None, *, keeps_mode: bool = False) -> None:
        """Raises UsageError for a name that this machine does not know."""
        self.uid = _number("owner", owner, lambda name: pwd.getpwnam(name).pw_uid)
        self.gid = _number("group", group, lambda name: grp.getgrnam(name).gr_gid)
        self._keeps_mode = keeps_mode

    def check_origin(self, place: Place, older: Found | None) -> None:
        """Raise UsageError for a file that another user may have put there, who could then read the secret."""
        if older is None or place.directory.private:
            return
        owner = older.status.st_uid
        if owner == self.uid or (self.uid == LEFT and trusted(owner)):
            return
        if self.uid != LEFT:
            remedy = f"If you trust the file, change its owner to {_name(self.uid)}. Otherwise remove it."
        elif self._keeps_mode:
            remedy = "If you trust the file, run the task as its owner, or make the user who runs the task its owner."
        else:
            remedy = "If you trust the file, set the option owner to its owner."
        raise UsageError(
            "file_owned_by_other",
            f"{place.option}: {place.path} belongs to {_name(owner)}, and other users can write to its directory. So "
            f"another user may have put the file there. {remedy}",
            option=place.option,
        )

    def differ(self, older: Found) -> bool:
        """Whether an existing file has other attributes than it should."""
        found = older.status
        return (
            self.uid not in (LEFT, found.st_uid)
            or self.gid not in (LEFT, found.st_gid)
            or (not self._keeps_mode and stat.S_IMODE(found.st_mode) != MODE)
        )

    def check(self, place: Place, older: Found | None) -> None:
        """Raise UsageError if C(give) would fail, as far as that can be seen without writing."""
        uid, gid = self._wanted(older)
        directory = place.directory.status
        # A new file gets the group of its directory, as everywhere but on Linux.
        handed_on = [directory.st_gid] if directory.st_mode & stat.S_ISGID or sys.platform != "linux" else []
        groups = {LEFT, os.getegid(), *os.getgroups(), *handed_on}
        if os.geteuid() != 0 and not (uid in (LEFT, os.geteuid()) and gid in groups):
            raise self._impossible(place, older)

    def give(self, handle: int, place: Place, older: Found | None) -> None:
        """Set the attributes of the new file, by its descriptor."""
        own = os.fstat(handle)
        uid, gid = self._wanted(older)
        if uid not in (LEFT, own.st_uid) or gid not in (LEFT, own.st_gid):
            try:
                os.fchown(handle, uid, gid)
            except PermissionError:
                raise self._impossible(place, older) from None
        set_context(handle, place, older)
        if older and self._keeps_mode and older.acl:
            os.setxattr(handle, ACL, older.acl)  # the mode is part of it
        elif older and self._keeps_mode:
            os.fchmod(handle, stat.S_IMODE(older.status.st_mode))

    def _impossible(self, place: Place, older: Found | None) -> UsageError:
        if older is None:
            option = "group" if self.uid in (LEFT, os.geteuid()) else "owner"
            whose = "a group that the user of the task is not a member of" if option == "group" else "another user"
            text = f"{option}: only root can give a file to {whose}. Run the task as root, with become."
            return UsageError("file_owned_by_other", text, option=option)
        return UsageError(
            "file_owned_by_other",
            f"{place.option}: {place.path} belongs to another user or group. The user who runs the task cannot replace "
            "it and keep its owner and group. Nothing was changed. Use become to run the task as root or as the file's "
            f"owner{'' if self._keeps_mode else ', or set the options owner and group'}.",
            option=place.option,
        )

    def _wanted(self, older: Found | None) -> tuple[int, int]:
        found = (older.status.st_uid, older.status.st_gid) if older else (LEFT, LEFT)
        return found[0] if self.uid == LEFT else self.uid, found[1] if self.gid == LEFT else self.gid


def _number(option: str, name: str | None, look_up: Callable[[str], int]) -> int:
    if not name:
        return LEFT
    try:
        return int(name) if name.isascii() and name.isdigit() else look_up(name)
    except KeyError:
        kind = "group" if option == "group" else "user"
        text = f"the {kind} {name!r} does not exist on this host. Correct the name, or create the {kind}."
        raise invalid(option, text) from None


def _name(uid: int) -> str:
    name = str(uid)
    with contextlib.suppress(KeyError):
        name = pwd.getpwuid(uid).pw_name
    return f"the user {name}"


def set_context(handle: int, place: Place, older: Found | None) -> None:
    """Set the SELinux context of the older file, or else that of the policy for its path."""
    if selinux is None or not selinux.is_selinux_enabled():
        return
    context = older.context if older else _context_by_policy(place.path)
    if context and context != attribute(handle, CONTEXT):
        os.setxattr(handle, CONTEXT, context)


def _context_by_policy(path: str) -> bytes | None:
    with contextlib.suppress(OSError):
        status, context = selinux.matchpathcon(path, stat.S_IFREG)
        return context.encode() + b"\0" if status != -1 else None
    return None
