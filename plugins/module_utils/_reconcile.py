# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Bringing one OAuth client to its described state, or in check mode predicting it. Private to this collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._clients import OAuthClients
from ansible_collections.oauthops.iam.plugins.module_utils._errors import CloudflareError, OAuthOpsError, UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._lost import FIRST_SECRET_REMEDY
from ansible_collections.oauthops.iam.plugins.module_utils._oauth import (
    FIELDS,
    Client,
    description,
    has_secret,
    is_public,
    publishing,
    shaped,
)
from ansible_collections.oauthops.iam.plugins.module_utils._plan import Plan, plan_creation, plan_update
from ansible_collections.oauthops.iam.plugins.module_utils._resource import drift
from ansible_collections.oauthops.iam.plugins.module_utils._scopes import check_new_scopes
from ansible_collections.oauthops.iam.plugins.module_utils._secret import Delivery, unbroken


def ensure_present(
    clients: OAuthClients,
    wanted: Mapping[str, Any],
    actual: Client | None,
    params: Mapping[str, Any],
    *,
    check_mode: bool,
) -> dict[str, Any]:
    """Create or update as C(params), the options of the module, say; raises UsageError before any write."""
    delivery = Delivery.of(params)
    if actual is None:
        if params["client_id"]:
            raise UsageError(f"There is no OAuth client {params['client_id']!r} in this account.")
        body = plan_creation(wanted, params["visibility"])
        if params["validate_scopes"]:
            check_new_scopes(clients.api, body["scopes"], [])
        return ensure_created(clients, body, delivery, check_mode=check_mode)
    plan = plan_update(
        wanted, params["visibility"], actual, append=params["append"], restart=params["restart_verification"]
    )
    if "client_name" in plan.changes:
        _refuse_twin(clients, str(plan.changes["client_name"]), actual)
    if params["validate_scopes"]:
        check_new_scopes(clients.api, plan.changes.get("scopes", []), actual["scopes"])
    result = ensure_updated(clients, plan, actual, check_mode=check_mode)
    return {**result, "warnings": [*plan.warnings, *_secret_warnings(actual, delivery)]}


def _refuse_twin(clients: OAuthClients, client_name: str, actual: Client) -> None:
    others = [client["client_id"] for client in clients.named(client_name)]
    if others:
        raise UsageError(
            f"{actual['client_id']} cannot be renamed to {client_name!r}: {', '.join(others)} has that name already, "
            "and neither could be told by it any more."
        )


def ensure_absent(clients: OAuthClients, actual: Client | None, *, force: bool, check_mode: bool) -> dict[str, Any]:
    if actual is None:
        return _result(False, {}, {}, None)
    if is_public(actual) and not force:
        raise UsageError(
            f"{actual['client_id']} is public: deleting it ends every user's authorization for good, and a new client "
            "would have another id. Set force=true to delete it all the same."
        )
    if not check_mode:
        clients.delete(actual)
    return _result(True, description(actual), {}, actual)


def ensure_created(
    clients: OAuthClients, body: Mapping[str, Any], delivery: Delivery, *, check_mode: bool
) -> dict[str, Any]:
    """Create and deliver the secret at once; nothing that can fail stands in between."""
    delivery = delivery if has_secret(body) else Delivery(None, None)
    _refuse_to_lose_secret(body, delivery)
    expected = shaped(body)
    diff = description(expected)
    if check_mode:
        delivery.check()
        return {**_result(True, {}, diff, expected), **delivery.foretold()}
    with delivery, unbroken():
        answer = clients.create(body)
        secret = answer.get("client_secret")
        secret = secret if isinstance(secret, str) else None
        delivered = delivery.deliver(secret, str(answer.get("client_id")), FIRST_SECRET_REMEDY) if secret else {}
    client = clients.created(answer, body)
    result = {**_result(True, {}, diff, client), **delivered}
    if delivery.named and not secret:
        raise UsageError(
            f"The client {client['client_id']} was created, but Cloudflare's answer held no client secret. "
            f"{FIRST_SECRET_REMEDY}",
            changed=True,
            oauth_client=client,
        )
    warnings = [_rewritten(name, body, client) for name in drift(FIELDS, body, client)]
    return {**result, "warnings": [*warnings, *_look_for_twins(clients, client, delivered)]}


def _look_for_twins(clients: OAuthClients, client: Client, delivered: Mapping[str, Any]) -> list[str]:
    """Cloudflare has no lock: another controller may have created a client of the same name at the same moment."""
    found = clients.after_creation(client)
    others = [] if isinstance(found, CloudflareError) else [each["client_id"] for each in found]
    if client["client_id"] not in others:
        return [
            f"The client {client['client_id'] or client['client_name']} was created, but Cloudflare does not list it "
            "yet. Until it does, do not run a task that names it by its name: it would create a second one."
        ]
    others.remove(client["client_id"])
    if others:
        raise UsageError(
            f"{client['client_id']} was created, but there is another client of that name by now: {', '.join(others)}. "
            "Somebody else has created it at the same time. Delete the one that is not wanted, with state=absent and "
            "its client_id.",
            changed=True,
            oauth_client=client,
            **delivered,
        )
    return []


def ensure_updated(clients: OAuthClients, plan: Plan, actual: Client, *, check_mode: bool) -> dict[str, Any]:
    before, after = description(actual), description(plan.expected)
    if plan.restarts:
        before["client_uri_verification"], after["client_uri_verification"] = "failed", "restarted"
    client = plan.expected
    if plan.changed and not check_mode:
        client = clients.update(actual, plan.changes) if plan.changes else actual
        client = _promoted(clients, client, bool(plan.changes)) if plan.promotes else client
    return _result(plan.changed, before, after, client)


def _promoted(clients: OAuthClients, client: Client, partly_done: bool) -> Client:
    try:
        return clients.promote(client)
    except OAuthOpsError as failure:
        if partly_done:
            failure.extra.update(changed=True, oauth_client=client)
        raise


def _refuse_to_lose_secret(body: Mapping[str, Any], delivery: Delivery) -> None:
    if has_secret(body) and not delivery.named and delivery.returned is None:
        raise UsageError(
            "Creating this client mints a secret that is shown once, and nothing says where it goes: set "
            "client_secret_file or return_client_secret=true (or return_client_secret=false to give it up knowingly)."
        )


def _secret_warnings(actual: Client, delivery: Delivery) -> list[str]:
    if not delivery.path or not has_secret(actual) or delivery.file_holds_something():
        return []
    return [
        f"The client {actual['client_id']} exists already and {delivery.path} holds no secret of it; Cloudflare does "
        "not show it again. The module cloudflare_oauth_client_secret mints another with state=rotated."
    ]


def _rewritten(name: str, body: Mapping[str, Any], client: Client) -> str:
    return (
        f"{name} was sent as {body[name]!r}, but Cloudflare keeps it as {client[name]!r}: write that value in the "
        "playbook, or the next run tries to change it."
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
