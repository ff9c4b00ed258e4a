# SPDX-License-Identifier: GPL-3.0-or-later
"""What was asked of the API, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass
class Entry:
    """One request; `status` is None while it is being answered and "cut" if its connection was."""

    seq: int
    method: str
    path: str
    query: dict[str, str]
    body: object
    credential: str | None
    status: int | str | None = None

    def as_json(self) -> dict[str, Any]:
        return dict(vars(self))


@dataclass
class Journal:
    entries: list[Entry] = field(default_factory=list)
    _last: int = 0

    def add(self, method: str, path: str, query: dict[str, str], body: object, credential: str | None) -> Entry:
        self._last += 1
        entry = Entry(self._last, method, path, query, body, credential)
        self.entries.append(entry)
        return entry

    def clear(self) -> None:
        self.entries.clear()
