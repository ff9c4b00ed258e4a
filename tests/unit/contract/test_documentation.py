# SPDX-License-Identifier: GPL-3.0-or-later
"""What is documented is what the code does."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.oauthops.iam.plugins.module_utils import _module
from ansible_collections.oauthops.iam.plugins.module_utils._api.auth import DEFAULT_API_URL, ENVIRONMENT
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import SHAPE
from ansible_collections.oauthops.iam.plugins.modules import (
    aws_secret_value,
    dns_txt_info,
    rfc2136_txt_value,
    secret_file_value,
    vault_file_key,
)
from tests.unit.support import PACKAGE, documentation

ROOT = Path(__file__).parents[3]
COLLECTION = "oauthops.iam"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("cloudflare_*.py"))
STORES: Mapping[str, Mapping[str, Any]] = {
    "aws_secret_value": {**aws_secret_value.AWS_OPTIONS, **aws_secret_value.OPTIONS},
    "secret_file_value": secret_file_value.OPTIONS,
    "vault_file_key": vault_file_key.OPTIONS,
}
DNS: Mapping[str, Mapping[str, Any]] = {
    "dns_txt_info": dns_txt_info.OPTIONS,
    "rfc2136_txt_value": rfc2136_txt_value.OPTIONS,
}
PLACE = {"action", "async", "become", "delegation"}  # the attributes that say where a module runs
WAITING = "cloudflare_oauth_client_wait"  # it works in the controller alone
INFO = [name for name in MODULES if name.endswith("_info")]

every_store = pytest.mark.parametrize("name", STORES)
every_module = pytest.mark.parametrize("name", MODULES)


def test_there_are_modules() -> None:
    assert len(MODULES) >= 5
    assert {*MODULES, *STORES, *DNS} == {path.stem for path in (ROOT / "plugins" / "modules").glob("[!_]*.py")}


class Captured(Exception):
    pass


def argument_spec(monkeypatch: pytest.MonkeyPatch, name: str) -> dict[str, Any]:
    """What a module's main() hands to AnsibleModule."""

    def capture(**given: Any) -> None:
        raise Captured(given)

    monkeypatch.setattr(_module, "AnsibleModule", capture)
    with pytest.raises(Captured) as caught:
        importlib.import_module(f"{PACKAGE}.modules.{name}").main()
    found: dict[str, Any] = caught.value.args[0]
    return found


def described(entry: Mapping[str, Any]) -> dict[str, Any]:
    """The part of an option that documentation and argument specification share."""
    return {
        "type": entry.get("type", "str"),
        "elements": entry.get("elements"),
        "choices": entry.get("choices"),
        "default": entry.get("default"),
        "required": entry.get("required", False),
        "aliases": entry.get("aliases", []),
    }


