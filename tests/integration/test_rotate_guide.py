# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide "Rotating a secret" shows what the tests run, and what it shows beyond that runs as well."""

from __future__ import annotations

import json
import re
import textwrap
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible, Run
from tests.integration.modules import CONFIDENTIAL, Modules
from tests.integration.rehearsal import Rehearsal
from tests.tools.recovery_table import recovery_table

PAGE = (ROOT / "docs/docsite/rst/guide_rotate.rst").read_text()
EXAMPLES = ROOT / "docs/examples/rotate"
ROTATE = "oauthops.iam.rotate"
TOKEN = "made-up-store-token"
Json = Any


def blocks() -> list[str]:
    found = re.findall(r"^\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)", PAGE, re.MULTILINE)
    return [textwrap.dedent(block).strip("\n") + "\n" for block in found]


def block_with(text: str) -> str:
    (found,) = [block for block in blocks() if text in block]
    return found


def test_the_recovery_table_is_made_from_what_the_tests_kill() -> None:
    assert recovery_table() + "\n\n" in PAGE, "put in what this prints: python -m tests.tools.recovery_table"
    assert PAGE.count(".. list-table::") == 2


@pytest.mark.parametrize("name", ["variables", "deploy", "verify"])
def test_the_examples_are_shown_as_they_are_run(name: str) -> None:
    assert (EXAMPLES / f"{name}.yml").read_text() in [f"---\n{block}" for block in blocks()]


def stored_secret(store: Path) -> tuple[str, str]:
    held = json.loads(store.read_text())
    return held["client_secret"], held["rotation"]


class Adopted:
    """A client with two secrets, of which no store knows anything."""

    def __init__(self, ansible: Ansible, fake: FakeCloudflare) -> None:
        self.ansible, self.fake, self.store = ansible, fake, ansible.directory / "store"
        modules, newer = Modules(fake), ansible.directory / "newer"
        created = modules.client(**CONFIDENTIAL, return_client_secret=True)
        self.client_id = created.oauth_client["client_id"]
        modules.secret(client_id=self.client_id, state="rotated", client_secret_file=str(newer))
        self.newer = newer.read_text()
        self.where = {
            "oauth_client_secret_store_backend": "file",
            "oauth_client_secret_store_file_path": str(self.store),
            "oauth_client_rotate_client_id": self.client_id,
        }

    def rotate(self, **more: Json) -> Run:
        return self.ansible.playbook(ROTATE, extra={**self.where, **more})

    def put_into_the_store(self) -> Run:
        known = {"example_app_client_id": self.client_id, "example_app_client_secret": self.newer}
        tasks = yaml.safe_load(block_with("example_app_client_secret"))
        return self.ansible.play(tasks, vars={**self.where, **known})

    @property
    def secrets(self) -> list[str]:
        (client,) = self.fake.state()["clients"]
        return list(client["secrets"])


def test_the_variables_of_the_example_rotate_a_secret(rehearsal: Rehearsal) -> None:
    """As the guide gives them, but for what is elsewhere here."""
    directory = rehearsal.ansible.directory
    (directory / "password").write_text("correct horse\n")
    here = {
        "oauth_client_rotate_client_name": "App",
        "oauth_client_secret_store_vault_file_path": str(directory / "oauth_clients.yml"),
        "oauth_client_secret_store_vault_file_password_file": str(directory / "password"),
    }
    own = ("deploy", "verify", "handover_dir", "credentials_file", "url")
    here |= {name: value for name, value in rehearsal.variables.items() if name.endswith(own)}
    for expected in (["rotated", "stored", "deployed", "verified"], ["deployed", "verified"]):
        run = rehearsal.ansible.playbook(ROTATE, "-e", f"@{EXAMPLES}/variables.yml", "-e", json.dumps(here))
        assert run.status == 0, run.output
        assert run.fact("oauth_client_rotate_result")["steps"] == expected
    assert run.fact("oauth_client_rotate_result")["next_action"].startswith("Both secrets are valid until")
    assert rehearsal.application.refusals == []


def test_a_rotation_that_was_opened_elsewhere_is_adopted(ansible: Ansible, fake: FakeCloudflare) -> None:
    adopted = Adopted(ansible, fake)
    refused = adopted.rotate(oauth_client_rotate_finalize="only")
    assert "was not made through this store" in refused.failure
    assert len(adopted.secrets) == 2

    put = adopted.put_into_the_store()
    assert put.status == 0, put.output
    assert stored_secret(adopted.store) == (adopted.newer, "open")

    finalized = adopted.rotate(oauth_client_rotate_finalize="only")
    assert finalized.status == 0, finalized.output
    assert adopted.secrets == [adopted.newer]
    assert stored_secret(adopted.store) == (adopted.newer, "closed")


