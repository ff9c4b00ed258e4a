# SPDX-License-Identifier: GPL-3.0-or-later
"""However a module ends, well or as no module should, the task's result is the same."""

from __future__ import annotations

import sys
from typing import Any

import pytest

from tests.integration.ansible_runs import ANSIBLE_BIN, BIN
from tests.integration.both_ways.comparing import BothWays, places
from tests.integration.modules import APP, CONFIDENTIAL, PUBLISHABLE, Modules

CLIENT = "oauthops.iam.cloudflare_oauth_client"
CLIENTS = "oauthops.iam.cloudflare_oauth_clients"
INFO = "oauthops.iam.cloudflare_oauth_client_info"
SECRET = "oauthops.iam.cloudflare_oauth_client_secret"
SCOPES = "oauthops.iam.cloudflare_oauth_scope_info"
RECORD = "oauthops.iam.cloudflare_oauth_domain_record"
LOOKUP = "oauthops.iam.dns_txt_info"
UPDATE = "oauthops.iam.rfc2136_txt_value"
SECRET_IN_A_FILE = "oauthops.iam.secret_file_value"
CREATE = {"name": "create", CLIENT: APP}
TELL = {"name": "told", "ansible.builtin.debug": {"msg": "{{ found }}"}}
AFTER = {"name": "after", "ansible.builtin.debug": {}}
NOBODY = "127.0.0.1:9"
Json = Any
# What a task that is refused for its parameters does not show in Ansible's own process.
OF_A_MODULE = ("invocation", "exception")

# Parameters that a module refuses, or that Cloudflare or a name server does.
REFUSED: list[tuple[str, dict[str, Json]]] = [
    (CLIENT, {}),
    (CLIENT, {"client_nam": "App"}),
    (CLIENT, {"client_name": "App", "state": "gone"}),
    (CLIENT, {**APP, "redirect_uris": ["not a URI"]}),
    (CLIENT, {**APP, "scopes": ["dns.red"]}),
    (CLIENT, {**APP, "visibility": "public"}),
    (CLIENT, {**CONFIDENTIAL, "client_secret_file": "/no/such/directory/secret"}),
    (CLIENT, {**CONFIDENTIAL, "client_secret_file": "relative"}),
    (INFO, {"has_rotated_secret": "perhaps"}),
    (INFO, {"timeout": "later"}),
    (INFO, {"timeout": 0}),
    (INFO, {"api_token": "made-up"}),
    (INFO, {"api_url": "http://example.com"}),
    (INFO, {"api_url": f"http://{NOBODY}", "retry_timeout": 0}),
    (SECRET, {"client_name": "App"}),
    (SECRET, {"client_name": "Nobody", "state": "finalized"}),
    (SCOPES, {"ids": ["dns:read", "no.such"]}),
    (RECORD, {"value": "cloudflare_oauth_client_publisher=made-up"}),
    (RECORD, {"value": "cloudflare_oauth_client_publisher=made-up", "host": "app.example.invalid"}),
    (LOOKUP, {"name": "-"}),
    (LOOKUP, {"servers": [NOBODY]}),
    (SECRET_IN_A_FILE, {}),
    (SECRET_IN_A_FILE, {"path": "relative"}),
    (SECRET_IN_A_FILE, {"path": "/"}),
    (SECRET_IN_A_FILE, {"path": "/no/such/directory/file", "value": {"a": "b"}}),
]
REFUSED_WITH_A_LIBRARY: list[tuple[str, dict[str, Json]]] = [
    (UPDATE, {"name": "app.example.com"}),
    (UPDATE, {"name": "app.example.com", "value": "made-up", "server": NOBODY}),
]


def probe(**params: Json) -> dict[str, Json]:
    return {"name": "probe", "probe": {"needed": "", **params}, "ignore_errors": True, "register": "found"}


def test_what_is_refused_is_refused_in_the_same_words(both_ways: BothWays) -> None:
    # Another ansible-core that is tested may have no library but requests.
    refused = [*REFUSED, *(REFUSED_WITH_A_LIBRARY if ANSIBLE_BIN == BIN else ())]
    tasks = [
        {"name": f"refused {number}", module: params, "ignore_errors": True}
        for number, (module, params) in enumerate(refused)
    ]
    run = both_ways.play(tasks, differing=OF_A_MODULE).in_process
    assert {task.status for task in run.tasks} == {"ignored"}
    assert all(task.result["msg"] for task in run.tasks)


