# SPDX-License-Identifier: GPL-3.0-or-later
"""Root writes secrets into the directory of an application's user, who tries to get at files that are not theirs."""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._oauth.file_delivery import FileDelivery
from tests.unit.support import (
    CLIENT_ID,
    ROTATE,
    SECRET,
    ModuleResult,
    a_confidential_client,
    lists,
    options,
    reads,
    refuses,
    run_as_given,
    run_module,
)
from tests.unit.transport import Call, Script
from tests.unit.users import NOBODY, a_place_for_all, acting_as_nobody, directory_of, only_root

VALUE = {"client_id": "abc", "client_secret": "sekret"}
OTHERS = '{"kept": "hush"}'
CONFIDENTIAL = a_confidential_client()
ROTATED = a_confidential_client(has_rotated_secret=True)
pytestmark = only_root
in_both_modes = pytest.mark.parametrize("check", [False, True])


@pytest.fixture
def common() -> Iterator[Path]:
    with a_place_for_all() as place:
        yield place


@pytest.fixture
def app(common: Path) -> Path:
    return directory_of(NOBODY, common / "app")


@pytest.fixture
def victim(common: Path) -> Path:
    """A file of root's in a directory of root's."""
    path = directory_of(0, common / "etc") / "oauth.json"
    path.write_text(OTHERS)
    path.chmod(0o600)
    return path


def keep(path: Path, check: bool = False, **given: Any) -> ModuleResult:
    """Run the module; the value None is left out, so that it only reads."""
    task = {"path": str(path), "_ansible_no_log": True, "value": VALUE, **given}
    return run_as_given("secret_file_value", {key: each for key, each in task.items() if each is not None}, check=check)


def rotate(path: Path, check: bool = False) -> ModuleResult:
    return ensure_secret("rotated", path, check)


def ensure_secret(state: str, path: Path, check: bool) -> ModuleResult:
    module = "cloudflare_oauth_client_secret"
    return run_module(module, check=check, client_id=CLIENT_ID, state=state, client_secret_file=str(path))


def rotates() -> list[Call]:
    return [reads(CONFIDENTIAL), reads(CONFIDENTIAL), Call("POST", ROTATE, {"client_secret": SECRET}), reads(ROTATED)]


def is_untouched(victim: Path) -> bool:
    status = victim.stat()
    return (victim.read_text(), status.st_uid, stat.S_IMODE(status.st_mode)) == (OTHERS, 0, 0o600)


def owner(path: Path) -> tuple[int, int]:
    status = path.lstat()
    return status.st_uid, stat.S_IMODE(status.st_mode)


@in_both_modes
@pytest.mark.parametrize("dangling", [False, True])
def test_a_mark_that_is_a_link_is_refused_before_minting(
    cloudflare: Script, app: Path, victim: Path, check: bool, dangling: bool
) -> None:
    with acting_as_nobody():
        (app / "secret.unreceived").symlink_to(victim.parent / "new" if dangling else victim)
    cloudflare.expect(reads(CONFIDENTIAL), *([] if check else [reads(CONFIDENTIAL)]))
    result = rotate(app / "secret", check)
    assert (result.failed, result.code, result.option) == (True, "file_inaccessible", "client_secret_file")
    assert f"{app}/secret.unreceived is not a regular file" in result.msg
    assert is_untouched(victim)
    assert os.listdir(victim.parent) == [victim.name]
    assert os.listdir(app) == ["secret.unreceived"]


def test_a_mark_that_becomes_a_link_at_the_last_moment_is_refused(app: Path, victim: Path) -> None:
    with FileDelivery(str(app / "secret"), None) as delivery:
        with acting_as_nobody():
            (app / "secret.unreceived").symlink_to(victim)
        with refuses("file_inaccessible", "client_secret_file"):
            delivery.mark()
        delivery.unmark()
    assert os.listdir(app) == []
    assert is_untouched(victim)


