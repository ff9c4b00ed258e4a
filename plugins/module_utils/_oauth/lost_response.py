# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors for lost responses to requests that mint a secret: what is known, and how to get another secret.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Sequence

from .._api.errors import CloudflareError
from .model import Client, has_secret

FIRST_SECRET_REMEDY = (
    "Mint another secret with the module cloudflare_oauth_client_secret and state=rotated, then delete the lost one "
    "with state=finalized."
)
REPLACING = (
    "choose a maintenance window: state=finalized without client_secret_file deletes the older secret, then "
    "state=rotated mints another. Applications cannot authenticate until they have that one."
)
SECOND_SECRET_REMEDY = f"The older secret still works. To replace the lost secret, {REPLACING}"


def lost_creation(
    lost: CloudflareError, client_name: str, found: Sequence[Client] | CloudflareError
) -> CloudflareError:
    """The error for a lost response to a creation, given the clients of that name now, or why they are unknown."""
    if isinstance(found, CloudflareError):
        return lost.explained_instead(
            "creation_unknown",
            f"It is not known whether the client {client_name!r} was created: no usable response came, and looking "
            f"for it failed ({found.message.rstrip('.')}). Run again: the task looks for the name first, and creates "
            f"no second client. If it exists, its first secret was never received. {FIRST_SECRET_REMEDY}",
            changed=True,
        )
    if not found:
        return lost.explained_instead(
            "creation_unconfirmed",
            f"The request to create the client {client_name!r} got no usable response, and no client of that name is "
            "listed now. Run again, which creates it unless it is listed by then.",
        )
    ids = ", ".join(client["client_id"] for client in found)
    lost_secret = f"its secret was never received. {FIRST_SECRET_REMEDY}"
    loses = has_secret(found[0])
    return lost.explained_instead(
        "secret_lost" if loses else "response_lost",
        f"The client {client_name!r} was created as {ids}, but "
        f"{lost_secret if loses else 'no usable response came. Run again.'}",
        changed=True,
        oauth_client=found[0],
    )


def lost_rotation(lost: CloudflareError, client: Client, current: Client | CloudflareError | None) -> CloudflareError:
    """The error for a lost response to a rotation, given the client as it is now, or why that is unknown."""
    client_id = client["client_id"]
    if isinstance(current, CloudflareError):
        return lost.explained_instead(
            "rotation_unknown",
            f"It is not known whether a second secret of {client_id} was minted: no usable response came, and "
            f"reading the client failed ({current.message.rstrip('.')}). Read the client later. If "
            f"has_rotated_secret is true, a second secret exists that was never received. {SECOND_SECRET_REMEDY}",
            changed=True,
        )
    if current and current["has_rotated_secret"]:
        return lost.explained_instead(
            "secret_lost",
            f"A second secret of {client_id} was minted, but never received. {SECOND_SECRET_REMEDY}",
            changed=True,
            oauth_client=current,
        )
    return lost.explained_instead(
        "rotation_unconfirmed",
        f"The request to rotate the secret of {client_id} got no usable response, and Cloudflare shows no second "
        "secret. Run again.",
        oauth_client=current,
    )
