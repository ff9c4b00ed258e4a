# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Getting a minted secret into a store: the note before, the handover file in between, the record after. Private."""

from __future__ import annotations

import secrets
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from ..module_utils._api.errors import UsageError
from ..module_utils._module import register
from . import _moment as moments
from ._handover import Handover
from ._rotation_note import Note
from ._stores.record import StoredRecord

# How long storing a minted secret may take at most, besides the requests that mint it.
STORING = timedelta(minutes=2)


@dataclass
class Minting:
    """One secret of one client, whose lock the run holds. C(say) gets a line for each step.

    C(secret) is the one that was minted or taken from a handover file, once it is known. C(minted) says that it was
    minted now.
    """

    kept: StoredRecord
    handover: Handover
    params: Mapping[str, Any]
    say: Callable[[str], None]
    secret: str | None = None
    minted: bool = False

    def note(self, client_id: str, **changes: Any) -> Note:
        """Write into the store that a secret is being minted, and until when no other run may.

        This shows that the store can be written. Raises UsageError when it cannot.
        """
        lease = STORING + timedelta(seconds=self.params["retry_timeout"] + 2 * self.params["timeout"])
        noted = Note.new(moments.now(), lease, secrets.token_hex(6), socket.gethostname(), self.handover.site)
        self.kept.change({"client_id": client_id, "rotation": str(noted), **changes})
        return noted

    @contextmanager
    def receiving(self, note: Note) -> Iterator[Callable[[str, str, str], None]]:
        """A function that receives the secret, the client's ID and its C(rotation), and stores them.

        Nothing that can fail stands between Cloudflare's response and the handover file; an abort waits for both.
        """
        with self.handover.receiving(note) as to_file:
            if note.until and moments.now() >= note.until:
                raise UsageError(
                    "lease_ended",
                    f"store: writing to {self.kept.store.place} took longer than the time reserved for this run, so "
                    "another run may mint a secret now. This run minted none. Run again.",
                    option="store",
                )

            def receive(secret: str, client_id: str, rotation: str) -> None:
                self.minted = True
                register({secret})
                to_file(secret)
                self.secret = secret
                self.say(f"minted a secret of the client {client_id}")
                with self._naming_file(note):
                    self._check_ours(note, client_id)
                self.store(note, client_id, rotation)

            yield receive

    def store(self, note: Note, client_id: str, rotation: str) -> None:
        """Move the secret from the handover file into the store."""
        self.secret = self.secret or self.handover.read(note)
        register({self.secret})
        self.kept.client_id = client_id
        record = {"client_id": client_id, "client_secret": self.secret, "minted_at": moments.iso(note.began)}
        with self._naming_file(note):
            self.kept.change({**record, "rotation": rotation})
        if not self.kept.store.site.check_mode:
            self.say(f"stored it in {self.kept.store.place}")
            self.handover.end(note, keep=self.keeps_for_tasks)

    @property
    def changed(self) -> bool:
        """Whether a secret was minted, or anything stored."""
        return self.minted or self.kept.written

    @property
    def keeps_for_tasks(self) -> bool:
        """Whether the tasks of this run need a secret that the store hides."""
        return self.kept.store.write_only and self.params.get("secret_needed") == "now"

    @contextmanager
    def _naming_file(self, note: Note) -> Iterator[None]:
        """A failure of the body says where the secret waits."""
        try:
            yield
        except UsageError as failure:
            raise failure.continued(
                f"The minted secret is saved in {self.handover.path(note)}. The next run on this controller that can "
                "write to the store moves it there."
            ) from None

    def _check_ours(self, note: Note, client_id: str) -> None:
        """Raise UsageError where the store shows that another run has written its own note since.

        A store that compares refuses the write by itself.
        """
        if not self.kept.store.compares and self.kept.read().get("rotation") != str(note):
            raise UsageError(
                "store_collision",
                f"store: another run wrote to {self.kept.store.place} while a secret of the client {client_id} was "
                "being minted. Wait for the other run to finish, then run again.",
                option="store",
            )
