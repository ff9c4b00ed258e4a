# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens to every API request before and after its route: journal, rate limit, headers."""

from __future__ import annotations

import json
import secrets
from urllib.parse import parse_qsl

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from .credentials import identify
from .envelope import API_PREFIX, RATE_LIMITED, ApiError, Json, Problem, failure
from .journal import Entry
from .limiter import Allowance
from .state import World

_LIMIT_TEXT = "Rate limited. Please wait and consider throttling your request speed"


class Edge:
    """The outermost layer. Faults lie inside it, so that the journal and the headers cover them too."""

    def __init__(self, app: ASGIApp, world: World) -> None:
        self._app = app
        self._world = world

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or not scope["path"].startswith(API_PREFIX):
            await self._app(scope, receive, send)
            return
        body = await _read(receive)
        credential = self._credential(scope)
        entry = self._world.journal.add(
            scope["method"],
            scope["path"].removeprefix(API_PREFIX),
            dict(parse_qsl(scope["query_string"].decode(), keep_blank_values=True)),
            _parsed(body),
            credential,
        )
        allowance = self._world.limiter.count(credential, self._world.clock.now(), self._world.variants)
        app = _too_many if allowance.exceeded else self._app
        scope = {**scope, "entry": entry, "transport": getattr(getattr(send, "__self__", None), "transport", None)}
        await app(scope, _Replay(body, receive), self._completed(send, entry, allowance))

    def _credential(self, scope: Scope) -> str | None:
        try:
            return identify(Headers(scope=scope), self._world.credentials, self._world.variants).id
        except ApiError:
            return None

    def _completed(self, send: Send, entry: Entry, allowance: Allowance) -> Send:
        async def completed(message: Message) -> None:
            if message["type"] == "http.response.start":
                entry.status = message["status"]
                headers = MutableHeaders(raw=message["headers"])
                headers["cf-ray"] = secrets.token_hex(8) + "-FAK"
                for name, value in allowance.headers(self._world.variants).items():
                    headers.setdefault(name, value)
            await send(message)

        return completed


async def _read(receive: Receive) -> bytes:
    body = b""
    while True:
        message = await receive()
        part: bytes = message.get("body", b"")
        body += part
        if not message.get("more_body"):
            return body


def _parsed(body: bytes) -> Json:
    """The body for the journal: what it stands for, or its text where it is no JSON."""
    try:
        return json.loads(body) if body else None
    except ValueError:
        return body.decode(errors="replace")


class _Replay:
    """A receive that hands out the body again and then all that follows."""

    def __init__(self, body: bytes, receive: Receive) -> None:
        self._body: bytes | None = body
        self._receive = receive

    async def __call__(self) -> Message:
        if self._body is None:
            return await self._receive()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}


async def _too_many(scope: Scope, receive: Receive, send: Send) -> None:
    await JSONResponse(failure([Problem(RATE_LIMITED, _LIMIT_TEXT)]), 429)(scope, receive, send)
