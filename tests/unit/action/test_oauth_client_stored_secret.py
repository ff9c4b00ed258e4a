# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading and storing the secret of a client, as a task does it."""

from __future__ import annotations

import hashlib
import json
import os
from pathlib import Path
from typing import Any

import pytest
from ansible.errors import AnsibleConnectionFailure

from ansible_collections.oauthops.iam.plugins.action.cloudflare_oauth_client_stored_secret import ActionModule, shown
from ansible_collections.oauthops.iam.plugins.module_utils._module import HIDDEN_BY_CORE
from ansible_collections.oauthops.iam.plugins.plugin_utils import _store_action
from ansible_collections.oauthops.iam.plugins.plugin_utils._handover import Handover
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.record import StoredRecord
from tests.unit.actions import run_action
from tests.unit.plugin_utils.stores_in_memory import InMemory, WriteOnly
from tests.unit.support import SECRET, ModuleResult, refuses

OLDER = "older-secret-Yy_8"
HELD = {"client_id": "c1", "client_secret": OLDER, "minted_at": "2020-01-31T08:00:00Z", "rotation": "closed"}
Json = Any


class Stored:
    """A JSON file as the store of the client c1."""

    def __init__(self, directory: Path) -> None:
        self.file = directory.resolve() / "stored.json"
        self.handover = directory / "handover"

    def run(self, *, check: bool = False, store: Json = None, **args: Json) -> ModuleResult:
        store = {"type": "json_file", "path": str(self.file)} if store is None else store
        given = {"client_id": "c1", "store": store, "handover_dir": str(self.handover), **args}
        return run_action(ActionModule, given, check=check)

    def present(self, **args: Json) -> ModuleResult:
        return self.run(state="present", **args)

    def hold(self, **held: Json) -> None:
        self.file.write_text(json.dumps(held))

    @property
    def held(self) -> dict[str, Json]:
        return dict(json.loads(self.file.read_text()))


@pytest.fixture
def stored(tmp_path: Path) -> Stored:
    return Stored(tmp_path)


def test_the_record_is_read_with_its_secret(stored: Stored) -> None:
    stored.hold(**HELD, note="survives")
    result = stored.run()
    assert not result.failed, result.msg
    assert {name: result.data[name] for name in HELD} == HELD
    assert (OLDER in result.shown) is not HIDDEN_BY_CORE
    assert (result.changed, result.fingerprint) == (False, hashlib.sha256(OLDER.encode()).hexdigest())
    assert "note" not in result


def test_a_record_is_read_of_a_client_that_is_named(stored: Stored) -> None:
    store = {"type": "json_file", "path": str(stored.file)}
    result = run_action(ActionModule, {"store": store}, check=False)
    assert (result.failed, result.error, "client_id" in result.msg) == (True, {}, True)


