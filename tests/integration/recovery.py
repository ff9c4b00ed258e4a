# SPDX-License-Identifier: GPL-3.0-or-later
"""What the next run of a rotation does after one that was killed: the table of the guide, which the tests carry out."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    """One moment at which a run is killed.

    C(at) is that moment as the callback C(killer) takes it: before or after a task, a request or a write of the store.
    Where there is none, the run is killed while Cloudflare has the C(request): when it has C(arrived) and was carried
    out, or before that.
    """

    killed: str
    next_run: str
    steps: tuple[str, ...]
    at: str = ""
    request: str = ""
    arrived: bool = False


ALL = ("rotated", "stored", "finalized")
MINTS = "Mints a secret and continues: none was minted."
STORES = "Stores the secret from the handover file and continues. None is minted."
DEPLOYS = "Deploys the stored secret, verifies it and finalizes."
NOTHING = "Nothing, until the secret is due again."
SETTLES = "Records in the store that the rotation is closed, and verifies the application."

ROWS = (
    Row("before it records in the store that a secret is being minted", MINTS, ALL, "before write 1"),
    Row("after it has recorded this", MINTS, ALL, "after write 1"),
    Row("before the request that mints is sent", MINTS, ALL, "before request POST"),
    Row("after it sent that request, before Cloudflare received it", MINTS, ALL, request="POST"),
    Row("before the secret is stored", STORES, ALL[1:], "before write 2"),
    Row("after the secret was stored", DEPLOYS, ALL[2:], "after write 2"),
    Row("before your deploy tasks", DEPLOYS, ALL[2:], "before task Write the application's credentials"),
    Row("in the middle of your deploy tasks", DEPLOYS, ALL[2:], "after task Write the application's credentials"),
    Row(
        "after your deploy tasks",
        DEPLOYS,
        ALL[2:],
        "before task Wait until the application uses the newer secret",
    ),
    Row("after your verify tasks", DEPLOYS, ALL[2:], "before task Finalize the rotation"),
    Row("before the request that deletes the older secret is sent", DEPLOYS, ALL[2:], "before request DELETE"),
    Row("after it sent that deletion, before Cloudflare received it", DEPLOYS, ALL[2:], request="DELETE"),
    Row(
        "after Cloudflare deleted the older secret, before the response arrived",
        SETTLES,
        ("settled",),
        request="DELETE",
        arrived=True,
    ),
    Row("after the response to that deletion", SETTLES, ("settled",), "after request DELETE"),
    Row("before the store records the end of the rotation", SETTLES, ("settled",), "before write 3"),
    Row("after the store recorded the end of the rotation", NOTHING, (), "after write 3"),
)

LOST_STEPS = (
    "Fails and says what to do. Both the older secret and the one that is lost are valid, so applications keep "
    "working. A run with ``oauth_client_rotate_replace_lost=true`` deletes the older secret, then mints, stores and "
    "deploys another. Applications fail to authenticate in between."
)
LOST = Row(
    "after Cloudflare minted the secret, before the response arrived", LOST_STEPS, ALL, request="POST", arrived=True
)
