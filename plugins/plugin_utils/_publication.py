# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The state of a client's publication: what Cloudflare and DNS show, and the next action. Pure. Private."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from ..module_utils._api.text import one_line
from ..module_utils._dns.names import perhaps_beside_cname
from ._moment import read_moment, written

# How long Cloudflare looks for the record (documented).
SEARCH = timedelta(days=2)
NAMES_NONE = "does not show yet"
NAMES_LATER = "shows once the client exists"
MANUAL = "manual"
WRITING = ("cloudflare", "rfc2136")
Client = Mapping[str, Any]
Lookup = Mapping[str, Any]


def phase_of(client: Client, lookup: Lookup, dns_provider: str) -> str:
    """The phase that the modules report, or C(verifying) when only Cloudflare has to act.

    C(client) is a result of the module cloudflare_oauth_client, C(lookup) one of dns_txt_info, {} without a
    lookup. If DNS cannot be asked, the record of a provider that writes counts as visible, that of C(manual) does not.
    """
    phase = str(client["publishing"]["phase"])
    if phase != "needs_dns" or not record_of(client):
        return phase
    visible = lookup.get("visible")
    seen = dns_provider != MANUAL if visible is None else visible
    return "verifying" if seen else "needs_dns"


def may_restart(client: Client, lookup: Lookup) -> bool:
    """Whether to restart a failed verification: the record is visible, or DNS cannot be asked."""
    failed = client["oauth_client"]["client_uri_verification"]["status"] == "failed"
    return failed and bool(record_of(client)) and lookup.get("visible") is not False


def record_of(client: Client) -> Mapping[str, Any] | None:
    """The TXT record, once Cloudflare has named its value."""
    record: Mapping[str, Any] | None = client["publishing"]["dns_record"]
    return record if record and record["value"] else None


def unverified_record(client: Client) -> Mapping[str, Any] | None:
    """L(record_of), until Cloudflare has seen it."""
    return record_of(client) if "client_uri_verification" in client["publishing"]["missing"] else None


def deadline_of(client: Client, now: datetime) -> datetime | None:
    """The earliest time at which Cloudflare may stop looking, or None if unknown.

    Cloudflare's API does not report it. The search began with the client or with a later change, so the earlier end
    that is still to come counts.
    """
    moments = [read_moment(client["oauth_client"].get(key)) for key in ("created_at", "updated_at")]
    ends = sorted(moment + SEARCH for moment in moments if moment)
    return next((end for end in ends if end > now), None)


def publication(
    client: Client, lookup: Lookup, dns_provider: str, now: datetime, *, predicted: bool = False
) -> dict[str, Any]:
    """How far a client is from being public, and what comes next; C(predicted) says that nothing was written."""
    phase = phase_of(client, lookup, dns_provider)
    record = unverified_record(client)
    searched = record and client["oauth_client"]["client_uri_verification"]["status"] != "failed"
    deadline = deadline_of(client, now) if searched else None
    return {
        "phase": phase,
        "client_id": client["oauth_client"]["client_id"],
        "dns_record": client["publishing"]["dns_record"],
        "missing": client["publishing"]["missing"],
        "deadline": deadline and written(deadline),
        "next_action": next_action(phase, client, lookup, dns_provider, deadline, predicted=predicted),
        "ticket": ticket(record, phase, client, lookup, deadline) if record and dns_provider == MANUAL else [],
        "awaits_verification": bool(record),
    }


def next_action(
    phase: str, client: Client, lookup: Lookup, dns_provider: str, deadline: datetime | None, *, predicted: bool
) -> dict[str, str]:
    """The next action, as a code and in sentences."""
    record = record_of(client)
    what = (
        f"TXT record at {record['name']} with the value {record['value']}"
        if record
        else f"TXT record whose value Cloudflare {NAMES_NONE if client['oauth_client']['client_id'] else NAMES_LATER}"
    )
    lacking = [name for name in sorted(client["publishing"]["missing"]) if name != "client_uri_verification"]
    until = f" Cloudflare looks for it until {written(deadline)}, and perhaps longer." if deadline else ""
    code, text = wanted(what, bool(record), lookup, dns_provider, predicted=predicted)
    actions = {
        "incomplete": (
            "complete",
            f"Publishing also needs these options: {', '.join(lacking)}. Set them and run again.",
        ),
        "needs_dns": (code, f"{text}{until}"),
        "verifying": ("wait", f"Cloudflare is looking for the {what}, for up to two days. Run again later.{until}"),
        "failed": stopped(what, bool(record), lookup, dns_provider, predicted=predicted),
        "verified": ("promote", "Everything is ready. Promote the client to make it public, which is permanent."),
        "public": ("none", "Nothing, the client is public."),
    }
    code, text = actions[phase]
    return {"code": code, "text": one_line(" ".join([text, *obstacles(phase, client, lookup, dns_provider)]))}


