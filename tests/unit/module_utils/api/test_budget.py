# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a task waits, all in all, and what for."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError
from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import Budget, slow_down
from tests.unit.transport import Clock

NEAR = {"ratelimit": '"default";r=4;t=10'}
PACE = "2.0 s: few requests are left before Cloudflare's rate limit"


def a_budget(seconds: float = 60.0) -> Budget:
    return Budget(seconds, [])


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        pytest.param("", 0.0, id="absent"),
        pytest.param("later", 0.0, id="garbage"),
        pytest.param("r=1;t=10", 0.0, id="no policy"),
        pytest.param('"default";r=x;t=y', 0.0, id="no numbers"),
        pytest.param('"default";r=-1;t=10', 0.0, id="negative"),
        pytest.param('"default";r=1', 0.0, id="no time"),
        pytest.param('"default";t=10', 0.0, id="no count"),
        pytest.param('"default";xr=1;xt=10', 0.0, id="other parameters"),
        pytest.param('"default";r=50;t=30', 0.0, id="many left"),
        pytest.param('"default";r=5;t=10', 0.0, id="just enough left"),
        pytest.param('"default";r=4;t=10', 2.0, id="few left"),
        pytest.param('"default"; r=4; t=10', 2.0, id="with blanks"),
        pytest.param('"default";t=10;r=4', 2.0, id="the other way round"),
        pytest.param('"default";r=4;t=10;pk=:abc:', 2.0, id="more parameters"),
        pytest.param('"default";r=1;t=10', 5.0, id="one left"),
        pytest.param('"default";r=0;t=30', 30.0, id="none left"),
        pytest.param('"default";r=0;t=0', 0.0, id="none left until now"),
        pytest.param('"default";r=0;t=86400', 300.0, id="none left for longer than Cloudflare counts"),
        pytest.param('"a";r=1;t=10, "b";r=0;t=7', 7.0, id="the strictest second"),
        pytest.param('"a";r=0;t=30, "b";r=50;t=60', 30.0, id="the strictest first"),
        pytest.param('"a";r=0, "b";t=60', 0.0, id="halves of two policies"),
        pytest.param(f'"default";r=0;t={"9" * 400}', 0.0, id="no time that a number can hold"),
        pytest.param(f'"default";r={"9" * 5000};t=1', 0.0, id="no count that can be read"),
    ],
)
def test_how_slowly_to_go_on(header: str, seconds: float) -> None:
    assert slow_down(header) == seconds


def test_a_pause_is_taken_from_the_budget_and_told(clock: Clock) -> None:
    budget = a_budget()
    assert budget.pause(1.25, "a reason")
    assert budget.seconds == 58.75
    assert budget.waited == ["1.2 s: a reason"]
    assert clock.sleeps == [1.25]


@pytest.mark.parametrize(("left", "fits"), [(0.0, False), (0.99, False), (1.0, True), (-3.0, False)])
def test_a_pause_that_does_not_fit_is_not_begun(clock: Clock, left: float, fits: bool) -> None:
    budget = a_budget(left)
    assert budget.pause(1.0, "a reason") is fits
    assert budget.seconds == (left - 1.0 if fits else left)
    assert clock.sleeps == ([1.0] if fits else [])
    assert len(budget.waited) == len(clock.sleeps)


def test_what_was_waited_for_is_written_where_it_was_asked_for(clock: Clock) -> None:
    waited: list[str] = []
    budget = Budget(60.0, waited)
    budget.pause(1.0, "one")
    budget.pause(2.0, "another")
    assert waited == ["1.0 s: one", "2.0 s: another"]


def test_the_time_of_a_failure_is_taken_from_the_budget(clock: Clock) -> None:
    budget = a_budget()

    def lose() -> None:
        with budget.failures_count():
            clock.now += 13.0
            raise CloudflareError("lost", "It was lost.")

    with pytest.raises(CloudflareError):
        lose()
    assert budget.seconds == 47.0
    assert budget.waited == []


def test_the_time_of_a_success_is_not(clock: Clock) -> None:
    budget = a_budget()
    with budget.failures_count():
        clock.now += 13.0
    assert budget.seconds == 60.0


