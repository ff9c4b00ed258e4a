# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide "Secret stores": each example keeps a record, and what it says of versions and log-ins holds."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._store_options import STORES
from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT
from tests.integration.rehearsal import LONG_AGO, Rehearsal, steps
from tests.integration.servers.aws import Aws
from tests.integration.servers.openbao import OpenBao
from tests.integration.shown import blocks, yaml_blocks
from tests.integration.stores import places
from tests.integration.stores.opened import HELD, SECRET, SIBLING, opened, record_in, refuses
from tests.integration.stores.places import READ_AND_WRITE

PAGE = ROOT / "docs/docsite/rst/guide_stores.rst"
TOKEN = "made-up-store-token"
Json = Any

DEFAULT, *SHOWN = yaml_blocks(PAGE)
EXAMPLES: dict[str, dict[str, Json]] = {shown["type"]: shown for shown in SHOWN}


def test_each_type_has_an_example_and_a_section() -> None:
    assert [shown["type"] for shown in SHOWN] == list(STORES)
    headings = re.findall(r"^(\w+)\n-+$", PAGE.read_text(), re.M)
    assert [heading for heading in headings if heading in STORES] == list(STORES)
    assert DEFAULT == {"oauth_client_store": {"type": "json_file", "path": "/etc/example_app/stored.json"}}


def test_every_code_is_one_that_tests_assert() -> None:
    rows = re.findall(r"^   \* - (``.*)$", PAGE.read_text().partition("\nTroubleshooting\n")[2], re.M)
    codes = {code for row in rows for code in re.findall(r"``(\w+)``", row)}
    assert len(codes) == 10
    raised = "".join(path.read_text() for path in (ROOT / "plugins").rglob("*.py"))
    asserted = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert {code for code in codes if f'"{code}"' not in raised or f'"{code}"' not in asserted} == set()


def keeps(definition: dict[str, Json]) -> dict[str, Json]:
    """What a store says of a record that was stored and changed."""
    with record_in(definition) as record:
        record.read()
        assert record.change(HELD)
        assert record.change({"client_secret": SECRET})
    with opened(definition) as store:
        return store.read()


KEPT = {**HELD, "client_secret": SECRET}


def test_the_examples_of_files_keep_a_record(tmp_path: Path) -> None:
    """As the guide gives them, but for directories and an owner that are not there."""
    kept, password = tmp_path / "stored.json", tmp_path / "password"
    password.write_text("correct horse\n")
    here: dict[str, dict[str, Json]] = {
        "json_file": {"path": str(kept), "owner": None},
        "vault_file": {"path": str(tmp_path / "vault.yml"), "vault_password_file": str(password)},
        "module": {"options": {"path": str(kept)}},
    }
    for kind, changes in here.items():
        assert changes.keys() <= EXAMPLES[kind].keys()
        kept.unlink(missing_ok=True)
        assert keeps({**EXAMPLES[kind], **changes}) == KEPT


def test_the_examples_of_servers_keep_a_record(
    openbao: OpenBao, aws: Aws, awx: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    credential = places.awx_credential(awx)
    for name, value in {**openbao.environment, **aws.environment, **credential.environment}.items():
        monkeypatch.setenv(name, value)
    assert keeps(EXAMPLES["hashi_vault"]) == KEPT
    assert keeps(EXAMPLES["aws_secrets_manager"]) == KEPT
    assert keeps(EXAMPLES["awx_credential"]) == {**KEPT, "client_secret": None}


def test_the_credential_type_has_the_fields_that_are_stored() -> None:
    inputs, injectors = (json.loads(block.text) for block in blocks(PAGE) if block.language == "json")
    secret = {field["id"]: field.get("secret", False) for field in inputs["fields"]}
    assert secret == {"client_id": False, "client_secret": True, "minted_at": False, "rotation": False}
    assert {value.strip("{} ") for value in injectors["env"].values()} <= set(secret)


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
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/example-app"
        server.shutdown()
        thread.join()


def test_the_program_of_the_guide_keeps_a_record(tmp_path: Path, service: str) -> None:
    program = tmp_path / "keep.py"
    (text,) = [block.text for block in blocks(PAGE) if block.language == "python"]
    program.write_text(text)
    program.chmod(0o700)
    shown = EXAMPLES["command"]
    assert shown["environment"].keys() == {"EXAMPLE_STORE_URL", "EXAMPLE_STORE_TOKEN"}
    definition = {
        **shown,
        **{option: [str(program), *shown[option][1:]] for option in ("read", "write")},
        "environment": {"EXAMPLE_STORE_URL": service, "EXAMPLE_STORE_TOKEN": TOKEN},
    }
    assert keeps(definition) == KEPT
    assert json.loads(Service.kept or b"") == KEPT
    definition["environment"] = {"EXAMPLE_STORE_URL": service, "EXAMPLE_STORE_TOKEN": "wrong-token-Vv_5"}
    with opened(definition) as store, refuses("store_unreadable", "wrong-token-Vv_5"):
        store.read()


def rows_of_the_versions() -> list[list[str]]:
    table = PAGE.read_text().partition("AWSPREVIOUS holds\n")[2].partition("\n\n")[0]
    return [re.findall(r"- (.*)", row) for row in table.split("* ") if row.strip()]


def test_a_rotation_makes_the_versions_of_the_table(rehearsal: Rehearsal, aws: Aws) -> None:
    """The first row is what the second writes over, so it is seen as AWSPREVIOUS there."""
    name = EXAMPLES["aws_secrets_manager"]["name"]
    held = {"client_id": rehearsal.client["client_id"], "client_secret": rehearsal.first, "minted_at": LONG_AGO}
    aws.write(name, json.dumps({**held, "rotation": "closed", **SIBLING}))
    rehearsal.ansible.environment.update(aws.environment)

    def described(stage: str) -> str:
        version = json.loads(aws.value_at(name, stage) or "{}")
        secret = "the older secret" if version["client_secret"] == rehearsal.first else "the newer secret"
        rotation = version["rotation"]
        return f"{secret}, ``{'minting-...' if rotation.startswith('minting-') else rotation}``"

    found = []
    for finalize in (False, "only"):
        steps(rehearsal.run(store=EXAMPLES["aws_secrets_manager"], finalize=finalize))
        found.append([described("AWSCURRENT"), described("AWSPREVIOUS")])
    noted, *stored = rows_of_the_versions()
    assert [row[1:] for row in stored] == found
    assert noted == ["the first write", found[0][1], "the older secret, ``closed``"]
    assert len(aws.versions(name)) == 4


def test_a_run_of_the_role_logs_in_three_times(rehearsal: Rehearsal, openbao: OpenBao, fake: FakeCloudflare) -> None:
    path, mount = EXAMPLES["hashi_vault"]["path"], openbao.enable_login("approle")
    policy = READ_AND_WRITE
    login = openbao.app_role_for(policy, mount=mount, secret_id_num_uses=3)
    rehearsal.ansible.environment.update(openbao.environment)
    store = {**EXAMPLES["hashi_vault"], "auth_method": "approle", "auth_mount_point": mount, **login}
    assert steps(rehearsal.run(store=store)) == ("rotated", "stored", "finalized")
    held = openbao.read(path) or {}
    assert ([held["client_secret"]], held["rotation"], openbao.version(path)) == (
        rehearsal.client["secrets"],
        "closed",
        3,
    )
    assert len(fake.state()["minted_secrets"]) == 2
    refused = rehearsal.run(store=store, max_age="")
    assert refused.code == "store_unreadable"
