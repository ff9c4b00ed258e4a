# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules on a host that is reached by SSH: what runs there, what is written there, and what is said."""

from __future__ import annotations

import stat
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible
from tests.integration.both_ways.comparing import places, told
from tests.integration.modules import APP, CONFIDENTIAL, Modules
from tests.integration.servers.ssh_target import SshTarget
from tests.integration.shown import yaml_blocks

CLIENT = "oauthops.iam.cloudflare_oauth_client"
INFO = "oauthops.iam.cloudflare_oauth_client_info"
SECRET = "oauthops.iam.cloudflare_oauth_client_secret"
SCOPES = "oauthops.iam.cloudflare_oauth_scope_info"
WAIT = "oauthops.iam.cloudflare_oauth_client_wait"
VAULT = "oauthops.iam.vault_file_key"
KEPT = "oauthops.iam.secret_file_value"
GUIDE = ROOT / "docs/docsite/rst/guide_where_tasks_run.rst"
HERE = ("-e", "ansible_connection=local", "-e", "ansible_python_interpreter='{{ ansible_playbook_python }}'")
Play = dict[str, Any]
Json = Any


def scopes(**task: Json) -> dict[str, Json]:
    return {"name": "scopes", SCOPES: {"name": "dns*"}, **task}


def test_a_module_runs_on_its_target(ansible: Ansible, on_target: Play) -> None:
    run = ansible.play([scopes()], "-vvv", **on_target)
    assert run.status == 0, run.output
    assert places(run) == [False]


def test_results_are_those_of_the_controller_letter_by_letter(
    ansible: Ansible, fake: FakeCloudflare, on_target: Play
) -> None:
    named = {"client_id": "{{ created.oauth_client.client_id }}"}
    tasks = [
        {"name": "create", CLIENT: APP, "register": "created"},
        {"name": "again", CLIENT: APP},
        {"name": "read", INFO: {}},
        {"name": "rename", CLIENT: {**named, "client_name": "{{ '{{' }} Other"}},
        {"name": "wait", WAIT: {**named, "wait_timeout": 0}},
        {"name": "refused", CLIENT: {**APP, "scopes": ["dns.red"]}, "ignore_errors": True},
        {"name": "no such option", CLIENT: {"client_nam": "App"}, "ignore_errors": True},
        {"name": "no such client", SECRET: {"client_name": "Nobody", "state": "rotated"}, "ignore_errors": True},
        {"name": "delete", CLIENT: {**named, "state": "absent"}},
    ]
    there = ansible.play(tasks, "-vvv", "--diff", **on_target)
    fake.reset()
    here = ansible.play(tasks, "-vvv", "--diff", *HERE, **on_target)
    assert (there.status, here.status) == (0, 0), there.output
    assert not any(places(there))
    assert all(places(here))
    # What a module adds where it is refused for its options, and where it failed.
    differing = ("elapsed", "invocation", "exception")
    for one, other in zip(told(here, differing), told(there, differing), strict=True):
        assert one == other


def test_the_environment_of_the_controller_stays_there(ansible: Ansible, fake: FakeCloudflare, on_target: Play) -> None:
    run = ansible.play([scopes()], hosts="target")
    assert run.code == "credential_missing"
    assert fake.requests() == []


def test_a_secret_is_written_on_the_target(
    ansible: Ansible, fake: FakeCloudflare, on_target: Play, ssh_target: SshTarget
) -> None:
    file = ssh_target.home / "secret"
    run = ansible.play([{"name": "create", CLIENT: {**CONFIDENTIAL, "client_secret_file": "~/secret"}}], **on_target)
    assert run.status == 0, run.output
    assert [file.read_text()] == fake.state()["clients"][0]["secrets"]
    assert (stat.S_IMODE(file.stat().st_mode), file.stat().st_uid) == (0o600, ssh_target.home.stat().st_uid)
    assert not (ansible.directory / "home/secret").exists()
    rotate = {"client_name": "App", "state": "rotated", "client_secret_file": "~/secret"}
    ansible.play([{"name": "rotate", SECRET: rotate, "delegate_to": "localhost"}], **on_target)
    assert (ansible.directory / "home/secret").read_text() == fake.state()["clients"][0]["secrets"][-1]


