# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workflows of AWX that wait for a domain may go on. Pure. Private to this collection.

A workflow waits at an approval. Whose domain it waits for stands in the artifacts of the job that made the client: they
are texts that a playbook has set, so everything in them is looked at before it is believed.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

CLIENT = "oauth_client_publish_client_id"
ACCOUNT = "oauth_client_publish_account_id"
RECORD = "oauth_client_publish_dns_record"


def latches(
    approvals: Sequence[Mapping[str, Any]],
    nodes: Sequence[Mapping[str, Any]],
    jobs: Sequence[Mapping[str, Any]],
    clients: Sequence[Mapping[str, Any]],
    account_id: str,
) -> list[dict[str, Any]]:
    """For each pending approval what is to be done with it; raises KeyError when AWX's answers are not what they were.

    approvals, nodes and jobs are rows of AWX's workflow_approvals, workflow_job_nodes and jobs (with their artifacts),
    clients are those of the account, as Cloudflare lists them.
    """
    job_of_workflow = {node["workflow_job"]: node["job"] for node in nodes}
    artifacts_of_job = {job["id"]: job["artifacts"] for job in jobs}
    known = {client["client_id"]: client for client in clients}
    return [
        _latch(
            approval,
            artifacts_of_job.get(job_of_workflow.get(approval["summary_fields"]["workflow_job"]["id"])) or {},
            known,
            account_id,
        )
        for approval in approvals
    ]


def _latch(
    approval: Mapping[str, Any], artifacts: Mapping[str, Any], known: Mapping[str, Mapping[str, Any]], account_id: str
) -> dict[str, Any]:
    client_id, account = artifacts.get(CLIENT), artifacts.get(ACCOUNT)
    client = known.get(client_id) if isinstance(client_id, str) else None
    decision, reason = _decision(client_id, account, client, account_id)
    was, now = _host(artifacts.get(RECORD)), _host(client and client["publishing"]["dns_record"])
    if decision != "skip" and was and now and was != now:
        decision, reason = "skip", f"The workflow is about {was}, and the client's home page is on {now} by now."
    return {
        "approval": approval["id"],
        "name": approval["name"],
        "workflow_job": approval["summary_fields"]["workflow_job"]["id"],
        "client_id": client_id if isinstance(client_id, str) else None,
        "client_name": client["client_name"] if client else None,
        "decision": decision,
        "reason": reason,
    }


def _decision(client_id: object, account: object, client: Mapping[str, Any] | None, account_id: str) -> tuple[str, str]:
    if not isinstance(client_id, str) or not isinstance(account, str):
        return "skip", "The workflow does not say which client it is about: its first job has no such artifacts."
    if account != account_id:
        return "skip", f"The client is in the account {account}, and this job is for {account_id}."
    if client is None:
        return "skip", f"The account has no client {client_id} any more. Deny the approval, or let it expire."
    status = client["client_uri_verification"]["status"]
    if client["visibility"] == "public" or status == "verified":
        return "approve", "The domain is proven."
    if status == "failed":
        return "restart", "Cloudflare has stopped looking for the record. It looks again once the record can be seen."
    return "wait", "Cloudflare has not seen the record yet."


def _host(record: object) -> str | None:
    return str(record["name"]).lower() if isinstance(record, Mapping) and record.get("name") else None
