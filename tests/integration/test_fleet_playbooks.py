# SPDX-License-Identifier: GPL-3.0-or-later
"""The collection's playbooks for several accounts, each a host of the inventory, which says nothing of connections."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run
from tests.integration.modules import APP, Modules
from tests.integration.publications import results, variables

NAMES = ("north", "south", "west")
ROLES = ("publish", "rotate", "report", "export")
# The other two read cloudflare_account_id.
EACH_ACCOUNT = {f"oauth_client_{role}_account_id": "{{ cloudflare_account_id }}" for role in ("report", "export")}
Json = Any


@pytest.fixture
def accounts(fake: FakeCloudflare) -> dict[str, str]:
    """The ids of three accounts by their names; the account that the environment names is none of them."""
    return {name: fake.add_account() for name in NAMES}


def run(ansible: Ansible, playbook: str, accounts: dict[str, str], *options: str, **variables: Json) -> Run:
    """Run a playbook of the collection for the accounts, with the same variables for each."""
    hosts = {name: {"cloudflare_account_id": account_id} for name, account_id in accounts.items()}
    inventory = ansible.directory / "inventory.yml"
    inventory.write_text(yaml.safe_dump({"accounts": {"hosts": hosts, "vars": {**EACH_ACCOUNT, **variables}}}))
    chosen = ("-i", str(inventory), "-e", "oauthops_hosts=accounts")
    return ansible.playbook(f"oauthops.iam.{playbook}", *chosen, *options)


def facts(run: Run, name: str) -> dict[str, Json]:
    """What the fact is in the end on each host that has it."""
    told = [(task.host, task.result.get("ansible_facts", {})) for task in run.tasks]
    return {host: found[name] for host, found in told if name in found}


def failures(run: Run) -> dict[str, str]:
    return {task.host: task.result["msg"] for task in run.tasks if task.status == "failed"}


def create(fake: FakeCloudflare, accounts: dict[str, str], **fields: Json) -> None:
    """A client in each account that is called as the account is."""
    for name, account_id in accounts.items():
        made = Modules(fake).client(**{**APP, "client_name": f"App of {name}", **fields}, account_id=account_id)
        assert made.changed, made.msg


def asked(fake: FakeCloudflare) -> set[str]:
    """The accounts that were asked since the journal was cleared."""
    return {path.split("/")[2] for path in fake.requests() if "/accounts/" in path}


def test_each_account_is_exported_into_its_own_file(
    ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str]
) -> None:
    create(fake, accounts)
    fake.clear_journal()
    done = run(
        ansible, "export", accounts, oauth_client_export_path=f"{ansible.directory}/{{{{ inventory_hostname }}}}.yml"
    )
    assert done.status == 0, done.output
    for name, account_id in accounts.items():
        text = (ansible.directory / f"{name}.yml").read_text()
        (client,) = yaml.safe_load(text)["oauth_clients"]
        assert (client["client_name"], f"account {account_id}." in text) == (f"App of {name}", True)
    assert asked(fake) == set(accounts.values())


def test_each_account_has_a_report_of_its_own_and_fails_alone(
    ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str]
) -> None:
    create(fake, {name: accounts[name] for name in NAMES[:2]})
    fake.clear_journal()
    pages = str(ansible.directory / "{{ inventory_hostname }}.txt")
    defined = [{**APP, "client_name": "App of {{ inventory_hostname }}"}]
    variables = {"oauth_client_report_clients": defined, "oauth_client_report_text_file": pages}
    done = run(ansible, "report", accounts, **variables)
    assert done.status == 2
    assert failures(done) == {"west": "Findings: missing clients: 1 (App of west)."}
    counts = {host: result["counts"] for host, result in facts(done, "oauth_client_report_result").items()}
    assert {host: (each["as_defined"], each["missing"]) for host, each in counts.items()} == {
        "north": (1, 0), "south": (1, 0), "west": (0, 1)
    }  # fmt: skip
    written = {name: (ansible.directory / f"{name}.txt").read_text() for name in NAMES}
    assert [name for name, text in written.items() if "App of" in text] == ["west"]
    assert asked(fake) == set(accounts.values())


@pytest.fixture
def published(ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str], tmp_path: Path) -> dict[str, Json]:
    """Variables for a client of each account, in a zone of that account, with one encrypted file for all secrets."""
    for name, account_id in accounts.items():
        fake.add_zone(f"{name}.example.com", account_id=account_id)
    (tmp_path / "password").write_text("correct horse\n")
    ansible.environment["OAUTHOPS_HANDOVER_DIR"] = str(tmp_path / "handover")
    publish = {
        "client_name": "App of {{ inventory_hostname }}",
        "redirect_uris": ["https://app.{{ inventory_hostname }}.example.com/callback"],
        "scopes": ["dns.read"],
        "token_endpoint_auth_method": "client_secret_basic",
        "client_uri": "https://app.{{ inventory_hostname }}.example.com/",
        "logo_uri": "https://app.{{ inventory_hostname }}.example.com/logo.png",
        "promote": False,
        "lookup_servers": fake.dns_address,
    }
    store = {
        "type": "vault_file",
        "path": str(tmp_path / "secrets.yml"),
        "key": "{{ inventory_hostname }}",
        "vault_password_file": str(tmp_path / "password"),
    }
    return {
        **variables(**publish),
        "oauth_client_store": store,
        "oauth_client_rotate_client_name": publish["client_name"],
    }


def stored(ansible: Ansible) -> dict[str, Json]:
    """What the encrypted file holds by account."""
    command = ("ansible-vault", "view", "--vault-id", f"{ansible.directory}/password", "secrets.yml")
    return dict(yaml.safe_load(ansible.command(*command).output))


def test_a_client_of_each_account_is_published_and_rotated(
    ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str], published: dict[str, Json]
) -> None:
    done = run(ansible, "publish", accounts, **published)
    assert done.status == 0, done.output
    clients = {client["account_id"]: client for client in fake.state()["clients"]}
    found = dict(results(done))
    for name, account_id in accounts.items():
        assert clients[account_id]["client_name"] == f"App of {name}"
        assert found[name]["client_id"] == clients[account_id]["client_id"]
    records = sorted(record["name"] for record in fake.state()["records"])
    assert records == sorted(f"app.{name}.example.com" for name in NAMES)

    rotated = run(ansible, "rotate", accounts, **published)
    assert rotated.status == 0, rotated.output
    assert {name: each["steps"] for name, each in facts(rotated, "oauth_client_rotate_result").items()} == {
        name: ["rotated", "stored"] for name in NAMES
    }
    secrets = {client["account_id"]: client["secrets"] for client in fake.state()["clients"]}
    assert {name: each["client_secret"] for name, each in stored(ansible).items()} == {
        name: secrets[account_id][-1] for name, account_id in accounts.items()
    }
    assert [len(each) for each in secrets.values()] == [2, 2, 2]
    left = [path.name for path in (ansible.directory / "handover").iterdir()]
    assert [name for name in left if name != "site" and not name.endswith(".lock")] == []


def test_an_account_that_is_refused_leaves_the_others_alone(
    ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str], published: dict[str, Json]
) -> None:
    client = {**published["oauth_client_publish_client"], "token_endpoint_auth_method": "none"}
    changed = {**published, "oauth_client_publish_client": client}
    fake.restrict([accounts["north"], accounts["west"]])
    done = run(ansible, "publish", accounts, **changed)
    assert done.status == 2
    assert list(failures(done)) == ["south"]
    assert "status 403" in failures(done)["south"]
    assert set(dict(results(done))) == {"north", "west"}
    assert {client["client_name"] for client in fake.state()["clients"]} == {"App of north", "App of west"}

    fake.restrict(None)
    again = run(ansible, "publish", accounts, "--limit", "south", **changed)
    assert again.status == 0, again.output
    assert {task.host for task in again.tasks} == {"south"}
    assert len(fake.state()["clients"]) == 3


def test_an_unanswered_question_means_this_machine(ansible: Ansible) -> None:
    """With an inventory of accounts as well, no account is worked on that nobody named."""
    (ansible.directory / "inventory.yml").write_text(yaml.safe_dump({"accounts": {"hosts": {"north": {}}}}))
    playbooks = [f"oauthops.iam.{name}" for name in ROLES]
    for extra in ([], ["-e", "oauthops_hosts="]):
        listed = ansible.command("ansible-playbook", *playbooks, "-i", "inventory.yml", "--list-hosts", *extra)
        assert listed.status == 0, listed.output
        assert re.findall(r"hosts \(1\):\n +(\S+)", listed.output) == ["localhost"] * 4


@pytest.mark.parametrize(
    ("playbook", "named"),
    [
        ("publish", {"oauth_client_publish_client": {"client_name": "App"}}),
        ("publish", {"oauth_client_publish_client_name": "App"}),
        ("rotate", {"oauth_client_rotate_client_name": "App"}),
    ],
    ids=["described", "of a survey", "rotated"],
)
def test_two_hosts_for_one_client_are_refused(
    ansible: Ansible, fake: FakeCloudflare, playbook: str, named: dict[str, Json]
) -> None:
    one = {"named": fake.account_id, "of the environment": ""}
    done = run(ansible, playbook, one, **named)
    assert (done.status, fake.requests()) == (2, [])
    assert "the same client" in done.failure


@pytest.mark.parametrize(("playbook", "file"), [("export", "path"), ("report", "html_file")])
def test_one_file_for_two_hosts_is_refused(
    ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str], playbook: str, file: str
) -> None:
    written = ansible.directory / "one"
    done = run(ansible, playbook, accounts, **{f"oauth_client_{playbook}_{file}": str(written)})
    assert (done.status, fake.requests(), written.exists()) == (2, [], False)
    assert "the same file" in done.failure


def test_the_demo_uses_no_other_address_of_a_host(
    ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str]
) -> None:
    store = {"type": "json_file", "path": str(ansible.directory / "stored.json")}
    named = {"oauth_client_rotate_client_name": "None", "oauth_client_rotate_store": store}
    demo = run(ansible, "demo", {"north": accounts["north"]}, cloudflare_api_url="http://127.0.0.1:9", **named)
    assert demo.code == "client_not_found", demo.output
    assert asked(fake) == {accounts["north"]}
