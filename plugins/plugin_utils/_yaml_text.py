# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One top-level key of a YAML text: reading it, and replacing it while all else stays byte for byte. Private.

Every ValueError says what is wrong and in which line, and never what the text holds.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from ansible_collections.oauthops.iam.plugins.module_utils._stored_value import same as same_json

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what ends a line for YAML
BLANK = " \t\r\n\x85\u2028\u2029"
SIMPLE_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_-]*", re.ASCII)
STRING = "tag:yaml.org,2002:str"


def value_of(text: str, key: str) -> Any:
    """What C(key) holds, as JSON can hold it; None when the key is not there."""
    return as_json(_mapping(text).get(key))


def with_key(text: str, key: str, value: Mapping[str, Any]) -> str:
    """The text with C(value) at C(key), replaced in place or added; it is read back before it is given."""
    key, wanted, others = as_json(key), as_json(value), _mapping(text)
    others.pop(key, None)
    for edited in _edits(_Document.of(text), key, wanted):
        if _holds(edited, key, wanted, others):
            return edited
    raise ValueError("The key cannot be replaced without changing what else is there.")


def as_json(value: Any) -> Any:
    """The value of plain types alone, without Ansible's tags and with what only YAML knows as text."""
    try:
        return json.loads(json.dumps(value, default=str))
    except (TypeError, ValueError, RecursionError):
        raise ValueError("The value holds what JSON cannot hold.") from None


def same(one: Any, other: Any) -> bool:
    """Whether they are the same JSON, for which 1 is not true and the order of keys is nothing."""
    return same_json(as_json(one), as_json(other))


class _Loader(yaml.SafeLoader):
    """Reads what a tag that is not YAML's own, such as !vault, is put on."""


