# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook oauthops.iam.export: what it writes can be applied, and changes nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import requests
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run

EXPORT = "oauthops.iam.export"
WRITE = "Write the definitions of the clients"
BODY: dict[str, Any] = {
    "grant_types": ["authorization_code"],
    "response_types": ["code"],
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["dns.read"],
    "token_endpoint_auth_method": "none",
}
NAMES = [
    "Example App",
    "Two Apps",
    "Two Apps",
    "yes",
    "null",
    "~",
    "1:20",
    "0x1F",
    "2026-01-31",
    "{{ 1 + 1 }}",
    "{% raw %}",
    "{# x",
    "{{ lookup('ansible.builtin.env', 'CLOUDFLARE_API_TOKEN') }}",
    "#jinja2:trim_blocks:True\n{{ x }}",
    " spaces ",
    "a: b #c",
    "- 'quoted' \"both\"",
    "two\nlines\n",
    "tab\tbell\x07",
    "nel\x85\u2028bom\ufeff",
    "\U0001f600 M\u00fcller",
    "&a *b !c %d @e",
    "x" * 3000,
]
ODD: list[dict[str, Any]] = [
    {"redirect_uris": ["https://app.example.com/{{ path }}", "https://app.example.com/a b\\c"]},
    {
        "post_logout_redirect_uris": ["https://app.example.com/#bye"],
        "allowed_cors_origins": ["https://app.example.com/"],
    },
    {"client_uri": "https://me@app.example.com/", "logo_uri": "https://app.example.com/a b.png", "tos_uri": ""},
    {"scopes": ["openid", "{{ scope }}"], "response_types": ["id_token", "code"], "optional_scopes": []},
    {
        "scopes": ["dns.read", "zone.read"],
        "optional_scopes": ["zone.read"],
        "grant_types": ["refresh_token", "authorization_code"],
    },
]
PUBLISHABLE = {"client_uri": "https://app.example.com/", "logo_uri": "https://app.example.com/logo.png"}


class Account:
    """The clients of an account, made without the checks of the modules."""

    def __init__(self, fake: FakeCloudflare) -> None:
        self.fake, self.url = fake, f"{fake.base_url}/accounts/{fake.account_id}/oauth_clients"
        self.credential = {"Authorization": f"Bearer {fake.token}"}

    def ask(self, method: str, path: str = "", **body: Any) -> dict[str, Any]:
        answer = requests.request(method, self.url + path, json=body, headers=self.credential, timeout=10)
        assert answer.ok, answer.text
        found: dict[str, Any] = answer.json()["result"]
        return found

    def create(self, name: str, **fields: Any) -> str:
        return str(self.ask("POST", **{**BODY, "client_name": name, **fields})["client_id"])

    def fill(self) -> None:
        for name in NAMES:
            self.create(name)
        for number, fields in enumerate(ODD):
            self.create(f"Odd {number}", **fields)
        public, failed = self.create("Public", **PUBLISHABLE), self.create("Failed", **PUBLISHABLE)
        self.fake.set_verification(public, "verified")
        self.ask("PATCH", f"/{public}", visibility="public")
        self.fake.set_verification(failed, "failed")
        rotating = self.create("Rotating", token_endpoint_auth_method="client_secret_basic")
        self.ask("POST", f"/{rotating}/rotate_secret")


@pytest.fixture
def account(fake: FakeCloudflare) -> Account:
    found = Account(fake)
    found.fill()
    fake.clear_journal()
    return found


def export(ansible: Ansible, *options: str, **variables: Any) -> Run:
    given = {"path": str(ansible.directory / "clients.yml"), **variables}
    return ansible.playbook(
        EXPORT, *options, extra={f"oauth_client_export_{name}": value for name, value in given.items()}
    )


def exported(ansible: Ansible, **variables: Any) -> str:
    run = export(ansible, **variables)
    assert run.status == 0, run.output
    return (ansible.directory / "clients.yml").read_bytes().decode("utf-8")


def applied(ansible: Ansible, module: str, tasks: dict[str, Any], *options: str) -> Run:
    task = {"name": "Apply", f"oauthops.iam.{module}": tasks["args"], **tasks.get("how", {})}
    return ansible.play([task], *options, vars_files=["clients.yml"])


@pytest.mark.parametrize("options", [(), ("--check", "--diff")])
def test_applying_an_export_changes_nothing(
    account: Account, ansible: Ansible, fake: FakeCloudflare, options: tuple[str, ...]
) -> None:
    text = exported(ansible)
    before = fake.state()["clients"]
    together = applied(ansible, "cloudflare_oauth_clients", {"args": {"clients": "{{ oauth_clients }}"}}, *options)
    assert together.status == 0, together.output
    found = together.result("Apply")
    assert not found["changed"]
    assert (found["unmanaged"], len(found["oauth_clients"])) == ([], len(before))

    read = applied(ansible, "cloudflare_oauth_clients", {"args": {"definitions_file": "clients.yml"}}, *options)
    assert read.status == 0, read.output
    assert {**read.result("Apply"), "invocation": None} == {**found, "invocation": None}

    each = {"args": "{{ item }}", "how": {"loop": "{{ oauth_clients }}"}}
    one_by_one = applied(ansible, "cloudflare_oauth_client", each, *options)
    assert one_by_one.status == 0, one_by_one.output
    assert one_by_one.changed == []

    assert fake.requests(writes_only=True) == []
    assert fake.state()["clients"] == before
    again = export(ansible)
    assert (again.changed, (ansible.directory / "clients.yml").read_bytes()) == ([], text.encode())


