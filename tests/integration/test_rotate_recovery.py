# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of a rotation that are really killed at every step, while an application authenticates all the time."""

from __future__ import annotations

import json

import pytest

from tests.integration.recovery import ALL, LOST, ROWS, Row
from tests.integration.rehearsal import LONG_AGO, Rehearsal, steps
from tests.integration.thorough import thorough


def assert_done(rehearsal: Rehearsal, minted: int = 2) -> None:
    """One secret is valid; the store and the application have it, and nothing else is left of any."""
    application, stored = rehearsal.application, rehearsal.stored()
    application.wait_for_authentication()
    assert rehearsal.client["secrets"] == [stored["client_secret"]]
    assert json.loads(rehearsal.credentials.read_text())["client_secret"] == stored["client_secret"]
    assert (stored["rotation"], stored["note"]) == ("closed", "survives")
    assert stored["minted_at"] > LONG_AGO
    assert len(rehearsal.fake.state()["minted_secrets"]) == minted
    assert rehearsal.left_behind() == []


def test_no_authentication_fails_from_before_the_rotation_to_after_finalizing(rehearsal: Rehearsal) -> None:
    assert steps(rehearsal.run()) == ALL
    assert_done(rehearsal)
    assert rehearsal.application.successes > 100
    assert rehearsal.application.refusals == []

    again = rehearsal.run()
    assert (steps(again), again.changed) == ((), [])


def rows() -> list[pytest.ParameterSet]:
    """Each row; where a task is killed, a test below tells nearly the same: it is killed at all of them in turn."""
    return [pytest.param(row, id=row.killed, marks=() if row.request else pytest.mark.thorough) for row in ROWS]


@pytest.mark.parametrize("row", rows())
def test_the_run_after_a_killed_one_does_the_next_right_thing(rehearsal: Rehearsal, row: Row) -> None:
    rehearsal.kill(row)
    rehearsal.application.wait_for_authentication()
    assert steps(rehearsal.run()) == row.steps
    assert_done(rehearsal)
    assert rehearsal.application.refusals == []


def test_a_rotation_that_is_killed_at_every_step_ends_well(rehearsal: Rehearsal) -> None:
    for row in ROWS:
        if not row.request:
            rehearsal.kill(row)
    steps(rehearsal.run())
    assert_done(rehearsal)
    assert rehearsal.application.refusals == []


def test_the_one_loss_that_cannot_be_repaired_is_told_with_the_safe_way_out(rehearsal: Rehearsal) -> None:
    rehearsal.kill(LOST)
    for _again in range(2):
        told = rehearsal.run()
        assert told.status != 0
        assert "was minted in an earlier run, and the answer that held it was lost" in told.failure
        assert "oauth_client_rotate_replace_lost=true" in told.failure
    assert rehearsal.run(finalize="only").status != 0
    assert rehearsal.first in rehearsal.client["secrets"]
    assert rehearsal.application.refusals == []

    assert steps(rehearsal.run(replace_lost=True)) == (
        "finalized",
        "rotated",
        "stored",
        "deployed",
        "verified",
        "finalized",
    )
    assert_done(rehearsal, minted=3)


@pytest.mark.parametrize(
    "task",
    ["before Delete the older secret", *thorough("after Delete the older secret")],
)
def test_replacing_a_lost_secret_can_be_killed_too(rehearsal: Rehearsal, task: str) -> None:
    rehearsal.kill(LOST)
    rehearsal.kill(Row("", "", (), task), "-e", "oauth_client_rotate_replace_lost=true")
    steps(rehearsal.run(replace_lost=True))
    assert_done(rehearsal, minted=3)
