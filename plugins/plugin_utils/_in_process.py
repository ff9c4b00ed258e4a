# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module in the controller's own process, where that means the same as starting Python for it. Private.

Nearly all of a module's time is starting Python and importing libraries, which the controller has done already. Only
that is left out: ansible-core still prepares the parameters, reads the module's output and makes the task's result of
it, and the module's own C(main) does the rest, with the environment and the directory that its process would have.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import importlib.util
import io
import json
import os
import sys
import traceback
from collections.abc import Iterator, Mapping, MutableMapping
from types import ModuleType
from typing import Any, ClassVar

from ansible import constants
from ansible.executor import module_common
from ansible.module_utils import basic
from ansible.module_utils.common import json as core_json
from ansible.module_utils.common import warnings
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as NormalAction

SWITCH = "oauthops_in_process"
PROFILE = "legacy"
# Variables that a Python and its libraries read when they start, and not again.
READ_AT_START = ("LD_", "OPENSSL_", "PYTHON")
# ansible-core 2.19 brought profiles of JSON, and modules that know whether they are in the controller.
HAS_PROFILES = hasattr(module_common, "_BuiltModule")
JSON: Any = core_json
ENCODER: Any
# The reader's JSON is loaded with the writer's, so that no task has to.
ENCODER, _DECODER = (
    [JSON.get_module_encoder(PROFILE, direction) for direction in JSON.Direction]
    if HAS_PROFILES
    else (functools.partial(JSON.AnsibleJSONEncoder, vault_to_text=True), None)
)
Vars = Mapping[str, Any]
Ended = dict[str, Any]


class InProcess(ActionBase):
    """Its C(_execute_module) stays in this process where it can; elsewhere it is ansible-core's own.

    C(modules) are those that can stay, C(libraries) the packages that they cannot do without.
    """

    modules: ClassVar[tuple[ModuleType, ...]] = ()
    libraries: ClassVar[tuple[str, ...]] = ("requests",)
    _stays = False
    _call: tuple[str, Mapping[str, Any]] = ("", {})

    def _execute_module(self, *args: Any, **options: Any) -> dict[str, Any]:
        self._stays = self._can_stay(options["task_vars"])
        try:
            result: dict[str, Any] = super()._execute_module(*args, **options)
        finally:
            self._stays = False
        return result

    def _can_stay(self, task_vars: Vars) -> bool:
        delegated = task_vars.get("ansible_delegated_vars") or {}
        target = delegated.get(self._task.delegate_to) or task_vars
        return (
            self._connection.transport == "local"
            and not self._task.async_val
            and not self._becomes_another()
            and self._is_switched_on(target)
            and self._names_no_other_python(target)
            and not any(name.startswith(READ_AT_START) for name in self._environment())
            and all(importlib.util.find_spec(library) for library in self.libraries)
        )

    def _is_switched_on(self, target: Vars) -> bool:
        setting = target.get(SWITCH, os.environ.get(SWITCH.upper(), True))
        return bool(boolean(self._templar.template(setting)))

    def _becomes_another(self) -> bool:
        """By ansible-core's rule, which leaves become aside where the task's user is the one to become."""
        if not self._connection.become:
            return False
        allowed = constants.config.get_config_value("BECOME_ALLOW_SAME_USER")
        return bool(allowed or self.get_become_option("become_user") != self._get_remote_user())

    def _names_no_other_python(self, target: Vars) -> bool:
        """A Python that was named is one whose libraries are meant; to have one discovered is not to name one."""
        named = constants.config.get_config_value("INTERPRETER_PYTHON", variables=target)
        named = str(self._templar.template(named)).strip()
        return named.startswith("auto") or same_python(named, sys.executable)

    def _environment(self) -> dict[str, Any]:
        """The variables of the task, and of the shell that would start its module."""
        environment: dict[str, Any] = {}
        self._compute_environment_string(environment)
        return {**self._connection._shell.env, **environment}

    def _is_pipelining_enabled(self, *args: Any, **options: Any) -> bool:
        return self._stays or bool(super()._is_pipelining_enabled(*args, **options))

    def _configure_module(self, module_name: str, module_args: Mapping[str, Any], task_vars: Vars) -> Any:
        if not self._stays:
            return super()._configure_module(module_name, module_args, task_vars)
        self._call = (module_name.rpartition(".")[2], module_args)
        shebang, origin = f"#!{sys.executable}", f"{module_name}, in this process"
        if not HAS_PROFILES:
            return "new", shebang, b"", origin
        built = module_common._BuiltModule(
            b_module_data=b"", module_style="new", shebang=shebang, serialization_profile=PROFILE
        )
        return built, origin

    def _low_level_execute_command(self, *args: Any, **options: Any) -> Any:
        if not self._stays:
            return super()._low_level_execute_command(*args, **options)
        name, module_args = self._call
        module = next(each for each in self.modules if each.__name__.rpartition(".")[2] == name)
        with surroundings(self._environment(), self._loader.get_basedir()), parameters(module_args):
            return ended(module)


