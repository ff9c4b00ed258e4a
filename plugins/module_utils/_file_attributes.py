# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Owner, group, mode and SELinux context of a file with a secret, set by AnsibleModule's own methods. Private."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Sequence
from typing import Any

MODE = "0600"


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
            with contextlib.suppress(PermissionError):
                os.fchown(handle, older.st_uid, older.st_gid)
        self.ensure(new, context)
