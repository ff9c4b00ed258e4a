# SPDX-License-Identifier: GPL-3.0-or-later
"""After ansible-playbook was ended, nothing more is sent for it, wherever its modules run."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from collections.abc import Callable

import pytest
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible
from tests.integration.modules import APP, CONFIDENTIAL, Modules
from tests.integration.thorough import thorough

CLIENT = "oauthops.iam.cloudflare_oauth_client"
SECRET = "oauthops.iam.cloudflare_oauth_client_secret"
AGAIN_AFTER = 5  # seconds, as the rate limit says
TIMEOUT = 30.0


def ended(ansible: Ansible, task: dict[str, object], sign: signal.Signals, moment: Callable[[], bool]) -> float:
    """Start a play of one task, end it as a terminal or a service manager does, and give how long it took to end."""
    path = ansible.directory / "play.yml"
    path.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    process = subprocess.Popen(
        ["ansible-playbook", str(path)],
        cwd=ansible.directory,
        env=ansible.environment,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )
    wait_for(moment)
    began = time.monotonic()
    # Ctrl-C reaches all that runs in the foreground, and kill one process alone.
    (os.killpg if sign == signal.SIGINT else os.kill)(process.pid, sign)
    process.wait(TIMEOUT)
    return time.monotonic() - began


def wait_for(moment: Callable[[], bool]) -> None:
    overdue = time.monotonic() + TIMEOUT
    while not moment():
        assert time.monotonic() < overdue, "the moment has not come"
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("sign", "mints", "way"),
    [
        (signal.SIGTERM, "creation", "true"),
        (signal.SIGINT, "rotation", "true"),
        (signal.SIGTERM, "rotation", "false"),
        *thorough(
            (signal.SIGINT, "creation", "true"),
            (signal.SIGTERM, "rotation", "true"),
            (signal.SIGTERM, "creation", "false"),
            (signal.SIGINT, "creation", "false"),
            (signal.SIGINT, "rotation", "false"),
        ),
    ],
)
def test_a_mint_that_is_about_to_be_repeated_is_not_sent(
    ansible: Ansible, fake: FakeCloudflare, sign: signal.Signals, mints: str, way: str
) -> None:
    ansible.environment["OAUTHOPS_IN_PROCESS"] = way
    file = str(ansible.directory / "secret")
    task: dict[str, object] = {CLIENT: APP}
    if mints == "rotation":
        Modules(fake).client(**CONFIDENTIAL, return_client_secret=True)
        task = {SECRET: {"client_name": "App", "state": "rotated", "client_secret_file": file}}
    minted = len(fake.state()["minted_secrets"])
    headers = {"retry-after": str(AGAIN_AFTER)}
    fake.add_fault(kind="status", method="POST", path="oauth_clients", status=429, headers=headers)
    fake.clear_journal()
    took = ended(ansible, task, sign, lambda: len(fake.requests(writes_only=True)) == 1)
    assert took < AGAIN_AFTER
    time.sleep(AGAIN_AFTER + 1 - took)
    assert len(fake.requests(writes_only=True)) == 1
    assert (len(fake.state()["minted_secrets"]), len(fake.state()["clients"])) == (minted, int(mints == "rotation"))


@pytest.mark.parametrize("way", ["true", "false"], ids=["in process", "as a module"])
def test_a_secret_that_is_being_minted_is_delivered(ansible: Ansible, fake: FakeCloudflare, way: str) -> None:
    ansible.environment["OAUTHOPS_IN_PROCESS"] = way
    file = ansible.directory / "secret"
    fake.add_fault(kind="slow", method="POST", path="oauth_clients", when="after", seconds=2)
    fake.clear_journal()
    task: dict[str, object] = {CLIENT: {**CONFIDENTIAL, "client_secret_file": str(file)}}
    ended(ansible, task, signal.SIGTERM, lambda: len(fake.requests(writes_only=True)) == 1)
    wait_for(lambda: file.exists() and file.stat().st_size > 0)
    assert [file.read_text()] == fake.state()["minted_secrets"]
