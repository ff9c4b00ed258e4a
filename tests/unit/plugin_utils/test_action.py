# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a module runs, what it finds around it in Ansible's own process, and what is left of it."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.plugins.action.normal import ActionModule as NormalAction

from ansible_collections.oauthops.iam.plugins.action.secret_file_value import ActionModule as SecretFileValue
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._module import Module
from ansible_collections.oauthops.iam.plugins.plugin_utils import _action
from ansible_collections.oauthops.iam.plugins.plugin_utils._action import (
    ControllerAction,
    ModuleAction,
    plain,
    process_environment,
    same_python,
)
from tests.unit.actions import an_action, run_action
from tests.unit.support import ModuleResult

OPTIONS: Mapping[str, Any] = {
    "name": {"type": "str", "required": True},
    "number": {"type": "int"},
    "password": {"type": "str", "no_log": True},
    "path": {"type": "path"},
}


def acting(run: Callable[[Mapping[str, Any], bool], dict[str, Any]], base: type[Any] = ControllerAction) -> type[Any]:
    """An action of a module that does this."""
    return type("ActionModule", (base,), {"module": Module(run, OPTIONS), "__module__": "made.up"})


def given(args: Mapping[str, Any], **keywords: Any) -> ModuleResult:
    """The result of a task whose module returns its parameters."""
    return run_action(acting(lambda params, check: {"changed": check, "params": dict(params)}), args, **keywords)


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


def test_the_environment_of_a_process_is_there_and_gone_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEPT", "before")
    before, origin = dict(os.environ), os.getcwd()
    with process_environment({"KEPT": "changed", "NUMBER": "1"}, str(tmp_path)):
        assert (os.environ["KEPT"], os.environ["NUMBER"], os.getcwd()) == ("changed", "1", str(tmp_path))
        os.environ["ADDED"] = "by a module"
        os.environ.pop("PATH")
        os.chdir("/")
    assert (dict(os.environ), os.getcwd()) == (before, origin)


@pytest.mark.parametrize("fault", [ValueError, SystemExit, KeyboardInterrupt])
def test_the_environment_is_restored_after_a_fault(tmp_path: Path, fault: type[BaseException]) -> None:
    before, origin = dict(os.environ), os.getcwd()
    with pytest.raises(fault), process_environment({"ADDED": "x"}, str(tmp_path)):
        raise fault
    assert (dict(os.environ), os.getcwd()) == (before, origin)


def test_an_environment_that_cannot_be_had_leaves_everything(tmp_path: Path) -> None:
    before, origin = dict(os.environ), os.getcwd()
    with pytest.raises(FileNotFoundError), process_environment({"ADDED": "x"}, str(tmp_path / "none")):
        pass
    assert (dict(os.environ), os.getcwd()) == (before, origin)


def test_what_a_library_prints_is_dropped(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with process_environment({}, str(tmp_path)):
        print("out")
        print("err", file=sys.stderr)
    print("after")
    assert capsys.readouterr() == ("after\n", "")


def test_a_module_gets_every_option_as_plain_data() -> None:
    class Tagged(str):
        pass

    result = given({"name": Tagged("a"), "number": "5"}, check=True)
    assert (result.changed, result.params) == (True, {"name": "a", "number": 5, "password": None, "path": None})
    assert not isinstance(result.params["name"], Tagged)


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ({}, "missing required arguments: name"),
        ({"name": "a", "nam": "b"}, "Unsupported parameters for (oauthops.iam.up) module: nam"),
        ({"name": "a", "number": "many"}, "number"),
    ],
)
def test_bad_options_are_a_failure(args: dict[str, Any], text: str) -> None:
    result = given(args)
    assert (result.failed, text in result.msg) == (True, True)


def test_a_path_is_that_of_the_tasks_environment(tmp_path: Path) -> None:
    assert given({"name": "a", "path": "~/x"}, environment=[{"HOME": str(tmp_path)}]).params["path"] == f"{tmp_path}/x"


def test_the_environment_is_that_of_the_innermost() -> None:
    seen: list[str | None] = []

    def run(_params: Mapping[str, Any], _check: bool) -> dict[str, Any]:
        seen.append(os.environ.get("OF_THE_TASK"))
        return {"changed": False}

    run_action(acting(run), {"name": "a"}, environment=[{"OF_THE_TASK": "play"}, {"OF_THE_TASK": 1}])
    assert (seen, os.environ.get("OF_THE_TASK")) == (["1"], None)


