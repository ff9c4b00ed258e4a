# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook oauthops.iam.awx_setup against the fake AWX, through the real modules of awx.awx."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import yaml

from tests.integration.ansible_runs import OURS, ROOT, Ansible
from tests.integration.awx.setting_up import PROJECT, set_up
from tests.integration.servers.awx.server import Awx
from tests.integration.servers.awx.tables import Tables

MODULES = ROOT / ".cache/stores/ansible_collections/awx/awx/plugins/modules"
EDGES = ("success_nodes", "failure_nodes", "always_nodes")


def names(tables: Tables, kind: str) -> list[str]:
    return sorted(row["name"] for row in tables.rows[kind].values())


def test_what_is_set_up(tables_set_up: Tables) -> None:
    templates = {row["name"]: row for row in tables_set_up.rows["job_templates"].values()}
    assert {name: (row["job_type"], row["playbook"]) for name, row in templates.items()} == {
        "Cloudflare OAuth publish": ("run", "publish.yml"),
        "Cloudflare OAuth publish (check)": ("check", "publish.yml"),
        "Cloudflare OAuth rotate": ("run", "rotate.yml"),
        "Cloudflare OAuth rotate (check)": ("check", "rotate.yml"),
        "Cloudflare OAuth report": ("run", "report.yml"),
        "Cloudflare OAuth report (check)": ("check", "report.yml"),
        "Cloudflare OAuth poll": ("run", "poll.yml"),
    }
    assert names(tables_set_up, "credentials") == ["Cloudflare OAuth account", "Cloudflare OAuth approver"]
    assert names(tables_set_up, "schedules") == ["Cloudflare OAuth poll", "Cloudflare OAuth report"]
    described = json.loads((ROOT / "roles/oauth_client_awx/files/credential_type.json").read_text())
    row = tables_set_up.named("credential_types", described["name"])
    assert {name: row[name] for name in described} == described


def test_a_host_is_local_with_the_python_of_ansible(tables_set_up: Tables) -> None:
    (inventory,) = tables_set_up.rows["inventories"].values()
    assert json.loads(inventory["variables"]) == {
        "ansible_connection": "local",
        "ansible_python_interpreter": "{{ ansible_playbook_python }}",
    }
    assert names(tables_set_up, "hosts") == ["localhost"]


def test_where_each_node_leads(tables_set_up: Tables) -> None:
    nodes = tables_set_up.rows["workflow_job_template_nodes"]
    led = {
        node["identifier"]: [[nodes[each]["identifier"] for each in node[edge]] for edge in EDGES]
        for node in nodes.values()
    }
    assert led == {
        "ensure": [["verified"], [], []],
        "verified": [["consent"], ["expired"], []],
        "expired": [["consent"], [], []],
        "consent": [["publish"], [], []],
        "publish": [[], [], []],
    }
    waits = {row["name"]: row["timeout"] for row in tables_set_up.rows["workflow_approval_templates"].values()}
    latch, consent = "Cloudflare OAuth: the domain is verified", "Cloudflare OAuth: make the client public?"
    assert waits == {latch: 172800, consent: 0}


def test_only_the_last_node_may_make_it_public(tables_set_up: Tables) -> None:
    nodes = tables_set_up.rows["workflow_job_template_nodes"].values()
    promotes = {node["identifier"]: node["extra_data"].get("oauth_client_publish_promote") for node in nodes}
    approvals = {"verified": None, "consent": None}
    assert promotes == {"ensure": "false", "expired": "false", "publish": "true", **approvals}
    (workflow,) = tables_set_up.rows["workflow_job_templates"].values()
    asked = [question["variable"] for question in workflow["survey_spec"]["spec"]]
    # What the survey of a workflow asks would beat what its nodes say, and what earlier jobs hand on.
    assert {"oauth_client_publish_promote", "oauth_client_publish_client_id"}.isdisjoint(asked)
    assert not workflow["ask_variables_on_launch"]