def test_a_mark_of_ours_stays_ours(cloudflare: Script, app: Path) -> None:
    with FileDelivery(str(app / "secret"), None) as delivery:
        delivery.mark()
        delivery.mark()
        assert owner(app / "secret.unreceived") == (0, 0o600)
        assert delivery.lacks_minted_secret()
    cloudflare.expect(*rotates())
    assert rotate(app / "secret").changed
    assert os.listdir(app) == ["secret"]


def link(app: Path, victim: Path, kind: str) -> Path:
    """A path below the application's directory that leads to root's file, and where a link is on the way."""
    with acting_as_nobody():
        if kind == "file":
            (app / victim.name).symlink_to(victim)
            return app / victim.name
        (app / "conf").symlink_to(victim.parent if kind == "directory" else f"../{victim.parent.name}")
        return app / "conf" / victim.name


every_link = pytest.mark.parametrize("kind", ["file", "directory", "relative"])


@every_link
@in_both_modes
@pytest.mark.parametrize("given", [{"value": None}, {}, {"owner": str(NOBODY)}, {"value": json.loads(OTHERS)}])
def test_a_link_leads_to_no_file_that_is_kept(
    app: Path, victim: Path, kind: str, check: bool, given: dict[str, Any]
) -> None:
    path = link(app, victim, kind)
    result = keep(path, check, **given)
    assert (result.failed, result.code, result.option) == (True, "file_untrusted", "path")
    assert "value" not in result
    assert is_untouched(victim)


@every_link
@in_both_modes
def test_a_link_leads_to_no_file_that_a_secret_is_written_to(
    cloudflare: Script, app: Path, victim: Path, kind: str, check: bool
) -> None:
    path = link(app, victim, kind)
    cloudflare.expect(reads(CONFIDENTIAL), *([] if check else [reads(CONFIDENTIAL)]))
    result = rotate(path, check)
    assert (result.failed, result.code, result.option) == (True, "file_untrusted", "client_secret_file")
    assert is_untouched(victim)
    assert os.listdir(victim.parent) == [victim.name]


@every_link
@in_both_modes
def test_no_older_secret_is_deleted_for_what_a_link_leads_to(
    cloudflare: Script, app: Path, victim: Path, kind: str, check: bool
) -> None:
    path = link(app, victim, kind)
    cloudflare.expect(reads(ROTATED))
    result = ensure_secret("finalized", path, check)
    assert (result.failed, result.code, result.option) == (True, "file_untrusted", "client_secret_file")


@in_both_modes
@pytest.mark.parametrize("given", [{"value": None}, {}, {"owner": str(NOBODY)}, {"value": json.loads(OTHERS)}])
def test_a_hard_link_to_another_file_is_neither_read_nor_given_away(
    app: Path, victim: Path, check: bool, given: dict[str, Any]
) -> None:
    os.link(victim, app / "oauth.json")  # as users may where the system does not protect hard links
    result = keep(app / "oauth.json", check, **given)
    assert (result.failed, result.code, result.option) == (True, "file_untrusted", "path")
    assert "value" not in result
    assert is_untouched(victim)
    assert victim.stat().st_nlink == 2


@in_both_modes
@pytest.mark.parametrize("value", [None, VALUE, json.loads(OTHERS)])
def test_a_file_that_was_moved_there_is_not_given_to_the_owner(app: Path, check: bool, value: Any) -> None:
    (app / "another.json").write_text(OTHERS)
    (app / "another.json").chmod(0o600)
    with acting_as_nobody():
        (app / "another.json").rename(app / "oauth.json")
    result = keep(app / "oauth.json", check, value=value, owner=str(NOBODY))
    assert (result.failed, result.code, result.option) == (True, "file_owned_by_other", "path")
    assert result.msg == (
        f"path: {app}/oauth.json belongs to the user root, and other users can write to its directory. So "
        "another user may have put the file there. "
        "If you trust the file, change its owner to the user nobody. Otherwise remove it."
    )
    assert "value" not in result
    assert is_untouched(app / "oauth.json")