@pytest.mark.parametrize("failing", [False, True])
def test_a_secret_is_in_no_result(failing: bool) -> None:
    def run(params: Mapping[str, Any], _check: bool) -> dict[str, Any]:
        if failing:
            raise UsageError("wrong", f"{params['password']} is wrong", detail=[f"<{params['password']}>"])
        warnings = [f"It is {params['password']}."]
        return {"changed": False, "echo": {"it": f"is {params['password']}"}, "warnings": warnings}

    result = run_action(acting(run), {"name": "a", "password": "sekret"})
    assert (result.failed, len(result.warnings)) == (failing, not failing)
    assert "sekret" not in result.shown


def test_a_secret_is_in_no_refusal() -> None:
    result = given({"name": "a", "password": "sekret", "number": "sekret"})
    assert result.failed
    assert "sekret" not in result.shown


def test_parameters_are_shown_when_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    args = {"name": "a", "password": "sekret"}
    assert "invocation" not in given(args)
    monkeypatch.setattr(_action, "display", SimpleNamespace(verbosity=3))
    shown = given(args).invocation["module_args"]
    assert shown == {"name": "a", "number": None, "password": "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER", "path": None}


def recursion() -> None:
    recursion()


def memory() -> None:
    raise MemoryError


@pytest.mark.parametrize("fault", [recursion, memory, lambda: sys.exit("the end"), lambda: sys.exit(0)])
def test_an_error_of_ours_fails_the_task_alone(fault: Callable[[], None]) -> None:
    def run(_params: Mapping[str, Any], _check: bool) -> dict[str, Any]:
        fault()
        return {"changed": False}

    result = run_action(acting(run), {"name": "a"})
    assert (result.failed, "Internal error: " in result.msg) == (True, True)


@pytest.mark.parametrize("end", [KeyboardInterrupt, GeneratorExit])
def test_what_ends_the_controller_is_not_the_modules_to_keep(end: type[BaseException]) -> None:
    def run(_params: Mapping[str, Any], _check: bool) -> dict[str, Any]:
        raise end

    with pytest.raises(end):
        run_action(acting(run), {"name": "a"})


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (date(2026, 11, 27), "2026-11-27"),
        ({1: (True, None, 1.5, b"x")}, {"1": [True, None, 1.5, "x"]}),
        (SimpleNamespace(), "namespace()"),
    ],
)
def test_plain_data(value: Any, expected: Any) -> None:
    assert plain(value) == expected


class HandedOver(Exception):
    pass


@pytest.fixture
def handed_over(monkeypatch: pytest.MonkeyPatch) -> None:
    def run(*_args: Any) -> None:
        raise HandedOver

    monkeypatch.setattr(NormalAction, "run", run)


def here() -> Any:
    """An action that could run here."""
    return an_action(acting(lambda _params, _check: {"changed": False}, ModuleAction), {"name": "a"})


# What is used of ansible-core's objects to see where a task can run, and to run it.
PARTS = {
    "_task": ["async_val", "environment", "delegate_to", "args", "check_mode"],
    "_connection": ["transport", "become"],
    "_templar": ["template"],
    "_loader": ["get_basedir"],
}


def test_a_plain_task_runs_here(handed_over: None) -> None:
    assert here().run(None, {}) == {"changed": False}


@pytest.mark.parametrize(("name", "part"), [(name, part) for name, parts in PARTS.items() for part in parts])
def test_where_a_part_of_ansible_core_is_missing_the_task_runs_as_a_module(
    handed_over: None, name: str, part: str
) -> None:
    action = here()
    kept = {
        other: getattr(getattr(action, name), other)
        for other in [*PARTS[name], "action"]
        if other != part and hasattr(getattr(action, name), other)
    }
    setattr(action, name, SimpleNamespace(**kept))
    with pytest.raises(HandedOver):
        action.run(None, {})


FILE_OPTIONS: Mapping[str, Any] = {
    "return_client_secret": {"type": "bool"},
    "client_secret_file": {"type": "path"},
    "client_secret_dir": {"type": "path", "no_log": False},
}
RETURNING = type(
    "ActionModule",
    (ModuleAction,),
    {
        "module": Module(lambda _params, _check: {"changed": True}, FILE_OPTIONS),
        "__module__": "made.up",
    },
)


@pytest.mark.parametrize("wish", [True, "true", "yes", 1])
def test_a_secret_is_not_left_in_the_file_of_a_job(handed_over: None, wish: Any) -> None:
    result = run_action(RETURNING, {"return_client_secret": wish}, async_val=60)
    assert (result.failed, result.code, result.option) == (True, "invalid_option", "return_client_secret")
    assert run_action(RETURNING, {"return_client_secret": wish}).changed


