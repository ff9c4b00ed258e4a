# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workflows of AWX may go on: never one whose own client is not verified."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.filter.awx_approvals import FilterModule

ACCOUNT = "a" * 32
awx_approvals = FilterModule().filters()["awx_approvals"]


def approval(number: int) -> dict[str, Any]:
    """Of the workflow 10 * number, whose first job is 100 * number."""
    return {"id": number, "name": "verified domain", "summary_fields": {"workflow_job": {"id": 10 * number}}}


def node(number: int) -> dict[str, Any]:
    return {"workflow_job": 10 * number, "job": 100 * number}


def job(number: int, client_id: object, account: object = ACCOUNT, record: object = None) -> dict[str, Any]:
    told = {"client_id": client_id, "account_id": account, "dns_record": record}
    return {"id": 100 * number, "artifacts": {f"oauth_client_publish_{name}": value for name, value in told.items()}}


def client(
    client_id: str, status: str | None = "pending", visibility: str = "private", host: str | None = None
) -> dict[str, Any]:
    names = {"client_id": client_id, "client_name": client_id.upper(), "visibility": visibility}
    record = {"type": "TXT", "name": host, "value": "any"} if host else None
    return {
        **names,
        "client_uri_verification": {"status": status, "text": None},
        "publishing": {"dns_record": record},
    }


def decided(one_job: dict[str, Any] | None, *clients: dict[str, Any]) -> str:
    (found,) = awx_approvals([approval(1)], [node(1)], [one_job] if one_job else [], clients, ACCOUNT)
    assert found["reason"]
    return str(found["decision"])


@pytest.mark.parametrize(
    ("status", "visibility", "decision"),
    [
        ("verified", "private", "approve"),
        ("verified", "public", "approve"),
        ("pending", "public", "approve"),
        ("pending", "private", "wait"),
        (None, "private", "wait"),
        ("failed", "private", "restart"),
        ("something new", "private", "wait"),
    ],
)
def test_what_the_own_client_says_decides(status: str | None, visibility: str, decision: str) -> None:
    assert decided(job(1, "one"), client("one", status, visibility)) == decision


def test_another_client_does_not_count() -> None:
    assert decided(job(1, "one"), client("one"), client("two", "verified")) == "wait"


@pytest.mark.parametrize(
    "made",
    [
        None,
        {"id": 100, "artifacts": {}},
        {"id": 100, "artifacts": None},
        {"id": 999, "artifacts": job(1, "one")["artifacts"]},
        job(1, ["one"]),
        job(1, None),
        job(1, "one", account="b" * 32),
        job(1, "one", account=None),
        job(1, "gone"),
    ],
)
def test_what_cannot_be_matched_is_skipped(made: dict[str, Any] | None) -> None:
    assert decided(made, client("one", "verified")) == "skip"


@pytest.mark.parametrize(
    ("was", "now", "decision"),
    [
        ({"name": "one.example.com"}, "one.example.com", "approve"),
        ({"name": "One.example.com"}, "one.example.com", "approve"),
        ({"name": "one.example.com"}, "other.example.com", "skip"),
        ({"name": "one.example.com"}, None, "approve"),
        (None, "one.example.com", "approve"),
        ("strange", "one.example.com", "approve"),
    ],
)
def test_another_domain_than_the_workflow_was_about_does_not_count(was: object, now: str | None, decision: str) -> None:
    assert decided(job(1, "one", record=was), client("one", "verified", host=now)) == decision


def test_a_workflow_without_a_first_job_is_skipped() -> None:
    (found,) = awx_approvals([approval(1)], [], [job(1, "one")], [client("one", "verified")], ACCOUNT)
    assert found["decision"] == "skip"


def test_what_is_told_of_each() -> None:
    (found,) = awx_approvals([approval(1)], [node(1)], [job(1, "one")], [client("one", "verified")], ACCOUNT)
    assert found == {
        "approval": 1,
        "name": "verified domain",
        "workflow_job": 10,
        "client_id": "one",
        "client_name": "ONE",
        "decision": "approve",
        "reason": "The domain is verified.",
    }


CLIENT_IDS = ["one", "two", "three"]


@given(
    made=st.lists(st.sampled_from([*CLIENT_IDS, "gone", None]), max_size=6),
    statuses=st.fixed_dictionaries(
        {each: st.sampled_from(["verified", "pending", "failed", None]) for each in CLIENT_IDS}
    ),
    order=st.randoms(use_true_random=False),
)
def test_only_those_are_approved_whose_own_client_is_verified(
    made: list[str | None], statuses: dict[str, str | None], order: Any
) -> None:
    numbers = range(1, len(made) + 1)
    nodes, jobs = (
        [node(each) for each in numbers],
        [job(number, each) for number, each in zip(numbers, made, strict=True)],
    )
    order.shuffle(nodes)
    order.shuffle(jobs)
    clients = [client(*each) for each in statuses.items()]
    found = awx_approvals([approval(each) for each in numbers], nodes, jobs, clients, ACCOUNT)
    verified = {name for name, status in statuses.items() if status == "verified"}
    approved = [each["approval"] for each in found if each["decision"] == "approve"]
    assert approved == [number for number, each in zip(numbers, made, strict=True) if each in verified]


@pytest.mark.parametrize("rows", [[{}], [{"id": 1, "name": "verified domain"}], ["text"]])
def test_strange_rows_are_an_error_of_the_filter(rows: list[Any]) -> None:
    with pytest.raises(AnsibleFilterError, match="awx_approvals: invalid input"):
        awx_approvals(rows, [], [], [], ACCOUNT)
