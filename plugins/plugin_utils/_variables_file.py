# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes a variables file, from which Ansible reads exactly the values that were written. Pure. Private."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from typing import Any

import yaml
from yaml.resolver import Resolver

from ..module_utils._documents import TEMPLATE, UNSAFE
from ._yaml_document import STRING
from ._yaml_text import as_json

# What every reader of YAML takes for text: letters first, and nothing that means anything elsewhere.
PLAIN = re.compile(r"[^\W\d_](?:[\w.,/@%+=?&~()'-]|:(?=\S)| (?=\S))+")
# What stands between double quotes as it is, such as an id.
SIMPLE = re.compile(r"[\w.,:/@%+=?&~()'#{}-]*", re.ASCII)
INDENT = "  "


def variables_text(name: str, value: Any, comment: str) -> str:
    """A YAML document of one variable, with C(comment) above it.

    Text that Ansible could take for a template is marked as unsafe. Raises UnicodeEncodeError for text that
    no file can hold: half of a surrogate pair.
    """
    lines = ["---", *map(_commented, comment.splitlines()), *_mapping({name: as_json(value)}, "")]
    return "".join(f"{line}\n" for line in lines)


def _commented(line: str) -> str:
    return "".join(char if char.isprintable() else "?" for char in f"# {line}").rstrip()


def _mapping(value: dict[str, Any], indent: str) -> Iterator[str]:
    for name, item in value.items():
        head = f"{indent}{_text(name)}:"
        if _needs_lines(item):
            yield head
            yield from _lines(item, indent + INDENT)
        else:
            yield f"{head} {_scalar(item)}"


def _list(value: list[Any], indent: str) -> Iterator[str]:
    for item in value:
        if _needs_lines(item):
            # The first line of the item stands behind its hyphen.
            deeper = indent + INDENT
            first, *rest = _lines(item, deeper)
            yield f"{indent}- {first.removeprefix(deeper)}"
            yield from rest
        else:
            yield f"{indent}- {_scalar(item)}"


def _needs_lines(value: Any) -> bool:
    return isinstance(value, (dict, list)) and bool(value)


def _lines(value: Any, indent: str) -> Iterator[str]:
    return _mapping(value, indent) if isinstance(value, dict) else _list(value, indent)


def _scalar(value: Any) -> str:
    return _text(value) if isinstance(value, str) else _dumped(value)


# Names, scopes and methods come again with every client, and PyYAML takes most of the time.
@functools.lru_cache(maxsize=1024)
def _text(text: str) -> str:
    text.encode("utf-8")  # PyYAML writes a surrogate as an escape, which libyaml does not read
    if TEMPLATE.search(text):
        return f"{UNSAFE} {_dumped(text)}"
    plain = PLAIN.fullmatch(text) and Resolver().resolve(yaml.ScalarNode, text, (True, False)) == STRING
    return text if plain else _dumped(text)


def _dumped(value: Any) -> str:
    if isinstance(value, str) and SIMPLE.fullmatch(value):
        return f'"{value}"'
    style = '"' if isinstance(value, str) else None
    dumped: str = yaml.safe_dump(value, default_style=style, allow_unicode=True, width=float("inf"))
    return dumped.removesuffix("...\n").rstrip("\n")
