# SPDX-License-Identifier: GPL-3.0-or-later
"""Several controllers and many forks at once: no duplicate without a clear error, no secret that nobody has."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run

CLIENT = "oauthops.iam.cloudflare_oauth_client"
SECRET = "oauthops.iam.cloudflare_oauth_client_secret"
TIMEOUT = 60  # seconds until both have sent their request
APP: dict[str, Any] = {
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["dns.read"],
    "token_endpoint_auth_method": "client_secret_basic",
}


def controllers(fake: FakeCloudflare, tmp_path: Path, number: int) -> list[Ansible]:
    made = []
    for index in range(number):
        directory = tmp_path / f"controller{index}"
        directory.mkdir()
        made.append(Ansible(directory, fake.environment))
    return made


def at_once(fake: FakeCloudflare, both: list[Ansible], task: dict[str, Any]) -> list[Run]:
    """Two runs whose request is on its way at the same time: both have looked before either is carried out."""
    fake.add_fault(kind="slow", method="POST", seconds=TIMEOUT, times=2)
    fake.clear_journal()
    with ThreadPoolExecutor(2) as pool:
        runs = [pool.submit(one.play, [task]) for one in both]
        overdue = time.monotonic() + TIMEOUT
        while len(fake.requests(writes_only=True)) < 2 and time.monotonic() < overdue:
            time.sleep(0.02)
        fake.clear_faults()
        return [run.result() for run in runs]


def test_two_controllers_create_one_client_or_say_that_there_are_two(fake: FakeCloudflare, tmp_path: Path) -> None:
    both = controllers(fake, tmp_path, 2)
    secret = "{{ playbook_dir }}/secret"
    runs = at_once(fake, both, {"name": "create", CLIENT: {**APP, "client_name": "App", "client_secret_file": secret}})

    clients = fake.state()["clients"]
    assert len(clients) == 2, "the race was not run"
    failures = [run.failure for run in runs if run.failure]
    assert failures
    assert all(client["client_id"] in failure for client in clients for failure in failures)
    delivered = {(controller.directory / "secret").read_text() for controller in both}
    assert delivered == {secret for client in clients for secret in client["secrets"]}

    again = both[0].play([{"name": "again", CLIENT: {"client_name": "App", "tos_uri": "https://app.example.com/"}}])
    assert again.code == "client_ambiguous"


def test_ten_forks_keep_their_clients_apart(fake: FakeCloudflare, tmp_path: Path) -> None:
    (one,) = controllers(fake, tmp_path, 1)
    hosts = [f"host{number}" for number in range(10)]
    inventory = "\n".join(f"{host} ansible_connection=local" for host in hosts)
    (one.directory / "hosts").write_text(
        inventory + "\n[all:vars]\nansible_python_interpreter={{ ansible_playbook_python }}\n"
    )
    task = {
        "name": "create",
        CLIENT: {
            **APP,
            "client_name": "{{ inventory_hostname }}",
            "client_secret_file": "{{ playbook_dir }}/{{ inventory_hostname }}",
        },
    }
    for changed in (10, 0):
        (one.directory / "play.yml").unlink(missing_ok=True)
        options = ("-i", str(one.directory / "hosts"), "--forks", "10")
        run = one.play([task], *options, hosts="all")
        assert run.status == 0, run.output
        assert len(run.changed) == changed
    clients = fake.state()["clients"]
    assert sorted(client["client_name"] for client in clients) == sorted(hosts)
    assert all((one.directory / client["client_name"]).read_text() in client["secrets"] for client in clients)


def test_two_rotations_at_once_mint_one_secret_and_the_other_says_why(fake: FakeCloudflare, tmp_path: Path) -> None:
    both = controllers(fake, tmp_path, 2)
    both[0].play([{"name": "create", CLIENT: {**APP, "client_name": "App", "return_client_secret": False}}])
    rotate = {"client_name": "App", "state": "rotated", "client_secret_file": "{{ playbook_dir }}/secret"}
    runs = at_once(fake, both, {"name": "rotate", SECRET: rotate})
    assert sorted(bool(run.failure) for run in runs) == [False, True]
    (client,) = fake.state()["clients"]
    winner = next(one for one, run in zip(both, runs, strict=True) if not run.failure)
    assert (winner.directory / "secret").read_text() in client["secrets"]
    assert [run.code for run in runs if run.failure] == ["request_refused"]
