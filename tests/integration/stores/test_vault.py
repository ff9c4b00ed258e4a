# SPDX-License-Identifier: GPL-3.0-or-later
"""What only Vault and OpenBao do: versions, namespaces, engines, policies and log-ins, at a real OpenBao."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.integration.servers.openbao import OpenBao
from tests.integration.stores import logins
from tests.integration.stores.opened import HELD, SECRET, SIBLING, opened, record_in, refuses
from tests.integration.stores.places import READ_AND_WRITE, READ_ONLY

DEFINITION: dict[str, Any] = {"type": "hashi_vault", "path": "apps/one"}
PATH = "apps/one"


@pytest.fixture
def vault(openbao: OpenBao, monkeypatch: pytest.MonkeyPatch) -> OpenBao:
    """An OpenBao that the environment names, with a token that may do everything."""
    for name, value in openbao.environment.items():
        monkeypatch.setenv(name, value)
    return openbao


def soft_deleted(vault: OpenBao) -> None:
    vault.delete(f"secret/data/{PATH}")


def destroyed(vault: OpenBao) -> None:
    vault.put(f"secret/destroy/{PATH}", {"versions": [vault.version(PATH)]})


def expired(vault: OpenBao) -> None:
    vault.put(f"secret/metadata/{PATH}", {"delete_version_after": "1s"})
    vault.write(PATH, HELD)
    time.sleep(1.1)


@pytest.mark.parametrize("gone", [soft_deleted, destroyed, expired])
def test_a_newest_version_without_data_is_empty_and_compared(vault: OpenBao, gone: Callable[[OpenBao], None]) -> None:
    vault.write(PATH, HELD)
    gone(vault)
    version = vault.version(PATH)
    with record_in(DEFINITION) as record:
        assert record.read() == {}
        if gone is not expired:  # what is written next would expire as well
            assert record.change({**HELD, "client_secret": SECRET})
            assert vault.read(PATH) == {**HELD, "client_secret": SECRET}
            assert vault.version(PATH) == version + 1
            return
        vault.write(PATH, HELD)
        with refuses("store_conflict"):
            record.change({"client_secret": SECRET})


def test_a_place_whose_metadata_were_deleted_never_was(vault: OpenBao) -> None:
    vault.write(PATH, HELD)
    vault.delete(f"secret/metadata/{PATH}")
    with record_in(DEFINITION) as record:
        assert record.read() == {}
        record.change(HELD)
    assert (vault.read(PATH), vault.version(PATH)) == (HELD, 1)


def test_a_place_with_metadata_alone_is_empty(vault: OpenBao) -> None:
    vault.put(f"secret/metadata/{PATH}", {"custom_metadata": {"owner": "them"}})
    with record_in(DEFINITION) as record:
        assert record.read() == {}
        record.change(HELD)
    assert vault.read(PATH) == HELD


def test_a_mark_that_was_deleted_meanwhile_is_not_written_over(vault: OpenBao) -> None:
    """Another writer has written and deleted: the newest version is another all the same."""
    vault.write(PATH, HELD)
    with record_in(DEFINITION) as record:
        record.read()
        vault.write(PATH, HELD)
        soft_deleted(vault)
        with refuses("store_conflict"):
            record.change({"client_secret": SECRET})


def test_numbers_of_others_stay_as_vault_shows_them(vault: OpenBao) -> None:
    numbers = {"whole": 1, "half": 1.5, "zero": 0, "huge": 12345678901234567890, "far": 1e21, "tiny": 1e-7, "deep": [2]}
    vault.write(PATH, {**HELD, **SIBLING, **numbers, "text": "0012345678901234567890"})
    shown = vault.read(PATH)
    assert shown is not None
    assert shown["huge"] != numbers["huge"]
    with record_in(DEFINITION) as record:
        assert record.read() == shown
        assert not record.change({"client_id": "c1"})
        record.change({"rotation": "open"})
    assert vault.read(PATH) == {**shown, "rotation": "open"}
    assert vault.version(PATH) == 2


@pytest.mark.parametrize("options", [{"mount": "nowhere"}, {"namespace": "nowhere"}, {"mount": "sys"}])
def test_an_unknown_place_is_not_an_empty_one(vault: OpenBao, options: dict[str, str]) -> None:
    with opened({**DEFINITION, **options}) as store, refuses("store_unreadable", vault.token):
        store.read()


def test_an_engine_of_the_first_version_is_refused(vault: OpenBao) -> None:
    vault.put("sys/mounts/old", {"type": "kv", "options": {"version": "1"}})
    try:
        definition = {**DEFINITION, "mount": "old"}
        with record_in(definition) as record:
            assert record.read() == {}  # which nothing tells from an absent secret
            with refuses("store_unwritable", vault.token) as refused:
                record.change({"client_id": "c1", "rotation": "minting-1"})
            assert refused.value.result()["changed"] is True
        with record_in(definition) as record, refuses("store_unreadable", vault.token):
            record.read()
    finally:
        vault.delete("sys/mounts/old")


@pytest.mark.parametrize("token", ["s.wrong-token-Vv_5", "not a\ntoken-Vv_5", "töken-Vv_5-€"])
def test_a_token_that_is_wrong_is_refused(vault: OpenBao, token: str) -> None:
    with opened({**DEFINITION, "token": token}) as store, refuses("store_unreadable", "Vv_5"):
        store.read()


def test_a_policy_that_allows_nothing_is_refused(vault: OpenBao) -> None:
    token = vault.token_for('path "elsewhere/*" { capabilities = ["read"] }')
    with opened({**DEFINITION, "token": token}) as store, refuses("store_unreadable", token) as refused:
        store.read()
    assert "capability read for secret/data/apps/one" in refused.value.message


@pytest.mark.parametrize(("held", "needed"), [(None, "create"), (HELD, "update")])
@pytest.mark.parametrize("check_mode", [False, True])
def test_the_capability_that_is_lacking_is_named(
    vault: OpenBao, held: dict[str, str] | None, needed: str, check_mode: bool
) -> None:
    if held:
        vault.write(PATH, held)
    token = vault.token_for(READ_ONLY)
    with record_in({**DEFINITION, "token": token}, check_mode=check_mode) as record:
        record.read()
        with refuses("store_unwritable", token) as refused:
            record.change({"client_id": "c1", "client_secret": SECRET})
    assert f"capability {needed} for secret/data/apps/one" in refused.value.message
    assert vault.read(PATH) == held


def test_check_mode_leaves_open_what_it_may_not_ask(vault: OpenBao) -> None:
    token = vault.token_for(READ_ONLY, no_default_policy=True)
    with record_in({**DEFINITION, "token": token}, check_mode=True) as record:
        record.read()
        assert record.change(HELD)


def test_nothing_is_asked_but_the_place(vault: OpenBao) -> None:
    """A token of three uses is enough for a look, a write and a look."""
    token = vault.token_for(READ_AND_WRITE, num_uses=3, no_default_policy=True)
    with record_in({**DEFINITION, "token": token}) as record:
        record.read()
        record.change(HELD)
    assert vault.read(PATH) == HELD
    with opened({**DEFINITION, "token": token}) as store, refuses("store_unreadable", token):
        store.read()


def test_a_token_that_was_given_is_not_revoked(vault: OpenBao) -> None:
    token = vault.token_for(READ_AND_WRITE)
    with record_in({**DEFINITION, "token": token}) as record:
        record.read()
    assert vault.is_valid(token)


def test_the_token_may_be_where_vault_s_own_command_keeps_it(vault: OpenBao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VAULT_TOKEN")
    with refuses("invalid_option"), opened(DEFINITION):
        pass
    Path("~/.vault-token").expanduser().write_text(f"{vault.token}\n")
    with record_in(DEFINITION) as record:
        assert record.read() == {}


@pytest.mark.parametrize("method", logins.METHODS)
def test_each_task_logs_in_once_and_leaves_no_token(vault: OpenBao, method: str, tmp_path: Path) -> None:
    options = logins.METHODS[method](vault, READ_AND_WRITE, tmp_path)
    before = vault.tokens()
    with record_in({**DEFINITION, **options}) as record:
        assert record.read() == {}
        record.change(HELD)
        assert vault.tokens() == before + 1
    assert vault.read(PATH) == HELD
    assert vault.tokens() == before


def test_a_log_in_is_used_in_its_namespace(vault: OpenBao) -> None:
    inside = vault.in_namespace("team-logins")
    definition = {**DEFINITION, "namespace": "team-logins", "auth_method": "approle"}
    with record_in({**definition, **inside.app_role_for(READ_AND_WRITE)}) as record:
        record.read()
        record.change(HELD)
    assert (inside.read(PATH), vault.read(PATH)) == (HELD, None)


def test_a_batch_token_is_left_to_end_by_itself(vault: OpenBao) -> None:
    mount = vault.enable_login("approle")
    options = vault.app_role_for(READ_AND_WRITE, mount=mount, token_type="batch")
    with record_in({**DEFINITION, "auth_method": "approle", "auth_mount_point": mount, **options}) as record:
        record.read()
        record.change(HELD)
    assert vault.read(PATH) == HELD


@pytest.mark.parametrize("method", ["approle", "userpass", "jwt", "kubernetes", "ldap"])
def test_a_log_in_that_is_refused_is_not_an_empty_place(vault: OpenBao, method: str) -> None:
    """Nothing is behind these methods, and ldap is a plugin that this server does not have."""
    wrong = "wrong-credential-Uu_4"
    options = {"role_id": wrong, "role": "keeper", "jwt": wrong, "username": "keeper", "password": wrong}
    with opened({**DEFINITION, **options, "auth_method": method}) as store, refuses("store_unreadable", wrong):
        store.read()


@pytest.mark.filterwarnings("ignore:Unverified HTTPS request")
def test_a_certificate_is_checked(vault: OpenBao, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VAULT_CACERT")
    with opened(DEFINITION) as store, refuses("store_unreadable", vault.token):
        store.read()
    with refuses("invalid_option", vault.token), opened({**DEFINITION, "ca_cert": "/does/not/exist.pem"}):
        pass
    with opened({**DEFINITION, "validate_certs": False}) as store:
        assert store.read() == {}
    monkeypatch.setenv("VAULT_SKIP_VERIFY", "true")
    with opened(DEFINITION) as store:
        assert store.read() == {}


def test_a_vault_that_is_sealed_is_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    with OpenBao() as own:
        for name, value in own.environment.items():
            monkeypatch.setenv(name, value)
        own.put("sys/seal")
        with opened(DEFINITION) as store, refuses("store_unreadable", own.token) as refused:
            store.read()
        assert "unseal" in refused.value.message
