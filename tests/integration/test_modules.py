# SPDX-License-Identifier: GPL-3.0-or-later
"""The modules through Ansible's own commands: what a user types, what Cloudflare is asked, what is said."""

from __future__ import annotations

import stat
from typing import Any

import pytest
import requests

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible

CLIENT = "oauthops.iam.cloudflare_oauth_client"
INFO = "oauthops.iam.cloudflare_oauth_client_info"
SECRET = "oauthops.iam.cloudflare_oauth_client_secret"
SCOPES = "oauthops.iam.cloudflare_oauth_scope_info"
RECORD = "oauthops.iam.cloudflare_oauth_domain_record"

APP: dict[str, Any] = {
    "client_name": "App",
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["dns.read"],
    "token_endpoint_auth_method": "none",
}


def clients(fake: FakeCloudflare) -> str:
    return f"/accounts/{fake.account_id}/oauth_clients"


def test_ad_hoc_needs_nothing_but_the_environment(ansible: Ansible, fake: FakeCloudflare) -> None:
    run = ansible.adhoc(SCOPES, "name=dns*")
    assert run.status == 0, run.output
    assert '"id": "dns.write"' in run.output
    assert fake.requests() == ["GET /oauth/scopes"]


def test_ad_hoc_creates_and_deletes_a_client(ansible: Ansible, fake: FakeCloudflare) -> None:
    arguments = "client_name=App redirect_uris=http://localhost/ scopes=dns.read token_endpoint_auth_method=none"
    assert "CHANGED" in ansible.adhoc(CLIENT, arguments).output
    assert "SUCCESS" in ansible.adhoc(CLIENT, arguments).output
    assert "CHANGED" in ansible.adhoc(CLIENT, "client_name=App state=absent").output
    assert fake.state()["clients"] == []


def test_an_empty_variable_counts_as_not_set(ansible: Ansible, fake: FakeCloudflare) -> None:
    token = ansible.environment["CLOUDFLARE_API_TOKEN"]
    run = ansible.adhoc(SCOPES, CLOUDFLARE_API_TOKEN="", CLOUDFLARE_TOKEN=token, CLOUDFLARE_EMAIL="")
    assert run.status == 0, run.output


def test_no_credential_is_told_in_one_sentence(ansible: Ansible, fake: FakeCloudflare) -> None:
    run = ansible.adhoc(SCOPES, CLOUDFLARE_API_TOKEN="")
    assert '"code": "credential_missing"' in run.output
    assert fake.requests() == []


@pytest.mark.parametrize("identity", ["name", "id"])
def test_a_second_run_changes_nothing_and_asks_once(ansible: Ansible, fake: FakeCloudflare, identity: str) -> None:
    created = ansible.play([{"name": "create", CLIENT: APP}]).result("create")
    client_id = created["oauth_client"]["client_id"]
    fake.clear_journal()

    again = {**APP, "client_id": client_id} if identity == "id" else APP
    run = ansible.play([{"name": "again", CLIENT: again}])

    assert run.changed == []
    path = clients(fake)
    assert fake.requests() == [f"GET {path}/{client_id}" if identity == "id" else f"GET {path}"]


def test_an_update_reads_once_and_sends_the_difference_alone(ansible: Ansible, fake: FakeCloudflare) -> None:
    created = ansible.play([{"name": "create", CLIENT: {**APP, "client_uri": "https://app.example.com/"}}])
    client_id = created.result("create")["oauth_client"]["client_id"]
    fake.clear_journal()

    wanted = {**APP, "client_uri": "https://app.example.com/", "tos_uri": "https://app.example.com/tos"}
    ansible.play([{"name": "update", CLIENT: wanted}])

    read, write = fake.journal()
    assert (read["method"], write["method"]) == ("GET", "PATCH")
    assert write["path"] == f"{clients(fake)}/{client_id}"
    assert write["body"] == {"tos_uri": "https://app.example.com/tos"}


def test_clients_beyond_the_first_page_are_found(ansible: Ansible, fake: FakeCloudflare) -> None:
    create = {"name": "create", CLIENT: {**APP, "client_name": "App {{ item }}"}, "loop": list(range(1, 8))}
    assert ansible.play([create]).status == 0
    fake.set_variant(list_page_size=3)
    fake.clear_journal()
    run = ansible.play([{"name": "again", CLIENT: {**APP, "client_name": "App 7"}}])
    assert run.status == 0, run.output
    assert run.changed == []
    assert fake.requests() == [f"GET {clients(fake)}"] * 3


def test_what_info_reads_can_be_applied_without_a_change(ansible: Ansible, fake: FakeCloudflare) -> None:
    full = {
        **APP,
        "grant_types": ["refresh_token", "authorization_code"],
        "scopes": ["dns.read", "account-settings.read"],
        "optional_scopes": ["dns.read"],
        "allowed_cors_origins": ["https://app.example.com/"],
        "client_uri": "https://app.example.com/",
        "logo_uri": "https://app.example.com/logo.png",
    }
    tasks = [
        {"name": "create", CLIENT: full},
        {"name": "read", INFO: {"client_name": "App"}, "register": "found"},
        {"name": "apply", CLIENT: "{{ found.oauth_clients[0].definition }}"},
    ]
    run = ansible.play(tasks)
    assert run.status == 0, run.output
    assert run.changed == ["create"]
    assert [request.split()[0] for request in fake.requests(writes_only=True)] == ["POST"]