def test_a_secret_is_kept_on_the_target(ansible: Ansible, on_target: Play, ssh_target: SshTarget) -> None:
    kept = {"path": "~/kept.json", "value": {"a": "b"}}
    bare = {"ansible_python_interpreter": str(ssh_target.python("bare"))}
    tasks = [
        {"name": "write", KEPT: kept, "vars": bare},
        {"name": "again", KEPT: kept},
        {"name": "read", KEPT: {"path": "~/kept.json"}, "vars": bare},
    ]
    run = ansible.play(tasks, **on_target)
    assert run.status == 0, run.output
    assert (run.changed, run.result("read")["value"]) == (["write"], {"a": "b"})
    file = ssh_target.home / "kept.json"
    assert (stat.S_IMODE(file.stat().st_mode), file.stat().st_uid) == (0o600, ssh_target.home.stat().st_uid)


def test_what_is_delegated_to_the_controller_runs_in_its_process(ansible: Ansible, on_target: Play) -> None:
    tasks = [scopes(delegate_to="localhost"), scopes(), scopes(delegate_to="target", run_once=True)]
    run = ansible.play(tasks, "-vvv", **on_target)
    assert run.status == 0, run.output
    assert places(run) == [True, False, False]


def test_what_is_delegated_by_the_controller_runs_on_the_target(ansible: Ansible, on_target: Play) -> None:
    run = ansible.play([scopes(delegate_to="target"), scopes()], "-vvv", **{**on_target, "hosts": "localhost"})
    assert run.status == 0, run.output
    assert places(run) == [False, True]


def test_async_on_the_target(ansible: Ansible, on_target: Play, ssh_target: SshTarget) -> None:
    run = ansible.play([scopes(**{"async": 60, "poll": 1})], "-vvv", **on_target)
    assert run.result("scopes").get("oauth_scopes"), run.output


@pytest.mark.parametrize(("module", "library"), [(SCOPES, "requests"), ("oauthops.iam.rfc2136_txt_value", "dnspython")])
def test_a_library_that_the_target_lacks_is_named(
    ansible: Ansible, on_target: Play, ssh_target: SshTarget, module: str, library: str
) -> None:
    params = {} if module == SCOPES else {"name": "a.example.com", "value": "b", "server": "127.0.0.1:9"}
    bare = ("-e", f"ansible_python_interpreter={ssh_target.python('bare')}")
    run = ansible.play([{"name": "lacking", module: params}], *bare, **on_target)
    assert run.code == "requirement_missing"
    assert f"({library})" in run.failure
    assert "bare/bin/python" in run.failure


def test_waiting_is_the_controllers_for_any_target(ansible: Ansible, fake: FakeCloudflare) -> None:
    client_id = Modules(fake).client(**APP).oauth_client["client_id"]
    wait = {"name": "wait", WAIT: {"client_id": client_id, "wait_timeout": 0}}
    run = ansible.play([wait, {**wait, "become": True, "become_user": "nobody"}], "-i", "host.invalid,", hosts="all")
    assert run.status == 0, run.output
    assert [task.result["phase"] for task in run.tasks] == ["incomplete"] * 2


def test_a_vault_file_is_the_controllers_for_any_target(ansible: Ansible, on_target: Play) -> None:
    path = ansible.directory / "vault.yml"
    key = {"path": str(path), "key": "app", "value": {"a": "b"}, "vault_password": "made-up"}
    run = ansible.play([{"name": "store", VAULT: key}], **on_target)
    assert run.changed == ["store"]
    assert path.read_text().startswith("$ANSIBLE_VAULT")


def test_an_export_is_the_controllers_for_any_target(ansible: Ansible, fake: FakeCloudflare, on_target: Play) -> None:
    Modules(fake).client(**APP)
    path = ansible.directory / "oauth_clients.yml"
    role = {"name": "oauthops.iam.oauth_client_export"}
    export = {"name": "export", "ansible.builtin.include_role": role, "vars": {"oauth_client_export_path": str(path)}}
    run = ansible.play([export], **on_target)
    assert run.status == 0, run.output
    assert APP["client_name"] in path.read_text()


def test_the_tasks_of_the_guide(ansible: Ansible, fake: FakeCloudflare, ssh_target: SshTarget) -> None:
    tasks = [task for block in yaml_blocks(GUIDE) for task in block]
    address = {"CLOUDFLARE_BASE_URL": fake.environment["CLOUDFLARE_BASE_URL"]}
    run = ansible.play(tasks, "-vvv", hosts="target", environment=address)
    assert run.status == 0, run.output
    assert places(run) == [True, False]
    assert (ssh_target.home / "example_app.secret").read_text() in fake.state()["minted_secrets"]