def test_a_second_run_changes_nothing(ansible_with_awx: Ansible, awx: Awx, tables_set_up: Tables) -> None:
    awx.tables = copy.deepcopy(tables_set_up)
    account = awx.tables.named("credentials", "Cloudflare OAuth account")
    awx.tables.put_credential({"inputs": {"api_token": "filled in", "account_id": "by a person"}}, account)
    run = set_up(ansible_with_awx)
    assert (run.status, run.changed) == (0, []), run.output
    assert awx.requests(writes_only=True) == []
    assert account["inputs"] == {"api_token": "filled in", "account_id": "by a person"}


@pytest.mark.thorough
def test_only_what_was_changed_is_changed(ansible_with_awx: Ansible, awx: Awx, tables_set_up: Tables) -> None:
    awx.tables = copy.deepcopy(tables_set_up)
    accounts: list[dict[str, Any]] = [
        {"name": "one", "variables": {"cloudflare_account_id": "1" * 32}},
        {"name": "two"},
    ]
    run = set_up(ansible_with_awx, oauth_client_awx_project_branch="v2", oauth_client_awx_hosts=accounts)
    assert run.status == 0, run.output
    assert [line.split("/")[:4] for line in awx.requests(writes_only=True)] == [
        ["PATCH ", "api", "v2", "projects"],
        ["POST ", "api", "v2", "hosts"],
        ["POST ", "api", "v2", "hosts"],
    ]
    assert json.loads(awx.tables.named("hosts", "one")["variables"]) == accounts[0]["variables"]


def test_check_mode_on_an_empty_controller_says_how_far_it_sees(ansible_with_awx: Ansible, awx: Awx) -> None:
    run = set_up(ansible_with_awx, "--check")
    assert run.status == 0, run.output
    assert awx.requests(writes_only=True) == []
    told = run.result("Show what check mode cannot predict")["msg"]
    for name in ("Cloudflare OAuth clients", "Cloudflare OAuth project", "Cloudflare OAuth accounts"):
        assert name in told


@pytest.mark.thorough
def test_check_mode_where_all_is_there(ansible_with_awx: Ansible, awx: Awx, tables_set_up: Tables) -> None:
    awx.tables = copy.deepcopy(tables_set_up)
    run = set_up(ansible_with_awx, "--check", oauth_client_awx_forks=9)
    assert run.status == 0, run.output
    assert run.changed == ["oauthops.iam.oauth_client_awx : Ensure the job templates"]
    assert awx.requests(writes_only=True) == []


def test_a_project_that_is_nowhere_is_refused(ansible_with_awx: Ansible, awx: Awx) -> None:
    run = set_up(ansible_with_awx, oauth_client_awx_project_url="")
    assert run.status != 0
    assert "oauth_client_awx_project_url" in run.failure
    assert awx.requests() == []


@pytest.mark.thorough
def test_a_project_on_the_controller_in_the_image_that_it_has(ansible_with_awx: Ansible, awx: Awx) -> None:
    place = {"project_url": "", "project_path": "oauth", "playbook_dir": "cloudflare", "image": ""}
    run = set_up(ansible_with_awx, **{f"oauth_client_awx_{name}": value for name, value in place.items()})
    assert run.status == 0, run.output
    (project,) = awx.tables.rows["projects"].values()
    assert (project["scm_type"], project["local_path"]) == ("", "oauth")
    templates = awx.tables.rows["job_templates"].values()
    assert {row["playbook"].partition("/")[0] for row in templates} == {"cloudflare"}
    assert {row["execution_environment"] for row in templates} == {None}
    assert awx.tables.rows["execution_environments"] == {}


def test_fields_of_credentials_in_use_are_not_changed(
    ansible_with_awx: Ansible, awx: Awx, tables_set_up: Tables
) -> None:
    """As a release that needs other fields would."""
    awx.tables = copy.deepcopy(tables_set_up)
    kind = awx.tables.named("credential_types", "Cloudflare OAuth clients")
    kind["inputs"]["fields"].pop()
    run = set_up(ansible_with_awx)
    assert (run.status, awx.requests(writes_only=True)) == (2, [])
    assert "Cloudflare OAuth account" in run.failure

    for row in awx.tables.matching("credentials", [("credential_type", str(kind["id"]))]):
        del awx.tables.rows["credentials"][row["id"]]
    for template in awx.tables.rows["job_templates"].values():
        template["credentials"] = []
    run = set_up(ansible_with_awx)
    assert run.status == 0, run.output
    assert [field["id"] for field in kind["inputs"]["fields"]] == ["api_token", "account_id", "api_url"]


