# SPDX-License-Identifier: GPL-3.0-or-later
"""Unit tests of a checkout that nothing was set up in, by the collection injection of pytest-ansible."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
TESTS = "tests/unit/module_utils/dns"


def test_unit_tests_run_without_a_set_up(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    subprocess.run(["git", "clone", "--quiet", str(ROOT), str(checkout)], check=True)
    command = [sys.executable, "-m", "pytest", "-c", "tests/adhoc/pytest.ini", "-q", TESTS]
    run = subprocess.run(command, cwd=checkout, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stdout + run.stderr
    assert " passed" in run.stdout
