# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The two steps of rotating a client's secret. Private to this collection."""

from __future__ import annotations

from typing import Any

from .._api.errors import CloudflareError, UsageError
from .clients import OAuthClients
from .delivery import Delivery
from .lost_response import REPLACING, SECOND_SECRET_REMEDY
from .model import Client, has_secret

NOT_HERE = (
    "The older secret still works. If the newer secret is stored elsewhere, set client_secret_file to that file. If it "
    f"is lost, {REPLACING}"
)


def ensure_rotated(clients: OAuthClients, client: Client, delivery: Delivery, *, check_mode: bool) -> dict[str, Any]:
    """Mint and deliver a second secret. Raises UsageError if it has no destination, or is lost."""
    _refuse_without_secret(client)
    if not delivery.keeps:
        raise UsageError(
            "secret_destination_missing",
            "client_secret_file: state=rotated mints a secret that is shown once, and no destination is set. Set "
            "client_secret_file or return_client_secret=true.",
            option="client_secret_file",
        )
    if not check_mode:
        client = as_it_is_now(clients, client)
    if client["has_rotated_secret"]:
        return _open_already(client, delivery)
    rotated = {**client, "has_rotated_secret": True}
    if check_mode:
        delivery.check()
        return {**_result(client, rotated), **delivery.predicted()}
    with delivery:
        delivered = _minted(clients, client, delivery)
    warnings = [*delivery.warnings, *_not_shown(clients.after_rotation(client))]
    return {**_result(client, rotated), **delivered, "warnings": warnings}


def ensure_finalized(clients: OAuthClients, client: Client, delivery: Delivery, *, check_mode: bool) -> dict[str, Any]:
    """Delete the older of two secrets. Raises UsageError if the given file is known not to hold the newer one."""
    _refuse_without_secret(client)
    if client["has_rotated_secret"] and delivery.lacks_minted_secret():
        raise UsageError(
            "newer_secret_missing",
            f"{delivery.path} does not hold the newer secret of the client {client['client_id']}, and deleting the "
            f"older one would leave you without a valid secret. {NOT_HERE}",
            option="client_secret_file",
        )
    if client["has_rotated_secret"] and not check_mode:
        clients.delete_rotated(client)
    return _result(client, {**client, "has_rotated_secret": False})


def as_it_is_now(clients: OAuthClients, client: Client) -> Client:
    """The client read once more: a list may leave keys out, and another run may have rotated since."""
    current = clients.get(client["client_id"])
    if current is None:
        raise UsageError(
            "client_not_found",
            f"The OAuth client {client['client_id']} was deleted elsewhere while this task ran. Nothing was changed.",
        )
    _refuse_without_secret(current)
    return current


def _minted(clients: OAuthClients, client: Client, delivery: Delivery) -> dict[str, Any]:
    """Mint and deliver the second secret; the mark stays when a secret may have been minted and not received."""
    delivery.mark()
    try:
        return clients.rotate(
            client, lambda secret: delivery.deliver(secret, client["client_id"], SECOND_SECRET_REMEDY)
        )
    except CloudflareError as failure:
        if not failure.uncertain:
            delivery.unmark()
        raise


def _not_shown(current: Client | CloudflareError | None) -> list[str]:
    if isinstance(current, CloudflareError):
        return [
            "The secret was minted and delivered, but reading the client failed, so it is not known whether Cloudflare "
            f"shows an open rotation. {current.message} The task itself succeeded. Check in Cloudflare's dashboard "
            "that the client has two secrets before you run state=rotated again."
        ]
    if current and current["has_rotated_secret"]:
        return []
    return [
        "The secret was minted and delivered, but Cloudflare shows no open rotation. Check in Cloudflare's "
        "dashboard that the client has two secrets before you run state=rotated again, which could mint another."
    ]


def _refuse_without_secret(client: Client) -> None:
    if not has_secret(client):
        raise UsageError(
            "client_without_secret",
            f"The client {client['client_id']} has token_endpoint_auth_method=none, so it has no secret to rotate. "
            "Remove the client from this task, or change that option.",
        )


def _open_already(client: Client, delivery: Delivery) -> dict[str, Any]:
    if delivery.lacks_minted_secret():
        raise UsageError(
            "newer_secret_missing",
            f"A rotation of the client {client['client_id']} is open, but {delivery.path} does not hold the newer "
            f"secret, and Cloudflare does not show it again. {NOT_HERE}",
            option="client_secret_file",
        )
    message = (
        f"A rotation of the client {client['client_id']} is open already, so no secret was minted. When every "
        "application uses the newer secret, run state=finalized, which deletes the older one."
        + (
            f" If it was opened in another way, {delivery.path} does not hold the newer secret."
            if delivery.path
            else ""
        )
    )
    return {**_result(client, client), "msg": message}


def _result(before: Client, after: Client) -> dict[str, Any]:
    sides = [{"has_rotated_secret": client["has_rotated_secret"]} for client in (before, after)]
    return {
        "changed": sides[0] != sides[1],
        "diff": {"before": sides[0], "after": sides[1]},
        "oauth_client": after,
    }
