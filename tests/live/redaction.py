# SPDX-License-Identifier: GPL-3.0-or-later
"""Takes out of answers what is nobody else's business. Pure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from .exchange import Exchange, Json
from .guard import PREFIX

PUBLISHER = "cloudflare_oauth_client_publisher="
_SECRET_KEYS = {"access_token", "api_key", "client_secret", "email", "key", "refresh_token", "secret", "token"}
_SHORTEST = 8
_PATTERNS = (
    (re.compile(rf"({PUBLISHER})(?!<)[^\s\"'<>\\]+"), r"\1<suffix>"),
    (re.compile(r"\bBearer\s+[!-~]+"), "Bearer <token>"),
    (re.compile(r"\b(?:cfat|cfut|cfk|cfoac|cfoat|cfoart|cfoa)_?[A-Za-z0-9_.-]{16,}"), "<token>"),
    (re.compile(r"[\w.%+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+"), "<e-mail>"),
    (re.compile(r"\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b[0-9a-f]{32,}\b", re.IGNORECASE), "<id>"),
    (re.compile(r"\b\d{1,3}(?:\.\d{1,3}){3}\b"), "<ip>"),
    (re.compile(r"(?<![\w:])(?:[0-9a-f]{1,4}:){7}[0-9a-f]{1,4}(?![\w:])", re.IGNORECASE), "<ip>"),
    (re.compile(r"(?<![\w:])[0-9a-f]{1,4}(?::[0-9a-f]{1,4})*::[0-9a-f:]*", re.IGNORECASE), "<ip>"),
)


def known_values(exchanges: Iterable[Exchange], token: str, account_id: str) -> dict[str, str]:
    """What must not be shown, each with a name that tells one from another."""
    known = {token: "<token>", account_id: "<account>"}
    numbers: Counter[str] = Counter()
    for exchange in exchanges:
        for kind, value in _sensitive(exchange.answer):
            if len(value) >= _SHORTEST and value not in known:
                numbers[kind] += 1
                known[value] = f"<{kind}-{numbers[kind]}>"
    return known


def _sensitive(value: Json, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            yield from _sensitive(item, str(key))
    elif isinstance(value, list):
        for item in value:
            yield from _sensitive(item, name)
    elif isinstance(value, str):
        if name == "client_secret":
            yield "secret", value
        elif name == "client_id":
            yield "client", value
        elif value.startswith(PUBLISHER):
            yield "suffix", value.removeprefix(PUBLISHER)


def redacted_text(text: str, known: Mapping[str, str]) -> str:
    for value in sorted(known, key=len, reverse=True):
        text = text.replace(value, known[value])
    for pattern, replacement in _PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def redacted(value: Json, known: Mapping[str, str], name: str = "") -> Json:
    """A JSON value of the same shape without anything secret."""
    if isinstance(value, dict):
        return {redacted_text(str(key), known): redacted(item, known, str(key)) for key, item in value.items()}
    if isinstance(value, list):
        return [redacted(item, known, name) for item in value]
    if not isinstance(value, str):
        return value
    if name.lower() in _SECRET_KEYS:
        return known.get(value, "<removed>")
    return redacted_text(value, known)


def without_others(exchange: Exchange) -> Exchange:
    """A list of clients with the probe's own ones alone: the others are the account's business."""
    if exchange.method != "GET" or not exchange.path.endswith("/oauth_clients") or not exchange.ok:
        return exchange
    if not isinstance(exchange.result, list):
        return replace(exchange, answer="(a list of clients in a form that nobody expected, not shown)")
    own = [item for item in exchange.items if str(item.get("client_name", "")).startswith(PREFIX)]
    others = len(exchange.result) - len(own)
    shown = [*own, f"({others} other clients, not shown)"] if others else own
    return replace(exchange, answer={**exchange.answer, "result": shown})
