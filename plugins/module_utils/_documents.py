# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The data of a JSON or YAML text that a user wrote, read strictly. Pure. Private to this collection.

YAML is built from libyaml's events: nodes of thousands of entries would need far more memory than the entries.
"""

from __future__ import annotations

import datetime
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

YAML = "tag:yaml.org,2002:"
UNSAFE = "!unsafe"
# What Ansible takes for a template, in text that is not marked as unsafe.
TEMPLATE = re.compile(r"\A#jinja2:|\{[{%#]")
ENCRYPTED = "$ANSIBLE_VAULT;"
VAULTED = ("!vault", "!vault-encrypted")
COLLECTIONS = tuple(f"{YAML}{name}" for name in ("seq", "map", "set", "omap", "pairs"))
WITHOUT_YAML = (
    "is YAML, and the Python that runs the module has no PyYAML. Install it there, or write the file as JSON."
)


class DocumentError(ValueError):
    """An error in a text. Its message is the end of a sentence that begins with the name of the text."""


class NeedsAnsibleError(DocumentError):
    """A text that only Ansible itself can read."""


class YamlMissingError(DocumentError):
    """A text in YAML, without PyYAML."""


class Literal(str):
    """Text marked with C(!unsafe), which is never a template."""

    __slots__ = ()


def data_of(text: str) -> Any:
    """The data of a text, None if it has none. Raises DocumentError."""
    text = text.removeprefix("\ufeff")
    if text.startswith(ENCRYPTED):
        raise NeedsAnsibleError("is encrypted with ansible-vault.")
    try:
        data = _of_json(text) if text.lstrip()[:1] in ("[", "{") else _of_yaml(text)
        if "\\" in text:
            _check_escapes(data)
    except RecursionError:
        raise DocumentError("is nested too deeply.") from None
    except DocumentError:
        raise
    except ValueError:
        raise DocumentError("holds a value that cannot be read.") from None
    return data


def _check_escapes(value: Any) -> None:
    """An escape can stand for half of a character, which Ansible cannot return: it would drop the whole result."""
    if isinstance(value, str):
        try:
            value.encode()
        except UnicodeEncodeError:
            raise DocumentError(f"has an unpaired surrogate in {value!a:.60}. Correct it.") from None
    for item in [*value, *value.values()] if isinstance(value, dict) else value if isinstance(value, list) else ():
        _check_escapes(item)


def _of_json(text: str) -> Any:
    """Parse JSON, or YAML in flow style, which looks like JSON, if PyYAML is installed."""
    try:
        return json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as error:
        try:
            return _of_yaml(text)
        except YamlMissingError:
            raise DocumentError(f"is not JSON (line {error.lineno}).") from None


def _once(pairs: Iterable[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key, value in pairs:
        if key in found:
            raise DocumentError(f"has the key {key!r} twice in one object. Delete one of them.")
        found[key] = value
    return found


def _of_yaml(text: str) -> Any:
    try:
        import yaml
    except ImportError:
        raise YamlMissingError(WITHOUT_YAML) from None
    try:
        return _Builder(yaml, text).document()
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        raise DocumentError(f"is not YAML{f' (line {mark.line + 1})' if mark else ''}.") from None


class _Builder:
    """Builds the data of one document from parser events."""

    def __init__(self, yaml: Any, text: str) -> None:
        self._yaml = yaml
        self._events = yaml.parse(text, Loader=yaml.CSafeLoader if yaml.__with_libyaml__ else yaml.SafeLoader)
        self._resolver, self._constructor = yaml.resolver.Resolver(), yaml.constructor.SafeConstructor()
        self._anchors: dict[str, Any] = {}

    def document(self) -> Any:
        next(self._events)  # the start of the stream
        if isinstance(next(self._events), self._yaml.StreamEndEvent):
            return None
        found = self._value(next(self._events))
        next(self._events)  # the end of the document
        if not isinstance(next(self._events), self._yaml.StreamEndEvent):
            raise DocumentError("has several YAML documents (expected one).")
        return found

    def _value(self, event: Any) -> Any:
        if isinstance(event, self._yaml.AliasEvent):
            if event.anchor not in self._anchors:
                raise _wrong(event, f"has an alias {event.anchor!r} without an anchor before it")
            return self._anchors[event.anchor]
        if isinstance(event, self._yaml.ScalarEvent):
            found = self._scalar(event)
        elif isinstance(event, self._yaml.SequenceStartEvent):
            found = self._sequence(event)
        else:
            found = self._mapping(event)
        if event.anchor in self._anchors:
            raise _wrong(event, f"has the anchor {event.anchor!r} a second time")
        if event.anchor:
            self._anchors[event.anchor] = found
        return found

    def _tag(self, event: Any) -> str:
        if event.tag not in (None, "!"):
            return str(event.tag)
        return str(self._resolver.resolve(self._yaml.ScalarNode, event.value, event.implicit))

    def _scalar(self, event: Any) -> Any:
        tag = self._tag(event)
        if tag == f"{YAML}str":
            return event.value
        if tag == UNSAFE:
            return Literal(event.value)
        _check_tag(event, tag)
        if tag in COLLECTIONS:
            raise _wrong(event, f"has a value that is not a valid {tag.removeprefix(YAML)}")
        try:
            found = self._constructor.construct_object(self._yaml.ScalarNode(tag, event.value))
        except (ValueError, KeyError, AttributeError, self._yaml.YAMLError):
            raise _wrong(event, f"has a value that is not a valid {tag.removeprefix(YAML)}") from None
        return found.isoformat() if isinstance(found, datetime.date) else found

    def _sequence(self, start: Any) -> list[Any]:
        _check_tag(start, start.tag or f"{YAML}seq")
        found = []
        while not isinstance(event := next(self._events), self._yaml.SequenceEndEvent):
            found.append(self._value(event))
        return found

    def _mapping(self, start: Any) -> dict[str, Any]:
        _check_tag(start, start.tag or f"{YAML}map")
        found: dict[str, Any] = {}
        merged: dict[str, Any] = {}
        while not isinstance(event := next(self._events), self._yaml.MappingEndEvent):
            if not isinstance(event, self._yaml.ScalarEvent):
                raise _wrong(event, "has a key that is not text")
            if event.tag not in (None, UNSAFE):
                _check_tag(event, self._tag(event))
            if event.value in found:
                raise _wrong(event, f"has the key {event.value!r} a second time")
            if event.value == "<<" and self._tag(event) == f"{YAML}merge":
                merged |= self._to_merge(next(self._events))
            else:
                found[event.value] = self._value(next(self._events))
        return {**merged, **found} if merged else found

    def _to_merge(self, event: Any) -> Mapping[str, Any]:
        value = self._value(event)
        mappings: Sequence[Any] = value if isinstance(value, list) else [value]
        if not all(isinstance(each, dict) for each in mappings):
            raise _wrong(event, "merges a value that is not a mapping")
        return {key: held for each in reversed(mappings) for key, held in each.items()}


def _check_tag(event: Any, tag: str) -> None:
    if tag in VAULTED:
        raise NeedsAnsibleError(f"has a value that is encrypted with ansible-vault (line {_line(event)}).")
    if not tag.startswith(YAML):
        raise _wrong(event, f"has a value with the unsupported tag {tag}")


def _wrong(event: Any, what: str) -> DocumentError:
    return DocumentError(f"{what} (line {_line(event)}).")


def _line(event: Any) -> int:
    return int(event.start_mark.line) + 1
