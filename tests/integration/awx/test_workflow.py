# SPDX-License-Identifier: GPL-3.0-or-later
"""The workflow over two days: set up by the playbook, walked through as AWX does, its jobs run by ansible-runner."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.awx.controller import Controller
from tests.integration.modules import Modules
from tests.integration.servers.awx.kinds import Row
from tests.integration.servers.awx.server import Awx

WORKFLOW, POLL = "Cloudflare OAuth publish over days", "Cloudflare OAuth poll"
TWO_DAYS_AND_MORE = 49 * 3600


def answers(name: str, provider: str = "cloudflare") -> dict[str, Any]:
    given = {
        "client_name": name,
        "redirect_uris": f"https://{name}.example.com/callback\nhttps://{name}.example.com/other\n",
        "scopes": "dns.read",
        "token_endpoint_auth_method": "none",
        "client_uri": f"https://{name}.example.com/",
        "logo_uri": f"https://{name}.example.com/logo.png",
        "policy_uri": "",
        "dns_provider": provider,
    }
    return {f"oauth_client_publish_{key}": value for key, value in given.items()}


def poll(controller: Controller) -> Row:
    job = controller.launch(POLL)
    assert job["status"] == "successful", job["printed"]
    return job


def status(controller: Controller, workflow: Row) -> dict[str, str]:
    return {identifier: row["status"] for identifier, row in controller.approvals(workflow).items()}


def visibility(fake: FakeCloudflare) -> dict[str, str]:
    return {client["client_name"]: client["visibility"] for client in clients(fake)}


def clients(fake: FakeCloudflare) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = fake.state()["clients"]
    return found


def test_the_one_whose_domain_is_verified_goes_on(controller: Controller, fake: FakeCloudflare) -> None:
    one = controller.start(WORKFLOW, answers("one"))
    two = controller.start(WORKFLOW, answers("two", "manual"))
    poll(controller)
    assert (status(controller, one), status(controller, two)) == ({"verified": "successful"}, {"verified": "pending"})

    controller.go_on(one, "verified")
    poll(controller)
    assert status(controller, one) == {"verified": "successful", "consent": "pending"}
    assert visibility(fake) == {"one": "private", "two": "private"}

    controller.approvals(one)["consent"]["status"] = "successful"
    controller.go_on(one, "consent")
    assert one["status"] == "successful"
    assert visibility(fake) == {"one": "public", "two": "private"}
    assert (two["status"], status(controller, two)) == ("running", {"verified": "pending"})


def test_artifacts_are_ids_and_the_record(controller: Controller, fake: FakeCloudflare) -> None:
    controller.start(WORKFLOW, answers("one", "manual"))
    (job,) = controller.tables.rows["jobs"].values()
    (client,) = clients(fake)
    assert job["artifacts"] == {
        "oauth_client_publish_client_id": client["client_id"],
        "oauth_client_publish_account_id": fake.account_id,
        "oauth_client_publish_dns_record": {
            "type": "TXT",
            "name": "one.example.com",
            "value": client["verification"]["text"],
        },
    }


def test_later_jobs_are_about_the_same_client_with_any_name(controller: Controller, fake: FakeCloudflare) -> None:
    one = controller.start(WORKFLOW, answers("one"))
    (client,) = clients(fake)
    fake.set_verification(client["client_id"], "verified")
    controller.expire(one, "verified")
    assert status(controller, one) == {"verified": "failed", "consent": "pending"}
    assert [each["client_id"] for each in clients(fake)] == [client["client_id"]]


def test_a_domain_that_is_not_verified_in_time(controller: Controller, fake: FakeCloudflare) -> None:
    one = controller.start(WORKFLOW, answers("one", "manual"))
    fake.advance_clock(TWO_DAYS_AND_MORE)
    poll(controller)
    controller.expire(one, "verified")
    assert one["status"] == "failed"
    last = list(controller.tables.rows["jobs"].values())[-1]
    assert "one.example.com" in last["printed"]
    assert visibility(fake) == {"one": "private"}
    poll(controller)


@pytest.mark.thorough
def test_a_record_that_comes_after_cloudflare_stopped(controller: Controller, fake: FakeCloudflare) -> None:
    one = controller.start(WORKFLOW, answers("one", "manual"))
    fake.advance_clock(TWO_DAYS_AND_MORE)
    poll(controller)
    (client,) = clients(fake)
    assert client["verification"]["status"] == "failed"

    Modules(fake).record(host="one.example.com", value=client["verification"]["text"])
    poll(controller)
    fake.advance_clock(60)
    poll(controller)
    assert status(controller, one) == {"verified": "successful"}


@pytest.mark.thorough
def test_a_workflow_about_another_account_is_left_alone(controller: Controller, fake: FakeCloudflare) -> None:
    one = controller.start(WORKFLOW, answers("one"))
    controller.fill_in("account", api_token=fake.token, account_id="0" * 32, api_url=fake.base_url)
    job = controller.launch(POLL)
    assert job["status"] == "failed"
    (made,) = [row for row in controller.tables.rows["jobs"].values() if row["workflow_job"] == one["id"]]
    controller.fill_in("account", api_token=fake.token, account_id=fake.account_id, api_url=fake.base_url)
    made["artifacts"]["oauth_client_publish_account_id"] = "0" * 32
    assert f"The client is in the account {'0' * 32}" in poll(controller)["printed"]
    assert status(controller, one) == {"verified": "pending"}


def test_nothing_is_approved_when_cloudflare_cannot_be_asked(controller: Controller, fake: FakeCloudflare) -> None:
    one = controller.start(WORKFLOW, answers("one"))
    controller.fill_in("account", api_token="wrong", account_id=fake.account_id, api_url=fake.base_url)
    job = controller.launch(POLL)
    assert (job["status"], status(controller, one)) == ("failed", {"verified": "pending"})
    assert "CLOUDFLARE_API_TOKEN" in job["printed"], job["printed"]


def test_nobody_waits(controller: Controller, fake: FakeCloudflare) -> None:
    poll(controller)
    assert fake.requests() == []


def test_an_approval_that_was_decided_meanwhile(controller: Controller, fake: FakeCloudflare) -> None:
    one = controller.start(WORKFLOW, answers("one"))
    controller.approvals(one)["verified"].update(status="failed", timed_out=True)
    poll(controller)
    assert status(controller, one) == {"verified": "failed"}


def test_check_mode_approves_nothing(controller: Controller) -> None:
    one = controller.start(WORKFLOW, answers("one"))
    controller.tables.named("job_templates", POLL)["job_type"] = "check"
    assert "changed=1" in poll(controller)["printed"]
    assert status(controller, one) == {"verified": "pending"}


def test_a_job_that_cannot_be_read_holds_no_other_up(controller: Controller) -> None:
    """Such as one that was launched in slices, which is no job, or one that the approver may not read."""
    one, two = controller.start(WORKFLOW, answers("one")), controller.start(WORKFLOW, answers("two"))
    node = next(
        row for row in controller.tables.rows["workflow_job_nodes"].values() if row["workflow_job"] == one["id"]
    )
    node["job"] = one["id"]
    assert "have no client ID" in poll(controller)["printed"]
    assert (status(controller, one), status(controller, two)) == ({"verified": "pending"}, {"verified": "successful"})


def test_no_token_is_left_behind(controller: Controller, awx: Awx) -> None:
    controller.start(WORKFLOW, answers("one"))
    poll(controller)
    controller.fill_in("approver", host=awx.url, username="admin", password=awx.password)
    job = controller.launch(POLL)
    assert (job["status"], awx.tokens_left) == ("failed", 0)
    assert "CONTROLLER_OAUTH_TOKEN" in job["printed"]


def test_another_domain_than_the_workflow_was_about_is_not_approved(
    controller: Controller, fake: FakeCloudflare
) -> None:
    one = controller.start(WORKFLOW, answers("one", "manual"))
    (client,) = clients(fake)
    Modules(fake).client(client_id=client["client_id"], client_uri="https://other.example.com/")
    fake.set_verification(client["client_id"], "verified")
    assert "is on other.example.com now" in poll(controller)["printed"]
    assert status(controller, one) == {"verified": "pending"}


@pytest.mark.parametrize(
    ("name", "role"),
    [(WORKFLOW, "Approve"), pytest.param("Cloudflare OAuth publish", "Read", marks=pytest.mark.thorough)],
)
def test_a_missing_right_is_named(controller: Controller, awx: Awx, name: str, role: str) -> None:
    awx.unreadable = {name}
    job = controller.launch(POLL)
    assert job["status"] == "failed"
    assert f"{name}: the user" in job["printed"], job["printed"]
    assert f"the role {role} of it" in job["printed"]
