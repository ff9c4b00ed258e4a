# SPDX-License-Identifier: GPL-3.0-or-later
"""Every keyword that a task can have means the same wherever its module runs."""

from __future__ import annotations

import getpass
import re
import time
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.both_ways.comparing import BothWays, places
from tests.integration.modules import APP, CONFIDENTIAL, Modules

CLIENT = "oauthops.iam.cloudflare_oauth_client"
CLIENTS = "oauthops.iam.cloudflare_oauth_clients"
INFO = "oauthops.iam.cloudflare_oauth_client_info"
SECRET = "oauthops.iam.cloudflare_oauth_client_secret"
SCOPES = "oauthops.iam.cloudflare_oauth_scope_info"
HOSTS = ",".join(f"host{number}" for number in range(1, 5)) + ","
LOCAL: dict[str, Any] = {
    "hosts": "all",
    "connection": "local",
    "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
}
TELL: dict[str, Any] = {"name": "told", "ansible.builtin.debug": {"msg": "{{ found }}"}}
Json = Any
Play = dict[str, Any]


def scopes(**task: Json) -> dict[str, Json]:
    return {"name": "scopes", SCOPES: {"name": "dns*"}, **task}


def test_a_loop(both_ways: BothWays) -> None:
    loop = {"loop": ["One", "Two"], "loop_control": {"label": "{{ item[:1] }}", "index_var": "index"}}
    create = {"name": "create", CLIENT: {**APP, "client_name": "App {{ item }}"}, "register": "found", **loop}
    both = both_ways.play([create, TELL])
    assert both.in_process.changed == ["create"]


def test_a_failed_item_does_not_end_its_loop(both_ways: BothWays) -> None:
    tasks = [scopes(**{SCOPES: {"ids": ["{{ item }}"]}, "loop": ["dns.red", "dns.read"], "register": "found"}), TELL]
    tasks[0]["ignore_errors"] = True
    both = both_ways.play(tasks)
    assert [item.get("failed", False) for item in both.in_process.result("told")["msg"]["results"]] == [True, False]


def test_until_and_retries(both_ways: BothWays) -> None:
    both_ways.prepare = lambda: both_ways.fake.add_fault(kind="status", status=403, path="/oauth/scopes", times=1)
    until = {"until": "found is succeeded", "retries": 2, "delay": 0, "register": "found"}
    # What a module that failed adds of its traceback is not in the other result.
    both = both_ways.play([scopes(**until), TELL], differing=("exception",))
    assert both.in_process.result("told")["msg"]["attempts"] == 2


@pytest.mark.parametrize("what", [{"run_once": True}, {"throttle": 1}, {"any_errors_fatal": True}], ids=str)
def test_several_hosts(both_ways: BothWays, what: dict[str, Json]) -> None:
    both = both_ways.play([scopes(register="found", **what), TELL], "-i", HOSTS, "-f", "2", **LOCAL)
    assert len(places(both.in_process)) == (1 if "run_once" in what else 4)


def test_what_fails_for_all_ends_the_play(both_ways: BothWays) -> None:
    failing = scopes(**{SCOPES: {"ids": ["{{ 'no.such' if inventory_hostname == 'host2' else 'dns.read' }}"]}})
    both = both_ways.play([failing, {"name": "after", "ansible.builtin.debug": {}}], "-i", HOSTS, **LOCAL)
    assert {task.host for task in both.in_process.tasks if task.name == "after"} == {"host1", "host3", "host4"}
    both = both_ways.play(
        [{**failing, "any_errors_fatal": True}, {"name": "after", "ansible.builtin.debug": {}}], "-i", HOSTS, **LOCAL
    )
    assert not [task for task in both.in_process.tasks if task.name == "after"]


@pytest.mark.parametrize("strategy", ["free", "host_pinned"])
def test_strategies(both_ways: BothWays, strategy: str) -> None:
    create = {"name": "create", CLIENT: {**APP, "client_name": "App of {{ inventory_hostname }}"}, "register": "found"}
    both_ways.play([create, scopes(), create], "-i", HOSTS, strategy=strategy, **LOCAL)
    assert len(both_ways.fake.state()["clients"]) == 4


def test_delegated_by_a_host_that_is_elsewhere(both_ways: BothWays) -> None:
    """The host itself is never reached: its name is reserved for documentation."""
    tasks = [
        scopes(delegate_to="localhost", register="found"),
        TELL,
        scopes(delegate_to="localhost", delegate_facts=True),
    ]
    both_ways.play(tasks, "-i", "host.invalid,", hosts="all")


def test_defaults_of_the_group_of_modules(both_ways: BothWays) -> None:
    defaults = {"group/oauthops.iam.cloudflare": {"api_token": both_ways.fake.token, "timeout": 7.5}}
    both_ways.ansible.environment["CLOUDFLARE_API_TOKEN"] = ""
    both = both_ways.play([scopes(register="found"), TELL], module_defaults=defaults)
    assert both.in_process.result("scopes")["invocation"]["module_args"]["timeout"] == 7.5
    both_ways.play([scopes()], module_defaults={SCOPES: {"api_token": both_ways.fake.token, "category": "DNS"}})


