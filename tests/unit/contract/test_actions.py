# SPDX-License-Identifier: GPL-3.0-or-later
"""Every module can run in the controller's process, and what lets it decides nothing."""

from __future__ import annotations

import ast
import importlib
import importlib.util
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.plugin_utils._in_process import InProcess, ModuleInProcess
from tests.unit.support import PACKAGE

PLUGINS = Path(__file__).parents[3] / "plugins"
MODULES = sorted(path.stem for path in (PLUGINS / "modules").glob("[!_]*.py"))
# These have a part of their own on the controller.
ON_THE_CONTROLLER = {"vault_file_key"}
ASKING_OTHERS = {"cloudflare_oauth_client_wait"}
PLAIN = [name for name in MODULES if name not in ON_THE_CONTROLLER | ASKING_OTHERS]
LIBRARIES = {"requests", "dns", "boto3"}


def action(name: str) -> Any:
    return importlib.import_module(f"{PACKAGE}.action.{name}").ActionModule


def test_every_module_has_an_action_of_its_name() -> None:
    assert sorted(path.stem for path in (PLUGINS / "action").glob("[!_]*.py")) == MODULES


@pytest.mark.parametrize("name", PLAIN)
def test_an_action_runs_the_module_of_its_name_alone(name: str) -> None:
    assert issubclass(action(name), ModuleInProcess)
    assert [module.__name__ for module in action(name).modules] == [f"{PACKAGE}.modules.{name}"]
    assert all(callable(module.main) for module in action(name).modules)


@pytest.mark.parametrize("name", sorted(ASKING_OTHERS))
def test_an_action_that_asks_other_modules_runs_them_here_too(name: str) -> None:
    assert issubclass(action(name), InProcess)
    asked = {module.__name__.rpartition(".")[2] for module in action(name).modules}
    source = (PLUGINS / "action" / f"{name}.py").read_text(encoding="utf-8")
    texts = {node.value for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Constant)}
    assert asked == texts & set(MODULES)


@pytest.mark.parametrize("name", [*PLAIN, *sorted(ASKING_OTHERS)])
def test_libraries_are_named_as_they_are_imported(name: str) -> None:
    assert set(action(name).libraries) <= LIBRARIES
    if name.startswith("cloudflare_"):
        assert action(name).libraries == ("requests",)


@pytest.mark.parametrize("library", ["requests", "dns"])
def test_a_library_is_found_by_its_name(library: str) -> None:
    assert importlib.util.find_spec(library)


@pytest.mark.parametrize("name", PLAIN)
def test_an_action_decides_nothing(name: str) -> None:
    """A class with two constants at most: all else is the module's, or the same for all."""
    tree = ast.parse((PLUGINS / "action" / f"{name}.py").read_text(encoding="utf-8"))
    (found,) = [node for node in tree.body if not isinstance(node, ast.ImportFrom)]
    assert isinstance(found, ast.ClassDef)
    body = [ast.unparse(node) for node in found.body]
    assert [text.partition(" = ")[0] for text in body] in (["modules"], ["modules", "libraries"])
