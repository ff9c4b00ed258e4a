# SPDX-License-Identifier: GPL-3.0-or-later
"""The role oauth_client_publish and its playbook, phase by phase, over real DNS answers of the fake."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run
from tests.integration.killing import killed_run
from tests.integration.thorough import thorough

PUBLISH = "oauthops.iam.publish"
RESULT = "oauth_client_publish_result"
TWO_DAYS_AND_MORE = 49 * 3600
APP: dict[str, Any] = {
    "client_name": "App",
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["dns.read"],
    "token_endpoint_auth_method": "none",
    "client_uri": "https://app.example.com/",
    "logo_uri": "https://app.example.com/logo.png",
    "wait_timeout": 20,
    "wait_interval": 1,
}

SECRET = {"token_endpoint_auth_method": "client_secret_post", "stored": True}

Publish = Callable[..., Run]


@dataclass(frozen=True)
class Store:
    """A file that keeps the secret of the client, on a disk of its own."""

    directory: Path

    @property
    def path(self) -> Path:
        return self.directory / "kept/store.json"

    @property
    def variables(self) -> dict[str, Any]:
        settings = {
            "backend": "file",
            "file_path": str(self.path),
            "handover_dir": str(self.directory / "handover"),
        }
        return {f"oauth_client_secret_store_{name}": value for name, value in settings.items()}

    def held(self) -> dict[str, Any]:
        return dict(json.loads(self.path.read_text()))

    def left_behind(self) -> list[str]:
        return [path.name for path in (self.directory / "handover").iterdir()]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    (tmp_path / "kept").mkdir()
    return Store(tmp_path)


def publish_variables(fake: FakeCloudflare, store: Store, **changes: Any) -> dict[str, Any]:
    """Of an application, changed as a test wants; a client with a secret has a store."""
    seen = {"dns_lookup_servers": fake.dns_address, "dns_lookup_url": fake.doh_url}
    variables = {**APP, **seen, **changes}
    stored = store.variables if variables.pop("stored", False) else {}
    return {**{f"oauth_client_publish_{name}": value for name, value in variables.items()}, **stored}


@pytest.fixture
def publish(ansible: Ansible, fake: FakeCloudflare, store: Store) -> Publish:
    """Run the playbook with the variables of an application, changed as a test wants."""

    def run(*options: str, **changes: Any) -> Run:
        return ansible.playbook(PUBLISH, *options, extra=publish_variables(fake, store, **changes))

    return run


def phase(run: Run) -> str:
    assert run.status == 0, run.output
    reached: str = run.fact(RESULT)["phase"]
    return reached


def methods(fake: FakeCloudflare) -> list[str]:
    return [request.split()[0] for request in fake.requests()]


def test_from_nothing_to_public_and_then_nothing_more(publish: Publish, fake: FakeCloudflare) -> None:
    run = publish()
    assert phase(run) == "public"
    assert fake.state()["clients"][0]["visibility"] == "public"
    assert [request["body"] for request in fake.journal() if request["method"] == "PATCH"] == [{"visibility": "public"}]

    fake.clear_journal()
    again = publish()
    assert (phase(again), again.changed, methods(fake)) == ("public", [], ["GET"])


def test_the_result_holds_what_a_controller_needs(publish: Publish, fake: FakeCloudflare) -> None:
    result = publish(dns_provider="manual", wait_timeout=0).fact(RESULT)
    client = fake.state()["clients"][0]
    text = client["verification"]["text"]
    assert result == {
        "phase": "needs_dns",
        "client_id": client["client_id"],
        "dns_record": {"type": "TXT", "name": "app.example.com", "value": text},
        "missing": ["client_uri_verification"],
        "deadline": result["deadline"],
        "next_action": f"Publish the TXT record at app.example.com with the value {text}, then run again. "
        f"Cloudflare looks for it until {result['deadline']}, and perhaps longer.",
    }


def test_check_mode_on_an_empty_account_writes_nothing(publish: Publish, fake: FakeCloudflare) -> None:
    run = publish("--check", "--diff")
    assert phase(run) == "needs_dns"
    assert run.fact(RESULT)["client_id"] is None
    assert [task.rpartition(" : ")[2] for task in run.changed] == [
        "Describe the client to Cloudflare",
        "Keep the value among the TXT records in the Cloudflare zone",
    ]
    assert fake.requests(writes_only=True) == []


def test_check_mode_foretells_publication(publish: Publish, fake: FakeCloudflare) -> None:
    assert phase(publish(promote=False)) == "verified"
    fake.clear_journal()
    assert phase(publish("--check")) == "public"
    assert fake.requests(writes_only=True) == []


def test_without_promotion_it_stops_when_everything_is_ready(publish: Publish, fake: FakeCloudflare) -> None:
    run = publish(promote=False)
    assert phase(run) == "verified"
    assert "cannot be undone" in run.fact(RESULT)["next_action"]
    assert fake.state()["clients"][0]["visibility"] == "private"
    assert (publish(promote=False).changed, phase(publish())) == ([], "public")


def test_what_is_missing_is_named_and_the_rest_is_done(publish: Publish, fake: FakeCloudflare) -> None:
    run = publish(logo_uri="")
    assert phase(run) == "incomplete"
    assert run.fact(RESULT)["missing"] == ["logo_uri"]
    assert "oauth_client_publish_logo_uri" in run.fact(RESULT)["next_action"]
    assert fake.state()["clients"][0]["verification"]["status"] == "verified"
    assert phase(publish()) == "public"


def test_a_client_without_home_page_has_no_record(publish: Publish, fake: FakeCloudflare) -> None:
    run = publish(client_uri="")
    assert (phase(run), run.fact(RESULT)["dns_record"]) == ("incomplete", None)
    assert fake.state()["records"] == []


def test_a_person_publishes_the_record(publish: Publish, fake: FakeCloudflare) -> None:
    run = publish(dns_provider="manual", wait_timeout=0)
    record = run.fact(RESULT)["dns_record"]
    shown = run.result("Show the record that somebody has to publish")["msg"]
    assert shown == f'app.example.com. IN TXT "{record["value"]}"'
    assert fake.state()["records"] == []
    assert phase(publish(dns_provider="manual", wait_timeout=0)) == "needs_dns"


def test_the_own_task_file_gets_the_record(publish: Publish, fake: FakeCloudflare, tmp_path: Path) -> None:
    written = tmp_path / "record.txt"
    provider = tmp_path / "my_dns.yml"
    provider.write_text(f"""
