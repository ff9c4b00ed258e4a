# SPDX-License-Identifier: GPL-3.0-or-later
"""The role oauth_client_publish, with a real name server."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run
from tests.integration.servers.name_server import NameServer

RESULT = "oauth_client_publish_result"
APP: dict[str, Any] = {
    "client_name": "App",
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["dns.read"],
    "token_endpoint_auth_method": "none",
    "client_uri": "https://app.example.com/",
    "logo_uri": "https://app.example.com/logo.png",
    "dns_provider": "rfc2136",
    "wait_timeout": 20,
    "wait_interval": 1,
}


@dataclass(frozen=True)
class Publishing:
    fake: FakeCloudflare
    name_server: NameServer
    ansible: Ansible

    def variables(self, **changes: Any) -> dict[str, Any]:
        """Of an application, changed as a test wants."""
        server = self.name_server
        update = {"server": server.host, "port": server.port, "key_name": server.writer.name}
        update["key_secret"] = server.writer.secret
        own = {
            **APP,
            **{f"rfc2136_{name}": value for name, value in update.items()},
            "dns_lookup_servers": server.address,
            "dns_lookup_url": "",
            **changes,
        }
        return {f"oauth_client_publish_{name}": value for name, value in own.items()}

    def run(self, *options: str, **changes: Any) -> Run:
        return self.ansible.playbook("oauthops.iam.publish", *options, extra=self.variables(**changes))

    def remove(self, *options: str, **changes: Any) -> Run:
        """The entry point that deletes a client."""
        task = {
            "ansible.builtin.include_role": {"name": "oauthops.iam.oauth_client_publish", "tasks_from": "remove"},
            "vars": self.variables(**changes),
        }
        return self.ansible.play([task], *options)

    def clients(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.fake.state()["clients"]
        return found


def result(run: Run) -> dict[str, Any]:
    assert run.status == 0, run.output
    found: dict[str, Any] = run.fact(RESULT)
    return found


def phase(run: Run) -> str:
    return str(result(run)["phase"])
