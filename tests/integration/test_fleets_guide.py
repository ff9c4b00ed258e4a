# SPDX-License-Identifier: GPL-3.0-or-later
"""The example docs/examples/fleet and the guide that shows it: many accounts, of which some, or all, may fail."""

from __future__ import annotations

import re
import shutil
import textwrap
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible, Run

EXAMPLE = ROOT / "docs/examples/fleet"
INVENTORY = yaml.safe_load((EXAMPLE / "inventory.yml").read_text())
SUMMARY = "Name the accounts that failed"
RAY = r" \[cf-ray [^]]*\]"
Json = Any


def blocks(language: str) -> list[str]:
    guide = (ROOT / "docs/docsite/rst/guide_fleets.rst").read_text()
    found = re.findall(rf"^\.\. code-block:: {language}\n\n((?:    .*\n|\n)+)", guide, re.MULTILINE)
    return [textwrap.dedent(block).strip() + "\n" for block in found]


@pytest.fixture
def accounts(ansible: Ansible, fake: FakeCloudflare) -> dict[str, str]:
    """The ids of the example's accounts by name, which are there and empty; its files are where Ansible is run."""
    shutil.copytree(EXAMPLE, ansible.directory, dirs_exist_ok=True)
    groups = INVENTORY["accounts"]["children"].values()
    ids = {name: host["cloudflare_account_id"] for group in groups for name, host in group["hosts"].items()}
    for account_id in ids.values():
        fake.add_account(account_id)
    return ids


def apply(ansible: Ansible, *options: str) -> Run:
    return ansible.playbook("clients.yml", "-i", "inventory.yml", *options)


def failed(run: Run) -> set[str]:
    return {task.host for task in run.tasks if task.status == "failed"}


def there(fake: FakeCloudflare, accounts: dict[str, str]) -> dict[str, list[str]]:
    """The names of the clients of each account that has any."""
    names = {account_id: name for name, account_id in accounts.items()}
    found: dict[str, list[str]] = {}
    for client in fake.state()["clients"]:
        found.setdefault(names[client["account_id"]], []).append(client["client_name"])
    return {name: sorted(clients) for name, clients in found.items()}


def test_the_guide_shows_the_example() -> None:
    inventory, playbook, *_variables = blocks("yaml")
    assert yaml.safe_load(inventory) == INVENTORY
    assert yaml.safe_load(playbook) == yaml.safe_load((EXAMPLE / "clients.yml").read_text())


def test_the_commands_of_the_guide_run(ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str]) -> None:
    first, others, limited = blocks("shell")
    predicted, *rest = [line for block in (first, others, limited) for line in block.splitlines()]
    assert ansible.command("bash", "-c", predicted).status == 0
    assert there(fake, accounts) == {}
    for command in rest:
        run = ansible.command("bash", "-c", command)
        assert run.status == 0, run.output
    assert there(fake, accounts) == {
        **{name: ["Example CLI"] for name in ("blog", "sandbox-ada", "sandbox-bob")},
        "shop": ["Example CLI", "Example Shop"],
    }
    for name in accounts:
        assert "Everything is as defined" in (ansible.directory / f"{name}.html").read_text()
        exported = yaml.safe_load((ansible.directory / f"{name}.yml").read_text())["oauth_clients"]
        assert sorted(each["client_name"] for each in exported) == there(fake, accounts)[name]


def test_the_variables_of_the_guide_publish_and_rotate(
    ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str], tmp_path: Path
) -> None:
    *_examples, host, group = blocks("yaml")
    secrets, password = ansible.directory / "secrets.yml", tmp_path / "password"
    password.write_text("made-up\n")
    for name, text in {"host_vars/shop.yml": host, "group_vars/accounts.yml": group}.items():
        (ansible.directory / name).parent.mkdir()
        (ansible.directory / name).write_text(text.replace("/etc/example/secrets.yml", str(secrets)))
    fake.add_zone("shop.example.com", account_id=accounts["shop"])
    ansible.environment |= {
        "ANSIBLE_VAULT_PASSWORD_FILE": str(password), "OAUTHOPS_HANDOVER_DIR": str(tmp_path / "handover")
    }  # fmt: skip
    options = ("-i", "inventory.yml", "-e", "oauthops_hosts=shop")
    for playbook in ("publish", "rotate"):
        run = ansible.playbook(
            f"oauthops.iam.{playbook}", *options, extra={"oauth_client_publish_dns": {"lookup": "none"}}
        )
        assert run.status == 0, run.output
    held = yaml.safe_load(ansible.command("ansible-vault", "view", str(secrets)).output)
    assert {key: each["client_secret"] for key, each in held.items()} == {
        "shop/Shop App": fake.state()["minted_secrets"][-1]
    }
    assert len(fake.state()["minted_secrets"]) == 2


