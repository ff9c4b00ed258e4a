# SPDX-License-Identifier: GPL-3.0-or-later
"""What the guide on AWX and the README of the role show is what there is, and runs as it stands there."""

from __future__ import annotations

import json
import re
import shlex
import textwrap
from typing import Any

import yaml

from tests.integration.ansible_runs import ROOT, Ansible
from tests.integration.awx.controller import PROJECT
from tests.integration.awx.setting_up import set_up
from tests.integration.servers.awx.server import Awx
from tests.integration.servers.awx.tables import Tables
from tests.integration.shown import blocks, read_yaml, yaml_blocks

GUIDE = (ROOT / "docs/docsite/rst/guide_awx.rst").read_text()
ROLE = ROOT / "roles/oauth_client_awx"
SHOWN = [block.text for block in blocks(ROOT / "docs/docsite/rst/guide_awx.rst") if "yaml" in block.language]
PLAYBOOK, REQUIREMENTS, STEP_FIVE, SECRETS, ROTATIONS, ACCOUNTS, OTHER_WAY = SHOWN


def test_it_shows_the_files_that_there_are() -> None:
    (shown,) = re.findall(r"\.\. code-block:: json\n\n((?: {4}.*\n)+)", GUIDE)
    assert textwrap.dedent(shown) == (ROLE / "files/credential_type.json").read_text()
    assert yaml.safe_load((PROJECT / "publish.yml").read_text()) == yaml.safe_load(PLAYBOOK)
    assert yaml.safe_load((PROJECT / "collections/requirements.yml").read_text()) == yaml.safe_load(REQUIREMENTS)
    named = re.findall(r"``([\w/.-]+\.(?:yml|json))``", GUIDE)
    files = [name for name in named if "/" in name and not name.startswith("collections/")]
    assert len(files) == 2
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_it_names_the_objects_that_are_set_up(tables_set_up: Tables) -> None:
    there = {row["name"] for rows in tables_set_up.rows.values() for row in rows.values() if row.get("name")}
    named = set(re.findall(r"(Cloudflare OAuth (?:publish over days|publish \(check\)|[a-z]+))\b", GUIDE))
    assert len(named) >= 6
    assert named <= there


def test_every_step_of_setting_up_runs(ansible_with_awx: Ansible, awx: Awx) -> None:
    (ansible_with_awx.directory / "awx.yml").write_text(STEP_FIVE)
    commands = re.findall(r"^    (ansible-playbook .*)$", GUIDE, re.M)
    assert len(commands) == 2
    for command in commands:
        run = ansible_with_awx.command(*shlex.split(command))
        assert (run.status, "failed=0" in run.output) == (0, True), run.output
    vault = awx.add_credential_type("Vault", {"token": True})
    awx.add_credential("Our Vault", vault, {})
    (ansible_with_awx.directory / "more.yml").write_text(SECRETS + ROTATIONS + ACCOUNTS)
    run = set_up(ansible_with_awx, "-e", "@more.yml")
    assert run.status == 0, run.output
    assert {"production", "staging"} <= {row["name"] for row in awx.tables.rows["hosts"].values()}
    assert awx.tables.named("schedules", "Rotate the secret of Example App")["enabled"]
    (inventory,) = awx.tables.rows["inventories"].values()
    store = "oauth_client_store"
    assert json.loads(inventory["variables"])[store] == read_yaml(SECRETS)["oauth_client_awx_variables"][store]
    assert awx.tables.named("job_templates", "Cloudflare OAuth rotate")["job_slice_count"] == 1


def test_the_other_way_describes_the_objects(ansible_with_awx: Ansible) -> None:
    (ansible_with_awx.directory / "awx.yml").write_text(STEP_FIVE)
    (play,) = yaml.safe_load(OTHER_WAY)
    roles = play.pop("roles")
    run = ansible_with_awx.play([{"name": "seen", "ansible.builtin.debug": {"var": "controller_projects"}}], **play)
    assert run.status == 0, run.output
    assert (
        run.result("seen")["controller_projects"][0]["scm_url"]
        == yaml.safe_load(STEP_FIVE)["oauth_client_awx_project_url"]
    )
    assert all(role.startswith("infra.aap_configuration.controller_") for role in roles)


def test_the_readme_of_the_role_runs(ansible_with_awx: Ansible) -> None:
    ((play,),) = yaml_blocks(ROLE / "README.md")
    run = ansible_with_awx.play([], "--check", **play)
    assert run.status == 0, run.output


def test_every_variable_that_is_shown_is_one_of_the_role() -> None:
    specs: dict[str, Any] = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text())
    options = set(specs["argument_specs"]["main"]["options"])
    text = GUIDE + (ROLE / "README.md").read_text()
    assert set(re.findall(r"\boauth_client_awx_\w+", text)) - {"oauth_client_awx_poll_result"} <= options
