# SPDX-License-Identifier: GPL-3.0-or-later
"""Running Ansible's own commands, as a user does, and reading what came of it."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import yaml

from tests.integration.warm import client as warm

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
# Another ansible-core can be tested: ANSIBLE_BIN=/somewhere/its-venv/bin python -m pytest ...
ANSIBLE_BIN = Path(os.environ.get("ANSIBLE_BIN", BIN))
# Another Python for modules, which then run in a process of their own: TARGET_PYTHON=/somewhere/its-venv/bin/python
TARGET = ("-e", f"ansible_python_interpreter={os.environ['TARGET_PYTHON']}") if "TARGET_PYTHON" in os.environ else ()
# Where modules run: in Ansible's own process by default, or each in a process of its own.
SWITCH = {"OAUTHOPS_IN_PROCESS": os.environ.get("OAUTHOPS_IN_PROCESS", "true")}
# Whether runs are forked from a process that has loaded ansible-core; `make as-modules` and `make matrix` start each
# from nothing.
WARM = SWITCH["OAUTHOPS_IN_PROCESS"] == "true" and ANSIBLE_BIN == BIN
# Our collection alone, and with those for stores, DNS providers and AWX.
OURS = str(ROOT / "collections")
WITH_OTHERS = f"{OURS}:{ROOT / '.cache/stores'}"
CALLBACK = Path(__file__).parent / "callback"
ACTION = {"ANSIBLE_ACTION_PLUGINS": str(Path(__file__).parent / "action")}
RECORD = {"ANSIBLE_CALLBACK_PLUGINS": str(CALLBACK), "ANSIBLE_CALLBACKS_ENABLED": "record"}
TIMEOUT = 240
Json = Any


@dataclass(frozen=True)
class Task:
    name: str
    host: str
    status: str
    result: dict[str, Json]

    @property
    def changed(self) -> bool:
        return bool(self.result.get("changed"))


@dataclass(frozen=True)
class Run:
    """One finished command: everything it printed, and each task in the order of its results."""

    status: int
    output: str
    tasks: list[Task]

    @property
    def changed(self) -> list[str]:
        return [task.name for task in self.tasks if task.status == "ok" and task.changed]

    @property
    def failure(self) -> str:
        """What the last task that failed says: what made a play fail, after what it may have been rescued from."""
        return str(self._failed.get("msg", ""))

    @property
    def code(self) -> str | None:
        """The code of what made a play fail; None where ansible-core or a role says it."""
        return self._error.get("code")

    @property
    def option(self) -> str | None:
        return self._error.get("option")

    @property
    def _error(self) -> dict[str, str | None]:
        return dict(self._failed.get("error", {}))

    @property
    def _failed(self) -> dict[str, Json]:
        return next((task.result for task in reversed(self.tasks) if task.status == "failed"), {})

    def result(self, name: str) -> dict[str, Json]:
        """The last result of the task whose name ends so."""
        return [task for task in self.tasks if task.name.endswith(name)][-1].result

    def fact(self, name: str) -> Json:
        facts = [task.result["ansible_facts"] for task in self.tasks if name in task.result.get("ansible_facts", {})]
        return facts[-1][name]


class Ansible:
    """Ansible's commands in an environment that holds nothing of the user's: an empty HOME, no CLOUDFLARE_ variable."""

    last: ClassVar[tuple[str, str, str] | None] = None
    """The last command, the playbook that it ran if that was written for it, and its output."""

    def __init__(self, directory: Path, environment: dict[str, str]) -> None:
        self.directory = directory
        (directory / "home").mkdir(exist_ok=True)
        self.environment = {
            "PATH": f"{ANSIBLE_BIN}:{BIN}:/usr/bin:/bin",
            "HOME": str(directory / "home"),
            "LANG": "C.UTF-8",
            "ANSIBLE_COLLECTIONS_PATH": OURS,
            **ACTION,
            **SWITCH,
            **environment,
        }

    def command(self, *arguments: str, **environment: str) -> Run:
        record = self.directory / "record"
        record.write_text("")
        recording = {**RECORD, "RECORD_FILE": str(record)}
        status, output = self._finished(arguments, {**self.environment, **recording, **environment})
        playbook = self.directory / arguments[1]
        Ansible.last = (shlex.join(arguments), playbook.read_text() if playbook.is_file() else "", output)
        tasks = [Task(**json.loads(line)) for line in record.read_text().splitlines()]
        return Run(status, output, tasks)

    def _finished(self, command: tuple[str, ...], environment: dict[str, str]) -> tuple[int, str]:
        if WARM and command[0] in warm.COMMANDS and self._can_be_forked(environment):
            return warm.run(command, self.directory, environment, TIMEOUT)
        finished = subprocess.run(
            command,
            cwd=self.directory,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT,
        )
        return finished.returncode, finished.stdout + finished.stderr

    def _can_be_forked(self, environment: dict[str, str]) -> bool:
        """Whether Ansible can have been loaded for this before: with these settings, and with no file of this run."""
        settings = {name: value for name, value in environment.items() if name.startswith("ANSIBLE_")}
        read_by_python = [name for name in environment if name.startswith(("LC_", "LD_", "PYTHON"))]
        files = (self.directory / "ansible.cfg", self.directory / "home/.ansible.cfg")
        if read_by_python or environment["LANG"] != "C.UTF-8" or any(file.exists() for file in files):
            return False
        if settings in ({**ACTION, **RECORD, "ANSIBLE_COLLECTIONS_PATH": path} for path in (OURS, WITH_OTHERS)):
            return True
        own = "ANSIBLE_CONFIG" in settings or any(str(self.directory) in value for value in settings.values())
        return not own and warm.is_worth_loading(environment)

    def adhoc(self, module: str, arguments: str = "", *options: str, **environment: str) -> Run:
        """Run one module on the implicit localhost."""
        return self.command("ansible", "localhost", "-m", module, "-a", arguments, *TARGET, *options, **environment)

    def playbook(self, name: str, *options: str, extra: dict[str, Json] | None = None, **environment: str) -> Run:
        given = ("-e", json.dumps(extra)) if extra else ()
        return self.command("ansible-playbook", name, *TARGET, *given, *options, **environment)

    def play(self, tasks: list[Json], *options: str, **play: Json) -> Run:
        """Run tasks in a play of their own; further keywords are the play's."""
        written = self.directory / "play.yml"
        head = {"hosts": "localhost", "gather_facts": False, **play}
        written.write_text(yaml.safe_dump([{**head, "tasks": tasks}], sort_keys=False))
        return self.command("ansible-playbook", str(written), *TARGET, *options)

    def refusals(self, tasks: list[Json], *options: str, **play: Json) -> list[dict[str, Json]]:
        """Run tasks that fail in one play; gives the result of what has failed in each."""
        go_on = [{"name": "Go on", "ansible.builtin.meta": "noop"}]
        run = self.play([{"block": [task], "rescue": go_on} for task in tasks], *options, **play)
        assert run.status == 0, run.output
        assert "Traceback" not in run.output
        return [task.result for task in run.tasks if task.status == "failed"]
