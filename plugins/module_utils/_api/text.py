# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Texts from outside, as a message may hold them. Pure. Private to this collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

LONGEST = 500
ELLIPSIS = "..."
# How many of many items a message has.
SHOWN_ITEMS = 3
# The types of options that are never null when they have a default, in the words of YAML.
NOT_NULL: Mapping[str, str] = {
    "bool": "true or false",
    "dict": "a mapping",
    "float": "a number",
    "int": "a number",
    "list": "a list",
}


def one_line(text: str) -> str:
    """On one line, with control characters and other invisible ones escaped, so that no text can forge output."""
    line = " ".join(text.split())
    return "".join(each if each.isprintable() else each.encode("unicode_escape").decode() for each in line)


def excerpt(text: str, longest: int = LONGEST) -> str:
    """L(one_line), cut where it is too long."""
    line = one_line(text)
    return line if len(line) <= longest else line[: longest - len(ELLIPSIS)] + ELLIPSIS


def similar(name: str, known: Iterable[str], most: int) -> list[str]:
    """The known names that are similar to an unknown one, the likeliest first."""
    from difflib import get_close_matches  # a module's process loads it at each start, and few tasks need it

    return get_close_matches(name, known, most)


def near(name: str, known: Iterable[str]) -> str:
    """The end of a message about an unknown name: the known one that may have been meant, if any is similar."""
    found = similar(name, known, 1)
    return f" Did you mean {found[0]}?" if found else ""


def joined(texts: Sequence[str], word: str) -> str:
    """Such as C(one, two and three)."""
    return f" {word} ".join(filter(None, (", ".join(texts[:-1]), *texts[-1:])))


def refuses_null(option: Mapping[str, Any]) -> str | None:
    """What an option of a specification expects that Ansible refuses to be null; None where null means not set.

    Ansible's own message shows Python's C(None), which looks like the choice C(none).
    """
    if choices := option.get("choices"):
        return f"{'a list of' if option['type'] == 'list' else 'the string'} {joined(choices, 'or')}"
    return None if option.get("default") is None else NOT_NULL.get(option["type"])


def some(items: Sequence[str], most: int = SHOWN_ITEMS, between: str = ", ") -> str:
    """The first items, and how many more there are."""
    left = len(items) - most
    return between.join(items[:most]) + (f" and {left} more" if left > 0 else "")


def first_of(sentences: Sequence[str], most: int, what: str) -> str:
    """The first sentences, and one that says how many more C(what) there are."""
    left = len(sentences) - most
    return " ".join([*sentences[:most], *([f"There are {left} more {what}."] if left > 0 else [])])