def test_a_reserved_file_that_is_exchanged_does_not_get_the_secret(app: Path) -> None:
    with FileDelivery(str(app / "secret"), None) as delivery:
        (reserved,) = os.listdir(app)
        with acting_as_nobody():
            (app / reserved).rename(app / "aside")
            (app / reserved).write_text("")
            (app / reserved).chmod(0o644)
            reader = (app / reserved).open()
        with reader, refuses("secret_lost", "client_secret_file"):
            delivery.mark()
            delivery.deliver(SECRET, "the-id", "Mint another.")
    assert reader.closed
    assert [path.read_text() for path in app.iterdir()] == [""] * 3
    assert owner(app / "aside") == (0, 0o600)
    assert FileDelivery(str(app / "secret"), None).lacks_minted_secret()


@in_both_modes
def test_a_file_that_another_user_made_first_does_not_get_the_secret(app: Path, check: bool) -> None:
    with acting_as_nobody():
        (app / "oauth.json").write_text("{}")
    before = owner(app / "oauth.json")
    result = keep(app / "oauth.json", check)
    assert (result.failed, result.code, result.option) == (True, "file_owned_by_other", "path")
    assert result.msg == (
        f"path: {app}/oauth.json belongs to the user nobody, and other users can write to its directory. So "
        "another user may have put the file there. "
        "If you trust the file, set the option owner to its owner."
    )
    assert keep(app / "oauth.json", check, owner="0").code == "file_owned_by_other"
    assert owner(app / "oauth.json") == before
    assert keep(app / "oauth.json", value=None).value == {}
    assert keep(app / "oauth.json", check, owner=str(NOBODY)).changed
    assert owner(app / "oauth.json") == (before if check else (NOBODY, 0o600))


def test_a_minted_secret_takes_the_place_of_a_file_of_another_user(app: Path) -> None:
    with acting_as_nobody():
        (app / "secret").write_text("theirs")
        reader = (app / "secret").open("r+")
    with FileDelivery(str(app / "secret"), None) as delivery:
        delivery.deliver(SECRET, "the-id", "Mint another.")
    with reader:
        assert reader.read() == "theirs"
    assert (app / "secret").read_text() == SECRET
    assert owner(app / "secret") == (0, 0o600)


def test_a_file_that_its_owner_has_open_is_another_one_afterwards(app: Path) -> None:
    """Even where only its mode is not as it has to be."""
    with acting_as_nobody():
        (app / "oauth.json").write_text(json.dumps(VALUE))
        (app / "oauth.json").chmod(0o644)
        writer = (app / "oauth.json").open("a")
    assert keep(app / "oauth.json", owner=str(NOBODY)).changed
    with writer:
        writer.write("theirs")
    assert (app / "oauth.json").read_text() == json.dumps(VALUE)
    assert owner(app / "oauth.json") == (NOBODY, 0o600)


@pytest.mark.parametrize("given", [{}, {"owner": str(NOBODY)}])
def test_root_keeps_files_in_the_directory_of_the_application(app: Path, given: dict[str, Any]) -> None:
    path = app / "oauth.json"
    for value, changed in ((VALUE, True), (VALUE, False), ({"n": 1}, True)):
        predicted = keep(path, True, value=value, **given)
        result = keep(path, False, value=value, **given)
        assert (predicted.failed, result.failed) == (False, False)
        assert predicted.changed == result.changed == changed
    assert owner(path) == (NOBODY if given else 0, 0o600)
    assert os.listdir(app) == ["oauth.json"]


def test_the_application_keeps_files_there_itself(cloudflare: Script, app: Path) -> None:
    with acting_as_nobody():
        (app / "current").mkdir()
        (app / "link").symlink_to("current/oauth.json")
        assert keep(app / "link").changed
        assert not keep(app / "link").changed
        cloudflare.expect(*rotates())
        assert rotate(app / "current/secret").changed
    assert owner(app / "current/oauth.json") == owner(app / "current/secret") == (NOBODY, 0o600)


