# SPDX-License-Identifier: GPL-3.0-or-later
"""Replacing a file in one step, from a file beside it that other users cannot touch to any effect."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import secrets
import signal
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._attributes import Attributes, replace
from ansible_collections.oauthops.iam.plugins.module_utils._files import ACL, LEFT, Reserved, found_at
from ansible_collections.oauthops.iam.plugins.module_utils._places import opened
from tests.unit.users import NOBODY, a_place_for_all, acl_for, acting_as_nobody, directory_of, only_root

# A run that is killed while it keeps a file reserved.
KILLED = """\
import os, signal, sys
from ansible_collections.oauthops.iam.plugins.module_utils._files import Reserved
from ansible_collections.oauthops.iam.plugins.module_utils._places import opened
with opened("path", sys.argv[1]) as place, Reserved(place) as reserved:
    reserved.write(b"secret")
    os.fchown(reserved.handle, int(sys.argv[2]), -1)
    os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path.resolve()


@pytest.fixture
def common() -> Iterator[Path]:
    with a_place_for_all() as place:
        yield place


@contextlib.contextmanager
def reserved(path: Path, owner: int = LEFT) -> Iterator[Reserved]:
    with opened("path", str(path)) as place, Reserved(place, owner) as file:
        yield file


def killed_run(path: Path, owner: int = LEFT) -> str:
    """The name of what a run has left behind that was killed."""
    before = set(os.listdir(path.parent))
    run = subprocess.run(
        [sys.executable, "-c", KILLED, str(path), str(owner)],
        env={"PYTHONPATH": os.pathsep.join(sys.path), "PYTHONDONTWRITEBYTECODE": "1"},
        check=False,
    )
    assert run.returncode == -signal.SIGKILL
    (left,) = set(os.listdir(path.parent)) - before
    return left


def written(path: Path, content: bytes = b"new", **options: Any) -> None:
    with opened("path", str(path)) as place:
        replace(place, content, Attributes(**options), found_at(place))


@pytest.mark.parametrize("mask", [0o000, 0o077, 0o777])
def test_it_is_closed_and_takes_space_until_it_takes_the_place(folder: Path, mask: int) -> None:
    before = os.umask(mask)
    try:
        with reserved(folder / "file") as file:
            file.write(b"x" * 5000)
            (beside,) = folder.iterdir()
            assert (stat.S_IMODE(beside.stat().st_mode), beside.stat().st_size) == (0o600, 5000)
            file.write(b"new")
            file.take_place()
    finally:
        os.umask(before)
    assert (folder / "file").read_bytes() == b"new"
    assert os.listdir(folder) == ["file"]


def test_what_was_reserved_in_vain_is_removed(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), reserved(folder / "file"):
        raise ZeroDivisionError
    assert os.listdir(folder) == []


