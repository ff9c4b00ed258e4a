# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user is told who described the store wrongly, before anything is written."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import Ansible

ROLE = "oauthops.iam.oauth_client_secret_store"
PREFIX = "oauth_client_secret_store"


def refusal(ansible: Ansible, entry: str = "preflight", **variables: Any) -> str:
    given = {f"{PREFIX}_{name}": value for name, value in variables.items()}
    run = ansible.play([{"ansible.builtin.include_role": {"name": ROLE, "tasks_from": entry}}], vars=given)
    assert run.status != 0, run.output
    assert run.changed == []
    assert "Traceback" not in run.output
    return run.failure


def test_the_role_by_itself_names_its_entry_points(ansible: Ansible) -> None:
    told = refusal(ansible, entry="main")
    assert "does nothing by itself" in told
    assert "tasks_from=preflight" in told
    assert "tasks_from=write" in told


def test_a_store_has_to_be_chosen(ansible: Ansible) -> None:
    told = refusal(ansible)
    assert f"{PREFIX}_backend says where the secret goes and is not set" in told
    assert "file, vault_file, hashi_vault, aws_secrets_manager, awx_credential" in told


@pytest.mark.parametrize("backend", ["filee", "/no/such/directory"])
def test_a_store_that_nobody_knows_is_told_with_those_that_there_are(ansible: Ansible, backend: str) -> None:
    told = refusal(ansible, backend=backend)
    assert told.startswith(f"{PREFIX}_backend: {backend} is none of file, vault_file, hashi_vault,")
    assert told.endswith("and no directory with your own read.yml and write.yml either.")


@pytest.mark.parametrize(
    ("backend", "missing"),
    [
        ("file", ["file_path"]),
        ("vault_file", ["vault_file_path", "vault_file_key"]),
        ("hashi_vault", ["hashi_vault_path"]),
        ("aws_secrets_manager", ["aws_secrets_manager_name"]),
        ("awx_credential", ["awx_credential_name", "awx_credential_type"]),
    ],
)
def test_what_a_store_needs_is_named(ansible_with_stores: Ansible, backend: str, missing: list[str]) -> None:
    needs = " and ".join(f"{PREFIX}_{name}" for name in missing)
    assert refusal(ansible_with_stores, backend=backend) == f"The store {backend} needs {needs}."


def test_only_what_is_missing_is_named(ansible: Ansible) -> None:
    told = refusal(ansible, backend="vault_file", vault_file_path="/nowhere.yml")
    assert told == f"The store vault_file needs {PREFIX}_vault_file_key."


def test_the_handover_directory_has_to_be_absolute(ansible: Ansible, tmp_path: Path) -> None:
    told = refusal(ansible, backend="file", file_path=str(tmp_path / "store.json"), handover_dir="handover")
    assert told == f"{PREFIX}_handover_dir: handover is not an absolute path."


@pytest.mark.parametrize("held", ["[]", '["client_secret"]', '"hush"', "5"])
def test_a_place_that_is_no_mapping_is_somebody_else_s(ansible: Ansible, tmp_path: Path, held: str) -> None:
    own, handover = tmp_path / "own_store", tmp_path / "handover"
    own.mkdir()
    (own / "write.yml").write_text("[]\n")
    (own / "read.yml").write_text(f"""
- name: Read what is there
  ansible.builtin.set_fact:
    oauth_client_secret_store_found: {held}
""")
    told = refusal(ansible, backend=str(own), handover_dir=str(handover), client_id="c1")
    assert f"What the store {own} holds there is not a mapping of keys to values" in told
    assert "Each client needs a place of its own" in told
    assert not handover.exists()


@pytest.mark.parametrize(("held", "what"), [('["hush"]', "is JSON, but not an object"), ("hush", "is not JSON")])
def test_a_file_that_is_no_store_is_left_as_it_is(ansible: Ansible, tmp_path: Path, held: str, what: str) -> None:
    path, handover = tmp_path / "store.json", tmp_path / "handover"
    path.write_text(held)
    told = refusal(ansible, backend="file", file_path=str(path), handover_dir=str(handover), client_id="c1")
    assert told.startswith(f"The store file cannot be read. Read the file: path: {path} {what}, and is left as it is")
    assert "hush" not in told
    assert (path.read_text(), handover.exists()) == (held, False)
