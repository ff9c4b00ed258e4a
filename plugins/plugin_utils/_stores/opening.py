# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Creates the store that an option defines, and checks its options. Private to this collection."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from typing import Any

from ...module_utils._api.errors import invalid
from ...module_utils._api.retry import check_seconds
from ...module_utils._api.text import near
from ...module_utils._module import secret_values
from ...module_utils._store_options import STORES
from .._options import checked, kind_of
from .base import Site, Store

# The class in the file of each type. Only the one that is used is loaded: Ansible compiles what it loads in each run.
CLASSES: Mapping[str, str] = {
    "json_file": "JsonFile",
    "vault_file": "VaultFile",
    "hashi_vault": "HashiVault",
    "aws_secrets_manager": "AwsSecretsManager",
    "awx_credential": "AwxCredential",
    "command": "Command",
    "module": "ModuleStore",
}


def open_store(definition: Any, site: Site) -> Store:
    """Create the store that the option C(store) defines.

    Raises UsageError for a wrong definition, before any request.
    """
    kind, given = type_of(definition)
    cls: type[Store] = getattr(importlib.import_module(f"{__package__}.{kind}"), CLASSES[kind])
    for name in given:
        if name not in STORES[kind] and (owners := [other for other, options in STORES.items() if name in options]):
            text = f"the type {kind} has no option {name!r}, which belongs to the type {owners[0]}. Remove the option."
            raise invalid("store", text)
    params = checked("store", cls.complete(given), STORES[kind], cls.rules, kind)
    if "timeout" in params:
        check_seconds("store.timeout", params["timeout"], above_zero=True)
    return cls(params, site)


def type_of(definition: Any) -> tuple[str, dict[str, Any]]:
    """The type of a store, and its other options. Raises UsageError when there is no such type."""
    if not isinstance(definition, Mapping):
        kind = "empty" if definition in (None, "") else kind_of(definition)
        raise invalid("store", f"it is {kind} (expected a mapping with the key type, one of {_types()}).")
    given = dict(definition)
    kind = given.pop("type", None)
    if not kind:
        raise invalid("store", f"type is missing (expected one of {_types()}).")
    if kind not in STORES:
        raise invalid("store", f"unknown type {kind!r} (expected one of {_types()}).{near(kind, STORES)}")
    return str(kind), given


def secrets_of(definition: Any) -> Iterator[str]:
    """The secrets in a definition that may be wrong, so that they can be masked in its error message."""
    if isinstance(definition, Mapping):
        for options in STORES.values():
            yield from secret_values(options, definition)


def _types() -> str:
    return ", ".join(STORES)
