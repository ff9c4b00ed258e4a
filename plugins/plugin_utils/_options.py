# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks a mapping option with ansible-core's validator, and adds hints for misspelled keys. Private."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ..module_utils._api.errors import invalid
from ..module_utils._api.text import near, refuses_null
from ..module_utils._module import register, secret_values


def mapping(option: str, value: Any) -> dict[str, Any]:
    """The value as a mapping, which is empty for null and an empty string. Raises UsageError for any other value."""
    if value in (None, ""):
        return {}
    if not isinstance(value, Mapping):
        raise invalid(option, f"it is {kind_of(value)} (expected a mapping of options to values).")
    return dict(value)


def checked(
    option: str,
    given: Mapping[str, Any],
    options: Mapping[str, Any],
    rules: Mapping[str, Any] | None = None,
    kind: str = "",
) -> dict[str, Any]:
    """The suboptions, complete and of the right types. Raises UsageError for the first that is wrong.

    C(kind) is named in messages, where an option has several sets of suboptions.
    """
    for name in given:
        if name not in options:
            raise invalid(
                option, f"unknown key {name!r} (expected {', '.join(sorted(options))}).{near(str(name), options)}"
            )
        if given[name] is None and (expected := refuses_null(options[name])):
            raise invalid(option, f"{name} is null (expected {expected}). Set a value, or remove the key.")
    validation = ArgumentSpecValidator(dict(options), **(rules or {})).validate(dict(given))
    if validation.error_messages:
        raise invalid(option, f"{kind and f'for the type {kind}, '}{validation.error_messages[0]}.")
    register(set(secret_values(options, given)))
    return {name: validation.validated_parameters.get(name) for name in options}


def kind_of(value: object) -> str:
    """What a value is that is no mapping, in the words of YAML."""
    kinds = {bool: "a boolean", str: "a string", list: "a list", int: "a number", float: "a number"}
    return next((name for kind, name in kinds.items() if isinstance(value, kind)), "not a mapping")


def reason_of(error: Exception) -> str:
    """Why an input was refused; the text of a KeyError is only the key."""
    return f"the key {error} is missing" if isinstance(error, KeyError) else str(error)
