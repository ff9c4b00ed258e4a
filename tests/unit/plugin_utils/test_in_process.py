# SPDX-License-Identifier: GPL-3.0-or-later
"""What a module finds in the controller's process, and what is left of it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from ansible.module_utils import basic
from ansible.module_utils.common import warnings

from ansible_collections.oauthops.iam.plugins.plugin_utils._in_process import (
    HAS_PROFILES,
    ended,
    exit_status,
    parameters,
    same_python,
    surroundings,
)


def module_of(main: Callable[[], object]) -> ModuleType:
    module = ModuleType("made_up")
    vars(module)["main"] = main
    return module


def test_a_python_is_the_same_as_itself_under_another_name(tmp_path: Path) -> None:
    python = tmp_path / "python3"
    python.touch()
    (tmp_path / "python").symlink_to("python3")
    assert same_python(str(tmp_path / "python"), str(python))
    assert same_python(f"{tmp_path}/../{tmp_path.name}/python", str(python))


def test_the_python_of_a_venv_is_another_than_the_one_it_links_to(tmp_path: Path) -> None:
    for name in ("base", "one", "other"):
        (tmp_path / name).mkdir()
    (tmp_path / "base/python").touch()
    for name in ("one", "other"):
        (tmp_path / name / "python").symlink_to("../base/python")
    pythons = [str(tmp_path / name / "python") for name in ("base", "one", "other")]
    assert [[same_python(one, other) for other in pythons] for one in pythons] == [
        [True, False, False],
        [False, True, False],
        [False, False, True],
    ]


def test_two_pythons_of_one_directory_are_not_the_same(tmp_path: Path) -> None:
    for name in ("python3.11", "python3.13"):
        (tmp_path / name).touch()
    assert not same_python(str(tmp_path / "python3.11"), str(tmp_path / "python3.13"))


def test_surroundings_are_there_and_gone_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "before")
    before, origin = dict(os.environ), os.getcwd()
    with surroundings({"KEPT": "changed", "NUMBER": 1}, str(tmp_path)):
        assert (os.environ["KEPT"], os.environ["NUMBER"], os.getcwd()) == ("changed", "1", str(tmp_path))
        os.environ["ADDED"] = "by a module"
        os.environ.pop("PATH")
        os.chdir("/")
    assert (dict(os.environ), os.getcwd()) == (before, origin)


@pytest.mark.parametrize("fault", [ValueError, SystemExit, KeyboardInterrupt])
def test_surroundings_are_restored_after_a_fault(tmp_path: Path, fault: type[BaseException]) -> None:
    before, origin = dict(os.environ), os.getcwd()
    with pytest.raises(fault), surroundings({"ADDED": "x"}, str(tmp_path)):
        raise fault
    assert (dict(os.environ), os.getcwd()) == (before, origin)


def test_surroundings_that_cannot_be_had_leave_everything(tmp_path: Path) -> None:
    before, origin = dict(os.environ), os.getcwd()
    with pytest.raises(FileNotFoundError), surroundings({"ADDED": "x"}, str(tmp_path / "none")):
        pass
    assert (dict(os.environ), os.getcwd()) == (before, origin)


def test_parameters_are_where_a_module_looks() -> None:
    given = basic._ANSIBLE_ARGS
    with parameters({"name": "Ü {{ x }}", "_ansible_check_mode": True}):
        held: Any = basic._ANSIBLE_ARGS
        assert json.loads(held) == {"ANSIBLE_MODULE_ARGS": {"name": "Ü {{ x }}", "_ansible_check_mode": True}}
    assert basic._ANSIBLE_ARGS is given


def test_a_warning_is_of_one_task() -> None:
    warnings.warn("of the controller")
    with parameters({}):
        assert warnings.get_warning_messages() == ()
        warnings.warn("of a module")
        warnings.deprecate("of a module", version="9.0.0", collection_name="oauthops.iam")
        assert warnings.get_warning_messages() == ("of a module",)
    with parameters({}):
        assert (warnings.get_warning_messages(), warnings.get_deprecation_messages()) == ((), ())
    assert "of a module" not in warnings.get_warning_messages()


def test_a_module_does_not_take_itself_for_the_controller(monkeypatch: pytest.MonkeyPatch) -> None:
    if not HAS_PROFILES:
        pytest.skip("ansible-core before 2.19 does not tell modules where they are")
    internal = sys.modules["ansible.module_utils._internal"]
    monkeypatch.setattr(internal, "is_controller", True)
    with parameters({}):
        assert vars(internal)["is_controller"] is False
    assert vars(internal)["is_controller"] is True


def test_what_a_module_prints_is_its_result() -> None:
    def main() -> None:
        print('{"changed": false}')
        print("aside", file=sys.stderr)
        sys.exit(0)

    end = ended(module_of(main))
    assert (end["rc"], end["stdout_lines"], end["stderr_lines"]) == (0, ['{"changed": false}'], ["aside"])


@pytest.mark.parametrize(
    ("code", "status", "said"), [(None, 0, ""), (0, 0, ""), (3, 3, ""), (True, 1, ""), ("the end", 1, "the end\n")]
)
def test_a_module_ends_as_python_does(capsys: pytest.CaptureFixture[str], code: Any, status: int, said: str) -> None:
    assert exit_status(code) == status
    assert capsys.readouterr().err == said


def recursion() -> None:
    recursion()


def memory() -> None:
    raise MemoryError


@pytest.mark.parametrize("main", [recursion, memory])
def test_a_fault_ends_the_module_and_nothing_else(main: Callable[[], object]) -> None:
    end = ended(module_of(main))
    assert end["rc"] == 1
    told = end["stdout"] if HAS_PROFILES else end["stderr"]
    assert "failed" in told or "Error" in told


@pytest.mark.parametrize("end", [KeyboardInterrupt, GeneratorExit])
def test_what_ends_the_controller_is_not_the_modules_to_keep(end: type[BaseException]) -> None:
    def main() -> None:
        raise end

    with pytest.raises(end):
        ended(module_of(main))