def test_a_write_may_take_several_turns(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.pwrite
    monkeypatch.setattr(os, "pwrite", lambda handle, content, offset: real(handle, content[:3], offset))
    with reserved(folder / "file") as file:
        file.write(b"0123456789")
        file.take_place()
    assert (folder / "file").read_bytes() == b"0123456789"


def test_a_name_that_is_taken_is_not_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a file nor a link of another user, who would have to guess it."""
    tokens = iter(["aa", "bb", "cc"])
    monkeypatch.setattr(secrets, "token_hex", lambda _size: next(tokens))
    (folder / "theirs").write_text("hush")
    (folder / ".file.bb").symlink_to("theirs")
    (folder / ".file.aa").touch()
    with pytest.raises(FileExistsError), reserved(folder / "file"):
        pytest.fail("opened")
    assert (folder / "theirs").read_text() == "hush"


def test_a_leftover_of_a_killed_run_is_removed_by_the_next(folder: Path) -> None:
    left = killed_run(folder / "file")
    assert (folder / left).read_text() == "secret"
    other = killed_run(folder / "other")
    written(folder / "file")
    assert sorted(os.listdir(folder)) == sorted(["file", other])


@only_root
def test_a_leftover_that_was_given_away_already_is_removed_too(common: Path) -> None:
    app = directory_of(NOBODY, common / "app")
    left = killed_run(app / "file", NOBODY)
    assert (app / left).stat().st_uid == NOBODY
    written(app / "file")
    assert left in os.listdir(app)
    with opened("path", str(app / "file")) as place:
        replace(place, b"new", Attributes(owner=str(NOBODY)), None)
    assert os.listdir(app) == ["file"]


def test_a_file_that_a_living_run_holds_stays(folder: Path) -> None:
    with reserved(folder / "file") as first:
        first.write(b"first")
        written(folder / "file")
        first.take_place()
    assert (folder / "file").read_bytes() == b"first"
    assert os.listdir(folder) == ["file"]


@pytest.mark.parametrize(
    "name", [".file.0123456789", ".file.0123456789abX", ".other.0123456789ab", "file.0123456789ab"]
)
def test_files_of_other_names_stay(folder: Path, name: str) -> None:
    (folder / name).touch()
    written(folder / "file")
    assert sorted(os.listdir(folder)) == sorted(["file", name])


def test_what_only_looks_like_a_leftover_stays(folder: Path) -> None:
    (folder / "other").write_text("hush")
    (folder / ".file.0123456789aa").symlink_to("other")
    os.link(folder / "other", folder / ".file.0123456789ab")
    (folder / ".file.0123456789ac").mkdir()
    os.mkfifo(folder / ".file.0123456789ad")
    before = os.listdir(folder)
    written(folder / "file")
    assert sorted(os.listdir(folder)) == sorted([*before, "file"])


@only_root
def test_what_another_user_has_left_stays(common: Path) -> None:
    app = directory_of(NOBODY, common / "app")
    with acting_as_nobody():
        (app / ".file.0123456789ab").touch()
    written(app / "file")
    assert len(os.listdir(app)) == 2


def test_a_file_that_was_taken_for_a_leftover_is_made_again(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another run can look between its creation and its lock."""
    lock = fcntl.flock
    removed: list[Path] = []

    def removing(handle: int, operation: int) -> None:
        if not removed:
            removed.append(next(folder.iterdir()))
            removed[0].unlink()
        lock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", removing)
    written(folder / "file")
    assert removed
    assert os.listdir(folder) == ["file"]


def test_a_file_that_another_run_is_about_to_remove_is_left_to_it(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock = fcntl.flock
    refused: list[int] = []

    def busy(handle: int, operation: int) -> None:
        if not refused:
            refused.append(handle)
            raise BlockingIOError
        lock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", busy)
    written(folder / "file")
    assert len(os.listdir(folder)) == 2
    written(folder / "file")
    assert os.listdir(folder) == ["file"]


def test_a_file_system_without_locks_keeps_leftovers(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = killed_run(folder / "file")

    def none(_handle: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)
    written(folder / "file")
    assert sorted(os.listdir(folder)) == sorted(["file", left])


@only_root
@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="only Linux opens what cannot be read")
def test_a_directory_that_cannot_be_listed_is_written_all_the_same(common: Path) -> None:
    inner = directory_of(NOBODY, common / "app", 0o300)
    with acting_as_nobody():
        written(inner / "file")
        assert (inner / "file").read_bytes() == b"new"


@pytest.mark.parametrize("exchange", ["before", "after"])
def test_what_another_user_puts_into_the_place_is_noticed(
    folder: Path, monkeypatch: pytest.MonkeyPatch, exchange: str
) -> None:
    shared = directory_of(os.geteuid(), folder / "shared", 0o777)
    real = os.replace

    def exchanging(name: str, place: str, **options: int) -> None:
        (shared / "theirs").write_text("theirs")
        if exchange == "before":
            (shared / name).unlink()
            (shared / "theirs").rename(shared / name)
        real(name, place, **options)
        if exchange == "after":
            (shared / "theirs").rename(shared / place)

    monkeypatch.setattr(os, "replace", exchanging)
    with reserved(shared / "file") as file:
        file.write(b"secret")
        with pytest.raises(OSError, match="another user or task has replaced it"):
            file.take_place()
    assert os.listdir(shared) == ["file"]
    assert (shared / "file").read_text() == "theirs"


@pytest.mark.parametrize("mode", [0o700, 0o777])
def test_an_interruption_right_after_it_took_the_place_changes_nothing(
    folder: Path, monkeypatch: pytest.MonkeyPatch, mode: int
) -> None:
    shared = directory_of(os.geteuid(), folder / "shared", mode)
    real = os.replace

    def interrupted(name: str, place: str, **options: int) -> None:
        real(name, place, **options)
        raise KeyboardInterrupt

    monkeypatch.setattr(os, "replace", interrupted)
    with pytest.raises(KeyboardInterrupt):
        written(shared / "file")
    assert (shared / "file").read_bytes() == b"new"
    assert os.listdir(shared) == ["file"]


def test_a_link_that_appears_in_the_place_is_replaced_itself(folder: Path) -> None:
    shared = directory_of(os.geteuid(), folder / "shared", 0o777)
    (folder / "other").write_text("hush")
    with reserved(shared / "file") as file:
        file.write(b"new")
        (shared / "file").symlink_to(folder / "other")
        file.take_place()
    assert not (shared / "file").is_symlink()
    assert (folder / "other").read_text() == "hush"


@only_root
def test_at_no_time_can_another_user_read_what_is_not_theirs(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Owner and mode, and what is in it, before each step that another user could see."""
    seen: list[tuple[str, int, int, bytes]] = []

    def watched(name: str) -> None:
        real = getattr(os, name)

        def call(*args: Any, **options: Any) -> Any:
            (beside,) = folder.glob(".file.*")
            status = beside.stat()
            seen.append((name, status.st_uid, stat.S_IMODE(status.st_mode), beside.read_bytes()))
            return real(*args, **options)

        monkeypatch.setattr(os, name, call)

    (folder / "file").write_bytes(b"older")
    (folder / "file").chmod(0o644)
    for name in ("pwrite", "fchown", "replace"):
        watched(name)
    written(folder / "file", owner=str(NOBODY))
    assert seen == [
        ("pwrite", 0, 0o600, b""),
        ("fchown", 0, 0o600, b"new"),
        ("replace", NOBODY, 0o600, b"new"),
    ]
    assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o600


def test_a_file_that_changes_is_another_version(folder: Path) -> None:
    path = folder / "file"
    path.write_text("older")
    with opened("path", str(path)) as place:
        older = found_at(place)
        assert older
        assert older.is_still_at(place)
        path.chmod(0o640)
        assert older.is_still_at(place)
        path.write_text("newer")
        assert not older.is_still_at(place)
        older = found_at(place)
        assert older
        status = path.stat()
        path.unlink()
        assert not older.is_still_at(place)
        path.write_text("newer")
        os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns + 1))
        assert not older.is_still_at(place)


@pytest.mark.parametrize("missing", ["getxattr", "removexattr"])
def test_a_system_without_extended_attributes_has_no_acls(
    folder: Path, monkeypatch: pytest.MonkeyPatch, missing: str
) -> None:
    (folder / "file").write_text("older")
    monkeypatch.delattr(os, missing, raising=False)
    written(folder / "file", keeps_mode=True)
    assert (folder / "file").read_bytes() == b"new"


def test_an_acl_that_the_directory_hands_on_is_not_for_secrets(folder: Path) -> None:
    acl_of_directory(folder, NOBODY)
    (folder / "control").touch()
    if not has_acl(folder / "control"):
        pytest.skip("this file system has no ACLs")
    written(folder / "file", keeps_mode=True)
    assert not has_acl(folder / "file")
    (folder / "file").unlink()
    (folder / "file").write_text("older")
    os.removexattr(folder / "file", ACL)
    (folder / "file").chmod(0o640)
    written(folder / "file", keeps_mode=True)
    assert not has_acl(folder / "file")
    assert stat.S_IMODE((folder / "file").stat().st_mode) == 0o640


def acl_of_directory(path: Path, uid: int) -> None:
    with contextlib.suppress(OSError, AttributeError):
        os.setxattr(path, "system.posix_acl_default", acl_for(uid))


def has_acl(path: Path) -> bool:
    with contextlib.suppress(OSError, AttributeError):
        return bool(os.getxattr(path, ACL))
    return False
