# SPDX-License-Identifier: GPL-3.0-or-later
"""A playbook of the collection for a host leaves it a host: later tasks run where the inventory says."""

from __future__ import annotations

from typing import Any

import pytest
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run
from tests.integration.modules import APP, Modules
from tests.integration.publications import MANUAL, Publisher, phase
from tests.integration.servers.ssh_target import SshTarget

Json = Any
# The SSH server sets this variable, so it says where a command runs.
WHERE: dict[str, Json] = {"ansible.builtin.command": "printenv SSH_CONNECTION", "failed_when": False}


def where(run: Run, name: str) -> str:
    return "target" if run.result(name)["rc"] == 0 else "controller"


def imported(ansible: Ansible, playbook: str, variables: dict[str, Json]) -> Run:
    """Run a playbook of the collection for the host target, and a play of the user's after it."""
    plays = [
        {"import_playbook": f"oauthops.iam.{playbook}", "vars": {"oauthops_hosts": "target", **variables}},
        {"hosts": "target", "gather_facts": False, "tasks": [{"name": "later", **WHERE}]},
    ]
    path = ansible.directory / "site.yml"
    path.write_text(yaml.safe_dump(plays, sort_keys=False))
    return ansible.playbook(str(path))


@pytest.mark.parametrize("playbook", ["export", "report"])
def test_a_later_play_runs_on_the_host(
    ansible: Ansible, fake: FakeCloudflare, ssh_target: SshTarget, playbook: str
) -> None:
    Modules(fake).client(**APP)
    export = ansible.directory / "exported.yml"
    variables = {"oauth_client_export_path": str(export), "oauth_client_report_clients": [APP]}
    run = imported(ansible, playbook, variables)
    assert run.status == 0, run.output
    assert where(run, "later") == "target"
    # The playbook itself worked on the controller, which alone has the credential.
    assert export.exists() == (playbook == "export")
    assert len(fake.requests()) > 1


def test_publishing_leaves_the_host_to_tasks_of_the_user(
    ansible: Ansible, fake: FakeCloudflare, ssh_target: SshTarget
) -> None:
    """The task file that publishes the record and later plays run on the host, the rest on the controller."""
    provider = ansible.directory / "dns.yml"
    provider.write_text(yaml.safe_dump([{"name": "of the user", **WHERE, "changed_when": False}]))
    publisher = Publisher(ansible, fake, {**MANUAL, "provider": str(provider), "lookup": "none"})
    run = imported(ansible, "publish", publisher.variables())
    assert phase(run) == "verifying"
    assert (where(run, "of the user"), where(run, "later")) == ("target", "target")
    assert [client["client_name"] for client in fake.state()["clients"]] == ["App"]
