# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Runs modules in Ansible's own process, where the result is the same as in a process of their own. Private.

Nearly all of a module's time is starting Python and importing libraries, which the controller has done already. What
ansible-core offers to action plugins is enough: where a name that is used here is missing, or the task asks for
anything that needs a process, the module is started as any other.
"""

from __future__ import annotations

import contextlib
import getpass
import importlib.util
import io
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from typing import Any, ClassVar

from ansible import constants
from ansible.errors import AnsibleActionFail
from ansible.module_utils.common.arg_spec import ArgumentSpecValidator, ValidationResult
from ansible.module_utils.parsing.convert_bool import boolean
from ansible.plugins.action import ActionBase
from ansible.plugins.action.normal import ActionModule as NormalAction
from ansible.utils.display import Display

from ..module_utils._api.errors import UsageError, invalid
from ..module_utils._api.text import one_line
from ..module_utils._module import HIDDEN_BY_CORE, Module, register, remove_values, secret_values

HERE, ELSEWHERE = "in Ansible's own process", "in a separate process"
SWITCH = "oauthops_in_process"
# Variables that a Python and its libraries read when they start, and not again.
READ_AT_START = ("LD_", "OPENSSL_", "PYTHON")
SHOWN_PARAMETERS = 3
RETURNS_SECRET = "return_client_secret"
SECRET_FILES = ("client_secret_file", "client_secret_dir")
# The expressions of register that hold the results of all items of a loop, of ansible-core 2.21 and later.
OF_ALL_ITEMS = ("loop_result", "polymorphic_result")
HIDDEN = "VALUE_SPECIFIED_IN_NO_LOG_PARAMETER"
Result = dict[str, Any]

display = Display()


@dataclass(frozen=True)
class Prepared:
    """A prepared task: C(given) are its checked arguments; C(refusal), if set, says why it must not run."""

    environment: Mapping[str, str]
    directory: str
    check_mode: bool
    given: Mapping[str, Any]
    refusal: str | None = None


class ControllerAction(ActionBase):
    """The action of C(module) that always runs in Ansible's own process, with any connection."""

    module: ClassVar[Module]
    _requires_connection = False
    _supports_check_mode = True
    _supports_async = False
    # Mappings whose keys are checked once it is known which ones apply, with hints for misspelled ones.
    raw_options: ClassVar[tuple[str, ...]] = ()
    # What is to be hidden in the result; what the task comes to know may be added.
    secrets: set[str]

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        self.task_vars = task_vars or {}
        return {**ActionBase.run(self, tmp, task_vars), **self.carried_out(self.prepared())}

    def prepared(self) -> Prepared:
        environment, directory = self.environment(), str(self._loader.get_basedir())
        args, options = plain(self._task.args), self.module.options
        with process_environment(environment, directory):
            validation = ArgumentSpecValidator(dict(self.checked_options()), **self.module.rules).validate(args)
        refusal = None
        if validation.error_messages:
            refusal = masked(self.refusal(validation), set(secret_values(options, args)))
        given = {name: validation.validated_parameters.get(name) for name in options}
        return Prepared(environment, directory, bool(self._task.check_mode), given, refusal)

    def checked_options(self) -> Mapping[str, Any]:
        """What the arguments are checked by before the work begins."""
        raw = {name: {**self.module.options[name], "type": "raw", "options": None} for name in self.raw_options}
        return {**self.module.options, **raw}

    def refusal(self, validation: ValidationResult) -> str:
        """The first thing that is wrong, in AnsibleModule's words."""
        text = str(validation.error_messages[0])
        only_these = validation.unsupported_parameters and len(validation.error_messages) == 1
        return f"Unsupported parameters for ({self._task.action}) module: {text}" if only_these else text

    def carried_out(self, task: Prepared) -> Result:
        """The task's result, with the environment and the directory that the process of its module would have."""
        if task.refusal:
            return {"failed": True, "msg": task.refusal}
        with process_environment(task.environment, task.directory):
            params = self.module.complete(task.given)
            secrets = set(secret_values(self.module.options, params))
            register(secrets)
            self.secrets = secrets
            succeeded, result = self.module.attempt(params, lambda: self.work(params, task.check_mode))
        warnings = [one_line(text) for text in result.pop("warnings", [])]
        if warnings:
            result["warnings"] = warnings
        if display.verbosity >= SHOWN_PARAMETERS:
            result["invocation"] = {"module_args": shown(self.module.options, task.given)}
        result = plain(result)  # what was made of it is dropped: of thousands of clients it is large
        hidden: Result = masked(result, secrets)
        return hidden if succeeded else {**hidden, "failed": True}

    def work(self, params: Mapping[str, Any], check_mode: bool) -> Result:
        """Do the work of the task."""
        return self.module.run(params, check_mode)

    def say(self, text: str) -> None:
        """Print a line while the task runs."""
        if not self._task.no_log:
            display.display(f"[{self.task_vars.get('inventory_hostname', 'localhost')}] {one_line(text)}")

    def environment(self) -> dict[str, str]:
        """The variables that the keyword environment sets for this task, its block and its play."""
        found: dict[str, str] = {}
        for each in self._task.environment or []:
            variables = self._templar.template(each)
            if not isinstance(variables, Mapping):
                raise AnsibleActionFail("environment: must be a mapping of variables to values.")
            found.update({str(name): str(plain(value)) for name, value in variables.items()})
        return found

    def obstacle(self, task_vars: Mapping[str, Any], libraries: Sequence[str]) -> str | None:
        """Why a module with these libraries needs a process of its own, or None."""
        delegated = task_vars.get("ansible_delegated_vars") or {}
        target = delegated.get(self._task.delegate_to) or task_vars
        missing = [library for library in libraries if not importlib.util.find_spec(library)]
        read_at_start = sorted(name for name in self.environment() if name.startswith(READ_AT_START))
        obstacles = {
            f"the connection is {self._connection.transport}": self._connection.transport != "local",
            "async": self._task.async_val,
            "become": self.becomes_another(),
            f"{SWITCH} is off": not self.is_switched_on(target),
            "another Python is named": not self.names_no_other_python(target),
            f"the environment sets {', '.join(read_at_start)}": read_at_start,
            f"without {', '.join(missing)}": missing,
            "nothing would hide secrets": not (HIDDEN_BY_CORE or remove_values),
        }
        return next((text for text, holds in obstacles.items() if holds), None)

    def becomes_another(self) -> bool:
        """Whether become applies. ansible-core ignores it if the task's user is already the one to become."""
        become = self._connection.become
        if become is None:
            return False
        allowed = constants.config.get_config_value("BECOME_ALLOW_SAME_USER")
        return bool(allowed or become.get_option("become_user") != getpass.getuser())

    def is_switched_on(self, target: Mapping[str, Any]) -> bool:
        setting = target.get(SWITCH, os.environ.get(SWITCH.upper(), True))
        return bool(boolean(self._templar.template(setting)))

    def names_no_other_python(self, target: Mapping[str, Any]) -> bool:
        """Whether the interpreter is discovered, or is the one that runs Ansible.

        One that is set explicitly must be used, with its libraries.
        """
        named = constants.config.get_config_value("INTERPRETER_PYTHON", variables=target)
        named = str(self._templar.template(named)).strip()
        return named.startswith("auto") or same_python(named, sys.executable)


