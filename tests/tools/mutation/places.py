# SPDX-License-Identifier: GPL-3.0-or-later
"""Places in the plugins that can be mutated, and what makes a place the same one after its code has moved.

A place is known by the name of its function, the code around it, the change that is made to it, and its number among
those that are equal in all of this. Its file and line are no part of that.
"""

from __future__ import annotations

import ast
import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.tools.mutation.changes import FUNCTION, Change, changes

LONGEST_CODE = 120  # characters of code that a place is known by
# Characters of code that say which place it is in another function: while its own is still there, and when it is not.
UNLIKELY_TWICE, UNLIKELY_LEFT = 40, 20


@dataclass(frozen=True)
class Identity:
    """What a place keeps when its function moves; C(nth) counts from 0."""

    function: str
    code: str
    change: str
    nth: int = 0

    @property
    def digest(self) -> str:
        return hashlib.sha256(repr(self).encode()).hexdigest()

    @property
    def kind(self) -> Identity:
        """What it has in common with those that are equal but for their number."""
        return replace(self, nth=0)


@dataclass(frozen=True)
class Place:
    """A place as it is now. C(lines) are the first and the last of its statement, without statements in it.

    C(imported) says that importing the file runs it, and no test of its own.
    """

    identity: Identity
    path: str
    line: int
    lines: tuple[int, int]
    imported: bool
    change: Change

    def __str__(self) -> str:
        known = self.identity
        return f"{self.path}:{self.line} {known.function or 'the file'}: {known.change} in {known.code}"


def places_below(root: Path, folder: str = "plugins") -> list[Place]:
    """All places, in the order of their files and in these of their nodes; equal ones are numbered."""
    met: Counter[Identity] = Counter()
    numbered = []
    for path in sorted((root / folder).rglob("*.py")):
        for place in _places(path.relative_to(root).as_posix(), path.read_bytes()):
            numbered.append(replace(place, identity=replace(place.identity, nth=met[place.identity])))
            met[place.identity] += 1
    return numbered


def _places(path: str, source: bytes) -> Iterator[Place]:
    for change in changes(source):
        first = max(at for at, node in enumerate(change.nodes) if isinstance(node, ast.stmt))
        statement = change.nodes[first]
        names = [each.name for each in change.nodes if isinstance(each, (*FUNCTION, ast.ClassDef))]
        identity = Identity(".".join(names), _code(change.nodes[first:]), change.name)
        line = source.count(b"\n", 0, change.start) + 1
        imported = not any(isinstance(each, FUNCTION) for each in change.nodes[:first])
        yield Place(identity, path, line, _lines(statement), imported, change)


def _lines(statement: ast.AST) -> tuple[int, int]:
    first, last = vars(statement)["lineno"], vars(statement)["end_lineno"]
    inner = [each.lineno - 1 for each in ast.walk(statement) if isinstance(each, ast.stmt) and each is not statement]
    return first, max(first, min([last, *inner]))


def _code(nodes: tuple[ast.AST, ...]) -> str:
    """The code of the largest node that is short enough, from a statement down to what is changed."""
    texts = [_text(*pair) for pair in zip((None, *nodes), nodes)]
    if isinstance(nodes[0], FUNCTION):
        texts = [f"{_argument(nodes[0], nodes)}={texts[-1]}"]
    short = next((text for text in texts if len(text) <= LONGEST_CODE), None)
    return short or f"{texts[-1][:LONGEST_CODE]} {hashlib.sha256(texts[-1].encode()).hexdigest()[:8]}"


def _text(parent: ast.AST | None, node: ast.AST) -> str:
    """Of a statement that holds others its head; of a value in a mapping also its key."""
    text = ast.unparse(node).partition("\n")[0]
    if isinstance(parent, ast.Dict) and isinstance(node, ast.expr) and node in parent.values:
        key = parent.keys[parent.values.index(node)]
        return f"{ast.unparse(key)}: {text}" if key else f"**{text}"
    return text


def _argument(function: ast.AST, nodes: tuple[ast.AST, ...]) -> str:
    """The name of the argument whose default value is among the nodes."""
    given = vars(function)["args"]
    usual = [*given.posonlyargs, *given.args][-len(given.defaults) :]
    defaults = [*zip(usual, given.defaults), *zip(given.kwonlyargs, given.kw_defaults)]
    return str(next(argument.arg for argument, default in defaults if default in nodes))


def find(wanted: Iterable[Identity], places: Iterable[Place]) -> dict[Identity, Place | None]:
    """Each place where it is now: by its identity, else the only other one that it can have become."""
    exact = {place.identity: place for place in places}
    functions = {_own_name(identity) for identity in exact}
    alike = defaultdict(list)
    for identity, place in exact.items():
        alike[replace(identity, function="")].append(place)
    found: dict[Identity, Place | None] = {}
    for identity in wanted:
        name = _own_name(identity)
        moved = len(identity.code) >= (UNLIKELY_TWICE if name in functions else UNLIKELY_LEFT)
        others = [
            place for place in alike[replace(identity, function="")] if moved or _own_name(place.identity) == name
        ]
        found[identity] = exact.get(identity) or (others[0] if len(others) == 1 else None)
    return found


def _own_name(identity: Identity) -> str:
    """That of a function without its class, be it private or not."""
    return identity.function.rpartition(".")[2].lstrip("_")


def sample(places: Iterable[Place], number: int) -> list[Place]:
    """About as many places, from each file in proportion to what it has; always the same for the same code."""
    by_file = defaultdict(list)
    for place in _of_one_file(places):
        by_file[place.path].append(place)
    total = sum(map(len, by_file.values()))
    chosen: list[Place] = []
    for path in sorted(by_file):
        share = max(1, round(number * len(by_file[path]) / total))
        chosen += _spread(by_file[path])[:share]
    return chosen


def _of_one_file(places: Iterable[Place]) -> list[Place]:
    """Without those that look the same in several files: which is which could not be said after a move."""
    listed, files = list(places), defaultdict(set)
    for place in listed:
        files[place.identity.kind].add(place.path)
    return [place for place in listed if len(files[place.identity.kind]) == 1]


def _spread(places: Iterable[Place]) -> list[Place]:
    """In an order by chance that is always the same; a second place in the same code comes after the first of all."""
    met: Counter[tuple[str, str]] = Counter()
    ranked = []
    for place in sorted(places, key=lambda place: place.identity.digest):
        code = (place.identity.function, place.identity.code)
        ranked.append((met[code], place))
        met[code] += 1
    return [place for _rank, place in sorted(ranked, key=lambda pair: pair[0])]