- name: Write the record down
  ansible.builtin.copy:
    content: "{{{{ oauth_client_publish_record | to_json }}}}"
    dest: {written}
    mode: '0600'
""")
    run = publish(dns_provider=str(provider), wait_timeout=0, dns_ttl="300")
    text = fake.state()["clients"][0]["verification"]["text"]
    assert phase(run) == "needs_dns"
    expected = {"fqdn": "app.example.com", "value": text, "ttl": 300, "state": "present"}
    assert json.loads(written.read_text()) == expected


def test_the_visible_record_of_a_pending_client_is_being_verified(publish: Publish, fake: FakeCloudflare) -> None:
    fake.set_variant(read_lag_seconds=600)  # what the verification comes to shows late
    assert phase(publish(wait_timeout=0)) == "verifying"


@pytest.mark.thorough
def test_without_a_resolver_a_provider_that_writes_is_trusted(publish: Publish, fake: FakeCloudflare) -> None:
    fake.set_variant(read_lag_seconds=600)
    assert phase(publish(wait_timeout=0, dns_lookup="none")) == "verifying"
    assert phase(publish(wait_timeout=0, dns_lookup="none", dns_provider="manual")) == "needs_dns"


@pytest.mark.thorough
def test_a_resolver_that_does_not_answer_is_no_failure(publish: Publish, fake: FakeCloudflare) -> None:
    nowhere = {"dns_lookup_servers": "127.0.0.1:9", "dns_lookup_url": "http://127.0.0.1:9/dns-query"}
    assert phase(publish(**nowhere)) == "public"


def test_a_resolver_over_https_stands_in_for_name_servers(publish: Publish, fake: FakeCloudflare) -> None:
    fake.set_variant(read_lag_seconds=600)
    assert phase(publish(wait_timeout=0, dns_lookup_servers="127.0.0.1:9")) == "verifying"


@pytest.mark.parametrize("text", ["stable", "new_on_restart"])
def test_a_failed_verification_is_started_anew_once_the_record_can_be_seen(
    publish: Publish, fake: FakeCloudflare, text: str
) -> None:
    fake.set_variant(verification_text=text)
    publish(dns_provider="manual", wait_timeout=0)
    fake.advance_clock(TWO_DAYS_AND_MORE)

    still = publish(dns_provider="manual", wait_timeout=0)
    assert (phase(still), still.changed) == ("failed", [])
    assert "given up" in still.fact(RESULT)["next_action"]

    assert phase(publish()) == "public"


def test_waiting_is_bounded_shows_its_progress_and_is_no_failure(publish: Publish, fake: FakeCloudflare) -> None:
    run = publish(dns_provider="manual", wait_timeout=3, wait_interval=1)
    assert phase(run) == "needs_dns"
    lines = [line for line in run.output.splitlines() if line.startswith("[localhost] app.example.com: needs_dns")]
    assert 1 <= len(lines) <= 3
    assert all(line.endswith(" remaining") for line in lines)


def test_a_pipeline_can_ask_to_fail_while_it_is_pending(publish: Publish, fake: FakeCloudflare) -> None:
    run = publish(dns_provider="manual", wait_timeout=0, fail_when_pending="yes")
    assert run.status != 0
    assert "The client is needs_dns, not public. Publish the TXT record at app.example.com" in run.failure
    assert publish(promote=False, fail_when_pending=True).status == 0


def test_everything_can_be_a_string_as_surveys_give_it(publish: Publish, fake: FakeCloudflare) -> None:
    run = publish(
        redirect_uris="https://app.example.com/callback\n\n  https://app.example.com/other  \n",
        grant_types="authorization_code\nrefresh_token",
        scopes="dns.read\ndns.write",
        optional_scopes="dns.write",
        allowed_cors_origins="https://app.example.com",
        policy_uri="",
        tos_uri="",
        promote="false",
        wait_timeout="20",
        wait_interval="1",
        dns_ttl="1",
        validate_scopes="true",
        fail_when_pending="false",
    )
    assert phase(run) == "verified"
    client = fake.state()["clients"][0]
    assert client["redirect_uris"] == ["https://app.example.com/callback", "https://app.example.com/other"]
    assert client["grant_types"] == ["authorization_code", "refresh_token"]
    assert client["optional_scopes"] == ["dns.write"]


def test_an_empty_list_clears_and_an_empty_string_does_not(publish: Publish, fake: FakeCloudflare) -> None:
    publish(promote=False, allowed_cors_origins=["https://app.example.com"])
    assert publish(promote=False, allowed_cors_origins="").changed == []
    publish(promote=False, allowed_cors_origins=[])
    assert not fake.state()["clients"][0].get("allowed_cors_origins")


def test_a_client_with_a_secret_needs_a_place_for_it(publish: Publish, fake: FakeCloudflare) -> None:
    refused = publish(token_endpoint_auth_method="client_secret_post")
    assert refused.status != 0
    assert "oauth_client_secret_store_backend" in refused.failure
    assert fake.requests(writes_only=True) == []


def test_the_secret_of_a_new_client_goes_into_the_store(publish: Publish, store: Store, fake: FakeCloudflare) -> None:
    assert phase(publish(**SECRET)) == "public"
    (client,) = fake.state()["clients"]
    held = store.held()
    expected = {"client_id": client["client_id"], "client_secret": client["secrets"][0], "rotation": "closed"}
    assert held == {**expected, "minted_at": held["minted_at"]}
    assert store.left_behind() == []

    fake.clear_journal()
    again = publish(**SECRET)
    assert (phase(again), again.changed, methods(fake)) == ("public", [], ["GET"])
    assert store.held() == held


def test_check_mode_looks_whether_the_secret_could_be_stored(
    publish: Publish, store: Store, fake: FakeCloudflare
) -> None:
    run = publish("--check", **SECRET)
    assert phase(run) == "needs_dns"
    assert "oauthops.iam.oauth_client_secret_store : Replace the file in one step" in run.changed
    assert (fake.requests(writes_only=True), store.path.exists()) == ([], False)

    store.path.parent.rmdir()
    assert publish("--check", **SECRET).status != 0


def test_no_client_is_created_whose_secret_could_not_be_stored(
    publish: Publish, store: Store, fake: FakeCloudflare
) -> None:
    store.path.parent.rmdir()
    refused = publish(**SECRET)
    assert refused.status != 0
    assert "The store file cannot be written" in refused.output
    assert fake.requests(writes_only=True) == []


def test_a_new_client_does_not_take_the_place_of_another(publish: Publish, store: Store, fake: FakeCloudflare) -> None:
    publish(**SECRET, promote=False)
    held = store.held()
    refused = publish(**SECRET, promote=False, client_name="Another App", allow_similar=True)
    assert "holds the secret of the client" in refused.failure
    assert (store.held(), len(fake.state()["clients"])) == (held, 1)


def test_a_client_whose_secret_nobody_has_is_not_published(
    publish: Publish, store: Store, fake: FakeCloudflare
) -> None:
    publish(token_endpoint_auth_method="client_secret_post", discard_client_secret=True, promote=False)
    refused = publish(**SECRET)
    assert refused.status != 0
    assert "the store does not hold its secret" in refused.failure
    assert "oauthops.iam.rotate" in refused.failure
    assert fake.state()["clients"][0]["visibility"] == "private"


@pytest.mark.parametrize(
    "task",
    [
        "after Note in the store that a secret is being minted",
        "after Describe the client to Cloudflare",
        "before Remove the handover file, now that the store holds the secret",
        *thorough(
            "before Describe the client to Cloudflare",
            "before Take the secret out of the handover file",
            "before Prove the domain",
        ),
    ],
)
def test_a_killed_creation_loses_no_secret(
    ansible: Ansible, publish: Publish, store: Store, fake: FakeCloudflare, task: str
) -> None:
    command = ("ansible-playbook", PUBLISH, "-e", json.dumps(publish_variables(fake, store, **SECRET)))
    assert killed_run(ansible, *command, kill_at=task)
    assert phase(publish(**SECRET)) == "public"
    (client,) = fake.state()["clients"]
    assert client["secrets"] == [store.held()["client_secret"]] == fake.state()["minted_secrets"]
    assert store.left_behind() == []


def test_a_creation_whose_answer_was_lost_is_made_good_by_a_rotation(
    ansible: Ansible, publish: Publish, store: Store, fake: FakeCloudflare
) -> None:
    fake.add_fault(kind="cut", method="POST", path="/oauth_clients$", when="after")
    lost = publish(**SECRET)
    assert lost.status != 0
    assert fake.state()["clients"][0]["client_id"] in lost.failure
    assert "its secret, if it has one, was never received" in lost.failure

    again = publish(**SECRET)
    assert "the store does not hold its secret" in again.failure

    named = {"oauth_client_rotate_client_name": "App"}
    for finalize in ("false", "only"):
        extra = {**store.variables, **named, "oauth_client_rotate_finalize": finalize}
        assert ansible.playbook("oauthops.iam.rotate", extra=extra).status == 0
    assert phase(publish(**SECRET)) == "public"
    assert fake.state()["clients"][0]["secrets"] == [store.held()["client_secret"]]


def test_the_secret_of_a_new_client_can_be_given_up(publish: Publish, fake: FakeCloudflare) -> None:
    run = publish(token_endpoint_auth_method="client_secret_post", discard_client_secret="true", promote=False)
    assert phase(run) == "verified"


def test_two_clients_of_one_host_keep_each_others_record(publish: Publish, fake: FakeCloudflare) -> None:
    assert phase(publish()) == "public"
    assert phase(publish(client_name="Other App", redirect_uris=["https://app.example.com/other"])) == "public"
    assert len(fake.state()["records"]) == 2


def test_a_client_is_found_by_its_id_and_renamed(publish: Publish, fake: FakeCloudflare) -> None:
    publish(promote=False)
    client_id = fake.state()["clients"][0]["client_id"]
    publish(promote=False, client_id=client_id, client_name="New name")
    assert [client["client_name"] for client in fake.state()["clients"]] == ["New name"]


@pytest.mark.parametrize(
    "inventory",
    ["localhost\n", "localhost ansible_connection=ssh ansible_python_interpreter=/nowhere/python\n", "elsewhere\n"],
    ids=["bare", "ssh", "others"],
)
def test_the_playbook_works_from_any_inventory(
    publish: Publish, fake: FakeCloudflare, tmp_path: Path, inventory: str
) -> None:
    (tmp_path / "hosts").write_text(inventory)
    assert phase(publish("-i", str(tmp_path / "hosts"), promote=False)) == "verified"


def test_a_wrong_variable_is_named_before_anything_is_sent(publish: Publish, fake: FakeCloudflare) -> None:
    run = publish(wait_timeout="soon")
    assert run.status != 0
    assert "oauth_client_publish_wait_timeout" in run.output
    assert fake.requests() == []


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_promotion_is_looked_up_and_the_role_goes_on(publish: Publish, fake: FakeCloudflare, when: str) -> None:
    fake.add_fault(kind="cut", method="PATCH", when=when)
    assert phase(publish()) == "public"


def test_the_role_rides_out_bad_weather(publish: Publish, fake: FakeCloudflare) -> None:
    for fault in ({"status": 503, "content_type": "text/html"}, {"status": 429, "headers": {"retry-after": "1"}}):
        fake.add_fault(kind="status", **fault)
        fake.add_fault(kind="status", path="dns_records", skip=1, **fault)
    assert phase(publish()) == "public"
    assert len(fake.state()["records"]) == 1
