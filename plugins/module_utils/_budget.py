# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""How long a task waits, all in all, and what for. The only place that sleeps or reads a clock. Private."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from ansible_collections.oauthops.iam.plugins.module_utils._errors import CloudflareError

FEW_REQUESTS = 5


class Budget:
    """C(seconds) for failed attempts and pauses together; into C(waited) goes in words what each pause was for."""

    def __init__(self, seconds: float, waited: list[str]) -> None:
        self.seconds = seconds
        self.waited = waited
        self._slow_down = 0.0

    @contextmanager
    def failures_count(self) -> Iterator[None]:
        """The time that the body takes, if it fails, is taken from the budget."""
        started = time.monotonic()
        try:
            yield
        except CloudflareError:
            self.seconds -= time.monotonic() - started
            raise

    def pause(self, seconds: float, reason: str) -> bool:
        """Wait, if the budget has that long; says whether it had."""
        if seconds > self.seconds:
            return False
        self.seconds -= seconds
        self._slow_down = max(0.0, self._slow_down - seconds)
        self.waited.append(f"{seconds:.1f} s: {reason}")
        time.sleep(seconds)
        return True

    def note(self, headers: Mapping[str, str]) -> None:
        """Remember from an answer's headers how slowly to go on."""
        self._slow_down = slow_down(headers.get("ratelimit", ""))

    def keep_pace(self) -> None:
        """Before a request: wait when few are left, so that they last until Cloudflare allows more."""
        if self._slow_down:
            self.pause(self._slow_down, "few requests are left before Cloudflare's rate limit")
            self._slow_down = 0.0


class Patience:
    """How long somebody waits for what others do: C(seconds) from now on."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._started = time.monotonic()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._started

    @property
    def remaining(self) -> float:
        return max(0.0, self._seconds - self.elapsed)

    def rest(self, seconds: float) -> None:
        """Sleep that long, or as long as is left."""
        time.sleep(min(seconds, self.remaining))


def slow_down(header: str) -> float:
    """Seconds between two requests, from a Ratelimit header such as C("default";r=50;t=30).

    C(r) requests are left for C(t) seconds. While more than a few are left, and for what is no such header, there is no
    need to wait. Of several policies the strictest counts.
    """
    pauses = [0.0]
    for policy in header.split(","):
        left, seconds = (re.search(rf";\s*{name}=(\d{{1,9}})(?!\d)", policy) for name in "rt")
        if left and seconds and int(left[1]) < FEW_REQUESTS:
            pauses.append(int(seconds[1]) / (int(left[1]) + 1))
    return max(pauses)
