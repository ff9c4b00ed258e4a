# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a minted secret waits, and the lock of a client."""

from __future__ import annotations

import multiprocessing
import os
import stat
from datetime import datetime, timedelta, timezone
from pathlib import Path

import pytest

from ansible_collections.oauthops.iam.plugins.plugin_utils._handover import KEEP_IT, Handover, reserve
from ansible_collections.oauthops.iam.plugins.plugin_utils._lock import held
from ansible_collections.oauthops.iam.plugins.plugin_utils._rotation_note import Note
from tests.unit.support import SECRET, refuses

BEGAN = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)
NOTE = Note.new(BEGAN, timedelta(hours=1), "abc", "host", "site")
OLD = Note.of("minting-20260101T000000Z-a1")


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    """As the lock makes it."""
    made = tmp_path / "handover"
    made.mkdir(mode=0o700)
    return made


@pytest.fixture
def client(directory: Path) -> Handover:
    return of(directory, "c1")


def of(directory: Path, client_id: str) -> Handover:
    return Handover(str(directory), client_id, check_mode=False)


def test_a_secret_waits_in_a_file_of_its_own(client: Handover) -> None:
    with client.receiving(NOTE) as receive:
        assert not client.holds(NOTE)
        receive(SECRET)
    path = Path(client.path(NOTE))
    assert (path.read_text(), stat.S_IMODE(path.stat().st_mode)) == (SECRET, 0o600)
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert (client.read(NOTE), client.waiting()) == (SECRET, Note(NOTE.name, BEGAN))


def test_a_file_that_received_nothing_is_gone(client: Handover, directory: Path) -> None:
    with client.receiving(NOTE):
        pass
    assert os.listdir(directory) == []
    with refuses("handover_empty"):
        client.read(NOTE)


def test_a_file_of_a_run_that_was_killed_holds_nothing_until_it_received(client: Handover) -> None:
    Path(client.path(NOTE)).write_bytes(b"\0" * 4096)
    assert (client.holds(NOTE), client.waiting()) == (False, None)
    Path(client.path(NOTE)).write_bytes(SECRET.encode() + b"\0" * 4000)
    assert client.read(NOTE) == SECRET


def test_what_killed_runs_have_left_of_new_clients_is_removed(client: Handover, directory: Path) -> None:
    """The file that received nothing, and the one whose secret the store holds; nothing that another run has open."""
    new = of(directory, "new")
    notes = {name: Note.new(BEGAN, timedelta(hours=1), name, "host", "site") for name in ("empty", "kept", "other")}
    for name, content in (("empty", b"\0" * 4096), ("kept", SECRET.encode()), ("other", b"another")):
        Path(new.path(notes[name])).write_bytes(content)
    Path(client.path(NOTE)).write_bytes(b"\0" * 4096)
    with new.receiving(NOTE):
        new.clean_unlocked(None, None)
        assert new.path(NOTE) in map(str, directory.iterdir())
        assert not Path(new.path(notes["empty"])).exists()
        new.clean_unlocked("2026-11-27T12:00:00Z", SECRET)
    left = sorted(path.name for path in directory.iterdir())
    assert left == sorted([f"c1.{NOTE.name}", f"new.{notes['other'].name}"])
    new.clean_unlocked("2026-11-27T12:00:00Z", None)
    assert [path.name for path in directory.iterdir()] == [f"c1.{NOTE.name}"]


def test_a_file_that_was_removed_meanwhile_receives_nothing(directory: Path) -> None:
    path = directory / "removed"
    with path.open("w") as removed:
        path.unlink()
        with pytest.raises(FileNotFoundError):
            reserve(removed.fileno())


def test_a_link_is_never_followed(client: Handover, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("precious")
    os.symlink(tmp_path / "other", client.path(NOTE))
    assert not client.holds(NOTE)
    with refuses("file_inaccessible", "handover_dir") as refused, client.receiving(NOTE):
        pass
    assert (tmp_path / "other").read_text() == "precious"
    assert KEEP_IT in refused.value.message


def test_the_first_edition_named_a_file_by_its_note_alone(client: Handover, directory: Path) -> None:
    assert OLD
    (directory / OLD.name).write_text(SECRET)
    assert client.read(OLD) == SECRET
    client.end(OLD, keep=False)
    assert os.listdir(directory) == []


def test_cleaning_keeps_what_the_store_does_not_hold(client: Handover, directory: Path) -> None:
    other = of(directory, "c2")
    later = Note.new(BEGAN + timedelta(hours=1), timedelta(), "def", "host", "site")
    for owner, note in ((client, NOTE), (client, later), (other, NOTE)):
        with owner.receiving(note) as receive:
            receive(SECRET)
    Path(client.path(Note.new(BEGAN + timedelta(hours=2), timedelta(), "x", "h", "s"))).write_bytes(b"\0")
    client.clean("2026-11-27T12:00:00Z", to_come=False, keep=False)
    assert sorted(os.listdir(directory)) == [f"c1.{later.name}", f"c2.{NOTE.name}"]
    assert client.waiting() == Note(later.name, later.began)


def test_a_directory_has_a_name_of_its_own_that_stays(client: Handover, directory: Path, tmp_path: Path) -> None:
    assert client.site == of(directory, "c2").site == Handover(str(directory), "c1", check_mode=True).site != ""
    (tmp_path / "other").mkdir()
    assert client.site != of(tmp_path / "other", "c1").site


def test_check_mode_makes_nothing(tmp_path: Path) -> None:
    predicted = Handover(str(tmp_path / "handover"), "c1", check_mode=True)
    assert (predicted.site, predicted.waiting()) == ("", None)
    assert not (tmp_path / "handover").exists()


@pytest.mark.parametrize("client_id", ["..", "a/b", "", "a b", "a\0"])
def test_an_id_that_is_none_makes_no_file(directory: Path, client_id: str) -> None:
    with refuses("invalid_option", "client_id"):
        of(directory, client_id)


def test_a_relative_directory_is_refused() -> None:
    with refuses("invalid_option", "handover_dir"):
        Handover("handover", "c1", check_mode=True)


def holding(directory: str, taken: object, free: object) -> None:
    with held(directory, "c1", 0):
        taken.set()  # type: ignore[attr-defined]
        free.wait()  # type: ignore[attr-defined]


def test_one_run_at_a_time(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    taken, free = context.Event(), context.Event()
    other = context.Process(target=holding, args=(str(tmp_path), taken, free))
    other.start()
    taken.wait()
    with refuses("locked", "lock_timeout") as refused, held(str(tmp_path), "c1", 1):
        pass
    assert f"process {other.pid} on " in refused.value.message
    with held(str(tmp_path), "c2", 0):
        pass
    other.kill()
    other.join()
    with held(str(tmp_path), "c1", 0):
        pass
