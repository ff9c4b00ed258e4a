# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Stores the secret of a new client at once, when it is minted. Private."""

from __future__ import annotations

import contextlib
from typing import Any

from ..module_utils._api.errors import UsageError
from ..module_utils._oauth.delivery import Delivery
from ..module_utils._oauth.model import Client
from . import _moment as moments
from ._minting import Minting
from ._rotation_note import CLOSED, OPEN, Note


class StoredCreation(Delivery):
    """Delivers the first secret of a client into a store.

    As a context manager it notes in the store that a secret is being minted, and reserves the handover file.
    """

    keeps = True

    def __init__(self, minting: Minting) -> None:
        super().__init__()
        self.minting = minting
        self._stack = contextlib.ExitStack()

    @property
    def changed(self) -> bool:
        return self.minting.changed

    def check(self) -> None:
        """Read the store. Raises UsageError when it cannot be used, or its place belongs to another client."""
        kept = self.minting.kept
        found = kept.read()
        note = Note.of(found.get("rotation"))
        if note and self.minting.handover.holds(note):
            raise UsageError(
                "rotation_not_stored",
                f"store: a secret that an earlier run minted is saved in {self.minting.handover.path(note)}, but its "
                "client is not listed. Find out to which client it belongs, then store the secret or remove the file.",
                option="store",
            )
        if note:
            note.check_over(moments.now(), self.minting.handover.site)
        if kept.store.site.check_mode:
            kept.store.check()
        else:
            self.minting.handover.clean_unlocked(None, None)

    def __enter__(self) -> StoredCreation:
        note = self.minting.note("")
        self._receive = self._stack.enter_context(self.minting.receiving(note))
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def deliver(self, secret: str, client_id: str, _remedy: str, /) -> dict[str, Any]:
        self._receive(secret, client_id, CLOSED)
        return {}

    def complete(self, client: Client) -> bool:
        """Make sure that the store holds the secret of an existing client; returns whether it was stored only now.

        Raises UsageError when it is lost.
        """
        kept, handover = self.minting.kept, self.minting.handover
        kept.client_id = client["client_id"]
        note = Note.of(kept.read().get("rotation"))
        if note and handover.holds(note):
            self.minting.store(note, client["client_id"], OPEN if client["has_rotated_secret"] else CLOSED)
            return True
        if not kept.holds_secret:
            raise UsageError(
                "secret_not_stored",
                f"store: the client {client['client_id']} exists, but {kept.store.place} does not hold its secret, and "
                "Cloudflare does not show it again. If you have it, store it with the module "
                "cloudflare_oauth_client_stored_secret. If not, mint another with cloudflare_oauth_client_rotation "
                "and the same store.",
                option="store",
            )
        if not kept.store.site.check_mode:
            handover.clean_unlocked(kept.found.get("minted_at"), kept.secret)
        return False
