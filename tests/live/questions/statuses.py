# SPDX-License-Identifier: GPL-3.0-or-later
"""Statuses and codes of requests that must fail, and the headers of those that need not."""

from __future__ import annotations

import re
import secrets
from typing import TYPE_CHECKING

from ..exchange import Exchange
from ..findings import Finding, Notes, Question, fact, settled, unsettled

if TYPE_CHECKING:
    from ..lab import Lab

_POLICY = re.compile(r'"(?P<name>[^"]*)";q=(?P<limit>\d+);w=(?P<window>\d+)')


def ask_missing(lab: Lab) -> Notes:
    client = lab.create(token_endpoint_auth_method="client_secret_basic")
    lab.rotate(client)
    return {
        "made up": lab.transport.send("GET", lab.one(secrets.token_hex(16))),
        "delete rotated": lab.delete_rotated(client),
        "delete": lab.delete(client.id),
        "deleted": lab.get(client),
        "delete again": lab.delete(client.id),
        "patch deleted": lab.patch(client, tos_uri=lab.uri()),
    }


def judge_missing(notes: Notes) -> list[Finding]:
    return [
        _status("missing_client_status", notes["made up"], "GET of a made-up client id"),
        _code("missing_client_code", notes["made up"], "GET of a made-up client id"),
        _delete_result(notes["delete"], notes["delete rotated"]),
        fact("GET of a deleted client", notes["deleted"].outcome),
        fact("DELETE of a deleted client", notes["delete again"].outcome),
        fact("PATCH of a deleted client", notes["patch deleted"].outcome),
    ]


def _delete_result(delete: Exchange, rotated: Exchange) -> Finding:
    kinds = {_kind(exchange) for exchange in (delete, rotated)}
    seen = f"result of DELETE of a client: {_kind(delete)}, of a rotated secret: {_kind(rotated)}"
    value = kinds.pop() if len(kinds) == 1 else ""
    return settled("delete_result", value, seen) if value in ("id", "null") else unsettled("delete_result", seen)


def _kind(exchange: Exchange) -> str:
    if not exchange.ok:
        return exchange.outcome
    if exchange.result is None:
        return "null"
    return "id" if set(exchange.fields) == {"id"} else "something else"


def ask_credentials(lab: Lab) -> Notes:
    made_up = secrets.token_urlsafe(30)
    return {
        "made up": lab.transport.send("GET", lab.clients, token=made_up),
        "none": lab.transport.send("GET", lab.clients, token=None),
    }


def judge_credentials(notes: Notes) -> list[Finding]:
    return [
        _status("bad_credential_status", notes["made up"], "a made-up token"),
        _code("bad_credential_code", notes["made up"], "a made-up token"),
        _status("missing_credential_status", notes["none"], "no credential"),
        fact("codes without credential", notes["none"].outcome),
    ]


def ask_routes(lab: Lab) -> Notes:
    return {
        "route": lab.transport.send("GET", f"{lab.clients}_no_such_thing"),
        "short id": lab.transport.send("GET", lab.one("no-such-id")),
    }


def judge_routes(notes: Notes) -> list[Finding]:
    return [
        _status("no_route_status", notes["route"], "a path that does not exist"),
        fact("GET of a client id of another shape", notes["short id"].outcome),
    ]


def _status(switch: str, exchange: Exchange, what: str) -> Finding:
    seen = f"{what}: {exchange.outcome}"
    return settled(switch, exchange.status, seen) if exchange.refused else unsettled(switch, seen)


def _code(switch: str, exchange: Exchange, what: str) -> Finding:
    seen = f"{what}: {exchange.outcome}"
    if not exchange.refused or not exchange.codes:
        return unsettled(switch, seen)
    return settled(switch, exchange.codes[0], seen)


def ask_rate(lab: Lab) -> Notes:
    return {"list": lab.listed()}


def judge_rate(notes: Notes) -> list[Finding]:
    headers = notes["list"].headers
    policy = headers.get("ratelimit-policy", "")
    policies = [match.groupdict() for match in _POLICY.finditer(policy)]
    header = fact("Ratelimit header", headers.get("ratelimit", "not there"))
    if len(policies) != 1:
        seen = f"Ratelimit-Policy: {policy or 'not there'}"
        return [unsettled("rate_limit", seen), unsettled("rate_window", seen), header]
    seen = f"announced, not tried: Ratelimit-Policy: {policy}"
    limit, window = (int(policies[0][name]) for name in ("limit", "window"))
    return [settled("rate_limit", limit, seen), settled("rate_window", window, seen), header]


QUESTIONS = (
    Question(
        "missing client",
        "What do requests for a client answer that is not there, and both DELETE calls?",
        ("missing_client_status", "missing_client_code", "delete_result"),
        ask_missing,
        judge_missing,
    ),
    Question(
        "credentials",
        "What do a made-up token and a request without one get?",
        ("bad_credential_status", "bad_credential_code", "missing_credential_status"),
        ask_credentials,
        judge_credentials,
    ),
    Question("routes", "What does a path get that does not exist?", ("no_route_status",), ask_routes, judge_routes),
    Question(
        "rate limit",
        "What do the headers about the rate limit say?",
        ("rate_limit", "rate_window"),
        ask_rate,
        judge_rate,
    ),
)
