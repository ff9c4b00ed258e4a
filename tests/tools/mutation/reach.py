# SPDX-License-Identifier: GPL-3.0-or-later
"""Which tests run which lines of the plugins, and which of them are to be run for a mutated place."""

from __future__ import annotations

import hashlib
import json
import subprocess
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.tools.mutation.places import Place
from tests.tools.mutation.trees import Tree

LONGEST_LIST = 25  # integration tests for one place
Lines = dict[str, dict[int, set[str]]]


@dataclass(frozen=True)
class Reach:
    """The tests that pass, in the order of their seconds, and for each file and line those that run it."""

    seconds: dict[str, float]
    lines: Lines

    def of(self, place: Place) -> list[str]:
        """The tests that run a place; of a place that importing runs, those that run the file."""
        first, last = place.lines
        lines = self.lines.get(place.path, {})
        reached = {test for line, tests in lines.items() if place.imported or first <= line <= last for test in tests}
        return [test for test in self.seconds if test in reached]

    def of_file(self, place: Place) -> list[str]:
        reached = set[str]().union(*self.lines.get(place.path, {}).values())
        return [test for test in self.seconds if test in reached]


def unit_tests(place: Place, reach: Reach) -> list[str]:
    """Those that run it come first, then those that run its file: what is kept, or done while tests are collected, is
    run for one of them at most. What a file has when it is imported can matter to any test, so all the others follow.
    """
    others = reach.seconds if place.imported else reach.of_file(place)
    return list(dict.fromkeys([*reach.of(place), *others]))


def integration_tests(place: Place, reach: Reach) -> list[str]:
    """At most 25 that run it: the shortest of each file first, then the second of each."""
    met: Counter[str] = Counter()
    ranked = []
    for test in reach.of(place):
        file = test.partition("::")[0]
        ranked.append((met[file], test))
        met[file] += 1
    chosen = {test for _rank, test in sorted(ranked, key=lambda pair: pair[0])[:LONGEST_LIST]}
    return [test for test in reach.seconds if test in chosen]


def limits(tests: Iterable[str], reach: Reach, least: float) -> dict[str, float]:
    """The seconds after which a test is taken for one that never ends."""
    return {test: least + 5 * reach.seconds[test] for test in tests if test in reach.seconds}


def measured(tree: Tree, folder: str, kept: Path) -> Reach:
    """What the tests of a folder reach without a mutation, from an earlier run of the same files if there was one."""
    name = Path(folder).name
    path = kept / f"{name}-{_fingerprint(tree)}.json"
    if not path.exists():
        kept.mkdir(parents=True, exist_ok=True)
        for older in kept.glob(f"{name}-*.json"):
            older.unlink()
        path.write_text(json.dumps(_measure(tree, folder)))
    return _decoded(json.loads(path.read_text()))


def _measure(tree: Tree, folder: str) -> dict[str, Any]:
    """A test that does not pass while it is traced counts if it passes without."""
    with tempfile.TemporaryDirectory(dir=tree.place) as name:
        written = Path(name)
        written.chmod(0o777)
        outcome = tree.run_all(folder, written)
        lines = _read(written)
    failing = {test for test, passed in outcome.passed.items() if not passed and tree.run({test: 300.0}).killer}
    for test in sorted(failing):
        print(f"fails without a mutation, and is left out: {test}", flush=True)
    kept = [test for test in outcome.seconds if test not in failing]
    return _encoded(sorted(kept, key=outcome.seconds.__getitem__), outcome.seconds, lines)


def _read(folder: Path) -> Lines:
    lines: Lines = defaultdict(lambda: defaultdict(set))
    for path in folder.iterdir():
        test = ""
        for entry in path.read_text().splitlines():
            if entry.startswith("="):
                test = entry[1:]
                continue
            file, _colon, line = entry.rpartition(":")
            lines[file][int(line)].add(test)
    return lines


def _encoded(tests: list[str], seconds: Mapping[str, float], lines: Lines) -> dict[str, Any]:
    """As JSON that is not too long: each test is a number in C(lines)."""
    number = {test: at for at, test in enumerate(tests)}
    numbered = {
        file: {line: sorted(number[test] for test in ran & number.keys()) for line, ran in of_file.items()}
        for file, of_file in lines.items()
    }
    return {"seconds": {test: seconds[test] for test in tests}, "lines": numbered}


def _decoded(found: Mapping[str, Any]) -> Reach:
    tests = list(found["seconds"])
    lines = {
        file: {int(line): {tests[at] for at in numbers} for line, numbers in of_file.items()}
        for file, of_file in found["lines"].items()
    }
    return Reach(found["seconds"], lines)


def _fingerprint(tree: Tree) -> str:
    """Of the files that tests run or are, without what this tool is made of."""
    files = ["plugins", "roles", "playbooks", "tests", ":!tests/mutation", ":!tests/tools", ":!tests/unit/tools"]
    listing = ["git", "ls-files", "--stage", "--", *files]
    found = subprocess.run(listing, cwd=tree.root, check=True, capture_output=True)
    return hashlib.sha256(found.stdout).hexdigest()[:16]
