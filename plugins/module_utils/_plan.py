# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be sent so that an OAuth client is as described, and what must not be. Pure. Private."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._oauth import (
    CREATION_DEFAULTS,
    FIELDS,
    REQUIREMENTS,
    Client,
    has_secret,
    is_public,
    missing_for_publishing,
    publishing_obstacle,
    shaped,
    verification_status,
)
from ansible_collections.oauthops.iam.plugins.module_utils._resource import appended, drift, to_create
from ansible_collections.oauthops.iam.plugins.module_utils._uris import host_of
from ansible_collections.oauthops.iam.plugins.module_utils._validate import (
    check_creatable,
    check_description,
    check_subset,
)


@dataclass(frozen=True)
class Plan:
    """What to send to a client that exists: one PATCH with C(changes), then one that promotes.

    C(expected) is the client afterwards, as far as it can be foreseen.
    """

    changes: Mapping[str, Any]
    promotes: bool
    restarts: bool
    expected: Client
    warnings: list[str] = field(default_factory=list)

    @property
    def changed(self) -> bool:
        return bool(self.changes) or self.promotes


def plan_creation(wanted: Mapping[str, Any], visibility: str | None) -> dict[str, Any]:
    """The body of the POST; raises UsageError when the description is not enough, or asks to start public."""
    complete = {**CREATION_DEFAULTS, **wanted}
    check_creatable(complete)
    check_description(complete, append=False)
    body = to_create(FIELDS, complete)
    expected = shaped(body)
    check_subset(expected)
    if visibility == "public":
        _refuse_unpublishable(expected, "There is no such client yet, and a new one cannot be public at once")
    return body


def plan_update(
    wanted: Mapping[str, Any], visibility: str | None, actual: Client, *, append: bool, restart: bool
) -> Plan:
    """Compare; raises UsageError for what Cloudflare does not allow or what could not be undone by mistake."""
    merged = appended(FIELDS, wanted, actual) if append else wanted
    changes = drift(FIELDS, merged, actual)
    check_description({name: wanted[name] for name in changes}, append, held=actual)
    changes.update(_optional_scopes_to_drop(changes, merged, actual))
    failed = verification_status(actual) == "failed" and actual["client_uri"]
    restarts = bool(restart and failed and "client_uri" not in changes)
    if restarts:
        changes["client_uri"] = actual["client_uri"]
    expected = _expected(actual, changes)
    if "scopes" in changes or "optional_scopes" in changes:
        check_subset(expected)
    _refuse_domain_change(actual, expected)
    promotes = _promotes(visibility, actual, expected)
    if promotes:
        expected = {**expected, "visibility": "public"}
    return Plan(changes, promotes, restarts, expected, _warnings(actual, expected))


def _expected(actual: Client, changes: Mapping[str, Any]) -> Client:
    """The client after the changes; a client_uri that was sent has to be verified again."""
    if not changes:
        return actual
    expected = shaped({**actual, **{name: None for name in changes}, **changes})
    if "client_uri" in changes:
        expected["client_uri_verification"] = {"status": None, "text": None}
    return expected


def _optional_scopes_to_drop(
    changes: Mapping[str, Any], wanted: Mapping[str, Any], actual: Client
) -> dict[str, list[str]]:
    """Optional scopes that leave with the scopes they are part of, when the user says nothing of them."""
    if "scopes" not in changes or "optional_scopes" in wanted:
        return {}
    held = list(dict.fromkeys(actual["optional_scopes"]))
    kept = [scope for scope in held if scope in changes["scopes"]]
    return {} if kept == held else {"optional_scopes": kept}


def _refuse_domain_change(actual: Client, expected: Client) -> None:
    old, new = host_of(actual["client_uri"] or ""), host_of(expected["client_uri"] or "")
    if verification_status(actual) == "verified" and old != new:
        raise UsageError(
            f"The host of client_uri is verified as {old} and cannot become {new or 'none'}: Cloudflare locks the "
            "domain of a verified client. Its path may change; another domain needs another client."
        )


def _promotes(visibility: str | None, actual: Client, expected: Client) -> bool:
    if visibility == "private" and is_public(actual):
        raise UsageError(
            f"{actual['client_id']} is public, and Cloudflare has no way back to private. "
            "Set visibility=public or leave it out; a private client has to be another one."
        )
    if visibility != "public" or is_public(actual):
        return False
    _refuse_unpublishable(expected, f"{actual['client_id']} cannot be made public")
    return True


def _refuse_unpublishable(client: Client, what: str) -> None:
    missing, obstacle = missing_for_publishing(client), publishing_obstacle(client)
    if missing:
        status = verification_status(client)
        state = f" (its verification is {status})" if status and "client_uri_verification" in missing else ""
        raise UsageError(
            f"{what}; missing: {', '.join(REQUIREMENTS[name] for name in missing)}{state}. "
            f"{obstacle + ' ' if obstacle else ''}Nothing was sent. "
            "The role oauth_client_publish takes a client all the way."
        )


def _warnings(actual: Client, expected: Client) -> list[str]:
    if has_secret(actual) == has_secret(expected):
        return []
    if has_secret(expected):
        return [
            "token_endpoint_auth_method now needs a client secret, and Cloudflare shows none when it changes: mint "
            "one with the module cloudflare_oauth_client_secret and state=rotated."
        ]
    return ["token_endpoint_auth_method is none now: the client secrets that applications hold are of no use any more."]