def _untagged(loader: yaml.SafeLoader, node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


_Loader.add_constructor(None, _untagged)


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


def _mapping(text: str) -> dict[Any, Any]:
    """The text's data; an empty text is an empty mapping."""
    _Document.of(text)
    try:
        found = yaml.load(text, Loader=_Loader)
    except Exception as fault:
        raise _not_yaml(fault) from None
    return found or {}


def _holds(text: str, key: str, value: Any, others: Mapping[Any, Any]) -> bool:
    """Whether the text has this value and these others, and of the same types: repr tells 1 from true."""
    try:
        found = _mapping(text)
    except ValueError:
        return False
    return repr(found.pop(key, None)) == repr(value) and repr(found) == repr(others)


def _not_yaml(fault: Exception) -> ValueError:
    """The text of C(fault) may quote the file."""
    mark = getattr(fault, "problem_mark", None)
    return ValueError(f"It is not YAML that can be read{f' (line {_line(mark)})' if mark else ''}.")


def _index(mark: Any) -> int:
    return int(mark.index)


def _line(mark: Any) -> int:
    return int(mark.line) + 1


@dataclass(frozen=True)
class _Part:
    """A key or a value where it stands in the text."""

    text: str
    events: Sequence[yaml.Event]

    @property
    def start(self) -> int:
        return _index(self.events[0].start_mark)

    @property
    def end(self) -> int:
        """Where it ends; the end of a block is not a mark of its own, as PyYAML puts that before the next key."""
        ends = [_index(event.end_mark) for event in self.events if self._stands_here(event)]
        end = max(ends, default=self.start)
        return self.start + len(self.text[self.start : end].rstrip(BLANK))

    @property
    def line(self) -> int:
        return _line(self.events[0].start_mark)

    @property
    def column(self) -> int:
        mark: Any = self.events[0].start_mark
        return int(mark.column)

    def _stands_here(self, event: yaml.Event) -> bool:
        """A value that is not there is right behind its indicator, or else somewhere after it."""
        start, end = _index(event.start_mark), _index(event.end_mark)
        return bool(start < end or (isinstance(event, yaml.ScalarEvent) and self.text[start - 1 : start] in ":-?"))


@dataclass(frozen=True)
class _Document:
    """The one document of a text."""

    text: str
    root: yaml.Event | None
    entries: Sequence[tuple[_Part, _Part]]
    keys: Sequence[yaml.Node]
    end: int

    @classmethod
    def of(cls, text: str) -> _Document:
        """Raises ValueError for what is no mapping, or not one that can be edited."""
        try:
            events = list(yaml.parse(text, Loader=_Loader))
            if sum(isinstance(event, yaml.DocumentStartEvent) for event in events) > 1:
                raise ValueError("It holds several YAML documents.")
            node = yaml.compose(text, Loader=_Loader)
        except (yaml.YAMLError, RecursionError) as fault:
            raise _not_yaml(fault) from None
        if node is None:
            return cls(text, None, (), (), len(text))
        end = _index(events[-2].start_mark)
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
            return cls(text, events[2], (), (), end)
        if not isinstance(node, yaml.MappingNode):
            raise ValueError("Its top level is not a mapping of keys to values.")
        _check_once(node)
        parts = [_Part(text, part) for part in _nodes(events[3:-3])]
        return cls(text, events[2], list(zip(parts[::2], parts[1::2])), [key for key, _value in node.value], end)

    @property
    def flow(self) -> bool:
        return bool(getattr(self.root, "flow_style", False))

    @property
    def line_break(self) -> str:
        found = BREAK.search(self.text)
        return "\r\n" if found and found.group() == "\r\n" else "\n"

    @property
    def indent(self) -> int:
        """How far the keys of a block are indented, whatever stands before the first one."""
        if not self.entries:
            return 0
        first = self.entries[0][0]
        before = self.text[first.start - first.column : first.start]
        return len(before) - len(before.lstrip(" "))

    def entry(self, key: str) -> tuple[_Part, _Part] | None:
        for node, entry in zip(self.keys, self.entries):
            if node.tag == STRING and node.value == key:
                return entry
        return None

    def block(self, value: Any, indent: int) -> str:
        """The value as lines, the first of which is not indented."""
        return (self.line_break + " " * indent).join(_dumped(value, flow=False).split("\n"))


def _nodes(events: Sequence[yaml.Event]) -> list[list[yaml.Event]]:
    """The events of each node of one level."""
    found: list[list[yaml.Event]] = []
    depth = 0
    for event in events:
        if depth == 0:
            found.append([])
        found[-1].append(event)
        depth += isinstance(event, yaml.CollectionStartEvent) - isinstance(event, yaml.CollectionEndEvent)
    return found


def _check_once(node: yaml.MappingNode) -> None:
    seen: dict[tuple[str, str], tuple[int, int]] = {}
    for number, (key, _value) in enumerate(node.value):
        if isinstance(key, yaml.ScalarNode):
            here = (number, _line(key.start_mark))
            first = seen.setdefault((key.tag, key.value), here)
            if first != here:
                raise ValueError(f"A key is there twice (lines {first[1]} and {here[1]}): delete one of the two.")


def _edits(document: _Document, key: str, value: Any) -> Iterator[str]:
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


def _check_not_aliased(document: _Document, value: _Part) -> None:
    own = {id(event) for event in value.events}
    anchors = {getattr(event, "anchor", None) for event in value.events if not isinstance(event, yaml.AliasEvent)}
    for event in (event for entry in document.entries for part in entry for event in part.events):
        if isinstance(event, yaml.AliasEvent) and event.anchor in anchors and id(event) not in own:
            line = _line(event.start_mark)
            raise ValueError(f"The value has an anchor that is used in line {line}: write out what that stands for.")


def _replaced(document: _Document, key: _Part, old: _Part, value: Any) -> str:
    text = document.text
    if text[key.start - key.column : key.start].strip(" "):
        raise ValueError(f"The key is written with a question mark (line {key.line}): write it as key: value.")
    least = document.indent + 2
    if old.line != key.line:
        indent = old.column if old.column > document.indent else least
        pad = " " * (indent - old.column)
        return text[: old.start] + pad + document.block(value, indent) + text[old.end :]
    # A comment behind the old value goes behind the key, and the new value starts in the next line.
    line = BREAK.search(text, old.end)
    line_end = line.start() if line else len(text)
    comment = text[old.end : line_end] if text[old.end : line_end].strip() else ""
    head = text[: text.index(":", key.end) + 1] + comment + document.line_break
    return head + " " * least + document.block(value, least) + text[line_end:]


def _replaced_in_flow(document: _Document, key: _Part, old: _Part, value: Any) -> str:
    text = document.text
    gap = "" if ":" in text[key.end : old.start] else ": "
    if text[old.start - 1 : old.start] == ":":
        gap = " "
    return text[: old.start] + gap + _dumped(value, flow=True) + text[old.end :]


def _added_in_flow(document: _Document, key: str, value: Any) -> str:
    """Before the others, because a comma may stand behind the last one."""
    start = _index(document.root.end_mark) if document.root else 0
    pair = _dumped({key: value}, flow=True)[1:-1]
    return document.text[:start] + pair + (", " if document.entries else "") + document.text[start:]


def _appended(document: _Document, key: str, value: Any) -> str:
    head, tail = document.text[: document.end], document.text[document.end :]
    if isinstance(document.root, yaml.ScalarEvent):  # a null in place of the mapping
        head = head[: _index(document.root.start_mark)] + head[_index(document.root.end_mark) :]
    if head and not BREAK.match(head[-1]):
        head += document.line_break
    return head + _pair(document, key, value) + tail


def _prepended(document: _Document, key: str, value: Any) -> str:
    """For a text that ends in a block scalar without a line break, which an appended key would add one to."""
    first = document.entries[0][0] if document.entries else None
    start = first.start - first.column if first else 0
    return document.text[:start] + _pair(document, key, value) + document.text[start:]


def _pair(document: _Document, key: str, value: Any) -> str:
    return " " * document.indent + document.block({key: value}, document.indent) + document.line_break
