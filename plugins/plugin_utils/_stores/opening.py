# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which store an option means, and whether its options are right. Private to this collection."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import check_seconds
from ansible_collections.oauthops.iam.plugins.module_utils._module import register, secret_values
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.aws_secrets_manager import AwsSecretsManager
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.awx_credential import AwxCredential
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.base import Site, Store
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.command import Command
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.hashi_vault import HashiVault
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.json_file import JsonFile
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.module import ModuleStore
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.vault_file import VaultFile

TYPES: Mapping[str, type[Store]] = {
    each.type: each
    for each in (JsonFile, VaultFile, HashiVault, AwsSecretsManager, AwxCredential, Command, ModuleStore)
}


def open_store(definition: Any, site: Site) -> Store:
    """The store of an option C(store). Raises UsageError for a definition that is wrong, before anything is asked."""
    kind, given = type_of(definition)
    cls = TYPES[kind]
    given = cls.complete(given)
    validation = ArgumentSpecValidator(dict(cls.options), **cls.rules).validate(given)
    secrets = set(secret_values(cls.options, given))
    if validation.unsupported_parameters:
        raise _invalid(_unknown(kind, cls, next(iter(validation.unsupported_parameters))))
    if validation.error_messages:
        raise _invalid(f"store: {validation.error_messages[0]} (type {kind}).")
    register(secrets)
    params = validation.validated_parameters
    if "timeout" in params:
        check_seconds("store.timeout", params["timeout"], above_zero=True)
    return cls(params, site)


def type_of(definition: Any) -> tuple[str, dict[str, Any]]:
    """The type of a store, and its other options. Raises UsageError when there is no such type."""
    if not isinstance(definition, Mapping):
        raise _invalid(f"store: must be a mapping with the key type, one of {_types()}, not {_kind_of(definition)}.")
    given = dict(definition)
    kind = given.pop("type", None)
    if not kind:
        raise _invalid(f"store: type is missing (expected one of {_types()}).")
    if kind not in TYPES:
        near = get_close_matches(str(kind), TYPES, 1)
        hint = f" Did you mean {near[0]}?" if near else ""
        raise _invalid(f"store: unknown type {kind!r} (expected one of {_types()}).{hint}")
    return str(kind), given


def secrets_of(definition: Any) -> Iterator[str]:
    """The secrets in a definition that may be wrong, for hiding them in the message that says so."""
    if isinstance(definition, Mapping):
        for cls in TYPES.values():
            yield from secret_values(cls.options, definition)


def _unknown(kind: str, cls: type[Store], name: Any) -> str:
    written = ".".join(name) if isinstance(name, tuple) else str(name)
    owners = [other for other, each in TYPES.items() if written in each.options]
    near = get_close_matches(written, cls.options, 1)
    hint = f" It belongs to the type {owners[0]}." if owners else f" Did you mean {near[0]}?" if near else ""
    return f"store: the type {kind} has no option {written!r} (expected {', '.join(sorted(cls.options))}).{hint}"


def _kind_of(definition: Any) -> str:
    return "nothing" if definition in (None, "") else f"a {type(definition).__name__}"


def _types() -> str:
    return ", ".join(TYPES)


def _invalid(text: str) -> UsageError:
    return UsageError("invalid_option", text, option="store")