def test_the_pace_is_kept_by_every_request_until_an_answer_says_otherwise(clock: Clock) -> None:
    budget = a_budget()
    budget.note(NEAR)
    budget.keep_pace()
    budget.keep_pace()
    budget.note({})
    budget.keep_pace()
    assert clock.sleeps == [2.0, 2.0]
    assert budget.waited == [PACE.replace("2.0", "4.0")]
    assert budget.seconds == 56.0


def test_the_last_answer_sets_the_pace(clock: Clock) -> None:
    budget = a_budget()
    budget.note(NEAR)
    budget.note({})
    budget.keep_pace()
    assert clock.sleeps == []


@pytest.mark.parametrize("seconds", [0.0, 1.9])
def test_a_pace_that_does_not_fit_is_not_kept_later_either(clock: Clock, seconds: float) -> None:
    budget = a_budget(seconds)
    budget.note(NEAR)
    budget.keep_pace()
    budget.seconds = 60.0
    budget.keep_pace()
    assert clock.sleeps == []
    assert budget.waited == []


@pytest.mark.parametrize(("waited", "left"), [(0.5, 1.5), (2.0, 0.0), (5.0, 0.0)])
def test_another_pause_counts_for_the_pace(clock: Clock, waited: float, left: float) -> None:
    budget = a_budget()
    budget.note(NEAR)
    budget.pause(waited, "another reason")
    budget.keep_pace()
    assert clock.sleeps == [waited, *([left] if left else [])]


# --- several at once ---


def test_time_that_several_lose_together_is_taken_once(clock: Clock) -> None:
    budget = Budget(60.0, [], parallel=2)

    def lose(seconds: float, meanwhile: Callable[[], None] | None = None) -> None:
        with contextlib.suppress(CloudflareError), budget.failures_count():
            if meanwhile:
                meanwhile()
            clock.now += seconds
            raise CloudflareError("lost", "It was lost.")

    lose(1.0, meanwhile=lambda: lose(10.0))
    assert budget.seconds == 49.0


def test_pauses_that_overlap_are_taken_once(clock: Clock) -> None:
    budget = Budget(7.0, [], parallel=2)
    assert budget.pause(5.0, "one")
    clock.now -= 3.0  # another thread is not as far
    assert budget.pause(5.0, "another")
    assert budget.seconds == 0.0
    clock.now -= 5.0
    assert budget.pause(5.0, "a third, which costs nothing more")
    assert not budget.pause(0.1, "a fourth")


def test_several_keep_the_pace_one_after_the_other_and_it_costs_nothing(clock: Clock) -> None:
    waited: list[str] = []
    budget = Budget(1.0, waited, parallel=3)
    budget.note({"ratelimit": '"default";r=6;t=14'})
    for _request in range(3):
        in_another_thread(budget.keep_pace)
    assert clock.sleeps == [2.0, 2.0, 2.0]
    assert budget.seconds == 1.0
    assert waited == [PACE.replace("2.0", "6.0")]


@pytest.mark.parametrize(("parallel", "left", "paced"), [(1, 5, False), (8, 12, False), (8, 11, True), (50, 53, True)])
def test_the_more_are_under_way_the_earlier_the_pace_is_kept(
    clock: Clock, parallel: int, left: int, paced: bool
) -> None:
    budget = Budget(60.0, [], parallel=parallel)
    budget.note({"ratelimit": f'"default";r={left};t=60'})
    budget.keep_pace()
    assert bool(clock.sleeps) is paced


def test_an_answer_that_was_overtaken_does_not_end_the_pace(clock: Clock) -> None:
    budget = Budget(60.0, [], parallel=2)
    budget.keep_pace()
    clock.now += 1.0

    def other() -> None:
        budget.keep_pace()
        budget.note({"ratelimit": '"default";r=5;t=6'})

    in_another_thread(other)
    budget.note({"ratelimit": '"default";r=6;t=6'})
    budget.keep_pace()
    assert clock.sleeps == [1.0]
    budget.note({})
    budget.keep_pace()
    assert clock.sleeps == [1.0]


def in_another_thread(work: Callable[[], None]) -> None:
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
