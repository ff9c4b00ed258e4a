# SPDX-License-Identifier: GPL-3.0-or-later
"""What the role oauth_client_publish may be given, and how it refuses the rest before anything is written."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible
from tests.integration.publications import MANUAL, PREPARE, PUBLISH, Publisher, phase, result

ANSWERS = {
    "client_name": "App",
    "redirect_uris": "https://app.example.com/callback\n\n  https://app.example.com/other  \n",
    "scopes": "dns.read\ndns.write",
    "token_endpoint_auth_method": "none",
    "client_uri": "https://app.example.com/",
    "logo_uri": "https://app.example.com/logo.png",
    "policy_uri": "",
    "tos_uri": "",
    "dns_provider": "manual",
    "promote": "false",
    "wait_timeout": "0",
    "wait_interval": "1",
    "fail_when_pending": "false",
    "validate_scopes": "true",
}
Json = Any


def survey(**changes: Json) -> dict[str, Json]:
    """The answers to a survey: one flat text each."""
    return {f"oauth_client_publish_{name}": answer for name, answer in {**ANSWERS, **changes}.items()}


def test_every_answer_to_a_survey_is_a_text(ansible: Ansible, fake: FakeCloudflare) -> None:
    run = ansible.playbook(PUBLISH, extra=survey())
    assert phase(run) == "needs_dns"
    (client,) = fake.state()["clients"]
    assert client["redirect_uris"] == ["https://app.example.com/callback", "https://app.example.com/other"]
    assert client["scopes"] == ["dns.read", "dns.write"]
    assert fake.state()["records"] == []


def test_answers_replace_parts_of_a_description(ansible: Ansible, publisher: Publisher, fake: FakeCloudflare) -> None:
    """Both are extra variables, as in a job template of AWX."""
    described = publisher.variables(client_name="Other", grant_types=["authorization_code", "refresh_token"])
    run = ansible.playbook(PUBLISH, extra={**described, **survey(scopes="")})
    assert (phase(run), result(run)["ticket"] != []) == ("needs_dns", True)
    (client,) = fake.state()["clients"]
    assert (client["client_name"], set(client["scopes"]) - {"offline_access"}) == ("App", {"dns.read"})
    assert client["grant_types"] == ["authorization_code", "refresh_token"]


def test_answers_for_one_client_say_nothing_of_the_next(ansible: Ansible, fake: FakeCloudflare) -> None:
    plays = [
        {"import_playbook": PUBLISH, "vars": survey(tos_uri="https://app.example.com/terms")},
        {"import_playbook": PUBLISH, "vars": survey(client_name="App 2", redirect_uris="https://app2.example.com/")},
    ]
    (ansible.directory / "site.yml").write_text(json.dumps(plays))
    run = ansible.playbook("site.yml")
    assert run.status == 0, run.output
    assert [client.get("tos_uri") for client in fake.state()["clients"]] == ["https://app.example.com/terms", None]


def test_an_empty_value_clears_and_one_that_is_left_out_does_not(publisher: Publisher, fake: FakeCloudflare) -> None:
    both = {"allowed_cors_origins": ["https://app.example.com"], "policy_uri": "https://app.example.com/privacy"}
    publisher.run(promote=False, **both)
    assert publisher.run(promote=False).changed == []
    assert publisher.run(promote=False, allowed_cors_origins=[], policy_uri="").changed == [PREPARE]
    (client,) = fake.state()["clients"]
    assert not client.get("allowed_cors_origins")
    assert not client.get("policy_uri")


WITH_SECRET = {"token_endpoint_auth_method": "client_secret_basic"}


REFUSED: list[tuple[dict[str, Json], str, str]] = [
    ({"client": "App"}, "client", "str"),
    ({"client": ["App"]}, "client", "list"),
    ({"client": {}}, "client", "client_id or client_name"),
    ({"client": {"redirect_uris": []}}, "client", "client_id or client_name"),
    ({"client": {"client_name": "App", "redirect_uri": []}}, "client", "Did you mean redirect_uris?"),
    ({"client": {"client_name": "App", "state": "absent"}}, "client.state", "state=absent"),
    ({"client": {"client_name": "App", "append": "perhaps"}}, "client", "append"),
    ({"client_uri": "http://localhost:3000/"}, "client.client_uri", "localhost"),
    ({"client_uri": "no address"}, "client.client_uri", "no address"),
    ({"dns": "rfc2136"}, "dns", "str"),
    ({"dns": {"provder": "manual"}}, "dns", "Did you mean provider?"),
    ({"ttl": "later"}, "dns", "ttl"),
    ({"ttl": 5}, "dns.ttl", "5"),
    ({"lookup": "guess"}, "dns", "guess"),
    ({"lookup_servers": "ns1.example.com:x"}, "dns.lookup_servers", "ns1.example.com:x"),
    ({"provider": "rotue53.yml"}, "dns.provider", "rotue53.yml"),
    ({"provider": "rfc2136"}, "dns.server", "rfc2136"),
    ({"provider": "rfc2136", "server": "127.0.0.1", "key_name": "a"}, "dns.key_secret", "key_secret"),
    ({**WITH_SECRET, "store": "/etc/example_app.json"}, "store", "str"),
    ({**WITH_SECRET, "store": {"path": "/x"}}, "store", "type"),
    ({**WITH_SECRET, "store": {"type": "jsonfile"}}, "store", "Did you mean json_file?"),
    ({**WITH_SECRET, "store": {"type": "json_file"}}, "store", "path"),
    ({**WITH_SECRET, "store": {"type": "json_file", "path": "/x", "pth": "/y"}}, "store", "Did you mean path?"),
    ({**WITH_SECRET, "store": {"type": "json_file", "path": "/x", "key": "y"}}, "store", "key"),
]


def test_bad_input_is_one_sentence_before_anything_is_sent(publisher: Publisher, fake: FakeCloudflare) -> None:
    refusals = publisher.ansible.refusals([publisher.task(**changes) for changes, _option, _named in REFUSED])
    for refused, (changes, option, named) in zip(refusals, REFUSED, strict=True):
        assert (refused["error"]["option"], named in refused["msg"]) == (option, True), (changes, refused)
    assert fake.requests(writes_only=True) == []


def test_a_misspelled_variable_of_another_type_is_named_before_anything_is_sent(
    publisher: Publisher, fake: FakeCloudflare
) -> None:
    run = publisher.run(wait_timeout="later")
    assert run.status != 0
    assert "oauth_client_publish_wait_timeout" in run.output
    assert fake.requests() == []


@pytest.mark.parametrize("check", [False, True], ids=["run", "check"])
def test_a_promotion_without_what_is_missing_is_refused(
    ansible: Ansible, publisher: Publisher, fake: FakeCloudflare, check: bool
) -> None:
    publisher.run(**MANUAL, logo_uri="")
    fake.clear_journal()
    public = {"state": "public", "client": {"client_name": "App"}}
    task = {"oauthops.iam.cloudflare_oauth_client_publication": public}
    refused = ansible.play([task], *(["--check"] if check else []))
    assert (refused.code, refused.option) == ("not_publishable", "client.logo_uri")
    assert "client_uri_verification" not in refused.failure
    assert fake.requests(writes_only=True) == []


@pytest.mark.parametrize(
    "inventory",
    ["localhost\n", "localhost ansible_connection=ssh ansible_python_interpreter=/nowhere/python\n", "elsewhere\n"],
    ids=["bare", "ssh", "others"],
)
def test_the_playbook_works_from_any_inventory(publisher: Publisher, tmp_path: Path, inventory: str) -> None:
    (tmp_path / "hosts").write_text(inventory)
    assert phase(publisher.run("-i", str(tmp_path / "hosts"), promote=False)) == "verified"