class ModuleInProcess(InProcess, NormalAction):
    """The action of a module that has no part of its own on the controller."""


def same_python(one: str, other: str) -> bool:
    """Whether two paths are one Python with the same libraries; that of a venv is a link to one without them."""
    folders = {os.path.dirname(os.path.abspath(path)) for path in (one, other)}
    return len(folders) == 1 and os.path.realpath(one) == os.path.realpath(other)


@contextlib.contextmanager
def surroundings(environment: Mapping[str, Any], directory: str) -> Iterator[None]:
    """The environment and working directory that a module's process would have."""
    before, origin = dict(os.environ), os.getcwd()
    os.environ.update({name: str(value) for name, value in environment.items()})
    try:
        os.chdir(directory)
        yield
    finally:
        os.chdir(origin)
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def parameters(args: Mapping[str, Any]) -> Iterator[None]:
    """Put the parameters where AnsibleModule looks, and no warning of another task where it writes its own."""
    given = json.dumps({"ANSIBLE_MODULE_ARGS": dict(args)}, cls=ENCODER).encode()
    with contextlib.ExitStack() as stack:
        for store in ("_global_warnings", "_global_deprecations"):
            stack.enter_context(swapped(vars(warnings), store, type(getattr(warnings, store))()))
        stack.enter_context(swapped(vars(basic), "_ANSIBLE_ARGS", given))
        if HAS_PROFILES:
            stack.enter_context(swapped(vars(basic), "_ANSIBLE_PROFILE", PROFILE))
            stack.enter_context(swapped(vars(sys.modules["ansible.module_utils._internal"]), "is_controller", False))
        yield


@contextlib.contextmanager
def swapped(names: MutableMapping[str, Any], name: str, value: Any) -> Iterator[None]:
    before = names[name]
    names[name] = value
    try:
        yield
    finally:
        names[name] = before


def ended(module: ModuleType) -> Ended:
    """What the module's process would have printed and ended with; whatever goes wrong in it, only the task fails."""
    output, errors = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(output), contextlib.redirect_stderr(errors):
        status = status_of(module)
    out, err = output.getvalue(), errors.getvalue()
    return {
        "rc": status,
        "stdout": out,
        "stdout_lines": out.splitlines(),
        "stderr": err,
        "stderr_lines": err.splitlines(),
    }


def status_of(module: ModuleType) -> int:
    try:
        module.main()
    except SystemExit as end:
        return exit_status(end.code)
    except Exception as fault:
        tell(fault)
        return 1
    return 0


def exit_status(code: object) -> int:
    """As Python ends: a text is printed, and counts as a failure."""
    if code is None or isinstance(code, int):
        return int(code or 0)
    print(code, file=sys.stderr)
    return 1


def tell(fault: Exception) -> None:
    """What ansible-core's own way of starting a module prints about a fault that the module lets pass."""
    if not HAS_PROFILES:
        traceback.print_exc()
        return
    loader = importlib.import_module("ansible.module_utils._internal._ansiballz._loader")
    with contextlib.suppress(SystemExit):
        loader._handle_exception(fault, PROFILE)
