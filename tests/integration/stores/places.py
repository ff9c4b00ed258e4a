# SPDX-License-Identifier: GPL-3.0-or-later
"""The places where the stores keep a secret, looked at past Ansible."""

from __future__ import annotations

import json
import os
import secrets
import stat
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from tests.integration.ansible_runs import BIN
from tests.integration.servers.aws import Aws
from tests.integration.servers.awx.server import Awx
from tests.integration.servers.openbao import OpenBao

FIELDS = {"client_id": False, "client_secret": True, "minted_at": False, "rotation": False, "note": True}
READ_ONLY = 'path "secret/data/*" { capabilities = ["read"] }'
READ_AND_WRITE = 'path "secret/data/*" { capabilities = ["read", "create", "update"] }'
FILE_PATH = "oauth_client_secret_store_file_path"
Json = Any


@dataclass
class Place:
    """One store: how the role is told of it, and how a test looks into it and makes it read-only."""

    variables: dict[str, Json]
    read: Callable[[], dict[str, Json]]
    write: Callable[[dict[str, Json]], None]
    read_only: Callable[[], Any]
    options: tuple[str, ...] = ()
    environment: dict[str, str] = field(default_factory=dict)
    shows_secrets: bool = True


def variables(backend: str, **more: Json) -> dict[str, Json]:
    prefix = "oauth_client_secret_store"
    return {f"{prefix}_backend": backend, **{f"{prefix}_{backend}_{name}": value for name, value in more.items()}}


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


def file_place(directory: Path) -> Place:
    path = directory / "kept/store.json"
    path.parent.mkdir()

    def read() -> dict[str, Json]:
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        return dict(json.loads(path.read_text()))

    def write(held: dict[str, Json]) -> None:
        path.touch(0o600)
        path.write_text(json.dumps(held))

    return Place(variables("file", path=str(path)), read, write, lambda: immutable(path.parent))


def file_on_a_host(directory: Path) -> Place:
    place = file_place(directory)
    inventory = directory / "hosts"
    inventory.write_text("localhost ansible_connection=local\nkeeper ansible_connection=local\n")
    place.variables["oauth_client_secret_store_file_host"] = "keeper"
    place.options = ("-i", str(inventory))
    return place


def file_of_another(directory: Path) -> Place:
    """A file that belongs to others, as far as whoever runs the tests may give it away."""
    place = file_place(directory)
    owner, group = (12345, 23456) if os.getuid() == 0 else (os.getuid(), os.getgid())
    place.variables.update(variables("file", path=place.variables[FILE_PATH], owner=str(owner), group=str(group)))
    read = place.read

    def read_of_another() -> dict[str, Json]:
        status = Path(place.variables[FILE_PATH]).stat()
        assert (status.st_uid, status.st_gid) == (owner, group)
        return read()

    place.read = read_of_another
    return place


def vault_file(directory: Path, known_by: str) -> Place:
    """A file that is encrypted as a whole; its password is in a file, in a variable, or known to the run."""
    path, password = directory / "kept/vault.yml", directory / "password"
    path.parent.mkdir()
    password.write_text("correct horse\n")
    vault = [str(BIN / "ansible-vault")]
    identity = ["--vault-id", f"prod@{password}"]

    def call(*arguments: str, text: str = "") -> str:
        command = [*vault, *arguments]
        return subprocess.run(command, input=text, capture_output=True, text=True, check=True).stdout

    def read() -> dict[str, Json]:
        assert path.read_text().startswith("$ANSIBLE_VAULT;")
        return dict(yaml.safe_load(call("view", *identity, str(path)))["example_app"])

    def write(held: dict[str, Json]) -> None:
        text = "# kept by hand\nother: 1 # survives\n" + yaml.safe_dump({"example_app": held})
        path.write_text(call("encrypt", *identity, "--encrypt-vault-id", "prod", "--output", "-", text=text))

    told: dict[str, dict[str, str]] = {
        "password file": {"password_file": str(password)},
        "variable": {"password": "correct horse"},
        "vault id": {"id": "prod"},
    }
    given = variables("vault_file", path=str(path), key="example_app", **told[known_by])
    options = tuple(identity) if known_by == "vault id" else ()
    return Place(given, read, write, lambda: immutable(path.parent), options)


