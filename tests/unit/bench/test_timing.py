# SPDX-License-Identifier: GPL-3.0-or-later
"""How figures of several rounds become one."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.bench.record import compact
from tests.bench.targets import Target
from tests.bench.timing import Measurement, above, in_turn, interleaved, ratio, spread


def cases(order: list[str]) -> dict[str, Callable[[], Measurement]]:
    def run(name: str) -> Measurement:
        order.append(name)
        return {"seconds": len(order)}

    return {name: lambda name=name: run(name) for name in "abc"}  # type: ignore[misc]


def test_cases_take_turns_and_every_other_round_goes_backwards() -> None:
    order: list[str] = []
    for number in (1, 2, 3):
        in_turn(cases(order), number)
    assert "".join(order) == "abccbaabc"


@pytest.mark.parametrize(("warm_up", "seconds"), [(True, [2, 3]), (False, [1, 2])])
def test_the_round_that_warms_up_does_not_count(warm_up: bool, seconds: list[float]) -> None:
    rounds: list[int] = []

    def one_round(number: int) -> dict[str, Measurement]:
        rounds.append(number)
        return {"case": {"seconds": len(rounds)}}

    assert interleaved(2, warm_up=warm_up, one_round=one_round) == {"case": {"seconds": seconds}}


def test_a_case_that_is_only_in_some_rounds_was_in_the_first() -> None:
    measured: dict[int, dict[str, Measurement]] = {1: {"a": {"s": 1}, "b": {"s": 4}}, 2: {"a": {"s": 2}}}
    figures = interleaved(2, warm_up=False, one_round=measured.__getitem__)
    assert above(figures["b"]["s"], figures["a"]["s"]) == [3]


def test_a_ratio_is_that_within_the_rounds_and_not_that_of_the_medians() -> None:
    assert ratio([1, 20, 30], [1, 10, 1]) == 2


def test_how_far_rounds_lie_apart_is_shown_where_there_are_several() -> None:
    assert spread([2.0]) == "2.0"
    assert spread([1.0, 2.04, 9.0]) == "2.0 (1.0 to 9.0)"


@pytest.mark.parametrize(
    ("measured", "at_least", "verdict"),
    [(5, True, "met"), (4.9, True, "**missed**"), (5, False, "met"), (5.1, False, "**missed**")],
)
def test_a_target_is_met_or_missed(measured: float, at_least: bool, verdict: str) -> None:
    row = Target("Speed", measured, 5, at_least).row
    assert row == ("Speed", f"{measured:g}x", f"at {'least' if at_least else 'most'} 5x", verdict)


@pytest.mark.parametrize(
    ("measured", "shown"), [(0, "0 characters"), (9999.4, "9999 characters"), (524547, "524,547 characters")]
)
def test_a_large_number_is_shown_whole(measured: float, shown: str) -> None:
    row = Target("Size", measured, 700_000, unit=" characters").row
    assert row == ("Size", shown, "at most 700,000 characters", "met")


def test_kept_figures_have_a_line_for_each_list() -> None:
    assert compact('{\n "a": [\n  1.0,\n  2.0\n ],\n "b": {\n  "c": []\n }\n}') == (
        '{\n "a": [ 1.0, 2.0 ],\n "b": {\n  "c": []\n }\n}'
    )
