# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guide says of `uri`, and of this collection beside it, is what happens."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible
from tests.integration.shown import blocks

WITH_URI, SHOWN = (block.text for block in blocks(ROOT / "docs/docsite/rst/guide_comparison.rst"))
WITH_US = SHOWN.replace("/etc/example_app/client.secret", '"{{ playbook_dir }}/example_app.secret"')


@pytest.fixture
def play(ansible: Ansible, request: pytest.FixtureRequest) -> Path:
    path = ansible.directory / "play.yml"
    path.write_text(request.param)
    return path


def minted(fake: FakeCloudflare) -> list[str]:
    secrets: list[str] = fake.state()["minted_secrets"]
    return secrets


@pytest.mark.parametrize("play", [WITH_URI], indirect=True)
def test_uri_makes_duplicates_and_shows_their_secrets(play: Path, ansible: Ansible, fake: FakeCloudflare) -> None:
    predicted = ansible.playbook(str(play), "--check")
    assert (predicted.status, predicted.changed, fake.requests()) == (0, [], [])
    assert "skipped=1" in predicted.output
    runs = [ansible.playbook(str(play), "-v") for _unused in range(2)]
    assert [run.status for run in runs] == [0, 0], runs[0].output
    assert [client["client_name"] for client in fake.state()["clients"]] == ["Example App"] * 2
    for run, secret in zip(runs, minted(fake), strict=True):
        assert secret in run.output


@pytest.mark.parametrize("play", [WITH_URI], indirect=True)
def test_uri_loses_a_secret_with_the_answer(play: Path, ansible: Ansible, fake: FakeCloudflare) -> None:
    fake.add_fault(kind="cut", method="POST", when="after")
    assert ansible.playbook(str(play)).status != 0
    assert ansible.playbook(str(play)).status == 0
    assert len(fake.state()["clients"]) == 2


@pytest.mark.parametrize("play", [WITH_US], indirect=True)
def test_the_collection_does_neither(play: Path, ansible: Ansible, fake: FakeCloudflare) -> None:
    predicted = ansible.playbook(str(play), "--check")
    assert predicted.changed == ["Create the client"]
    assert fake.requests(writes_only=True) == []
    runs = [ansible.playbook(str(play), "-v") for _unused in range(2)]
    assert [run.status for run in runs] == [0, 0], runs[0].output
    assert [run.changed for run in runs] == [["Create the client"], []]
    (client,) = fake.state()["clients"]
    (secret,) = minted(fake)
    assert (play.parent / "example_app.secret").read_text() == secret == client["secrets"][0]
    assert secret not in runs[0].output


@pytest.mark.parametrize("play", [WITH_US], indirect=True)
def test_the_collection_tells_that_a_secret_was_lost(play: Path, ansible: Ansible, fake: FakeCloudflare) -> None:
    fake.add_fault(kind="cut", method="POST", when="after")
    run = ansible.playbook(str(play))
    assert run.status != 0
    (client,) = fake.state()["clients"]
    assert client["client_id"] in run.failure
    assert "secret" in run.failure
