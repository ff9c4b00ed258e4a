# SPDX-License-Identifier: GPL-3.0-or-later
"""One task at a time, by a lock in a directory that only we can write."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.plugin_utils._lock import held
from ansible_collections.oauthops.iam.plugins.plugin_utils._private_directory import (
    VARIABLE,
    check_private_directory,
    handover_directory,
    private_directory,
)
from tests.unit.locks import a_process_that_holds
from tests.unit.support import refuses
from tests.unit.transport import Clock
from tests.unit.users import NOBODY, a_place_for_all, acting_as_nobody, directory_of, only_root


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "new/oauthops.iam"


@pytest.fixture
def common() -> Iterator[Path]:
    with a_place_for_all() as place:
        yield place


def hold(directory: Path, seconds: float = 1, **words: str) -> None:
    with held(str(directory), "name", seconds, **words):
        pytest.fail("held all the same")


def test_it_is_held_and_then_gone(directory: Path) -> None:
    with held(str(directory), "name", 0):
        (lock,) = directory.iterdir()
        assert (lock.name, stat.S_IMODE(lock.stat().st_mode)) == ("name.lock", 0o600)
        assert re.fullmatch(rf"process {os.getpid()} on \S+ since 20[-0-9:T]+Z", lock.read_text())
        with held(str(directory), "other", 0):
            assert len(os.listdir(directory)) == 2
    assert os.listdir(directory) == []
    assert {stat.S_IMODE(path.stat().st_mode) for path in (directory, directory.parent)} == {0o700}


def test_it_is_gone_after_a_failure_too(directory: Path) -> None:
    with pytest.raises(ZeroDivisionError), held(str(directory), "name", 0):
        raise ZeroDivisionError
    assert os.listdir(directory) == []


@pytest.mark.parametrize(("seconds", "pauses"), [(0, []), (0.25, [0.1, 0.1, 0.05])])
def test_it_is_waited_for_and_its_holder_named(
    directory: Path, clock: Clock, seconds: float, pauses: list[float]
) -> None:
    with held(str(directory), "name", 0):
        with refuses("locked", "path") as caught:
            hold(directory, seconds, what="path: x", option="path")
        with held(str(directory), "other", 0):
            pass
    assert clock.sleeps == pytest.approx(pauses)
    assert f"path: x is still locked by another run after {seconds:g} s (process {os.getpid()}" in caught.value.message
    assert caught.value.message.endswith("). Run again later.")


def test_the_lock_of_a_process_that_was_killed_is_free(directory: Path) -> None:
    with a_process_that_holds(directory, "name") as holder:
        with refuses("locked", "lock_timeout") as caught:
            hold(directory)
        assert f"(process {holder} on" in caught.value.message
    assert os.listdir(directory) == ["name.lock"]
    with held(str(directory), "name", 0):
        assert f"process {os.getpid()} " in (directory / "name.lock").read_text()
    assert os.listdir(directory) == []


@pytest.mark.parametrize("again", [False, True])
def test_a_lock_that_is_removed_while_it_is_taken_is_taken_again(
    directory: Path, monkeypatch: pytest.MonkeyPatch, again: bool
) -> None:
    """Its holder removes it before it lets go, and a third task may have made it again."""
    lock = fcntl.flock
    removed: list[Path] = []

    def removing(handle: int, operation: int) -> None:
        if not removed:
            removed.append(directory / "name.lock")
            removed[0].unlink()
            if again:
                removed[0].touch()
        lock(handle, operation)

    monkeypatch.setattr(fcntl, "flock", removing)
    with held(str(directory), "name", 1):
        assert f"process {os.getpid()} " in removed[0].read_text()


def open_files() -> Iterator[str]:
    """The paths of this process's descriptors, of which the tests before may still close some."""
    for handle in os.listdir("/proc/self/fd") if os.path.isdir("/proc/self/fd") else ():
        with contextlib.suppress(OSError):
            yield os.readlink(f"/proc/self/fd/{handle}")


