# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the description of an OAuth client, as far as that is possible without asking Cloudflare.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .._api.errors import UsageError, invalid
from .._api.text import first_of, some
from .comparison import is_empty
from .model import FIELDS, PROTOCOL_SCOPES, REQUIRED, described

# How many errors of one description a message shows.
SHOWN_ERRORS = 5
# The name of an option and what is wrong with it.
FieldError = tuple[str, str]


def check_description(wanted: Mapping[str, Any], append: bool, held: Mapping[str, Any] | None = None) -> None:
    """Raise UsageError for all invalid fields.

    Values that the client has C(held) already are accepted: Cloudflare has taken them.
    """
    known = held or {}
    _refuse(
        *_emptied(wanted, append),
        *_bad_uris(wanted, known),
        *_bad_grants(wanted, append),
        *_bad_scopes(wanted, append, known),
    )


def check_subset(described: Mapping[str, Any]) -> None:
    """Every optional scope must be one of the client's scopes (documented by Cloudflare)."""
    outside = [scope for scope in described["optional_scopes"] if scope not in described["scopes"]]
    if outside:
        raise invalid(
            "optional_scopes",
            f"{some(outside)} must also be in scopes. optional_scopes lists those scopes of the client that a "
            "user may decline.",
        )


def check_creatable(wanted: Mapping[str, Any]) -> None:
    lacking = [name for name in REQUIRED if is_empty(wanted.get(name))]
    if lacking:
        needed = ", ".join(lacking)
        text = (
            f"The client does not exist yet. To create it, set {needed}."
            if "client_name" in lacking
            else f"There is no client {wanted['client_name']!r}. To create it, also set {needed}. If it exists under "
            "another name, correct client_name."
        )
        raise UsageError("client_incomplete", text, option=lacking[0])


def _refuse(*errors: FieldError) -> None:
    """Raise one UsageError that shows the first errors; its option is that of the first."""
    if errors:
        texts = [text for _option, text in errors]
        raise UsageError("invalid_option", first_of(texts, SHOWN_ERRORS, "errors"), option=errors[0][0])


def _emptied(wanted: Mapping[str, Any], append: bool) -> Iterator[FieldError]:
    for name in REQUIRED:
        if name in wanted and is_empty(wanted[name]) and not (append and wanted[name] == []):
            yield name, f"{name} must not be empty, because every client needs it. Omit it to keep its value."


def _bad_uris(wanted: Mapping[str, Any], held: Mapping[str, Any]) -> Iterator[FieldError]:
    for field in FIELDS:
        known = _items(held.get(field.name))
        errors = ((uri, field.error_of(uri)) for uri in _items(wanted.get(field.name)) if uri not in known)
        yield from ((field.name, f"{field.name}: {uri!r} {error}.") for uri, error in errors if error)


def _items(value: Any) -> list[str]:
    return value if isinstance(value, list) else [value] if value else []


def _bad_grants(wanted: Mapping[str, Any], append: bool) -> Iterator[FieldError]:
    grants = wanted.get("grant_types")
    if grants and not append and "authorization_code" not in grants:
        text = "grant_types must contain authorization_code: Cloudflare has no OAuth client without it."
        yield "grant_types", text


def _bad_scopes(wanted: Mapping[str, Any], append: bool, held: Mapping[str, Any]) -> Iterator[FieldError]:
    added = set(_items(wanted.get("optional_scopes"))) - set(_items(held.get("optional_scopes")))
    protocol = sorted(PROTOCOL_SCOPES & added)
    if protocol:
        text = f"optional_scopes must not contain {', '.join(protocol)}: Cloudflare does not allow it."
        yield "optional_scopes", text
    scopes = wanted.get("scopes")
    if scopes and not append and PROTOCOL_SCOPES.issuperset(scopes):
        yield (
            "scopes",
            "scopes must contain more than openid and offline_access: Cloudflare adds and removes these itself, "
            "following response_types and grant_types.",
        )


DEFINITION_OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "client_id": {"type": "str"},
    **{field.name: field.option for field in FIELDS},
    "visibility": {"type": "str", "choices": ["private", "public"]},
    "append": {"type": "bool", "default": False},
    "restart_verification": {"type": "bool", "default": False},
    "client_secret_file": {"type": "path", "no_log": False},
}


def checked_description(params: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a user named. Raises UsageError if a required one is empty."""
    wanted = described(params)
    _refuse(*_emptied(wanted, params["append"]))
    return wanted
