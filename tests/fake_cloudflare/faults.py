# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers that go wrong on demand."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeFloat, NonNegativeInt, field_validator
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .envelope import API_PREFIX, Problem, failure

_FAULT_CODE = 10999
_STUB = b'{"success":true,"errors":[],"messages":[],"result":{}}'
_HTML = b"<!DOCTYPE html>\n<html><head><title>Error</title></head><body><h1>cloudflare</h1></body></html>\n"
_CHUNK = 65_536
_BODILESS = (204, 304)

Kind = Literal[
    "status", "slow", "cut", "cut_body", "truncated", "soft_failure", "redirect", "huge", "raw", "problem", "drip"
]


class Fault(BaseModel):
    """One order for trouble; README.md explains the kinds."""

    model_config = ConfigDict(extra="forbid")

    kind: Kind
    method: str = "*"
    path: str = ".*"
    """A regular expression, searched for in the path after /client/v4."""
    when: Literal["before", "after"] = "before"
    """Whether the request is left undone, or carried out before its answer goes wrong."""
    times: NonNegativeInt = 1
    """How many requests are hit; 0 for all until cleared."""
    skip: NonNegativeInt = 0
    """So many matching requests pass first."""
    status: Annotated[int, Field(ge=200, le=599)] = 500
    headers: dict[str, str] = {}
    body: Any = None
    content_type: str = "application/json"
    seconds: NonNegativeFloat = 1.0
    """The delay of slow, which ends when faults are cleared, and that of each byte of drip."""
    location: str = "https://example.com/"
    """Where redirect leads."""
    size: NonNegativeInt = 10_000_000
    """The bytes of huge."""
    error_code: int = 502
    """What problem says, as Cloudflare's edge does: 1010 and 1020 are blocks."""

    @field_validator("path")
    @classmethod
    def _compiles(cls, path: str) -> str:
        try:
            re.compile(path)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from None
        return path

    def matches(self, method: str, path: str) -> bool:
        return self.method in ("*", method) and re.search(self.path, path) is not None


def take(faults: list[Fault], method: str, path: str) -> Fault | None:
    """The fault that hits this request, used up by one; those that only skip are counted down on the way."""
    for fault in faults:
        if not fault.matches(method, path):
            continue
        if fault.skip:
            fault.skip -= 1
            continue
        if fault.times == 1:
            faults.remove(fault)
        fault.times = max(0, fault.times - 1)
        return fault
    return None


@dataclass
class Answer:
    """A response that is held back."""

    status: int = 200
    headers: list[tuple[bytes, bytes]] = field(default_factory=lambda: [(b"content-type", b"application/json")])
    body: bytes = _STUB

    async def capture(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status, self.headers, self.body = message["status"], message["headers"], b""
        else:
            self.body += message.get("body", b"")


@dataclass
class _Hit:
    """A request that a fault has hit; \"before\" leaves the stub in `answer`, \"after\" the true answer."""

    fault: Fault
    answer: Answer
    scope: Scope
    send: Send

    async def respond(self, status: int, body: bytes, content_type: str, extra: Iterable[tuple[str, str]] = ()) -> None:
        body = b"" if status in _BODILESS else body
        headers = {"content-type": content_type, "content-length": str(len(body)), **self.fault.headers, **dict(extra)}
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]
        await self.send({"type": "http.response.start", "status": status, "headers": raw})
        for start in range(0, len(body), _CHUNK):
            await self.send({"type": "http.response.body", "body": body[start : start + _CHUNK], "more_body": True})
        await self.send({"type": "http.response.body", "body": b""})

    async def hang_up(self, *, flush: bool) -> None:
        transport = self.scope["transport"]
        if flush:
            transport.close()
        else:
            transport.abort()
        self.scope["entry"].status = "cut"
        await asyncio.sleep(0.01)


def _given_body(fault: Fault, default: bytes) -> bytes:
    if fault.body is None:
        return default
    return fault.body.encode() if isinstance(fault.body, str) else json.dumps(fault.body).encode()


def _envelope(message: str) -> bytes:
    return json.dumps(failure([Problem(_FAULT_CODE, message)])).encode()


async def _status(hit: _Hit) -> None:
    fault = hit.fault
    default = _envelope(f"fault: status {fault.status}") if "json" in fault.content_type else _HTML
    await hit.respond(fault.status, _given_body(fault, default), fault.content_type)


async def _cut(hit: _Hit) -> None:
    await hit.hang_up(flush=False)


