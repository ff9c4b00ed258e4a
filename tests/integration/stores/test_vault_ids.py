# SPDX-License-Identifier: GPL-3.0-or-later
"""Which vault secret a file is read and written with, by the rules of ansible-vault itself."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.ansible_runs import Ansible, Run
from tests.integration.stores.opened import HELD
from tests.integration.thorough import thorough

MODULE = "oauthops.iam.cloudflare_oauth_client_stored_secret"
MATCH = {"ANSIBLE_VAULT_ID_MATCH": "true"}
ENCRYPT = {"ANSIBLE_VAULT_ENCRYPT_IDENTITY": "prod"}
TEAM = {"ANSIBLE_VAULT_IDENTITY": "team"}
DEV, PROD, DEFAULT = (("--vault-id", f"{name}@{name}.password") for name in ("dev", "prod", "default"))
FILE = ("--vault-password-file", "default.password")
Environment = dict[str, str]


class Controller:
    """A directory with three vault passwords, and a file that the store keeps."""

    def __init__(self, directory: Path) -> None:
        self.ansible = Ansible(directory, {"OAUTHOPS_HANDOVER_DIR": str(directory / "handover")})
        self.kept = directory / "vault.yml"
        for name in ("dev", "prod", "default"):
            (directory / f"{name}.password").write_text(f"password of {name}\n")

    def store(self, *flags: str, environment: Environment, **options: Any) -> Run:
        """Store a secret by a run with these flags."""
        store = {"type": "vault_file", "path": str(self.kept), "key": "example_app", **options}
        task = {"name": "store", MODULE: {**HELD, "state": "present", "store": store}}
        self.ansible.environment.update(environment)
        return self.ansible.play([task], *flags)

    def encrypt(self, *flags: str, environment: Environment) -> None:
        """Have ansible-vault itself make the file."""
        self.kept.write_text("other: 1 # survives\n")
        encrypted = self.ansible.command("ansible-vault", "encrypt", *flags, str(self.kept), **environment)
        assert encrypted.status == 0, encrypted.output

    @property
    def header(self) -> str:
        return self.kept.read_text().splitlines()[0]

    def held(self, *flags: str, environment: Environment) -> Any:
        """What ansible-vault itself shows."""
        viewed = self.ansible.command("ansible-vault", "view", *flags, str(self.kept), **environment)
        assert viewed.status == 0, viewed.output
        return yaml.safe_load(viewed.output)


@pytest.fixture
def controller(tmp_path: Path) -> Controller:
    return Controller(tmp_path)


ALIKE = [
    (DEFAULT, MATCH),
    (FILE, {**MATCH, **TEAM}),
    ((*DEV, *PROD), {**MATCH, **ENCRYPT}),
    *thorough((FILE, MATCH), (DEV, MATCH), ((*DEFAULT, *PROD), ENCRYPT)),
]


@pytest.mark.parametrize(("flags", "environment"), ALIKE)
def test_a_new_file_gets_the_vault_id_that_ansible_vault_gives(
    controller: Controller, flags: tuple[str, ...], environment: Environment
) -> None:
    controller.encrypt(*flags, environment=environment)
    wanted = controller.header
    controller.kept.unlink()
    stored = controller.store(*flags, environment=environment)
    assert (stored.status, stored.changed) == (0, ["store"]), stored.output
    assert controller.header == wanted
    assert controller.held(*flags, environment=environment) == {"example_app": HELD}
    assert controller.store(*flags, environment=environment).changed == []


@pytest.mark.parametrize(
    ("made_with", "environment"),
    [(DEV, {}), (PROD, MATCH), (DEFAULT, {}), *thorough((DEV, MATCH), (PROD, {}), (DEFAULT, MATCH))],
)
def test_a_file_keeps_the_vault_id_that_ansible_vault_gave(
    controller: Controller, made_with: tuple[str, ...], environment: Environment
) -> None:
    controller.encrypt(*made_with, environment={})
    wanted = controller.header
    stored = controller.store(*DEV, *DEFAULT, *PROD, environment=environment)
    assert (stored.status, stored.changed) == (0, ["store"]), stored.output
    assert controller.header == wanted
    assert controller.held(*made_with, environment=environment) == {"other": 1, "example_app": HELD}


def test_a_file_without_a_vault_id_has_the_default_one(controller: Controller) -> None:
    controller.encrypt(*DEFAULT, environment={})
    wanted = controller.header
    environment = {**MATCH, **TEAM}
    password = {"vault_password_file": str(controller.ansible.directory / "default.password")}
    assert controller.store(environment=environment, **password).changed == ["store"]
    assert controller.header == wanted
    assert controller.store(*FILE, environment=environment).changed == []
    assert controller.held(*FILE, environment=environment) == {"other": 1, "example_app": HELD}


def test_a_password_opens_another_vault_id_only_where_that_is_allowed(controller: Controller) -> None:
    controller.encrypt(*PROD, environment={})
    password = {"vault_password_file": str(controller.ansible.directory / "prod.password")}
    refused = controller.store(environment=MATCH, **password)
    assert (refused.code, refused.option) == ("store_unreadable", "store")
    assert "has the vault ID prod, and DEFAULT_VAULT_ID_MATCH allows no other (loaded: default)" in refused.failure
    assert controller.store(environment=MATCH, **password, vault_id="prod").changed == ["store"]
    assert controller.held(*PROD, environment=MATCH) == {"other": 1, "example_app": HELD}


@pytest.mark.parametrize(
    ("flags", "options", "environment"),
    [
        ((*DEV, *PROD), {}, {}),
        (DEV, {}, ENCRYPT),
        (DEV, {"vault_id": "prod"}, {}),
        (DEFAULT, {"vault_id": "default"}, {**MATCH, **TEAM}),
    ],
)
def test_a_vault_id_that_would_be_the_wrong_one_is_refused(
    controller: Controller, flags: tuple[str, ...], options: dict[str, str], environment: Environment
) -> None:
    refused = controller.store(*flags, environment=environment, **options)
    assert refused.code == "store_unwritable"
    assert "vault_id" in refused.failure
    assert not controller.kept.exists()
