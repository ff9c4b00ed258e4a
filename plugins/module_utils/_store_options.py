# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of the stores of secrets, by type: what is checked, and what the modules document. Private."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

Options = Mapping[str, Mapping[str, Any]]

# OpenBao has all of these built in but ldap, for which it needs a plugin.
VAULT_METHODS = ["token", "approle", "jwt", "kubernetes", "cert", "userpass", "ldap"]
STORES: Mapping[str, Options] = {
    "json_file": {
        "path": {"type": "str", "required": True},
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
    "hashi_vault": {
        "path": {"type": "str", "required": True},
        "mount": {"type": "str", "default": "secret"},
        "url": {"type": "str", "required": True},
        "namespace": {"type": "str"},
        "ca_cert": {"type": "path"},
        "validate_certs": {"type": "bool", "default": True},
        "timeout": {"type": "float", "default": 30.0},
        "auth_method": {"type": "str", "choices": VAULT_METHODS, "default": "token"},
        "auth_mount_point": {"type": "str"},
        "token": {"type": "str", "no_log": True},
        "role_id": {"type": "str"},
        "secret_id": {"type": "str", "no_log": True},
        "role": {"type": "str"},
        "jwt": {"type": "str", "no_log": True},
        "username": {"type": "str"},
        "password": {"type": "str", "no_log": True},
        "cert_auth_public_key": {"type": "path", "no_log": False},
        "cert_auth_private_key": {"type": "path", "no_log": False},
    },
    "aws_secrets_manager": {
        "name": {"type": "str", "required": True},
        "region": {"type": "str"},
        "profile": {"type": "str"},
        "access_key": {"type": "str", "no_log": False},
        "secret_key": {"type": "str", "no_log": True},
        "session_token": {"type": "str", "no_log": True},
        "endpoint_url": {"type": "str"},
        "aws_ca_bundle": {"type": "path"},
        "timeout": {"type": "float", "default": 30.0},
    },
    "awx_credential": {
        "name": {"type": "str", "required": True},
        "credential_type": {"type": "str", "required": True},
        "organization": {"type": "str"},
        "controller_host": {"type": "str", "required": True},
        "controller_oauthtoken": {"type": "str", "no_log": True},
        "controller_username": {"type": "str"},
        "controller_password": {"type": "str", "no_log": True},
        "validate_certs": {"type": "bool", "default": True},
        "ca_path": {"type": "path"},
        "timeout": {"type": "float", "default": 30.0},
    },
    "command": {
        "read": {"type": "list", "elements": "str", "required": True},
        "write": {"type": "list", "elements": "str", "required": True},
        "environment": {"type": "dict", "default": {}},
        "timeout": {"type": "float", "default": 30.0},
    },
    "module": {
        "name": {"type": "str", "required": True},
        "options": {"type": "dict", "default": {}},
        "read_from": {"type": "str", "default": "value"},
        "write_to": {"type": "str", "required": True},
    },
}


def documented(stores: Mapping[str, Options]) -> dict[str, dict[str, Any]]:
    """The options of all types, as modules document them. None is required and none has a default.

    The options of one type are checked later. An option that has different types in two stores is documented as text.
    """
    found: dict[str, dict[str, Any]] = {"type": {"type": "str", "required": True, "choices": list(stores)}}
    for options in stores.values():
        for name, option in options.items():
            common = {"type": "str"} if found.get(name, option)["type"] != option["type"] else {}
            found[name] = {key: value for key, value in option.items() if key not in ("required", "default")} | common
    return found


# As the documentation fragment _store has them.
STORE_OPTIONS: Options = {
    "store": {"type": "dict", "required": True, "options": documented(STORES)},
    "lock_timeout": {"type": "float", "default": 60.0},
    "handover_dir": {"type": "path"},
}
