# SPDX-License-Identifier: GPL-3.0-or-later
"""What the tests of the role oauth_client_rotate start from."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible, Run
from tests.integration.application import Application
from tests.integration.killing import killed_run
from tests.integration.modules import CONFIDENTIAL, Modules
from tests.integration.recovery import Row

ROTATE = "oauthops.iam.rotate"
EXAMPLES = ROOT / "docs/examples/rotate"
LONG_AGO = "2020-01-31T08:00:00Z"
SLOW_REQUEST = 60  # seconds that Cloudflare takes for the request during which a run is killed


def own_task(name: str, **arguments: Any) -> dict[str, Any]:
    given = {"credentials": "{{ oauth_client_rotate_credentials }}", "url": "{{ example_app_url }}"}
    return {"name": name, "ansible.legacy.application": {**given, **arguments}}


# What the task files of the guide do, which its own tests run as they are: with the names that a run is killed at.
DEPLOY = [
    own_task("Write the application's credentials", do="write", file="{{ example_app_credentials_file }}"),
    own_task("Reload the application's credentials", do="reload"),
]
VERIFY = "Wait until the application uses the newer secret"
EXAMPLE: Mapping[str, str] = {
    f"oauth_client_rotate_{name}": str(EXAMPLES / f"{name}.yml") for name in ("deploy", "verify")
}


class Rehearsal:
    """A client whose secret is due, a store that holds it, and an application that uses it."""

    def __init__(self, ansible: Ansible, fake: FakeCloudflare, method: str = "client_secret_basic") -> None:
        self.ansible, self.fake, directory = ansible, fake, ansible.directory
        self.store, self.credentials, self.handover = (
            directory / "store",
            directory / "oauth.json",
            directory / "handover",
        )
        described = {**CONFIDENTIAL, "token_endpoint_auth_method": method}
        Modules(fake).client(**described, client_secret_file=str(directory / "first"))
        self.first = (directory / "first").read_text()
        held = {"client_id": self.client["client_id"], "client_secret": self.first, "minted_at": LONG_AGO}
        self.store.write_text(json.dumps({**held, "rotation": "closed", "note": "survives"}))
        self.credentials.write_text(json.dumps(held))
        ansible.environment["OAUTHOPS_HANDOVER_DIR"] = str(self.handover)
        self.deploy = self.task_file("deploy", DEPLOY)
        self.verify = self.task_file("verify", [own_task(VERIFY, do="verify")])
        self.application = Application(self.credentials, fake.token_url, method)

    @property
    def client(self) -> dict[str, Any]:
        (client,) = self.fake.state()["clients"]
        return dict(client)

    @property
    def variables(self) -> dict[str, Any]:
        return {
            "oauth_client_rotate_client_name": "App",
            "oauth_client_rotate_max_age": "90d",
            "oauth_client_rotate_finalize": True,
            "oauth_client_rotate_deploy": self.deploy,
            "oauth_client_rotate_verify": self.verify,
            "oauth_client_rotate_store": {"type": "json_file", "path": str(self.store)},
            "example_app_credentials_file": str(self.credentials),
            "example_app_url": self.application.url,
        }

    def task_file(self, name: str, tasks: list[Any]) -> str:
        file = self.ansible.directory / f"application_{name}.yml"
        file.write_text(json.dumps(tasks))
        return str(file)

    def run(self, *options: str, **changes: Any) -> Run:
        return self.ansible.playbook(ROTATE, *options, extra=self.changed(**changes))

    def changed(self, **changes: Any) -> dict[str, Any]:
        return {**self.variables, **{f"oauth_client_rotate_{name}": value for name, value in changes.items()}}

    def kill(self, row: Row, *options: str) -> None:
        command = ("ansible-playbook", ROTATE, "-e", json.dumps(self.variables), *options)
        if row.at:
            assert killed_run(self.ansible, *command, kill_at=row.at)
            return
        when = "after" if row.arrived else "before"
        self.fake.add_fault(kind="slow", method=row.request, path="/rotate_secret$", when=when, seconds=SLOW_REQUEST)
        self.fake.clear_journal()

        def moment() -> bool:
            sent = any(each.startswith(row.request) for each in self.fake.requests(writes_only=True))
            carried_out = len(self.client["secrets"]) == {"POST": 2, "DELETE": 1}[row.request]
            return sent and (carried_out or not row.arrived)

        assert killed_run(self.ansible, *command, moment=moment)

    def stored(self) -> dict[str, Any]:
        return dict(json.loads(self.store.read_text()))

    def left_behind(self) -> list[str]:
        """What is in the handover directory besides its own name and the locks."""
        names = [path.name for path in self.handover.glob("*")]
        return [name for name in names if name != "site" and not name.endswith(".lock")]


def steps(run: Run) -> tuple[str, ...]:
    assert run.status == 0, run.output
    return tuple(run.fact("oauth_client_rotate_result")["steps"])