def test_clients_that_are_listed_without_their_names_are_adopted_by_their_ids(
    account: Account, ansible: Ansible, fake: FakeCloudflare
) -> None:
    fake.set_variant(missing_keys="all_optional", extra_fields=True)
    text = exported(ansible)
    assert "client_name" not in text
    run = applied(ansible, "cloudflare_oauth_clients", {"args": {"clients": "{{ oauth_clients }}"}})
    assert (run.status, run.changed, fake.requests(writes_only=True)) == (0, [], []), run.output
    read = applied(ansible, "cloudflare_oauth_clients", {"args": {"definitions_file": "clients.yml"}})
    assert (read.status, read.changed, fake.requests(writes_only=True)) == (0, [], []), read.output
    refused = export(ansible, client_ids=False)
    assert "would be ambiguous" in refused.failure


def test_the_file_names_the_account_and_holds_no_secret(
    account: Account, ansible: Ansible, fake: FakeCloudflare
) -> None:
    text = exported(ansible, time="2026-11-21 19:00 UTC")
    assert text.startswith(
        f"---\n# OAuth clients of the Cloudflare account {fake.account_id} as of 2026-11-21 19:00 UTC.\n"
        "# Written by the playbook oauthops.iam.export. There is no secret in it.\noauth_clients:\n"
    )
    assert [secret for secret in (fake.token, *fake.state()["minted_secrets"]) if secret in text] == []
    assert (ansible.directory / "clients.yml").stat().st_mode & 0o777 == 0o644


def test_check_mode_predicts_the_file_and_writes_none(account: Account, ansible: Ansible) -> None:
    predicted = export(ansible, "--check", "--diff")
    assert (predicted.status, predicted.changed) == (
        0,
        [task.name for task in predicted.tasks if task.name.endswith(WRITE)],
    )
    assert not (ansible.directory / "clients.yml").exists()
    text = exported(ansible)
    assert predicted.result(WRITE)["diff"][0]["after"] == text


def test_another_account_gets_the_like(account: Account, ansible: Ansible, fake: FakeCloudflare) -> None:
    text = exported(ansible, client_ids="false", name="Odd [03]", variable="like_these")
    assert [next(iter(entry)) for entry in yaml.safe_load(text.replace("!unsafe", ""))["like_these"]] == [
        "client_name"
    ] * 2
    assert "client_id:" not in text
    fake.reset()
    args = {"clients": "{{ like_these }}"}
    run = applied(ansible, "cloudflare_oauth_clients", {"args": args})
    # The first has redirect URIs that the module sends to no account, the other can be created.
    assert run.code == "clients_failed"
    (refused,) = [each for each in run.result("Apply")["oauth_clients"] if each["failed"]]
    assert refused["error"] == {"code": "invalid_option", "option": "clients[0].redirect_uris"}
    assert [client["client_name"] for client in fake.state()["clients"]] == ["Odd 3"]
    read = applied(ansible, "cloudflare_oauth_clients", {"args": {"definitions_file": ["clients.yml"]}})
    (refused,) = [each for each in read.result("Apply")["oauth_clients"] if each["failed"]]
    assert refused["error"] == {"code": "invalid_option", "option": "clients.yml[0].redirect_uris"}
    assert read.result("Apply")["oauth_clients"][1]["action"] == "none"


@pytest.mark.parametrize(
    ("variables", "names"),
    [
        ({"visibility": "public"}, ["Public"]),
        ({"name": "Odd*", "visibility": "private"}, [f"Odd {number}" for number in range(len(ODD))]),
        ({"name": "nobody"}, []),
    ],
)
def test_filters(account: Account, ansible: Ansible, variables: dict[str, Any], names: list[str]) -> None:
    text = exported(ansible, **variables).replace("!unsafe", "")
    assert [entry["client_name"] for entry in yaml.safe_load(text)["oauth_clients"]] == names


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"path": ""}, "path: it is empty (expected the path of a file)"),
        ({"path": "clients.yml"}, "path: clients.yml is a relative path"),
        ({"path": "/no/such/clients.yml"}, "path: the directory /no/such does not exist"),
        ({"path": "/tmp"}, "path: /tmp is a directory (expected a file)"),
        ({"visibility": "secret"}, "value of oauth_client_export_visibility must be one of"),
    ],
)
def test_what_cannot_work_is_told_before_anything_is_read(
    ansible: Ansible, fake: FakeCloudflare, variables: dict[str, Any], message: str
) -> None:
    run = export(ansible, **variables)
    assert run.status != 0
    assert message in run.output
    assert fake.requests() == []


def test_duplicates_are_told_when_ids_are_left_out(account: Account, ansible: Ansible) -> None:
    refused = export(ansible, client_ids=False)
    assert "would be ambiguous" in refused.output
    assert refused.output.count("(Two Apps)") >= 2
    assert not Path(ansible.directory / "clients.yml").exists()


def test_a_variable_needs_a_name(ansible: Ansible) -> None:
    assert "variable: invalid name" in export(ansible, variable="our clients").output
