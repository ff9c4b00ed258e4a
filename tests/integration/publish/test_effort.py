# SPDX-License-Identifier: GPL-3.0-or-later
"""How many results of tasks, and how many requests, a run of the role takes."""

from __future__ import annotations

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.publications import KeptFile, Publisher, phase


def test_a_new_client_goes_to_public_in_few_steps(publisher: Publisher, kept: KeptFile, fake: FakeCloudflare) -> None:
    run = publisher.role(**kept.secret)
    assert phase(run) == "public"
    assert len(run.tasks) <= 12, [task.name for task in run.tasks]
    assert len(fake.requests()) <= 12, fake.requests()


def test_nothing_to_do_is_little_to_do(publisher: Publisher, kept: KeptFile, fake: FakeCloudflare) -> None:
    publisher.role(**kept.secret)
    fake.clear_journal()
    run = publisher.role(**kept.secret)
    assert (phase(run), run.changed) == ("public", [])
    assert len(run.tasks) <= 5, [task.name for task in run.tasks]
    assert len(fake.requests()) <= 2, fake.requests()