def test_an_account_that_fails_is_named_as_the_guide_shows(
    ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str]
) -> None:
    fake.restrict([account_id for name, account_id in accounts.items() if name != "shop"])
    run = apply(ansible)
    assert (run.status, failed(run)) == (2, {"shop"})
    (shown,) = blocks("text")
    assert shown.strip() in re.sub(RAY, "", run.output)
    assert sorted(there(fake, accounts)) == ["blog", "sandbox-ada", "sandbox-bob"]


@pytest.mark.parametrize(("status", "cause"), [(403, "Unauthorized"), (404, "Could not route")])
def test_all_accounts_may_fail(
    ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str], status: int, cause: str
) -> None:
    fake.restrict([])
    fake.set_variant(foreign_account_status=status)
    run = apply(ansible)
    assert (run.status, failed(run)) == (2, set(accounts))
    begun, *causes, hint = run.result(SUMMARY)["msg"]
    assert begun == "4 of 4 accounts failed:"
    assert [line.split()[0] for line in causes if cause in line] == sorted(accounts)
    assert hint == f"To run again for only these: --limit {','.join(sorted(accounts))}"


def test_each_failure_is_told_and_nothing_of_it_is_a_template(
    ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str]
) -> None:
    """A host without an account, one that cannot be reached, and a client whose name looks like a template."""
    odd = fake.add_account()
    nowhere = {"ansible_connection": "ssh", "ansible_host": "127.0.0.1", "ansible_port": 1}
    hosts = {"nameless": {}, "remote": {"cloudflare_account_id": "0" * 32, **nowhere}}
    more = {**hosts, "odd": {"cloudflare_account_id": odd}}
    broken = "- client_name: !unsafe \"{{ lookup('env', 'CLOUDFLARE_API_TOKEN') }}{% raw %}\"\n"
    (ansible.directory / "host_vars").mkdir()
    (ansible.directory / "host_vars/odd.yml").write_text(f"example_own_clients:\n{broken}")
    (ansible.directory / "more.yml").write_text(yaml.safe_dump({"accounts": {"hosts": more}}))
    run = apply(ansible, "-i", "more.yml")
    assert run.status != 0
    told = " ".join(run.result(SUMMARY)["msg"])
    assert told.startswith("3 of 7 accounts failed: nameless (no cloudflare_account_id): ")
    assert "'cloudflare_account_id' is undefined" in told
    assert "[{{ lookup('env', 'CLOUDFLARE_API_TOKEN') }}{% raw %}] " in told
    assert f"remote ({'0' * 32}): " in told
    assert told.endswith("--limit nameless,odd,remote")
    assert fake.token not in run.output
    assert set(there(fake, {**accounts, "odd": odd})) == {*accounts, "odd"}


def test_what_the_rate_limit_refuses_waits_until_it_is_allowed(
    ansible: Ansible, fake: FakeCloudflare, accounts: dict[str, str]
) -> None:
    playbook = (EXAMPLE / "clients.yml").read_text()
    timeout = re.search(r"retry_timeout: (\d+)", playbook)
    assert timeout
    assert int(timeout[1]) > fake.variants()["rate_window"]
    assert apply(ansible).status == 0
    fake.advance_clock(3600)
    fake.set_variant(rate_limit=2, rate_window=3)
    fake.clear_journal()
    patient = apply(ansible)
    assert (patient.status, patient.changed) == (0, []), patient.output
    assert 429 in [entry["status"] for entry in fake.journal()]

    (ansible.directory / "clients.yml").write_text(playbook.replace(timeout[0], "retry_timeout: 1"))
    fake.advance_clock(3600)
    hasty = apply(ansible)
    assert len(failed(hasty)) == 2
    assert hasty.code == "rate_limited"
