# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Owner, group, mode and SELinux context of a file with a secret, set by AnsibleModule's own methods. Private."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._errors import UsageError

MODE = "0600"
# What the system calls an owner or a group that is not to be changed.
LEFT = -1


class FileAttributes:
    """What C(module), an AnsibleModule with the options C(owner) and C(group), wants of its file."""

    def __init__(self, module: Any) -> None:
        self._module = module

    def ensure(self, path: str, context: Sequence[str | None] = ()) -> bool:
        """Whether something was not as wanted; it is set, except in check mode. Fails for an owner that is unknown."""
        wanted = {
            "path": path,
            "owner": self._module.params["owner"],
            "group": self._module.params["group"],
            "mode": MODE,
            "secontext": context,
            "attributes": None,
        }
        return bool(self._module.set_fs_attributes_if_different(wanted, False, expand=False))

    def hand_on(self, path: str, handle: int, new: str) -> None:
        """Give the file that replaces another what is wanted, and else what the older has; as ansible-core's copy."""
        try:
            older = os.stat(path)
        except FileNotFoundError:
            context = self._module.selinux_default_context(path)
        else:
            context = self._module.selinux_context(path)
            try:
                os.fchown(handle, *self._kept(older))
            except PermissionError:
                raise _not_ours(path) from None
        self.ensure(new, context)

    def check_handing_on(self, path: str) -> None:
        """Raise UsageError when L(hand_on) is going to, as far as that can be told without writing."""
        with contextlib.suppress(FileNotFoundError):
            uid, gid = self._kept(os.stat(path))
            ours = uid in (LEFT, os.geteuid()) and gid in (LEFT, os.getegid(), *os.getgroups())
            if not ours and os.geteuid() != 0:
                raise _not_ours(path)

    def _kept(self, older: os.stat_result) -> tuple[int, int]:
        """The owner and the group that the file goes on to have because the task names no other."""
        wanted = self._module.params
        return LEFT if wanted["owner"] else older.st_uid, LEFT if wanted["group"] else older.st_gid


def _not_ours(path: str) -> UsageError:
    return UsageError(
        f"path: {path} belongs to another user or group, and only root can hand it on as it was. It was left as it is: "
        "run the task as root or as its owner, with become, or name the owner and the group that it is to have."
    )