async def _cut_body(hit: _Hit) -> None:
    whole = hit.answer.body
    start: Message = {"type": "http.response.start", "status": hit.answer.status, "headers": hit.answer.headers}
    if not any(name == b"content-length" for name, _unused in start["headers"]):
        start["headers"] = [*start["headers"], (b"content-length", str(len(whole)).encode())]
    await hit.send(start)
    await hit.send({"type": "http.response.body", "body": whole[: len(whole) // 2], "more_body": True})
    await hit.hang_up(flush=True)


async def _truncated(hit: _Hit) -> None:
    await hit.respond(hit.answer.status, hit.answer.body[: len(hit.answer.body) // 2], "application/json")


async def _soft_failure(hit: _Hit) -> None:
    await hit.respond(200, _given_body(hit.fault, _envelope("fault: failed with status 200")), "application/json")


async def _redirect(hit: _Hit) -> None:
    await hit.respond(302, b"", "text/html", [("location", hit.fault.location)])


async def _huge(hit: _Hit) -> None:
    await hit.respond(200, b"x" * hit.fault.size, hit.fault.content_type)


async def _raw(hit: _Hit) -> None:
    await hit.respond(hit.fault.status, _given_body(hit.fault, b""), hit.fault.content_type)


async def _problem(hit: _Hit) -> None:
    """RFC 9457, as the edge answers in place of the API."""
    fault = hit.fault
    body = {
        "type": f"https://developers.cloudflare.com/support/error-{fault.error_code}/",
        "title": "Bad gateway" if fault.status >= 500 else "Access denied",
        "status": fault.status,
        "error_code": fault.error_code,
        "ray_id": "8f2a1b3c4d5e6f70",
        "retryable": fault.status >= 500,
    }
    await hit.respond(fault.status, json.dumps(body).encode(), "application/problem+json")


async def _drip(hit: _Hit) -> None:
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(hit.answer.body)).encode())]
    await hit.send({"type": "http.response.start", "status": hit.answer.status, "headers": headers})
    for octet in hit.answer.body:
        await hit.send({"type": "http.response.body", "body": bytes([octet]), "more_body": True})
        await asyncio.sleep(hit.fault.seconds)
    await hit.send({"type": "http.response.body", "body": b""})


_REPLACEMENTS: dict[str, Callable[[_Hit], Awaitable[None]]] = {
    "status": _status,
    "cut": _cut,
    "cut_body": _cut_body,
    "truncated": _truncated,
    "soft_failure": _soft_failure,
    "redirect": _redirect,
    "huge": _huge,
    "raw": _raw,
    "problem": _problem,
    "drip": _drip,
}


class Faults:
    """Pure ASGI: a request that no fault hits passes untouched."""

    def __init__(self, app: ASGIApp, faults: Callable[[], list[Fault]], delays: set[asyncio.Event]) -> None:
        self._app = app
        self._faults = faults
        self._delays = delays

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        fault = None
        if "entry" in scope:
            fault = take(self._faults(), scope["method"], scope["path"].removeprefix(API_PREFIX))
        if fault is None:
            await self._app(scope, receive, send)
            return
        if fault.kind == "slow":
            await self._slow(fault, scope, receive, send)
            return
        answer = Answer()
        if fault.when == "after":
            await self._app(scope, receive, answer.capture)
        await _REPLACEMENTS[fault.kind](_Hit(fault, answer, scope, send))

    async def _slow(self, fault: Fault, scope: Scope, receive: Receive, send: Send) -> None:
        """A caller that disconnects during the delay finds the request carried out only with `after`."""
        if fault.when == "before":
            request = await receive()
            if await self._disconnected(receive, fault.seconds):
                scope["entry"].status = "cut"
                return
            await self._app(scope, _again(request, receive), send)
            return
        answer = Answer()
        await self._app(scope, receive, answer.capture)
        await self._delay(fault.seconds)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _disconnected(self, receive: Receive, seconds: float) -> bool:
        caller, delay = asyncio.create_task(_message(receive)), asyncio.create_task(self._delay(seconds))
        await asyncio.wait((caller, delay), return_when=asyncio.FIRST_COMPLETED)
        for task in (caller, delay):
            task.cancel()
        return caller.done() and caller.result()["type"] == "http.disconnect"

    async def _delay(self, seconds: float) -> None:
        """So many seconds, or until faults are cleared."""
        cleared = asyncio.Event()
        self._delays.add(cleared)
        with contextlib.suppress(asyncio.TimeoutError):
            await asyncio.wait_for(cleared.wait(), seconds)
        self._delays.discard(cleared)


async def _message(receive: Receive) -> Message:
    return await receive()


def _again(first: Message, receive: Receive) -> Receive:
    pending = [first]

    async def replayed() -> Message:
        return pending.pop() if pending else await receive()

    return replayed
