# SPDX-License-Identifier: GPL-3.0-or-later
"""Every recipe is well-formed; those whose provider cannot be imitated here run as far as they get without it."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.integration.ansible_runs import Ansible
from tests.integration.dns_recipes.recipes import EXAMPLES, GUIDE, ZONE, Recipe, record, shown_in

RECIPES = sorted(EXAMPLES.glob("*.yml"))
HOST, VALUE = "app.example.com", f"cloudflare_oauth_client_publisher={'a' * 32}"
TOKEN = "made-up-hosttech-token"
Json = Any
every_recipe = pytest.mark.parametrize("path", RECIPES, ids=lambda path: path.stem)


@every_recipe
def test_the_syntax_is_right(ansible_with_stores: Ansible, path: Path) -> None:
    run = ansible_with_stores.play([{"ansible.builtin.import_tasks": str(path)}], "--syntax-check")
    assert run.status == 0, run.output


def used(tasks: list[Json]) -> Iterator[tuple[str, dict[str, Json]]]:
    """The modules of other collections that tasks use, with their arguments."""
    for task in tasks:
        yield from used(task.get("block", []))
        yield from ((name, task[name]) for name in task if "." in name and not name.startswith("ansible.builtin."))


@every_recipe
def test_every_option_is_documented(ansible_with_stores: Ansible, path: Path) -> None:
    modules = list(used(yaml.safe_load(path.read_text())))
    assert modules
    run = ansible_with_stores.command("ansible-doc", "-j", *{name for name, _unused in modules})
    assert run.status == 0, run.output
    told, _warnings = json.JSONDecoder().raw_decode(run.output)
    for name, arguments in modules:
        check(told[name]["doc"]["options"], arguments)


def check(options: dict[str, Json], arguments: dict[str, Json]) -> None:
    for name, value in arguments.items():
        choices = options[name].get("choices")
        assert not choices or value in choices or "{{" in value, name
        for item in value if isinstance(value, list) else []:
            check(options[name]["suboptions"], item)


@every_recipe
def test_the_guide_shows_it_as_it_is(path: Path) -> None:
    assert shown_in(GUIDE, path)


@pytest.fixture(autouse=True)
def with_parameters(ansible_with_stores: Ansible) -> None:
    """Results tell which parameters a module was given; ansible-core 2.21 and later do so when asked to."""
    ansible_with_stores.environment["ANSIBLE_INJECT_INVOCATION"] = "true"


@pytest.fixture
def dead_proxy() -> Iterator[str]:
    """An address that is taken, and where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


@pytest.mark.parametrize("state", ["present", "absent"])
def test_hosttech_is_asked_for_the_zone(ansible_with_stores: Ansible, dead_proxy: str, state: str) -> None:
    ansible_with_stores.environment.update({"ANSIBLE_HOSTTECH_DNS_TOKEN": TOKEN, "https_proxy": dead_proxy})
    run = Recipe("hosttech", ansible_with_stores).run(record(HOST, VALUE, state, ttl=120))
    assert run.failure.startswith(f"Error: GET https://api.ns1.hosttech.eu/api/user/v1/zones?query={ZONE}&")
    assert "HTTP status code -1" in run.failure
    sent = run.tasks[-1].result["invocation"]["module_args"]
    wanted = {"zone_name": ZONE, "record": HOST, "type": "TXT", "value": VALUE, "ttl": 120, "state": state}
    assert {name: sent[name] for name in wanted} == wanted
    assert TOKEN not in run.output


SPF = ["v=spf1 include:_spf.example.net ~all"]
AZURE: dict[str, tuple[Json, list[list[str]], Json]] = {
    "added": (
        record(HOST, VALUE),
        [SPF],
        {"relative_name": "app", "state": "present", "record_mode": "append", "records": [{"entry": [VALUE]}]},
    ),
    "removed": (
        record(ZONE, VALUE, "absent"),
        [SPF, [VALUE]],
        {"relative_name": "@", "state": "present", "record_mode": "purge", "records": [{"value": SPF}]},
    ),
    "the last one": (record(HOST, VALUE, "absent"), [[VALUE]], {"relative_name": "app", "state": "absent"}),
    "not there": (record(HOST, VALUE, "absent"), [SPF], None),
}


@pytest.mark.parametrize("case", AZURE)
def test_azure_is_missed_only_by_its_library(ansible_with_stores: Ansible, case: str) -> None:
    """What was read is given, and that it could not be read is forgiven: so each task gets as far as it can."""
    described, values, wanted = AZURE[case]
    found = {"dnsrecordsets": [{"time_to_live": 600, "records": [{"value": value} for value in values]}]}
    included = {
        "ansible.builtin.include_tasks": {"file": str(EXAMPLES / "azure.yml"), "apply": {"ignore_errors": True}},
        "vars": {"oauth_client_publish_record": described, "dns_found": found},
    }
    run = ansible_with_stores.play([included], "-vvv", vars={"dns_zone": ZONE, "dns_resource_group": "dns"})
    reached = [task.result for task in run.tasks if task.status == "ignored"]
    assert all("required Python library (ansible[azure]" in result["msg"] for result in reached)
    read, *written = [result["invocation"]["module_args"] for result in reached]
    assert (read["resource_group"], read["zone_name"], read["record_type"]) == ("dns", ZONE, "TXT")
    assert len(written) == (1 if wanted else 0), run.output
    for sent in written:
        assert {key: sent[key] for key in (*wanted, "time_to_live")} == {**wanted, "time_to_live": 600}
