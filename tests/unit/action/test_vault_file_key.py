# SPDX-License-Identifier: GPL-3.0-or-later
"""One key of a file that is encrypted with ansible-vault, with Ansible's own vault."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import hashlib
import multiprocessing
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest
from ansible import constants
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.oauthops.iam.plugins.action.vault_file_key import TURNS, ActionModule
from ansible_collections.oauthops.iam.plugins.module_utils._api import retry
from ansible_collections.oauthops.iam.plugins.module_utils._files import ACL
from tests.unit.actions import run_action
from tests.unit.locks import a_process_that_holds
from tests.unit.support import ModuleResult, run_as_given
from tests.unit.transport import Clock
from tests.unit.users import NOBODY, a_place_for_all, acl_for, acting_as_nobody, directory_of, only_root

PASSWORD = "correct horse"
VALUE = {"client_id": "abc", "client_secret": "sekret"}
DEFAULT = (("default", VaultSecret(PASSWORD.encode())),)
LABELLED = [("dev", VaultSecret(b"dev password")), ("prod", VaultSecret(b"prod password"))]


def run(path: Path | str, secrets: Any = DEFAULT, check: bool = False, **args: Any) -> dict[str, Any]:
    result = attempted(path, secrets, check, **args)
    assert not result.failed, result.msg
    return dict(result.data)


def attempted(path: Path | str, secrets: Any = DEFAULT, check: bool = False, **args: Any) -> ModuleResult:
    loader = DataLoader()
    loader.set_vault_secrets(secrets)
    return run_action(ActionModule, {"path": str(path), "key": "key", **args}, check=check, loader=loader)


def refusal(*args: Any, **options: Any) -> ModuleResult:
    result = attempted(*args, **options)
    assert result.failed
    assert "sekret" not in result.msg
    return result


def reason(*args: Any, **options: Any) -> tuple[str | None, str | None]:
    """The code and the option of a task that fails."""
    result = refusal(*args, **options)
    return result.code, result.option


def encrypted(text: str | bytes, label: str | None = None, secrets: Any = DEFAULT) -> bytes:
    found: bytes = VaultLib().encrypt(text, dict(secrets)[label or "default"], vault_id=label)
    return found


def decrypted(path: Path, secrets: Any = DEFAULT) -> str:
    return bytes(VaultLib(secrets).decrypt(path.read_bytes())).decode()


@pytest.fixture(autouse=True)
def handover(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the locks are."""
    directory = tmp_path_factory.mktemp("handover") / "oauthops.iam"
    monkeypatch.setenv("OAUTHOPS_HANDOVER_DIR", str(directory))
    return directory


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "oauth.yml"


def test_a_new_file_is_its_owners_alone(target: Path) -> None:
    assert run(target, value=VALUE) == {"changed": True, "value": None, "path": str(target)}
    assert decrypted(target) == 'key:\n  client_id: "abc"\n  client_secret: "sekret"\n'
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert os.listdir(target.parent) == [target.name]


def test_a_file_that_is_not_there_holds_nothing(target: Path) -> None:
    assert run(target) == {"changed": False, "value": None, "path": str(target)}
    assert not target.exists()


def test_only_a_value_that_differs_is_written(target: Path) -> None:
    run(target, value=VALUE)
    before = target.read_bytes()
    assert run(target, value=dict(reversed(VALUE.items()))) == {"changed": False, "value": VALUE, "path": str(target)}
    assert target.read_bytes() == before
    assert run(target, value={"n": 1})["value"] == VALUE
    assert run(target, value={"n": 1})["changed"] is False


@pytest.mark.parametrize(("old", "new"), [(1, True), (1, 1.0), ("1", 1), (None, "")])
def test_types_are_told_apart(target: Path, old: Any, new: Any) -> None:
    run(target, value={"n": old})
    assert run(target, value={"n": new})["changed"] is True
    assert repr(run(target)["value"]) == repr({"n": new})


