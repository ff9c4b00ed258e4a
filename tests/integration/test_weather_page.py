# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide says what the tests check."""

from __future__ import annotations

import subprocess
import sys

from tests.integration.ansible_runs import ROOT
from tests.tools.weather_page import INPUTS, PAGE, page


def test_the_guide_is_made_from_the_table() -> None:
    assert PAGE.read_text() == page(), "run: python -m tests.tools.weather_page > docs/docsite/rst/" + PAGE.name


def test_as_many_inputs_are_tried_as_the_guide_says() -> None:
    files = sorted({each.partition("::")[0] for _kind, _number, tests in INPUTS for each in tests})
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", *files]
    found = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.splitlines()
    tried = {kind: sum(line.startswith(tests) for line in found) for kind, _number, tests in INPUTS}
    assert {kind: number for kind, number, _tests in INPUTS if tried[kind] < number} == {}
