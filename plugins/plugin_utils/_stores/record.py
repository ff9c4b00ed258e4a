# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of one client in a store of any type: whose it is, changing it, and reading it back.

Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils._api.errors import UsageError
from ...module_utils._files import same
from .base import Record, Store, foreign

SECRET = "client_secret"
KEYS = ("client_id", SECRET, "minted_at", "rotation")


def holds_secret(record: Mapping[str, Any]) -> bool:
    """Whether a record has a secret. Null is one that a write-only store does not show."""
    return SECRET in record and record[SECRET] != ""


class StoredRecord:
    """The record of the client C(client_id) in a C(store). The ID is None before the client is created.

    C(found) is the mapping that was read last. Keys of others in it are kept. C(written) says that this run wrote it.
    """

    def __init__(self, store: Store, client_id: str | None) -> None:
        self.store = store
        self.client_id = client_id
        self.found: Record = {}
        self.written = False

    def read(self) -> Record:
        """Read the record. Raises UsageError if that fails, or the place holds another client or something else."""
        found = self.store.read()
        self._check_place(found)
        self.found = found
        return found

    def change(self, changes: Mapping[str, Any]) -> bool:
        """Write the changes and read them back; returns whether there were any. In check mode nothing is written.

        Raises UsageError if the store then holds something else.
        """
        wanted = {**self.found, **changes}
        if same(wanted, self.found):
            return False
        if self.store.site.check_mode:
            self.store.check()
            return True
        self.store.write(wanted)
        self.written = True
        self._compare(wanted)
        return True

    @property
    def secret(self) -> str | None:
        """The secret, None where there is none or the store does not show it."""
        return self.found.get(SECRET) or None

    @property
    def holds_secret(self) -> bool:
        return holds_secret(self.found)

    def _compare(self, wanted: Record) -> None:
        self.found = shown = self.store.read()
        expected = {**wanted, SECRET: None} if self.store.write_only and SECRET in wanted else wanted
        if not same(shown, expected):
            raise UsageError(
                "store_collision",
                f"store: {self.store.place} does not hold what was just written. Either another run wrote to it, or "
                "the store does not keep what is written. Let only one run at a time write to it, and run again. If "
                "that fails, write a value to the store and read it back without Ansible.",
                option="store",
            )

    def _check_place(self, found: Record) -> None:
        owner, secret = found.get("client_id"), found.get(SECRET, "")
        if owner and owner != self.client_id:
            whose = f"not of {self.client_id}" if self.client_id else "and a new client is about to be created"
            remedy = f"Choose another place for this client. If {owner} no longer exists, remove what is stored there."
            raise UsageError(
                "store_of_another_client",
                f"store: {self.store.place} holds the secret of the client {owner}, {whose}. {remedy}",
                option="store",
            )
        if not (isinstance(secret, str) or (secret is None and self.store.write_only)):
            raise foreign(self.store, "holds a client_secret that is not text")
