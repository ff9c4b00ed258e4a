# SPDX-License-Identifier: GPL-3.0-or-later
"""One contract for every store: what the role promises of where a secret goes, checked at the real place."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.ansible_runs import Ansible, Run
from tests.integration.stores import places
from tests.integration.stores.places import Place
from tests.integration.thorough import thorough

ROLE = "oauthops.iam.oauth_client_secret_store"
SECRET, OLDER = "hush-hush-Zz_9", "older-secret-Yy_8"
HELD = {"client_id": "c1", "client_secret": OLDER, "minted_at": "2020-01-31T08:00:00Z", "rotation": "closed"}
SIBLING = {"note": "survives"}

STORES: dict[str, Callable[..., Place]] = {
    "file": places.file_place,
    "vault_file": functools.partial(places.vault_file, known_by="password file"),
    "hashi_vault": places.hashi_vault,
    "aws_secrets_manager": places.aws_secrets_manager,
    "awx_credential": places.awx_credential,
    "own task files": places.own_task_files,
}
OTHERWISE_TOLD: dict[str, Callable[..., Place]] = {
    "file, on a host": places.file_on_a_host,
    "file, of another": places.file_of_another,
    "vault_file, variable": functools.partial(places.vault_file, known_by="variable"),
    "vault_file, vault id": functools.partial(places.vault_file, known_by="vault id"),
    "hashi_vault, variables": places.hashi_vault_by_variables,
    "hashi_vault, AppRole": places.hashi_vault_by_app_role,
    "aws_secrets_manager, variables": places.aws_by_variables,
}
SERVERS = {"hashi_vault": "openbao", "aws_secrets_manager": "aws", "awx_credential": "awx"}
every_way = pytest.mark.parametrize("place", [*STORES, *thorough(*OTHERWISE_TOLD)], indirect=True)
# What is in the role once, for all stores, is seen with three of them.
SOME = ["file", "hashi_vault", "awx_credential"]


@pytest.fixture(params=[*SOME, *thorough(*(name for name in STORES if name not in SOME))])
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    make = {**STORES, **OTHERWISE_TOLD}[request.param]
    server = SERVERS.get(request.param.partition(",")[0])
    return make(request.getfixturevalue(server) if server else tmp_path)


class Store:
    """The role, run on one place."""

    def __init__(self, ansible: Ansible, place: Place) -> None:
        self.ansible, self.place = ansible, place
        self.handover = ansible.directory / "handover"

    def run(self, entry: str, *options: str, **variables: Any) -> Run:
        role = {"ansible.builtin.include_role": {"name": ROLE, "tasks_from": entry}}
        return self.play([role], *options, **variables)

    def play(self, tasks: list[Any], *options: str, **variables: Any) -> Run:
        given = {f"oauth_client_secret_store_{name}": value for name, value in variables.items()}
        place = {**self.place.variables, "oauth_client_secret_store_handover_dir": str(self.handover)}
        self.ansible.environment.update(self.place.environment)
        run = self.ansible.play(tasks, "-vvv", "--diff", *self.place.options, *options, vars={**place, **given})
        assert [
            secret for secret in (SECRET, OLDER) if secret in run.output + json.dumps([t.result for t in run.tasks])
        ] == []
        assert "Traceback" not in run.output
        return run

    def ok(self, entry: str, *options: str, **variables: Any) -> Run:
        run = self.run(entry, *options, **variables)
        assert run.status == 0, run.output
        return run

    def mint(self, **variables: Any) -> None:
        """What a module does between the two entry points."""
        path = Path(self.ok("preflight", **variables).fact("oauth_client_secret_store_handover_file"))
        path.write_text(SECRET)


@pytest.fixture
def store(ansible_with_stores: Ansible, place: Place) -> Store:
    return Store(ansible_with_stores, place)


@every_way
def test_a_secret_is_minted_stored_and_stored_again(store: Store, place: Place) -> None:
    place.write({**HELD, **SIBLING})
    store.mint(client_id="c1")
    noted = place.read()
    assert noted == {**HELD, **SIBLING, "rotation": noted["rotation"]}
    assert noted["rotation"].startswith("minting-")

    stored = store.ok("write", client_id="c1", rotation="open")
    held = place.read()
    assert held == {**HELD, **SIBLING, "client_secret": SECRET, "rotation": "open", "minted_at": held["minted_at"]}
    assert held["minted_at"][:4] > "2020"
    assert held["minted_at"].replace("-", "").replace(":", "") == noted["rotation"].split("-")[1]
    assert stored.changed
    assert list(store.handover.iterdir()) == []

    again = store.ok("write", client_id="c1", rotation="open")
    assert again.changed == []
    assert store.ok("write", client_id="c1", rotation="closed").changed
    assert place.read() == {**held, "rotation": "closed"}


def test_a_place_that_is_empty_is_filled(store: Store, place: Place) -> None:
    store.mint()
    assert place.read()["client_id"] == ""
    store.ok("write", client_id="c1")
    held = place.read()
    assert held == {**HELD, "client_secret": SECRET, "minted_at": held["minted_at"]}


def test_a_secret_can_be_given(store: Store, place: Place) -> None:
    given = {"client_id": "c1", "client_secret": SECRET, "minted_at": "2026-01-31T08:00:00Z"}
    store.ok("write", **given)
    assert place.read() == {**given, "rotation": "closed"}
    assert store.ok("write", **given).changed == [] or not place.shows_secrets
    assert place.read() == {**given, "rotation": "closed"}


def test_check_mode_foretells_and_writes_nothing(store: Store, place: Place) -> None:
    place.write({**HELD, **SIBLING})
    foretold = store.ok("preflight", "--check", client_id="c1")
    assert foretold.changed
    assert place.read() == {**HELD, **SIBLING}
    assert not store.handover.exists()


@pytest.mark.parametrize("client_id", ["c2", ""])
def test_the_place_of_another_client_is_refused(store: Store, place: Place, client_id: str) -> None:
    place.write(HELD)
    refused = store.run("preflight", client_id=client_id)
    assert refused.status != 0
    assert "holds the secret of the client c1 there" in refused.failure
    assert "Each client needs a place of its own" in refused.failure
    assert place.read() == HELD


def test_a_place_that_cannot_be_written_fails_before_anything_is_minted(store: Store, place: Place) -> None:
    place.write(HELD)
    with place.read_only():
        refused = store.run("preflight", client_id="c1")
    assert refused.status != 0
    told = [task.result["msg"] for task in refused.tasks if "cannot be" in str(task.result.get("msg"))]
    assert told, refused.output
    assert "The store " in told[-1]


def test_what_waits_to_be_stored_is_not_minted_over(store: Store, place: Place) -> None:
    store.mint(client_id="c1")
    refused = store.run("preflight", client_id="c1")
    assert refused.status != 0
    assert "lies in" in refused.failure
    assert "tasks_from=write" in refused.failure
    store.ok("write", client_id="c1")
    assert place.read()["client_secret"] == SECRET


def test_what_was_to_be_minted_and_is_not_there_is_told(store: Store, place: Place) -> None:
    """In one play, as the roles do it: the module between the two has failed, and nobody has noticed."""
    role = {"name": ROLE}
    run = store.play(
        [
            {"ansible.builtin.include_role": {**role, "tasks_from": "preflight"}},
            {"ansible.builtin.include_role": {**role, "tasks_from": "write"}},
        ],
        client_id="c1",
    )
    assert run.status != 0
    assert "which holds none, so there is nothing to store" in run.failure


def test_a_record_without_a_client_is_refused(store: Store, place: Place) -> None:
    refused = store.run("write", client_secret=SECRET)
    assert refused.status != 0
    assert "oauth_client_secret_store_client_id says whose secret is stored" in refused.failure


@pytest.mark.parametrize("given", [{}, {"client_secret": OLDER}], ids=["none", "the older"])
def test_a_rotation_is_not_called_open_without_a_newer_secret(
    store: Store, place: Place, given: dict[str, str]
) -> None:
    place.write(HELD)
    refused = store.run("write", client_id="c1", rotation="open", **given)
    if given and not place.shows_secrets:
        assert refused.status == 0  # which secret it holds cannot be told
        return
    assert refused.status != 0
    assert "newer secret" in refused.failure
    assert place.read() == HELD


@pytest.mark.parametrize("place", ["file"], indirect=True)
@pytest.mark.parametrize(("variable", "kind"), [("file_owner", "user"), ("file_group", "group")])
def test_an_owner_that_the_host_does_not_know_is_named(store: Store, place: Place, variable: str, kind: str) -> None:
    refused = store.run("preflight", client_id="c1", **{variable: "no-such-one"})
    assert refused.status != 0
    assert "The store file cannot be written" in refused.failure
    assert f"failed to look up {kind} no-such-one" in refused.failure
