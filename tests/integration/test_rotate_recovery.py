# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of a rotation that are really killed at every step, while an application authenticates all the time."""

from __future__ import annotations

import json

import pytest

from tests.integration.recovery import ALL, LOST, ROWS, Row
from tests.integration.rehearsal import EXAMPLE, LONG_AGO, ROTATE, Rehearsal, steps

# Of a run that goes on where the one before was killed, the writes are counted from the start.
ONE_AFTER_THE_OTHER = (
    "before write 1",
    "after write 1",
    "before request POST",
    "before write 2",
    "after write 1",
    "before task Write the application's credentials",
    "after task Write the application's credentials",
    "before task Finalize the rotation",
    "before request DELETE",
    "after request DELETE",
    "before write 1",
)


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
    """With the task files of the guide."""
    extra = {**rehearsal.variables, **EXAMPLE}
    assert steps(rehearsal.ansible.playbook(ROTATE, extra=extra)) == ALL
    assert_done(rehearsal)
    assert rehearsal.application.used == [rehearsal.first, rehearsal.stored()["client_secret"]]
    assert rehearsal.application.refusals == []

    again = rehearsal.ansible.playbook(ROTATE, extra=extra)
    assert (steps(again), again.changed) == ((), [])


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.killed)
def test_the_run_after_a_killed_one_does_the_next_right_thing(rehearsal: Rehearsal, row: Row) -> None:
    rehearsal.kill(row)
    rehearsal.application.wait_for_authentication()
    assert steps(rehearsal.run()) == row.steps
    assert_done(rehearsal)
    assert rehearsal.application.refusals == []


def test_a_rotation_that_is_killed_at_every_step_ends_well(rehearsal: Rehearsal) -> None:
    for at in ONE_AFTER_THE_OTHER:
        rehearsal.kill(Row("", "", (), at))
    steps(rehearsal.run())
    assert_done(rehearsal)
    assert rehearsal.application.refusals == []


@pytest.mark.parametrize("lost", [LOST, Row("", "", (), "after request POST")], ids=["in flight", "just received"])
def test_the_one_loss_that_cannot_be_repaired_is_told_with_the_safe_way_out(rehearsal: Rehearsal, lost: Row) -> None:
    rehearsal.kill(lost)
    for _again in range(2):
        refused = rehearsal.run()
        assert refused.status != 0
        assert refused.result("Rotate the secret")["error"]["code"] == "rotation_lost"
        assert "replace_lost=true" in refused.failure
    assert rehearsal.run(finalize="only").status != 0
    assert rehearsal.first in rehearsal.client["secrets"]
    assert rehearsal.application.refusals == []

    assert steps(rehearsal.run(replace_lost=True)) == ("finalized", "rotated", "stored", "finalized")
    assert_done(rehearsal, minted=3)


@pytest.mark.parametrize("at", ["before request DELETE", "after request DELETE", "after write 1", "before write 2"])
def test_replacing_a_lost_secret_can_be_killed_too(rehearsal: Rehearsal, at: str) -> None:
    rehearsal.kill(LOST)
    rehearsal.kill(Row("", "", (), at), "-e", "oauth_client_rotate_replace_lost=true")
    steps(rehearsal.run(replace_lost=True))
    assert_done(rehearsal, minted=3)
