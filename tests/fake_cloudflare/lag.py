# SPDX-License-Identifier: GPL-3.0-or-later
"""Reads that show, for a while, what was there before a write."""

from __future__ import annotations

import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from .variants import Variants

Thing = TypeVar("Thing")


@dataclass
class _Shadow(Generic[Thing]):
    before: Thing | None
    until: datetime
    reads_left: int


class ReadLag(Generic[Thing]):
    def __init__(self) -> None:
        self._shadows: dict[str, _Shadow[Thing]] = {}

    def before_write(self, key: str, thing: Thing | None, now: datetime, variants: Variants) -> None:
        """Keep what readers go on seeing; a shadow that is still cast is not replaced by a newer state."""
        if not variants.read_lag_seconds and not variants.read_lag_reads:
            self._shadows.pop(key, None)
            return
        shadow = self._shadows.get(key)
        before = shadow.before if shadow and _lasts(shadow, now) else copy.deepcopy(thing)
        until = now + timedelta(seconds=variants.read_lag_seconds)
        self._shadows[key] = _Shadow(before, until, variants.read_lag_reads)

    def read(self, key: str, current: Thing | None, now: datetime) -> Thing | None:
        """What a reader sees; counts as one read."""
        shadow = self._shadows.get(key)
        if shadow is None or not _lasts(shadow, now):
            self._shadows.pop(key, None)
            return current
        shadow.reads_left -= 1
        return shadow.before

    def read_all(self, current: dict[str, Thing], now: datetime) -> list[Thing]:
        if not self._shadows:
            return list(current.values())
        keys = list(dict.fromkeys([*current, *self._shadows]))
        seen = [self.read(key, current.get(key), now) for key in keys]
        return [thing for thing in seen if thing is not None]


def _lasts(shadow: _Shadow[Thing], now: datetime) -> bool:
    return now < shadow.until or shadow.reads_left > 0
