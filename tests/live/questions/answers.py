# SPDX-License-Identifier: GPL-3.0-or-later
"""What answers contain: keys, empty values, the state after a write."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from ..exchange import Exchange
from ..findings import Finding, Notes, Question, fact, settled, unsettled
from .values import URIS

if TYPE_CHECKING:
    from ..lab import Client, Lab

LISTS = ("allowed_cors_origins", "post_logout_redirect_uris", "optional_scopes")
_REQUIRED = ("client_name", "grant_types", "redirect_uris", "response_types", "scopes", "token_endpoint_auth_method")
_MOMENTS = {"created_at", "updated_at"}
_VERIFICATION = "client_uri_verification"
_PROMISED = {"client_id", "visibility"}
_DOCUMENTED = {
    *_REQUIRED,
    *URIS,
    *LISTS,
    *_MOMENTS,
    *_PROMISED,
    _VERIFICATION,
    "client_secret",
    "has_rotated_secret",
    "promoted_at",
}
_SCOPE_KEYS = {"id", "name", "category", "scopes"}
_LOOKS = (5, 10, 20, 25)
_WAITS = (0, 2, 2, 4, 8, 16)


def ask_bare(lab: Lab) -> Notes:
    client = lab.create()
    return {"created": client.created, "read": lab.get(client)}


def judge_bare(notes: Notes) -> list[Finding]:
    fields = notes["created"].fields
    if not set(_REQUIRED) & set(fields):
        why = "answers hide even what was sent"
        return [unsettled(name, why) for name in ("empty_uris", "empty_lists", "verification_without_uri")]
    other = set(fields) ^ set(notes["read"].fields)
    differs = ", ".join(sorted(other)) or "none"
    return [
        _empty("empty_uris", fields, tuple(URIS), {"absent": "omit", '""': "empty", "null": "null"}),
        _empty("empty_lists", fields, LISTS, {"absent": "omit", "[]": "return"}),
        _empty(
            "verification_without_uri",
            fields,
            (_VERIFICATION,),
            {"absent": "absent", "null": "null", "{}": "empty"},
        ),
        fact("keys that only the answer to POST or only that to GET has", differs if notes["read"].ok else "not read"),
    ]


def _empty(switch: str, fields: dict[str, Any], names: tuple[str, ...], values: dict[str, str]) -> Finding:
    states = {name: json.dumps(fields[name]) if name in fields else "absent" for name in names}
    seen = ", ".join(f"{name}: {state if state in values else 'something else'}" for name, state in states.items())
    (state, *others) = set(states.values())
    return unsettled(switch, seen) if others or state not in values else settled(switch, values[state], seen)


def ask_full(lab: Lab) -> Notes:
    """Looks until the verification shows itself, which may take a look-up of the domain."""
    uris = {name: lab.uri(path) for name, path in URIS.items()}
    origins = {"allowed_cors_origins": [f"https://{lab.host}"], "post_logout_redirect_uris": [lab.uri("bye")]}
    client = lab.create(token_endpoint_auth_method="client_secret_basic", **uris, **origins)
    notes = {"created": client.created, "scopes": lab.transport.send("GET", "/oauth/scopes")}
    for number, seconds in enumerate(_LOOKS):
        lab.wait(seconds)
        notes[f"read {number}"] = lab.get(client)
        if notes[f"read {number}"].fields.get(_VERIFICATION):
            break
    return notes


def judge_full(notes: Notes) -> list[Finding]:
    clients = [exchange for name, exchange in notes.items() if name != "scopes" and exchange.ok]
    return [_missing(clients), _extra(clients, notes["scopes"]), _first(clients)]


def _missing(answers: list[Exchange]) -> Finding:
    expected = {*answers[0].sent, *_MOMENTS, _VERIFICATION}
    missing = expected - {name for answer in answers for name in answer.fields}
    seen = f"missing: {', '.join(sorted(missing)) or 'none'}"
    for value, keys in (("none", set()), ("timestamps", _MOMENTS), ("verification", {_VERIFICATION})):
        if missing == keys:
            return settled("missing_keys", value, seen)
    return settled("missing_keys", "all_optional", seen) if missing == expected else unsettled("missing_keys", seen)


def _extra(clients: list[Exchange], scopes: Exchange) -> Finding:
    found = {f"{name} (client)" for answer in clients for name in set(answer.fields) - _DOCUMENTED}
    states = [answer.fields.get(_VERIFICATION) for answer in clients]
    found |= {
        f"{name} ({_VERIFICATION})" for s in states if isinstance(s, dict) for name in set(s) - {"status", "text"}
    }
    found |= {f"{name} (scope)" for item in scopes.items for name in set(item) - _SCOPE_KEYS}
    return settled("extra_fields", bool(found), f"keys that are not documented: {', '.join(sorted(found)) or 'none'}")


def _first(answers: list[Exchange]) -> Finding:
    statuses = [(answer.fields.get(_VERIFICATION) or {}).get("status") for answer in answers]
    if not any(statuses):
        return unsettled("first_verification", "no status shown for a minute")
    later = next(status for status in statuses if status)
    value = statuses[0] or "absent"
    return settled("first_verification", value, f"right after the creation: {value}; first status seen: {later}")


def ask_lag(lab: Lab) -> Notes:
    """Reads after each write until the write shows."""
    client = lab.create()
    notes = {"create": client.created, **_reads(lab, client, "create")}
    notes["list"] = lab.listed()
    notes["patch"] = lab.patch(client, tos_uri=lab.uri("changed"))
    notes.update(_reads(lab, client, "patch"))
    notes["delete"] = lab.delete(client.id)
    notes.update(_reads(lab, client, "delete"))
    return notes


def _reads(lab: Lab, client: Client, action: str) -> Notes:
    notes: Notes = {}
    for number, seconds in enumerate(_WAITS):
        lab.wait(seconds)
        notes[f"{action} read {number}"] = exchange = lab.get(client)
        if _FRESH[action](exchange):
            break
    return notes


_FRESH: dict[str, Callable[[Exchange], bool]] = {
    "create": lambda exchange: exchange.ok,
    "patch": lambda exchange: str(exchange.fields.get("tos_uri")).endswith("changed"),
    "delete": lambda exchange: exchange.refused,
}


def judge_lag(notes: Notes) -> list[Finding]:
    lags = {action: _lag(notes, action) for action in _FRESH}
    pause = min(notes[f"{action} read 0"].asked_at - notes[action].asked_at for action in _FRESH)
    words = {action: "never seen" if lag is None else f"{lag} s" for action, lag in lags.items()}
    seen = f"reads show {', '.join(f'a {action} after {word}' for action, word in words.items())} at most"
    known = [lag for lag in lags.values() if lag is not None]
    listed = any(item.get("client_id") == notes["create"].fields["client_id"] for item in notes["list"].items)
    return [
        settled("read_lag_seconds", max(known), f"{seen} (first read {pause:.1f} s after the write)")
        if len(known) == len(lags)
        else unsettled("read_lag_seconds", seen),
        fact("a new client in the first list after it was read", "there" if listed else "not there"),
    ]


def _lag(notes: Notes, action: str) -> int | None:
    """Seconds from a write to the first read that shows it; 0 if that is the first of all."""
    reads = [exchange for name, exchange in notes.items() if name.startswith(f"{action} read")]
    if not notes[action].ok or not _FRESH[action](reads[-1]):
        return None
    return 0 if len(reads) == 1 else math.ceil(reads[-1].asked_at - notes[action].asked_at)


QUESTIONS = (
    Question(
        "bare client",
        "How is a value answered that is not set?",
        ("empty_uris", "empty_lists", "verification_without_uri"),
        ask_bare,
        judge_bare,
    ),
    Question(
        "full client",
        "Which documented keys are missing, which are not documented, how does a verification begin?",
        ("missing_keys", "extra_fields", "first_verification"),
        ask_full,
        judge_full,
    ),
    Question("read lag", "Do reads show a write at once?", ("read_lag_seconds",), ask_lag, judge_lag),
)
