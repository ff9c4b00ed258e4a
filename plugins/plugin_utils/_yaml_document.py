# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The positions of keys and values in a YAML text. Private.

Every ValueError says what is wrong and in which line, and never what the text holds.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import yaml
from yaml.composer import Composer
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what ends a line for YAML
BLANK = " \t\r\n\x85\u2028\u2029"
STRING = "tag:yaml.org,2002:str"
BYTE_ORDER_MARK = "\ufeff"
# libyaml, which Ansible reads with as well, is more than ten times faster. It refuses some of what PyYAML itself reads.
PARSERS: list[Any] = [yaml.CSafeLoader, yaml.SafeLoader] if yaml.__with_libyaml__ else [yaml.SafeLoader]


class Loader(Composer, SafeConstructor, Resolver):
    """Builds nodes and data from parser events. For a custom tag such as !vault, it reads the tagged value."""

    def __init__(self, events: Sequence[yaml.Event]) -> None:
        for base in (Composer, SafeConstructor, Resolver):
            base.__init__(self)
        self._events = iter(events)
        self._next: yaml.Event | None = next(self._events, None)

    def check_event(self, *choices: type[yaml.Event]) -> bool:
        return isinstance(self._next, choices)

    def peek_event(self) -> yaml.Event | None:
        return self._next

    def get_event(self) -> yaml.Event | None:
        event, self._next = self._next, next(self._events, None)
        return event


def _untagged(loader: Any, node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


Loader.add_constructor(None, _untagged)


def not_yaml(error: Exception) -> ValueError:
    """The error for invalid YAML, without the text of C(error), which may quote the file."""
    mark = getattr(error, "problem_mark", None)
    return ValueError(f"It is not valid YAML{f' (line {line_of(mark)})' if mark else ''}.")


def index(mark: Any) -> int:
    return int(mark.index)


def line_of(mark: Any) -> int:
    return int(mark.line) + 1


@dataclass(frozen=True)
class Part:
    """A key or a value, with its position in the text."""

    text: str
    events: Sequence[yaml.Event]

    @property
    def start(self) -> int:
        return index(self.events[0].start_mark)

    @property
    def end(self) -> int:
        """Where it ends; the end of a block is not a mark of its own, as PyYAML puts that before the next key."""
        ends = [index(event.end_mark) for event in self.events if self._stands_here(event)]
        end = max(ends, default=self.start)
        return self.start + len(self.text[self.start : end].rstrip(BLANK))

    @property
    def line(self) -> int:
        return line_of(self.events[0].start_mark)

    @property
    def column(self) -> int:
        mark: Any = self.events[0].start_mark
        return int(mark.column)

    def _stands_here(self, event: yaml.Event) -> bool:
        """A value that is not there is right behind its indicator, or else somewhere after it."""
        start, end = index(event.start_mark), index(event.end_mark)
        return bool(start < end or (isinstance(event, yaml.ScalarEvent) and self.text[start - 1 : start] in ":-?"))


@dataclass(frozen=True)
class Document:
    """The one document of a text, and its data."""

    text: str
    root: yaml.Event | None
    entries: Sequence[tuple[Part, Part]]
    keys: Sequence[yaml.Node]
    end: int
    data: Mapping[Any, Any]

    # To parse is what takes time: the text that was written is the one that is read back.
    @classmethod
    @lru_cache(maxsize=2)
    def of(cls, text: str) -> Document:
        """The document of a text. Raises ValueError unless it is a mapping that can be edited."""
        try:
            events = _events(text)
            several = sum(isinstance(event, yaml.DocumentStartEvent) for event in events) > 1
            loader = Loader(events)
            node = None if several else loader.get_single_node()
        except Exception as error:
            raise not_yaml(error) from None
        if several:
            raise ValueError("It holds several YAML documents.")
        if node is None:
            return cls(text, None, (), (), len(text), {})
        end = index(events[-2].start_mark)
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
            return cls(text, events[2], (), (), end, {})
        if not isinstance(node, yaml.MappingNode):
            raise ValueError("Its top level is not a mapping of keys to values.")
        _check_once(node)
        parts = [Part(text, part) for part in _nodes(events[3:-3])]
        keys = [key for key, _value in node.value]
        return cls(text, events[2], list(zip(parts[::2], parts[1::2])), keys, end, _data(loader, node))

    @property
    def flow(self) -> bool:
        return bool(getattr(self.root, "flow_style", False))

    @property
    def line_break(self) -> str:
        found = BREAK.search(self.text)
        return "\r\n" if found and found.group() == "\r\n" else "\n"

    @property
    def indent(self) -> int:
        """How far the keys of a block are indented, regardless of the text before the first one."""
        if not self.entries:
            return 0
        first = self.entries[0][0]
        before = self.text[first.start - first.column : first.start]
        return len(before) - len(before.lstrip(" "))

    def entry(self, key: str) -> tuple[Part, Part] | None:
        for node, entry in zip(self.keys, self.entries):
            if node.tag == STRING and node.value == key:
                return entry
        return None


def _events(text: str) -> list[yaml.Event]:
    for parser in PARSERS[:-1]:
        with contextlib.suppress(Exception):
            return list(yaml.parse(text, Loader=parser))
    return list(yaml.parse(text, Loader=PARSERS[-1]))


def _data(loader: Loader, node: yaml.Node) -> Mapping[Any, Any]:
    try:
        found: Mapping[Any, Any] = loader.construct_document(node)
    except Exception as error:
        raise not_yaml(error) from None
    return found


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
    lines: dict[tuple[str, str], int] = {}
    for key, _value in node.value:
        if isinstance(key, yaml.ScalarNode):
            name, line = (key.tag, key.value), line_of(key.start_mark)
            if name in lines:
                raise ValueError(f"A key occurs twice (lines {lines[name]} and {line}). Delete one of them.")
            lines[name] = line
