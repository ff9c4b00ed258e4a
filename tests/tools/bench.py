# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a task takes beside Ansible's own `ping` and `uri`, in the same run: `make bench`.

Machines differ and are noisy, so what counts is the ratio within one round; several rounds show how much it varies.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import median
from typing import Any

import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare

ROUNDS = 7
TASKS = 10
QUIET = {"ANSIBLE_LOCALHOST_WARNING": "false", "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false"}
APP: dict[str, Any] = {
    "client_name": "Bench",
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["dns.read"],
    "token_endpoint_auth_method": "none",
}


def kinds(fake: FakeCloudflare) -> Mapping[str, dict[str, Any]]:
    """The tasks to compare; the empty play is what a run costs without any."""
    headers = {"Authorization": f"Bearer {fake.token}"}
    listing = f"{fake.base_url}/accounts/{fake.account_id}/oauth_clients"
    return {
        "nothing": {},
        "ping": {"ansible.builtin.ping": {}},
        "uri GET": {"ansible.builtin.uri": {"url": listing, "headers": headers}},
        "client, no change": {"oauthops.iam.cloudflare_oauth_client": APP},
        "client_info": {"oauthops.iam.cloudflare_oauth_client_info": {}},
        "scope_info": {"oauthops.iam.cloudflare_oauth_scope_info": {"name": "dns*"}},
    }


def play(task: Mapping[str, Any], directory: str) -> str:
    tasks = [{**task, "loop": list(range(TASKS))}] if task else []
    path = Path(directory, "play.yml")
    path.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": tasks}]))
    return str(path)


def seconds(path: str, environment: Mapping[str, str]) -> float:
    started = time.perf_counter()
    subprocess.run(["ansible-playbook", path], env=environment, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - started


def measure(fake: FakeCloudflare, environment: Mapping[str, str], directory: str) -> list[dict[str, float]]:
    """Per round and kind the seconds of one task."""
    rounds = []
    for _round in range(ROUNDS + 1):
        whole = {name: seconds(play(task, directory), environment) for name, task in kinds(fake).items()}
        rounds.append({name: (time - whole["nothing"]) / TASKS for name, time in whole.items() if name != "nothing"})
    return rounds[1:]  # the first warms up


def report(rounds: list[dict[str, float]]) -> str:
    lines = [
        f"{'task':20} {'ms':>6}  {'to ping':>8}  {'to uri':>8}   (medians of {len(rounds)} rounds of {TASKS} tasks)"
    ]
    for name in rounds[0]:
        own = median(each[name] for each in rounds)
        ratios = [median(each[name] / each[other] for each in rounds) for other in ("ping", "uri GET")]
        lines.append(f"{name:20} {own * 1000:6.0f}  {ratios[0]:8.2f}  {ratios[1]:8.2f}")
    return "\n".join(lines)


def main() -> None:
    with FakeCloudflare() as fake, tempfile.TemporaryDirectory() as directory:
        environment = {**os.environ, **fake.environment, **QUIET}
        describe = play({"oauthops.iam.cloudflare_oauth_client": APP}, directory)
        seconds(describe, environment)
        fake.clear_journal()
        seconds(describe, environment)
        print(f"{TASKS} tasks without a change sent {len(fake.requests())} requests.")
        print(report(measure(fake, environment, directory)))


if __name__ == "__main__":
    main()
