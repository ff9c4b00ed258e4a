# SPDX-License-Identifier: GPL-3.0-or-later
"""Programs of users as a store."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.base import Store
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.opening import open_store
from tests.unit.plugin_utils.stores.sites import a_site
from tests.unit.support import refuses

RECORD = {"client_id": "c1", "client_secret": "hush-hush", "note": "é"}


def python(code: str, *arguments: str) -> list[str]:
    return [sys.executable, "-I", "-c", code, *arguments]


def a_store(read: str = "", write: str = "", **options: Any) -> Store:
    return open_store({"type": "command", "read": python(read), "write": python(write), **options}, a_site())


def complaint(store: Store, code: str) -> str:
    with refuses(code, "store") as caught:
        store.read() if code == "store_unreadable" else store.write(RECORD)
    message = caught.value.message
    assert "hush" not in message
    assert message.isprintable()
    assert caught.value.__suppress_context__
    return message


@pytest.mark.parametrize("printed", ["", " \n"])
def test_nothing_is_nothing_stored(printed: str) -> None:
    assert a_store(f"print({printed!r}, end='')").read() == {}


def test_an_object_is_the_record() -> None:
    assert a_store(f"print({json.dumps(RECORD)!r})").read() == RECORD


def test_the_record_is_written_to_standard_input_alone(tmp_path: Path) -> None:
    seen = tmp_path / "seen"
    code = "import sys, os, json; seen = [sys.stdin.read(), sys.argv, dict(os.environ)]"
    a_store(
        write=f"{code}; json.dump(seen, open({str(seen)!r}, 'w'))", environment={"OWN": "value", "NUMBER": 5}
    ).write(RECORD)
    given, arguments, environment = json.loads(seen.read_text())
    assert json.loads(given) == RECORD
    assert "hush" not in json.dumps([arguments, environment])
    assert (environment["OWN"], environment["NUMBER"], environment["PATH"]) == ("value", "5", os.environ["PATH"])


def test_there_is_no_shell(tmp_path: Path) -> None:
    store = a_store()
    arguments = ["$HOME", "; touch x", "*"]
    code = "import sys, json; print(json.dumps({'given': sys.argv[1:]}))"
    store = open_store({"type": "command", "write": ["x"], "read": python(code, *arguments)}, a_site())
    assert store.read() == {"given": arguments}


@pytest.mark.parametrize(
    "printed", [b"[]", b"null", b"5", b"hush-hush", b'"hush-hush"', b'{"client_secret": "hush', b"\xff", b"[" * 100000]
)
def test_what_is_no_object_is_no_record(printed: bytes) -> None:
    complaint(a_store(f"import sys; sys.stdout.buffer.write({printed!r})"), "store_unreadable")


@pytest.mark.parametrize("code", ["store_unreadable", "store_unwritable"])
@pytest.mark.parametrize(
    ("program", "said"),
    [
        ("import sys; sys.exit(3)", "status 3"),
        ("import sys; print('{}'); sys.exit(3)", "status 3"),
        ("import sys; sys.exit('first\\nlast line')", "status 1: last line"),
        ("import sys; sys.exit('\\x1b[1mbold\\x1b[0m \\u202e')", "\\x1b[1mbold"),
        ("import sys; sys.stderr.buffer.write(b'\\xff\\xfe'); sys.exit(1)", "status 1"),
        ("import sys; sys.exit('x' * 5000)", "..."),
        ("import os, signal; os.kill(os.getpid(), signal.SIGTERM)", "signal 15"),
    ],
)
def test_every_other_end_is_a_failure(code: str, program: str, said: str) -> None:
    text = complaint(a_store(program, program), code)
    assert said in text
    assert len(text) < 400


def test_a_secret_that_a_program_repeats_is_masked() -> None:
    repeat = "import sys; sys.exit('refused: ' + sys.stdin.read())"
    assert "********" in complaint(a_store(write=repeat), "store_unwritable")


def test_a_secret_that_was_read_is_masked_later() -> None:
    read = f"print({json.dumps(RECORD)!r})"
    store = a_store(read, "import sys; sys.exit('it was hush-hush')")
    store.read()
    with refuses("store_unwritable", "store") as caught:
        store.write({})
    assert "hush" not in caught.value.message


def test_a_value_of_its_environment_is_masked() -> None:
    store = a_store("import os, sys; sys.exit(os.environ['API_TOKEN'])", environment={"API_TOKEN": "hush-token"})
    assert "********" in complaint(store, "store_unreadable")


@pytest.mark.parametrize(
    "program", [["/does/not/exist"], ["no-such-program"], ["/etc/passwd"], ["sh", "nul\0byte"], [""]]
)
def test_a_program_that_does_not_start_is_named(program: list[str]) -> None:
    definition = {"type": "command", "read": program, "write": program}
    for code in ("store_unreadable", "store_unwritable"):
        complaint(open_store(definition, a_site()), code)


@pytest.mark.parametrize("program", ["no-such-program", "/etc/passwd"])
def test_check_mode_looks_for_an_executable_program(program: str) -> None:
    a_store().check()
    store = open_store({"type": "command", "read": ["x"], "write": [program]}, a_site())
    with refuses("store_unwritable", "store") as refused:
        store.check()
    assert f"{program} is not an executable program" in refused.value.message


def test_a_program_that_does_not_end_is_killed_with_its_children(tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    program = ["/bin/sh", "-c", f"sleep 60 & echo $! >{pid}; sleep 60"]
    store = open_store({"type": "command", "read": program, "write": program, "timeout": 0.5}, a_site())
    began = time.monotonic()
    assert "0.5 seconds" in complaint(store, "store_unreadable")
    assert time.monotonic() - began < 20
    assert ended(int(pid.read_text()))


def ended(pid: int) -> bool:
    """Whether a process is gone, or waits to be taken note of by the process that inherited it."""
    for _attempt in range(100):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2][0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_a_program_that_reads_nothing_may_write() -> None:
    a_store(write="pass").write({"note": "x" * 1_000_000})
