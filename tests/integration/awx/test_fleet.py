# SPDX-License-Identifier: GPL-3.0-or-later
"""Two hundred accounts with docs/examples/fleet: in one job, and in slices of a job that run at the same time."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT
from tests.integration.runner_runs import Event, Runner

EXAMPLE = ROOT / "docs/examples/fleet"
NAMES = [f"account-{number}" for number in range(200)]
IDS = {name: f"{number:032x}" for number, name in enumerate(NAMES)}
SLICES, FORKS = 4, 5
TASK, SUMMARY = "Apply the clients of the account", "Name the accounts that failed"
OF_THE_MOMENT = ("client_id", "created_at", "updated_at")
Json = Any


def inventory(chosen: Collection[str]) -> str:
    """The example's, with these hosts of the fleet alone; half of them are as the one with a client of its own."""
    written = yaml.safe_load((EXAMPLE / "inventory.yml").read_text())
    groups = written["accounts"]["children"]
    likes = {"production": groups["production"]["hosts"]["shop"], "sandboxes": {}}
    for (group, like), names in zip(likes.items(), (NAMES[::2], NAMES[1::2]), strict=True):
        hosts = {name: {**like, "cloudflare_account_id": IDS[name]} for name in names if name in chosen}
        groups[group]["hosts"] = hosts
    return yaml.safe_dump(written, sort_keys=False)


def cut(number: int) -> list[str]:
    """The hosts of a slice, counted from 0, as AWX deals them out."""
    return sorted(NAMES)[number::SLICES]


@dataclass(frozen=True)
class Job:
    status: int
    events: list[Event]

    @property
    def results(self) -> dict[str, Json]:
        """What came of each account, but for what no two runs have in common."""
        return {each.host: lasting(each.result) for each in self.events if each.task == TASK and each.kind == "ok"}

    @property
    def failed(self) -> set[str]:
        return {each.host for each in self.events if each.kind == "failed"}

    @property
    def summary(self) -> list[str]:
        """The one message that names what failed; none if nothing did."""
        told = [each.result["msg"] for each in self.events if each.task == SUMMARY and each.kind == "ok"]
        assert len(told) <= 1
        return list(told[0]) if told else []


def lasting(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: lasting(each) for key, each in value.items() if key not in OF_THE_MOMENT}
    return [lasting(each) for each in value] if isinstance(value, list) else value


def run(fake: FakeCloudflare, directory: Path, hosts: Collection[str], options: str = "") -> Job:
    """Run the example's playbook as a job of AWX in a container of its own."""
    directory.mkdir()
    runner = Runner(directory, fake.environment, inventory(hosts))
    plays = yaml.safe_load((EXAMPLE / "clients.yml").read_text())
    status = runner.run(plays, "job", 0, options=f"--forks {FORKS} {options}")
    return Job(status, runner.events("job"))


def run_slices(fake: FakeCloudflare, directory: Path) -> list[Job]:
    with ThreadPoolExecutor(SLICES) as nodes:
        return list(nodes.map(lambda number: run(fake, directory / f"slice {number}", cut(number)), range(SLICES)))


def begin(fake: FakeCloudflare) -> None:
    """Empty accounts."""
    fake.reset()
    for each in IDS.values():
        fake.add_account(each)


def at_cloudflare(fake: FakeCloudflare) -> dict[str, list[Json]]:
    """The clients of each account that has any."""
    found: dict[str, list[Json]] = {}
    for client in sorted(fake.state()["clients"], key=lambda client: str(client["client_name"])):
        found.setdefault(client["account_id"], []).append(lasting(client))
    return found


@pytest.mark.thorough
def test_slices_come_to_what_one_job_does(fake: FakeCloudflare, tmp_path: Path) -> None:
    begin(fake)
    whole = run(fake, tmp_path / "whole", NAMES)
    assert (whole.status, whole.failed, whole.summary) == (0, set(), [])
    wanted = at_cloudflare(fake)
    assert [len(wanted[IDS[name]]) for name in NAMES] == [2, 1] * 100
    assert Counter(path.rpartition("/")[2] for path in fake.requests()) == {"oauth_clients": 700, "scopes": 200}

    begin(fake)
    refused = cut(1)[:3]
    fake.restrict([IDS[name] for name in NAMES if name not in refused])
    jobs = run_slices(fake, tmp_path)
    assert [job.status for job in jobs] == [0, 2, 0, 0]
    assert [job.failed for job in jobs] == [set(), set(refused), set(), set()]
    assert [len(job.summary) for job in jobs] == [0, 5, 0, 0]
    assert at_cloudflare(fake) == {each: wanted[each] for each in wanted if each not in map(IDS.get, refused)}

    begun, *causes, hint = jobs[1].summary
    assert begun == "3 of 50 accounts failed:"
    for name, cause in zip(refused, causes, strict=True):
        assert cause.startswith(f"{name} ({IDS[name]}): Cloudflare refused GET /accounts/{IDS[name]}/oauth_clients")
        assert "with status 403" in cause

    fake.restrict(None)
    mended = run(fake, tmp_path / "again", cut(1), options=hint.partition(": ")[2])
    assert (mended.status, set(mended.results)) == (0, set(refused))
    assert at_cloudflare(fake) == wanted
    assert {name: result for job in (*jobs, mended) for name, result in job.results.items()} == whole.results

    fake.clear_journal()
    again = run(fake, tmp_path / "second", NAMES)
    assert (again.status, len(again.results)) == (0, len(NAMES))
    assert [name for name, result in again.results.items() if result["changed"]] == []
    assert sorted(fake.requests()) == sorted(f"GET /accounts/{each}/oauth_clients" for each in IDS.values())