@pytest.mark.thorough
def test_a_workflow_that_makes_nothing_public(ansible_with_awx: Ansible, awx: Awx) -> None:
    run = set_up(ansible_with_awx, oauth_client_awx_consent=False)
    assert run.status == 0, run.output
    assert names(awx.tables, "workflow_approval_templates") == ["Cloudflare OAuth: the domain is verified"]
    nodes = awx.tables.rows["workflow_job_template_nodes"].values()
    assert sorted(node["identifier"] for node in nodes) == ["ensure", "expired", "verified"]


def test_a_missing_collection_is_named(ansible_with_awx: Ansible, awx: Awx) -> None:
    ansible_with_awx.environment["ANSIBLE_COLLECTIONS_PATH"] = OURS
    run = set_up(ansible_with_awx)
    assert run.status != 0
    assert "awx.awx: the collection is not installed" in run.failure


class TestVariables:
    """The same objects for infra.aap_configuration, which hands the keys of an item to the module of that kind."""

    KINDS = {
        "controller_credential_types": "credential_type",
        "controller_credentials": "credential",
        "controller_execution_environments": "execution_environment",
        "controller_projects": "project",
        "controller_inventories": "inventory",
        "controller_hosts": "host",
        "controller_templates": "job_template",
        "controller_workflows": "workflow_job_template",
        "controller_schedules": "schedule",
    }

    def variables(self, ansible_with_awx: Ansible) -> dict[str, list[dict[str, Any]]]:
        role = {"name": "oauthops.iam.oauth_client_awx", "tasks_from": "variables"}
        show = [{"name": name, "ansible.builtin.debug": {"var": name}} for name in self.KINDS]
        run = ansible_with_awx.play([{"name": "set", "ansible.builtin.include_role": role}, *show], vars=PROJECT)
        assert run.status == 0, run.output
        return {name: run.result(name)[name] for name in self.KINDS}

    def test_every_key_is_an_option_of_the_module(self, ansible_with_awx: Ansible, awx: Awx) -> None:
        found = self.variables(ansible_with_awx)
        nodes = found["controller_workflows"][0].pop("simplified_workflow_nodes")
        for name, items in {**found, "nodes": nodes}.items():
            options = documented(self.KINDS.get(name, "workflow_job_template_node"))
            assert items
            for item in items:
                assert set(item) <= options, name
        assert awx.requests() == []

    def test_they_are_what_the_playbook_sets_up(self, ansible_with_awx: Ansible, tables_set_up: Tables) -> None:
        found = self.variables(ansible_with_awx)
        tables = {"credential_types": 2, "job_templates": 7, "workflow_job_templates": 1, "hosts": 1, "schedules": 2}
        assert {kind: len(tables_set_up.rows[kind]) for kind in tables} == tables
        for item in found["controller_templates"]:
            row = tables_set_up.named("job_templates", item["name"])
            assert json.loads(row["extra_vars"]) == item["extra_vars"]
            assert row["survey_spec"] == item.get("survey_spec", {})
        (described,) = found["controller_credential_types"]
        written = json.dumps(described["injectors"]).replace("{  {", "{{")
        assert json.loads(written) == tables_set_up.named("credential_types", described["name"])["injectors"]


def documented(module: str) -> set[str]:
    text = (MODULES / f"{module}.py").read_text().split("DOCUMENTATION = ")[1]
    quotes = text[:3]
    options: dict[str, Any] = yaml.safe_load(text[3:].split(quotes)[0])["options"]
    return {name for option, described in options.items() for name in (option, *described.get("aliases", []))}
