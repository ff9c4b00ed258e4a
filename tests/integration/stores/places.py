# SPDX-License-Identifier: GPL-3.0-or-later
"""The places where the stores keep a secret, looked at past the stores."""

from __future__ import annotations

import json
import secrets
import stat
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml
from ansible.parsing.vault import VaultLib

from tests.integration.servers.aws import Aws
from tests.integration.servers.awx.server import Awx
from tests.integration.servers.openbao import OpenBao
from tests.integration.stores.opened import PASSWORD, VAULT_ID, VAULT_SECRETS

FIELDS = {"client_id": False, "client_secret": True, "minted_at": False, "rotation": False, "note": True}
READ_ONLY = 'path "secret/data/*" { capabilities = ["read"] }'
READ_AND_WRITE = 'path "secret/data/*" { capabilities = ["read", "create", "update"] }'
NOWHERE = "https://127.0.0.1:1"
PATH, NAME = "apps/example", "apps/example"
CREDENTIALS = ("token", "secret_key", "secret_id", "password")
Json = Any


@dataclass
class Place:
    """One store: its definition, and how a test looks into it, writes it and makes it read-only.

    C(version) is another one after each write. C(unreachable) are options under which nothing answers. C(predicts) says
    that a write which is going to be refused is refused in check mode as well.
    """

    definition: dict[str, Json]
    read: Callable[[], dict[str, Json]]
    write: Callable[[dict[str, Json]], None]
    version: Callable[[], object]
    read_only: Callable[[], AbstractContextManager[None]]
    unreachable: dict[str, Json]
    environment: dict[str, str] = field(default_factory=dict)
    predicts: bool = True

    @property
    def secrets(self) -> list[str]:
        """What logs in, and may be in no message."""
        told = {**self.definition, **self.environment}
        return [text for name, text in told.items() if name.lower().endswith(CREDENTIALS)]


@contextmanager
def immutable(directory: Path) -> Iterator[None]:
    """Nobody can write there, not even root: the directory is a file meanwhile."""
    aside = directory.with_name("aside")
    directory.rename(aside)
    directory.write_text("")
    try:
        yield
    finally:
        directory.unlink()
        aside.rename(directory)


def changed_at(path: Path) -> int:
    return path.stat().st_mtime_ns if path.exists() else 0


def file_place(directory: Path, definition: dict[str, Json], unreachable: dict[str, Json]) -> Place:
    """A JSON file, with any store that writes it."""
    path = directory / "kept/store.json"
    path.parent.mkdir()

    def read() -> dict[str, Json]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        return dict(json.loads(path.read_text()))

    def write(held: dict[str, Json]) -> None:
        path.touch(0o600)
        path.write_text(json.dumps(held))

    return Place(
        definition, read, write, lambda: changed_at(path), lambda: immutable(path.parent), unreachable=unreachable
    )


def json_file(directory: Path) -> Place:
    return file_place(
        directory, {"type": "json_file", "path": f"{directory}/kept/store.json"}, {"path": f"{directory}/kept/."}
    )


def module(directory: Path) -> Place:
    options = {"path": f"{directory}/kept/store.json"}
    definition = {
        "type": "module",
        "name": "oauthops.iam.secret_file_value",
        "options": options,
        "write_to": "secret_value",
    }
    return file_place(directory, definition, {"options": {"path": "not/absolute.json"}})


PROGRAM = """
import os, sys
path, flag = os.environ["KEPT_AT"], os.environ["KEPT_AT"] + ".read-only"
if sys.argv[1] == "read":
    sys.stdout.write(open(path).read() if os.path.exists(path) else "")
elif os.path.exists(flag):
    sys.exit("refused: " + sys.stdin.read())
else:
    with open(os.open(path, os.O_CREAT | os.O_WRONLY | os.O_TRUNC, 0o600), "w") as target:
        target.write(sys.stdin.read())
"""


def command(directory: Path) -> Place:
    """A small program of the user's, which says what it was given when it refuses it."""
    program, kept = directory / "keep.py", directory / "kept/store.json"
    program.write_text(PROGRAM)
    start = [sys.executable, "-I", str(program)]
    definition = {"type": "command", "read": [*start, "read"], "write": [*start, "write"]}
    place = file_place(
        directory, {**definition, "environment": {"KEPT_AT": str(kept)}}, {"read": [f"{directory}/nothing"]}
    )

    @contextmanager
    def read_only() -> Iterator[None]:
        flag = Path(f"{kept}.read-only")
        flag.touch()
        yield
        flag.unlink()

    place.read_only, place.predicts = read_only, False
    return place


