# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is to be done with one OAuth client so that it is as described, and what is refused. Private."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Union

from ansible_collections.oauthops.iam.plugins.module_utils._errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._oauth import Client, has_secret, is_public
from ansible_collections.oauthops.iam.plugins.module_utils._plan import Plan, plan_creation, plan_update
from ansible_collections.oauthops.iam.plugins.module_utils._scopes import check_new_scopes
from ansible_collections.oauthops.iam.plugins.module_utils._secret import Delivery


@dataclass(frozen=True)
class Creation:
    """A client to be created; the mint of its secret, if it has one, is delivered at once."""

    body: Mapping[str, Any]
    delivery: Delivery


@dataclass(frozen=True)
class Update:
    """What differs of a client that is there, perhaps nothing."""

    plan: Plan
    actual: Client
    delivery: Delivery


@dataclass(frozen=True)
class Deletion:
    """A client that is to go, or None when it is gone."""

    actual: Client | None


Step = Union[Creation, Update, Deletion]


class Account(Protocol):
    """What has to be known of an account, besides the client, to decide what is to be done with it."""

    def named(self, client_name: str) -> list[Client]:
        """The clients of exactly this name."""

    def scope_ids(self) -> Iterable[str]:
        """The ids of the scopes that there are."""


def decided(wanted: Mapping[str, Any], actual: Client | None, params: Mapping[str, Any], account: Account) -> Step:
    """What is to be done; raises UsageError for what cannot be or could not be undone, and sends no write."""
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
        _refuse_twin(account, str(plan.changes["client_name"]), actual)
    if params["validate_scopes"]:
        check_new_scopes(account.scope_ids, plan.changes.get("scopes", []), actual["scopes"])
    return Update(plan, actual, delivery)


def _creation(wanted: Mapping[str, Any], params: Mapping[str, Any], delivery: Delivery, account: Account) -> Creation:
    if params["client_id"]:
        raise UsageError(f"There is no OAuth client {params['client_id']!r} in this account.")
    body = plan_creation(wanted, params["visibility"])
    if params["validate_scopes"]:
        check_new_scopes(account.scope_ids, body["scopes"], [])
    _refuse_to_lose_secret(body, delivery, params.get("secret_remedy", "set client_secret_file"))
    return Creation(body, delivery if has_secret(body) else Delivery(None, None))


def _refuse_twin(account: Account, client_name: str, actual: Client) -> None:
    others = [client["client_id"] for client in account.named(client_name)]
    if others:
        raise UsageError(
            f"{actual['client_id']} cannot be renamed to {client_name!r}: {', '.join(others)} has that name already, "
            "and neither could be told by it any more."
        )


def _refuse_public_deletion(actual: Client | None, force: bool) -> None:
    if actual and is_public(actual) and not force:
        raise UsageError(
            f"{actual['client_id']} is public: deleting it ends every user's authorization for good, and a new client "
            "would have another id. Set force=true to delete it all the same."
        )


def _refuse_to_lose_secret(body: Mapping[str, Any], delivery: Delivery, remedy: str) -> None:
    if has_secret(body) and not delivery.named and delivery.returned is None:
        raise UsageError(
            f"Creating this client mints a secret that is shown once, and nothing says where it goes: {remedy} or "
            "return_client_secret=true (or return_client_secret=false to give it up knowingly)."
        )
