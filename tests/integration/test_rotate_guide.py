# SPDX-License-Identifier: GPL-3.0-or-later
"""The guide "Rotate a secret" shows what the tests run, and what it shows beyond that runs as well."""

from __future__ import annotations

import json
import re
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible, Run
from tests.integration.modules import CONFIDENTIAL, Modules
from tests.integration.recovery import ROWS
from tests.integration.rehearsal import EXAMPLE, EXAMPLES, Rehearsal, steps
from tests.tools.recovery_table import recovery_table

PAGE = (ROOT / "docs/docsite/rst/guide_rotate.rst").read_text()
ROTATE = "oauthops.iam.rotate"
Json = Any


def blocks() -> list[str]:
    found = re.findall(r"^\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)", PAGE, re.MULTILINE)
    return [textwrap.dedent(block).strip("\n") + "\n" for block in found]


def block_with(text: str) -> str:
    (found,) = [block for block in blocks() if text in block]
    return found


def test_the_recovery_table_is_made_from_what_the_tests_kill() -> None:
    assert recovery_table() + "\n\n" in PAGE, "put in what this prints: python -m tests.tools.recovery_table"
    assert PAGE.count(".. list-table::") == 2


@pytest.mark.parametrize("name", ["variables", "deploy", "verify"])
def test_the_examples_are_shown_as_they_are_run(name: str) -> None:
    assert (EXAMPLES / f"{name}.yml").read_text() in [f"---\n{block}" for block in blocks()]


def test_runs_are_killed_at_tasks_of_the_examples() -> None:
    roles = (ROOT / "roles/oauth_client_rotate/tasks/main.yml").read_text()
    shown = "".join(Path(path).read_text() for path in EXAMPLE.values())
    names = [row.at.partition(" task ")[2] for row in ROWS if " task " in row.at]
    assert len(names) == 4
    assert [name for name in names if f"- name: {name}\n" not in roles + shown] == []


def stored_secret(store: Path) -> tuple[str, str]:
    held = json.loads(store.read_text())
    return held["client_secret"], held["rotation"]


class Adopted:
    """A client with two secrets, of which no store knows anything."""

    def __init__(self, ansible: Ansible, fake: FakeCloudflare) -> None:
        self.ansible, self.fake, self.store = ansible, fake, ansible.directory / "store"
        modules, newer = Modules(fake), ansible.directory / "newer"
        created = modules.client(**CONFIDENTIAL, return_client_secret=True)
        self.client_id = created.oauth_client["client_id"]
        modules.secret(client_id=self.client_id, state="rotated", client_secret_file=str(newer))
        self.newer = newer.read_text()
        self.where = {
            "oauth_client_rotate_store": {"type": "json_file", "path": str(self.store)},
            "oauth_client_rotate_client_id": self.client_id,
        }

    def rotate(self, **more: Json) -> Run:
        return self.ansible.playbook(ROTATE, extra={**self.where, **more})

    def put_into_the_store(self) -> Run:
        known = {"example_app_client_id": self.client_id, "example_app_client_secret": self.newer}
        tasks = yaml.safe_load(block_with("example_app_client_secret"))
        return self.ansible.play(tasks, vars={**self.where, **known})

    @property
    def secrets(self) -> list[str]:
        (client,) = self.fake.state()["clients"]
        return list(client["secrets"])


def test_the_variables_of_the_example_rotate_a_secret(rehearsal: Rehearsal) -> None:
    """As the guide gives them, but for what is elsewhere here."""
    directory = rehearsal.ansible.directory
    (directory / "password").write_text("correct horse\n")
    variables = yaml.safe_load((EXAMPLES / "variables.yml").read_text())
    here = {"path": str(directory / "oauth_clients.yml"), "vault_password_file": str(directory / "password")}
    assert set(here) < set(variables["oauth_client_rotate_store"])
    variables["oauth_client_rotate_store"] |= here
    variables["oauth_client_rotate_client_name"] = "App"
    variables |= EXAMPLE
    variables |= {name: value for name, value in rehearsal.variables.items() if name.startswith("example_app")}
    for expected in (("rotated", "stored"), ()):
        run = rehearsal.ansible.playbook(ROTATE, extra=variables)
        assert steps(run) == expected
        assert any(task.name.endswith("uses the newer secret") for task in run.tasks)
    assert run.fact("oauth_client_rotate_result")["next_action"]["code"] == "wait"
    assert rehearsal.application.refusals == []