def vault_file(directory: Path, known_by: str) -> Place:
    """A file that is encrypted as a whole."""
    path, password = directory / "kept/vault.yml", directory / "password"
    path.parent.mkdir()
    password.write_text(f"{PASSWORD}\n")

    def read() -> dict[str, Json]:
        text = VaultLib(VAULT_SECRETS).decrypt(path.read_bytes()).decode()
        assert "other: 1 # survives" in text or "other" not in text
        return dict(yaml.safe_load(text)["example_app"])

    def write(held: dict[str, Json]) -> None:
        text = "# kept by hand\nother: 1 # survives\n" + yaml.safe_dump({"example_app": held})
        path.write_bytes(VaultLib(VAULT_SECRETS).encrypt(text, VAULT_SECRETS[0][1], vault_id=VAULT_ID))

    told = {
        "password file": {"vault_password_file": str(password)},
        "password": {"vault_password": PASSWORD},
        "vault id": {"vault_id": VAULT_ID},
    }
    return Place(
        {"type": "vault_file", "path": str(path), "key": "example_app", **told[known_by]},
        read,
        write,
        lambda: changed_at(path),
        lambda: immutable(path.parent),
        unreachable={"path": f"{directory}/missing/vault.yml"},
    )


def hashi_vault(openbao: OpenBao) -> Place:
    """With a token that has the rights that the documentation names."""
    policy = f"own-{secrets.token_hex(4)}"
    openbao.allow(policy, READ_AND_WRITE)

    @contextmanager
    def read_only() -> Iterator[None]:
        openbao.allow(policy, READ_ONLY)
        yield
        openbao.allow(policy, READ_AND_WRITE)

    return Place(
        {"type": "hashi_vault", "path": PATH},
        lambda: openbao.read(PATH) or {},
        lambda held: openbao.write(PATH, held),
        lambda: openbao.version(PATH),
        read_only,
        unreachable={"url": NOWHERE},
        environment={**openbao.environment, "VAULT_TOKEN": openbao.token_of(policy)},
    )


def hashi_vault_in_namespace(openbao: OpenBao) -> Place:
    """By options alone."""
    inside = openbao.in_namespace(f"team-{secrets.token_hex(4)}")
    place = hashi_vault(inside)
    options = {"url": inside.url, "ca_cert": inside.ca_cert, "namespace": inside.namespace, "mount": "/secret/"}
    place.definition.update(options, token=place.environment["VAULT_TOKEN"])
    place.environment = {}
    return place


def aws_secrets_manager(aws: Aws) -> Place:
    """With the keys of a user who may do what the documentation names."""
    keys = aws.user_for("GetSecretValue")
    return Place(
        {"type": "aws_secrets_manager", "name": NAME, **keys},
        lambda: json.loads(aws.read(NAME) or "{}"),
        lambda held: aws.write(NAME, json.dumps(held)),
        lambda: len(aws.versions(NAME)),
        aws.checking_rights,
        unreachable={"endpoint_url": NOWHERE, "timeout": 2},
        environment={"AWS_DEFAULT_REGION": aws.region, "AWS_ENDPOINT_URL": aws.url},
        predicts=False,
    )


def aws_by_profile(aws: Aws) -> Place:
    place = aws_secrets_manager(aws)
    told = {"region": aws.region, "profile": "keeper", "endpoint_url": aws.url}
    place.definition = {"type": "aws_secrets_manager", "name": NAME, **told}
    place.environment = aws.environment_for("keeper")
    return place


def awx_credential(awx: Awx) -> Place:
    kind = awx.add_credential_type("Cloudflare OAuth client", FIELDS)

    @contextmanager
    def read_only() -> Iterator[None]:
        awx.read_only = True
        yield
        awx.read_only = False

    told = {"name": "Example", "credential_type": "Cloudflare OAuth client", "organization": "Default"}
    return Place(
        {"type": "awx_credential", **told},
        lambda: dict(awx.inputs("Example")),
        lambda held: write_inputs(awx, kind, held),
        lambda: len(awx.requests(writes_only=True)),
        read_only,
        unreachable={"controller_host": NOWHERE},
        environment=dict(awx.environment),
    )


def write_inputs(awx: Awx, kind: int, held: dict[str, Json]) -> None:
    if awx.credentials():
        awx.tables.put_credential({"inputs": held}, awx.tables.named("credentials", "Example"))
    else:
        awx.add_credential("Example", kind, held)


def awx_by_password(awx: Awx) -> Place:
    """Behind a gateway, as an administrator logs in."""
    place = awx_credential(awx)
    awx.gateway = True
    place.environment = dict(awx.login_environment)
    return place
