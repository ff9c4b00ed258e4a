# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the same play with its modules in Ansible's own process and in processes of their own, and comparing."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from itertools import zip_longest
from pathlib import Path
from typing import Any

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run, Task

PROBE = Path(__file__).parent / "probe"
# What our actions print at -vvv; a module without an action of ours does not.
WHERE = re.compile(r"^\S+ runs (in Ansible's own process|in a separate process \()", re.MULTILINE)
# What differs from one run to the next, wherever the modules run.
TIME = re.compile(r"\d{4}-\d\d-\d\dT[\d:.]+(?:Z|\+00:00)?")
RANDOM = re.compile(r"[0-9a-f]{16}-FAK|[0-9a-f]{32}")
Json = Any


@dataclass(frozen=True)
class BothRuns:
    """One play, run twice."""

    in_process: Run
    module: Run

    @property
    def runs(self) -> tuple[Run, Run]:
        return self.in_process, self.module


class BothWays:
    """Plays run with the switch on and off, each time with an account that holds only what C(prepare) puts there."""

    def __init__(self, ansible: Ansible, fake: FakeCloudflare) -> None:
        self.ansible, self.fake = ansible, fake
        self.prepare: Callable[[], object] = lambda: None
        ansible.environment.update(
            ANSIBLE_LIBRARY=str(PROBE / "library"),
            ANSIBLE_ACTION_PLUGINS=str(PROBE / "action"),
            ANSIBLE_BECOME_PLUGINS=str(PROBE / "become"),
            ANSIBLE_ASYNC_DIR=str(ansible.directory / "async"),
            # Newer ones leave it out otherwise.
            ANSIBLE_INJECT_INVOCATION="true",
            # Some of ansible-core's messages list a set.
            PYTHONHASHSEED="0",
            ANSIBLE_LOCALHOST_WARNING="false",
            ANSIBLE_INVENTORY_UNPARSED_WARNING="false",
        )

    def play(self, tasks: list[Json], *options: str, differing: tuple[str, ...] = (), **play: Json) -> BothRuns:
        """Run a play in both places and find the same results, but for the keys that may be C(differing)."""
        both = BothRuns(*(self.once(here, tasks, *options, **play) for here in (True, False)))
        assert True in places(both.in_process), both.in_process.output
        assert all(places(both.in_process)), both.in_process.output
        assert not any(places(both.module)), both.module.output
        assert both.in_process.status == both.module.status, both.in_process.output
        pairs = zip_longest(told(both.in_process, differing), told(both.module, differing))
        for here, there in pairs:
            assert here == there, f"in process: {here}\nas a module: {there}"
        return both

    def handed_over(self, tasks: list[Json], *options: str, **play: Json) -> Run:
        """Run a play that could run in process, but for something in it."""
        run = self.once(True, tasks, *options, **play)
        assert places(run), run.output
        assert not any(places(run)), run.output
        return run

    def once(self, in_process: bool, tasks: list[Json], *options: str, **play: Json) -> Run:
        self.fake.reset()
        self.prepare()
        self.ansible.environment["OAUTHOPS_IN_PROCESS"] = str(in_process)
        return self.ansible.play(tasks, "-vvv", *options, **play)


def places(run: Run) -> list[bool]:
    """Of each module of ours that a run with -vvv has started, whether it was in Ansible's own process."""
    return [not where.startswith("in a separate process") for where in WHERE.findall(run.output)]


def told(run: Run, differing: tuple[str, ...] = ()) -> list[str]:
    """What every task came to, letter by letter, but for what differs from one run to the next."""
    known: dict[str, str] = {}
    # Several hosts come to an end in any order.
    tasks = [as_text(task, differing) for task in sorted(run.tasks, key=lambda task: task.host)]
    return [RANDOM.sub(lambda match: known.setdefault(match[0], f"<{len(known)}>"), task) for task in tasks]


def as_text(task: Task, differing: tuple[str, ...]) -> str:
    result = {key: value for key, value in task.result.items() if key not in differing}
    if facts := dict(result.get("ansible_facts", {})):
        facts.pop("discovered_interpreter_python", None)
        result["ansible_facts"] = facts
    kept = {key: value for key, value in result.items() if value != {}}
    text = json.dumps([task.host, task.name, task.status, kept], sort_keys=True)
    # What ansible-core 2.22 leaves in a registered result of a module, and how it hides the value of an option.
    text = text.replace('"ansible_parsed": true, ', "").replace("VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "$REDACTED$")
    return TIME.sub("<time>", text)
