# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What to tell a user when the answer to a request that mints a secret was lost. Pure. Private."""

from __future__ import annotations

from collections.abc import Sequence

from ansible_collections.oauthops.iam.plugins.module_utils._errors import CloudflareError
from ansible_collections.oauthops.iam.plugins.module_utils._oauth import Client

FIRST_SECRET_REMEDY = (
    "Mint another with the module cloudflare_oauth_client_secret and state=rotated, then delete the lost one with "
    "state=finalized."
)
SECOND_SECRET_REMEDY = (
    "The older secret goes on working, so applications are not affected. No way leads to a usable second secret and "
    "keeps the older one: state=finalized deletes the older one, state=rotated mints another after that, and in "
    "between applications cannot authenticate. Choose the moment."
)


def lost_creation(
    lost: CloudflareError, client_name: str, found: Sequence[Client] | CloudflareError
) -> CloudflareError:
    """The error for a lost answer to creating a client, given the clients of that name now, or why they are unknown."""
    if isinstance(found, CloudflareError):
        return lost.explained(
            f"It is not known whether the client {client_name!r} was created: the answer was lost, and looking for it "
            f"failed ({found.message}) Running again looks for it by its name first and creates no second one. "
            f"If it exists, its first secret was never received. {FIRST_SECRET_REMEDY}",
            changed=True,
        )
    if not found:
        return lost.explained(
            f"The answer to creating the client {client_name!r} was lost, and no client of that name is listed now. "
            "Run again: it is created unless it has appeared in the meantime."
        )
    ids = ", ".join(client["client_id"] for client in found)
    return lost.explained(
        f"The client {client_name!r} was created as {ids}, but the answer was lost: its secret, if it has one, was "
        f"never received. {FIRST_SECRET_REMEDY}",
        changed=True,
        oauth_client=found[0],
    )


def lost_rotation(lost: CloudflareError, client: Client, current: Client | CloudflareError | None) -> CloudflareError:
    """The error for a lost answer to a rotation, given the client as it is now, or why that is unknown."""
    client_id = client["client_id"]
    if isinstance(current, CloudflareError):
        return lost.explained(
            f"It is not known whether a second secret of {client_id} was minted: the answer was lost, and looking "
            f"failed ({current.message}) If has_rotated_secret is true by now, a second secret exists that nobody "
            f"has seen. {SECOND_SECRET_REMEDY}",
            changed=True,
        )
    if current and current["has_rotated_secret"]:
        return lost.explained(
            f"A second secret of {client_id} was minted, but the answer was lost and nobody has seen it. "
            f"{SECOND_SECRET_REMEDY}",
            changed=True,
            oauth_client=current,
        )
    return lost.explained(
        f"The answer to rotating the secret of {client_id} was lost, and Cloudflare shows no second secret. Run again.",
        oauth_client=current,
    )
