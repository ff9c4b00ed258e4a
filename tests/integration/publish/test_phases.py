# SPDX-License-Identifier: GPL-3.0-or-later
"""The role oauth_client_publish and its playbook, phase by phase, over real DNS responses of the fake."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.publications import (
    AT_ONCE,
    MANUAL,
    PREPARE,
    PROMOTE,
    RESTART,
    Publisher,
    action,
    methods,
    phase,
    result,
    results,
)

TWO_DAYS_AND_MORE = 49 * 3600
NOWHERE = "127.0.0.1:9"


def test_from_nothing_to_public_and_then_nothing_more(publisher: Publisher, fake: FakeCloudflare) -> None:
    run = publisher.run()
    assert (phase(run), run.changed) == ("public", [PREPARE, PROMOTE])
    assert fake.state()["clients"][0]["visibility"] == "public"
    assert [request["body"] for request in fake.journal() if request["method"] == "PATCH"] == [{"visibility": "public"}]

    fake.clear_journal()
    again = publisher.run()
    assert (phase(again), again.changed, methods(fake)) == ("public", [], ["GET"])


def test_the_result_holds_what_a_controller_needs(publisher: Publisher, fake: FakeCloudflare) -> None:
    found = result(publisher.run(**MANUAL))
    client = fake.state()["clients"][0]
    text = client["verification"]["text"]
    documented = {
        "phase": "needs_dns",
        "client_id": client["client_id"],
        "account_id": fake.account_id,
        "dns_record": {"type": "TXT", "name": "app.example.com", "value": text},
        "missing": ["client_uri_verification"],
        "deadline": found["deadline"],
        "next_action": {"code": "publish_record", "text": found["next_action"]["text"]},
        "ticket": found["ticket"],
    }
    assert {name: found[name] for name in documented} == documented
    assert found["deadline"] in found["next_action"]["text"]
    assert f"Value: {text}" in found["ticket"]


def test_check_mode_on_an_empty_account_writes_nothing(publisher: Publisher, fake: FakeCloudflare) -> None:
    run = publisher.run("--check", "--diff")
    assert (phase(run), result(run)["client_id"], run.changed) == ("needs_dns", None, [PREPARE])
    assert len(run.result(PREPARE)["diff"]) == 2  # the client and its record
    assert fake.requests(writes_only=True) == []


def test_check_mode_predicts_the_promotion(publisher: Publisher, fake: FakeCloudflare) -> None:
    assert phase(publisher.run(promote=False)) == "verified"
    fake.clear_journal()
    run = publisher.run("--check")
    assert (phase(run), run.changed) == ("public", [PROMOTE])
    assert fake.requests(writes_only=True) == []


def test_without_promotion_it_stops_when_everything_is_ready(publisher: Publisher, fake: FakeCloudflare) -> None:
    run = publisher.run(promote=False)
    assert (phase(run), action(run)) == ("verified", "promote")
    assert fake.state()["clients"][0]["visibility"] == "private"
    assert (publisher.run(promote=False).changed, phase(publisher.run())) == ([], "public")


@pytest.mark.parametrize("check", [[], ["--check"]], ids=["run", "check"])
def test_a_client_that_is_to_stay_private_is_not_promoted(
    publisher: Publisher, fake: FakeCloudflare, check: list[str]
) -> None:
    assert phase(publisher.run(promote=False)) == "verified"
    private = publisher.run(*check, visibility="private", fail_when_pending=True)
    assert (phase(private), private.changed) == ("verified", [])
    assert fake.state()["clients"][0]["visibility"] == "private"


def test_a_public_client_cannot_be_described_as_private(publisher: Publisher, fake: FakeCloudflare) -> None:
    assert phase(publisher.run()) == "public"
    fake.clear_journal()
    refused = publisher.run(visibility="private")
    assert (refused.code, refused.option) == ("client_public", "client.visibility")
    assert fake.requests(writes_only=True) == []


def test_what_is_missing_is_named_and_the_rest_is_done(publisher: Publisher, fake: FakeCloudflare) -> None:
    run = publisher.run(logo_uri="")
    assert (phase(run), action(run)) == ("incomplete", "complete")
    assert result(run)["missing"] == ["logo_uri"]
    assert fake.state()["clients"][0]["verification"]["status"] == "verified"
    assert phase(publisher.run()) == "public"


def test_a_client_without_home_page_has_no_record(publisher: Publisher, fake: FakeCloudflare) -> None:
    run = publisher.run(client_uri="")
    assert (phase(run), result(run)["dns_record"]) == ("incomplete", None)
    assert fake.state()["records"] == []


def test_a_person_publishes_the_record(publisher: Publisher, fake: FakeCloudflare) -> None:
    first = publisher.run(**MANUAL)
    assert fake.state()["records"] == []
    again = publisher.run(**MANUAL)
    assert (result(again), again.changed) == (result(first), [])


def test_your_own_task_file_gets_the_record(publisher: Publisher, fake: FakeCloudflare, tmp_path: Path) -> None:
    written = tmp_path / "record.txt"
    provider = tmp_path / "my_dns.yml"
    provider.write_text(f"""
- name: Write the record down
  ansible.builtin.copy:
    content: "{{{{ oauth_client_publish_record | to_json }}}}"
    dest: {written}
    mode: '0600'