def wanted(what: str, known: bool, lookup: Lookup, dns_provider: str, *, predicted: bool) -> tuple[str, str]:
    """What a record that cannot be seen needs, which depends on who publishes it."""
    if dns_provider == MANUAL:
        unless = " unless it exists" if is_unknown(lookup) else ""
        return "publish_record", f"Publish the {what}{unless}, then run again."
    if predicted or not known:
        return "run", f"The next run publishes the {what}, through {dns_provider}."
    responded = [each for each in lookup.get("asked", []) if not each["error"]]
    behind = [each["server"] for each in responded if lookup.get("value") not in each["txt_values"]]
    where = f" by {', '.join(behind)}" if behind else ""
    return "wait", f"The {what} was published through {dns_provider}, but is not shown yet{where}. Run again later."


def stopped(what: str, known: bool, lookup: Lookup, dns_provider: str, *, predicted: bool) -> tuple[str, str]:
    """What a record needs that Cloudflare no longer looks for, which depends on who publishes it."""
    start = f"Cloudflare has stopped looking for the {what}."
    restarts = "The verification is restarted once the record is visible, or if no lookup succeeds."
    if dns_provider == MANUAL or not known:
        unless = " unless it exists" if is_unknown(lookup) else ""
        return "publish_record", f"{start} Publish it{unless}, then run again. {restarts}"
    if predicted:
        return "run", f"{start} The next run publishes it through {dns_provider}. {restarts}"
    return "wait", f"{start} It was published through {dns_provider}. Run again later. {restarts}"


def is_unknown(lookup: Lookup) -> bool:
    """Whether the record was looked up, and no lookup succeeded."""
    return bool(lookup.get("asked")) and lookup.get("visible") is None


def obstacles(phase: str, client: Client, lookup: Lookup, dns_provider: str) -> list[str]:
    """The obstacles to publishing, in sentences. A provider that writes refuses by itself what its zone cannot hold."""
    found = [client["publishing"].get("obstacle")]
    if phase in ("needs_dns", "failed") and lookup.get("cname") and dns_provider not in WRITING:
        found.append(perhaps_beside_cname(client["publishing"]["dns_record"]["name"], lookup["cname"]))
    return [text for text in found if text]


def ticket(
    record: Mapping[str, Any], phase: str, client: Client, lookup: Lookup, deadline: datetime | None
) -> list[str]:
    """Lines for a request to the owner of the zone."""
    client_name, client_id = (client["oauth_client"][key] for key in ("client_name", "client_id"))
    by = (
        f"{written(deadline)} (Cloudflare then stops looking until the verification is restarted)"
        if deadline
        else "none, the verification is restarted once the record is visible"
        if phase == "failed"
        else "not known"
    )
    lines = [
        "Please keep this DNS record until Cloudflare has seen it:"
        if lookup.get("visible")
        else "Please make sure that this DNS record exists, and leave all other records of the name as they are:"
        if is_unknown(lookup)
        else "Please add this DNS record, and leave all other records of the name as they are:",
        f"Type: {record['type']}",
        f"Name: {record['name']}",
        f"Value: {record['value']}",
        f"Deadline: {by}",
        f'In a zone file: {record["name"]}. IN TXT "{record["value"]}"',
        f"Reason: it shows Cloudflare that the OAuth client {client_name} ({client_id}) belongs to "
        "the owner of the domain.",
        *obstacles(phase, client, lookup, MANUAL),
    ]
    return [one_line(line) for line in lines]


def duration(seconds: float) -> str:
    """A length of time for people, such as 2 h 5 min, 3 min 20 s or 45 s."""
    whole = max(0, round(seconds))
    hours, minutes, rest = whole // 3600, whole // 60 % 60, whole % 60
    parts = [(hours, "h"), (minutes, "min")] if hours else [(minutes, "min"), (rest, "s")]
    return " ".join(f"{number} {unit}" for number, unit in parts if number) or "0 s"
