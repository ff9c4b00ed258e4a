# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What the actions share that work with a store of secrets. Private to this collection."""

from __future__ import annotations

import contextlib
import importlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from ansible import constants
from ansible.errors import AnsibleError

from ..module_utils._api.retry import check_seconds
from ..module_utils._module import register
from ._action import ControllerAction, Prepared, plain
from ._handover import Handover
from ._lock import held
from ._options import checked
from ._stores.base import Site, Store
from ._stores.opening import open_store, secrets_of

OURS = "oauthops.iam."
Result = dict[str, Any]


class StoreAction(ControllerAction):
    """An action that works on the controller. Only a store on the task's host needs the connection to it."""

    _requires_connection = True
    raw_options: ClassVar[tuple[str, ...]] = ("store",)

    # Of the store; those of a module are what ansible-core makes of them.
    store_warnings: Sequence[Any] = ()

    def carried_out(self, task: Prepared) -> Result:
        result = super().carried_out(task)
        new = [each for number, each in enumerate(self.store_warnings) if each not in self.store_warnings[:number]]
        return {**result, "warnings": [*result.get("warnings", []), *new]} if new else result

    @contextlib.contextmanager
    def store(self, definition: Any, *, check_mode: bool) -> Iterator[Store]:
        """The store of the option, logged in at most once. Raises UsageError when the definition is wrong."""
        self.hide(*secrets_of(definition))
        opened = open_store(definition, Site(self.run_module, self._loader, check_mode))
        self.store_warnings = opened.warnings
        try:
            yield opened
        finally:
            opened.close()

    @contextlib.contextmanager
    def one_at_a_time(self, handover: Handover, client_id: str, params: Mapping[str, Any]) -> Iterator[None]:
        """The lock of a client, which a run that only predicts does not take."""
        check_seconds("lock_timeout", params["lock_timeout"])
        if handover.check_mode:
            yield
            return
        with held(handover.directory, client_id, params["lock_timeout"], what=f"lock_timeout: the client {client_id}"):
            yield

    def hide(self, *secrets: object) -> None:
        """Mask these secrets in the result."""
        known = {str(secret) for secret in secrets if secret}
        self.secrets.update(known)
        register(known)

    def run_module(self, name: str, args: Mapping[str, Any], check_mode: bool) -> Result:
        """A module's result, on the host of the task: in this process where that is the controller."""
        if name.startswith(OURS) and (self.is_controller() or not self.obstacle(self.task_vars, ())):
            module = importlib.import_module(f"{__package__.rpartition('.')[0]}.modules.{name[len(OURS) :]}").MODULE
            params = checked(name, args, module.options, module.rules)
            succeeded, result = module.attempt(params, lambda: module.run(params, check_mode))
            return result if succeeded else {**result, "failed": True}
        try:
            result = self._execute_module(module_name=name, module_args=dict(args), task_vars=self.task_vars)
        except AnsibleError as failure:  # such as a connection that cannot be made
            return {"failed": True, "msg": f"{name} could not run on the host of the task: {failure.message}"}
        if result.get("skipped"):
            return {"failed": True, "msg": f"{name} was skipped, as it does not support check mode."}
        return {**plain(result), "warnings": result.get("warnings", [])}

    def is_controller(self) -> bool:
        """Whether the task's host is localhost, and neither the inventory nor become changes that."""
        host = self._task.delegate_to or self.task_vars.get("inventory_hostname")
        named = {"ansible_connection", "ansible_host"} & set(self.task_vars)
        return host in constants.LOCALHOST and not named and not self.becomes_another()
