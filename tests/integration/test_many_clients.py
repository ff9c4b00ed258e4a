# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients in one task, with threads that really run at once."""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
import yaml
from requests import PreparedRequest, Response
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import PACE
from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run
from tests.integration.modules import APP, CONFIDENTIAL, Modules

CLIENTS = "oauthops.iam.cloudflare_oauth_clients"
MANY = 40


def apps(number: int = MANY, **more: Any) -> list[dict[str, Any]]:
    return [{**APP, "client_name": f"App {index}", **more} for index in range(number)]


def changed(clients: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{**client, "tos_uri": "https://app.example.com/terms"} for client in clients]


def names(fake: FakeCloudflare) -> list[str]:
    return sorted(client["client_name"] for client in fake.state()["clients"])


@pytest.fixture
def account(fake: FakeCloudflare) -> FakeCloudflare:
    """An account with many clients, and nothing in the journal."""
    assert not Modules(fake).run("clients", clients=apps()).failed
    fake.clear_journal()
    return fake


def test_every_client_is_created_once_and_then_left_alone(fake: FakeCloudflare) -> None:
    first = Modules(fake).run("clients", clients=apps())
    assert (first.failed, first.changed) == (False, True)
    assert [each["client_name"] for each in first.oauth_clients] == [each["client_name"] for each in apps()]
    assert names(fake) == sorted(each["client_name"] for each in apps())
    fake.clear_journal()
    again = Modules(fake).run("clients", clients=apps())
    assert (again.failed, again.changed) == (False, False)
    assert fake.requests(writes_only=True) == []


@pytest.mark.parametrize("concurrency", [1, 8])
def test_requests_are_under_way_at_once_but_not_more_than_asked_for(
    account: FakeCloudflare, monkeypatch: pytest.MonkeyPatch, concurrency: int
) -> None:
    account.add_fault(kind="slow", method="PATCH", seconds=0.2, times=0)
    under_way: list[object] = []
    most = []
    send = HTTPAdapter.send

    def counted(self: HTTPAdapter, request: PreparedRequest, *more: Any, **options: Any) -> Response:
        under_way.append(request)
        most.append(len(under_way))
        try:
            return send(self, request, *more, **options)
        finally:
            under_way.remove(request)

    monkeypatch.setattr(HTTPAdapter, "send", counted)
    assert Modules(account).run("clients", clients=changed(apps()[:24]), concurrency=concurrency).changed
    assert max(most) <= concurrency
    assert (max(most) > 1) == (concurrency > 1)


def test_connections_are_kept(account: FakeCloudflare, monkeypatch: pytest.MonkeyPatch) -> None:
    """One for the listing and one for each thread, however many requests there are."""
    connected: list[object] = []
    connect = HTTPConnection.connect

    def counted(self: HTTPConnection) -> None:
        connected.append(self)
        connect(self)

    monkeypatch.setattr(HTTPConnection, "connect", counted)
    assert Modules(account).run("clients", clients=changed(apps()), concurrency=4).changed
    assert len(account.requests()) > MANY
    assert 2 <= len(connected) <= 5


def test_the_rate_limit_is_not_exceeded_by_many_at_once(account: FakeCloudflare) -> None:
    account.advance_clock(3600)
    account.set_variant(rate_limit=30, rate_window=4)
    result = Modules(account, retry_timeout=60).run("clients", clients=changed(apps()), concurrency=8)
    assert not result.failed, result.msg
    assert Counter(entry["status"] for entry in account.journal()) == {200: len(account.journal())}
    assert any(PACE in line for line in result.waited)


def test_a_fault_of_one_is_told_and_the_others_are_done(account: FakeCloudflare) -> None:
    doomed = account.state()["clients"][7]
    account.add_fault(kind="status", status=400, method="PATCH", path=doomed["client_id"], times=0)
    result = Modules(account).run("clients", clients=changed(apps()))
    assert result.code == "clients_failed"
    failed = [each["client_name"] for each in result.oauth_clients if each["failed"]]
    assert failed == [doomed["client_name"]]
    assert sum(each["changed"] for each in result.oauth_clients) == MANY - 1


def test_lost_answers_here_and_there_are_made_good(account: FakeCloudflare) -> None:
    account.add_fault(kind="cut", when="after", method="PATCH", times=5)
    account.add_fault(kind="status", status=429, method="PATCH", headers={"retry-after": "1"}, times=5)
    result = Modules(account, retry_timeout=60).run("clients", clients=changed(apps()))
    assert not result.failed, result.msg
    assert all(client["tos_uri"] for client in account.state()["clients"])


def test_a_network_that_is_gone_ends_the_task_within_seconds(account: FakeCloudflare) -> None:
    account.add_fault(kind="slow", method="PATCH", seconds=30, times=0)
    started = time.monotonic()
    modules = Modules(account, retry_timeout=1)
    modules.connection["timeout"] = 1
    result = modules.run("clients", clients=changed(apps()), concurrency=4)
    assert result.code == "clients_failed"
    assert all(each["failed"] for each in result.oauth_clients)
    assert result.oauth_clients[-1]["error"]["code"] == "not_attempted"
    assert time.monotonic() - started < 20


