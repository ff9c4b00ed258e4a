# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the stores of secrets, by type: what is checked, and what the modules document. Private."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Options = Mapping[str, Mapping[str, Any]]

STORES: Mapping[str, Options] = {
    "json_file": {
        "path": {"type": "path", "required": True},
        "owner": {"type": "str"},
        "group": {"type": "str"},
    },
    "vault_file": {
        "path": {"type": "path", "required": True},
        "key": {"type": "str", "required": True, "no_log": False},
        "vault_id": {"type": "str"},
        "vault_password_file": {"type": "path", "no_log": False},
        "vault_password": {"type": "str", "no_log": True},
    },
}


def documented(stores: Mapping[str, Options]) -> dict[str, dict[str, Any]]:
    """The options of all types; only those of one type are checked, so none is needed and none has a default."""
    found: dict[str, dict[str, Any]] = {"type": {"type": "str", "required": True, "choices": list(stores)}}
    for options in stores.values():
        for name, option in options.items():
            found[name] = {key: value for key, value in option.items() if key not in ("required", "default")}
    return found


STORE_OPTION: Mapping[str, Any] = {"type": "dict", "options": documented(STORES)}
