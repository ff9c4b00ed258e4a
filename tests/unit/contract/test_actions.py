# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module can run in Ansible's own process, and what lets it decides nothing."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._module import Module
from ansible_collections.oauthops.iam.plugins.plugin_utils._action import ControllerAction, ModuleAction
from tests.unit.support import PACKAGE

PLUGINS = Path(__file__).parents[3] / "plugins"
MODULES = sorted({path.stem for path in (PLUGINS / "modules").glob("[!_]*.py")})
# These always work in the controller.
IN_THE_CONTROLLER = {
    "vault_file_key",
    "cloudflare_oauth_client_wait",
    "cloudflare_oauth_client_export",
    "cloudflare_oauth_client_publication",
    "cloudflare_oauth_client_report",
    "cloudflare_oauth_client_rotation",
    "cloudflare_oauth_client_stored_secret",
}
ELSEWHERE_AS_WELL = [name for name in MODULES if name not in IN_THE_CONTROLLER]


def action(name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.action.{name}").ActionModule


def module(name: str) -> Module:
    found: Module = importlib.import_module(f"{PACKAGE}.modules.{name}").MODULE
    return found


def test_every_module_has_an_action_of_its_name() -> None:
    assert sorted(path.stem for path in (PLUGINS / "action").glob("[!_]*.py")) == MODULES


@pytest.mark.parametrize("name", MODULES)
def test_an_action_runs_the_module_of_its_name(name: str) -> None:
    assert action(name).module is module(name)
    assert issubclass(action(name), ControllerAction)
    assert issubclass(action(name), ModuleAction) == (name in ELSEWHERE_AS_WELL)


@pytest.mark.parametrize("name", MODULES)
def test_libraries_are_named_as_they_are_imported(name: str) -> None:
    assert all(importlib.util.find_spec(library) for library in module(name).libraries)
    if name.startswith("cloudflare_") and "stored_secret" not in name:
        assert module(name).libraries == ("requests",)


@pytest.mark.parametrize("name", ELSEWHERE_AS_WELL)
def test_an_action_decides_nothing(name: str) -> None:
    """A class with one constant: all else is the module's, or the same for all."""
    tree = ast.parse((PLUGINS / "action" / f"{name}.py").read_text(encoding="utf-8"))
    (found,) = [node for node in tree.body if not isinstance(node, ast.ImportFrom)]
    assert isinstance(found, ast.ClassDef)
    assert [ast.unparse(node) for node in found.body] == ["module = MODULE"]
