# SPDX-License-Identifier: GPL-3.0-or-later
"""Mutations are valid, and a place stays the same one when its code moves."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.tools.mutation import trace
from tests.tools.mutation.kept import Entry, compared
from tests.tools.mutation.places import Identity, Place, find, places_below, sample
from tests.tools.mutation.reach import Reach, integration_tests, unit_tests
from tests.tools.mutation.trees import Outcome

SOURCE = '''
from typing import Literal

LIMIT: Literal[5] = 5


class Budget:
    """A docstring, with 5 of its own."""

    def pause(self, seconds: int, reason: str = "none", *, few=LIMIT) -> bool:
        if (
            not seconds  # and not a comment
            or seconds is not None
            and self.left >= (
                seconds
            )
        ):
            self.waited.append(
                f"{seconds + 1} seconds: {reason}"
            )
        for each in reversed([1, 2]):
            if each not in self.known:
                continue
            break
        return self.left - seconds < few


def left(seconds):
    if not seconds:
        return 0
    print("one")
    if not seconds:
        return 0
    return [each for each in seconds if each == 1] + [2]
'''


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "plugins").mkdir()
    (tmp_path / "plugins/one.py").write_text(SOURCE)
    return tmp_path


def move(folder: Path, source: str = SOURCE) -> None:
    """To another file, where other code is before it."""
    (folder / "plugins/one.py").rename(folder / "plugins/zero.py")
    moved = folder / "plugins/package/two.py"
    moved.parent.mkdir()
    moved.write_text("def before(one):\n    return one and 1\n\n\n" + source)
    (folder / "plugins/zero.py").write_text("LIMIT = 6\n")


def line_of(place: Place, folder: Path) -> str:
    return (folder / place.path).read_text().splitlines()[place.line - 1].strip()


def test_each_mutation_is_valid_and_differs_and_keeps_the_lines(folder: Path) -> None:
    source = SOURCE.encode()
    trees = [ast.dump(ast.parse(source))]
    for place in places_below(folder):
        mutated = place.change.apply(source)
        assert mutated.count(b"\n") == source.count(b"\n")
        trees.append(ast.dump(ast.parse(mutated)))
    assert len(trees) == len(set(trees))


def test_what_is_mutated(folder: Path) -> None:
    found = {place.identity.change for place in places_below(folder)}
    assert found == {
        "0 to 1", "1 to 2", "2 to 3", "5 to 6", "- to +", "< to <=", "== to !=", ">= to >", "and to or", "if False",
        "break to continue", "continue to break", "default None", "default text", "if True", "is not to is", "no call",
        "not", "not in to in", "or to and", "return None",
    }  # fmt: skip


def test_texts_annotations_and_sums_of_lists_are_left_alone(folder: Path) -> None:
    assert [place.line for place in places_below(folder) if place.identity.change in {"5 to 6", "+ to -"}] == [4]


def test_a_place_is_found_in_another_file(folder: Path) -> None:
    before = places_below(folder)
    move(folder)
    found = find([place.identity for place in before], places_below(folder))
    now = {identity: (place.path, place.line) for identity, place in found.items() if place}
    assert now == {place.identity: ("plugins/package/two.py", place.line + 4) for place in before}


def test_a_place_is_found_in_another_class_or_function(folder: Path) -> None:
    (place,) = [place for place in places_below(folder) if place.identity.change == "< to <="]
    for old, new in (("class Budget", "class Purse"), ("def pause", "def wait")):
        move(folder, SOURCE.replace(old, new))
        found = find([place.identity], places_below(folder))[place.identity]
        assert found
        assert line_of(found, folder) == "return self.left - seconds < few"
        (folder / "plugins/package/two.py").unlink()
        (folder / "plugins/package").rmdir()
        (folder / "plugins/one.py").write_text(SOURCE)


def test_another_message_is_the_same_place_and_other_code_is_none(folder: Path) -> None:
    (call,) = [place.identity for place in places_below(folder) if place.identity.code.startswith("self.waited")]
    move(folder, SOURCE.replace("seconds: {reason}", "long: {reason}"))
    assert find([call], places_below(folder))[call]
    (folder / "plugins/package/two.py").write_text(SOURCE.replace("waited.append", "waited.extend"))
    assert find([call], places_below(folder)) == {call: None}


def test_equal_statements_are_told_apart(folder: Path) -> None:
    places = places_below(folder)
    assert len({place.identity for place in places}) == len(places)
    equal = [place for place in places if place.identity.function == "left" and place.identity.change == "not"]
    assert [place.identity.nth for place in equal] == [0, 1]
    assert [place.line for place in equal] == [29, 32]


def test_a_sample_is_always_the_same_and_has_no_place_that_two_files_have(folder: Path) -> None:
    (folder / "plugins/other.py").write_text("def left(seconds):\n    if not seconds:\n        return 5\n")
    places = places_below(folder)
    chosen = sample(places, 10)
    assert chosen == sample(reversed(places), 10)
    assert 9 <= len(chosen) <= 11
    assert "if not seconds:" not in {place.identity.code for place in chosen}


def test_tests_that_run_the_place_come_before_those_that_run_its_file(folder: Path) -> None:
    places = {place.line: place for place in places_below(folder)}
    lines = {"plugins/one.py": {33: {"d", ""}, 29: {"a"}, 10: {"b"}}, "plugins/other.py": {29: {"c"}}}
    reach = Reach(dict.fromkeys("abcd", 1.0), lines)
    assert unit_tests(places[33], reach) == ["d", "a", "b"]
    assert unit_tests(places[29], reach) == ["a", "b", "d"]
    assert unit_tests(places[4], reach) == ["a", "b", "d", "c"]
    assert integration_tests(places[29], reach) == ["a"]


def test_what_kills() -> None:
    assert Outcome(1, True, {"a": True, "b": False}, {}).killer == "b"
    assert Outcome(0, True, {"a": True}, {}).killer == ""
    assert Outcome(2, True, {}, {}).killer == "(no start)"
    assert Outcome(1, False, {}, {}).killer == "(no end)"


def test_a_place_that_is_killed_no_longer_is_worse() -> None:
    first, second = (Identity("left", "if not seconds:", "not", nth) for nth in (0, 1))
    before = [Entry(first, "one.py", "unit", "test_a"), Entry(second, "one.py", "no")]
    same = {entry.identity: entry for entry in before}
    assert compared(before, same, rest=True)[1]
    text, kept_up = compared(before, {**same, first: Entry(first, "one.py", "no")}, rest=True)
    assert not kept_up
    assert "no longer: left: not in if not seconds: (killed by test_a)" in text
    assert compared(before, {first: Entry(first, "one.py", "rest", "test_b")}, rest=True)[1]
    turned = {first: Entry(first, "one.py", "no"), second: Entry(second, "one.py", "unit", "test_b")}
    assert not compared(before, turned, rest=True)[1]


def test_a_test_is_traced_although_one_before_ended_the_tracing(tmp_path: Path) -> None:
    """As Hypothesis does after each of its tests."""
    plugins = tmp_path / "ansible_collections/oauthops/iam/plugins"
    plugins.mkdir(parents=True)
    (plugins / "example.py").write_text("def two():\n    return 2\n")
    (tmp_path / "lines").mkdir()
    code = (
        f"import sys; sys.path.insert(0, {str(plugins)!r}); from tests.tools.mutation import trace; import example\n"
        "trace.begin(); sys.settrace(None); trace.begin_test('second'); example.two()"
    )
    environment = {**os.environ, trace.FOLDER: str(tmp_path / "lines"), "PYTHONPATH": os.pathsep.join(sys.path)}
    subprocess.run([sys.executable, "-c", code], env=environment, check=True)
    (written,) = (tmp_path / "lines").iterdir()
    assert written.read_text().splitlines()[-2:] == ["=second", "plugins/example.py:2"]
