# SPDX-License-Identifier: GPL-3.0-or-later
"""One contract for every store: what is promised of where a secret goes, checked at the real place."""

from __future__ import annotations

import functools
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from ansible_collections.oauthops.iam.plugins.module_utils._store_options import STORES
from tests.integration.ansible_runs import BIN
from tests.integration.stores import places
from tests.integration.stores.opened import HELD, OLDER, SECRET, SIBLING, opened, record_in, refuses
from tests.integration.stores.places import Place

PLACES: dict[str, Callable[..., Place]] = {
    "json_file": places.json_file,
    "module": places.module,
    "command": places.command,
    "vault_file, password file": functools.partial(places.vault_file, known_by="password file"),
    "vault_file, password": functools.partial(places.vault_file, known_by="password"),
    "vault_file, vault id": functools.partial(places.vault_file, known_by="vault id"),
    "hashi_vault": places.hashi_vault,
    "hashi_vault, namespace": places.hashi_vault_in_namespace,
    "aws_secrets_manager": places.aws_secrets_manager,
    "aws_secrets_manager, profile": places.aws_by_profile,
    "awx_credential": places.awx_credential,
    "awx_credential, gateway": places.awx_by_password,
}
SERVERS = {"hashi_vault": "openbao", "aws_secrets_manager": "aws", "awx_credential": "awx"}
# moto checks the rights of its own users alone, who have no profile.
every_place = pytest.mark.parametrize("place", sorted(PLACES), indirect=True)
with_rights = pytest.mark.parametrize("place", sorted(PLACES.keys() - {"aws_secrets_manager, profile"}), indirect=True)


@pytest.fixture
def place(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Place:
    server = SERVERS.get(request.param.partition(",")[0])
    made = PLACES[request.param](request.getfixturevalue(server) if server else tmp_path)
    for name, value in made.environment.items():
        monkeypatch.setenv(name, value)
    return made


def test_every_type_has_a_place() -> None:
    assert {name.partition(",")[0] for name in PLACES} == STORES.keys()


@every_place
def test_an_empty_place_is_read_and_filled(place: Place) -> None:
    with record_in(place.definition) as record:
        assert record.read() == {}
        held = [record.holds_secret]
        for changes in ({"client_id": "c1", "rotation": "minting-1"}, {**HELD, "client_secret": SECRET}):
            assert record.change(changes)
            held.append(record.holds_secret)
        assert held == [False, False, True]
        assert record.secret == (None if record.store.write_only else SECRET)
    assert place.read() == {**HELD, "client_secret": SECRET}


def test_ansible_vault_itself_opens_what_is_written(tmp_path: Path) -> None:
    with record_in(places.vault_file(tmp_path, "password file").definition) as record:
        record.read()
        record.change(HELD)
    command = [str(BIN / "ansible-vault"), "view", "--vault-password-file", "password", "kept/vault.yml"]
    viewed = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert yaml.safe_load(viewed) == {"example_app": HELD}


@every_place
def test_other_keys_survive(place: Place) -> None:
    place.write({**HELD, **SIBLING})
    with record_in(place.definition) as record:
        record.read()
        assert record.change({"client_secret": SECRET, "rotation": "open"})
    assert place.read() == {**HELD, **SIBLING, "client_secret": SECRET, "rotation": "open"}


@every_place
def test_a_secret_that_is_not_shown_is_null(place: Place) -> None:
    place.write({**HELD, **SIBLING})
    with record_in(place.definition) as record:
        found = record.read()
        write_only = record.store.write_only
        assert found == {**HELD, **SIBLING, **({"client_secret": None, "note": None} if write_only else {})}
        assert record.holds_secret
        assert record.change({"rotation": "open"})
        assert record.holds_secret
    assert place.read() == {**HELD, **SIBLING, "rotation": "open"}


@every_place
@pytest.mark.parametrize("client_id", ["c2", None])
def test_the_place_of_another_client_is_refused(place: Place, client_id: str | None) -> None:
    place.write(HELD)
    with record_in(place.definition, client_id) as record, refuses("store_of_another_client"):
        record.read()
    assert place.read() == HELD


@every_place
def test_nothing_is_written_twice(place: Place) -> None:
    with record_in(place.definition) as record:
        record.read()
        assert record.change(HELD)
    before = place.version()
    with record_in(place.definition) as record:
        found = record.read()
        assert not record.change({"client_id": "c1", "rotation": "closed"})
        assert not record.change(found)
    assert place.version() == before
    with record_in(place.definition) as record:
        record.read()
        assert record.change({"rotation": "open"})
    assert place.version() != before


@every_place
def test_check_mode_writes_nothing(place: Place) -> None:
    place.write(HELD)
    before = place.version()
    with record_in(place.definition, check_mode=True) as record:
        record.read()
        assert record.change({"client_secret": SECRET})
        assert not record.change({"rotation": "closed"})
    assert (place.read(), place.version()) == (HELD, before)


@every_place
def test_a_write_after_another_is_refused_where_it_is_compared(place: Place) -> None:
    place.write(HELD)
    with record_in(place.definition) as record:
        record.read()
        others = {**HELD, "rotation": "open"}
        place.write(others)
        if record.store.compares:
            with refuses("store_conflict", *place.secrets):
                record.change({"client_secret": SECRET})
            assert place.read() == others
        else:
            record.change({"client_secret": SECRET})
            assert place.read() == {**HELD, "client_secret": SECRET}


@every_place
def test_a_place_that_was_filled_meanwhile_is_compared_as_well(place: Place) -> None:
    with record_in(place.definition) as record:
        record.read()
        if not record.store.compares:
            return
        place.write(HELD)
        with refuses("store_conflict", *place.secrets):
            record.change({"client_id": "c1", "client_secret": SECRET})
    assert place.read() == HELD


@with_rights
def test_a_place_that_cannot_be_written_stays_as_it_is(place: Place) -> None:
    place.write({**HELD, **SIBLING})
    with record_in(place.definition) as record:
        record.read()
        with place.read_only(), refuses("store_unwritable", *place.secrets):
            record.change({"client_secret": SECRET})
    assert place.read() == {**HELD, **SIBLING}


@with_rights
def test_check_mode_predicts_the_refusal_where_it_can(place: Place) -> None:
    place.write({**HELD, **SIBLING})
    if not place.predicts:
        return
    with record_in(place.definition, check_mode=True) as record:
        record.read()
        with place.read_only():
            if place.definition["type"] == "awx_credential":
                record.read()
            with refuses("store_unwritable", *place.secrets):
                record.change({"client_secret": SECRET})
    assert place.read() == {**HELD, **SIBLING}


@every_place
def test_a_place_that_cannot_be_reached_is_not_an_empty_one(place: Place) -> None:
    with opened({**place.definition, **place.unreachable}) as store, refuses("store_unreadable", *place.secrets):
        store.read()


@every_place
def test_what_is_no_record_is_left_as_it_is(place: Place) -> None:
    if place.definition["type"] == "awx_credential":
        return  # whose inputs are texts
    place.write({"client_secret": ["not", "a", "text"], "token": OLDER})
    with record_in(place.definition) as record, refuses("foreign_content", *place.secrets):
        record.read()
