# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to Cloudflare: retries, pages, lost responses. Private to this collection."""

from __future__ import annotations

import sys
from collections import deque
from collections.abc import Iterator, Mapping
from concurrent.futures import Future
from functools import partial
from typing import Any, Callable, TypeVar

from .abort import held_back
from .auth import choose_credential
from .deadline import begun
from .errors import CloudflareError, UsageError
from .response import Record, Request, Response, collected, expect_object, incomplete, pages_of
from .retry import LAG_PAUSES, Budget, Countdown, may_repeat, pause_seconds
from .transport import REQUESTS_IMPORT_ERROR, Transport

T = TypeVar("T")
# How often a list is read that changes meanwhile, and how many timeouts it may take in all.
READINGS = 3
LISTING_TIMEOUTS = 20
NOT_KNOWN = "It is not known whether Cloudflare made this change. Run the task again: it reads the current state first."


class Cloudflare:
    """The requests of one task. C(params) are resolved connection options; all times are in seconds.

    Up to C(parallel) threads may send requests at once.
    """

    def __init__(self, params: Mapping[str, Any], parallel: int = 1) -> None:
        self._credential = choose_credential(params)
        self._transport = Transport(params, self._credential)
        self._timeout = float(params["timeout"])
        self._parallel = parallel
        self.budget = Budget(float(params["retry_timeout"]), params["waited"], parallel)

    def get_object(self, path: str, permission: str) -> Record:
        request = self.request("GET", path, permission)
        return expect_object(request, self.call("GET", path, permission).result)

    def write(self, method: str, path: str, permission: str, body: Mapping[str, Any] | None = None) -> Any:
        return self.call(method, path, permission, body=body).result

    def write_object(self, method: str, path: str, permission: str, body: Mapping[str, Any] | None = None) -> Record:
        return expect_object(self.request(method, path, permission), self.write(method, path, permission, body))

    def delete(self, path: str, permission: str) -> None:
        """Delete, and retry after a lost response: an object that is gone counts as deleted."""
        lost: list[CloudflareError] = []

        def send() -> None:
            try:
                self.write("DELETE", path, permission)
            except CloudflareError as failure:
                if failure.uncertain:
                    lost.append(failure)
                raise

        try:
            self.settle(send, reread=lambda: None)
        except CloudflareError as failure:
            if not failure.gone:
                raise failure.explained("outcome_unknown", NOT_KNOWN, changed=True) if lost else failure from None

    def listing(
        self,
        path: str,
        permission: str,
        key: str,
        query: Mapping[str, Any] | None = None,
        *,
        in_paths: bool = True,
        each: Callable[[Record], Record] = dict,
    ) -> list[Record]:
        """All objects of all pages, each once by its C(key). Raises CloudflareError if the list is incomplete.

        C(each) turns an object into what is kept of it, while further pages are loading. Keys that are used C(in_paths)
        must be IDs. A list that changed while it was read is read again, within the time limit of a listing.
        """
        request = self.request("GET", path, permission)
        countdown = Countdown(LISTING_TIMEOUTS * self._timeout)
        for _reading in range(READINGS):
            pages = self._pages(request, query or {}, countdown)
            found, steady = collected(request, pages, key, in_paths=in_paths, each=each)
            if steady:
                return found
        raise incomplete(request, f"{request}: the list changed each of the {READINGS} times that it was read")

    def settle(self, send: Callable[[], T], reread: Callable[[], T | None]) -> T:
        """Send a write; after a lost response read with C(reread), and send again only when it did not arrive.

        Raises the error of the lost response when the write did not arrive and no time is left.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return send()
            except CloudflareError as lost:
                if not lost.uncertain:
                    raise
                settled = self._looked(reread, lost)
                if settled is not None:
                    return settled
                if not self._pause(lost, attempt):
                    raise

    def awaited(self, ask: Callable[[], T], shown: Callable[[T], bool]) -> T:
        """Read again for a few seconds, until the response shows a write; returns the last response either way."""
        response = ask()
        for seconds in LAG_PAUSES:
            if shown(response) or not self.budget.pause(seconds, "a read did not yet show a write"):
                break
            response = ask()
        return response

    def call(
        self,
        method: str,
        path: str,
        permission: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Response:
        """Send a request, and repeat it where that is safe and the retry budget lasts; raises CloudflareError."""
        request = self.request(method, path, permission)
        return self._attempts(lambda: self._transport.exchange(request, query, body, self.budget.note))

    def mint(self, path: str, permission: str, body: Mapping[str, Any] | None, receive: Callable[[Record], T]) -> T:
        """Send the POST that mints a secret. C(receive) gets the response before any signal to abort is handled."""
        request = self.request("POST", path, permission)

        def once() -> T:
            with held_back():
                response = self._transport.exchange(request, None, body, self.budget.note)
                return receive(expect_object(request, response.result))

        return self._attempts(once)

    def _attempts(self, once: Callable[[], T]) -> T:
        attempt = 0
        while True:
            attempt += 1
            self.budget.keep_pace()
            try:
                with self.budget.failures_count():
                    return once()
            except CloudflareError as failure:
                if not may_repeat(failure) or not self._pause(failure, attempt):
                    raise

    def _pause(self, failure: CloudflareError, attempt: int) -> bool:
        what = f"status {failure.status}" if failure.status else "no response"
        return self.budget.pause(pause_seconds(failure, attempt), f"{failure.method} {failure.path} failed ({what})")

    def _looked(self, reread: Callable[[], T | None], lost: CloudflareError) -> T | None:
        try:
            return reread()
        except CloudflareError as unreachable:
            text = (
                "It is not known whether Cloudflare made a change: its response was lost. Reading the current state "
                f"failed as well: {unreachable.cause} Run the task again later. It reads that state first."
            )
            raise lost.explained_instead("outcome_unknown", text, changed=True) from None

    def _pages(self, request: Request, query: Mapping[str, Any], countdown: Countdown) -> Iterator[Response]:
        """The pages in order. Further pages are requested in advance, as many as may be requested at once."""

        def ask(number: int) -> Response:
            if not countdown.remaining:
                limit = f"{LISTING_TIMEOUTS * self._timeout:g} seconds, {LISTING_TIMEOUTS} times the option timeout"
                text = f"{request}: reading {number - 1} pages took {limit}, and more pages followed"
                raise incomplete(request, text, "Run again, or raise timeout.")
            paging = {"page": number} if number > 1 else {}
            return self.call(request.method, request.path, request.permission, query={**query, **paging})

        number, last, response = 1, None, ask(1)
        known, ahead = pages_of(response), deque[Future[Response]]()
        while True:
            goes_on = response.result and response.result != last
            while goes_on and number + len(ahead) < known and len(ahead) < self._parallel:
                ahead.append(begun(partial(ask, number + len(ahead) + 1)))
            yield response
            number, last = number + 1, response.result
            response = ahead.popleft().result() if ahead else ask(number)

    def request(self, method: str, path: str, permission: str) -> Request:
        return Request(method, path, permission, self._credential.source)


def connect(params: Mapping[str, Any], parallel: int = 1) -> Cloudflare:
    """A client for a task's resolved C(params). Raises UsageError for a bad address or credential."""
    if REQUESTS_IMPORT_ERROR:
        text = (
            f"The Python library requests is not installed for {sys.executable}, which runs the task. Install it there."
        )
        raise UsageError("requirement_missing", text)
    return Cloudflare(params, parallel)
