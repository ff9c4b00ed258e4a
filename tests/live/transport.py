# SPDX-License-Identifier: GPL-3.0-or-later
"""The only way out: guarded, paced and recorded."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import requests

from .exchange import NO_ANSWER, Exchange, Json
from .guard import check
from .settings import PACE, Settings, is_loopback

_TIMEOUT = (10.0, 60.0)
_TOO_MANY = 429
_TRIES = 3
_LONGEST_TEXT = 10_000
_LONGEST_PAUSE = 600.0
_PAUSE_UNSAID = 60.0
_HEADERS = ("cf-ray", "content-type", "ratelimit", "ratelimit-policy", "retry-after")


class Broken(Exception):
    """A request whose answer never came, whether it was carried out or not."""


@dataclass(frozen=True)
class Timing:
    """How time passes; `wait_factor` scales the waits of the questions, not the pace."""

    pace: float = PACE
    wait_factor: float = 1.0
    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic


@dataclass(frozen=True)
class _Bearer(requests.auth.AuthBase):
    """Also keeps requests from putting a password of ~/.netrc in."""

    token: str | None

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        if self.token is not None:
            request.headers["Authorization"] = f"Bearer {self.token}"
        return request


@dataclass
class Transport:
    settings: Settings
    timing: Timing
    question: str = "start"
    own: set[str] = field(default_factory=set)
    exchanges: list[Exchange] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._session = requests.Session()
        self._session.trust_env = not is_loopback(urlsplit(self.settings.base_url).hostname or "")
        self._session.headers["User-Agent"] = "oauthops-live-probe"
        self._last: float | None = None

    def send(self, method: str, path: str, body: Json = None, **options: Any) -> Exchange:
        """Sends with the token, or with the `token` given (None: no credential); waits out a 429."""
        for _unused in range(_TRIES):
            exchange = self._once(method, path, body, **options)
            if exchange.status != _TOO_MANY:
                break
            self.timing.sleep(pause_wanted(exchange.headers.get("retry-after"), datetime.now(timezone.utc)))
        return exchange

    def _once(
        self,
        method: str,
        path: str,
        body: Json,
        *,
        query: Mapping[str, str] | None = None,
        token: str | None = "",
    ) -> Exchange:
        check(method, path, query or {}, body, self.own)
        self._wait_for_turn()
        asked_at = self.timing.clock()
        url = self.settings.base_url + path
        auth = _Bearer(self.settings.token if token == "" else token)
        carried: dict[str, Any] = (
            {} if body is None else {"data": json.dumps(body), "headers": {"Content-Type": "application/json"}}
        )
        try:
            answer = self._session.request(
                method, url, params=query, auth=auth, timeout=_TIMEOUT, allow_redirects=False, **carried
            )
            status, headers, content = answer.status_code, _chosen(answer.headers), _content(answer)
        except requests.RequestException as error:
            status, headers, content = NO_ANSWER, {}, type(error).__name__
        exchange = Exchange(self.question, method, path, query or {}, body, status, headers, content, asked_at)
        self.exchanges.append(exchange)
        if status == NO_ANSWER:
            raise Broken(f"{method} had no answer ({content})")
        return exchange

    def _wait_for_turn(self) -> None:
        now = self.timing.clock()
        if self._last is not None and (rest := self._last + self.timing.pace - now) > 0:
            self.timing.sleep(rest)
        self._last = self.timing.clock()


def pause_wanted(retry_after: str | None, now: datetime) -> float:
    """Seconds to wait after a 429; the header has seconds or a date."""
    said = (retry_after or "").strip()
    seconds = float(said) if said.isdecimal() else _until(said, now)
    return min(max(seconds, 1.0), _LONGEST_PAUSE)


def _until(date: str, now: datetime) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return _PAUSE_UNSAID
    return (moment - now).total_seconds() if moment.tzinfo else _PAUSE_UNSAID


def _chosen(headers: Mapping[str, str]) -> dict[str, str]:
    return {name: headers[name] for name in _HEADERS if name in headers}


def _content(answer: requests.Response) -> Json:
    try:
        return answer.json()
    except ValueError:
        return answer.text[:_LONGEST_TEXT]
