# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivering a secret that is shown once."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Any, NoReturn

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.delivery import Delivery
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.file_delivery import (
    LOST,
    RESERVED_BYTES,
    RETURNED,
    FileDelivery,
)
from ansible_collections.oauthops.iam.plugins.module_utils._system_errors import explained
from tests.unit.support import SECRET, refuses

REMEDY = "Mint another."


def deliver(path: Path | str | None, returned: bool | None = None) -> dict[str, Any]:
    with Delivery.of({"client_secret_file": str(path) if path else None, "return_client_secret": returned}) as delivery:
        return delivery.deliver(SECRET, "the-id", REMEDY)


def fails_with(number: int) -> Any:
    def fail(*_args: Any, **_options: Any) -> NoReturn:
        raise OSError(number, os.strerror(number))

    return fail


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path.resolve()


def test_the_file_holds_the_secret_and_nothing_else(folder: Path) -> None:
    assert deliver(folder / "secret") == {}
    assert (folder / "secret").read_text() == SECRET
    assert os.listdir(folder) == ["secret"]


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o077])
def test_the_file_is_its_owners_alone_with_any_mask(folder: Path, mask: int) -> None:
    previous = os.umask(mask)
    try:
        deliver(folder / "secret")
    finally:
        os.umask(previous)
    assert stat.S_IMODE((folder / "secret").stat().st_mode) == 0o600


def test_an_older_file_is_replaced_in_one_step_and_loses_its_mode(folder: Path) -> None:
    target = folder / "secret"
    target.write_text("an older and much longer secret" * 500)
    target.chmod(0o644)
    older = target.stat().st_ino
    with target.open() as reader:
        deliver(target)
        assert reader.read().startswith("an older")
    assert target.read_text() == SECRET
    assert target.stat().st_ino != older
    assert stat.S_IMODE(target.stat().st_mode) == 0o600


def test_a_read_only_file_is_replaced_too(folder: Path) -> None:
    (folder / "secret").write_text("old")
    (folder / "secret").chmod(0o400)
    deliver(folder / "secret")
    assert (folder / "secret").read_text() == SECRET


def test_a_link_stays_and_its_target_gets_the_secret(folder: Path) -> None:
    (folder / "vault").mkdir()
    (folder / "link").symlink_to(folder / "vault" / "secret")
    deliver(folder / "link")
    assert (folder / "link").is_symlink()
    assert (folder / "vault" / "secret").read_text() == SECRET


def test_space_is_taken_and_permissions_are_tried_before_minting(folder: Path) -> None:
    with FileDelivery(str(folder / "secret"), None):
        (reserved,) = folder.iterdir()
        assert reserved.stat().st_size == RESERVED_BYTES
        assert stat.S_IMODE(reserved.stat().st_mode) == 0o600
    assert os.listdir(folder) == []


def test_nothing_is_left_when_nothing_was_minted(folder: Path) -> None:
    with pytest.raises(ZeroDivisionError), FileDelivery(str(folder / "secret"), None):
        raise ZeroDivisionError
    assert os.listdir(folder) == []


@pytest.mark.parametrize(
    ("path", "returned", "result"), [(None, True, {"client_secret": SECRET}), (None, False, {}), ("", None, {})]
)
def test_without_a_file(path: str | None, returned: bool | None, result: dict[str, str]) -> None:
    assert deliver(path, returned) == result


def test_both_ways_at_once(folder: Path) -> None:
    assert deliver(folder / "secret", True) == {"client_secret": SECRET}
    assert (folder / "secret").read_text() == SECRET


@pytest.mark.parametrize(
    ("path", "returned", "keeps"),
    [("/x", None, True), (None, True, True), (None, False, False), (None, None, False), ("", None, False)],
)
def test_whether_the_secret_is_kept_at_all(path: str | None, returned: bool | None, keeps: bool) -> None:
    assert Delivery.of({"client_secret_file": path, "return_client_secret": returned}).keeps is keeps


def enter(path: Path) -> None:
    with FileDelivery(str(path), None):
        pytest.fail("entered all the same")


def refused(path: Path) -> str:
    with pytest.raises(UsageError) as checked:
        FileDelivery(str(path), None).check()
    with pytest.raises(UsageError) as entered:
        enter(path)
    assert checked.value.result() == entered.value.result()
    assert checked.value.error() == {"code": "file_inaccessible", "option": "client_secret_file"}
    return checked.value.message


def test_a_missing_directory_is_refused(folder: Path) -> None:
    assert f"client_secret_file: the directory {folder}/no does not exist. Create it, or correct the path." == refused(
        folder / "no" / "secret"
    )


def test_a_directory_as_target_is_refused(folder: Path) -> None:
    assert refused(folder) == f"client_secret_file: {folder} is a directory (expected a file)."


def test_a_directory_that_cannot_be_written_is_refused(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_args, **_options: False)
    assert refused(folder / "secret").startswith(f"client_secret_file: the directory {folder} is not writable")


