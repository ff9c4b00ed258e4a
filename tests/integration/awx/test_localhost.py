# SPDX-License-Identifier: GPL-3.0-or-later
"""For any entry of localhost in an inventory, the playbooks stay there, with the Python that ansible-core runs with."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ANSIBLE_BIN, ROOT, Ansible
from tests.integration.awx.setting_up import PROJECT, with_awx
from tests.integration.modules import APP, PUBLISHABLE
from tests.integration.rehearsal import Rehearsal
from tests.integration.servers.awx.server import Awx
from tests.integration.thorough import thorough

LOCAL = "localhost ansible_connection=local"
INVENTORIES = {
    "empty": "",
    "bare": "localhost",
    "local": LOCAL,
    "own-python": LOCAL + ' ansible_python_interpreter="{{ ansible_playbook_python }}"',
    "other-python": LOCAL + " ansible_python_interpreter=/usr/bin/python3",
}
# How Ansible shows at -vvv what it starts for a module.
STARTED = re.compile(r"EXEC .*?'(\S+) \S*AnsiballZ_")
Json = Any
Variables = Callable[[Ansible, FakeCloudflare], AbstractContextManager[dict[str, Json]]]


@contextmanager
def export(ansible: Ansible, fake: FakeCloudflare) -> Iterator[dict[str, Json]]:
    yield {"oauth_client_export_path": str(ansible.directory / "exported.yml")}


@contextmanager
def publish(ansible: Ansible, fake: FakeCloudflare) -> Iterator[dict[str, Json]]:
    yield {
        "oauth_client_publish_client": PUBLISHABLE,
        "oauth_client_publish_dns": {"lookup_servers": [fake.dns_address]},
    }


@contextmanager
def report(ansible: Ansible, fake: FakeCloudflare) -> Iterator[dict[str, Json]]:
    given = {"clients": [APP], "html_file": str(ansible.directory / "report.html"), "fail_on": []}
    yield {f"oauth_client_report_{name}": value for name, value in given.items()}


@contextmanager
def rotate(ansible: Ansible, fake: FakeCloudflare) -> Iterator[dict[str, Json]]:
    """With a secret that is not due, and a store that is in the controller: others are where the inventory says."""
    rehearsal = Rehearsal(ansible, fake)
    place = {"path": str(ansible.directory / "secrets.yml"), "key": "app", "vault_password": "hunter-2"}
    kept = ansible.play([{"oauthops.iam.vault_file_key": {**place, "value": rehearsal.stored()}}])
    assert kept.status == 0, kept.output
    store = {"type": "vault_file", **place}
    with rehearsal.application:
        yield {**rehearsal.variables, "oauth_client_rotate_max_age": "9999w", "oauth_client_rotate_store": store}


@contextmanager
def awx_poll(ansible: Ansible, fake: FakeCloudflare) -> Iterator[dict[str, Json]]:
    """With a workflow that waits, so that both Cloudflare and the controller are asked."""
    with Awx() as awx:
        with_awx(ansible, awx)
        awx.tables.add("job_templates", {"name": "Cloudflare OAuth publish"})
        awx.tables.add("workflow_job_templates", {"name": "Cloudflare OAuth publish over days"})
        workflow = awx.tables.add("workflow_jobs", {"name": "publish"})
        approval = {"name": "Cloudflare OAuth: the domain is verified", "workflow_job": workflow["id"]}
        awx.tables.add("workflow_approvals", approval)
        yield {}


@contextmanager
def awx_setup(ansible: Ansible, fake: FakeCloudflare) -> Iterator[dict[str, Json]]:
    with Awx() as awx:
        with_awx(ansible, awx)
        yield PROJECT


PLAYBOOKS: tuple[Variables, ...] = (awx_poll, awx_setup, export, publish, report, rotate)
# In check mode it starts the same modules, though not as many.
OPTIONS = {"awx_setup": ("--check",)}
# They start no module: their actions always work in the controller.
IN_CONTROLLER = {"export", "publish", "report", "rotate"}
# What is no task of a job.
NONE_OF_A_JOB = {"demo"}


@pytest.fixture
def outside(ansible: Ansible) -> Ansible:
    """Ansible as in an image where it has a place of its own: the Python that is found by its name is another.

    Each module is a process, so that all of them show which Python they are started with.
    """
    commands = ansible.directory / "bin"
    commands.mkdir()
    (commands / "ansible-playbook").symlink_to(ANSIBLE_BIN / "ansible-playbook")
    ansible.environment.update(PATH=f"{commands}:/usr/bin:/bin", OAUTHOPS_IN_PROCESS="false")
    return ansible


ROWS = ["empty", *thorough("own-python", "bare", "local", "other-python")]


@pytest.mark.parametrize("inventory", ROWS)
@pytest.mark.parametrize("playbook", PLAYBOOKS)
def test_a_playbook_ends_well_with_any_inventory(
    outside: Ansible, fake: FakeCloudflare, playbook: Variables, inventory: str
) -> None:
    hosts = outside.directory / "hosts"
    hosts.write_text(INVENTORIES[inventory] + "\n")
    with playbook(outside, fake) as variables:
        options = ("-vvv", "-i", str(hosts), *OPTIONS.get(playbook.__name__, ()))
        run = outside.playbook(f"oauthops.iam.{playbook.__name__}", *options, extra=variables)
    assert run.status == 0, run.output
    started = {str(Path(python).parent) for python in STARTED.findall(run.output)}
    assert started == (set() if playbook.__name__ in IN_CONTROLLER else {str(ANSIBLE_BIN)})


def test_every_playbook_is_tried() -> None:
    shipped = {path.stem for path in (ROOT / "playbooks").glob("*.yml")}
    assert shipped - NONE_OF_A_JOB == {playbook.__name__ for playbook in PLAYBOOKS}


def test_the_python_that_is_found_by_its_name_is_another(outside: Ansible) -> None:
    """Otherwise the inventories would show nothing."""
    found = shutil.which("python3", path=outside.environment["PATH"])
    assert found
    assert Path(found).parent != ANSIBLE_BIN
    hosts = outside.directory / "hosts"
    hosts.write_text(LOCAL + "\n")
    run = outside.play([{"ansible.builtin.ping": {}}], "-vvv", "-i", str(hosts))
    assert run.status == 0, run.output
    assert str(ANSIBLE_BIN) not in {str(Path(python).parent) for python in STARTED.findall(run.output)}
