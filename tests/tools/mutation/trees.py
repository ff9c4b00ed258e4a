# SPDX-License-Identifier: GPL-3.0-or-later
"""Copies of the checkout that are mutated and tested, each in a directory of its own."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from tests.tools.mutation import plugin, trace
from tests.tools.mutation.places import Place

NO_TESTS = 5  # pytest's exit status when it has found none
STARTING = 300.0  # seconds that collecting tests and starting servers may take


@dataclass(frozen=True)
class Outcome:
    """Of a run of tests: whether each test passed, and in how many seconds; C(ended) is false where it was ended."""

    status: int
    ended: bool
    passed: Mapping[str, bool]
    seconds: Mapping[str, float]

    @property
    def killer(self) -> str:
        """What shows that the tests fail: a test, or words in brackets; empty when they pass."""
        if not self.ended:
            return "(no end)"
        failed = next((test for test, passed in self.passed.items() if not passed), "")
        return failed or ("" if self.status in {0, NO_TESTS} else "(no start)")


class Tree:
    """A copy of the files that git knows or would add, at a path where Ansible finds the collection."""

    def __init__(self, origin: Path, place: Path) -> None:
        self.place = place
        self.root = place / "ansible_collections/oauthops/iam"
        listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
        names = subprocess.run(listing, cwd=origin, check=True, capture_output=True, text=True).stdout.split("\0")
        for name in filter(None, names):
            if (origin / name).exists():
                (self.root / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(origin / name, self.root / name, follow_symlinks=False)
        for command in (["git", "init", "--quiet"], ["git", "add", "--all"]):
            subprocess.run(command, cwd=self.root, check=True)
        (self.root / ".cache").symlink_to(origin / ".cache")
        link = self.root / "collections/ansible_collections/oauthops/iam"
        link.parent.mkdir(parents=True)
        link.symlink_to("../../..")

    @contextlib.contextmanager
    def mutated(self, place: Place) -> Iterator[None]:
        path = self.root / place.path
        before = path.read_bytes()
        changed = place.change.apply(before)
        compile(changed, str(path), "exec")
        path.write_bytes(changed)
        try:
            yield
        finally:
            path.write_bytes(before)

    def run(self, tests: Mapping[str, float]) -> Outcome:
        """Run tests until one fails; each may take that many seconds."""
        wanted = self.place / "tests.json"
        wanted.write_text(json.dumps(tests))
        files = sorted({test.partition("::")[0] for test in tests})
        return self._pytest(["-x", *files], {plugin.TESTS: str(wanted)}, STARTING + sum(tests.values()))

    def run_all(self, folder: str, lines: Path | None = None) -> Outcome:
        """Run all tests of a folder, and write into a directory which lines of the plugins they run."""
        own = {}
        if lines:
            customization = self.place / "customization"
            customization.mkdir(exist_ok=True)
            shutil.copy(trace.__file__, customization / "sitecustomize.py")
            own = {trace.FOLDER: str(lines), plugin.CUSTOMIZATION: str(customization)}
        return self._pytest(["-n", "2", folder], own, None)

    def _pytest(self, arguments: list[str], variables: Mapping[str, str], seconds: float | None) -> Outcome:
        report = self.place / "report.json"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.tools.mutation.plugin", *arguments]
        environment = {**os.environ, **self._environment(), plugin.REPORT: str(report), **variables}
        with (self.place / "output").open("w") as output:
            process = subprocess.Popen(
                command, cwd=self.root, env=environment, start_new_session=True,
                stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT,
            )  # fmt: skip
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(seconds)
        end_session(process.pid)
        status = process.wait()
        if not report.exists():
            return Outcome(status, False, {}, {})
        found = json.loads(report.read_text())
        passed, spent = ({test: each[at] for test, each in found.items()} for at in (0, 1))
        return Outcome(status, True, passed, spent)

    def _environment(self) -> dict[str, str]:
        """What the Makefile exports, for this tree."""
        home = self.root / ".ansible"
        return {
            "ANSIBLE_CONFIG": str(self.root / "ansible.cfg"),
            "ANSIBLE_HOME": str(home),
            "ANSIBLE_REMOTE_TEMP": str(home / "tmp"),
            "PYTHONDONTWRITEBYTECODE": "1",
        }


def end_session(leader: int) -> None:
    """Kill what is left of a session: the servers of tests that could not stop them."""
    while members := [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if _session(pid) == leader]:
        for pid in members:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.05)


def _session(pid: int) -> int:
    """That of a process which is not over; 0 for one that is."""
    try:
        state, _parent, _group, session = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[:4]
    except OSError:
        return 0
    return 0 if state == "Z" else int(session)