def test_a_secret_is_delivered_and_rotated_through_a_file(ansible: Ansible, fake: FakeCloudflare) -> None:
    target = ansible.directory / "secret"
    confidential = {**APP, "token_endpoint_auth_method": "client_secret_basic", "client_secret_file": str(target)}
    ansible.play([{"name": "create", CLIENT: confidential}])
    first = target.read_text()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert fake.state()["clients"][0]["secrets"] == [first]

    rotate = {"client_name": "App", "client_secret_file": str(target), "state": "rotated"}
    finalize = {"client_name": "App", "state": "finalized"}
    run = ansible.play(
        [
            {"name": "rotate", SECRET: rotate},
            {"name": "rotate again", SECRET: rotate},
            {"name": "finalize", SECRET: finalize},
            {"name": "finalize again", SECRET: finalize},
        ]
    )
    assert run.changed == ["rotate", "finalize"]
    assert "open already" in run.result("rotate again")["msg"]
    assert fake.state()["clients"][0]["secrets"] == [target.read_text()]
    assert target.read_text() != first


def test_a_domain_record_leaves_its_neighbours_alone(ansible: Ansible, fake: FakeCloudflare) -> None:
    one = {"host": "app.example.com", "value": "one", "ttl": 120}
    two = {"client_uri": "https://APP.example.com:8443/path", "value": "two"}
    run = ansible.play(
        [
            {"name": "one", RECORD: one},
            {"name": "two", RECORD: two},
            {"name": "one again", RECORD: one},
            {"name": "one away", RECORD: {**one, "state": "absent"}},
            {"name": "one away again", RECORD: {**one, "state": "absent"}},
        ]
    )
    assert run.status == 0, run.output
    assert run.changed == ["one", "two", "one away"]
    assert [(record["name"], record["content"]) for record in records(fake)] == [("app.example.com", '"two"')]


def records(fake: FakeCloudflare) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = fake.state()["records"]
    return found


def test_module_defaults_reach_every_module(ansible: Ansible, fake: FakeCloudflare) -> None:
    connection = {"api_token": fake.token, "account_id": fake.account_id, "api_url": fake.base_url}
    bare = Ansible(ansible.directory, {})
    tasks = [
        {"name": "scopes", SCOPES: {"name": "dns*"}},
        {"name": "create", CLIENT: {**APP, "client_uri": "https://app.example.com/"}},
        {"name": "read", INFO: {}},
        {"name": "record", RECORD: {"host": "app.example.com", "value": "text"}},
    ]
    run = bare.play(tasks, module_defaults={"group/oauthops.iam.cloudflare": connection})
    assert run.status == 0, run.output
    assert run.changed == ["create", "record"]


def test_two_clients_of_one_name_are_listed_and_nothing_is_sent(ansible: Ansible, fake: FakeCloudflare) -> None:
    body = {**APP, "grant_types": ["authorization_code"], "response_types": ["code"]}
    headers = {"Authorization": f"Bearer {fake.token}"}
    for _duplicate in range(2):
        requests.post(fake.base_url + clients(fake), json=body, headers=headers, timeout=10).raise_for_status()
    ids = [client["client_id"] for client in fake.state()["clients"]]
    fake.clear_journal()
    run = ansible.play([{"name": "which", CLIENT: {"client_name": "App", "state": "absent"}}])
    assert run.code == "client_ambiguous"
    assert all(client_id in run.failure for client_id in ids)
    assert fake.requests(writes_only=True) == []


def test_a_lost_rotation_is_not_forgotten_and_cuts_nobody_off(ansible: Ansible, fake: FakeCloudflare) -> None:
    file = {"client_name": "App", "client_secret_file": str(ansible.directory / "secret")}
    confidential = {**APP, "token_endpoint_auth_method": "client_secret_basic", **file}
    ansible.play([{"name": "create", CLIENT: confidential}])
    fake.add_fault(kind="cut", method="POST", path="rotate_secret", when="after")
    for task in ({"state": "rotated"}, {"state": "rotated"}, {"state": "finalized"}):
        assert ansible.play([{"name": "on", SECRET: {**file, **task}}]).status != 0
    assert (ansible.directory / "secret").read_text() in fake.state()["clients"][0]["secrets"]


def test_a_missing_permission_is_named(ansible: Ansible, fake: FakeCloudflare) -> None:
    reader = fake.credentials()["read-only"]
    run = ansible.play([{"name": "create", CLIENT: {**APP, "api_token": reader["token"], "validate_scopes": False}}])
    assert run.code == "unauthorized"
    assert "'OAuth Client Write'" in run.failure
    assert "the option api_token" in run.failure
    assert reader["token"] not in run.output
