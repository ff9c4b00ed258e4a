# SPDX-License-Identifier: GPL-3.0-or-later
"""Where everything is run: a fake Cloudflare on this machine, and commands in an environment of their own."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml

from tests.bench.timing import Measurement
from tests.fake_cloudflare.launcher import FakeCloudflare

ROOT = Path(__file__).resolve().parents[2]
PLAYBOOKS = Path(__file__).parent / "playbooks"
BIN = Path(sys.executable).parent
WITHOUT_LIMIT = 10**8
# How often the fake looks for records, in seconds: what is measured should not be waiting.
POLL = "0.02"
Variables = Mapping[str, Any]


class Stage:
    """A user's machine, with Ansible's defaults and nothing else."""

    def __init__(self, fake: FakeCloudflare, directory: Path, root: Path = ROOT) -> None:
        """C(root) is where the collection is."""
        self.fake = fake
        self.directory = directory
        self._environment = {
            "PATH": f"{BIN}:/usr/bin:/bin",
            "HOME": str(directory),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": str(root / "collections"),
            "ANSIBLE_LOCALHOST_WARNING": "false",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
            **fake.environment,
        }

    def empty_account(self) -> None:
        """Also without a rate limit, as else most of what is measured would be waiting for it."""
        self.fake.reset()
        self.fake.set_variant(rate_limit=WITHOUT_LIMIT)

    def slow_down(self, milliseconds: int) -> None:
        """From now on each answer takes so much longer."""
        self.fake.clear_faults()
        if milliseconds:
            self.fake.add_fault(kind="slow", times=0, seconds=milliseconds / 1000)

    def write_play(self, name: str, tasks: Sequence[Mapping[str, Any]]) -> Path:
        path = self.directory / f"{name}.yml"
        path.write_text(yaml.safe_dump([{"hosts": "localhost", "gather_facts": False, "tasks": list(tasks)}]))
        return path

    def write_variables(self, name: str, variables: Variables) -> Path:
        path = self.directory / f"{name}.json"
        path.write_text(json.dumps(variables))
        return path

    def write_inventory(self, name: str, hosts: Mapping[str, Variables]) -> Path:
        path = self.directory / f"{name}.yml"
        path.write_text(yaml.safe_dump({"all": {"hosts": {host: dict(each) for host, each in hosts.items()}}}))
        return path

    def play(
        self, playbook: Path | str, variables: Variables | None = None, *options: str, **environment: str
    ) -> Measurement:
        return self.measured([*playing(playbook, variables), *options], **environment)

    def measured(self, command: Sequence[str], **environment: str) -> Measurement:
        """The seconds that a command takes, the requests that it sends, and how many of them write or are refused."""
        self.fake.clear_journal()
        started = time.perf_counter()
        with self.started(command, **environment):
            pass
        seconds = time.perf_counter() - started
        journal = self.fake.journal()
        return {
            "seconds": seconds,
            "requests": len(journal),
            "writes": sum(entry["method"] != "GET" for entry in journal),
            "refused": sum(entry["status"] == 429 for entry in journal),
        }

    @contextmanager
    def started(self, command: Sequence[str], **environment: str) -> Iterator[subprocess.Popen[str]]:
        """A command, which the end waits for; raises RuntimeError with its output when it fails."""
        with tempfile.TemporaryFile("w+") as output:
            process = subprocess.Popen(
                command,
                cwd=self.directory,
                env={**self._environment, **environment},
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                text=True,
            )
            try:
                yield process
            except BaseException:
                process.kill()
                raise
            finally:
                process.wait()
            if process.returncode:
                output.seek(0)
                raise RuntimeError(f"{command} ended with status {process.returncode}:\n{output.read()}")


def playing(playbook: Path | str, variables: Variables | None = None) -> list[str]:
    return ["ansible-playbook", str(playbook), *(("-e", json.dumps(variables)) if variables else ())]


@contextmanager
def set_up() -> Iterator[Stage]:
    with FakeCloudflare("--poll-interval", POLL) as fake, tempfile.TemporaryDirectory() as directory:
        stage = Stage(fake, Path(directory))
        stage.empty_account()
        yield stage
