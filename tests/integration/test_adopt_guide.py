# SPDX-License-Identifier: GPL-3.0-or-later
"""What the pages on adopting clients show runs as it stands there, and their table of options is complete."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import FIELDS
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.validate import DEFINITION_OPTIONS
from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible, Run
from tests.integration.modules import APP, Modules
from tests.integration.shown import yaml_blocks

GUIDES = ROOT / "docs/docsite/rst"
TERRAFORM = (GUIDES / "guide_terraform.rst").read_text()


@pytest.fixture
def exported(ansible: Ansible, fake: FakeCloudflare) -> Ansible:
    """Two clients of an account and the export of them."""
    for name in ("App", "staging-app"):
        assert Modules(fake).client(**{**APP, "client_name": name}).changed
    path = {"oauth_client_export_path": str(ansible.directory / "oauth_clients.yml")}
    assert ansible.playbook("oauthops.iam.export", extra=path).status == 0
    fake.clear_journal()
    return ansible


def run(ansible: Ansible, play: list[dict[str, Any]], *options: str) -> Run:
    (ansible.directory / "clients.yml").write_text(yaml.safe_dump(play, sort_keys=False))
    done = ansible.playbook("clients.yml", *options)
    assert done.status == 0, done.output
    return done


@pytest.mark.parametrize("options", [("--check", "--diff"), ("--diff",)])
def test_adopting_changes_nothing(exported: Ansible, fake: FakeCloudflare, options: tuple[str, ...]) -> None:
    adopt, _prune = yaml_blocks(GUIDES / "guide_adopt.rst")
    done = run(exported, adopt, *options)
    assert (done.changed, fake.requests(writes_only=True)) == ([], [])
    assert done.tasks[-1].result["msg"] == []


def test_what_nobody_describes_is_told_and_then_deleted_where_it_may_be(
    exported: Ansible, fake: FakeCloudflare
) -> None:
    adopt, prune = yaml_blocks(GUIDES / "guide_adopt.rst")
    for name in ("App 2", "staging-2"):
        Modules(fake).client(**{**APP, "client_name": name})
    assert len(run(exported, adopt).tasks[-1].result["msg"]) == 2
    assert run(exported, prune).changed == ["Apply the definitions and prune the unmanaged staging clients"]
    assert sorted(client["client_name"] for client in fake.state()["clients"]) == ["App", "App 2", "staging-app"]


def test_the_plays_of_the_role_run(ansible: Ansible, fake: FakeCloudflare) -> None:
    assert Modules(fake).client(**APP).changed
    export, apply = yaml_blocks(ROOT / "roles/oauth_client_export/README.md")
    assert len(run(ansible, export).changed) == 1
    assert run(ansible, apply).changed == []
    assert Path(ansible.directory / "oauth_clients.yml").exists()


def test_the_description_beside_the_resource_is_one_of_the_same_client(fake: FakeCloudflare) -> None:
    (variables,) = yaml_blocks(GUIDES / "guide_terraform.rst")
    (client,) = variables["oauth_clients"]
    resource = re.search(r"resource .*?\n       }\n", TERRAFORM, re.DOTALL)
    assert resource
    attributes = dict(re.findall(r"^ +(\w+) += (.*)$", resource[0], re.MULTILINE))
    del attributes["account_id"]
    assert {name: yaml.safe_load(value) for name, value in attributes.items()} == {
        name: value for name, value in client.items() if name not in ("client_id", "visibility")
    }
    creation = {name: value for name, value in client.items() if name != "client_id"}
    made = Modules(fake).run("clients", clients=[creation], return_client_secret=False)
    assert made.oauth_clients[0]["action"] == "create"


def test_the_table_has_every_option_that_describes_a_client() -> None:
    rows = re.findall(r"^   \* - (.*)\n     - (.*)\n     -", TERRAFORM, re.MULTILINE)[1:]
    options = [re.findall(r"``(\w+)``", option) for _attribute, option in rows]
    assert all(len(names) == 1 for names in options)
    named = [name for (name,) in options]
    assert set(named) == {"account_id", "client_id", "visibility", *(field.name for field in FIELDS)}
    assert set(named) - {"account_id"} <= set(DEFINITION_OPTIONS)
    for attribute, (option,) in zip((attribute for attribute, _option in rows), options):
        assert option in attribute