""")
    run = publisher.run(**AT_ONCE, provider=str(provider), ttl="300")
    text = fake.state()["clients"][0]["verification"]["text"]
    assert phase(run) == "needs_dns"
    expected = {"fqdn": "app.example.com", "value": text, "ttl": 300, "state": "present"}
    assert json.loads(written.read_text()) == expected


def test_the_visible_record_of_a_pending_client_is_being_verified(publisher: Publisher, fake: FakeCloudflare) -> None:
    fake.set_variant(read_lag_seconds=600)  # what the verification comes to shows late
    run = publisher.run(**AT_ONCE)
    assert (phase(run), action(run)) == ("verifying", "wait")


@pytest.mark.thorough
def test_without_a_lookup_a_provider_that_writes_is_trusted(publisher: Publisher, fake: FakeCloudflare) -> None:
    fake.set_variant(read_lag_seconds=600)
    assert phase(publisher.run(**AT_ONCE, lookup="none")) == "verifying"
    assert phase(publisher.run(**MANUAL, lookup="none")) == "needs_dns"


@pytest.mark.thorough
def test_a_resolver_that_does_not_respond_is_no_failure(publisher: Publisher) -> None:
    assert phase(publisher.run(lookup_servers=NOWHERE, lookup_url=f"http://{NOWHERE}/dns-query")) == "public"


def test_a_resolver_over_https_is_asked_in_place_of_name_servers(publisher: Publisher, fake: FakeCloudflare) -> None:
    fake.set_variant(read_lag_seconds=600)
    assert phase(publisher.run(**AT_ONCE, lookup_servers=NOWHERE)) == "verifying"


@pytest.mark.parametrize("text", ["stable", "new_on_restart"])
def test_a_failed_verification_is_restarted_once_the_record_can_be_seen(
    publisher: Publisher, fake: FakeCloudflare, text: str
) -> None:
    fake.set_variant(verification_text=text)
    publisher.run(**MANUAL)
    fake.advance_clock(TWO_DAYS_AND_MORE)

    still = publisher.run(**MANUAL)
    assert (phase(still), action(still), still.changed) == ("failed", "publish_record", [])

    run = publisher.run()
    assert (phase(run), RESTART in run.changed) == ("public", True)
    assert len(fake.state()["records"]) == (1 if text == "stable" else 2)


def test_a_verification_is_restarted_once_in_a_run(publisher: Publisher, fake: FakeCloudflare, tmp_path: Path) -> None:
    """However often Cloudflare fails it at once and names another value."""
    fake.set_variant(verification_text="new_on_restart")
    publisher.run(**MANUAL)
    fake.advance_clock(TWO_DAYS_AND_MORE)
    fails = tmp_path / "fails.yml"
    url = f"{fake.control_url}/clients/{publisher.clients()[0]['client_id']}/verification"
    body = {"url": url, "body": {"status": "failed"}}
    fails.write_text(json.dumps([{"name": "Fail the verification", "ansible.legacy.request": body}]))
    fake.clear_journal()
    run = publisher.run(**AT_ONCE, provider=str(fails), lookup="none")
    assert (phase(run), methods(fake).count("PATCH")) == ("failed", 1)
    assert len([task for task in run.tasks if task.name.endswith("Fail the verification")]) == 2


def test_waiting_is_bounded_shows_its_progress_and_is_no_failure(publisher: Publisher) -> None:
    run = publisher.run(provider="manual", wait_timeout=3, wait_interval=1)
    assert phase(run) == "needs_dns"
    lines = [line for line in run.output.splitlines() if line.startswith("[localhost] app.example.com: needs_dns")]
    assert 1 <= len(lines) <= 3
    assert all(line.endswith(" remaining") for line in lines)


def test_a_pipeline_can_ask_to_fail_while_it_is_pending(publisher: Publisher) -> None:
    run = publisher.run(**MANUAL, fail_when_pending="yes")
    assert run.status != 0
    assert run.failure == f"The phase of the client is needs_dns. {results(run)[-1][1]['next_action']['text']}"
    assert publisher.run(promote=False, fail_when_pending=True).status == 0


def test_two_clients_of_one_host_keep_each_others_record(publisher: Publisher, fake: FakeCloudflare) -> None:
    assert phase(publisher.run()) == "public"
    assert phase(publisher.run(client_name="Other App", redirect_uris=["https://app.example.com/other"])) == "public"
    assert len(fake.state()["records"]) == 2


def test_a_client_is_found_by_its_id_and_renamed(publisher: Publisher, fake: FakeCloudflare) -> None:
    publisher.run(promote=False)
    client_id = fake.state()["clients"][0]["client_id"]
    publisher.run(promote=False, client_id=client_id, client_name="New name")
    assert [client["client_name"] for client in fake.state()["clients"]] == ["New name"]


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_lost_promotion_is_looked_up_and_the_role_goes_on(
    publisher: Publisher, fake: FakeCloudflare, when: str
) -> None:
    fake.add_fault(kind="cut", method="PATCH", when=when)
    assert phase(publisher.run()) == "public"


def test_the_role_retries_what_fails_for_a_while(publisher: Publisher, fake: FakeCloudflare) -> None:
    for fault in ({"status": 503, "content_type": "text/html"}, {"status": 429, "headers": {"retry-after": "1"}}):
        fake.add_fault(kind="status", **fault)
        fake.add_fault(kind="status", path="dns_records", skip=1, **fault)
    assert phase(publisher.run()) == "public"
    assert len(fake.state()["records"]) == 1


def test_a_run_that_fails_on_the_way_says_that_it_changed_something(publisher: Publisher, fake: FakeCloudflare) -> None:
    fake.add_fault(kind="status", method="POST", path="/dns_records$", status=403)
    failed = publisher.run()
    assert (failed.code, failed.result(PREPARE)["changed"]) == ("unauthorized", True)
    assert (phase(publisher.run()), len(publisher.clients())) == ("public", 1)
