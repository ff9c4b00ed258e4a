# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which workflows of AWX that wait for a domain may continue. Pure. Private to this collection.

A workflow waits at an approval. The artifacts of the job that made its client say whose domain it waits for. A playbook
has set them, so everything in them is checked before it is used.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..module_utils._oauth.model import is_public, verification_status

CLIENT = "oauth_client_publish_client_id"
ACCOUNT = "oauth_client_publish_account_id"
RECORD = "oauth_client_publish_dns_record"

Row = Mapping[str, Any]
Rows = Sequence[Row]


def decided(approvals: Rows, nodes: Rows, jobs: Rows, clients: Rows, account_id: str) -> list[dict[str, Any]]:
    """The decision on each pending approval. Raises KeyError or TypeError when a row of AWX lacks a key.

    The first three are rows of AWX's workflow_approvals, workflow_job_nodes and jobs. C(clients) are those of the
    account, each with what publishing lacks.
    """
    job_of_workflow = {node["workflow_job"]: node["job"] for node in nodes}
    artifacts_of_job = {job["id"]: job["artifacts"] for job in jobs}
    known = {client["client_id"]: client for client in clients}
    found = []
    for approval in approvals:
        workflow = approval["summary_fields"]["workflow_job"]["id"]
        artifacts = artifacts_of_job.get(job_of_workflow.get(workflow)) or {}
        found.append(
            {
                "approval": approval["id"],
                "name": approval["name"],
                "workflow_job": workflow,
                **_decision(artifacts, known, account_id),
            }
        )
    return found


def _decision(artifacts: Row, known: Mapping[str, Row], account_id: str) -> dict[str, Any]:
    client_id = artifacts.get(CLIENT)
    client = known.get(client_id) if isinstance(client_id, str) else None
    decision, reason = _reasoned(artifacts, client, account_id)
    return {
        "client_id": client_id if isinstance(client_id, str) else None,
        "client_name": client["client_name"] if client else None,
        "decision": decision,
        "reason": reason,
    }


def _reasoned(artifacts: Row, client: Row | None, account_id: str) -> tuple[str, str]:
    """The decision and its reason. Without a client none is named, or it is in another account, or it was deleted."""
    client_id, account = artifacts.get(CLIENT), artifacts.get(ACCOUNT)
    if not isinstance(client_id, str) or not isinstance(account, str):
        return (
            "skip",
            "The artifacts of the first job of the workflow have no client ID. Approve or deny the node yourself.",
        )
    if account != account_id:
        return (
            "skip",
            f"The client is in the account {account}, and this job is for {account_id}. The poll job of that account "
            "decides.",
        )
    if client is None:
        return "skip", f"The account no longer has the client {client_id}. Deny the approval node, or let it expire."
    was, now = _host(artifacts.get(RECORD)), _host(client["publishing"]["dns_record"])
    if was and now and was != now:
        return (
            "skip",
            f"The workflow waits for {was}, but client_uri is on {now} now. Deny the node, and launch it again.",
        )
    status = verification_status(client)
    if is_public(client) or status == "verified":
        return "approve", "The domain is verified."
    if status == "failed":
        return (
            "restart",
            "Cloudflare has stopped looking for the record. Restart the verification when the record is visible.",
        )
    return "wait", "Cloudflare has not seen the record yet."


def _host(record: object) -> str | None:
    return str(record["name"]).lower() if isinstance(record, Mapping) and record.get("name") else None
