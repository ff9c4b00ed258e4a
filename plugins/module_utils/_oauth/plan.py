# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to send so that an OAuth client matches its description, and what to refuse.

Pure, except that the account is asked for names and scopes. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol, Union

from .._api.errors import UsageError
from .._uris import host_of
from .comparison import appended, drift, to_create
from .delivery import Delivery
from .model import CREATION_DEFAULTS, FIELDS, Client, has_secret, is_public, not_found, shaped, verification_status
from .promotion import refuse_unpublishable
from .scope_catalog import check_new_scopes
from .validate import check_creatable, check_description, check_subset


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
    """The body of the POST. Raises UsageError if the description is incomplete, or asks for a public client."""
    complete = {**CREATION_DEFAULTS, **wanted}
    check_creatable(complete)
    check_description(complete, append=False)
    body = to_create(FIELDS, complete)
    expected = shaped(body)
    check_subset(expected)
    if visibility == "public":
        refuse_unpublishable(expected, "The client does not exist yet and cannot be created as public")
    return body


def plan_update(
    wanted: Mapping[str, Any], visibility: str | None, actual: Client, *, append: bool, restart: bool
) -> Plan:
    """What to send to a client that exists. Raises UsageError for what Cloudflare does not allow."""
    merged = appended(FIELDS, wanted, actual) if append else wanted
    changes = drift(FIELDS, merged, actual)
    if not (changes or restart) and visibility in (None, actual["visibility"]):
        return Plan({}, False, False, actual)
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
    """The optional scopes without those that scopes loses, if the user did not set optional_scopes."""
    if "scopes" not in changes or "optional_scopes" in wanted:
        return {}
    held = list(dict.fromkeys(actual["optional_scopes"]))
    kept = [scope for scope in held if scope in changes["scopes"]]
    return {} if kept == held else {"optional_scopes": kept}


def _refuse_domain_change(actual: Client, expected: Client) -> None:
    old, new = host_of(actual["client_uri"] or ""), host_of(expected["client_uri"] or "")
    if verification_status(actual) == "verified" and old != new:
        raise UsageError(
            "domain_locked",
            f"client_uri: its host {old} is verified and cannot {f'become {new}' if new else 'be removed'}: Cloudflare "
            "locks the domain of a verified client. Only the path may change. For another domain, create another "
            "client.",
            option="client_uri",
        )


def _promotes(visibility: str | None, actual: Client, expected: Client) -> bool:
    if visibility == "private" and is_public(actual):
        raise UsageError(
            "client_public",
            f"visibility: the client {actual['client_id']} is public, which is permanent. "
            "Set visibility=public or omit it. For a private client, create another one.",
            option="visibility",
        )
    if visibility != "public" or is_public(actual):
        return False
    refuse_unpublishable(expected, f"The client {actual['client_id']} cannot be made public")
    return True


def _warnings(actual: Client, expected: Client) -> list[str]:
    if has_secret(actual) == has_secret(expected):
        return []
    if has_secret(expected):
        return [
            "token_endpoint_auth_method now needs a client secret, and Cloudflare shows none when it changes. Mint one "
            "with the module cloudflare_oauth_client_secret and state=rotated."
        ]
    return ["token_endpoint_auth_method is none now: the client secrets that applications hold no longer work."]


@dataclass(frozen=True)
class Creation:
    """A client to create. Its secret, if it has one, is delivered at once."""

    body: Mapping[str, Any]
    delivery: Delivery


@dataclass(frozen=True)
class Update:
    """The changes to an existing client, perhaps none."""

    plan: Plan
    actual: Client
    delivery: Delivery


@dataclass(frozen=True)
class Deletion:
    """A client to delete, or None if it does not exist."""

    actual: Client | None


Step = Union[Creation, Update, Deletion]


class Account(Protocol):
    """What a decision about one client needs to know of its account."""

    def with_name(self, client_name: str) -> list[Client]:
        """The clients of exactly this name."""

    def scope_ids(self) -> Iterable[str]:
        """The IDs of all scopes."""


def decided(wanted: Mapping[str, Any], actual: Client | None, params: Mapping[str, Any], account: Account) -> Step:
    """Decide on the next step, without a write. Raises UsageError for what is impossible, or needs force=true."""
    if params["state"] == "absent":
        _refuse_public_deletion(actual, params["force"])
        return Deletion(actual)
    delivery = Delivery.of(params)
    if actual is None:
        return _creation(wanted, params, delivery, account)
    plan = plan_update(
        wanted, params["visibility"], actual, append=params["append"], restart=params["restart_verification"]
    )
    if "client_name" in plan.changes:
        _refuse_duplicate(account, str(plan.changes["client_name"]), actual)
    if params["validate_scopes"]:
        check_new_scopes(account.scope_ids, plan.changes.get("scopes", []), actual["scopes"])
    return Update(plan, actual, delivery)


def _creation(wanted: Mapping[str, Any], params: Mapping[str, Any], delivery: Delivery, account: Account) -> Creation:
    if params["client_id"]:
        raise not_found("client_id", params["client_id"])
    body = plan_creation(wanted, params["visibility"])
    if params["validate_scopes"]:
        check_new_scopes(account.scope_ids, body["scopes"], [])
    _refuse_to_lose_secret(body, delivery, params.get("secret_remedy", "Set client_secret_file"))
    return Creation(body, delivery if has_secret(body) else Delivery())


def _refuse_duplicate(account: Account, client_name: str, actual: Client) -> None:
    others = [client["client_id"] for client in account.with_name(client_name)]
    if others:
        raise UsageError(
            "client_name_taken",
            f"client_name: the client {actual['client_id']} cannot be renamed to {client_name!r}, which is already "
            f"the name of {' and '.join(others)}. Choose another name.",
            option="client_name",
        )


def _refuse_public_deletion(actual: Client | None, force: bool) -> None:
    if actual and is_public(actual) and not force:
        raise UsageError(
            "client_public",
            f"force: the client {actual['client_id']} has visibility=public. Deleting it ends every user's "
            "authorization permanently, and a new client would have another ID. To delete it, set force=true.",
            option="force",
        )


def _refuse_to_lose_secret(body: Mapping[str, Any], delivery: Delivery, remedy: str) -> None:
    if has_secret(body) and not delivery.keeps and delivery.returned is None:
        raise UsageError(
            "secret_destination_missing",
            "client_secret_file: creating this client mints a secret that is shown only once, and it has no "
            f"destination. {remedy} or return_client_secret=true. To discard the secret, set "
            "return_client_secret=false.",
            option="client_secret_file",
        )