def test_the_environment_of_a_play_a_block_and_a_task(both_ways: BothWays) -> None:
    both_ways.ansible.environment["CLOUDFLARE_API_TOKEN"] = "of-the-controller"
    token = {"CLOUDFLARE_API_TOKEN": "{{ token }}"}
    block = {"block": [scopes(register="found"), TELL], "environment": token}
    play: Play = {"vars": {"token": both_ways.fake.token}, "environment": {"CLOUDFLARE_API_TOKEN": "of-the-play"}}
    both_ways.play([block, scopes(environment=token), scopes(ignore_errors=True)], **play)
    both_ways.play([scopes()], vars=play["vars"], environment=token)


def test_variables_of_the_task_reach_the_module_as_text(both_ways: BothWays) -> None:
    environment = {"A": 1, "B": True, "C": "", "D": "a 'b' \"c\" $HOME\nÜ", "PROBE": None}
    probe = {"name": "probe", "probe": {"needed": "", "variables": [*environment, "HOME", "UNSET"]}}
    both_ways.play([{**probe, "environment": environment}])


@pytest.mark.parametrize("name", ["PYTHONPATH", "LD_LIBRARY_PATH", "OPENSSL_CONF"])
def test_what_is_read_when_python_starts_needs_a_python_that_starts(both_ways: BothWays, name: str) -> None:
    run = both_ways.handed_over(
        [{"name": "probe", "probe": {"needed": "", "variables": [name]}}], environment={name: ""}
    )
    assert run.result("probe")["seen"] == {name: ""}


def test_nothing_of_one_item_is_left_for_the_next(both_ways: BothWays) -> None:
    probe = {
        "name": "probe",
        "probe": {
            "needed": "",
            "variables": ["ONLY_FOR", "PROBE_WAS_HERE"],
            "change": True,
            "warning": "a warning for {{ item }}",
            "text": "{{ lookup('pipe', 'pwd') }} {{ lookup('env', 'PROBE_WAS_HERE') }}",
        },
        "environment": "{{ {'ONLY_FOR': item} if item == 'one' else {} }}",
        "loop": ["one", "two"],
        "register": "found",
    }
    both = both_ways.play([probe, TELL])
    first, second = both.in_process.result("told")["msg"]["results"]
    assert first["seen"] == {"ONLY_FOR": "one", "PROBE_WAS_HERE": None}
    assert second["seen"] == {"ONLY_FOR": None, "PROBE_WAS_HERE": None}
    assert (first["directory"], first["text"]) == (second["directory"], second["text"])
    assert "one" not in str(second.get("warnings", ""))


def test_the_directory_is_that_of_the_playbook(both_ways: BothWays) -> None:
    both = both_ways.play([{"name": "probe", "probe": {"needed": ""}}])
    assert both.in_process.result("probe")["directory"] == str(both_ways.ansible.directory)


@pytest.mark.parametrize("options", [("--check",), ("--diff",), ("--check", "--diff")], ids=" ".join)
def test_check_mode_and_diffs(both_ways: BothWays, options: tuple[str, ...]) -> None:
    fake = both_ways.fake
    both_ways.prepare = lambda: Modules(fake).client(**{**APP, "client_name": "Old"})
    tasks = [
        {"name": "create", CLIENT: APP, "register": "found"},
        {"name": "update", CLIENT: {**APP, "client_name": "Old", "tos_uri": "https://app.example.com/tos"}},
        {"name": "delete", CLIENT: {"client_name": "Old", "state": "absent"}, "diff": False},
        {"name": "pretend", CLIENT: {**APP, "client_name": "New"}, "check_mode": True},
        TELL,
    ]
    both = both_ways.play(tasks, *options)
    assert both.in_process.changed == ["create", "update", "delete", "pretend"]
    assert bool(fake.requests(writes_only=True)[1:]) == ("--check" not in options)


def test_no_log(both_ways: BothWays) -> None:
    both_ways.prepare = lambda: Modules(both_ways.fake).client(**CONFIDENTIAL, return_client_secret=True)
    tasks = [
        {
            "name": "hidden",
            SECRET: {"client_name": "App", "state": "rotated", "return_client_secret": True},
            "no_log": True,
        },
        scopes(**{SCOPES: {"api_token": "{{ token }}", "name": "x{{ token }}x"}}),
        scopes(**{SCOPES: {"api_token": "of-another-account"}, "ignore_errors": True, "register": "found"}),
        TELL,
        {
            "name": "probe",
            "probe": {"needed": "", "password": "{{ token }}", "text": "a {{ token }}", "warning": "none"},
        },
    ]
    tasks.append({**tasks[-1], "probe": {**tasks[-1]["probe"], "level": 2}, "ignore_errors": True})
    both = both_ways.play(tasks, vars={"token": both_ways.fake.token})
    assert "censored" in both.in_process.result("hidden")
    for run in both.runs:
        assert both_ways.fake.token not in run.output
        assert both_ways.fake.state()["minted_secrets"][-1] not in run.output


