# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide says what the tests check."""

from __future__ import annotations

from tests.tools.weather_page import PAGE, page


def test_the_guide_is_made_from_the_table() -> None:
    assert PAGE.read_text() == page(), "run: python -m tests.tools.weather_page > docs/docsite/rst/" + PAGE.name