@in_both_modes
def test_what_a_user_cannot_give_away_is_predicted(app: Path, check: bool) -> None:
    with acting_as_nobody():
        for option in ("owner", "group"):
            result = keep(app / "oauth.json", check, **{option: "12345"})
            assert (result.failed, result.code, result.option) == (True, "file_owned_by_other", option)
    assert os.listdir(app) == []


@pytest.mark.parametrize(("mode", "kept"), [(0o755, False), (0o2755, True)])
def test_a_group_that_the_directory_hands_on_is_kept(app: Path, mode: int, kept: bool) -> None:
    os.chown(app, -1, 12346)
    app.chmod(mode)
    (app / "oauth.json").write_text("{}")
    os.chown(app / "oauth.json", NOBODY, 12346)
    with acting_as_nobody():
        assert [keep(app / "oauth.json", check).changed for check in (True, False)] == [kept, kept]
    assert (app / "oauth.json").stat().st_gid == 12346


def test_in_a_directory_such_as_tmp_files_of_ones_own_are_kept(cloudflare: Script, common: Path) -> None:
    shared = directory_of(0, common / "tmp", 0o1777)
    with acting_as_nobody():
        for value, changed in ((VALUE, True), (VALUE, False), ({"n": 1}, True)):
            assert keep(shared / "oauth.json", True, value=value).changed == changed
            assert keep(shared / "oauth.json", False, value=value).changed == changed
        cloudflare.expect(*rotates())
        assert rotate(shared / "secret").changed
    assert owner(shared / "oauth.json") == owner(shared / "secret") == (NOBODY, 0o600)
    assert keep(shared / "oauth.json").code == "file_owned_by_other"
    assert keep(shared / "root_s.json").changed


@in_both_modes
@pytest.mark.parametrize("name", ["secret", "secret.unreceived"])
def test_in_a_directory_such_as_tmp_files_of_others_are_refused_before_minting(
    cloudflare: Script, common: Path, check: bool, name: str
) -> None:
    shared = directory_of(0, common / "tmp", 0o1777)
    (shared / name).touch()
    with acting_as_nobody():
        cloudflare.expect(reads(CONFIDENTIAL), *([] if check else [reads(CONFIDENTIAL)]))
        result = rotate(shared / "secret", check)
    assert (result.failed, result.code, result.option) == (True, "file_owned_by_other", "client_secret_file")
    assert f"{shared}/{name} belongs to another user" in result.msg
    assert os.listdir(shared) == [name]


@in_both_modes
def test_a_directory_of_ours_that_a_group_can_write_is_one_of_others(common: Path, victim: Path, check: bool) -> None:
    shared = directory_of(0, common / "shared", 0o775)
    (shared / "link.json").symlink_to(victim)
    os.link(victim, shared / "hard.json")
    (shared / "theirs.json").write_text("{}")
    os.chown(shared / "theirs.json", NOBODY, -1)
    assert keep(shared / "link.json", check).code == "file_untrusted"
    assert keep(shared / "hard.json", check).code == "file_untrusted"
    assert keep(shared / "theirs.json", check).code == "file_owned_by_other"
    assert keep(shared / "oauth.json", check).changed
    assert is_untouched(victim)


def test_an_existing_client_whose_file_is_not_trusted_is_warned_about(
    cloudflare: Script, app: Path, victim: Path
) -> None:
    path = link(app, victim, "file")
    cloudflare.expect(lists(CONFIDENTIAL))
    given = options(token_endpoint_auth_method="client_secret_basic", client_secret_file=str(path))
    result = run_module("cloudflare_oauth_client", **given)
    assert (result.failed, result.changed) == (False, False)
    assert [f"{path} is a symbolic link" in text for text in result.warnings] == [True]
