# SPDX-License-Identifier: GPL-3.0-or-later
"""The value of a JSON file that is its owner's alone."""

from __future__ import annotations

import errno
import grp
import json
import os
import pwd
import stat
import tempfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NoReturn

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils import _attributes, _files
from ansible_collections.oauthops.iam.plugins.modules import secret_file_value
from tests.unit.support import ModuleResult, run_as_given
from tests.unit.users import NOBODY, a_place_of_nobody, acting_as_nobody, only_root

VALUE = {"client_id": "abc", "client_secret": "sekret"}
WRITTEN = '{\n    "client_id": "abc",\n    "client_secret": "sekret"\n}\n'


def run(path: Path | str, value: Any = None, check: bool = False, **given: Any) -> ModuleResult:
    """As a task with no_log, which the documentation asks for: nothing is written to the system's log."""
    wanted = {} if value is None else {"value": value}
    task = {"path": str(path), "_ansible_no_log": True}
    return run_as_given("secret_file_value", {**task, **wanted, **given}, check=check)


def ensured(*args: Any, **options: Any) -> tuple[bool, Any]:
    result = run(*args, **options)
    assert not result.failed, result.text
    assert result.keys == {"changed", "value"}
    return result.changed, result.value


def refusal(*args: Any, **options: Any) -> tuple[str | None, str | None]:
    """The code and the option of a task that fails and shows nothing of the secret."""
    result = run(*args, **options)
    assert result.failed
    result.data.get("invocation", {}).pop("module_args", None)
    assert "sekret" not in json.dumps(result.data)
    return result.code, result.option


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "oauth.json"


@pytest.mark.parametrize("mask", [0o000, 0o022, 0o777])
def test_a_new_file_is_its_owners_alone(target: Path, mask: int) -> None:
    previous = os.umask(mask)
    try:
        assert ensured(target, VALUE) == (True, None)
    finally:
        os.umask(previous)
    assert target.read_text() == WRITTEN
    assert mode(target) == 0o600
    assert os.listdir(target.parent) == [target.name]


def test_other_hard_links_are_told(target: Path) -> None:
    run(target, VALUE)
    os.link(target, target.with_name("linked"))
    assert "warnings" not in run(target, VALUE).data
    assert "1 other hard link" in run(target, {"a": "b"}).warnings[0]
    assert "warnings" not in run(target, {"a": "c"}).data


def test_what_is_not_there_has_no_value(target: Path) -> None:
    assert ensured(target) == (False, None)
    assert ensured(target.parent / "no/such/file") == (False, None)
    assert os.listdir(target.parent) == []


@pytest.mark.parametrize("content", ["", "\n"])
def test_an_empty_file_has_none_either(target: Path, content: str) -> None:
    target.write_text(content)
    assert ensured(target) == (False, None)
    assert ensured(target, VALUE) == (True, None)
    assert target.read_text() == WRITTEN


def test_only_a_value_that_differs_is_written(target: Path) -> None:
    target.write_text(json.dumps(VALUE))
    target.chmod(0o600)
    assert ensured(target, dict(reversed(VALUE.items()))) == (False, VALUE)
    assert target.read_text() == json.dumps(VALUE)
    assert ensured(target, {"n": 1}) == (True, VALUE)
    assert ensured(target, {"n": 1}) == (False, {"n": 1})


@pytest.mark.parametrize(("old", "new"), [(1, True), (1, 1.5), ("1", 1), (None, "")])
def test_types_are_told_apart(target: Path, old: Any, new: Any) -> None:
    ensured(target, {"n": old})
    assert ensured(target, {"n": new}) == (True, {"n": old})
    assert repr(ensured(target)[1]) == repr({"n": new})


def test_text_of_any_kind_comes_back(target: Path) -> None:
    value = {"text": "é \u2028 ✓ {{ x }} \"' \\", "deep": {"list": [None, "", {"a": []}]}}
    ensured(target, value)
    assert ensured(target) == (False, value)
    assert target.read_bytes().isascii()


@pytest.mark.parametrize("before", [None, "{}", '{"n": 1}', json.dumps(VALUE)])
def test_check_mode_predicts_and_writes_nothing(target: Path, before: str | None) -> None:
    if before is not None:
        target.write_text(before)
        target.chmod(0o600)
    predicted = ensured(target, VALUE, check=True)
    assert (target.read_text() if target.exists() else None) == before
    assert ensured(target, VALUE) == predicted


