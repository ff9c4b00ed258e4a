# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What stands where in a YAML text. Private.

Every ValueError says what is wrong and in which line, and never what the text holds.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import yaml

BREAK = re.compile("\r\n|[\n\r\x85\u2028\u2029]")  # what ends a line for YAML
BLANK = " \t\r\n\x85\u2028\u2029"
STRING = "tag:yaml.org,2002:str"


class Loader(yaml.SafeLoader):
    """Reads what a tag that is not YAML's own, such as !vault, is put on."""


def _untagged(loader: yaml.SafeLoader, node: Any) -> Any:
    if isinstance(node, yaml.MappingNode):
        return loader.construct_mapping(node, deep=True)
    if isinstance(node, yaml.SequenceNode):
        return loader.construct_sequence(node, deep=True)
    return loader.construct_scalar(node)


Loader.add_constructor(None, _untagged)


def not_yaml(fault: Exception) -> ValueError:
    """The text of C(fault) may quote the file."""
    mark = getattr(fault, "problem_mark", None)
    return ValueError(f"It is not YAML that can be read{f' (line {line_of(mark)})' if mark else ''}.")


def index(mark: Any) -> int:
    return int(mark.index)


def line_of(mark: Any) -> int:
    return int(mark.line) + 1


@dataclass(frozen=True)
class Part:
    """A key or a value where it stands in the text."""

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
    """The one document of a text."""

    text: str
    root: yaml.Event | None
    entries: Sequence[tuple[Part, Part]]
    keys: Sequence[yaml.Node]
    end: int

    @classmethod
    def of(cls, text: str) -> Document:
        """Raises ValueError for what is no mapping, or not one that can be edited."""
        try:
            events = list(yaml.parse(text, Loader=Loader))
            if sum(isinstance(event, yaml.DocumentStartEvent) for event in events) > 1:
                raise ValueError("It holds several YAML documents.")
            node = yaml.compose(text, Loader=Loader)
        except (yaml.YAMLError, RecursionError) as fault:
            raise not_yaml(fault) from None
        if node is None:
            return cls(text, None, (), (), len(text))
        end = index(events[-2].start_mark)
        if isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null":
            return cls(text, events[2], (), (), end)
        if not isinstance(node, yaml.MappingNode):
            raise ValueError("Its top level is not a mapping of keys to values.")
        _check_once(node)
        parts = [Part(text, part) for part in _nodes(events[3:-3])]
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

    def entry(self, key: str) -> tuple[Part, Part] | None:
        for node, entry in zip(self.keys, self.entries):
            if node.tag == STRING and node.value == key:
                return entry
        return None


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
            here = (number, line_of(key.start_mark))
            first = seen.setdefault((key.tag, key.value), here)
            if first != here:
                raise ValueError(f"A key is there twice (lines {first[1]} and {here[1]}): delete one of the two.")
