# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Compares an account with its definitions: the findings, and whether they are a failure. Pure. Private."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ..module_utils._api.errors import invalid
from ..module_utils._api.text import one_line, some
from ..module_utils._oauth.comparison import is_empty
from ..module_utils._oauth.model import FIELDS, is_identity_scope, is_public, verification_status
from ..module_utils._oauth.scope_catalog import near_misses
from ._moment import iso
from ._publication import publication

VERSION = 1
# The kinds of findings in the order of the report, and what each is called.
KINDS: Mapping[str, str] = {
    "errors": "Definitions that cannot be applied",
    "missing": "Missing clients",
    "drift": "Drift",
    "unmanaged": "Unmanaged clients",
    "unknown_scopes": "Unknown scopes",
    "open_rotations": "Open rotations",
    "failed_verifications": "Failed verifications",
}
USUAL_TITLE = "Cloudflare OAuth clients"
USUAL_FAIL_ON = ("drift", "missing", "errors")
REPORTED = (*(field.name for field in FIELDS), "visibility")

Entry = Mapping[str, Any]
Client = Mapping[str, Any]
Finding = dict[str, Any]
Findings = dict[str, list[Finding]]


def drift_report(
    plan: Mapping[str, Any],
    clients: Sequence[Client],
    known: Sequence[str],
    now: datetime,
    title: str,
    fail_on: Collection[str],
) -> dict[str, Any]:
    """The whole report; its keys are documented in the module cloudflare_oauth_client_report.

    C(plan) is the result of cloudflare_oauth_clients in check mode, C(clients) are all of the account with their
    C(publishing), and C(known) the scopes that Cloudflare offers. Only the keys that are named here are copied, so
    that no secret is among them.
    """
    entries = plan["oauth_clients"]
    unmanaged = {client["client_id"] for client in plan["unmanaged"]}
    findings = {kind: in_order(found) for kind, found in all_findings(entries, clients, unmanaged, known).items()}
    about = {kind: {key_of(item) for item in found} for kind, found in findings.items()}
    return {
        "version": VERSION,
        "title": title or USUAL_TITLE,
        "generated_at": iso(now),
        "verdict": verdict(findings, fail_on),
        "counts": counts(entries, clients, findings),
        "findings": findings,
        "warnings": in_order(
            {**named(entry), "message": text} for entry in entries for text in entry.get("warnings") or []
        ),
        "clients": in_order(overview(client, unmanaged, about, now) for client in clients),
    }


def kinds_of(fail_on: Sequence[str]) -> Sequence[str]:
    """The kinds in texts, each on a line or between commas; the usual ones for an empty text. Raises UsageError."""
    kinds = [kind.strip() for text in fail_on for line in text.splitlines() for kind in line.split(",") if kind.strip()]
    for kind in kinds:
        if kind not in KINDS:
            raise invalid("fail_on", f"invalid kind {kind!r} (expected {', '.join(KINDS)}).")
    return USUAL_FAIL_ON if fail_on and not kinds else kinds


def counts(entries: Sequence[Entry], clients: Sequence[Client], findings: Findings) -> dict[str, int]:
    return {
        "clients": len(clients),
        "public": sum(is_public(client) for client in clients),
        "definitions": len(entries),
        "as_defined": sum(entry["action"] == "none" and not entry["failed"] for entry in entries),
        **{kind: len(found) for kind, found in findings.items()},
    }


def all_findings(
    entries: Sequence[Entry], clients: Sequence[Client], unmanaged: Collection[str], known: Sequence[str]
) -> Findings:
    sound = [entry for entry in entries if not entry["failed"]]
    # Of a client that a definition would change the definition counts, of any other what the account has.
    settled = {entry["client_id"] for entry in sound if entry["action"] != "none"}
    asking = [entry["oauth_client"] for entry in sound if entry["action"] in ("create", "update")]
    asking += [client for client in clients if client["client_id"] not in settled]
    return {
        "errors": [{**named(entry), "message": entry["msg"]} for entry in entries if entry["failed"]],
        "missing": [named(entry) for entry in sound if entry["action"] == "create"],
        "drift": [drifted(entry) for entry in sound if entry["action"] in ("update", "delete")],
        "unmanaged": [
            {**named(client), "visibility": client["visibility"]}
            for client in clients
            if client["client_id"] in unmanaged
        ],
        "unknown_scopes": [
            {**named(client), "scopes": unknown} for client in asking if (unknown := unknown_scopes(client, known))
        ],
        "open_rotations": [named(client) for client in clients if client["has_rotated_secret"]],
        "failed_verifications": [
            {**named(client), "dns_record": client["publishing"]["dns_record"]}
            for client in clients
            if has_failed(client)
        ],
    }


