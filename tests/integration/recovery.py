# SPDX-License-Identifier: GPL-3.0-or-later
"""What the next run of a rotation does after one that was killed: the table of the guide, which the tests carry out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One moment at which a run is killed.

    C(task) names the task before or after which it is killed. Where there is none, it is killed while Cloudflare has
    the C(request): when it has C(arrived) and was carried out, or before that.
    """

    killed: str
    next_run: str
    steps: tuple[str, ...]
    task: str = ""
    request: str = ""
    arrived: bool = False


ALL = ("rotated", "stored", "deployed", "verified", "finalized")
BEGINS_ANEW = "Mints a secret and goes on: none was minted."
STORES = "Takes the secret out of the handover file, stores it and goes on. None is minted."
DEPLOYS = "Brings the stored secret to the applications, verifies it and finalizes."
SETTLES = "Notes in the store that the rotation is closed."

ROWS = (
    Row(
        "before the preflight", BEGINS_ANEW, ALL, "before Prepare the place where the minted secret waits to be stored"
    ),
    Row("after the preflight", BEGINS_ANEW, ALL, "before Mint the second secret"),
    Row("when the rotation was sent and has not arrived", BEGINS_ANEW, ALL, request="POST"),
    Row("when the secret was minted and its answer has arrived", STORES, ALL[1:], "after Mint the second secret"),
    Row("before the secret is stored", STORES, ALL[1:], "before Store the newer secret"),
    Row(
        "when the secret was stored, and lies in the handover file as well",
        "Removes the handover file. " + DEPLOYS,
        ALL[2:],
        "before Remove the handover file, now that the store holds the secret",
    ),
    Row("before your deploy tasks", DEPLOYS, ALL[2:], "before Give the application its credentials"),
    Row("in the middle of your deploy tasks", DEPLOYS, ALL[2:], "after Give the application its credentials"),
    Row("after your deploy tasks", DEPLOYS, ALL[2:], "before Wait until the application works with the newer secret"),
    Row("after your verify tasks", DEPLOYS, ALL[2:], "after Wait until the application works with the newer secret"),
    Row("before the rotation is finalized", DEPLOYS, ALL[2:], "before Delete the older secret"),
    Row("when finalizing was sent and has not arrived", DEPLOYS, ALL[2:], request="DELETE"),
    Row("when finalizing was carried out and its answer has not arrived", SETTLES, (), request="DELETE", arrived=True),
    Row("after the rotation is finalized", SETTLES, (), "after Delete the older secret"),
    Row("at the end", "Nothing, until the secret is due again.", (), "before Say how far it went"),
)

LOST = Row(
    "when the secret was minted and its answer has not arrived",
    "Fails and says what to do. Both the older secret and the one that nobody has are valid, so applications go on "
    "working. At a moment when they may be cut off, a run with oauth_client_rotate_replace_lost=true deletes the older "
    "secret, mints another, stores it and brings it to them.",
    ALL,
    request="POST",
    arrived=True,
)
