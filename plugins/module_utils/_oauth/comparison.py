# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing what a user describes with what Cloudflare holds: a field, and what to send for it.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Callable


def is_empty(value: Any) -> bool:
    """Whether a value is missing, null, an empty string or an empty list, which are the same to Cloudflare."""
    return value is None or value == "" or value == []


def no_error(value: str) -> None:
    """Accept every value, because only Cloudflare can judge it."""


@dataclass(frozen=True)
class Field:
    """One property of an object: C(many) for a list, which is compared as a set of its C(canonical) values.

    C(error_of) says what is wrong with a value. C(server_owned) values of a list are added and removed by the server
    and never compared or sent.
    """

    name: str
    many: bool = False
    choices: tuple[str, ...] = ()
    error_of: Callable[[str], str | None] = no_error
    canonical: Callable[[str], str] = str
    server_owned: frozenset[str] = frozenset()

    @property
    def option(self) -> dict[str, Any]:
        """The option of a module for it."""
        kind = {"type": "list", "elements": "str"} if self.many else {"type": "str"}
        return {**kind, "choices": list(self.choices)} if self.choices else kind

    def comparable(self, value: Any) -> Any:
        if is_empty(value):
            return None
        if not self.many:
            return self.canonical(value)
        return frozenset(self.canonical(item) for item in value if item not in self.server_owned) or None

    def to_send(self, value: Any) -> Any:
        """The wanted value as a request has it: in the user's order, each item once; null clears a single value."""
        if not self.many:
            return None if is_empty(value) else value
        distinct: dict[str, str] = {}
        for item in value or []:
            if item not in self.server_owned:
                distinct.setdefault(self.canonical(item), item)
        return list(distinct.values())


Fields = Iterable[Field]


def drift(fields: Fields, wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> dict[str, Any]:
    """What to send so that C(actual) becomes C(wanted): only the wanted fields that differ."""
    return {
        field.name: field.to_send(wanted[field.name])
        for field in fields
        if field.name in wanted and field.comparable(wanted[field.name]) != field.comparable(actual.get(field.name))
    }


def appended(fields: Fields, wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> dict[str, Any]:
    """C(wanted) with each list added to the existing one, instead of replacing it."""
    many = {field.name for field in fields if field.many}
    return {
        name: [*(actual.get(name) or []), *(value or [])] if name in many else value for name, value in wanted.items()
    }


def to_create(fields: Fields, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The body that creates C(wanted): all its fields that are not empty."""
    sent = {field.name: field.to_send(wanted[field.name]) for field in fields if field.name in wanted}
    return {name: value for name, value in sent.items() if not is_empty(value)}