def test_a_store_that_keeps_something_else_is_a_change(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    store = InMemory()
    monkeypatch.setattr(_store_action, "open_store", lambda _definition, _site: store)
    store.after_write = lambda: store.held.update(client_secret="theirs")
    collided = stored.present(client_secret=SECRET)
    assert (collided.code, collided.option, collided.changed) == ("store_collision", "store", True)
    store.held, store.read_only = {}, True
    refused = stored.present(client_secret=SECRET)
    assert (refused.code, refused.option, refused.changed) == ("store_unwritable", "store", False)


@pytest.mark.parametrize("held", [{}, {"client_id": "c1"}, {**HELD, "client_secret": ""}])
def test_nothing_is_handed_on_where_there_is_no_secret(stored: Stored, held: dict[str, Json]) -> None:
    stored.hold(**held)
    result = stored.run()
    assert (result.failed, result.code, result.option) == (True, "secret_not_readable", "store")


def test_a_host_that_cannot_be_reached_is_said_to_be_so(stored: Stored, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_args: Any, **_options: Any) -> None:
        raise AnsibleConnectionFailure("Connection refused")

    monkeypatch.setattr(ActionModule, "_execute_module", fails)
    monkeypatch.setattr(ActionModule, "is_controller", lambda _self: False)
    monkeypatch.setattr(ActionModule, "obstacle", lambda *_args: "the connection is ssh")
    result = stored.run()
    assert (result.failed, result.changed, result.code) == (True, False, "store_unreadable")
    assert "Connection refused" in result.msg


def test_a_store_that_shows_no_secret_gives_what_this_run_kept(stored: Stored) -> None:
    stored.handover.mkdir()
    client = Handover(str(stored.handover), "c1", check_mode=False)
    record = StoredRecord(WriteOnly(HELD), "c1")
    record.read()
    with refuses("secret_not_readable", "store"):
        shown(record, client)
    (stored.handover / "c1.kept").write_text(SECRET)
    assert shown(record, client)["client_secret"] == SECRET


def test_a_directory_that_cannot_be_made_is_refused(stored: Stored) -> None:
    stored.hold(**HELD)
    result = stored.present(client_secret=SECRET, handover_dir=str(stored.file / "below"))
    assert (result.code, result.option) == ("file_inaccessible", "handover_dir")
    assert stored.held == HELD


def test_an_id_that_is_none_makes_no_lock(stored: Stored) -> None:
    result = stored.present(client_id="../c1", client_secret=SECRET)
    assert (result.code, result.option) == ("invalid_option", "client_id")
    assert not stored.handover.exists()


def test_a_secret_that_was_made_elsewhere_is_stored(stored: Stored) -> None:
    stored.hold(**HELD, note="survives")
    given = {"client_secret": SECRET, "minted_at": "2026-01-31T08:00:00Z", "rotation": "open"}
    result = stored.present(**given)
    assert (result.changed, result.failed) == (True, False)
    assert stored.held == {**HELD, **given, "note": "survives"}
    assert SECRET not in result.text
    assert (SECRET in result.secrets) is HIDDEN_BY_CORE
    assert stored.present(**given).changed is False


def test_the_time_of_a_secret_that_is_stored_already_stays(stored: Stored) -> None:
    stored.hold(**HELD)
    assert stored.present(client_secret=OLDER).changed is False
    assert stored.present(client_secret=SECRET).changed is True
    assert stored.held["minted_at"] > "2026"


def test_check_mode_stores_nothing(stored: Stored) -> None:
    stored.hold(**HELD)
    assert stored.present(check=True, client_secret=SECRET).changed is True
    assert stored.held == HELD


@pytest.mark.parametrize(
    ("args", "expected"),
    [
        ({"client_secret": OLDER, "rotation": "open"}, ("secret_not_newer", "client_secret")),
        ({"client_secret": SECRET, "minted_at": "later"}, ("invalid_option", "minted_at")),
        ({"client_secret": SECRET, "client_id": "c2"}, ("store_of_another_client", "store")),
        ({"client_secret": SECRET, "lock_timeout": -1}, ("invalid_option", "lock_timeout")),
    ],
)
def test_what_cannot_be_stored_is_refused(stored: Stored, args: dict[str, Json], expected: tuple[str, str]) -> None:
    stored.hold(**HELD)
    result = stored.present(**args)
    assert (result.failed, result.code, result.option) == (True, *expected)
    assert stored.held == HELD


def test_a_run_that_is_minting_is_not_disturbed(stored: Stored) -> None:
    stored.hold(**{**HELD, "rotation": "minting-20260101T000000Z-a1 until 99980101T000000Z on other (51e)"})
    assert stored.present(client_secret=SECRET).code == "rotation_busy"


@pytest.mark.parametrize(
    ("store", "expected"),
    [
        ("a text", "invalid_option"),
        ([], "invalid_option"),
        ({}, "invalid_option"),
        ({"type": "json"}, "invalid_option"),
        ({"type": "json_file"}, "invalid_option"),
        ({"type": "json_file", "path": "/x", "key": "a"}, "invalid_option"),
        ({"type": "json_file", "path": "/x", "pth": "a"}, "invalid_option"),
        ({"type": "json_file", "path": {"a": "b"}}, "store_unreadable"),
        ({"type": "json_file", "path": "relative"}, "store_unreadable"),
        (
            {"type": "vault_file", "path": "/x", "key": "a", "vault_password": "b", "vault_password_file": "c"},
            "invalid_option",
        ),
    ],
    ids=str,
)
def test_a_store_that_is_wrong_is_refused(stored: Stored, store: Json, expected: str) -> None:
    result = stored.run(store=store)
    assert (result.failed, result.code, result.option) == (True, expected, "store")


def test_a_password_in_a_wrong_store_is_hidden(stored: Stored) -> None:
    result = stored.run(store={"type": "vault_file", "path": "/x", "kye": "sekret-1", "vault_password": "sekret-1"})
    assert "sekret-1" not in result.msg


@pytest.mark.parametrize("kind", ["json_file", "vault_file"])
def test_other_hard_links_of_the_file_are_warned_of(stored: Stored, kind: str) -> None:
    place: Json = {"type": kind, "path": str(stored.file)}
    if kind == "vault_file":
        place.update({"key": "app", "vault_password": "correct horse"})
    values: Json = {"store": place, "state": "present"}
    assert "warnings" not in stored.run(**values, client_secret=OLDER)
    os.link(stored.file, stored.file.with_name("linked"))
    assert ["1 other hard link" in each for each in stored.run(**values, client_secret=SECRET).warnings] == [True]
    assert "warnings" not in stored.run(**values, client_secret=SECRET)
