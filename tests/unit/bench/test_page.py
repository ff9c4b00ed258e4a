# SPDX-License-Identifier: GPL-3.0-or-later
"""The page says what was measured."""

from __future__ import annotations

from tests.bench.__main__ import DOCUMENTATION, FIGURES, PAGE
from tests.bench.extent import FULL
from tests.bench.page import page
from tests.bench.record import SECTIONS, Record


def test_the_page_is_made_from_the_figures_of_a_whole_run() -> None:
    record = Record.load(DOCUMENTATION / FIGURES)
    assert (DOCUMENTATION / PAGE).read_text() == page(record), "run: make bench ARGS=--redraw"
    assert record.extent == FULL
    assert list(record.sections) == list(SECTIONS)
