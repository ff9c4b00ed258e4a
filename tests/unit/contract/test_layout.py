# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may know what."""

from __future__ import annotations

import ast
import importlib.util
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from ansible_collections.oauthops.iam.plugins.module_utils._api.transport import VERSION
from ansible_collections.oauthops.iam.plugins.module_utils._store_options import STORES
from tests.unit.support import PACKAGE

PLUGINS = Path(__file__).parents[3] / "plugins"
SOURCES = sorted(PLUGINS.rglob("*.py"))
COLLECTION = "ansible_collections.oauthops.iam.plugins"
# The units of module_utils, and which of the others each of them may import: so there is no cycle.
LAYERS: dict[str, set[str]] = {
    "_api": set(),
    "_uris": {"_api"},
    "_places": {"_api", "_system_errors"},
    "_files": {"_api", "_places"},
    "_attributes": {"_api", "_files", "_places"},
    "_dns": {"_api", "_uris"},
    "_documents": {"_api"},
    "_oauth": {"_api", "_documents", "_uris", "_files", "_places", "_system_errors"},
    "_module": {"_api"},
    "_system_errors": set(),
    "_store_options": set(),
    "_dns_options": set(),
}
PURE = [
    "_api/auth",
    "_api/errors",
    "_api/error_response",
    "_api/response",
    "_dns/names",
    "_documents",
    "_oauth/comparison",
    "_oauth/entries",
    "_oauth/lost_response",
    "_oauth/model",
    "_oauth/plan",
    "_oauth/promotion",
    "_oauth/validate",
    "_system_errors",
    "_uris",
]


def modules(path: Path) -> Iterator[tuple[str, list[str]]]:
    """The modules that a file imports, by their whole names, each with the names that it takes from there."""
    package = ".".join([COLLECTION, *path.relative_to(PLUGINS).parts[:-1]])
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((name.name, []) for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            relative = "." * node.level + (node.module or "")
            yield importlib.util.resolve_name(relative, package), [name.name for name in node.names]


def imported(path: Path) -> set[str]:
    """The top-level packages that a file imports."""
    return {module.partition(".")[0] for module, _names in modules(path)}


def attributes(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.Name):
            yield node.id


def users(*names: str) -> set[str]:
    return {path.stem for path in SOURCES if set(names) & set(attributes(path))}


def test_there_are_sources() -> None:
    assert {"transport", "_module", "cloudflare_oauth_client"} <= {path.stem for path in SOURCES}


def units(path: Path, folder: str = "module_utils") -> set[str]:
    """The units of a folder that a file imports."""
    start = f"{COLLECTION}.{folder}"
    found: set[str] = set()
    for module, names in modules(path):
        if f"{module}.".startswith(f"{start}."):
            below = module.removeprefix(start).lstrip(".")
            found.update([below.partition(".")[0]] if below else names)
    return found


def test_every_kind_of_import_is_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys.modules[__name__], "PLUGINS", tmp_path)
    source = tmp_path / "module_utils" / "_dns" / "example.py"
    source.parent.mkdir(parents=True)
    whole = f"from {COLLECTION}.module_utils._files import replaced\n"
    source.write_text(f"import os.path\n{whole}from .._api.errors import UsageError\nfrom .. import _uris\n")
    assert imported(source) == {"os", "ansible_collections"}
    assert units(source) == {"_files", "_api", "_uris"}


def test_each_unit_imports_only_those_below_it() -> None:
    base = PLUGINS / "module_utils"
    for path in base.rglob("*.py"):
        unit = path.relative_to(base).parts[0].removesuffix(".py")
        assert units(path) - {unit} <= LAYERS[unit], path


def test_module_utils_know_nothing_of_the_controller() -> None:
    for path in (PLUGINS / "module_utils").rglob("*.py"):
        assert not units(path, "plugin_utils"), path


@pytest.mark.parametrize("package", ["requests", "urllib3"])
def test_http_is_known_in_one_place(package: str) -> None:
    assert {path.stem for path in SOURCES if package in imported(path)} == {"transport"}


def test_ansible_module_is_known_in_one_place() -> None:
    assert users("AnsibleModule", "fail_json", "exit_json") == {"_module"}


def test_dnspython_is_known_in_one_place() -> None:
    assert {path.stem for path in SOURCES if "dns" in imported(path)} == {"name_server"}


def test_what_talks_to_cloudflare_does_not_wait_for_dnspython() -> None:
    """Importing it takes about as long as all else that such a module imports."""
    modules = " ".join(f"{PACKAGE}.modules.{path.stem}," for path in (PLUGINS / "modules").glob("cloudflare_*.py"))
    code = f"import sys, {modules.rstrip(',')}; sys.exit('dns' in sys.modules)"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    assert subprocess.run([sys.executable, "-c", code], env=environment, check=False).returncode == 0


def loaded_with(plugin: str) -> set[str]:
    """The files of the collection that a fresh process loads for a plugin."""
    code = f"import sys, {PACKAGE}.{plugin}; print(*sys.modules)"
    environment = {"PYTHONPATH": os.pathsep.join(sys.path)}
    run = subprocess.run([sys.executable, "-c", code], env=environment, check=True, capture_output=True, text=True)
    return {name.removeprefix(f"{PACKAGE}.").partition("_utils.")[2] for name in run.stdout.split()}


def test_a_module_starts_without_what_few_tasks_need() -> None:
    """Its process compiles the sources again each time: those of a secret's file and of refusals when it needs them."""
    ours = loaded_with("modules.cloudflare_oauth_client")
    assert "_oauth.delivery" in ours
    assert not ours & {"_oauth.file_delivery", "_api.error_response", "_files", "_places", "_attributes"}


def test_a_publication_loads_no_store_that_it_does_not_use() -> None:
    """Ansible compiles a collection's sources in each run, without a cache of bytecode."""
    ours = loaded_with("action.cloudflare_oauth_client_publication")
    assert "_stores.opening" in ours
    assert not ours & {*(f"_stores.{kind}" for kind in STORES), "_ansible_vault", "_yaml_text", "_rotation_plan"}


@pytest.mark.parametrize("kind", ["filter", "test"])
def test_a_filter_or_a_test_has_the_name_of_its_file(kind: str) -> None:
    for path in (PLUGINS / kind).glob("*.py"):
        plugin = importlib.import_module(f"{PACKAGE}.{kind}.{path.stem}")
        found = getattr(getattr(plugin, f"{kind.title()}Module")(), f"{kind}s")()
        assert found == {path.stem: getattr(plugin, path.stem)}


def test_the_version_is_decided_in_galaxy_yml() -> None:
    assert yaml.safe_load((PLUGINS.parent / "galaxy.yml").read_text())["version"] == VERSION


def test_time_passes_in_one_place() -> None:
    assert {path.stem for path in SOURCES if "time" in imported(path)} == {"retry"}
    assert users("sleep") == {"retry"}


@pytest.mark.parametrize("name", PURE)
def test_what_calls_itself_pure_knows_neither_http_nor_ansible_nor_files(name: str) -> None:
    path = PLUGINS / "module_utils" / f"{name}.py"
    assert not imported(path) & {"requests", "urllib3", "ansible", "os", "io", "pathlib", "socket", "subprocess"}
