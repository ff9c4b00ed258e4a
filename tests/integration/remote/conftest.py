# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible
from tests.integration.servers.ssh_target import SshTarget


@pytest.fixture(scope="session")
def ssh_target_process() -> Iterator[SshTarget]:
    with SshTarget() as target:
        yield target


@pytest.fixture(scope="session")
def inventory(ssh_target_process: SshTarget, tmp_path_factory: pytest.TempPathFactory) -> Path:
    file = tmp_path_factory.mktemp("inventory") / "inventory.json"
    file.write_text(json.dumps(ssh_target_process.inventory))
    return file


@pytest.fixture
def ssh_target(ssh_target_process: SshTarget, inventory: Path, ansible: Ansible) -> SshTarget:
    """The host `target`, in the inventory that Ansible uses."""
    ansible.environment["ANSIBLE_INVENTORY"] = str(inventory)
    return ssh_target_process


@pytest.fixture
def on_target(ssh_target: SshTarget, fake: FakeCloudflare) -> dict[str, object]:
    """Keywords of a play whose tasks run on the target, which knows nothing of the controller's environment."""
    return {"hosts": "target", "environment": fake.environment}


@pytest.fixture(autouse=True)
def usual_place(ansible: Ansible) -> None:
    """These tests say themselves what runs in Ansible's own process, with any setting of the others."""
    ansible.environment["OAUTHOPS_IN_PROCESS"] = "true"
