# SPDX-License-Identifier: GPL-3.0-or-later
"""Running playbooks with ansible-runner, as AWX does, and searching everything it leaves for what has to be secret."""

from __future__ import annotations

import base64
import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

from tests.integration.ansible_runs import ANSIBLE_BIN, BIN, SWITCH, WITH_OTHERS

INVENTORY = 'localhost ansible_connection=local ansible_python_interpreter="{{ ansible_playbook_python }}"\n'
# What a terminal, a line that was broken there, and a text within a JSON text put between two characters.
NOISE = re.compile(r"\\+u001b\[[0-9;]*m|\x1b\[[0-9;]*m|\\+[rn]|\s+")
EXCERPT = 70  # characters either side of a leak
Json = Any


class Literal(str):
    """A text that Ansible must not take for a template: how AWX hands over what a person has typed."""


class _ExtraVariables(yaml.SafeDumper):
    pass


_ExtraVariables.add_representer(Literal, lambda dumper, text: dumper.represent_scalar("!unsafe", str(text)))


@dataclass(frozen=True)
class Event:
    """A result of a task, as AWX shows it."""

    task: str
    host: str
    kind: str
    result: dict[str, Json]


class Runner:
    """ansible-runner with a private data directory, in an environment that holds nothing of the user's."""

    def __init__(self, directory: Path, environment: Mapping[str, str], inventory: str = INVENTORY) -> None:
        self.data, self.home, self.printed = directory / "runner", directory / "home", directory / "printed"
        for each in (self.home, *(self.data / name for name in ("env", "inventory", "project"))):
            each.mkdir(parents=True, exist_ok=True)
        self.own_environment = {"PATH": f"{ANSIBLE_BIN}:{BIN}:/usr/bin:/bin", "HOME": str(self.home), "LANG": "C.UTF-8"}
        self.environment = {"ANSIBLE_COLLECTIONS_PATH": WITH_OTHERS, **SWITCH, **environment}
        (self.data / "inventory/hosts").write_text(inventory)

    def command(
        self, plays: list[Json], ident: str, verbosity: int, extra: Mapping[str, Json], options: str = "--diff"
    ) -> list[str]:
        """Prepare the directory as AWX does, and give the command to run there."""
        (self.data / "env/envvars").write_text(json.dumps(self.environment))
        (self.data / "env/extravars").write_text(yaml.dump(dict(extra), Dumper=_ExtraVariables))
        (self.data / f"project/{ident}.yml").write_text(yaml.safe_dump(plays, sort_keys=False))
        verbose = ("-" + "v" * verbosity,) if verbosity else ()
        chosen = ("-p", f"{ident}.yml", "-i", ident, f"--cmdline={options}")
        return [str(BIN / "ansible-runner"), "run", str(self.data), *chosen, *verbose]

    def run(
        self,
        plays: list[Json],
        ident: str,
        verbosity: int,
        extra: Mapping[str, Json] | None = None,
        options: str = "--diff",
    ) -> int:
        """Run a playbook; gives the status of ansible-runner."""
        finished = subprocess.run(
            self.command(plays, ident, verbosity, extra or {}, options),
            cwd=self.data,
            env=self.own_environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            check=False,
            timeout=240,
        )
        with self.printed.open("a") as printed:
            printed.write(finished.stdout + finished.stderr)
        assert "Traceback" not in finished.stderr, finished.stderr
        return finished.returncode

    def events(self, ident: str) -> list[Event]:
        found = [json.loads(path.read_text()) for path in self._event_files(ident)]
        return [
            Event(data["task"], data["host"], each["event"].removeprefix("runner_on_"), data["res"])
            for each in sorted(found, key=lambda each: int(each["counter"]))
            if "res" in (data := each.get("event_data", {}))
        ]

    def _event_files(self, ident: str) -> list[Path]:
        return list((self.data / "artifacts" / ident / "job_events").glob("[0-9]*.json"))

    def artifacts(self, ident: str) -> dict[str, Json]:
        """What the playbook has set with set_stats, which AWX hands to later jobs of a workflow."""
        found = [json.loads(path.read_text()) for path in self._event_files(ident)]
        stats = [each["event_data"] for each in found if each["event"] == "playbook_on_stats"]
        return {name: value for each in stats for name, value in each.get("artifact_data", {}).items()}

    def failed(self, ident: str) -> list[str]:
        return [each.task.rpartition(" : ")[2] for each in self.events(ident) if each.kind == "failed"]

    def left(self) -> dict[str, str]:
        """Every text that runs have left by the file it is in: all but what they were given in env/."""
        roots = (self.data / "artifacts", self.data / "project", self.data / "inventory", self.home, self.printed)
        files = [path for root in roots for path in (root, *root.rglob("*")) if path.is_file()]
        return {str(path.relative_to(self.data.parent)): self._text(path) for path in files}

    def _text(self, path: Path) -> str:
        text = path.read_text(errors="replace")
        if path.name == "command":
            # ansible-runner writes the environment down unless it is told not to, which AWX does.
            return json.dumps({**json.loads(text), "env": None})
        return text


def forms(secret: str) -> set[str]:
    """A secret as it is, and as it may look within something else."""
    text = json.dumps(secret)[1:-1]
    written = {secret, text, json.dumps(text)[1:-1], quote(secret, safe=""), quote(secret)}
    written |= {re.escape(secret), json.dumps(re.escape(secret))[1:-1]}
    encoded = {_base64_within(secret.encode(), before) for before in range(3)}
    return written | encoded | {each.translate(str.maketrans("+/", "-_")) for each in encoded}


def _base64_within(secret: bytes, before: int) -> str:
    """What base64 makes of it when other bytes go before and after: the characters that depend on it alone."""
    encoded = base64.b64encode(bytes(before) + secret).decode()
    return encoded[-(-before * 8 // 6) : (before + len(secret)) * 8 // 6]


def leaks(texts: Mapping[str, str], secrets: Mapping[str, str]) -> list[str]:
    """Where which secret is, with what stands around it."""
    wanted = {name: {NOISE.sub("", form) for form in forms(secret)} for name, secret in secrets.items()}
    return [leak for place, text in texts.items() for leak in _leaks_in(place, NOISE.sub("", text), wanted)]


def _leaks_in(place: str, text: str, wanted: Mapping[str, Iterable[str]]) -> list[str]:
    found = []
    for name, written in wanted.items():
        starts = [text.find(each) for each in written if each in text]
        if starts:
            around = text[max(0, min(starts) - EXCERPT) : min(starts) + EXCERPT]
            task = re.search(r'"task":"([^"]*)"', text) if "job_events" in place else None
            found.append(f"{name} in {place}{f' (task {task[1]})' if task else ''}: {around}")
    return found
