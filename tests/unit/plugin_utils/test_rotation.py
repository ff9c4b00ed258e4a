# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that rotates the secret of a client: what it sends, what it stores, and what it refuses."""

from __future__ import annotations

import hashlib
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._module import HIDDEN_BY_CORE
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.clients import OAuthClients
from ansible_collections.oauthops.iam.plugins.plugin_utils import _moment
from ansible_collections.oauthops.iam.plugins.plugin_utils._handover import Handover
from ansible_collections.oauthops.iam.plugins.plugin_utils._minting import Minting
from ansible_collections.oauthops.iam.plugins.plugin_utils._rotation import Rotation
from ansible_collections.oauthops.iam.plugins.plugin_utils._rotation_note import Note
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.record import StoredRecord
from tests.unit.plugin_utils.stores_in_memory import InMemory, WriteOnly
from tests.unit.support import (
    ACCOUNT,
    CLIENT_ID,
    ROTATE,
    SECRET,
    a_confidential_client,
    a_connection,
    no_secret_known,
    reads,
    refuses,
)
from tests.unit.transport import Call, Script, cut

OLDER = "older-secret-Yy_8"
HELD = {"client_id": CLIENT_ID, "client_secret": OLDER, "minted_at": "2020-01-31T08:00:00Z", "rotation": "closed"}
OPEN = {"has_rotated_secret": True}
MINTS = Call("POST", ROTATE, {"client_secret": SECRET})
DELETES = Call("DELETE", ROTATE, None)
Json = Any


