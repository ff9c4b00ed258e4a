# SPDX-License-Identifier: GPL-3.0-or-later
"""The rate limit: so many requests of one credential in a window, then a ban of one window."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from .variants import Variants


@dataclass
class _Window:
    ends: datetime
    used: int = 0


@dataclass(frozen=True)
class Allowance:
    remaining: int
    resets_in: int
    exceeded: bool

    def headers(self, variants: Variants) -> dict[str, str]:
        headers = {
            "ratelimit": f'"default";r={self.remaining};t={self.resets_in}',
            "ratelimit-policy": f'"default";q={variants.rate_limit};w={variants.rate_window}',
        }
        return {**headers, "retry-after": str(self.resets_in)} if self.exceeded else headers


@dataclass
class Limiter:
    _windows: dict[str | None, _Window] = field(default_factory=dict)

    def count(self, credential: str | None, now: datetime, variants: Variants) -> Allowance:
        length = timedelta(seconds=variants.rate_window)
        window = self._windows.get(credential)
        if window is None or now >= window.ends:
            window = self._windows[credential] = _Window(now + length)
        window.used += 1
        if window.used == variants.rate_limit + 1:
            window.ends = now + length
        remaining = max(0, variants.rate_limit - window.used)
        resets_in = math.ceil((window.ends - now).total_seconds())
        return Allowance(remaining, resets_in, window.used > variants.rate_limit)

    def clear(self) -> None:
        self._windows.clear()
