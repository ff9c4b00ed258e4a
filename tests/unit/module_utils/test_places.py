# SPDX-License-Identifier: GPL-3.0-or-later
"""Which directories are entered, and which links are followed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils import _places
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._places import NoDirectory, opened
from tests.unit.support import refuses
from tests.unit.users import NOBODY, a_place_for_all, acting_as_nobody, directory_of, only_root


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path.resolve()


@pytest.fixture
def common() -> Iterator[Path]:
    with a_place_for_all() as place:
        yield place


def place_of(path: Path | str) -> str:
    with opened("path", str(path)) as place:
        return place.path


def is_private(path: Path) -> bool:
    with opened("path", str(path / "file")) as place:
        return place.directory.private


def open_files() -> int:
    return len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0


@pytest.mark.parametrize(
    ("path", "real"),
    [
        ("file", "file"),
        ("./file", "file"),
        ("//file/", "file"),
        ("a/../file", "file"),
        ("a/b/../../file", "file"),
        ("into_b/file", "a/b/file"),
        ("into_b/../file", "a/file"),
        ("a/up/file", "file"),
        ("a/b/up_twice/a/file", "a/file"),
        ("absolute/file", "a/file"),
        ("to_file", "a/file"),
        ("chain", "a/file"),
        ("dangling", "a/nothing"),
    ],
)
def test_it_is_found_behind_all_links(folder: Path, path: str, real: str) -> None:
    (folder / "a/b").mkdir(parents=True)
    (folder / "a/file").touch()
    links = {
        "into_b": "a/b",
        "a/up": "..",
        "a/b/up_twice": "../..",
        "absolute": str(folder / "a"),
        "to_file": "./a/file",
        "chain": "to_file",
        "dangling": "a/nothing",
    }
    for link, target in links.items():
        (folder / link).symlink_to(target)
    before = open_files()
    assert place_of(f"{folder}/{path}") == f"{folder}/{real}" == os.path.realpath(f"{folder}/{path}")
    assert open_files() == before


def test_more_parents_than_there_are_lead_to_the_root() -> None:
    assert place_of("/../../file") == "/file"


@pytest.mark.parametrize("path", ["/", "/tmp/..", "//", "/.", "LINK"])
def test_a_directory_is_no_place_of_a_file(folder: Path, path: str) -> None:
    (folder / "link").symlink_to("..")
    with refuses("file_inaccessible", "path") as caught:
        place_of(path.replace("LINK", str(folder / "link")))
    assert "is a directory (expected a file)." in caught.value.message


def test_links_in_a_circle_are_an_error(folder: Path) -> None:
    (folder / "one").symlink_to("other")
    (folder / "other").symlink_to("one")
    with refuses("file_inaccessible", "path") as caught:
        place_of(folder / "one/file")
    assert caught.value.message == (
        f"path: {folder}/one/file cannot be reached (Too many levels of symbolic links). "
        "Correct the symbolic links in the path."
    )


def test_what_is_no_directory_is_an_error(folder: Path) -> None:
    (folder / "file").touch()
    with refuses("file_inaccessible", "path"):
        place_of(folder / "file/file")
    with pytest.raises(NoDirectory, match=f"path: the directory {folder}/no/way does not exist."):
        place_of(folder / "no/way/file")


@pytest.mark.parametrize(
    ("mode", "private"), [(0o755, True), (0o700, True), (0o775, False), (0o757, False), (0o1777, False)]
)
def test_a_directory_is_private_if_others_cannot_write_it(folder: Path, mode: int, private: bool) -> None:
    assert is_private(directory_of(os.geteuid(), folder / "here", mode)) is private


@only_root
def test_a_directory_of_another_user_is_not_private(common: Path) -> None:
    app = directory_of(NOBODY, common / "app")
    below = directory_of(0, app / "below")
    assert (is_private(common), is_private(app), is_private(below)) == (True, False, False)
    with acting_as_nobody():
        assert (is_private(common), is_private(app), is_private(below)) == (True, True, True)


def test_below_a_directory_that_all_can_write_none_is_private_unless_it_stays(folder: Path) -> None:
    for name, mode, private in (("sticky", 0o1777, True), ("open", 0o777, False)):
        shared = directory_of(os.geteuid(), folder / name, mode)
        assert is_private(directory_of(os.geteuid(), shared / "mine", 0o700)) is private


@only_root
def test_one_of_another_user_does_not_stay_where_all_can_write(folder: Path) -> None:
    shared = directory_of(0, folder / "sticky", 0o1777)
    directory_of(0, directory_of(NOBODY, shared / "theirs") / "mine", 0o700)
    assert not is_private(shared / "theirs/mine")
    assert not is_private(directory_of(0, directory_of(NOBODY, folder / "odd", 0o1777) / "mine", 0o700))


@pytest.mark.parametrize("mode", [0o775, 0o777, 0o1777])
@pytest.mark.parametrize("link", ["link/file", "link_to_file"])
def test_a_link_where_others_can_write_is_refused(folder: Path, mode: int, link: str) -> None:
    shared = directory_of(os.geteuid(), folder / "shared", mode)
    (folder / "real").mkdir()
    (shared / "link").symlink_to("../real")
    (shared / "link_to_file").symlink_to("../real/file")
    with refuses("file_untrusted", "path") as caught:
        place_of(shared / link)
    assert caught.value.message == (
        f"path: {shared}/{link.split('/')[0]} is a symbolic link that another user may have put there. "
        "If you trust the link, use its target in path instead. Otherwise remove the link."
    )
    assert place_of(shared / "../real/file") == f"{folder}/real/file"


@only_root
def test_a_link_of_another_user_is_refused(folder: Path) -> None:
    (folder / "link").symlink_to("real")
    os.lchown(folder / "link", NOBODY, -1)
    with refuses("file_untrusted", "path"):
        place_of(folder / "link")


@only_root
def test_links_in_ones_own_directory_are_followed(common: Path) -> None:
    app = directory_of(NOBODY, common / "app")
    with acting_as_nobody():
        (app / "current").symlink_to("release-1")
        (app / "release-1").mkdir()
        assert place_of(app / "current/secret") == f"{app}/release-1/secret"
    with refuses("file_untrusted", "path"):
        place_of(app / "current/secret")
    assert place_of(app / "release-1/secret") == f"{app}/release-1/secret"


@only_root
@pytest.mark.skipif(not hasattr(os, "O_PATH"), reason="only Linux opens what cannot be read")
def test_a_directory_that_can_only_be_searched_is_passed(common: Path) -> None:
    inner = directory_of(NOBODY, directory_of(0, common / "closed", 0o711) / "app", 0o300)
    with acting_as_nobody():
        assert place_of(inner / "file") == f"{inner}/file"


@only_root
def test_a_directory_that_cannot_be_searched_is_an_error(common: Path) -> None:
    directory_of(0, common / "closed", 0o700)
    with acting_as_nobody(), refuses("file_inaccessible", "path") as caught:
        place_of(common / "closed/file")
    assert caught.value.message == (
        f"path: {common}/closed/file cannot be reached (Permission denied). "
        "Give the user who runs the task access to it and to its directory."
    )


@pytest.mark.parametrize("searched", [os.O_RDONLY, getattr(os, "O_PATH", os.O_RDONLY)])
def test_a_directory_that_is_exchanged_for_a_link_is_not_entered(
    folder: Path, monkeypatch: pytest.MonkeyPatch, searched: int
) -> None:
    """At the worst moment: when it was seen to be a directory, and before it is opened."""
    app = directory_of(os.geteuid(), folder / "app", 0o777)
    for name in ("conf", "root_s"):
        (folder / name if name == "root_s" else app / name).mkdir()
    monkeypatch.setattr(_places, "SEARCHED", searched | os.O_DIRECTORY | os.O_NOFOLLOW)
    real = os.open

    def exchanging(name: str, *args: Any, **options: Any) -> int:
        if name == "conf":
            (app / "conf").rmdir()
            (app / "conf").symlink_to(folder / "root_s")
        return real(name, *args, **options)

    monkeypatch.setattr(os, "open", exchanging)
    with refuses("file_inaccessible", "path"):
        place_of(app / "conf/file")


def test_all_that_comes_later_stays_in_the_directory(folder: Path) -> None:
    """Although a link to another one takes its name meanwhile."""
    app = directory_of(os.geteuid(), folder / "app", 0o777)
    (app / "conf").mkdir()
    (folder / "root_s").mkdir()
    with opened("path", str(app / "conf/file")) as place:
        (app / "conf").rename(app / "aside")
        (app / "conf").symlink_to(folder / "root_s")
        place.create()
    assert os.listdir(folder / "root_s") == []
    assert os.listdir(app / "aside") == ["file"]


def test_a_file_that_is_exchanged_for_a_link_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = directory_of(os.geteuid(), folder / "shared", 0o777)
    (shared / "file").write_text("theirs")
    (folder / "root_s").write_text("hush")
    real = os.open

    def exchanging(name: str, *args: Any, **options: Any) -> int:
        if name == "file":
            (shared / "file").unlink()
            (shared / "file").symlink_to(folder / "root_s")
        return real(name, *args, **options)

    with opened("path", str(shared / "file")) as place:
        monkeypatch.setattr(os, "open", exchanging)
        with pytest.raises(OSError, match="symbolic links"):
            place.open()


def test_a_file_that_is_exchanged_for_a_hard_link_is_not_read(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    shared = directory_of(os.geteuid(), folder / "shared", 0o777)
    (shared / "file").write_text("theirs")
    (folder / "root_s").write_text("hush")
    real = os.open

    def exchanging(name: str, *args: Any, **options: Any) -> int:
        if name == "file":
            (shared / "file").unlink()
            os.link(folder / "root_s", shared / "file")
        return real(name, *args, **options)

    with opened("path", str(shared / "file")) as place:
        monkeypatch.setattr(os, "open", exchanging)
        before = open_files()
        with pytest.raises(UsageError, match="several hard links"):
            place.open()
        assert open_files() == before


@pytest.mark.parametrize("kind", ["pipe", "directory", "device"])
def test_what_is_no_file_is_refused_without_opening_it(folder: Path, kind: str) -> None:
    path = folder / "odd"
    if kind == "pipe":
        os.mkfifo(path)
    elif kind == "directory":
        path.mkdir()
    else:
        path = Path(os.devnull)
    with opened("path", str(path)) as place:
        for look in (place.open, place.check):
            with refuses("file_inaccessible", "path"):
                look()


@pytest.mark.parametrize(("mode", "refused"), [(0o700, False), (0o770, True), (0o1777, True)])
def test_several_hard_links_are_harmless_where_nobody_else_can_make_one(folder: Path, mode: int, refused: bool) -> None:
    shared = directory_of(os.geteuid(), folder / "shared", mode)
    (folder / "other").write_text("hush")
    os.link(folder / "other", shared / "file")
    with opened("path", str(shared / "file")) as place:
        if not refused:
            os.close(place.open() or 0)
            place.check()
            return
        for look in (place.open, place.check):
            with refuses("file_untrusted", "path") as caught:
                look()
            assert "It may be a link to another file" in caught.value.message


@only_root
def test_in_a_directory_such_as_tmp_only_files_of_ones_own_are_replaced(common: Path) -> None:
    shared = directory_of(0, common / "tmp", 0o1777)
    (shared / "root_s").touch()
    with acting_as_nobody():
        (shared / "mine").touch()
        for name in ("mine", "new"):
            with opened("path", str(shared / name)) as place:
                place.check()
        with opened("path", str(shared / "root_s")) as place, refuses("file_owned_by_other", "path"):
            place.check()
    with opened("path", str(shared / "mine")) as place:
        place.check()