def test_check_mode_tells_and_writes_nothing(target: Path) -> None:
    assert run(target, check=True, value=VALUE) == {"changed": True, "value": None, "path": str(target)}
    assert not target.exists()
    run(target, value=VALUE)
    before = target.read_bytes()
    assert run(target, check=True, value={"n": 1})["changed"] is True
    assert run(target, check=True, value=VALUE)["changed"] is False
    assert target.read_bytes() == before


def test_all_else_stays(target: Path) -> None:
    target.write_bytes(encrypted("# c\na: !vault |\n  12\nkey: old # d\nb: {x: é}"))
    target.chmod(0o640)
    assert run(target, value={"n": 1})["value"] == "old"
    assert decrypted(target) == "# c\na: !vault |\n  12\nkey: # d\n  n: 1\nb: {x: é}"
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@only_root
def test_the_owner_stays(target: Path) -> None:
    target.write_bytes(encrypted("a: 1"))
    os.chown(target, 12345, 12346)
    run(target, value=VALUE)
    assert (target.stat().st_uid, target.stat().st_gid) == (12345, 12346)


def test_a_link_stays_a_link(target: Path) -> None:
    (target.parent / "real").mkdir()
    target.symlink_to("real/there.yml")
    run(target, value=VALUE)
    assert target.is_symlink()
    assert run(target.parent / "real" / "there.yml")["value"] == VALUE


def test_the_home_directory_is_understood(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(target.parent))
    assert run("~/oauth.yml", value=VALUE)["path"] == str(target)
    assert target.exists()


@pytest.mark.parametrize("label", [None, "dev", "prod"])
def test_a_file_keeps_its_label_and_password(target: Path, label: str | None) -> None:
    secrets = [*LABELLED, *DEFAULT]
    target.write_bytes(encrypted("a: 1", label, secrets))
    run(target, secrets, value=VALUE)
    assert target.read_bytes().split(b"\n")[0].split(b";")[3:] == ([label.encode()] if label else [])
    VaultLib([(label or "default", dict(secrets)[label or "default"])]).decrypt(target.read_bytes())


def test_a_label_chooses_the_password_and_is_written(target: Path) -> None:
    run(target, LABELLED, value=VALUE, vault_id="prod")
    assert target.read_bytes().startswith(b"$ANSIBLE_VAULT;1.2;AES256;prod\n")
    assert "prod" not in decrypted(target, LABELLED[1:])
    assert run(target, LABELLED, value=VALUE, vault_id="dev")["changed"] is False
    run(target, LABELLED, value={"n": 1}, vault_id="dev")
    assert decrypted(target, LABELLED[:1])


def test_a_given_password_needs_no_loaded_one(target: Path) -> None:
    run(target, None, value=VALUE, vault_password=f"{PASSWORD}\n", vault_id="prod")
    assert target.read_bytes().startswith(b"$ANSIBLE_VAULT;1.2;AES256;prod\n")
    assert run(target, LABELLED, vault_password=PASSWORD)["value"] == VALUE
    assert "sekret" in decrypted(target)


@pytest.mark.parametrize("script", [False, True])
def test_a_password_file_may_be_a_script(target: Path, script: bool) -> None:
    source = target.parent / "password"
    source.write_text(f"#!/bin/sh\necho '{PASSWORD}'\n" if script else f"{PASSWORD}\n")
    source.chmod(0o700 if script else 0o600)
    run(target, None, value=VALUE, vault_password_file=str(source))
    assert "sekret" in decrypted(target)


@pytest.mark.parametrize(("options", "asked"), [({"vault_id": "prod"}, "prod"), ({}, "default")])
def test_a_client_script_is_asked_for_the_label(target: Path, options: dict[str, Any], asked: str) -> None:
    source = target.parent / "password-client"
    source.write_text(f'#!/bin/sh\n[ "$1 $2" = "--vault-id {asked}" ] && echo prod password\n')
    source.chmod(0o700)
    run(target, None, value=VALUE, vault_password_file=str(source), **options)
    assert decrypted(target, LABELLED[1:])