def test_a_file_system_without_locks_is_an_error(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def none(_handle: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, os.strerror(errno.ENOLCK))

    monkeypatch.setattr(fcntl, "flock", none)
    with pytest.raises(OSError, match=os.strerror(errno.ENOLCK)):
        hold(directory)
    assert not any(path.startswith(str(directory)) for path in open_files())


def use(path: Path | str) -> None:
    with private_directory(str(path)):
        pytest.fail("opened")


def test_the_options_of_a_task_are_blamed(directory: Path, tmp_path: Path) -> None:
    with held(str(directory), "name", 0), refuses("locked", "lock_timeout") as caught:
        hold(directory, 0)
    assert caught.value.message.endswith("). Run again later, or raise lock_timeout.")
    shared = directory_of(os.geteuid(), tmp_path.resolve() / "shared", 0o777)
    (shared / "link").symlink_to(tmp_path)
    for path in (shared, shared / "link"):
        with refuses("file_untrusted", "handover_dir") as caught:
            hold(path)
        assert caught.value.message.startswith("handover_dir: ")


def refused(path: Path | str, code: str) -> str:
    """The same for a directory that is looked at and one that is used."""
    with refuses(code) as looked:
        check_private_directory(str(path))
    with refuses(code) as used:
        use(path)
    assert looked.value.result() == used.value.result()
    assert looked.value.error()["option"] is None
    return used.value.message


@pytest.mark.parametrize("mode", [0o770, 0o707, 0o1777])
def test_a_directory_that_others_can_write_is_refused(tmp_path: Path, mode: int) -> None:
    shared = directory_of(os.geteuid(), tmp_path.resolve() / "shared", mode)
    assert refused(shared, "file_untrusted") == (
        f"{VARIABLE}: other users can write to the directory {shared}. Run: chmod 700 {shared}"
    )


@pytest.mark.parametrize("mode", [0o700, 0o755])
def test_a_directory_of_ours_stays_as_it_is(tmp_path: Path, mode: int) -> None:
    own = directory_of(os.geteuid(), tmp_path.resolve() / "own", mode)
    check_private_directory(str(own))
    with private_directory(str(own)) as opened:
        assert opened.path == str(own)
    assert stat.S_IMODE(own.stat().st_mode) == mode


@only_root
def test_a_directory_of_another_user_is_refused(common: Path) -> None:
    theirs = directory_of(NOBODY, common / "theirs", 0o700)
    assert refused(theirs, "file_owned_by_other").startswith(f"{VARIABLE}: {theirs} belongs to another user. Set ")
    roots = directory_of(0, common / "root_s", 0o755)
    with acting_as_nobody():
        assert "belongs to another user" in refused(roots, "file_owned_by_other")


@only_root
def test_a_link_of_another_user_is_refused(common: Path) -> None:
    shared = directory_of(0, common / "tmp", 0o1777)
    directory_of(0, common / "own", 0o700)
    with acting_as_nobody():
        (shared / "mine").symlink_to(common / "own")
    assert "is a symbolic link that another user may have put there" in refused(shared / "mine", "file_untrusted")


def test_a_link_of_ours_is_followed(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to("real")
    directory_of(os.geteuid(), tmp_path / "real", 0o700)
    with private_directory(str(tmp_path / "link")) as opened:
        assert opened.path == str(tmp_path.resolve() / "real")


@pytest.mark.parametrize(
    ("path", "code"), [("relative", "invalid_option"), ("/x\0y", "invalid_option"), ("/dev/null", "file_inaccessible")]
)
def test_what_is_no_directory_is_refused(path: str, code: str) -> None:
    assert refused(path, code).startswith("OAUTHOPS_HANDOVER_DIR: ")


@only_root
def test_a_directory_that_cannot_be_made_or_written_is_refused(common: Path) -> None:
    own = directory_of(NOBODY, common / "own", 0o500)
    with acting_as_nobody():
        for path in (common / "new/below", own):
            assert f"{path} cannot be written (Permission denied)." in refused(path, "file_inaccessible")


def test_a_directory_that_vanishes_at_once_is_refused(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "mkdir", lambda *_args, **_options: None)
    with refuses("file_inaccessible"):
        use(directory)


def test_nothing_is_made_by_looking(directory: Path) -> None:
    check_private_directory(str(directory))
    assert not directory.parent.exists()


def test_two_tasks_make_it_at_once(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.mkdir

    def raced(name: str, *args: Any, **options: Any) -> None:
        real(name, *args, **options)
        real(name, *args, **options)

    monkeypatch.setattr(os, "mkdir", raced)
    with private_directory(str(directory)):
        assert directory.is_dir()


def test_where_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.setenv("ANSIBLE_HOME", "/srv/ansible")
    assert handover_directory() == "/srv/ansible/oauthops.iam"
    monkeypatch.setenv(VARIABLE, "~/mine")
    assert handover_directory() == "~/mine"


def test_the_home_directory_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path.resolve()))
    with private_directory("~/mine") as opened:
        assert opened.path == f"{tmp_path.resolve()}/mine"
