# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that is forked from a process which has loaded ansible-core is as one that is started from nothing."""

from __future__ import annotations

import pytest

from tests.integration import ansible_runs
from tests.integration.ansible_runs import Ansible, Run
from tests.integration.warm.client import FEW

ENVIRONMENT = (
    "{{ lookup('ansible.builtin.env', 'HOME', 'TZ', 'OWN', 'PATH') }} {{ lookup('ansible.builtin.pipe', 'pwd') }}"
)
TASKS = [
    {"name": "environment", "ansible.builtin.debug": {"msg": ENVIRONMENT}},
    {
        "name": "configuration",
        "ansible.builtin.debug": {"msg": "{{ lookup('ansible.builtin.config', 'ACTION_WARNINGS') }}"},
    },
    {"name": "beside the playbook", "ansible.builtin.debug": {"msg": "{{ own_variable | own_filter }}"}},
    {"name": "process", "ansible.builtin.command": "true", "changed_when": False},
    {"name": "failure", "ansible.builtin.fail": {"msg": "as asked"}},
]
FILTER = """
class FilterModule:
    def filters(self):
        return {"own_filter": lambda value: value + ", filtered"}
"""


def comparable(run: Run) -> tuple[object, ...]:
    return run.status, run.output, [(task.name, task.status, task.result.get("msg")) for task in run.tasks]


@pytest.fixture
def ansible(ansible: Ansible) -> Ansible:
    """With a variable and a plugin beside the playbook, which no process can have loaded before."""
    for name, text in {"group_vars/all.yml": "own_variable: read", "filter_plugins/own.py": FILTER}.items():
        file = ansible.directory / name
        file.parent.mkdir()
        file.write_text(text)
    return ansible


def test_both_say_and_do_the_same(ansible: Ansible, monkeypatch: pytest.MonkeyPatch) -> None:
    ansible.environment |= {"OWN": "set here", "TZ": "Asia/Tokyo"}
    forked = ansible.play(TASKS, "--diff")
    assert (forked.status, forked.failure) == (2, "as asked")
    assert forked.result("beside the playbook")["msg"] == "read, filtered"
    monkeypatch.setattr(ansible_runs, "WARM", False)
    assert comparable(ansible.play(TASKS, "--diff")) == comparable(forked)


@pytest.mark.parametrize("where", ["environment", "file"])
def test_a_run_with_a_configuration_of_its_own_reads_it(ansible: Ansible, where: str) -> None:
    assert ansible.play(TASKS).result("configuration")["msg"] is True
    if where == "file":
        (ansible.directory / "ansible.cfg").write_text("[defaults]\naction_warnings = false\n")
    else:
        ansible.environment["ANSIBLE_ACTION_WARNINGS"] = "false"
    # After a few runs with the same settings, but for files, a process that has loaded them is forked.
    for _again in range(FEW + 1 if where == "environment" else 1):
        assert ansible.play(TASKS).result("configuration")["msg"] is False
