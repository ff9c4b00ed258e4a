# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The secret of a client in a store; documented in the module of the same name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._api.errors import UsageError, reporting_changes
from ..module_utils._module import register
from ..modules.cloudflare_oauth_client_stored_secret import MODULE
from ..plugin_utils import _moment as moments
from ..plugin_utils._handover import Handover
from ..plugin_utils._rotation import fingerprint
from ..plugin_utils._rotation_note import OPEN, Note
from ..plugin_utils._store_action import StoreAction
from ..plugin_utils._stores.record import StoredRecord

Result = dict[str, Any]


class ActionModule(StoreAction):
    module = MODULE

    def work(self, params: Mapping[str, Any], check_mode: bool) -> Result:
        reads = params["state"] == "read"
        handover = Handover(params["handover_dir"], params["client_id"], check_mode=check_mode or reads)
        with self.store(params["store"], check_mode=check_mode) as store:
            kept = StoredRecord(store, params["client_id"])
            with self.one_at_a_time(handover, params["client_id"], params):
                kept.read()
                return shown(kept, handover) if reads else stored(kept, params)


def shown(kept: StoredRecord, handover: Handover) -> Result:
    """The record with its secret, for the tasks of a user. Raises UsageError when the secret cannot be read."""
    secret = kept.secret or handover.kept()
    if not secret:
        raise UsageError("secret_not_readable", without_secret(kept), option="store")
    register({secret})
    return {"changed": False, **described(kept, secret), "client_secret": secret}


def without_secret(kept: StoredRecord) -> str:
    if kept.holds_secret and kept.store.write_only:
        return (
            f"store: {kept.store.place} cannot be read back, and the handover directory holds no copy of the secret. "
            "Mint another with oauthops.iam.cloudflare_oauth_client_rotation and deploy it in the same run, or use a "
            "store of another type."
        )
    return (
        f"store: {kept.store.place} holds no secret of the client {kept.client_id}. Store it with state=present, or "
        "mint another with oauthops.iam.cloudflare_oauth_client_rotation."
    )


def stored(kept: StoredRecord, params: Mapping[str, Any]) -> Result:
    """Store a secret that was made elsewhere.

    Raises UsageError while another run may be minting, or for rotation=open with the secret that the store already
    holds.
    """
    secret, rotation = str(params["client_secret"]), params["rotation"]
    check_rotation(kept, secret, rotation)
    same = kept.secret == secret
    minted_at = params["minted_at"] or (kept.found.get("minted_at") if same else None) or moments.iso(moments.now())
    moments.moment("minted_at", str(minted_at))
    record = {"client_id": params["client_id"], "client_secret": secret}
    with reporting_changes(lambda: kept.written):
        changed = kept.change({**record, "minted_at": str(minted_at), "rotation": rotation})
    return {"changed": changed, **described(kept, secret)}


def check_rotation(kept: StoredRecord, secret: str, rotation: str) -> None:
    note = Note.of(kept.found.get("rotation"))
    if note:
        note.check_over(moments.now())
    if rotation == OPEN and kept.found.get("rotation") != OPEN and kept.secret == secret:
        raise UsageError(
            "secret_not_newer",
            "client_secret: the store already holds this secret. With rotation=open, this must be the newer one of two "
            "secrets. Set it to the newer one, or set rotation=closed if the client has only one secret.",
            option="client_secret",
        )


def described(kept: StoredRecord, secret: str) -> Result:
    found = {name: kept.found.get(name) or None for name in ("client_id", "minted_at", "rotation")}
    return {**found, "fingerprint": fingerprint(secret)}
