# SPDX-License-Identifier: GPL-3.0-or-later
"""The benchmark measures what it says, at tiny sizes; how long anything takes is not looked at."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.bench import many, publish, tasks
from tests.bench.__main__ import options
from tests.bench.extent import FULL, QUICK
from tests.bench.page import page
from tests.bench.record import SECTIONS, Record
from tests.bench.stage import Stage, set_up
from tests.bench.timing import Figures
from tests.bench.ways import STATES, described

# Starting everything that is measured takes minutes, and no user runs it.
pytestmark = pytest.mark.thorough
MACHINE = {"CPU": "one", "memory": "little"}
# What memory is measured with is not there in tests.
MEASURED_HERE = [name for name in SECTIONS if name != "memory"]


@pytest.fixture(scope="module")
def stage() -> Iterator[Stage]:
    with set_up() as prepared:
        yield prepared


@pytest.fixture(scope="module")
def figures(stage: Stage) -> dict[str, Figures]:
    return {name: SECTIONS[name].measure(stage, QUICK) for name in MEASURED_HERE}


@pytest.fixture
def record(figures: dict[str, Figures]) -> Record:
    return Record("2026-01-01", "make bench ARGS=--quick", MACHINE, QUICK, figures)


def rows(text: str) -> list[list[str]]:
    """The cells of all list-tables on a page."""
    found: list[list[str]] = []
    for line in text.splitlines():
        if line.startswith("   * -"):
            found.append([line[6:].strip()])
        elif line.startswith("     -"):
            found[-1].append(line[7:].strip())
    return found


def requests(figures: Figures, case: str) -> float:
    (number,) = figures[case]["requests"]
    return number


def test_the_page_has_every_figure_and_every_target(record: Record) -> None:
    shown = rows(page(record))
    assert [[*target.row] for target in record.targets()] == shown[1 : len(record.targets()) + 1]
    assert all(row[3] in ("met", "**missed**") for row in shown[1 : len(record.targets()) + 1])
    first = {row[0] for row in shown}
    assert {f"``{kind}``" for kind in tasks.SHAPES} <= first
    assert set(publish.WHAT.values()) <= first
    lives = [
        (str(life.size), str(life.latency), life.way, state) for life in many.lives(QUICK) for state in life.states
    ]
    assert sorted(lives) == sorted(
        (row[0], row[1], row[3], row[2]) for row in shown if len(row) == 7 and row[2] in STATES
    )
    assert "nan" not in page(record)


def test_a_page_may_have_only_a_part(record: Record) -> None:
    part = Record(record.date, record.command, MACHINE, QUICK, {"publish": record.sections["publish"]})
    assert "Publishing\n----------" in page(part)
    assert "Many clients\n" not in page(part)
    assert options(["--only", "publish", "--quick"]).only == ["publish"]


def test_what_is_kept_makes_the_same_page(record: Record, tmp_path: Path) -> None:
    record.save(tmp_path / "figures.json")
    assert page(Record.load(tmp_path / "figures.json")) == page(record)


def test_all_figures_are_numbers(record: Record) -> None:
    for figures in record.sections.values():
        values = [value for case in figures.values() for kind in case.values() for value in kind]
        assert values
        assert all(math.isfinite(value) for value in values)


def test_publishing_sends_what_the_page_says(figures: dict[str, Figures]) -> None:
    sent = {case: requests(figures["publish"], case) for case in publish.WHAT}
    assert sent == {publish.NOTHING: 0, publish.ROLE: 1, publish.PLAYBOOK: 1, publish.BY_HAND: 4, publish.SHORTEST: 2}


def test_one_task_lists_once_where_a_loop_asks_for_each(figures: dict[str, Figures]) -> None:
    size = QUICK.medium
    assert requests(figures["many"], many.case("one task", "unchanged", size)) == 1
    assert requests(figures["many"], many.case("a loop", "unchanged", size)) == size


def test_a_run_that_did_something_else_is_no_measurement(stage: Stage) -> None:
    stage.empty_account()
    with pytest.raises(RuntimeError, match="one task: 1 writes, not 2"):
        many.writing(stage, "one task", described(1), 2)
    with pytest.raises(RuntimeError, match="ended with status"):
        stage.play(stage.write_play("broken", [{"ansible.builtin.fail": {"msg": "on purpose"}}]))


def test_a_whole_run_has_rounds_enough_and_ends_with_five_thousand_clients() -> None:
    assert FULL.rounds >= 5
    assert FULL.warm_up
    assert {life.size for life in many.lives(FULL)} == {10, 100, 1000, 5000}