@pytest.mark.parametrize(
    ("module", "name", "number"),
    [
        pytest.param(os, "fchmod", errno.EROFS, id="read-only file system"),
        pytest.param(os, "fsync", errno.ENOSPC, id="disk full"),
        pytest.param(os, "fsync", errno.EDQUOT, id="quota"),
    ],
)
def test_what_shows_only_when_writing_is_refused_before_minting(
    folder: Path, monkeypatch: pytest.MonkeyPatch, module: Any, name: str, number: int
) -> None:
    monkeypatch.setattr(module, name, fails_with(number))
    with refuses("file_inaccessible", "client_secret_file") as caught:
        enter(folder / "secret")
    assert (
        caught.value.message
        == f"client_secret_file: {folder}/secret cannot be written {explained(OSError(number, os.strerror(number)))}"
    )
    assert "changed" not in caught.value.extra
    assert os.listdir(folder) == []


@pytest.mark.parametrize(
    ("name", "number"), [("fsync", errno.ENOSPC), ("replace", errno.EROFS), ("replace", errno.EISDIR)]
)
@pytest.mark.parametrize(
    ("returned", "code"), [(None, "secret_lost"), (False, "secret_lost"), (True, "secret_undelivered")]
)
def test_a_failure_after_minting_says_what_became_of_the_secret(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str, number: int, returned: bool | None, code: str
) -> None:
    with FileDelivery(str(folder / "secret"), returned) as delivery:
        monkeypatch.setattr(os, name, fails_with(number))
        with refuses(code, "client_secret_file") as caught:
            delivery.deliver(SECRET, "the-id", REMEDY)
    assert caught.value.message == (
        f"A secret of the client the-id was minted, but {folder}/secret could not be written "
        f"({os.strerror(number)}). {RETURNED if returned else LOST} {REMEDY}"
    )
    assert caught.value.extra == {"changed": True, **({"client_secret": SECRET} if returned else {})}
    assert os.listdir(folder) == []


def test_the_reserved_file_can_vanish(folder: Path) -> None:
    with FileDelivery(str(folder / "s"), None) as delivery:
        next(folder.iterdir()).unlink()
        with refuses("secret_lost", "client_secret_file") as caught:
            delivery.deliver(SECRET, "the-id", REMEDY)
    assert caught.value.extra == {"changed": True}


def test_an_older_secret_survives_a_failure(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "secret").write_text("older")
    with FileDelivery(str(folder / "secret"), None) as delivery:
        monkeypatch.setattr(os, "replace", fails_with(errno.EIO))
        with refuses("secret_lost", "client_secret_file"):
            delivery.deliver(SECRET, "the-id", REMEDY)
    assert (folder / "secret").read_text() == "older"


def test_a_directory_that_cannot_be_synced_does_not_matter(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with FileDelivery(str(folder / "secret"), None) as delivery:
        monkeypatch.setattr(os, "open", fails_with(errno.EACCES))
        assert delivery.deliver(SECRET, "the-id", REMEDY) == {}
    assert (folder / "secret").read_text() == SECRET


@pytest.mark.parametrize(("content", "holds"), [(None, False), ("", False), ("x", True)])
def test_whether_the_file_holds_something(folder: Path, content: str | None, holds: bool) -> None:
    if content is not None:
        (folder / "secret").write_text(content)
    assert FileDelivery(str(folder / "secret"), None).holds_something() is holds


def test_no_file_and_a_directory_hold_nothing(folder: Path) -> None:
    assert not Delivery().holds_something()
    assert not FileDelivery(str(folder), None).holds_something()


@pytest.mark.parametrize("path", ["\0", "/tmp/a\0b"])
def test_a_name_that_no_file_can_have_is_refused(path: str) -> None:
    with refuses("invalid_option", "client_secret_file"):
        FileDelivery(path, None)


@pytest.mark.parametrize(("returned", "keys"), [(True, {"client_secret": None}), (False, {}), (None, {})])
def test_what_is_returned_is_predicted(folder: Path, returned: bool | None, keys: dict[str, Any]) -> None:
    assert FileDelivery(str(folder / "secret"), returned).predicted() == keys
    assert os.listdir(folder) == []


def test_a_secret_that_is_no_proper_text_is_written_all_the_same(folder: Path) -> None:
    with FileDelivery(str(folder / "secret"), None) as delivery:
        delivery.deliver("a\ud800b", "the-id", REMEDY)
    assert (folder / "secret").read_bytes() == b"a\xed\xa0\x80b"


def test_any_secret_that_arrives_ends_the_mark(folder: Path) -> None:
    (folder / "secret.unreceived").touch()
    with FileDelivery(str(folder / "secret"), None) as delivery:
        assert delivery.lacks_minted_secret()
        delivery.deliver(SECRET, "the-id", REMEDY)
    assert not delivery.lacks_minted_secret()
    assert os.listdir(folder) == ["secret"]


def test_a_mark_that_cannot_be_made_is_refused(folder: Path) -> None:
    (folder / "secret.unreceived").mkdir()
    with refuses("file_inaccessible", "client_secret_file") as caught:
        FileDelivery(str(folder / "secret"), None).mark()
    assert f"{folder}/secret.unreceived" in caught.value.message