def test_the_role_notices_that_a_rotation_was_finalized_by_hand(ansible: Ansible, fake: FakeCloudflare) -> None:
    adopted = Adopted(ansible, fake)
    adopted.put_into_the_store()
    (task,) = yaml.safe_load(block_with("state: finalized"))
    task["oauthops.iam.cloudflare_oauth_client_secret"]["client_name"] = CONFIDENTIAL["client_name"]
    assert ansible.play([task]).changed == [task["name"]]
    assert adopted.secrets == [adopted.newer]

    settled = adopted.rotate(oauth_client_rotate_max_age="9999w")
    assert settled.status == 0, settled.output
    assert stored_secret(adopted.store) == (adopted.newer, "closed")


def test_own_tasks_bring_the_secret_to_several_hosts(ansible: Ansible, fake: FakeCloudflare) -> None:
    Modules(fake).client(**CONFIDENTIAL, return_client_secret=True)
    places = [ansible.directory / name for name in ("web1", "web2")]
    hosts = {path.name: {"ansible_connection": "local"} for path in places}
    (ansible.directory / "hosts.yml").write_text(yaml.safe_dump({"example_app": {"hosts": hosts}}))
    deploy = block_with("groups['example_app']").replace(
        "/etc/example_app/oauth.json", f"{ansible.directory}/{{{{ item }}}}"
    )
    (ansible.directory / "deploy.yml").write_text(deploy)
    extra = {
        "oauth_client_rotate_client_name": CONFIDENTIAL["client_name"],
        "oauth_client_rotate_deploy": str(ansible.directory / "deploy.yml"),
        "oauth_client_secret_store_backend": "file",
        "oauth_client_secret_store_file_path": str(ansible.directory / "store"),
    }
    run = ansible.playbook(ROTATE, "-i", "hosts.yml", extra=extra)
    assert run.status == 0, run.output
    newest = fake.state()["minted_secrets"][-1]
    assert [json.loads(path.read_text())["client_secret"] for path in places] == [newest, newest]


class Service(BaseHTTPRequestHandler):
    """The small service of the guide: one JSON document, kept as long as the server lives."""

    kept: bytes | None = None

    def do_GET(self) -> None:
        self._answer(404 if Service.kept is None else 200, Service.kept or b"{}")

    def do_PUT(self) -> None:
        sent = self.rfile.read(int(self.headers["Content-Length"]))
        if self.headers["Authorization"] == f"Bearer {TOKEN}":
            Service.kept = sent
        self._answer(200, b"{}")

    def _answer(self, status: int, body: bytes) -> None:
        allowed = self.headers["Authorization"] == f"Bearer {TOKEN}"
        self.send_response(status if allowed else 403)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:  # noqa: ARG002
        return


@pytest.fixture
def service() -> Iterator[str]:
    Service.kept = None
    with ThreadingHTTPServer(("127.0.0.1", 0), Service) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/example-app"
        server.shutdown()
        thread.join()


@pytest.fixture
def own_store(ansible: Ansible, service: str) -> dict[str, Json]:
    """The variables of the store whose two task files are in the guide."""
    directory = ansible.directory / "own_store"
    directory.mkdir()
    (directory / "read.yml").write_text(block_with("name: Ask the service"))
    (directory / "write.yml").write_text(block_with("method: PUT"))
    ansible.environment["EXAMPLE_STORE_TOKEN"] = TOKEN
    return {"oauth_client_secret_store_backend": str(directory), "example_store_url": service}


def held() -> dict[str, Json]:
    assert Service.kept is not None
    return dict(json.loads(Service.kept))


def test_the_store_of_the_guide_keeps_a_secret(
    ansible: Ansible, fake: FakeCloudflare, own_store: dict[str, Json]
) -> None:
    Modules(fake).client(**CONFIDENTIAL, return_client_secret=True)
    variables = {**own_store, "oauth_client_rotate_client_name": CONFIDENTIAL["client_name"]}
    foretold = ansible.playbook(ROTATE, "--check", "-vvv", extra=variables)
    assert (foretold.status, Service.kept) == (0, None), foretold.output

    for finalize, rotation in ((False, "open"), (False, "open"), ("only", "closed")):
        run = ansible.playbook(ROTATE, "-vvv", extra={**variables, "oauth_client_rotate_finalize": finalize})
        assert run.status == 0, run.output
        assert held()["client_secret"] not in run.output
        assert held()["rotation"] == rotation
    (client,) = fake.state()["clients"]
    assert client["secrets"] == [held()["client_secret"]]
    assert set(held()) == {"client_id", "client_secret", "minted_at", "rotation"}


def test_the_store_of_the_guide_fails_before_anything_is_minted(
    ansible: Ansible, fake: FakeCloudflare, own_store: dict[str, Json]
) -> None:
    Modules(fake).client(**CONFIDENTIAL, return_client_secret=True)
    ansible.environment["EXAMPLE_STORE_TOKEN"] = "wrong"
    run = ansible.playbook(ROTATE, extra={**own_store, "oauth_client_rotate_client_name": CONFIDENTIAL["client_name"]})
    assert "cannot be read. Ask the service: Status code was 403" in run.output
    assert len(fake.state()["minted_secrets"]) == 1