def key_of(item: Mapping[str, Any]) -> tuple[str, Any]:
    """The key and the value that identify the client of a finding: its ID, or else its name."""
    key = "client_id" if item["client_id"] else "client_name"
    return key, item[key]


def named(entry: Mapping[str, Any]) -> Finding:
    return {"client_id": entry.get("client_id"), "client_name": entry.get("client_name")}


def in_order(found: Iterable[Finding]) -> list[Finding]:
    """Sorted by name, so that the same account gives the same report: the API does not define the order of lists."""
    return sorted(found, key=lambda item: (str(item["client_name"] or "").casefold(), str(item["client_id"] or "")))


def drifted(entry: Entry) -> Finding:
    """What a run would change, under the name that the account has for the client."""
    before, after = entry["diff"]["before"], entry["diff"]["after"]
    fields = [] if entry["action"] == "delete" else changes(before, after)
    client_name = before.get("client_name") or entry["client_name"]
    return {"client_id": entry["client_id"], "client_name": client_name, "action": entry["action"], "fields": fields}


def changes(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[dict[str, Any]]:
    sides = [(name, before.get(name), after.get(name)) for name in REPORTED]
    return [
        {"field": name, "before": old, "after": new, "removed": lacking(old, new), "added": lacking(new, old)}
        for name, old, new in sides
        if old != new
    ]


def lacking(one: Any, other: Any) -> list[Any]:
    """The values of C(one) that C(other) lacks; a single value is a list of one."""
    return [value for value in as_list(one) if value not in as_list(other)]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if is_empty(value) else [value]


def unknown_scopes(client: Client, known: Sequence[str]) -> list[dict[str, Any]]:
    """The scopes of the client that Cloudflare does not offer, with similar ones."""
    asked = sorted({*client["scopes"], *client["optional_scopes"]})
    return [
        {"id": scope, "near": near_misses(scope, known)}
        for scope in asked
        if scope not in known and not is_identity_scope(scope)
    ]


def has_failed(client: Client) -> bool:
    return verification_status(client) == "failed" and not is_public(client)


def overview(
    client: Client, unmanaged: Collection[str], about: Mapping[str, Collection[tuple[str, Any]]], now: datetime
) -> dict[str, Any]:
    """One client of the account, with the kinds of findings that are C(about) it."""
    keys = {("client_id", client["client_id"]), ("client_name", client["client_name"])}
    status = publication({"oauth_client": client, "publishing": client["publishing"]}, {}, "manual", now)
    return {
        **named(client),
        "managed": client["client_id"] not in unmanaged,
        "visibility": client["visibility"],
        **{key: status[key] for key in ("phase", "missing", "dns_record", "deadline")},
        "has_rotated_secret": client["has_rotated_secret"],
        "findings": [kind for kind, found in about.items() if not keys.isdisjoint(found)],
    }


def verdict(findings: Findings, fail_on: Collection[str]) -> dict[str, Any]:
    """Whether a pipeline is to fail, and why."""
    kinds = [kind for kind in KINDS if kind in fail_on and findings[kind]]
    reasons = "; ".join(f"{KINDS[kind].lower()}: {names(findings[kind])}" for kind in kinds)
    others = sum(len(findings[kind]) for kind in KINDS if kind not in kinds)
    spared = f"{others} finding{'s' if others > 1 else ''} of kinds that do not fail the run."
    message = f"Findings: {reasons}." if kinds else spared if others else "Everything is as defined."
    return {"failed": bool(kinds), "fail_on": [kind for kind in KINDS if kind in fail_on], "message": message}


def names(found: Sequence[Finding], most: int = 5) -> str:
    """The first clients, on one line: Ansible prints the message of a failure as it is."""
    shown = [shortened(one_line(str(item["client_name"] or item["client_id"]))) for item in found]
    return f"{len(found)} ({some(shown, most)})"


def shortened(name: str, length: int = 60) -> str:
    return name if len(name) <= length else f"{name[: length - 1]}…"
