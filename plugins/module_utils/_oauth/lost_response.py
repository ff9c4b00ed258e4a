# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The errors for lost responses to requests that mint a secret: what is known, and how to get another secret.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Sequence

from .._api.errors import CloudflareError
from .._api.text import joined
from .model import Client, has_secret

FIRST_SECRET_REMEDY = (
    "To replace the lost secret, mint another with oauthops.iam.cloudflare_oauth_client_secret and state=rotated, then "
    "delete the lost one with state=finalized."
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
            f"It is not known whether the client {client_name!r} was created: no usable response came. Looking for "
            f"it failed as well: {found.cause} Run again: the task looks for the name first, and creates no second "
            f"client. If it finds the client, its first secret is lost. {FIRST_SECRET_REMEDY}",
            changed=True,
        )
    if not found:
        return lost.explained_instead(
            "creation_unconfirmed",
            f"The request to create the client {client_name!r} got no usable response, and no client of that name is "
            "listed now. Run again: the task creates the client unless Cloudflare lists it by then.",
        )
    ids = [client["client_id"] for client in found]
    if len(found) > 1:
        return lost.explained_instead(
            "client_duplicated",
            f"The request to create the client {client_name!r} got no usable response, and several new clients have "
            f"this name: {joined(ids, 'and')}. Their secrets, if they have any, were not received. Delete those that "
            "you do not need with state=absent and client_id. For the one that you keep, mint another secret with "
            "oauthops.iam.cloudflare_oauth_client_secret and state=rotated, then delete the lost secret with "
            "state=finalized.",
            changed=True,
            oauth_client=found[0],
        )
    lost_secret = f"its secret was never received. {FIRST_SECRET_REMEDY}"
    loses = has_secret(found[0])
    return lost.explained_instead(
        "secret_lost" if loses else "response_lost",
        f"The client {client_name!r} was created as {ids[0]}, but "
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
            f"It is not known whether a second secret of the client {client_id} was minted: no usable response came. "
            f"Reading the client failed as well: {current.cause} Later, look up has_rotated_secret with "
            "oauthops.iam.cloudflare_oauth_client_info. If it is false, run again. If it is true, a second secret "
            f"exists that was never received. {SECOND_SECRET_REMEDY}",
            changed=True,
        )
    if current and current["has_rotated_secret"]:
        return lost.explained_instead(
            "secret_lost",
            f"A second secret of the client {client_id} was minted, but never received. {SECOND_SECRET_REMEDY}",
            changed=True,
            oauth_client=current,
        )
    return lost.explained_instead(
        "rotation_unconfirmed",
        f"The request to rotate the secret of the client {client_id} got no usable response, and Cloudflare shows no "
        "second secret. Run again.",
        oauth_client=current,
    )