def test_an_empty_file_is_as_none(target: Path) -> None:
    target.write_bytes(b"")
    assert run(target)["value"] is None
    assert run(target, value=VALUE)["changed"]
    assert run(target)["value"] == VALUE


def test_other_hard_links_are_told(target: Path) -> None:
    run(target, value=VALUE)
    os.link(target, target.with_name("linked"))
    assert "warnings" not in run(target, value=VALUE)
    assert "1 other hard link" in run(target, value={"a": "b"})["warnings"][0]
    assert "warnings" not in run(target, value=VALUE)


def test_of_a_vault_id_that_has_to_match_no_other_is_named(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "DEFAULT_VAULT_ID_MATCH", True)
    target.write_bytes(encrypted("a: 1", "dev", LABELLED))
    other = VaultSecret(b"another password")
    result = refusal(target, [("dev", other), ("prod", other)])
    assert result.code == "vault_not_decrypted"
    assert "that were tried: dev." in result.msg


def test_ansible_vault_itself_opens_the_file(target: Path) -> None:
    (target.parent / "password").write_text(PASSWORD)
    run(target, value={"client_secret": "é'\"\n: #"})
    command = [os.path.join(os.path.dirname(sys.executable), "ansible-vault"), "view", "--vault-password-file"]
    viewed = subprocess.run([*command, target.parent / "password", target], capture_output=True, check=True, text=True)
    assert viewed.stdout.strip() == decrypted(target).strip()
    assert "client_secret" in viewed.stdout


def test_a_whole_password_file_gives_reasons(target: Path) -> None:
    source = target.parent / "password"
    assert reason(target, vault_password_file=str(source)) == ("file_inaccessible", "vault_password_file")
    source.write_text("#!/bin/sh\necho sekret\nexit 1\n")
    source.chmod(0o700)
    assert reason(target, vault_password_file=str(source)) == ("vault_password_missing", "vault_password_file")
    source.write_text("")
    source.chmod(0o600)
    assert reason(target, vault_password_file=str(source)) == ("vault_password_missing", "vault_password_file")


@pytest.mark.parametrize(
    ("options", "code", "option", "text"),
    [
        (
            {"secrets": None},
            "vault_password_missing",
            "vault_password",
            "vault_password: no vault password is set. Set vault_passw",
        ),
        ({"secrets": []}, "vault_password_missing", "vault_password", ""),
        ({"vault_password": " "}, "invalid_option", "vault_password", "vault_password: it is empty."),
        ({"vault_id": "a;b"}, "invalid_option", "vault_id", "vault_id: 'a;b' is not a valid vault ID"),
        ({"vault_id": "nope"}, "vault_password_missing", "vault_id", "'nope' is loaded (loaded: default)"),
        ({"secrets": LABELLED}, "missing_option", "vault_id", "(expected one of dev, prod)."),
        ({"path": "x/y.yml"}, "invalid_option", "path", "x/y.yml"),
        ({"path": "/x\0y"}, "invalid_option", "path", ""),
        ({"path": "/does/not/exist.yml"}, "file_inaccessible", "path", "path: the directory /does/not does not exist."),
        ({"path": "/"}, "file_inaccessible", "path", "path: / is a directory (expected a file)."),
        ({"path": os.devnull}, "file_inaccessible", "path", "path: /dev/null is not a regular file."),
    ],
)
def test_what_is_wrong_is_told(target: Path, options: dict[str, Any], code: str, option: str, text: str) -> None:
    result = refusal(**{"path": target, "value": VALUE, **options})
    assert (result.code, result.option) == (code, option)
    assert text in result.msg
    assert os.listdir(target.parent) == []


@pytest.mark.parametrize(
    ("options", "names"),
    [
        ({"vault_password": "made-up", "vault_password_file": "/x"}, "vault_password|vault_password_file"),
        ({"valeu": "x"}, "valeu"),
        ({"value": "sekret"}, "'value'"),
    ],
)
def test_what_ansible_refuses_is_told(target: Path, options: dict[str, Any], names: str) -> None:
    result = refusal(**{"path": target, "value": VALUE, **options})
    assert (result.code, names in result.msg) == (None, True)
    assert os.listdir(target.parent) == []


