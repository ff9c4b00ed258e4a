# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One top-level key of a YAML text: reading it, and replacing it while all else stays byte for byte. Private.

Every ValueError says what is wrong and in which line, and never what the text holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml

from ..module_utils._files import same as same_json
from ._yaml_document import BREAK, BYTE_ORDER_MARK, STRING, Document, Part, index, line_of

SIMPLE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)


def value_of(text: str, key: str) -> Any:
    """The value of C(key), as JSON represents it; None if the key does not exist."""
    return as_json(Document.of(text.removeprefix(BYTE_ORDER_MARK)).data.get(key))


def with_key(text: str, key: str, value: Mapping[str, Any]) -> str:
    """The text with C(value) at C(key), replaced in place or added. It is verified by reading it back."""
    bare = text.removeprefix(BYTE_ORDER_MARK)
    document, key, wanted = Document.of(bare), as_json(key), as_json(value)
    others = {name: held for name, held in document.data.items() if name != key}
    for edited in _edits(document, key, wanted):
        if _holds(edited, key, wanted, others):
            return text[: len(text) - len(bare)] + edited
    raise ValueError("The key cannot be replaced without changing other content.")


def as_json(value: Any) -> Any:
    """The value of only plain types, without Ansible's tags and with what only YAML knows as text."""
    try:
        return json.loads(json.dumps(value, default=str))
    except (TypeError, ValueError, RecursionError):
        raise ValueError("The value cannot be represented as JSON.") from None


def same(one: Any, other: Any) -> bool:
    """Whether both are equal as JSON: 1 differs from true, the order of keys does not matter."""
    return same_json(as_json(one), as_json(other))


class _Dumper(yaml.SafeDumper):
    """Writes every string in double quotes, so that no reader takes it for something else, and no anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True

    def represent_mapping(self, tag: str, mapping: Any, flow_style: bool | None = None) -> yaml.MappingNode:
        node = super().represent_mapping(tag, mapping, flow_style)
        for key, _value in node.value:
            if SIMPLE_KEY.fullmatch(key.value):
                key.style = None
        return node


def _quoted(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar(STRING, text, style='"')


_Dumper.add_representer(str, _quoted)


def _dumped(value: Any, *, flow: bool) -> str:
    dumped: str = yaml.dump(
        value, Dumper=_Dumper, default_flow_style=flow, sort_keys=False, allow_unicode=True, width=float("inf")
    )
    return dumped.rstrip("\n")


def _block(document: Document, value: Any, indent: int) -> str:
    """The value as lines, the first of which is not indented."""
    return (document.line_break + " " * indent).join(_dumped(value, flow=False).split("\n"))


def _holds(text: str, key: str, value: Any, others: Mapping[Any, Any]) -> bool:
    """Whether the text has this value and these others, and of the same types: repr distinguishes 1 from true."""
    try:
        found = dict(Document.of(text).data)
    except ValueError:
        return False
    return repr(found.pop(key, None)) == repr(value) and repr(found) == repr(others)


def _edits(document: Document, key: str, value: Any) -> Iterator[str]:
    """The ways to write it, the better one first."""
    entry = document.entry(key)
    if entry:
        _check_not_aliased(document, entry[1])
        yield _replaced_in_flow(document, *entry, value) if document.flow else _replaced(document, *entry, value)
    elif document.flow:
        yield _added_in_flow(document, key, value)
    else:
        yield _appended(document, key, value)
        yield _prepended(document, key, value)


def _check_not_aliased(document: Document, value: Part) -> None:
    own = {id(event) for event in value.events}
    anchors = {getattr(event, "anchor", None) for event in value.events if not isinstance(event, yaml.AliasEvent)}
    for event in (event for entry in document.entries for part in entry for event in part.events):
        if isinstance(event, yaml.AliasEvent) and event.anchor in anchors and id(event) not in own:
            line = line_of(event.start_mark)
            raise ValueError(
                f"The value has an anchor that is used in line {line}. Replace the alias there by its value."
            )


def _replaced(document: Document, key: Part, old: Part, value: Any) -> str:
    text = document.text
    if text[key.start - key.column : key.start].strip(" "):
        raise ValueError(f"The key is written with a question mark (line {key.line}). Write it as key: value.")
    least = document.indent + 2
    if old.line != key.line:
        indent = old.column if old.column > document.indent else least
        pad = " " * (indent - old.column)
        return text[: old.start] + pad + _block(document, value, indent) + text[old.end :]
    # A comment behind the old value goes behind the key, and the new value starts in the next line.
    line = BREAK.search(text, old.end)
    line_end = line.start() if line else len(text)
    comment = text[old.end : line_end] if text[old.end : line_end].strip() else ""
    head = text[: text.index(":", key.end) + 1] + comment + document.line_break
    return head + " " * least + _block(document, value, least) + text[line_end:]


def _replaced_in_flow(document: Document, key: Part, old: Part, value: Any) -> str:
    text = document.text
    gap = "" if ":" in text[key.end : old.start] else ": "
    if text[old.start - 1 : old.start] == ":":
        gap = " "
    return text[: old.start] + gap + _dumped(value, flow=True) + text[old.end :]


def _added_in_flow(document: Document, key: str, value: Any) -> str:
    """Before the others, because a comma may stand behind the last one."""
    start = index(document.root.end_mark) if document.root else 0
    pair = _dumped({key: value}, flow=True)[1:-1]
    return document.text[:start] + pair + (", " if document.entries else "") + document.text[start:]


def _appended(document: Document, key: str, value: Any) -> str:
    head, tail = document.text[: document.end], document.text[document.end :]
    if isinstance(document.root, yaml.ScalarEvent):  # a null in place of the mapping
        head = head[: index(document.root.start_mark)] + head[index(document.root.end_mark) :]
    if head and not BREAK.match(head[-1]):
        head += document.line_break
    return head + _pair(document, key, value) + tail


def _prepended(document: Document, key: str, value: Any) -> str:
    """For a text that ends in a block scalar without a line break, which an appended key would add one to."""
    first = document.entries[0][0] if document.entries else None
    start = first.start - first.column if first else 0
    return document.text[:start] + _pair(document, key, value) + document.text[start:]


def _pair(document: Document, key: str, value: Any) -> str:
    return " " * document.indent + _block(document, {key: value}, document.indent) + document.line_break