@every_module
def test_options_are_documented_as_they_are(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    spec = argument_spec(monkeypatch, name)["argument_spec"]
    documented = documentation(name).options
    assert {key: described(entry) for key, entry in documented.items()} == {
        key: described(entry) for key, entry in spec.items()
    }


@every_module
def test_every_module_takes_the_connection_options_and_check_mode(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    given = argument_spec(monkeypatch, name)
    options = importlib.import_module(f"{PACKAGE}.modules.{name}").OPTIONS
    assert given["argument_spec"] == {**_module.CONNECTION_OPTIONS, **options}
    assert not set(_module.CONNECTION_OPTIONS) & set(options)
    assert given["supports_check_mode"] is True


@every_module
def test_every_option_is_described_in_sentences(name: str) -> None:
    for option, entry in documentation(name).options.items():
        sentences = entry["description"]
        assert isinstance(sentences, list), option
        assert all(str(sentence).rstrip().endswith(".") for sentence in sentences), option


def test_secrets_among_the_options_are_not_logged() -> None:
    hidden = {name for name, entry in _module.CONNECTION_OPTIONS.items() if entry.get("no_log")}
    assert hidden == {"api_token", "api_key"}


def test_every_variable_is_documented_at_its_option() -> None:
    options = documentation(MODULES[0]).options
    for option, variables in ENVIRONMENT.items():
        assert all(f"E({name})" in " ".join(options[option]["description"]) for name in variables), option
    assert DEFAULT_API_URL in " ".join(options["api_url"]["description"])


@every_module
def test_a_module_is_named_versioned_and_signed(name: str) -> None:
    own = documentation(name).own
    assert own["module"] == name
    assert own["version_added"] == "0.1.0"
    assert own["author"]
    assert own["short_description"]


@every_module
def test_attributes_are_complete(name: str) -> None:
    attributes = documentation(name).attributes
    own = {"platform"} if name == WAITING else set()
    assert set(attributes) == {"check_mode", "diff_mode", "idempotent", "action_group"} | PLACE | own
    assert all({"description", "support"} <= set(entry) for entry in attributes.values())
    assert attributes["check_mode"]["support"] == "full"
    assert attributes["diff_mode"]["support"] == ("N/A" if name in [*INFO, WAITING] else "full")
    assert f"{COLLECTION}.cloudflare" in attributes["action_group"]["membership"]


@pytest.mark.parametrize("name", [*MODULES, *DNS, *STORES])
def test_where_a_module_runs_is_said(name: str) -> None:
    support = {key: documentation(name).attributes[key]["support"] for key in PLACE}
    anywhere = name not in ("vault_file_key", WAITING)
    assert support == {
        "action": "full",
        "async": "full" if anywhere else "none",
        "become": "full" if anywhere else "none",
        "delegation": "full" if anywhere else "none",
    }


def test_the_action_group_has_every_module() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert sorted(runtime["action_groups"]["cloudflare"]) == MODULES
    assert runtime["requires_ansible"] == ">=2.16.0"


def neighbours(name: str) -> set[str]:
    seen = [entry["module"] for entry in documentation(name).own["seealso"] if "module" in entry]
    assert all(module.startswith(f"{COLLECTION}.") for module in seen)
    return {module.rpartition(".")[2] for module in seen} - set(DNS)


@every_module
def test_seealso_goes_both_ways(name: str) -> None:
    assert neighbours(name) <= set(MODULES) - {name}
    assert all(name in neighbours(other) for other in neighbours(name))


@pytest.mark.parametrize("name", INFO)
def test_a_module_and_its_info_know_each_other(name: str) -> None:
    managing = name.removesuffix("_info")
    assert ({managing} & set(MODULES)) <= neighbours(name)
    assert neighbours(name)


@every_module
def test_examples_are_tasks_with_documented_options(name: str) -> None:
    tasks = documentation(name).examples
    assert any(f"{COLLECTION}.{name}" in task for task in tasks)
    for task in tasks:
        assert task["name"]
        (module,) = [key for key in task if key.startswith(f"{COLLECTION}.")]
        assert set(task) <= {"name", "register", module}
        used = task[module] or {}
        if isinstance(used, dict):
            assert set(used) <= set(documentation(module.rpartition(".")[2]).options)


@every_module
def test_examples_choose_among_the_choices(name: str) -> None:
    for task in documentation(name).examples:
        used = task.get(f"{COLLECTION}.{name}") or {}
        for option, value in used.items() if isinstance(used, dict) else []:
            choices = documentation(name).options[option].get("choices")
            values = value if isinstance(value, list) else [value]
            assert not choices or set(values) <= set(choices), option


@every_module
def test_what_is_returned_is_described(name: str) -> None:
    returned = documentation(name).returned
    assert {"error", "waited"} <= set(returned)
    assert all({"description", "returned", "type"} <= set(entry) for entry in returned.values())


@pytest.mark.parametrize("name", [*MODULES, *DNS, *STORES])
def test_the_error_is_described(name: str) -> None:
    error = documentation(name).returned["error"]
    assert {"code", "option"} <= set(error["contains"])
    assert "docsite.guide_errors" in error["contains"]["code"]["description"]


def test_every_key_of_a_client_is_documented() -> None:
    keys = documentation("cloudflare_oauth_client").returned["oauth_client"]["contains"]
    assert set(keys) == set(SHAPE)


@every_store
def test_a_stores_options_are_documented_as_they_are(name: str) -> None:
    documented = documentation(name).options
    assert {key: described(entry) for key, entry in documented.items()} == {
        key: described(entry) for key, entry in STORES[name].items()
    }


@every_store
def test_a_store_reads_and_replaces_a_value_and_shows_no_diff(name: str) -> None:
    found = documentation(name)
    assert "value" in found.returned
    assert found.options["value"]["type"] == "dict"
    support = {key: entry["support"] for key, entry in found.attributes.items()}
    assert (support["check_mode"], support["diff_mode"], support["idempotent"]) == ("full", "none", "full")
    assert "action_group" not in support
    assert found.own["seealso"] == [{"module": f"{COLLECTION}.{other}"} for other in STORES if other != name]


@every_store
def test_examples_of_a_store_hide_what_is_stored(name: str) -> None:
    for task in documentation(name).examples:
        assert task["no_log"] is True
        assert set(task[f"{COLLECTION}.{name}"]) <= set(STORES[name])


@pytest.mark.parametrize("name", DNS)
def test_what_asks_name_servers_is_documented_as_it_is(name: str) -> None:
    found = documentation(name)
    assert {key: described(entry) for key, entry in found.options.items()} == {
        key: described(entry) for key, entry in DNS[name].items()
    }
    assert set(found.attributes) == {"check_mode", "diff_mode", "idempotent"} | PLACE
    assert found.attributes["check_mode"]["support"] == "full"
    for task in found.examples:
        used = task.get(f"{COLLECTION}.{name}", {})
        assert set(used) <= set(DNS[name])
