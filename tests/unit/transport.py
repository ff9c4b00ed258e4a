# SPDX-License-Identifier: GPL-3.0-or-later
"""Cloudflare as a script: an adapter for `requests` that answers the calls a test expects, in order, and no other."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.client import RemoteDisconnected
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests
import urllib3
from requests.adapters import BaseAdapter

BASE_URL = "https://api.cloudflare.com/client/v4"
TOKEN = "unit-test-token-5f4dcc3b5aa765d6"
# Method, path and query of a request.
Line = tuple[str, str, dict[str, str]]


@dataclass(frozen=True)
class Call:
    """One expected request and its answer.

    C(body) is the exact JSON that must be sent, None for no body at all; C(headers) are headers that must be sent,
    None for one that must not. The answer is the envelope of C(result), or C(content) as it is, or C(fault) raised.
    C(takes) seconds of the fake clock pass before it comes.
    """

    method: str
    path: str
    result: Any = None
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    headers: Mapping[str, str | None] = field(default_factory=dict)
    info: Mapping[str, Any] | None = None
    status: int = 200
    content: bytes | io.RawIOBase | None = None
    answer_headers: Mapping[str, str] = field(default_factory=dict)
    fault: Exception | None = None
    takes: float = 0.0

    @property
    def line(self) -> Line:
        return self.method, self.path, dict(self.query)

    def __str__(self) -> str:
        return f"{self.method} {self.path} {dict(self.query)} {json.dumps(self.body)}"


@dataclass(frozen=True)
class Sent:
    """A request as it left, with the settings that the transport was given."""

    request: requests.PreparedRequest
    settings: Mapping[str, Any]

    @property
    def headers(self) -> Mapping[str, str]:
        return self.request.headers


class Clock:
    """A fake of the module C(time): sleeping takes no time and is written down."""

    def __init__(self) -> None:
        self.now = 1000.0
        self.sleeps: list[float] = []

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.sleeps.append(seconds)
        self.now += seconds


class Script(BaseAdapter):
    """The conversation that a test expects, C(sent) what has been asked so far.

    C(in_any_order) is for requests that are under way at once.
    """

    def __init__(self, clock: Clock) -> None:
        super().__init__()
        self.clock = clock
        self.base_url = BASE_URL
        self.headers: dict[str, str | None] = {"Authorization": f"Bearer {TOKEN}", "X-Auth-Key": None}
        self.calls: list[Call] = []
        self.sent: list[Sent] = []
        self.in_any_order = False

    def expect(self, *calls: Call) -> None:
        self.calls.extend(calls)

    def finish(self) -> None:
        if self.calls:
            pytest.fail(f"never asked for: {'; '.join(map(str, self.calls))}")

    def close(self) -> None:
        pass

    def send(self, request: requests.PreparedRequest, *_args: Any, **settings: Any) -> requests.Response:
        self.sent.append(Sent(request, settings))
        if not self.calls:
            pytest.fail(f"not expected: {request.method} {request.url} {request.body!r}")
        call = self._next(request)
        self._compare(request, call)
        self.clock.now += call.takes
        if call.fault:
            raise call.fault
        return respond(request, call)

    def _next(self, request: requests.PreparedRequest) -> Call:
        meant = [call for call in self.calls if self._asked(request) == call.line] if self.in_any_order else []
        call = meant[0] if meant else self.calls[0]
        self.calls.remove(call)
        return call

    def _asked(self, request: requests.PreparedRequest) -> Line:
        parts = urlsplit(str(request.url)[len(self.base_url) :])
        return str(request.method), parts.path, dict(parse_qsl(parts.query))

    def _compare(self, request: requests.PreparedRequest, call: Call) -> None:
        url = str(request.url)
        if not url.startswith(self.base_url):
            pytest.fail(f"{url} is not below {self.base_url}")
        if self._asked(request) != call.line:
            pytest.fail(f"asked for {self._asked(request)} with {request.body!r}, expected {call.line}")
        body = json.loads(request.body) if request.body else None
        if json.dumps(body, sort_keys=True) != json.dumps(call.body, sort_keys=True):
            pytest.fail(f"{request.method} {call.path} sent {body}, expected {call.body}")
        for name, value in {**self.headers, **call.headers}.items():
            if request.headers.get(name) != value:
                pytest.fail(f"header {name} is {request.headers.get(name)!r}, expected {value!r}")


def envelope(result: Any, info: Mapping[str, Any] | None = None) -> bytes:
    answer = {"success": True, "errors": [], "messages": [], "result": result}
    return json.dumps({**answer, "result_info": info} if info is not None else answer).encode()


def refusal(*errors: Mapping[str, Any]) -> bytes:
    return json.dumps({"success": False, "errors": list(errors), "messages": [], "result": None}).encode()


def respond(request: requests.PreparedRequest, call: Call) -> requests.Response:
    content = envelope(call.result, call.info) if call.content is None else call.content
    headers = {"content-type": "application/json", "cf-ray": "8f2a1b3c4d5e6f70-FRA", **call.answer_headers}
    response = requests.Response()
    response.status_code = call.status
    response.headers.update(headers)
    response.url, response.request = str(request.url), request
    body = io.BytesIO(content) if isinstance(content, bytes) else content
    response.raw = urllib3.HTTPResponse(
        body=body, headers=headers, status=call.status, preload_content=False, enforce_content_length=True
    )
    return response


class BrokenBody(io.RawIOBase):
    """A body that comes to an end by an exception."""

    def __init__(self, fault: Exception) -> None:
        super().__init__()
        self.fault = fault

    def read(self, _size: int = -1) -> bytes:
        raise self.fault


POOL: Any = None  # the exceptions below only print it
REFUSED = urllib3.exceptions.NewConnectionError(POOL, "Failed to establish a new connection: Connection refused")
DISCONNECTED = RemoteDisconnected("Remote end closed connection without response")


def retried(reason: Exception) -> urllib3.exceptions.MaxRetryError:
    return urllib3.exceptions.MaxRetryError(POOL, "/", reason)


def cut() -> Exception:
    """The connection ended after the request had been sent."""
    return requests.ConnectionError(urllib3.exceptions.ProtocolError("Connection aborted.", DISCONNECTED))


def unreachable() -> Exception:
    """No connection came about."""
    return requests.ConnectionError(retried(REFUSED))


def silent() -> Exception:
    """No answer came in time."""
    return requests.ReadTimeout(urllib3.exceptions.ReadTimeoutError(POOL, "/", "Read timed out. (read timeout=30)"))
