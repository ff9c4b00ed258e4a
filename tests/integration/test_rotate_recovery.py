# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs of a rotation that are really killed at every step, while an application authenticates all the time."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible, Run
from tests.integration.application import Application
from tests.integration.in_process import CONFIDENTIAL, Modules
from tests.integration.killing import killed_run
from tests.integration.recovery import ALL, LOST, ROWS, Row

ROTATE = "oauthops.iam.rotate"
EXAMPLES = ROOT / "docs/examples/rotate"
LONG_AGO = "2020-01-31T08:00:00Z"
FOREVER = 60  # seconds that Cloudflare takes for the request during which a run is killed


class Rehearsal:
    """A client whose secret is due, a store that holds it, and an application that uses it."""

    def __init__(self, ansible: Ansible, fake: FakeCloudflare) -> None:
        self.ansible, self.fake, directory = ansible, fake, ansible.directory
        self.store, self.credentials, self.handover = (
            directory / "store",
            directory / "oauth.json",
            directory / "handover",
        )
        Modules(fake).client(**CONFIDENTIAL, client_secret_file=str(directory / "first"))
        self.first = (directory / "first").read_text()
        held = {"client_id": self.client["client_id"], "client_secret": self.first, "minted_at": LONG_AGO}
        self.store.write_text(json.dumps({**held, "rotation": "closed", "note": "survives"}))
        self.credentials.write_text(json.dumps(held))
        self.application = Application(self.credentials, fake.token_url)

    @property
    def client(self) -> dict[str, Any]:
        (client,) = self.fake.state()["clients"]
        return dict(client)

    @property
    def variables(self) -> dict[str, Any]:
        return {
            "oauth_client_rotate_client_name": "App",
            "oauth_client_rotate_max_age": "90d",
            "oauth_client_rotate_finalize": True,
            "oauth_client_rotate_deploy": str(EXAMPLES / "deploy.yml"),
            "oauth_client_rotate_verify": str(EXAMPLES / "verify.yml"),
            "oauth_client_secret_store_backend": "file",
            "oauth_client_secret_store_file_path": str(self.store),
            "oauth_client_secret_store_handover_dir": str(self.handover),
            "example_app_credentials_file": str(self.credentials),
            "example_app_url": self.application.url,
        }

    def run(self, *options: str, **changes: Any) -> Run:
        extra = {**self.variables, **{f"oauth_client_rotate_{name}": value for name, value in changes.items()}}
        return self.ansible.playbook(ROTATE, *options, extra=extra)

    def kill(self, row: Row, *options: str) -> None:
        command = ("ansible-playbook", ROTATE, "-e", json.dumps(self.variables), *options)
        if row.task:
            assert killed_run(self.ansible, *command, kill_at=row.task)
            return
        when = "after" if row.arrived else "before"
        self.fake.add_fault(kind="slow", method=row.request, path="/rotate_secret$", when=when, seconds=FOREVER)
        self.fake.clear_journal()

        def moment() -> bool:
            sent = any(each.startswith(row.request) for each in self.fake.requests(writes_only=True))
            carried_out = len(self.client["secrets"]) == {"POST": 2, "DELETE": 1}[row.request]
            return sent and (carried_out or not row.arrived)

        assert killed_run(self.ansible, *command, moment=moment)

    def stored(self) -> dict[str, Any]:
        return dict(json.loads(self.store.read_text()))

    def left_behind(self) -> list[str]:
        return [path.name for path in self.handover.glob("*")] if self.handover.exists() else []


@pytest.fixture
def rehearsal(ansible: Ansible, fake: FakeCloudflare) -> Iterator[Rehearsal]:
    prepared = Rehearsal(ansible, fake)
    with prepared.application:
        yield prepared


def steps(run: Run) -> tuple[str, ...]:
    assert run.status == 0, run.output
    return tuple(run.fact("oauth_client_rotate_result")["steps"])


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


@pytest.mark.parametrize("row", ROWS, ids=[row.killed for row in ROWS])
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


@pytest.mark.parametrize("task", ["before Delete the older secret", "after Delete the older secret"])
def test_replacing_a_lost_secret_can_be_killed_too(rehearsal: Rehearsal, task: str) -> None:
    rehearsal.kill(LOST)
    rehearsal.kill(Row("", "", (), task), "-e", "oauth_client_rotate_replace_lost=true")
    steps(rehearsal.run(replace_lost=True))
    assert_done(rehearsal, minted=3)