def test_a_file_that_others_can_read_is_closed(target: Path) -> None:
    target.write_text(json.dumps(VALUE))
    target.chmod(0o644)
    assert ensured(target, VALUE, check=True) == (True, VALUE)
    assert mode(target) == 0o644
    assert ensured(target, VALUE) == (True, VALUE)
    assert (mode(target), target.read_text()) == (0o600, json.dumps(VALUE))

    target.chmod(0o644)
    assert ensured(target, {"n": 1})[0] is True
    assert mode(target) == 0o600


def test_it_is_closed_before_anything_is_in_it(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target.write_text("{}")
    target.chmod(0o644)
    seen: list[tuple[int, int]] = []
    write = os.pwrite

    def watched(handle: int, content: bytes, offset: int) -> int:
        status = os.fstat(handle)
        seen.append((stat.S_IMODE(status.st_mode), status.st_size))
        return write(handle, content, offset)

    monkeypatch.setattr(os, "pwrite", watched)
    ensured(target, VALUE)
    assert seen == [(0o600, 0)]


def test_it_is_replaced_and_not_written_over(target: Path) -> None:
    ensured(target, {"n": "x" * 10000})
    with target.open() as reader:
        ensured(target, VALUE)
        assert reader.read().endswith('x"\n}\n')
    assert target.read_text() == WRITTEN
    assert os.listdir(target.parent) == [target.name]


def test_a_link_stays_a_link(target: Path) -> None:
    (target.parent / "real").mkdir()
    there = target.parent / "real/there.json"
    target.symlink_to("real/there.json")
    assert ensured(target, VALUE) == (True, None)
    assert ensured(target, {"n": 1}) == (True, VALUE)
    assert target.is_symlink()
    assert not there.is_symlink()
    assert ensured(there) == (False, {"n": 1})


@only_root
def test_the_owner_stays(target: Path) -> None:
    target.write_text("{}")
    os.chown(target, 12345, 12346)
    ensured(target, VALUE)
    assert (target.stat().st_uid, target.stat().st_gid) == (12345, 12346)


@only_root
def test_the_owner_that_is_asked_for_is_set(target: Path) -> None:
    def owner() -> tuple[int, int]:
        return target.stat().st_uid, target.stat().st_gid

    assert ensured(target, VALUE, owner="12345") == (True, None)
    assert owner() == (12345, 0)
    assert ensured(target, {"n": 1}, group="12346")[0] is True
    assert owner() == (12345, 12346)
    assert ensured(target, {"n": 1}, owner="12345", group="12346")[0] is False
    assert ensured(target, {"n": 1}, owner="1", check=True)[0] is True
    assert owner() == (12345, 12346)
    assert ensured(target, {"n": 1}, owner="1")[0] is True
    assert owner() == (1, 12346)


def test_an_owner_by_name_is_known(target: Path) -> None:
    me, mine = pwd.getpwuid(os.geteuid()).pw_name, grp.getgrgid(os.getegid()).gr_name
    assert ensured(target, VALUE, owner=me, group=mine) == (True, None)


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize("before", [None, "{}", json.dumps(VALUE)])
@pytest.mark.parametrize("option", ["owner", "group"])
def test_an_owner_that_nobody_knows_is_told(target: Path, before: str | None, option: str, check: bool) -> None:
    if before is not None:
        target.write_text(before)
    assert refusal(target, VALUE, check=check, **{option: "no-such-one"}) == ("invalid_option", option)
    assert (target.read_text() if target.exists() else None) == before
    assert os.listdir(target.parent) == ([target.name] if before is not None else [])


@pytest.mark.parametrize("there", [False, True])
def test_the_selinux_context_is_handed_on(target: Path, monkeypatch: pytest.MonkeyPatch, there: bool) -> None:
    """Of the older file, or what the policy says of the path."""
    if there:
        target.write_text("{}")
    older = target.stat().st_ino if there else None
    kept: list[tuple[int, bytes]] = []

    def read(handle: int, name: str) -> bytes:
        if name == _files.CONTEXT and os.fstat(handle).st_ino == older:
            return b"of the older\0"
        raise OSError(errno.ENODATA, os.strerror(errno.ENODATA))

    policy = SimpleNamespace(is_selinux_enabled=lambda: 1, matchpathcon=lambda path, _mode: [0, f"for {path}"])
    monkeypatch.setattr(_attributes, "selinux", policy)
    monkeypatch.setattr(os, "getxattr", read, raising=False)

    def write(handle: int, _name: str, context: bytes) -> None:
        kept.append((os.fstat(handle).st_ino, context))

    monkeypatch.setattr(os, "setxattr", write, raising=False)
    ensured(target, VALUE)
    assert kept == [(target.stat().st_ino, b"of the older\0" if there else f"for {target}\0".encode())]


@pytest.mark.parametrize(
    "content",
    [b"sekret", b'{"a": "sekret"', b"\xff\xfe\xfd", b'"sekret"', b'["sekret"]', b"null", b"[" * 100000],
    ids=["text", "torn", "bytes", "a text", "a list", "null", "deep"],
)
@pytest.mark.parametrize("check", [False, True])
def test_a_file_of_somebody_else_is_not_replaced(target: Path, content: bytes, check: bool) -> None:
    target.write_bytes(content)
    assert refusal(target, VALUE, check=check) == ("foreign_content", "path")
    assert refusal(target, check=check) == ("foreign_content", "path")
    assert "so it was not changed. Set another path" in run(target).msg
    assert target.read_bytes() == content


@pytest.mark.parametrize("check", [False, True])
@pytest.mark.parametrize(
    ("path", "code", "text"),
    [
        ("oauth.json", "invalid_option", "path: oauth.json is a relative path"),
        ("/x\0y", "invalid_option", "contains a null character"),
        ("/does/not/exist.json", "file_inaccessible", "path: the directory /does/not does not exist."),
        ("/", "file_inaccessible", "path: / is a directory (expected a file)."),
        (os.devnull, "file_inaccessible", "path: /dev/null is not a regular file."),
        ("/dev/null/oauth.json", "file_inaccessible", "(Not a directory)"),
    ],
)
def test_what_cannot_be_is_told_in_check_mode_too(path: str, code: str, text: str, check: bool) -> None:
    assert refusal(path, VALUE, check=check) == (code, "path")
    assert text in run(path, VALUE, check=check).msg


@pytest.mark.parametrize("check", [False, True])
def test_what_is_not_allowed_is_told(target: Path, check: bool) -> None:
    ensured(target, VALUE)
    with a_place_of_nobody() as place:
        check_closed(place / "oauth.json", check)


def check_closed(target: Path, check: bool) -> None:
    ensured(target, VALUE)
    target.parent.chmod(0o500)
    assert refusal(target, {"n": 1}, check=check) == ("file_inaccessible", "path")
    assert ensured(target, VALUE, check=check) == (False, VALUE)
    target.parent.chmod(0o700)
    target.chmod(0)
    assert refusal(target, check=check) == ("file_inaccessible", "path")


@pytest.mark.parametrize("check", [False, True])
def test_a_directory_that_is_not_writable_is_told(target: Path, monkeypatch: pytest.MonkeyPatch, check: bool) -> None:
    monkeypatch.setattr(os, "access", lambda *_args, **_options: False)
    assert refusal(target, VALUE, check=check) == ("file_inaccessible", "path")


@pytest.mark.parametrize("name", ["fsync", "replace"])
def test_a_full_disk_leaves_the_older_file(target: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def full(*_args: Any, **_options: Any) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    ensured(target, VALUE)
    with monkeypatch.context() as patched:
        patched.setattr(os, name, full)
        assert refusal(target, {"n": 1}) == ("file_inaccessible", "path")
    assert ensured(target) == (False, VALUE)
    assert os.listdir(target.parent) == [target.name]


def test_a_fault_of_ours_is_told_without_its_text(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_args: Any, **_options: Any) -> NoReturn:
        raise ZeroDivisionError("sekret")

    monkeypatch.setattr(secret_file_value, "value_of", fault)
    assert refusal(target, VALUE) == ("internal_error", None)


@only_root
@pytest.mark.parametrize("check", [False, True])
def test_a_file_is_not_taken_from_its_owner(target: Path, check: bool) -> None:
    with tempfile.TemporaryDirectory(dir="/tmp") as place:
        held = Path(place) / "oauth.json"
        held.write_text("{}")
        for path, user in ((held, 12345), (Path(place), NOBODY)):
            os.chown(path, user, os.getegid())
        held.chmod(0o644)
        with acting_as_nobody():
            assert refusal(held, VALUE, check=check) == ("file_owned_by_other", "path")
            assert "Use become to run the task as root" in run(held, VALUE, check=check).msg
            assert os.listdir(place) == [held.name]
            owner = {"owner": str(NOBODY), "group": str(os.getegid())}
            assert ensured(held, VALUE, check=check, **owner) == (True, {})
        assert held.stat().st_uid == (12345 if check else NOBODY)