def test_what_always_returns_a_secret_takes_no_async(tmp_path: Path) -> None:
    args = {"path": str(tmp_path / "oauth.json")}
    result = run_action(SecretFileValue, args, async_val=60)
    assert (result.failed, result.code, result.option) == (True, "invalid_option", None)
    assert not run_action(SecretFileValue, args).failed


LAST: dict[str, str] = {"secret": "_task.result.client_secret"}
ONE_OF_MANY: dict[str, Any] = {"ansible_loop_var": "item", "item": "a"}


@pytest.mark.parametrize("wish", [True, "true", "yes", 1])
def test_a_secret_is_not_lost_in_a_loop(wish: Any) -> None:
    result = run_action(RETURNING, {"return_client_secret": wish}, register=LAST, variables=ONE_OF_MANY)
    assert (result.failed, result.code, result.option) == (True, "invalid_option", "return_client_secret")


@pytest.mark.parametrize("kept", ["_task.loop_result", "_task.polymorphic_result", "_task.loop_result.results"])
def test_in_a_loop_the_results_of_all_items_can_be_registered(kept: str) -> None:
    register = {**LAST, "all": kept}
    assert run_action(RETURNING, {"return_client_secret": True}, register=register, variables=ONE_OF_MANY).changed


@pytest.mark.parametrize(
    ("args", "register", "variables"),
    [
        ({"return_client_secret": True}, LAST, {}),
        ({"return_client_secret": True}, "created", ONE_OF_MANY),
        ({"return_client_secret": True}, None, ONE_OF_MANY),
        ({"return_client_secret": False}, LAST, ONE_OF_MANY),
        ({}, LAST, ONE_OF_MANY),
        ({"return_client_secret": True, "client_secret_file": "/srv/a"}, LAST, ONE_OF_MANY),
        ({"return_client_secret": True, "client_secret_dir": "/srv"}, LAST, ONE_OF_MANY),
    ],
    ids=["one task", "a name", "nothing", "none wanted", "none asked for", "a file", "a directory"],
)
def test_where_no_secret_can_be_lost_a_mapping_is_accepted(
    args: dict[str, Any], register: Any, variables: dict[str, Any]
) -> None:
    assert run_action(RETURNING, args, register=register, variables=variables).changed


def by_mitogen(action: type[Any]) -> type[Any]:
    """An action as Mitogen's strategies make it."""
    mixin = type("ActionModuleMixin", (), {"__module__": "ansible_mitogen.mixins"})
    return type("ActionModule", (mixin, action), {"__module__": "made.up"})


ELSEWHERE: dict[str, Any] = {"oauthops_in_process": False}


def test_what_mitogen_would_cut_short_mints_nothing(handed_over: None) -> None:
    result = run_action(by_mitogen(RETURNING), {}, timeout=30, variables=ELSEWHERE)
    assert (result.failed, result.code) == (True, "invalid_option")


@pytest.mark.parametrize(
    ("action", "timeout"),
    [
        (by_mitogen(RETURNING), 0),
        (RETURNING, 30),
        (by_mitogen(acting(lambda _params, _check: {}, ModuleAction)), 30),
    ],
    ids=["without timeout", "without Mitogen", "mints nothing"],
)
def test_what_is_not_cut_short_goes_on(handed_over: None, action: type[Any], timeout: int) -> None:
    with pytest.raises(HandedOver):
        run_action(action, {}, timeout=timeout, variables=ELSEWHERE)


def test_with_mitogen_a_task_in_the_controllers_process_delivers_what_it_mints(handed_over: None) -> None:
    assert run_action(by_mitogen(RETURNING), {}, timeout=30).changed


@pytest.mark.parametrize("args", [{}, {"return_client_secret": False}, {"return_client_secret": "no"}])
def test_without_a_secret_a_job_goes_on(handed_over: None, args: dict[str, Any]) -> None:
    with pytest.raises(HandedOver):
        run_action(RETURNING, args, async_val=60)


@pytest.mark.parametrize("name", ["constants", "boolean", "ArgumentSpecValidator"])
def test_without_a_helper_of_ansible_core_the_task_runs_as_a_module(
    handed_over: None, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    monkeypatch.setattr(_action, name, None)
    with pytest.raises(HandedOver):
        here().run(None, {})


def test_where_nothing_hides_secrets_the_task_runs_as_a_module(
    handed_over: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(_action, "remove_values", None)
    monkeypatch.setattr(_action, "HIDDEN_BY_CORE", False)
    with pytest.raises(HandedOver):
        here().run(None, {})