def test_a_rotation_that_was_opened_elsewhere_is_adopted(ansible: Ansible, fake: FakeCloudflare) -> None:
    adopted = Adopted(ansible, fake)
    refused = adopted.rotate(oauth_client_rotate_finalize="only")
    assert refused.code == "rotation_foreign"
    assert len(adopted.secrets) == 2

    put = adopted.put_into_the_store()
    assert put.status == 0, put.output
    assert stored_secret(adopted.store) == (adopted.newer, "open")

    finalized = adopted.rotate(oauth_client_rotate_finalize="only")
    assert finalized.status == 0, finalized.output
    assert adopted.secrets == [adopted.newer]
    assert stored_secret(adopted.store) == (adopted.newer, "closed")


def test_the_role_notices_that_a_rotation_was_finalized_by_hand(ansible: Ansible, fake: FakeCloudflare) -> None:
    adopted = Adopted(ansible, fake)
    adopted.put_into_the_store()
    (task,) = yaml.safe_load(block_with("state: finalized"))
    task["oauthops.iam.cloudflare_oauth_client_secret"]["client_name"] = CONFIDENTIAL["client_name"]
    assert ansible.play([task]).changed == [task["name"]]
    assert adopted.secrets == [adopted.newer]

    settled = adopted.rotate(oauth_client_rotate_max_age="9999w")
    assert steps(settled) == ("settled",)
    assert stored_secret(adopted.store) == (adopted.newer, "closed")


def test_the_codes_of_the_guide_are_those_of_errors_that_tests_assert() -> None:
    codes = {code for row in re.findall(r"^   \* - (``.*)$", PAGE, re.M) for code in re.findall(r"``(\w+)``", row)}
    assert len(codes) == 11
    raised = "".join(path.read_text() for path in (ROOT / "plugins").rglob("*.py"))
    asserted = "".join(path.read_text() for path in (ROOT / "tests").rglob("test_*.py"))
    assert {code for code in codes if f'"{code}"' not in raised or f'"{code}"' not in asserted} == set()


def test_own_tasks_bring_the_secret_to_several_hosts(ansible: Ansible, fake: FakeCloudflare) -> None:
    Modules(fake).client(**CONFIDENTIAL, return_client_secret=True)
    places = [ansible.directory / name for name in ("web1", "web2")]
    hosts = {path.name: {"ansible_connection": "local"} for path in places}
    (ansible.directory / "hosts.yml").write_text(yaml.safe_dump({"example_app": {"hosts": hosts}}))
    deploy = block_with("groups['example_app']").replace(
        "/etc/example_app/oauth.json", f"{ansible.directory}/{{{{ item }}}}"
    )
    (ansible.directory / "deploy.yml").write_text(deploy)
    extra = {
        "oauth_client_rotate_client_name": CONFIDENTIAL["client_name"],
        "oauth_client_rotate_deploy": str(ansible.directory / "deploy.yml"),
        "oauth_client_rotate_store": {"type": "json_file", "path": str(ansible.directory / "store")},
    }
    run = ansible.playbook(ROTATE, "-i", "hosts.yml", extra=extra)
    assert run.status == 0, run.output
    newest = fake.state()["minted_secrets"][-1]
    assert [json.loads(path.read_text())["client_secret"] for path in places] == [newest, newest]


def test_check_mode_of_an_open_rotation_runs_the_examples(rehearsal: Rehearsal) -> None:
    examples = {name.removeprefix("oauth_client_rotate_"): path for name, path in EXAMPLE.items()}
    rehearsal.run(finalize=False, **examples)
    assert steps(rehearsal.run("--check", **examples)) == ("finalized",)