KEPT_BY_ASYNC = invalid(
    RETURNS_SECRET,
    "with async, Ansible would write the secret to the async job file, which every user can read. Use "
    "client_secret_file, or remove async from this task.",
)
VALUE_KEPT_BY_ASYNC = UsageError(
    "invalid_option",
    "The keyword async: Ansible would write the secret to the async job file, which every user can read. Remove async "
    "from this task.",
)
LOST_IN_LOOP = invalid(
    RETURNS_SECRET,
    "in a loop, a mapping for register keeps only the values of the last item, so all other secrets would be lost. Use "
    "client_secret_file, or set register to a variable name.",
)
ENDED_BY_MITOGEN = UsageError(
    "invalid_option",
    "The keyword timeout: with Mitogen, a module that exceeds the timeout is killed when the play ends. A secret "
    "that it has just minted would be lost. Set timeout: 0 for this task, or delegate it to localhost.",
)


class ModuleAction(ControllerAction, NormalAction):
    """The action of a module that runs in Ansible's own process where it can, and else where the task runs."""

    _requires_connection = True
    _supports_async = True

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        try:
            refusal = self.not_to_be_returned(task_vars or {})
            if refusal:
                return {"failed": True, **refusal.result()}
            obstacle = self.obstacle(task_vars or {}, self.module.libraries)
            task = None if obstacle else self.prepared()
        except Exception as unknown:  # as a name that a newer ansible-core does not have
            obstacle, task = f"{type(unknown).__name__} while looking at the task", None
        if obstacle and self.could_lose_what_it_mints():
            return {"failed": True, **ENDED_BY_MITOGEN.result()}
        display.vvv(f"{self._task.action} runs {f'{ELSEWHERE} ({obstacle})' if obstacle else HERE}")
        if task:
            return {**ActionBase.run(self, tmp, task_vars), **self.carried_out(task)}
        result: Result = NormalAction.run(self, tmp, task_vars)
        return result

    def not_to_be_returned(self, task_vars: Mapping[str, Any]) -> UsageError | None:
        """The error if other users could read the returned secret, or it would be lost; or None."""
        args = self._task.args
        if self.module.returns_secret and self._task.async_val:
            return VALUE_KEPT_BY_ASYNC
        if not boolean(args.get(RETURNS_SECRET) or False, strict=False):
            return None
        if self._task.async_val:
            return KEPT_BY_ASYNC
        in_loop, has_file = "ansible_loop_var" in task_vars, any(args.get(name) for name in SECRET_FILES)
        return LOST_IN_LOOP if in_loop and not has_file and self.registers_one_item() else None

    def could_lose_what_it_mints(self) -> bool:
        """Whether Mitogen, which mixes a class of its own into each action, could end the task at its timeout."""
        mixed_in = any(kind.__module__.startswith("ansible_mitogen.") for kind in type(self).__mro__)
        return mixed_in and RETURNS_SECRET in self.module.options and bool(getattr(self._task, "timeout", None))

    def registers_one_item(self) -> bool:
        """Whether register is a mapping without the results of all items; a name is made one by ansible-core."""
        register = getattr(self._task, "register", None)
        if not isinstance(register, Mapping) or not register:
            return False
        return not any(name in str(text) for text in register.values() for name in OF_ALL_ITEMS)