def hashi_vault(openbao: OpenBao) -> Place:
    place = Place(
        variables("hashi_vault", path="apps/example"),
        lambda: openbao.read("apps/example") or {},
        lambda held: openbao.write("apps/example", held),
        lambda: None,
        environment=dict(openbao.environment),
    )

    @contextmanager
    def read_only() -> Iterator[None]:
        place.environment["VAULT_TOKEN"] = openbao.token_for(READ_ONLY)
        yield

    place.read_only = read_only
    return place


def hashi_vault_by_variables(openbao: OpenBao) -> Place:
    place = hashi_vault(openbao)
    place.environment = {}
    told = {"url": openbao.url, "ca_cert": openbao.ca_cert, "token": openbao.token}
    place.variables.update(variables("hashi_vault", path="apps/example", **told))

    @contextmanager
    def read_only() -> Iterator[None]:
        place.variables["oauth_client_secret_store_hashi_vault_token"] = openbao.token_for(READ_ONLY)
        yield

    place.read_only = read_only
    return place


def hashi_vault_by_app_role(openbao: OpenBao) -> Place:
    """In a namespace, where a role with the rights that the README tells logs in."""
    inside = openbao.in_namespace(f"team-{secrets.token_hex(4)}")
    place = hashi_vault(inside)
    place.environment = {}
    told = {"url": inside.url, "ca_cert": inside.ca_cert, "namespace": inside.namespace, "auth_method": "approle"}

    def log_in(policy: str) -> None:
        place.variables.update(variables("hashi_vault", path="apps/example", **told, **inside.app_role_for(policy)))

    @contextmanager
    def read_only() -> Iterator[None]:
        log_in(READ_ONLY)
        yield

    log_in(READ_AND_WRITE)
    place.read_only = read_only
    return place


def aws_secrets_manager(aws: Aws) -> Place:
    """moto checks no permissions, so the place is made read-only by a value that is no JSON object."""

    @contextmanager
    def read_only() -> Iterator[None]:
        aws.write("apps/example", "a plain text of somebody else")
        yield

    return Place(
        variables("aws_secrets_manager", name="apps/example"),
        lambda: json.loads(aws.read("apps/example") or "{}"),
        lambda held: aws.write("apps/example", json.dumps(held)),
        read_only,
        environment=dict(aws.environment),
    )


def aws_by_variables(aws: Aws) -> Place:
    place = aws_secrets_manager(aws)
    told = {"region": aws.region, "profile": "keeper", "endpoint_url": aws.url}
    place.variables.update(variables("aws_secrets_manager", name="apps/example", **told))
    place.environment = aws.environment_for("keeper")
    return place


def awx_credential(awx: Awx) -> Place:
    kind = awx.add_credential_type("Cloudflare OAuth client", FIELDS)

    @contextmanager
    def read_only() -> Iterator[None]:
        awx.read_only = True
        try:
            yield
        finally:
            awx.read_only = False

    return Place(
        variables("awx_credential", name="Example", type="Cloudflare OAuth client", organization="Default"),
        lambda: dict(awx.inputs("Example")),
        lambda held: void(awx.add_credential("Example", kind, held)),
        read_only,
        environment=dict(awx.environment),
        shows_secrets=False,
    )


def void(_value: object) -> None:
    return


def own_task_files(directory: Path) -> Place:
    """A store that users write themselves, as the README of the role shows it."""
    place = file_place(directory)
    own = directory / "own_store"
    own.mkdir()
    path = place.variables.pop(FILE_PATH)
    (own / "read.yml").write_text(f"""
- name: Read what is there
  ansible.builtin.set_fact:
    oauth_client_secret_store_found: >-
      {{{{ lookup('ansible.builtin.file', '{path}', errors='ignore') | default('{{}}', true) | from_json }}}}
""")
    (own / "write.yml").write_text(f"""
- name: Write it
  ansible.builtin.copy:
    content: "{{{{ oauth_client_secret_store_record | to_json }}}}"
    dest: "{path}"
    mode: '0600'
""")
    place.variables["oauth_client_secret_store_backend"] = str(own)
    return place