@pytest.mark.parametrize(
    ("content", "code", "text"),
    [
        (b"key: sekret\n", "vault_not_encrypted", "is not encrypted with ansible-vault. Run: ansible-vault encrypt"),
        (b"$ANSIBLE_VAULT;1.1;AES256\nzz\n", "vault_damaged", ""),
        (b"$ANSIBLE_VAULT", "vault_damaged", ""),
        (encrypted("a: 1", "dev", LABELLED), "vault_not_decrypted", "The vault password is wrong, or the file is dama"),
        (encrypted("- sekret"), "foreign_content", "Its top level is not a mapping"),
        (encrypted("key: [sekret"), "foreign_content", "(line 1). Correct it with: ansible-vault edit"),
        (encrypted("a: sekret\na: 2"), "foreign_content", "(lines 1 and 2)"),
        (encrypted(b"\xff"), "foreign_content", "is not UTF-8"),
    ],
)
def test_a_file_that_cannot_be_used_stays_as_it_is(target: Path, content: bytes, code: str, text: str) -> None:
    target.write_bytes(content)
    assert reason(target, value=VALUE) == (code, "path")
    assert reason(target) == (code, "path")
    assert text in refusal(target).msg
    assert target.read_bytes() == content


def test_a_fault_of_ours_is_told_without_its_text(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(*_args: Any, **_options: Any) -> NoReturn:
        raise ZeroDivisionError("sekret")

    monkeypatch.setattr(VaultLib, "encrypt", fault)
    assert reason(target, value=VALUE) == ("internal_error", None)


def test_a_full_disk_leaves_the_older_file(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    run(target, value=VALUE)
    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        assert reason(target, value={"n": 1}) == ("file_inaccessible", "path")
    assert run(target)["value"] == VALUE
    assert os.listdir(target.parent) == [target.name]


def test_it_needs_no_connection() -> None:
    assert ActionModule._requires_connection is False
    assert ActionModule.TRANSFERS_FILES is False


def keep(path: str, number: int) -> None:
    for turn in range(4):
        run(path, key=f"key_{number}", value={"turn": turn})


@pytest.mark.filterwarnings("ignore:This process:DeprecationWarning")  # Ansible forks likewise
def test_processes_that_write_at_the_same_time_lose_nothing(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "time", time)
    context = multiprocessing.get_context("fork")
    workers = [context.Process(target=keep, args=(str(target), number)) for number in range(8)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    assert [run(target, key=f"key_{number}")["value"] for number in range(8)] == [{"turn": 3}] * 8
    assert os.listdir(target.parent) == [target.name]


def test_as_a_module_it_says_that_it_is_none() -> None:
    result = run_as_given("vault_file_key", {"path": "/x", "key": "key"}, check=False)
    assert (result.failed, result.code) == (True, "action_plugin_missing")


@pytest.mark.parametrize("check", [False, True])
def test_a_directory_that_is_not_writable_is_told(target: Path, monkeypatch: pytest.MonkeyPatch, check: bool) -> None:
    run(target, value=VALUE)
    monkeypatch.setattr(os, "access", lambda *_args, **_options: False)
    assert reason(target, value={"n": 1}, check=check) == ("file_inaccessible", "path")
    assert not run(target, value=VALUE, check=check)["changed"]


@pytest.mark.parametrize("check", [False, True])
def test_an_acl_stays_an_acl(target: Path, check: bool) -> None:
    """Its mask looks like rights of the file's group, which has none."""
    target.write_bytes(encrypted("a: 1"))
    target.chmod(0o600)
    try:
        os.setxattr(target, ACL, acl_for(NOBODY))
    except (OSError, AttributeError):
        pytest.skip("this file system has no ACLs")
    assert stat.S_IMODE(target.stat().st_mode) == 0o640
    before = target.stat().st_ino
    assert run(target, check=check, value=VALUE)["changed"]
    assert (target.stat().st_ino == before) is check
    assert os.getxattr(target, ACL) == acl_for(NOBODY)
    assert stat.S_IMODE(target.stat().st_mode) == 0o640


@pytest.fixture
def common() -> Iterator[Path]:
    with a_place_for_all() as place:
        yield place


in_both_modes = pytest.mark.parametrize("check", [False, True])


@only_root
@in_both_modes
def test_the_file_of_another_owner_is_refused_in_check_mode_too(
    common: Path, monkeypatch: pytest.MonkeyPatch, check: bool
) -> None:
    mine = directory_of(NOBODY, common / "mine", 0o700)
    monkeypatch.setenv("OAUTHOPS_HANDOVER_DIR", str(mine / "handover"))
    (mine / "oauth.yml").write_bytes(encrypted("a: 1"))
    (mine / "oauth.yml").chmod(0o644)
    with acting_as_nobody():
        assert reason(mine / "oauth.yml", check=check, value=VALUE) == ("file_owned_by_other", "path")
        assert run(mine / "oauth.yml")["value"] is None
        assert sorted(os.listdir(mine)) == (["oauth.yml"] if check else ["handover", "oauth.yml"])


@only_root
@in_both_modes
def test_a_file_that_another_user_made_first_is_refused(common: Path, check: bool) -> None:
    """They could have encrypted it with a password that they know, as of another vault ID that is loaded."""
    app = directory_of(NOBODY, common / "app")
    with acting_as_nobody():
        (app / "oauth.yml").write_bytes(encrypted("a: 1", "dev", LABELLED))
    before = (app / "oauth.yml").read_bytes()
    result = refusal(app / "oauth.yml", LABELLED, check=check, value=VALUE)
    assert (result.code, result.option) == ("file_owned_by_other", "path")
    assert result.msg.endswith("run the task as its owner, or make the user who runs the task its owner.")
    assert (app / "oauth.yml").read_bytes() == before


@only_root
@in_both_modes
@pytest.mark.parametrize("kind", ["link", "hard link", "directory"])
def test_what_another_user_has_linked_is_refused(common: Path, check: bool, kind: str) -> None:
    app, theirs = directory_of(NOBODY, common / "app"), directory_of(0, common / "etc") / "oauth.yml"
    run(theirs, value=VALUE)
    before = theirs.read_bytes()
    path = app / "conf/oauth.yml" if kind == "directory" else app / "oauth.yml"
    if kind == "hard link":
        os.link(theirs, path)
    else:
        (app / "conf" if kind == "directory" else path).symlink_to(theirs.parent if kind == "directory" else theirs)
    assert reason(path, check=check, value={"n": 1}) == ("file_untrusted", "path")
    assert reason(path, check=check) == ("file_untrusted", "path")
    assert theirs.read_bytes() == before


@only_root
def test_root_keeps_a_file_in_the_directory_of_the_application(common: Path) -> None:
    app = directory_of(NOBODY, common / "app")
    assert run(app / "oauth.yml", value=VALUE)["changed"]
    assert run(app / "oauth.yml", value={"n": 1})["value"] == VALUE
    assert (app / "oauth.yml").stat().st_uid == 0
    assert os.listdir(app) == ["oauth.yml"]


def test_the_lock_is_gone_when_it_is_over(target: Path, handover: Path) -> None:
    run(target, value=VALUE)
    assert os.listdir(handover) == []
    assert stat.S_IMODE(handover.stat().st_mode) == 0o700


def test_neither_reading_nor_check_mode_needs_the_lock(target: Path, handover: Path) -> None:
    run(target)
    run(target, check=True, value=VALUE)
    assert not handover.exists()


@in_both_modes
def test_a_directory_for_locks_that_others_can_write_is_refused(target: Path, handover: Path, check: bool) -> None:
    handover.mkdir()
    handover.chmod(0o770)
    result = refusal(target, check=check, value=VALUE)
    assert (result.code, result.option) == ("file_untrusted", None)
    assert "OAUTHOPS_HANDOVER_DIR: other users can write" in result.msg
    assert os.listdir(target.parent) == []


def lock_name(target: Path) -> str:
    return f"vault-{hashlib.sha256(str(target).encode()).hexdigest()[:32]}"


def test_a_file_that_another_process_writes_is_waited_for_and_then_named(
    target: Path, handover: Path, clock: Clock
) -> None:
    with a_process_that_holds(handover, lock_name(target)) as holder:
        result = refusal(target, value=VALUE)
        assert (result.code, result.option) == ("locked", "path")
        assert (
            f"path: {target} is still locked by another run after 60 s (process {holder} on {os.uname().nodename} since"
            in result.msg
        )
        assert sum(clock.sleeps) == pytest.approx(60)
        assert not target.exists()
        assert run(target, check=True, value=VALUE)["changed"]
    assert run(target, value=VALUE)["changed"]


def test_a_link_and_the_file_have_the_same_lock(target: Path, handover: Path) -> None:
    (target.parent / "link.yml").symlink_to(target)
    with a_process_that_holds(handover, lock_name(target)):
        assert reason(target.parent / "link.yml", value=VALUE) == ("locked", "path")


@only_root
def test_another_user_cannot_hold_it(common: Path) -> None:
    """A lock on the directory could be held by any user who reads it."""
    with acting_as_nobody():
        theirs = os.open(common, os.O_RDONLY)
    fcntl.flock(theirs, fcntl.LOCK_EX)
    with within(10):
        assert run(common / "oauth.yml", value=VALUE)["changed"]
    os.close(theirs)


@contextlib.contextmanager
def within(seconds: int) -> Iterator[None]:
    def over(*_args: object) -> NoReturn:
        raise TimeoutError

    before = signal.signal(signal.SIGALRM, over)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def changing(monkeypatch: pytest.MonkeyPatch, target: Path, times: int) -> list[int]:
    """Another program writes the file that often after it was read; gives what it has written."""
    written: list[int] = []
    encrypt = VaultLib.encrypt

    def between(vault: Any, text: str, *args: Any, **options: Any) -> Any:
        content = encrypt(vault, text, *args, **options)
        if len(written) < times:
            written.append(len(written))
            target.write_bytes(encrypt(VaultLib(), f"theirs: {written[-1]}\n", DEFAULT[0][1]))
        return content

    monkeypatch.setattr(VaultLib, "encrypt", between)
    return written


@pytest.mark.parametrize("there", [False, True])
@pytest.mark.parametrize("times", [1, TURNS - 1])
def test_a_file_that_another_program_writes_meanwhile_is_edited_again(
    target: Path, monkeypatch: pytest.MonkeyPatch, there: bool, times: int
) -> None:
    if there:
        target.write_bytes(encrypted("a: 1\n"))
    written = changing(monkeypatch, target, times)
    assert run(target, value={"n": 1})["changed"]
    assert len(written) == times
    assert decrypted(target) == f"theirs: {written[-1]}\nkey:\n  n: 1\n"


def test_a_file_that_another_program_writes_all_the_time_is_left_to_it(
    target: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written = changing(monkeypatch, target, TURNS)
    assert reason(target, value={"n": 1}) == ("locked", "path")
    assert decrypted(target) == f"theirs: {written[-1]}\n"
    assert os.listdir(target.parent) == [target.name]


def test_a_file_that_another_task_has_written_as_wanted_stays(target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    encrypt = VaultLib.encrypt

    def between(vault: Any, *args: Any, **options: Any) -> Any:
        content = encrypt(vault, *args, **options)
        target.write_bytes(content)
        return content

    monkeypatch.setattr(VaultLib, "encrypt", between)
    assert run(target, value=VALUE) == {"changed": False, "value": VALUE, "path": str(target)}