class Runs:
    """Runs of one client in one handover directory."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.lines: list[str] = []

    def run(self, store: InMemory, state: str = "rotated", **given: Json) -> dict[str, Json]:
        check_mode = store.site.check_mode
        usual = {
            "client_id": CLIENT_ID,
            "account_id": ACCOUNT,
            "state": state,
            "max_age": "",
            "overlap": "",
            "replace_lost": False,
        }
        params = {**usual, "expected": None, "secret_needed": "no", "retry_timeout": 0.0, "timeout": 1.0, **given}
        if not check_mode:  # as the lock makes it
            self.directory.mkdir(mode=0o700, exist_ok=True)
        handover = Handover(str(self.directory), CLIENT_ID, check_mode=check_mode)
        clients = OAuthClients(a_connection(retry_timeout=0.0), ACCOUNT)
        kept = StoredRecord(store, CLIENT_ID)
        return Rotation(clients, Minting(kept, handover, params, self.lines.append), params, check_mode).result()

    @property
    def left(self) -> list[str]:
        return sorted(path.name for path in self.directory.iterdir() if path.name != "site")

    def secrets_left(self) -> list[str]:
        return [(self.directory / name).read_text() for name in self.left]


@pytest.fixture
def runs(tmp_path: Path) -> Runs:
    return Runs(tmp_path / "handover")


def fingerprint(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def rotates(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client()), MINTS, reads(a_confidential_client(**OPEN)))


def test_a_secret_is_minted_and_stored(runs: Runs, cloudflare: Script) -> None:
    rotates(cloudflare)
    store = InMemory({**HELD, "note": "survives"})
    with no_secret_known() as registered:
        result = runs.run(store)
        assert (SECRET in registered()) is HIDDEN_BY_CORE
    assert (result["changed"], result["rotation"], result["steps"]) == (True, "open", ["rotated", "stored"])
    assert (result["fingerprint"], result["awaits_deployment"]) == (fingerprint(SECRET), True)
    assert SECRET not in str(result)
    noted, stored = store.written
    assert {**noted, "rotation": ""} == {**HELD, "note": "survives", "rotation": ""}
    assert Note.of(noted["rotation"])
    assert stored == {**noted, "client_secret": SECRET, "rotation": "open", "minted_at": result["minted_at"]}
    assert runs.left == []
    assert len(runs.lines) == 2


def test_finalizing_deletes_the_older_secret(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client(**OPEN)), DELETES)
    store = InMemory({**HELD, "rotation": "open"})
    result = runs.run(store, "finalized", expected=fingerprint(OLDER))
    assert (result["changed"], result["rotation"], result["steps"]) == (True, "closed", ["finalized"])
    assert store.held == HELD


def test_an_older_secret_that_is_deleted_and_not_noted_is_a_change(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client(**OPEN)), DELETES)
    store = InMemory({**HELD, "rotation": "open"})
    store.read_only = True
    with refuses("store_unwritable", "store", changed=True):
        runs.run(store, "finalized")


def test_a_store_that_keeps_something_else_than_the_secret_is_a_change(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client()), MINTS)
    store = InMemory(HELD)
    store.after_write = lambda: store.held.update(client_secret=OLDER)
    with refuses("store_collision", "store", changed=True) as refused:
        runs.run(store)
    assert runs.secrets_left() == [SECRET]
    assert str(runs.directory / runs.left[0]) in refused.value.message


def test_a_secret_that_is_handed_over_and_cannot_be_stored_is_no_change(runs: Runs, cloudflare: Script) -> None:
    store = InMemory(HELD)
    store.after_write = lambda: setattr(store, "read_only", True)
    cloudflare.expect(reads(a_confidential_client()), MINTS)
    with refuses("store_unwritable", "store"):
        runs.run(store)
    for check_mode in (False, True):
        later = InMemory(store.held, check_mode=check_mode)
        later.read_only = True
        cloudflare.expect(reads(a_confidential_client(**OPEN)))
        with refuses("store_unwritable", "store", changed=False) as refused:
            runs.run(later)
        assert str(runs.directory / runs.left[0]) in refused.value.message


def test_a_secret_that_waits_is_named_by_its_path(runs: Runs, cloudflare: Script) -> None:
    store = InMemory(HELD)
    store.after_write = lambda: setattr(store, "read_only", True)
    cloudflare.expect(reads(a_confidential_client()), MINTS)
    with refuses("store_unwritable", "store"):
        runs.run(store)
    cloudflare.expect(reads(a_confidential_client(**OPEN)))
    with refuses("rotation_not_stored", changed=False) as refused:
        runs.run(store, "finalized")
    assert str(runs.directory / runs.left[0]) in refused.value.message


def test_another_secret_than_was_verified_is_not_finalized(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client(**OPEN)))
    with refuses("secret_changed", "expected"):
        runs.run(InMemory({**HELD, "rotation": "open"}), "finalized", expected=fingerprint("another"))


def test_nothing_is_minted_into_a_store_that_cannot_be_written(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client()))
    store = InMemory(HELD)
    store.read_only = True
    with refuses("store_unwritable", "store", changed=False):
        runs.run(store)
    assert runs.left == []


def test_nothing_is_minted_without_a_place_to_receive_it(
    runs: Runs, cloudflare: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudflare.expect(reads(a_confidential_client()))

    def full(*_unused: Json) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with refuses("file_inaccessible", "handover_dir", changed=True):
        runs.run(InMemory(HELD))
    assert runs.left == []


def test_a_secret_that_cannot_be_stored_waits_for_the_next_run(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client()), MINTS)
    store = InMemory(HELD)
    # The note is written; after it the store takes nothing.
    store.after_write = lambda: setattr(store, "read_only", True)
    with refuses("store_unwritable", "store", changed=True) as refused:
        runs.run(store)
    assert runs.secrets_left() == [SECRET]
    assert str(runs.directory / runs.left[0]) in refused.value.message

    store.read_only, store.after_write = False, lambda: None
    cloudflare.expect(reads(a_confidential_client(**OPEN)))
    with no_secret_known() as registered:
        result = runs.run(store)
        assert (SECRET in registered()) is HIDDEN_BY_CORE
    assert (result["steps"], result["reason"]["code"]) == (["stored"], "handed_over")
    assert (store.held["client_secret"], store.held["rotation"], runs.left) == (SECRET, "open", [])


def test_a_note_of_another_run_is_not_overwritten(runs: Runs, cloudflare: Script) -> None:
    """It came between reading back the own note and storing the secret."""
    cloudflare.expect(reads(a_confidential_client()), MINTS)
    store = InMemory(HELD)
    kept = store.read
    reading: list[None] = []

    def meddle() -> dict[str, Json]:
        reading.append(None)
        if len(reading) == 3:
            store.held["rotation"] = "minting-20260101T000000Z-other"
        return kept()

    store.read = meddle  # type: ignore[method-assign]
    with no_secret_known() as registered, refuses("store_collision", "store", changed=True) as refused:
        try:
            runs.run(store)
        finally:
            assert (SECRET in registered()) is HIDDEN_BY_CORE
    assert str(runs.directory / runs.left[0]) in refused.value.message
    assert store.held["rotation"] == "minting-20260101T000000Z-other"
    assert runs.secrets_left() == [SECRET]


def test_two_runs_that_note_at_once_are_told_apart_before_minting(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client()))
    store = InMemory(HELD)
    store.after_write = lambda: store.held.update(rotation="minting-20260101T000000Z-other")
    with refuses("store_collision", "store", changed=True):
        runs.run(store)
    assert runs.left == []


def test_a_lease_that_has_ended_mints_nothing(runs: Runs, cloudflare: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    cloudflare.expect(reads(a_confidential_client()))
    store = InMemory(HELD)
    later = _moment.now() + timedelta(days=1)
    store.after_write = lambda: monkeypatch.setattr(_moment, "now", lambda: later)
    with refuses("lease_ended", "store", changed=True):
        runs.run(store)
    assert runs.left == []


@pytest.mark.parametrize("check_mode", [False, True])
def test_a_store_that_shows_no_secret_is_refused_where_a_later_run_needs_it(
    runs: Runs, cloudflare: Script, check_mode: bool
) -> None:
    cloudflare.expect(reads(a_confidential_client()))
    with refuses("store_write_only", "store"):
        runs.run(WriteOnly(HELD, check_mode=check_mode), secret_needed="later")


def test_a_store_that_shows_no_secret_leaves_it_for_this_run(runs: Runs, cloudflare: Script) -> None:
    rotates(cloudflare)
    store = WriteOnly(HELD)
    result = runs.run(store, secret_needed="now")
    assert result["fingerprint"] == fingerprint(SECRET)
    assert (runs.left, runs.secrets_left()) == ([f"{CLIENT_ID}.kept"], [SECRET])

    cloudflare.expect(reads(a_confidential_client(**OPEN)), DELETES)
    assert runs.run(store, "finalized", expected=result["fingerprint"])["rotation"] == "closed"
    assert runs.left == []


def test_a_run_that_is_killed_before_it_keeps_the_secret_leaves_it_for_the_next(
    runs: Runs, cloudflare: Script, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    def killed(*_args: Any, **_options: Any) -> None:
        raise Killed

    cloudflare.expect(reads(a_confidential_client()), MINTS)
    store = WriteOnly(HELD)
    with monkeypatch.context() as patch:
        patch.setattr(Handover, "end", killed)
        with pytest.raises(Killed):
            runs.run(store, secret_needed="now")
    cloudflare.expect(reads(a_confidential_client(**OPEN)))
    assert runs.run(store, secret_needed="now")["fingerprint"] == fingerprint(SECRET)
    assert (runs.left, runs.secrets_left()) == ([f"{CLIENT_ID}.kept"], [SECRET])


def test_a_run_that_finds_a_rotation_finalized_keeps_the_secret_for_verifying(runs: Runs, cloudflare: Script) -> None:
    rotates(cloudflare)
    store = WriteOnly(HELD)
    runs.run(store, secret_needed="now")
    cloudflare.expect(reads(a_confidential_client()))
    assert runs.run(store, secret_needed="now")["steps"] == ["settled"]
    assert runs.secrets_left() == [SECRET]
    cloudflare.expect(reads(a_confidential_client()))
    assert runs.run(store, secret_needed="now", max_age="90d")["steps"] == []
    assert runs.left == []


def test_a_store_that_shows_no_secret_needs_none_kept_where_no_task_needs_it(runs: Runs, cloudflare: Script) -> None:
    rotates(cloudflare)
    runs.run(WriteOnly(HELD))
    assert runs.left == []


def test_a_lost_response_is_reported_and_the_next_run_refuses(runs: Runs, cloudflare: Script) -> None:
    lost = Call("POST", ROTATE, fault=cut())
    cloudflare.expect(reads(a_confidential_client()), lost, reads(a_confidential_client(**OPEN)))
    store = InMemory(HELD)
    with refuses("secret_lost"):
        runs.run(store)
    assert store.held["client_secret"] == OLDER
    cloudflare.expect(reads(a_confidential_client(**OPEN)))
    with refuses("rotation_lost") as refused:
        runs.run(store)
    name = Note.of(store.held["rotation"]).name  # type: ignore[union-attr]
    assert f"the file {CLIENT_ID}.{name} in the handover directory" in refused.value.message
    assert f"copy it to {runs.directory} on this controller" in refused.value.message

    cloudflare.expect(reads(a_confidential_client(**OPEN)), DELETES, MINTS, reads(a_confidential_client(**OPEN)))
    assert runs.run(store, replace_lost=True)["steps"] == ["finalized", "rotated", "stored"]
    assert store.written[-2]["minted_at"] == ""
    assert (store.held["client_secret"], runs.left) == (SECRET, [])


def test_a_rotation_that_is_not_shown_is_a_failure_that_lost_nothing(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client()), MINTS, reads(a_confidential_client()))
    store = InMemory(HELD)
    with refuses("rotation_not_shown", changed=True):
        runs.run(store)
    assert store.held["client_secret"] == SECRET


def test_check_mode_writes_nothing_and_predicts_the_steps(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client()))
    store = InMemory(HELD, check_mode=True)
    result = runs.run(store)
    assert (result["changed"], result["rotation"], result["steps"]) == (True, "open", ["rotated", "stored"])
    assert (result["fingerprint"], result["awaits_deployment"]) == (None, False)
    assert (store.written, runs.directory.exists(), runs.lines) == ([], False, [])


def test_check_mode_predicts_a_store_that_cannot_be_written(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client()))
    store = InMemory(HELD, check_mode=True)
    store.read_only = True
    with refuses("store_unwritable", "store", changed=False):
        runs.run(store)


@pytest.mark.parametrize("state", ["rotated", "finalized"])
def test_check_mode_of_an_open_rotation(runs: Runs, cloudflare: Script, state: str) -> None:
    cloudflare.expect(reads(a_confidential_client(**OPEN)))
    result = runs.run(InMemory({**HELD, "rotation": "open"}, check_mode=True), state)
    assert result["awaits_deployment"] is True
    assert result["steps"] == (["finalized"] if state == "finalized" else [])


def test_the_place_of_another_client_is_refused(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client()))
    with refuses("store_of_another_client", "store"):
        runs.run(InMemory({**HELD, "client_id": "another"}))


def test_the_time_when_a_secret_is_due_is_told(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client()))
    result = runs.run(InMemory({**HELD, "minted_at": _moment.iso(_moment.now())}), max_age="90d")
    assert (result["changed"], result["reason"]["code"]) == (False, "not_due")
    assert result["due_at"] > result["minted_at"]
