# SPDX-License-Identifier: GPL-3.0-or-later
"""One key of a file that is encrypted with ansible-vault, with Ansible's own vault."""

from __future__ import annotations

import errno
import multiprocessing
import os
import stat
import subprocess
import sys
from pathlib import Path
from typing import Any, NoReturn

import pytest
from ansible.parsing.dataloader import DataLoader
from ansible.parsing.vault import VaultLib, VaultSecret

from ansible_collections.oauthops.iam.plugins.action.vault_file_key import ActionModule
from tests.unit.actions import run_action
from tests.unit.support import ModuleResult, run_as_given

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


@pytest.mark.skipif(os.geteuid() != 0, reason="only root gives files away")
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


def test_a_client_script_is_asked_for_the_label(target: Path) -> None:
    source = target.parent / "password-client"
    source.write_text('#!/bin/sh\n[ "$1 $2" = "--vault-id prod" ] && echo prod password\n')
    source.chmod(0o700)
    run(target, None, value=VALUE, vault_password_file=str(source), vault_id="prod")
    assert decrypted(target, LABELLED[1:])


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
        ({"secrets": None}, "vault_password_missing", "vault_password", "There is no vault password: give vault_passw"),
        ({"secrets": []}, "vault_password_missing", "vault_password", ""),
        ({"vault_password": " "}, "invalid_option", "vault_password", "vault_password is empty."),
        ({"vault_id": "a;b"}, "invalid_option", "vault_id", "vault_id: 'a;b' cannot be written"),
        ({"vault_id": "nope"}, "vault_password_missing", "vault_id", "'nope' is loaded (expected default)"),
        ({"secrets": LABELLED}, "missing_option", "vault_id", "with vault_id, one of dev, prod."),
        ({"path": "x/y.yml"}, "invalid_option", "path", "x/y.yml"),
        ({"path": "/x\0y"}, "invalid_option", "path", ""),
        ({"path": "/does/not/exist.yml"}, "file_inaccessible", "path", "the directory /does/not does not exist on the"),
        ({"path": "/"}, "file_inaccessible", "path", "cannot be read or written (Is a directory)"),
        ({"path": os.devnull}, "file_inaccessible", "path", "(not a regular file)"),
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
        (b"key: sekret\n", "vault_not_encrypted", "is not encrypted with ansible-vault: run ansible-vault encrypt"),
        (b"", "vault_not_encrypted", ""),
        (b"$ANSIBLE_VAULT;1.1;AES256\nzz\n", "vault_damaged", ""),
        (b"$ANSIBLE_VAULT", "vault_damaged", ""),
        (encrypted("a: 1", "dev", LABELLED), "vault_not_decrypted", "the vault password is wrong, or the file is dama"),
        (encrypted("- sekret"), "foreign_content", "Its top level is not a mapping"),
        (encrypted("key: [sekret"), "foreign_content", "(line 1). To correct it: ansible-vault edit"),
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
def test_processes_that_write_at_the_same_time_lose_nothing(target: Path) -> None:
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
    monkeypatch.setattr(os, "access", lambda path, _mode: path != str(target.parent))
    assert reason(target, value={"n": 1}, check=check) == ("file_inaccessible", "path")
    assert not run(target, value=VALUE, check=check)["changed"]
