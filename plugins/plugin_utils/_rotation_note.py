# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The note in a store's record that a secret is being minted, and by whom. Private."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from ..module_utils._api.errors import UsageError
from ._moment import compact, iso, moment

# The other values of C(rotation) in the record.
OPEN, CLOSED = "open", "closed"
NOTE = re.compile(r"(minting-(\d{8}T\d{6}Z)-[a-z0-9]+)(?: until (\d{8}T\d{6}Z) on (\S+) \((\w+)\))?")


@dataclass(frozen=True)
class Note:
    """The value of C(rotation) in the record while a secret is being minted.

    C(name) names the handover file, and C(site) the directory on C(host) where it is. Until C(until) no run of another
    site may mint; a note of the first edition has no such time.
    """

    name: str
    began: datetime
    until: datetime | None = None
    host: str | None = None
    site: str | None = None

    def __str__(self) -> str:
        return f"{self.name} until {compact(self.until)} on {self.host} ({self.site})" if self.until else self.name

    def file(self, client_id: str) -> str:
        """The name of the handover file of this note in the record; in the first edition that was the note's."""
        return f"{client_id}.{self.name}" if self.until else self.name

    @classmethod
    def of(cls, rotation: object) -> Note | None:
        match = NOTE.fullmatch(str(rotation or ""))
        if not match:
            return None
        name, began, until, host, site = match.groups()
        return cls(name, moment("rotation", began), moment("rotation", until) if until else None, host, site)

    @classmethod
    def new(cls, now: datetime, lease: timedelta, run: str, host: str, site: str) -> Note:
        return cls(f"minting-{compact(now)}-{run}", now, now + lease, re.sub(r"\s", "-", host) or "unknown", site)

    def is_busy(self, now: datetime, site: str | None = None) -> bool:
        """Whether the run that wrote this note may still be minting.

        False for the same C(site), where the lock rules it out.
        """
        return self.until is not None and now < self.until and self.site != site

    def check_over(self, now: datetime, site: str | None = None) -> None:
        """Raise UsageError while the run that wrote this note may be minting."""
        if self.until and self.is_busy(now, site):
            until = f"has until {iso(self.until)} to store it. Run again after that."
            text = f"store: another run on the controller {self.host} is minting a secret, and {until}"
            raise UsageError("rotation_busy", text, option="store")
