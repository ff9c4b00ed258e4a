# SPDX-License-Identifier: GPL-3.0-or-later
"""Running an action plugin without Ansible's executor: what it finds around it, and the task's result."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from ansible.parsing.dataloader import DataLoader

from tests.unit.support import ModuleResult, no_secret_known

CLEAR = "in clear"


class Templar:
    """Leaves every value as it is."""

    def template(self, value: Any) -> Any:
        return value


def an_action(
    action: type[Any],
    args: Mapping[str, Any],
    *,
    check: bool = False,
    no_log: bool = False,
    async_val: int = 0,
    register: Any = None,
    timeout: int = 0,
    environment: Any = None,
    loader: DataLoader | None = None,
    connection: Any = None,
) -> Any:
    """An action of the task that has these keywords; its connection is local."""
    name = f"oauthops.iam.{action.__module__.rpartition('.')[2]}"
    task: Any = SimpleNamespace(
        args=dict(args),
        check_mode=check,
        no_log=no_log,
        async_val=async_val,
        register=register,
        timeout=timeout,
        action=name,
        diff=True,
        delegate_to=None,
        environment=environment,
    )
    here: Any = SimpleNamespace(transport="local", become=None, _shell=SimpleNamespace(tmpdir=None))
    unused: Any = None
    made = action(task, connection or here, unused, loader or DataLoader(), Templar(), unused)
    made._load_name = name
    return made


def run_action(
    action: type[Any], args: Mapping[str, Any], *, variables: Mapping[str, Any] | None = None, **keywords: Any
) -> ModuleResult:
    with no_secret_known() as registered:
        result: dict[str, Any] = an_action(action, args, **keywords).run(None, dict(variables or {}))
        return ModuleResult(result, str(result), registered())
