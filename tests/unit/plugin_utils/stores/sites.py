# SPDX-License-Identifier: GPL-3.0-or-later
"""What a task gives a store, without Ansible."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator

from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.base import Site
from tests.unit.plugin_utils.stores_in_memory import no_module
from tests.unit.support import PACKAGE

Run = Callable[[str, Mapping[str, Any], bool], Mapping[str, Any]]


def a_site(run_module: Run = no_module, loader: Any = None, *, check_mode: bool = False) -> Site:
    return Site(run_module, loader, check_mode)


def run_module(name: str, args: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    """Run a module of ours in this process, as one on a host."""
    module = importlib.import_module(f"{PACKAGE}.modules.{name.rpartition('.')[2]}").MODULE
    validation = ArgumentSpecValidator(dict(module.options), **module.rules).validate(dict(args))
    if validation.error_messages:
        return {"failed": True, "msg": validation.error_messages[0]}
    params = module.complete(validation.validated_parameters)
    succeeded, result = module.attempt(params, lambda: module.run(params, check_mode))
    return {**result, "failed": not succeeded}
