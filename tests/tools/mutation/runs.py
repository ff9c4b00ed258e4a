# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the tests against mutated places, some at a time, and finding out which test kills each."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from queue import SimpleQueue

from tests.tools.mutation.kept import NO, REST, UNIT, Entry
from tests.tools.mutation.places import Identity, Place
from tests.tools.mutation.reach import Reach, integration_tests, limits, measured, unit_tests
from tests.tools.mutation.trees import Tree
from tests.tools.set_up import CACHE

WORKERS = 2
KEPT = CACHE / "mutation"
# Seconds that a test may take beyond five times its own, before it is taken for one that never ends.
TIMEOUT = {UNIT: 30.0, REST: 90.0}
Work = tuple[Entry, Place]


class Runs:
    def __init__(self, trees: list[Tree], keep: Callable[[Entry], None]) -> None:
        """C(keep) gets each result that will not change."""
        self._first, self._keep = trees[0], keep
        self._idle: SimpleQueue[Tree] = SimpleQueue()
        for tree in trees:
            self._idle.put(tree)

    def all(self, work: list[Work], rest: bool) -> dict[Identity, Entry]:
        """The unit tests for every place, then the rest for those that survive."""
        reach = measured(self._first, "tests/unit", KEPT)
        now = self._each(UNIT, work, lambda tree, entry, place: killer(tree, place, unit_limits(entry, place, reach)))
        if rest:
            left = [(entry, place) for entry, place in work if not now[entry.identity].is_killed]
            others = measured(self._first, "tests/integration", KEPT)
            now |= self._each(
                REST, left, lambda tree, entry, place: sure_killer(tree, place, rest_limits(entry, place, others))
            )
        return now

    def _each(self, name: str, work: list[Work], run: Callable[[Tree, Entry, Place], str]) -> dict[Identity, Entry]:
        now = {}
        with ThreadPoolExecutor(WORKERS) as pool:
            waiting = {pool.submit(self._in_a_tree, run, *each): each for each in work}
            for number, done in enumerate(as_completed(waiting), start=1):
                entry, place = waiting[done]
                test = done.result()
                found = replace(entry, killed=name if test else NO, test=test)
                now[entry.identity] = found
                if found.is_killed or name == REST:
                    self._keep(found)
                print(f"{number}/{len(work)} {name}: {test or 'survives'}: {place}", flush=True)
        return now

    def _in_a_tree(self, run: Callable[[Tree, Entry, Place], str], entry: Entry, place: Place) -> str:
        tree = self._idle.get()
        try:
            return run(tree, entry, place)
        finally:
            self._idle.put(tree)


def unit_limits(entry: Entry, place: Place, reach: Reach) -> dict[str, float]:
    return limits(_with_known(entry, unit_tests(place, reach)), reach, TIMEOUT[UNIT])


def rest_limits(entry: Entry, place: Place, reach: Reach) -> dict[str, float]:
    return limits(_with_known(entry, integration_tests(place, reach)), reach, TIMEOUT[REST])


def _with_known(entry: Entry, tests: Iterable[str]) -> list[str]:
    """The test that killed it in the baseline comes first."""
    return list(dict.fromkeys([entry.test, *tests]))


def killer(tree: Tree, place: Place, tests: dict[str, float]) -> str:
    """What fails of these tests because of the mutation; empty if nothing does."""
    if not tests:
        return ""
    with tree.mutated(place):
        return tree.run(tests).killer


def sure_killer(tree: Tree, place: Place, tests: dict[str, float]) -> str:
    """The same where tests depend on processes and time: one that fails has to fail again, and to pass without."""
    left = dict(tests)
    while test := killer(tree, place, left):
        if test not in left:
            return test
        alone = {test: left[test]}
        if killer(tree, place, alone) and not tree.run(alone).killer:
            return test
        while left and test in left:
            left.pop(next(iter(left)))
    return ""
