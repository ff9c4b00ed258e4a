# SPDX-License-Identifier: GPL-3.0-or-later
"""The plugin of pytest for runs against a mutated tree: runs chosen tests in a chosen order, and reports on them.

C(MUTATION_TESTS) names a file of JSON, with the seconds that each test to run may take; without it all tests run.
C(MUTATION_REPORT) names the file that gets, for each test, whether it passed and the seconds that it took.
"""

from __future__ import annotations

import faulthandler
import json
import os
from pathlib import Path

import hypothesis
import pytest

from tests.tools.mutation import trace

TESTS, REPORT, CUSTOMIZATION = "MUTATION_TESTS", "MUTATION_REPORT", "MUTATION_CUSTOMIZATION"
# Read before any mutated code can change them.
_variables = dict(os.environ)
_traced = trace.FOLDER in _variables
_allowed: dict[str, float] = {}
_seconds: dict[str, float] = {}
_failed: set[str] = set()
# Hypothesis tries the same examples each time, and looks for no simpler one than that which fails.
_PHASES = (hypothesis.Phase.explicit, hypothesis.Phase.generate)
hypothesis.settings.register_profile("mutation", derandomize=True, database=None, deadline=None, phases=_PHASES)
hypothesis.settings.load_profile("mutation")


def pytest_configure(config: pytest.Config) -> None:
    if _traced:
        trace.follow(Path(_variables[CUSTOMIZATION]))
        trace.begin()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Where a wanted test is not found, because the mutation changes what tests there are, its whole file runs."""
    if TESTS not in _variables:
        return
    _allowed.update(json.loads(Path(_variables[TESTS]).read_text()))
    order = {test: number for number, test in enumerate(_allowed)}
    lost = {test.partition("::")[0] for test in order.keys() - {item.nodeid for item in items}}
    chosen = [item for item in items if item.nodeid in order or item.nodeid.partition("::")[0] in lost]
    items[:] = sorted(chosen, key=lambda item: order.get(item.nodeid, len(order)))


def pytest_runtest_logstart(nodeid: str) -> None:
    if _traced:
        trace.begin_test(nodeid)
    if _allowed:
        limit = _allowed.get(nodeid, max(_allowed.values()))
        faulthandler.dump_traceback_later(limit, exit=True)


def pytest_runtest_logfinish(nodeid: str) -> None:
    faulthandler.cancel_dump_traceback_later()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    _seconds[report.nodeid] = _seconds.get(report.nodeid, 0.0) + report.duration
    if report.failed:
        _failed.add(report.nodeid)


def pytest_sessionfinish(session: pytest.Session) -> None:
    if REPORT in _variables and not hasattr(session.config, "workerinput"):
        outcome = {test: [test not in _failed, round(seconds, 3)] for test, seconds in _seconds.items()}
        Path(_variables[REPORT]).write_text(json.dumps(outcome))