def same_python(one: str, other: str) -> bool:
    """Whether two paths are one Python with the same libraries; that of a venv is a link to one without them."""
    folders = {os.path.dirname(os.path.abspath(path)) for path in (one, other)}
    return len(folders) == 1 and os.path.realpath(one) == os.path.realpath(other)


@contextlib.contextmanager
def process_environment(environment: Mapping[str, str], directory: str) -> Iterator[None]:
    """The environment and working directory that a module's process would have; what a library prints is dropped."""
    before, origin = dict(os.environ), os.getcwd()
    try:
        os.environ.update(environment)
        os.chdir(directory)
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            yield
    finally:
        os.chdir(origin)
        os.environ.clear()
        os.environ.update(before)


def plain(value: Any) -> Any:
    """A value of only plain types, as JSON has them: what ansible-core has tagged or encrypted is a text."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, Mapping):
        return {str(name): plain(item) for name, item in value.items()}
    if isinstance(value, (list, tuple, set)):
        return [plain(item) for item in value]
    for kind in (int, float):
        if isinstance(value, kind):
            return kind(value)
    if isinstance(value, (date, time)):
        return value.isoformat()
    return value.decode(errors="surrogateescape") if isinstance(value, bytes) else str(value)


def shown(options: Mapping[str, Any], params: Mapping[str, Any]) -> Result:
    """The parameters as ansible-core shows those of a module."""
    return {name: HIDDEN if options[name].get("no_log") and params.get(name) else params.get(name) for name in options}


def masked(result: Any, secrets: set[str]) -> Any:
    """The result without the secrets, which ansible-core 2.22 and later hides by itself."""
    return result if HIDDEN_BY_CORE or not secrets else remove_values(result, secrets)
