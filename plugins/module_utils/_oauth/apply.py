# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Makes one OAuth client match its description, or predicts that in check mode. Private to this collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._api.errors import CloudflareError, OAuthOpsError, UsageError
from .._api.response import Record
from .._api.text import some
from .clients import OAuthClients, identity
from .comparison import drift
from .delivery import Delivery
from .lost_response import FIRST_SECRET_REMEDY
from .model import FIELDS, Client, description, has_secret, shaped
from .plan import Creation, Deletion, Plan, Step, Update, plan_update
from .promotion import publishing
from .validate import checked_description

Result = dict[str, Any]


def performed(step: Step, clients: OAuthClients, *, check_mode: bool) -> Result:
    """Carry out a step, and check a creation against the clients that are listed then; or predict its result."""
    if check_mode:
        return predicted(step)
    result = carried_out(step, clients)
    return confirmed(result, clients.after_creation([result["oauth_client"]])) if isinstance(step, Creation) else result


def is_as_described(params: Mapping[str, Any], actual: Client) -> bool:
    """Whether a client needs neither a change nor a warning."""
    if params["state"] != "present":
        return False
    append, restart = params["append"], params["restart_verification"]
    try:
        wanted = checked_description(params)
        plan = plan_update(wanted, params["visibility"], actual, append=append, restart=restart)
        return not (plan.changed or plan.warnings or _secret_warnings(actual, Delivery.of(params)))
    except UsageError:
        return False


def predicted(step: Step) -> Result:
    """The result of a step in check mode."""
    if isinstance(step, Creation):
        step.delivery.check()
        expected = shaped(step.body)
        return {**_result(True, {}, description(expected), expected), **step.delivery.predicted()}
    return _deleted(step) if isinstance(step, Deletion) else _updated(step, step.plan.expected)


def carried_out(step: Step, clients: OAuthClients) -> Result:
    """Carry out a step, and return its result. Pass that of a creation to L(confirmed)."""
    if isinstance(step, Creation):
        return _create(step, clients)
    if isinstance(step, Deletion):
        if step.actual:
            clients.delete(step.actual)
        return _deleted(step)
    return _updated(step, _update(step.plan, step.actual, clients))


def restart(actual: Client, clients: OAuthClients, *, check_mode: bool) -> Result:
    """Restart a failed verification; does nothing if it has not failed."""
    plan = plan_update({}, None, actual, append=False, restart=True)
    return performed(Update(plan, actual, Delivery()), clients, check_mode=check_mode)


def confirmed(result: Result, found: list[Client] | CloudflareError) -> Result:
    """The result of a creation, checked against the clients that are listed afterwards.

    Cloudflare has no lock: another controller may have created a client of the same name at the same moment.
    """
    client = result["oauth_client"]
    if isinstance(found, CloudflareError):
        text = (
            f"The client {client['client_id'] or client['client_name']} was created, but listing the clients "
            "afterwards failed. It is not known whether another run created one of the same name at the same moment. "
            f"{found.message}"
        )
        return {**result, "warnings": [*result["warnings"], text]}
    if all(identity(other) != identity(client) for other in found):
        text = (
            f"The client {client['client_id'] or client['client_name']} was created, but Cloudflare does not list it "
            "yet. Until it does, set client_id: a task with only client_name would create a second client."
        )
        return {**result, "warnings": [*result["warnings"], text]}
    others = [other["client_id"] for other in found if other["client_name"] == client["client_name"]]
    others = [other for other in others if other != client["client_id"]]
    if others:
        secret = {name: result[name] for name in ("client_secret",) if name in result}
        raise UsageError(
            "client_duplicated",
            f"The client {client['client_id']} was created, but others of the same name were created at the same time: "
            f"{some(others)}. Keep one of these clients. Delete each of the others with state=absent and its "
            "client_id.",
            changed=True,
            oauth_client=client,
            **secret,
        )
    return result


def _create(step: Creation, clients: OAuthClients) -> Result:
    """Create the client, and deliver its secret at once. Nothing in between can fail."""
    body, delivery = step.body, step.delivery

    def receive(response: Record) -> tuple[Record, str | None, Result]:
        secret = response.get("client_secret")
        if not isinstance(secret, str) or not secret:
            return response, None, {}
        return response, secret, delivery.deliver(secret, str(response.get("client_id")), FIRST_SECRET_REMEDY)

    with delivery:
        response, secret, delivered = clients.create(body, receive)
    client = clients.created(response, body)
    if delivery.keeps and not secret:
        raise UsageError(
            "secret_lost",
            f"The client {client['client_id']} was created, but Cloudflare's response held no client secret. "
            f"{FIRST_SECRET_REMEDY}",
            changed=True,
            oauth_client=client,
        )
    warnings = [_rewritten(name, body, client) for name in drift(FIELDS, body, client)]
    return {**_result(True, {}, description(shaped(body)), client), **delivered, "warnings": warnings}


def _update(plan: Plan, actual: Client, clients: OAuthClients) -> Client:
    client = clients.update(actual, plan.changes) if plan.changes else actual
    return _promoted(clients, client, bool(plan.changes)) if plan.promotes else client


def _updated(step: Update, client: Client) -> Result:
    plan = step.plan
    before = description(step.actual)
    after = description(plan.expected) if plan.changed else before
    if plan.restarts:
        before["client_uri_verification"], after["client_uri_verification"] = "failed", "restarted"
    warnings = [*plan.warnings, *_secret_warnings(step.actual, step.delivery)]
    return {**_result(plan.changed, before, after, client), "warnings": warnings}


def _deleted(step: Deletion) -> Result:
    return _result(bool(step.actual), description(step.actual) if step.actual else {}, {}, step.actual)


def _promoted(clients: OAuthClients, client: Client, partly_done: bool) -> Client:
    try:
        return clients.promote(client)
    except OAuthOpsError as failure:
        if partly_done:
            failure.extra.update(changed=True, oauth_client=client)
        raise


def _secret_warnings(actual: Client, delivery: Delivery) -> list[str]:
    try:
        if not delivery.path or not has_secret(actual) or delivery.holds_something():
            return []
    except UsageError as refusal:
        return [refusal.message]
    return [
        f"The client {actual['client_id']} exists already, but {delivery.path} does not hold its secret, which "
        "Cloudflare does not show again. To mint another, use cloudflare_oauth_client_secret with state=rotated."
    ]


def _rewritten(name: str, body: Mapping[str, Any], client: Client) -> str:
    return (
        f"{name} was sent as {body[name]!r}, but Cloudflare keeps it as {client[name]!r}. Write that value in the "
        "playbook. Otherwise the next run tries to change it."
    )


def _result(
    changed: bool, before: Mapping[str, Any], after: Mapping[str, Any], client: Client | None
) -> dict[str, Any]:
    return {
        "changed": changed,
        "diff": {"before": before, "after": after},
        "oauth_client": client,
        "publishing": publishing(client) if client else None,
    }