def test_a_whole_life_of_a_client(both_ways: BothWays) -> None:
    target = {"client_name": "App", "client_secret_file": str(both_ways.ansible.directory / "secret")}
    named = {"client_id": "{{ created.oauth_client.client_id }}"}
    tasks = [
        {"name": "create", CLIENT: {**PUBLISHABLE, **CONFIDENTIAL, **target}, "register": "created"},
        {"name": "again", CLIENT: {**CONFIDENTIAL, **target}},
        {"name": "read", INFO: {}},
        {"name": "rotate", SECRET: {**target, "state": "rotated"}},
        {"name": "rotate again", SECRET: {**target, "state": "rotated"}},
        {"name": "finalize", SECRET: {**named, "state": "finalized"}},
        {"name": "rename", CLIENT: {**named, "client_name": "Other", "tos_uri": "https://app.example.com/tos"}},
        {"name": "record", RECORD: {"host": "app.example.com", "value": "cloudflare_oauth_client_publisher=made-up"}},
        {"name": "delete", CLIENT: {**named, "state": "absent"}},
    ]
    run = both_ways.play(tasks, "--diff").in_process
    assert run.changed == ["create", "rotate", "finalize", "rename", "record", "delete"]


def test_many_clients_in_one_task(both_ways: BothWays) -> None:
    apps = [{**APP, "client_name": f"App {number}"} for number in range(3)]
    apps[1]["scopes"] = ["dns.red"]
    tasks = [
        {"name": "predicted", CLIENTS: {"clients": apps}, "check_mode": True, "ignore_errors": True},
        {"name": "some", CLIENTS: {"clients": apps, "concurrency": 1}, "ignore_errors": True},
        {"name": "none", CLIENTS: {"clients": []}, "ignore_errors": True},
        {"name": "misnamed", CLIENTS: {"clients": [{"client": "App"}]}, "ignore_errors": True},
        {"name": "missing", CLIENTS: {"definitions_file": "missing.yml"}, "ignore_errors": True},
        {"name": "neither", CLIENTS: {"prune": True}, "ignore_errors": True},
        {"name": "read", INFO: {}},
    ]
    run = both_ways.play(tasks, "--diff", differing=OF_A_MODULE).in_process
    assert len(run.result("read")["oauth_clients"]) == 2


def test_a_secret_in_a_file(both_ways: BothWays) -> None:
    file = both_ways.ansible.directory / "kept.json"
    both_ways.prepare = lambda: file.unlink(missing_ok=True)
    kept = {"path": str(file), "value": {"name": "{{ '{{' }} Ünï", "number": 1}}
    tasks = [
        {"name": "predict", SECRET_IN_A_FILE: kept, "check_mode": True},
        {"name": "write", SECRET_IN_A_FILE: kept},
        {"name": "again", SECRET_IN_A_FILE: kept},
        {"name": "read", SECRET_IN_A_FILE: {"path": str(file)}, "register": "found"},
        TELL,
        {"name": "nobody", SECRET_IN_A_FILE: {**kept, "owner": "no-such-one"}, "ignore_errors": True},
        {"name": "told on", SECRET_IN_A_FILE: {**kept, "value": "sekret"}, "ignore_errors": True},
    ]
    run = both_ways.play(tasks, differing=OF_A_MODULE).in_process
    assert run.changed == ["predict", "write"]
    assert run.result("told")["msg"]["value"] == {"name": "{{ Ünï", "number": 1}


def test_what_was_waited_for(both_ways: BothWays) -> None:
    both_ways.prepare = lambda: both_ways.fake.add_fault(kind="status", status=503, path="/oauth/scopes")
    both = both_ways.play([{"name": "scopes", SCOPES: {}}], differing=("waited",))
    for run in both.runs:
        assert len(run.result("scopes")["waited"]) == 1


def test_warnings_of_a_module(both_ways: BothWays) -> None:
    found = {"name": "update", CLIENT: {**APP, "tos_uri": "https://app.example.com/tos", "retry_timeout": 0}}
    both_ways.fake.set_variant(clear_uri="ignore")
    both = both_ways.play([probe(warning="one", text="two"), CREATE, found, TELL])
    for run in both.runs:
        assert "[WARNING]: one" in run.output