def test_a_variable_that_is_encrypted(both_ways: BothWays, fake: FakeCloudflare) -> None:
    password = both_ways.ansible.directory / "password"
    password.write_text("of the vault")
    encrypt = ("ansible-vault", "encrypt_string", "--vault-password-file", str(password), "--name", "sealed", "Sealed")
    written = both_ways.ansible.command(*encrypt).output
    variables = both_ways.ansible.directory / "variables.yml"
    variables.write_text(written.replace("Encryption successful", ""))
    tasks = [{"name": "create", CLIENT: {**APP, "client_name": "{{ sealed }}"}}, {"name": "raw", CLIENT: "{{ app }}"}]
    options = ("--vault-password-file", str(password), "-e", f"@{variables}")
    both_ways.play(tasks, *options, vars={"app": {**APP, "client_name": "{{ sealed }}"}})
    assert [client["client_name"] for client in fake.state()["clients"]] == ["Sealed"]


def test_async_is_handed_over(both_ways: BothWays) -> None:
    run = both_ways.handed_over([scopes(**{"async": 60, "poll": 1, "register": "found"}), TELL])
    assert run.status == 0, run.output
    waiting: Play = {"name": "later", "ansible.builtin.async_status": {"jid": "{{ found.ansible_job_id }}"}}
    waiting |= {"register": "later", "until": "later is finished", "retries": 50, "delay": 0.2}
    run = both_ways.handed_over([scopes(**{"async": 60, "poll": 0, "register": "found"}), waiting])
    assert run.result("later")["oauth_scopes"]


def test_the_keyword_timeout_ends_a_task_in_time(both_ways: BothWays) -> None:
    both_ways.prepare = lambda: both_ways.fake.add_fault(kind="slow", path="/oauth/scopes", seconds=60, times=0)
    began = time.monotonic()
    # The process of a module outlives its task, and is not to ask again during a later test.
    waiting = scopes(**{SCOPES: {"retry_timeout": 0}}, timeout=2, ignore_errors=True)
    both = both_ways.play([waiting, {"name": "after", "ansible.builtin.debug": {}}])
    assert time.monotonic() - began < 60
    for run in both.runs:
        assert re.search(r"\b2\b", run.result("scopes")["msg"])


def test_a_secret_that_is_being_minted_is_delivered_before_the_task_times_out(both_ways: BothWays) -> None:
    fake, directory = both_ways.fake, both_ways.ansible.directory
    both_ways.prepare = lambda: fake.add_fault(kind="slow", method="POST", path="/oauth_clients$", seconds=3, times=0)
    one = {CLIENT: {**CONFIDENTIAL, "client_secret_file": str(directory / "secret")}}
    described = [{**CONFIDENTIAL, "client_name": name} for name in ("One", "Two")]
    many = {CLIENTS: {"clients": described, "client_secret_dir": str(directory)}}
    for task in (one, many):
        run = both_ways.once(True, [{"name": "create", **task, "timeout": 1}])
        assert places(run) == [True]
        assert run.status != 0
        minted = set(fake.state()["minted_secrets"])
        assert minted
        assert minted <= {path.read_text() for path in directory.iterdir() if path.is_file()}


def test_short_names(both_ways: BothWays) -> None:
    both_ways.play([{"name": "short", "cloudflare_oauth_scope_info": {"name": "dns*"}}], collections=["oauthops.iam"])


@pytest.mark.parametrize("way", ["true", "false"])
def test_ad_hoc(both_ways: BothWays, way: str) -> None:
    run = both_ways.ansible.adhoc(SCOPES, "name=dns*", "-vvv", OAUTHOPS_IN_PROCESS=way)
    assert places(run) == [way == "true"]
    assert '"id": "dns.write"' in run.output


def test_what_is_asked_while_waiting_runs_there_too(both_ways: BothWays) -> None:
    both_ways.prepare = lambda: Modules(both_ways.fake).client(**APP)
    tasks = [
        {"name": "all", INFO: {}, "register": "all"},
        {
            "name": "wait",
            "oauthops.iam.cloudflare_oauth_client_wait": {
                "client_id": "{{ all.oauth_clients[0].client_id }}",
                "wait_timeout": 0,
            },
        },
    ]
    assert both_ways.play(tasks, differing=("elapsed",)).in_process.status == 0


def test_become(both_ways: BothWays) -> None:
    probe = {"name": "probe", "probe": {"needed": "", "variables": ["BECAME"]}, "become_method": "pretended"}
    # What is piped needs no file that somebody else could read.
    both_ways.ansible.environment["ANSIBLE_PIPELINING"] = "true"
    me = getpass.getuser()
    both_ways.play([{**probe, "become": True, "become_user": me}, {**probe, "become": False, "become_user": "nobody"}])
    run = both_ways.handed_over([{**probe, "become": True, "become_user": "somebody"}])
    assert run.result("probe")["seen"] == {"BECAME": "somebody"}
    both_ways.ansible.environment["ANSIBLE_BECOME_ALLOW_SAME_USER"] = "true"
    run = both_ways.handed_over([probe], become=True, become_user=me)
    assert run.result("probe")["seen"] == {"BECAME": me}
