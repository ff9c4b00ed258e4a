# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One key of a file that is encrypted with ansible-vault; documented in the module of the same name."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._files import (
    check_absolute,
    check_path,
    check_place,
    content_of,
)
from ansible_collections.oauthops.iam.plugins.modules.vault_file_key import MODULE
from ansible_collections.oauthops.iam.plugins.plugin_utils._action import ControllerAction
from ansible_collections.oauthops.iam.plugins.plugin_utils._file import locked, replace
from ansible_collections.oauthops.iam.plugins.plugin_utils._vault import Vault, secrets_of
from ansible_collections.oauthops.iam.plugins.plugin_utils._yaml_text import same, value_of, with_key


class ActionModule(ControllerAction):
    """Works in the controller alone: there the vault secrets are."""

    module = MODULE

    def work(self, params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
        return ensure(params, self._loader, check_mode=check_mode)


def ensure(params: Mapping[str, Any], loader: Any, *, check_mode: bool) -> dict[str, Any]:
    """Read the key, and write it when it is to hold something else."""
    path = checked_path(params["path"])
    vault = Vault(secrets_of(params, loader), path, params["vault_id"])
    writes = params["value"] is not None and not check_mode
    try:
        with locked(os.path.dirname(path)) if writes else contextlib.nullcontext():
            found, encrypted = edited(vault, params["key"], params["value"])
            if encrypted is not None:
                check_place("path", path)
                if writes:
                    replace(path, encrypted)
    except OSError as fault:
        text = f"{path} cannot be read or written ({fault.strerror})."
        raise UsageError("file_inaccessible", text, option="path") from None
    return {"changed": encrypted is not None, "value": found, "path": params["path"]}


def checked_path(path: str) -> str:
    """The file that is meant, behind all links."""
    check_path("path", path)
    check_absolute("path", path)
    real: str = os.path.realpath(path)
    if not os.path.isdir(os.path.dirname(real)):
        text = f"path: the directory {os.path.dirname(real)} does not exist on the controller."
        raise UsageError("file_inaccessible", text, option="path")
    return real


def edited(vault: Vault, key: str, value: Mapping[str, Any] | None) -> tuple[Any, bytes | None]:
    """The value that was found, and what the file has to hold instead, if anything."""
    content = content_of(vault.path)
    text, label, secret = ("", None, None) if content is None else vault.opened(content)
    try:
        found = value_of(text, key)
        if value is None or same(value, found):
            return found, None
        text = with_key(text, key, value)
    except ValueError as fault:
        wrong = f"{vault.path}: {fault} To correct it: ansible-vault edit {vault.path}"
        raise UsageError("foreign_content", wrong, option="path") from None
    return found, vault.closed(text, label, secret)
