# SPDX-License-Identifier: GPL-3.0-or-later
"""How runs are compared: cases take turns, and only what was measured in one round is set against each other.

Machines differ and are noisy, but what slows one case of a round down is likely to slow its neighbours, too.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from statistics import median

Measurement = Mapping[str, float]
"""What one run came to, such as its C(seconds)."""
Figures = dict[str, dict[str, list[float]]]
"""For each case and each kind of measurement the values of all rounds."""


def interleaved(rounds: int, *, warm_up: bool, one_round: Callable[[int], Mapping[str, Measurement]]) -> Figures:
    """The rounds, of which one more may come first and does not count."""
    if warm_up:
        one_round(0)
    figures: Figures = {}
    for number in range(1, rounds + 1):
        add(figures, one_round(number))
    return figures


def in_turn(cases: Mapping[str, Callable[[], Measurement]], number: int) -> dict[str, Measurement]:
    """Each case once, and every other round backwards, so that none has always the same one before it."""
    order = list(cases)[:: 1 if number % 2 else -1]
    return {name: cases[name]() for name in order}


def add(figures: Figures, measured: Mapping[str, Measurement]) -> None:
    for case, measurement in measured.items():
        for kind, value in measurement.items():
            figures.setdefault(case, {}).setdefault(kind, []).append(round(value, 4))


def above(whole: Iterable[float], base: Iterable[float]) -> list[float]:
    """What a case takes on top of another one, round by round; a case of fewer rounds was in the first ones."""
    return [one - other for one, other in zip(whole, base, strict=False)]


def ratios(ones: Iterable[float], others: Iterable[float]) -> list[float]:
    return [one / other for one, other in zip(ones, others, strict=False)]


def ratio(ones: Iterable[float], others: Iterable[float]) -> float:
    return median(ratios(ones, others))


def spread(values: Sequence[float]) -> str:
    """The median, and how far the rounds lie apart where there are several."""
    middle = f"{median(values):.1f}"
    return middle if len(values) == 1 else f"{middle} ({min(values):.1f} to {max(values):.1f})"
