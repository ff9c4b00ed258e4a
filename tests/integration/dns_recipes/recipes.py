# SPDX-License-Identifier: GPL-3.0-or-later
"""The recipes in docs/examples/dns, run as the role oauth_client_publish runs them."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterable
from pathlib import Path
from typing import Any, Protocol

from tests.integration.ansible_runs import ROOT, Ansible, Run

EXAMPLES = ROOT / "docs/examples/dns"
GUIDE = ROOT / "docs/docsite/rst/guide_dns_providers.rst"
ZONE = "example.com"
Json = Any


class Zone(Protocol):
    """A zone at a provider, looked at past Ansible; the texts of TXT records are quoted."""

    @property
    def environment(self) -> dict[str, str]:
        """What the recipe needs to reach it."""

    def read(self, name: str, kind: str = "TXT") -> tuple[int, list[str]] | None:
        """The TTL and the values, or None."""

    def write(self, name: str, ttl: int, values: Iterable[str], kind: str = "TXT") -> None:
        """Replace what the name has of this kind."""


def record(fqdn: str, value: str, state: str = "present", ttl: int = 1) -> Json:
    return {"fqdn": fqdn, "value": value, "ttl": ttl, "state": state}


class Recipe:
    def __init__(self, name: str, ansible: Ansible) -> None:
        self.path, self.ansible = EXAMPLES / f"{name}.yml", ansible
        self.variables: dict[str, Json] = {"dns_zone": ZONE}

    def run(self, *records: Json, options: Iterable[str] = ()) -> Run:
        """Run the recipe once for each record, in one play."""
        tasks = [
            {"ansible.builtin.include_tasks": str(self.path), "vars": {"oauth_client_publish_record": described}}
            for described in records
        ]
        return self.ansible.play(tasks, "-vvv", "--diff", *options, vars=self.variables)

    def changes(self, *records: Json, options: Iterable[str] = ()) -> int:
        """How many tasks of a run that must succeed have changed something."""
        run = self.run(*records, options=options)
        assert run.status == 0, run.output
        return len(run.changed)


def shown_in(page: Path, recipe: Path) -> bool:
    """Whether a page shows a recipe as it is, in a block of its own."""
    blocks = re.findall(r"^\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)", page.read_text(), re.MULTILINE)
    shown = [textwrap.dedent(block).strip("\n") + "\n" for block in blocks]
    return recipe.read_text().removeprefix("---\n") in shown