@pytest.mark.parametrize(
    "name", ["{{ 1 + 1 }}", "{% raw %}", "{{ lookup('pipe', 'id') }}", "{# #}", "Ünï \u2028 ✓ \\ \"'"]
)
def test_a_name_stays_text(both_ways: BothWays, name: str) -> None:
    named = {**APP, "client_name": name}
    both_ways.prepare = lambda: Modules(both_ways.fake).client(**named)
    tasks = [
        {"name": "read", INFO: {}, "register": "found"},
        TELL,
        {
            "name": "told again",
            "ansible.builtin.debug": {"msg": "{{ found.oauth_clients[0].client_name }}"},
        },
        {"name": "again", CLIENT: "{{ found.oauth_clients[0].definition }}"},
    ]
    run = both_ways.play(tasks).in_process
    assert run.result("told again")["msg"] == name
    assert run.changed == []


def test_options_are_checked_in_the_same_words(both_ways: BothWays) -> None:
    tasks = [
        {"name": "missing", "probe": {}, "ignore_errors": True},
        probe(unknown=1),
        probe(level=3),
        probe(level="many"),
        probe(text="alone"),
        probe(variables={"a": {"b": 1}}),
        probe(level=2, text="it failed", warning="and warned"),
    ]
    both_ways.play(tasks, differing=OF_A_MODULE)


@pytest.mark.parametrize("verbose", ["", "error"])
@pytest.mark.parametrize("how", ["exception", "recursion", "memory"])
def test_a_fault_that_nobody_expected_fails_the_task_alone(both_ways: BothWays, how: str, verbose: str) -> None:
    both_ways.ansible.environment["ANSIBLE_DISPLAY_TRACEBACK"] = verbose or "never"
    differing = OF_A_MODULE
    both = both_ways.play([probe(how=how), {"name": "next", "probe": {"needed": ""}}, AFTER], differing=differing)
    for run in both.runs:
        assert [task.status for task in run.tasks] == ["ignored", "ok", "ok"]
        assert run.status == 0


@pytest.mark.parametrize("how", ["text", "status", "nothing"])
def test_a_module_that_prints_no_result_fails_the_task_alone(both_ways: BothWays, how: str) -> None:
    both = both_ways.play([probe(how=how), TELL, AFTER])
    assert [task.status for task in both.in_process.tasks] == ["ignored", "ok", "ok"]


@pytest.mark.parametrize("how", ["noise", "python warning"])
def test_what_a_library_prints_harms_nothing(both_ways: BothWays, how: str) -> None:
    both = both_ways.play([probe(how=how), TELL])
    assert [task.status for task in both.in_process.tasks] == ["ok", "ok"]


def test_one_host_that_fails_leaves_the_others(both_ways: BothWays) -> None:
    failing = {"name": "probe", "probe": {"needed": "", "how": "{{ 'exception' if ansible_host == 'b' else omit }}"}}
    local = {
        "hosts": "all",
        "connection": "local",
        "vars": {"ansible_python_interpreter": "{{ ansible_playbook_python }}"},
    }
    both = both_ways.play([failing, AFTER], "-i", "a,b,c,", differing=OF_A_MODULE, **local)
    assert sorted(task.host for task in both.in_process.tasks if task.name == "after") == ["a", "c"]


def interpreters() -> list[str]:
    return ["{{ ansible_playbook_python }}", "auto", "auto_silent", str(ANSIBLE_BIN / "python")]


@pytest.mark.parametrize("python", interpreters())
def test_the_python_that_is_ansibles_or_nobodys_choice(both_ways: BothWays, python: str) -> None:
    run = both_ways.once(
        True, [{"name": "probe", "probe": {"needed": ""}}], vars={"ansible_python_interpreter": python}
    )
    assert places(run) == [True]
    assert run.status == 0


def test_a_python_that_was_named_is_used(both_ways: BothWays) -> None:
    named = {"ansible_python_interpreter": sys.base_prefix + "/bin/python3"}
    assert both_ways.handed_over([{"name": "probe", "probe": {"needed": ""}}], vars=named).status == 0
    both_ways.ansible.environment["ANSIBLE_PYTHON_INTERPRETER"] = named["ansible_python_interpreter"]
    local = {"hosts": "all", "connection": "local"}
    assert both_ways.handed_over([{"name": "probe", "probe": {"needed": ""}}], "-i", "a,", **local).status == 0


def test_the_switch_is_a_variable_too(both_ways: BothWays) -> None:
    task: dict[str, Json] = {"name": "probe", "probe": {"needed": ""}}
    both_ways.handed_over([task], vars={"oauthops_in_process": False})
    both_ways.handed_over([{**task, "vars": {"oauthops_in_process": "{{ 'no' }}"}}])
    both_ways.handed_over(
        [{**task, "delegate_to": "localhost"}], "-e", "oauthops_in_process=false", "-i", "a,", hosts="a"
    )
