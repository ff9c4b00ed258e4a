# SPDX-License-Identifier: GPL-3.0-or-later
"""The page says what was measured."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from tests.bench.__main__ import DOCUMENTATION, FIGURES, PAGE
from tests.bench.extent import FULL
from tests.bench.page import REASONS, page
from tests.bench.plot import PANELS, plot
from tests.bench.record import SECTIONS, Record


def test_the_page_is_made_from_the_figures_of_a_whole_run() -> None:
    record = Record.load(DOCUMENTATION / FIGURES)
    assert (DOCUMENTATION / PAGE).read_text() == page(record), "run: make bench ARGS=--redraw"
    assert record.extent == FULL
    assert list(record.sections) == list(SECTIONS)


def test_every_missed_target_has_its_reason_on_the_page() -> None:
    record = Record.load(DOCUMENTATION / FIGURES)
    reasons = " ".join(page(record).split(f"\n{REASONS}\n")[1].split("\n---")[0].split())
    missed = [target for target in record.targets() if not target.met]
    assert missed
    for target in missed:
        assert target.why
        assert f"* {target.what}" in reasons
        assert target.why in reasons


def test_sections_without_a_panel_need_no_plot(tmp_path: Path) -> None:
    record = Record.load(DOCUMENTATION / FIGURES)
    others = {name: figures for name, figures in record.sections.items() if name not in PANELS}
    assert others
    plot(replace(record, sections=others), tmp_path / "benchmark.svg")
    assert not list(tmp_path.iterdir())
