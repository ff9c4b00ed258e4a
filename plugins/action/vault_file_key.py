# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One key of a file that is encrypted with ansible-vault; documented in the module of the same name."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Mapping
from typing import Any

from ..module_utils._api.errors import UsageError
from ..module_utils._attributes import Attributes
from ..module_utils._files import Found, Reserved, check_absolute, found_at, other_names
from ..module_utils._places import Place, opened
from ..modules.vault_file_key import MODULE
from ..plugin_utils._action import ControllerAction
from ..plugin_utils._ansible_vault import Vault, secrets_of
from ..plugin_utils._lock import held
from ..plugin_utils._private_directory import check_private_directory, handover_directory
from ..plugin_utils._yaml_text import same, value_of, with_key

# How often the file is edited again because another program has changed it meanwhile.
TURNS = 5
# In seconds, for other tasks that write the file.
LONGEST_WAIT = 60.0
ATTRIBUTES = Attributes(keeps_mode=True)


class ActionModule(ControllerAction):
    """An action that works only on the controller, where the vault secrets are."""

    module = MODULE

    def work(self, params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
        return ensure(params, self._loader, check_mode=check_mode)


def ensure(params: Mapping[str, Any], loader: Any, *, check_mode: bool) -> dict[str, Any]:
    """Read the key, and write it when it is to hold something else."""
    check_absolute("path", params["path"])
    with opened("path", params["path"]) as place:
        vault = Vault(secrets_of(params, loader), place.path, params["vault_id"])
        warnings = other_names(place, place.status()) if params["value"] is not None else []
        found, changed = ensured(place, vault, params["key"], params["value"], check_mode=check_mode)
    result = {"changed": changed, "value": found, "path": params["path"]}
    return {**result, "warnings": warnings} if changed and warnings else result


def ensured(
    place: Place, vault: Vault, key: str, value: Mapping[str, Any] | None, *, check_mode: bool
) -> tuple[Any, bool]:
    """The value that was found, and whether it was replaced, or would be in check mode."""
    with place.raising("read or written"), contextlib.ExitStack() as lock:
        for turn in range(TURNS):
            older = found_at(place)
            found, encrypted = edited(vault, older, key, value)
            if encrypted is None:
                return found, False
            place.check()
            ATTRIBUTES.check_origin(place, older)
            if check_mode:
                ATTRIBUTES.check(place, older)
                check_private_directory(handover_directory())
                return found, True
            if turn == 0:  # a file that stays as it is needs no lock
                lock.enter_context(locked(place))
            if replaced(place, encrypted, older):
                return found, True
    raise UsageError(
        "locked",
        f"path: another program changed {place.path} {TURNS} times while this task was editing it. Run the task again "
        "when that program has stopped writing.",
        option="path",
    )


def replaced(place: Place, content: bytes, older: Found | None) -> bool:
    """Replace the file, unless it changed since it was read; returns whether it was replaced."""
    if not unchanged(place, older):
        return False
    with Reserved(place) as reserved:
        reserved.write(content)
        ATTRIBUTES.give(reserved.handle, place, older)
        if not unchanged(place, older):
            return False
        reserved.take_place()
    return True


def unchanged(place: Place, older: Found | None) -> bool:
    return older.is_still_at(place) if older else place.status() is None


def locked(place: Place) -> contextlib.AbstractContextManager[None]:
    """A lock on the file, against other tasks of this user on this controller."""
    name = "vault-" + hashlib.sha256(place.path.encode(errors="surrogateescape")).hexdigest()[:32]
    return held(
        handover_directory(), name, LONGEST_WAIT, what=f"path: {place.path}", option="path", directory_option=None
    )


def edited(vault: Vault, older: Found | None, key: str, value: Mapping[str, Any] | None) -> tuple[Any, bytes | None]:
    """The value that was found, and the new content of the file, or None if it stays as it is."""
    text, label, secret = vault.opened(older.content) if older and older.content else ("", None, None)
    try:
        found = value_of(text, key)
        if value is None or same(value, found):
            return found, None
        text = with_key(text, key, value)
    except ValueError as error:
        wrong = f"path: {vault.path} cannot be used. {error} Correct it with: ansible-vault edit {vault.path}"
        raise UsageError("foreign_content", wrong, option="path") from None
    return found, vault.closed(text, label, secret)
