# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Retries: whether a failed request may be sent again, after how long, and how long a task waits in total.

The only place that sleeps. Private to this collection.
"""

from __future__ import annotations

import math
import random
import re
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from .abort import Run
from .errors import CloudflareError, invalid

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
# Reads may lag behind writes; so long, in seconds, is waited for a read to show a write.
LAG_PAUSES = (0.5, 1.0, 2.0, 4.0)
FEW_REQUESTS = 5
# In seconds, between two looks at whether the run continues.
LONGEST_SLEEP = 1.0
# Cloudflare's longest window, in seconds (documented). It bounds the pace for any header.
LONGEST_PACE = 300.0
# In seconds, some 31 years: no socket and no thread of Python waits for ten times as long.
LONGEST_TIMEOUT = 1e9
PACE = "few requests are left before Cloudflare's rate limit"


def may_repeat(failure: CloudflareError) -> bool:
    """A request that was not carried out may be repeated as it is, and so may a read."""
    return failure.status == 429 or failure.unsent or (failure.transient and failure.method == "GET")


def pause_seconds(failure: CloudflareError, attempt: int) -> float:
    """Seconds to wait after the given attempt (1 is the first): what Cloudflare asks for, else a growing time.

    The random part keeps parallel tasks from coming back all at once.
    """
    if failure.retry_after:
        return failure.retry_after
    longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
    return longest * random.uniform(0.75, 1.0)


class Budget:
    """The time, C(seconds), for failed attempts and pauses together. C(waited) collects a line about each pause.

    C(parallel) requests may run at once, in as many threads. Time that several of them wait together is counted once.
    Keeping the pace is then not counted.
    """

    def __init__(self, seconds: float, waited: list[str], parallel: int = 1) -> None:
        self.seconds = seconds
        self.waited = waited
        self._parallel = parallel
        self._lock = threading.Lock()
        self._counted = 0.0
        self._slow_down = 0.0
        self._set = self._since = 0.0
        self._paced = self._paced_until = 0.0
        self._request = threading.local()
        self._run = Run()

    @contextmanager
    def failures_count(self) -> Iterator[None]:
        """The time that the body takes, if it fails, is taken from the budget."""
        started = time.monotonic()
        try:
            yield
        except CloudflareError:
            with self._lock:
                self._take(started, time.monotonic() - started)
            raise

    def pause(self, seconds: float, reason: str) -> bool:
        """Wait if the budget allows it; returns whether it did."""
        with self._lock:
            if self._cost(time.monotonic(), seconds) > self.seconds:
                return False
            self._take(time.monotonic(), seconds)
            self.waited.append(f"{seconds:.1f} s: {reason}")
        self._rest(seconds)
        return True

    def _rest(self, seconds: float) -> None:
        """Sleep. Raises UsageError once the run has ended."""
        left = seconds
        while left > 0:
            self._run.check()
            time.sleep(min(left, LONGEST_SLEEP))
            left -= LONGEST_SLEEP

    def note(self, headers: Mapping[str, str]) -> None:
        """Remember the pace that the headers of a response ask for.

        A request that began before the pace was last set knows less than the one whose response set it, and can only
        make it slower.
        """
        pace = slow_down(headers.get("ratelimit", ""), FEW_REQUESTS + self._parallel - 1)
        with self._lock:
            if pace > self._slow_down or getattr(self._request, "began", math.inf) >= self._set:
                self._slow_down = pace
                self._set = self._since = time.monotonic()

    def keep_pace(self) -> None:
        """Wait before a request when few are left, so that they last until Cloudflare allows more."""
        self._run.check()
        while True:
            with self._lock:
                now = time.monotonic()
                wait = self._since + self._slow_down - now if self._slow_down else 0.0
                if self._pays_for_pace and wait > self.seconds:
                    self._slow_down = wait = 0.0
                if wait <= 0:
                    self._since = self._request.began = now
                    return
                if self._pays_for_pace:
                    self._take(now, wait)
                self._log_pace(now, wait)
            self._rest(wait)

    @property
    def _pays_for_pace(self) -> bool:
        """Whether keeping the pace counts against the budget, and is skipped when the budget is too small."""
        return self._parallel == 1

    def _log_pace(self, now: float, seconds: float) -> None:
        """Log the total wait for the pace; time that several requests waited together counts once."""
        line = f"{self._paced:.1f} s: {PACE}"
        self._paced += max(0.0, now + seconds - max(now, self._paced_until))
        self._paced_until = max(self._paced_until, now + seconds)
        self.waited[:] = [*(each for each in self.waited if each != line), f"{self._paced:.1f} s: {PACE}"]

    def _cost(self, start: float, seconds: float) -> float:
        """The part of a wait that was not already taken from the budget for other requests."""
        meanwhile = max(0.0, self._counted - start) if self._parallel > 1 else 0.0
        return max(0.0, seconds - meanwhile)

    def _take(self, start: float, seconds: float) -> None:
        self.seconds -= self._cost(start, seconds)
        self._counted = max(self._counted, start + seconds)


def check_seconds(option: str, seconds: float, *, least: float = 0.0, above_zero: bool = False) -> None:
    """Raise UsageError for a number that cannot be a timeout."""
    if not least <= seconds <= LONGEST_TIMEOUT or (above_zero and seconds == 0):
        bound = "more than 0" if above_zero else f"at least {least:g}"
        raise invalid(
            option, f"invalid value {seconds:g} (expected {bound} and at most {LONGEST_TIMEOUT:.0f} seconds)."
        )


class Countdown:
    """The time that is left of C(seconds), counted from now."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._started = time.monotonic()

    @property
    def elapsed(self) -> float:
        return time.monotonic() - self._started

    @property
    def remaining(self) -> float:
        return max(0.0, self._seconds - self.elapsed)

    def wait(self, seconds: float) -> None:
        """Sleep that long, or as long as is left."""
        time.sleep(min(seconds, self.remaining))


def slow_down(header: str, few: int = FEW_REQUESTS) -> float:
    """Seconds between two requests, from a Ratelimit header such as C("default";r=50;t=30).

    C(r) requests are left for C(t) seconds. While more than C(few) are left, and without such a header, there is
    no need to wait. Of several policies the strictest counts, up to C(LONGEST_PACE).
    """
    pauses = [0.0]
    for policy in header.split(","):
        left, seconds = (re.search(rf";\s*{name}=(\d{{1,9}})(?!\d)", policy) for name in "rt")
        if left and seconds and int(left[1]) < few:
            pauses.append(min(LONGEST_PACE, int(seconds[1]) / (int(left[1]) + 1)))
    return max(pauses)
