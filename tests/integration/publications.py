# SPDX-License-Identifier: GPL-3.0-or-later
"""Running the role oauth_client_publish, and what a run of it says."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._dns_options import DNS_OPTIONS
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.validate import DEFINITION_OPTIONS
from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run

PUBLISH = "oauthops.iam.publish"
ROLE = "oauthops.iam.oauth_client_publish"
RESULT = "oauth_client_publish_result"
PREPARE, RESTART, PROMOTE, REMOVE = (
    f"{ROLE} : {name}"
    for name in (
        "Create or update the client, and publish its record",
        "Wait for Cloudflare to verify the domain",
        "Make the client public",
        "Remove the record, then the client",
    )
)
APP: dict[str, Any] = {
    "client_name": "App",
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["dns.read"],
    "token_endpoint_auth_method": "none",
    "client_uri": "https://app.example.com/",
    "logo_uri": "https://app.example.com/logo.png",
    "wait_timeout": 20,
    "wait_interval": 1,
}
AT_ONCE: dict[str, Any] = {"wait_timeout": 0}
MANUAL: dict[str, Any] = {**AT_ONCE, "provider": "manual"}
Json = Any


def variables(**given: Json) -> dict[str, Json]:
    """The variables that say this: options of a client and of its record are in mappings, all others stand alone.

    A whole mapping may be given as well.
    """
    mappings = {"client": DEFINITION_OPTIONS, "dns": DNS_OPTIONS}
    found: dict[str, Json] = {
        f"oauth_client_publish_{mapping}": {name: value for name, value in given.items() if name in options}
        for mapping, options in mappings.items()
    }
    alone = {name for name in given if not any(name in options for options in mappings.values())}
    return {**found, **{f"oauth_client_publish_{name}": given[name] for name in alone}}


@dataclass(frozen=True)
class Publisher:
    """Publishes an application; C(usual) is what it is published with where a test says nothing else."""

    ansible: Ansible
    fake: FakeCloudflare
    usual: Mapping[str, Json] = field(default_factory=dict)

    def variables(self, **changes: Json) -> dict[str, Json]:
        return variables(**{**APP, **self.usual, **changes})

    def run(self, *options: str, **changes: Json) -> Run:
        """The playbook of the collection."""
        return self.ansible.playbook(PUBLISH, *options, extra=self.variables(**changes))

    def role(self, *options: str, **changes: Json) -> Run:
        """The role from a play of one task."""
        return self.ansible.play([self.task(**changes)], *options)

    def remove(self, *options: str, **changes: Json) -> Run:
        """The entry point that deletes a client."""
        return self.ansible.play([self.task("remove", **changes)], *options)

    def task(self, tasks_from: str = "main", **changes: Json) -> dict[str, Json]:
        role = {"name": ROLE, "tasks_from": tasks_from}
        return {"name": "Publish", "ansible.builtin.include_role": role, "vars": self.variables(**changes)}

    def clients(self) -> list[dict[str, Json]]:
        found: list[dict[str, Json]] = self.fake.state()["clients"]
        return found


@dataclass(frozen=True)
class KeptFile:
    """A store that is a file in a directory of its own, and the directory where secrets wait for it."""

    directory: Path

    @property
    def path(self) -> Path:
        return self.directory / "kept/store.json"

    @property
    def handover(self) -> Path:
        return self.directory / "handover"

    @property
    def secret(self) -> dict[str, Json]:
        """Of an application with a secret that is kept here."""
        store = {"type": "json_file", "path": str(self.path)}
        return {"token_endpoint_auth_method": "client_secret_post", "store": store}

    def held(self) -> dict[str, Json]:
        return dict(json.loads(self.path.read_text()))

    def left_behind(self) -> list[str]:
        """What is in the handover directory besides its own name and the locks."""
        names = [path.name for path in self.handover.glob("*")]
        return [name for name in names if name != "site" and not name.endswith(".lock")]


def results(run: Run) -> list[tuple[str, dict[str, Json]]]:
    """The host and the result of each time that the role ran: what its first task returned, or was set afterwards."""
    found: list[tuple[str, dict[str, Json]]] = []
    for task in run.tasks:
        if RESULT in task.result.get("ansible_facts", {}):
            last = max(number for number, (host, _result) in enumerate(found) if host == task.host)
            found[last] = (task.host, task.result["ansible_facts"][RESULT])
        elif task.name.endswith(PREPARE) and task.status == "ok":
            found.append((task.host, task.result))
    return found


def result(run: Run) -> dict[str, Json]:
    assert run.status == 0, run.output
    return results(run)[-1][1]


def phase(run: Run) -> str:
    return str(result(run)["phase"])


def action(run: Run) -> str:
    """The code of what comes next."""
    return str(result(run)["next_action"]["code"])


def methods(fake: FakeCloudflare) -> list[str]:
    return [request.split()[0] for request in fake.requests()]
