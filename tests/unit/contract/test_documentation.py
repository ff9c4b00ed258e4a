# SPDX-License-Identifier: GPL-3.0-or-later
"""What is documented is what the code does, as far as ansible-test's validate-modules does not look."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.oauthops.iam.plugins.module_utils import _module
from ansible_collections.oauthops.iam.plugins.module_utils._api.auth import DEFAULT_API_URL, ENVIRONMENT
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import SHAPE
from ansible_collections.oauthops.iam.plugins.module_utils._store_options import STORE_OPTIONS, STORES
from tests.unit.support import documentation

ROOT = Path(__file__).parents[3]
COLLECTION = "oauthops.iam"
MODULES = sorted(path.stem for path in (ROOT / "plugins" / "modules").glob("[!_]*.py"))
# What talks to Cloudflare.
CLOUDFLARE = [name for name in MODULES if name.startswith("cloudflare_") and "stored_secret" not in name]
PLACE = {"action", "async", "become", "delegation"}  # the attributes that say where a module runs
IN_THE_CONTROLLER = {"vault_file_key", *(f"cloudflare_oauth_client_{name}" for name in ("export", "report", "wait"))}
WITH_A_STORE = {
    "cloudflare_oauth_client_publication",
    "cloudflare_oauth_client_rotation",
    "cloudflare_oauth_client_stored_secret",
}

every_module = pytest.mark.parametrize("name", MODULES)
every_cloudflare_module = pytest.mark.parametrize("name", CLOUDFLARE)


def paragraphs(option: dict[str, Any]) -> list[str]:
    """The description of an option, which is a list where it has several."""
    text = option["description"]
    return list(map(str, text)) if isinstance(text, list) else [text]


def test_secrets_among_the_options_are_not_logged() -> None:
    hidden = {name for name, entry in _module.CONNECTION_OPTIONS.items() if entry.get("no_log")}
    assert hidden == {"api_token", "api_key"}


def test_every_variable_is_documented_at_its_option() -> None:
    options = documentation(CLOUDFLARE[0]).options
    for option, variables in ENVIRONMENT.items():
        assert all(f"E({name})" in " ".join(paragraphs(options[option])) for name in variables), option
    assert DEFAULT_API_URL in " ".join(paragraphs(options["api_url"]))


@every_module
def test_options_are_described_in_sentences(name: str) -> None:
    for option, entry in documentation(name).options.items():
        assert all(text.rstrip().endswith(".") for text in paragraphs(entry)), option


@every_module
def test_where_a_module_runs_is_said(name: str) -> None:
    support = {key: documentation(name).attributes[key]["support"] for key in PLACE}
    elsewhere = "full" if name not in IN_THE_CONTROLLER | WITH_A_STORE else "none"
    store = "partial" if name in WITH_A_STORE else elsewhere
    mints = "return_client_secret" in documentation(name).options
    kept = "none" if name == "secret_file_value" else "partial" if mints else elsewhere
    assert support == {"action": support["action"], "async": kept, "become": store, "delegation": store}


@every_cloudflare_module
def test_attributes_of_what_talks_to_cloudflare(name: str) -> None:
    attributes = documentation(name).attributes
    assert attributes["check_mode"]["support"] == "full"
    assert f"{COLLECTION}.cloudflare" in attributes["action_group"]["membership"]


def test_the_action_group_has_every_module_that_talks_to_cloudflare() -> None:
    runtime = yaml.safe_load((ROOT / "meta" / "runtime.yml").read_text(encoding="utf-8"))
    assert sorted(runtime["action_groups"]["cloudflare"]) == CLOUDFLARE
    assert runtime["requires_ansible"] == ">=2.16.0"


@every_module
def test_the_error_is_described(name: str) -> None:
    described = documentation(name).returned
    assert {"description", "returned", "type"} <= set(described.get("error", {}))


def test_every_key_of_a_client_is_documented() -> None:
    keys = documentation("cloudflare_oauth_client").returned["oauth_client"]["contains"]
    assert set(keys) == set(SHAPE)


@pytest.mark.parametrize("name", sorted(WITH_A_STORE))
def test_every_store_is_documented(name: str) -> None:
    described: dict[str, Any] = documentation(name).options["store"]["suboptions"]
    assert described["type"]["choices"] == list(STORES)
    for kind, options in STORES.items():
        for option, spec in options.items():
            text = " ".join(paragraphs(described[option]))
            assert f"O(store.type={kind})" in text, (kind, option)
            documented = STORE_OPTIONS["store"]["options"][option]["type"]
            assert described[option]["type"] in {spec["type"], documented}, (kind, option)


@every_module
def test_examples_hide_what_is_stored(name: str) -> None:
    """Of modules that return secrets."""
    if name in ("secret_file_value", "vault_file_key"):
        assert all(task["no_log"] is True for task in documentation(name).examples)
