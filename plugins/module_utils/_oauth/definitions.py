# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions of OAuth clients in files, checked like the option C(clients). Private to this collection.

Files are as the role oauth_client_export writes them. What is read here need not pass through Ansible, where thousands
of definitions are templated, checked, copied and returned.
"""

from __future__ import annotations

import glob
import os
import stat
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from .._api.errors import invalid
from .._api.text import excerpt, near, refuses_null
from .._documents import TEMPLATE, DocumentError, Literal, NeedsAnsibleError, data_of
from .._system_errors import explained
from .validate import DEFINITION_OPTIONS

OPTION = "definitions_file"
UNSET: Mapping[str, Any] = {name: option.get("default") for name, option in DEFINITION_OPTIONS.items()}
KINDS: Mapping[str, type] = {"str": str, "bool": bool, "list": list}
PLAIN: Mapping[str, tuple[type, list[str] | None]] = {
    name: (KINDS[option["type"]], option.get("choices"))
    for name, option in DEFINITION_OPTIONS.items()
    if option["type"] in KINDS
}
VALIDATOR = ArgumentSpecValidator(dict(DEFINITION_OPTIONS))
INSTEAD = (
    "The module does not template or decrypt this file. To use templates or encrypted values, load the list as a "
    "variable with vars_files, and set clients to that variable."
)


def given_definitions(params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The definitions in files or in the option C(clients), each with its C(place). Raises UsageError."""
    if params[OPTION] is not None:
        return defined_in(params[OPTION])
    return [{**entry, "place": f"clients[{number}]"} for number, entry in enumerate(params["clients"])]


def defined_in(patterns: Sequence[str]) -> list[dict[str, Any]]:
    """The definitions of all files, each with its C(place). Raises UsageError."""
    paths: dict[str, str] = {}
    for path in (path for pattern in patterns for path in matched(pattern)):
        paths.setdefault(os.path.realpath(path), path)
    if not paths:
        raise invalid(OPTION, "it is empty (expected a path or a glob).")
    return [entry for path in paths.values() for entry in _entries(path)]


def matched(pattern: str) -> list[str]:
    """The files that a path or a glob names."""
    if not pattern:
        raise invalid(OPTION, "one of its items is empty (expected a path or a glob).")
    if os.path.lexists(pattern) or not glob.has_magic(pattern):
        return [pattern]
    found = sorted(path for path in glob.glob(pattern, recursive=True) if not os.path.isdir(path))
    if not found:
        raise invalid(OPTION, f"{pattern} matches no file. Correct the pattern.")
    return found


def _entries(path: str) -> Iterator[dict[str, Any]]:
    try:
        path.encode()
    except UnicodeEncodeError:
        raise invalid(OPTION, f"the file name {path!a} is not valid UTF-8. Rename the file.") from None
    try:
        listed = clients_of(data_of(_content(path)))
    except DocumentError as error:
        advice = f" {INSTEAD}" if isinstance(error, NeedsAnsibleError) else ""
        raise invalid(OPTION, f"{path} {error}{advice}") from None
    for number, entry in enumerate(listed):
        yield {**checked(entry, f"{path}[{number}]"), "place": f"{path}[{number}]"}


def _content(path: str) -> str:
    try:
        if not stat.S_ISREG(os.stat(path).st_mode):
            raise DocumentError("is not a regular file (expected a file, or a glob that matches files).")
        with open(path, encoding="utf-8") as file:
            return file.read()
    except OSError as error:
        raise DocumentError(f"cannot be read {explained(error)}") from None
    except UnicodeDecodeError:
        raise DocumentError("is not text in UTF-8. Save it in this encoding.") from None


def clients_of(data: Any) -> list[Any]:
    """The list in a file, by itself or as the value of a single variable with any name."""
    if data is None:
        raise DocumentError("is empty (expected a list of clients).")
    if isinstance(data, dict) and len(data) == 1:
        data = next(iter(data.values()))
    elif isinstance(data, dict):
        expected = "expected a list of clients, or a single variable that holds that list"
        raise DocumentError(f"has {len(data)} top-level keys ({expected}).")
    if not isinstance(data, list):
        raise DocumentError("holds no list (expected a list of clients).")
    return data


def checked(entry: Any, place: str) -> dict[str, Any]:
    """A definition with all options, of the types that Ansible makes of them in the option C(clients)."""
    if not isinstance(entry, dict):
        raise invalid(OPTION, f"{place} is not a mapping (expected the options of a client).")
    if all(_is_plain(name, value) for name, value in entry.items()):
        return {**UNSET, **entry}
    for name, value in entry.items():
        _check_option(name, value, place)
    validation = VALIDATOR.validate({name: _without_marks(value) for name, value in entry.items()})
    if validation.error_messages:
        raise invalid(OPTION, f"{place}: {validation.error_messages[0]}.")
    return {name: validation.validated_parameters.get(name) for name in DEFINITION_OPTIONS}


def _is_plain(name: str, value: Any) -> bool:
    """Whether Ansible would accept a value unchanged: a shortcut, because Ansible's own check is slow."""
    kind, choices = PLAIN.get(name, (None, None))
    if kind is None or not isinstance(value, kind):
        return False
    if kind is bool:
        return True
    items: Any = value if kind is list else [value]
    for item in items:
        if (
            not isinstance(item, str)
            or isinstance(item, Literal)
            or (choices and item not in choices)
            or "{" in item
            or item[:1] == "#"
        ):
            return False
    return True


def _check_option(name: str, value: Any, place: str) -> None:
    if name not in DEFINITION_OPTIONS:
        supported = f"{near(name, DEFINITION_OPTIONS)} Supported options: {', '.join(DEFINITION_OPTIONS)}."
        raise invalid(OPTION, f"{place} contains the unknown option {excerpt(name)!r}.{supported}")
    if value is None and (needed := refuses_null(DEFINITION_OPTIONS[name])):
        raise invalid(OPTION, f"{place}.{name} is null (expected {needed}). Set a value, or remove the key.")
    for item in value if isinstance(value, list) else [value]:
        if isinstance(item, (dict, list)):
            raise invalid(
                OPTION, f"{place}.{name} contains a mapping or a nested list (expected a value or a list of values)."
            )
        if isinstance(item, str) and not isinstance(item, Literal) and TEMPLATE.search(item):
            raise invalid(
                OPTION, f"{place}.{name} contains a template. {INSTEAD} If the text is literal, tag it with !unsafe."
            )


def _without_marks(value: Any) -> Any:
    if isinstance(value, list):
        return [_without_marks(item) for item in value]
    return str(value) if isinstance(value, Literal) else value