def test_each_secret_is_in_its_file_before_the_next_is_minted(fake: FakeCloudflare, tmp_path: Path) -> None:
    confidential = [{**CONFIDENTIAL, "client_name": f"Secret {index}"} for index in range(10)]
    result = Modules(fake).run("clients", clients=[*apps(10), *confidential], client_secret_dir=str(tmp_path))
    assert not result.failed, result.msg
    held = {path.name: path.read_text() for path in tmp_path.iterdir()}
    assert held == {
        client["client_name"]: client["secrets"][0] for client in fake.state()["clients"] if client["secrets"]
    }


def test_two_tasks_at_once_make_no_duplicate_unnoticed(fake: FakeCloudflare) -> None:
    fake.add_fault(kind="slow", method="POST", seconds=1, times=4)
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(in_a_process, fake) for _number in range(2)]
        told = [run.result() for run in runs]
    twice = [name for name, times in Counter(names(fake)).items() if times > 1]
    assert all(any(name in run for run in told) for name in twice)


def in_a_process(fake: FakeCloudflare) -> str:
    with tempfile.TemporaryDirectory() as directory:
        run = Ansible(Path(directory), fake.environment).play([{"name": "all", CLIENTS: {"clients": apps(2)}}])
        return str(run.result("all").get("msg", ""))


def play(ansible: Ansible, *options: str, **params: Any) -> Run:
    return ansible.play([{"name": "all", CLIENTS: params}], *options)


def test_check_mode_shows_the_plan(ansible: Ansible, account: FakeCloudflare) -> None:
    clients = [*changed(apps(2)), *apps(MANY - 1)[2:], {**APP, "client_name": "New"}]
    run = play(ansible, "--check", "--diff", clients=clients, prune=True)
    assert run.status == 0, run.output
    told = run.result("all")
    assert Counter(each["action"] for each in told["oauth_clients"]) == {"update": 2, "none": MANY - 3, "create": 1}
    assert [each["client_name"] for each in told["pruned"]] == [f"App {MANY - 1}"]
    for name in ("App 0", "App 1", "New", f"App {MANY - 1}"):
        assert f"+++ after: {name}" in run.output
    assert account.requests(writes_only=True) == []


IN_PROCESS = pytest.mark.parametrize("in_process", ["true", "false"])


@IN_PROCESS
def test_definitions_are_read_from_files_beside_the_playbook(
    ansible: Ansible, account: FakeCloudflare, in_process: str
) -> None:
    """In Ansible's own process and as a process, for any directory that Ansible is started in."""
    place = ansible.directory / "plays"
    (place / "teams").mkdir(parents=True)
    (place / "teams/one.yml").write_text(yaml.safe_dump({"oauth_clients": changed(apps(2))}))
    (place / "teams/two.json").write_text(json.dumps(apps()[2:]))
    task = {"name": "all", CLIENTS: {"definitions_file": ["teams/*.yml", "teams/two.json"]}}
    head = {"hosts": "localhost", "gather_facts": False, "vars": {"ansible_python_interpreter": sys.executable}}
    (place / "play.yml").write_text(yaml.safe_dump([{**head, "tasks": [task]}]))
    for options, writes, updates in (("--check", "--diff"), 0, 2), ((), 2, 2), ((), 2, 0):
        run = ansible.playbook("plays/play.yml", *options, OAUTHOPS_IN_PROCESS=in_process)
        assert run.status == 0, run.output
        told = run.result("all")["oauth_clients"]
        assert [each["action"] for each in told] == ["update"] * updates + ["none"] * (MANY - updates)
        assert len(account.requests(writes_only=True)) == writes
        assert ("+++ after: App 1" in run.output) is bool(options)


@IN_PROCESS
def test_a_file_that_cannot_be_read_fails_before_anything_is_sent(
    ansible: Ansible, fake: FakeCloudflare, in_process: str
) -> None:
    (ansible.directory / "clients.yml").write_text("- client_name: '{{ example_name }}'\n")
    ansible.environment["OAUTHOPS_IN_PROCESS"] = in_process
    for name in ("clients.yml", "missing.yml"):
        run = play(ansible, definitions_file=name)
        assert (run.status, run.code, run.option) == (2, "invalid_option", "definitions_file")
        assert f"definitions_file: {name}" in run.failure
    assert fake.journal() == []


def test_a_task_that_failed_says_so_with_its_status(ansible: Ansible, account: FakeCloudflare) -> None:
    run = play(ansible, clients=[*changed(apps(3)), {"client_name": "New"}])
    assert run.status == 2
    assert run.code == "clients_failed"
    assert run.result("all")["oauth_clients"][3]["error"] == {
        "code": "client_incomplete",
        "option": "clients[3].redirect_uris",
    }
    assert len(account.requests(writes_only=True)) == 3
