# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One value of a TXT record set in a Cloudflare zone, every other value left alone. Private to this collection."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.oauthops.iam.plugins.module_utils._api.client import Cloudflare
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError, UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._api.response import IDENTICAL_RECORD_CODES, Record
from ansible_collections.oauthops.iam.plugins.module_utils._dns.names import (
    check_value,
    check_wildcard,
    quoted,
    refuse_below_delegation,
    refuse_beside_cname,
    unquoted,
)
from ansible_collections.oauthops.iam.plugins.module_utils._uris import dns_name, host_of

AUTOMATIC_TTL = 1
ZONE_READ = "Zone Read"
DNS_READ = "DNS Read"
DNS_WRITE = "DNS Write"


def ensure_present(api: Cloudflare, params: Mapping[str, Any], host: str, *, check_mode: bool) -> dict[str, Any]:
    records, zone = _records(api, params, host)
    present = at_name(records.all_types(), host)
    refuse_beside_cname(host, _content(present, "CNAME"))
    record = next(iter(matching(present, host, params["value"])), None)
    warnings = [] if record else check_addition(records, zone, present)
    ttl = params["ttl"] or (record or {}).get("ttl") or AUTOMATIC_TTL
    before, written = record, {**(record or {}), "ttl": ttl}
    expected = described(written, zone["id"], params["value"], host)
    if not check_mode and record is None:
        written = records.add(params["value"], ttl)
    elif not check_mode and record is not None and record.get("ttl") != ttl:
        written = records.set_ttl(record, ttl)
    result = _result(described(before, zone["id"], params["value"], host), expected)
    return {**result, "dns_record": described(written, zone["id"], params["value"], host), "warnings": warnings}


def ensure_absent(api: Cloudflare, params: Mapping[str, Any], host: str, *, check_mode: bool) -> dict[str, Any]:
    records, zone = _records(api, params, host)
    present = matching(records.all_types(), host, params["value"])
    for record in [] if check_mode else present:
        records.remove(record)
    before = described(next(iter(present), None), zone["id"], params["value"], host)
    return {**_result(before, None), "dns_record": before}


def check_addition(records: TxtRecords, zone: Record, present: list[Record]) -> list[str]:
    """What to warn of before a record is added; raises UsageError where nobody would see it or it would do harm."""
    host = records.name
    if "name" in zone:
        refuse_below_delegation(host, *delegation(records.of_type("NS"), host, zone["name"]))
    warnings = [] if present else check_wildcard(host, records.wildcard_types())
    if zone.get("status", "active") != "active":
        warnings.append(
            f"The zone {zone['name']} is {zone['status']}, not active: nobody sees its records before its domain is "
            "delegated to Cloudflare's name servers."
        )
    return warnings


def wanted_host(params: Mapping[str, Any]) -> str:
    """The DNS name that the options mean; raises UsageError when they hold none."""
    option = "client_uri" if params["client_uri"] else "host"
    given = params[option] or ""
    host = host_of(given) if option == "client_uri" else dns_name(given)
    if not host:
        text = f"{option}: {given!r} has no host that DNS could have a record for."
        raise UsageError("invalid_option", text, option=option)
    return host


def check_record(params: Mapping[str, Any]) -> None:
    ttl = params["ttl"]
    if ttl is not None and ttl != AUTOMATIC_TTL and not 30 <= ttl <= 86400:
        text = f"ttl must be 1 (automatic) or from 30 to 86400 seconds, not {ttl}."
        raise UsageError("invalid_option", text, option="ttl")
    check_value(params["value"])


def described(record: Record | None, zone_id: str, value: str, host: str) -> Record | None:
    if record is None:
        return None
    fields = {"id": record.get("id"), "zone_id": zone_id, "type": "TXT", "name": host, "value": value}
    return {**fields, "ttl": record.get("ttl")}


def _records(api: Cloudflare, params: Mapping[str, Any], host: str) -> tuple[TxtRecords, Record]:
    zone = {"id": params["zone_id"]} if params["zone_id"] else find_zone(api, host)
    return TxtRecords(api, str(zone["id"]), host), zone


def _content(records: Iterable[Record], kind: str) -> str | None:
    return next((str(record.get("content")) for record in records if record.get("type") == kind), None)


def _result(before: Record | None, after: Record | None) -> dict[str, Any]:
    sides = [{key: side[key] for key in ("type", "name", "value", "ttl")} if side else {} for side in (before, after)]
    return {
        "changed": sides[0] != sides[1],
        "diff": {"before": sides[0], "after": sides[1]},
        "dns_record": after,
    }


def zone_candidates(host: str) -> list[str]:
    """The names of the zones that could hold C(host), longest first; a top-level domain is no zone of a user."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]


def find_zone(api: Cloudflare, host: str) -> Record:
    """The longest zone that holds C(host): a delegated subdomain may be a zone of its own."""
    for name in zone_candidates(host):
        zones = api.listing("/zones", ZONE_READ, key="id", name=name)
        if zones:
            return {**_writable(zones, name), "name": name}
    raise UsageError(
        "zone_not_found",
        f"None of the zones that this credential can see holds {host}: publish the record where its DNS is, or use a "
        f"credential with the permissions '{ZONE_READ}', '{DNS_READ}' and '{DNS_WRITE}' for the zone.",
    )


ELSEWHERE: Mapping[str, str] = {
    "secondary": "is a secondary one and cannot be written here: publish at its primary.",
    "partial": "has a partial set-up, which leaves its DNS elsewhere: publish there.",
    "internal": "is an internal one, which the world does not see: publish where the world looks.",
}


def _writable(zones: list[Record], name: str) -> Record:
    usable = [zone for zone in zones if zone.get("type") not in ELSEWHERE]
    active = [zone for zone in usable if zone.get("status") == "active"]
    if not usable:
        raise UsageError("zone_not_writable", f"The zone {name} {ELSEWHERE[zones[0]['type']]}")
    best = active or usable
    if len(best) > 1:
        ids = ", ".join(f"{zone['id']} ({zone.get('status')})" for zone in best)
        text = f"Several zones have the name {name}: {ids}. Say which one is meant with zone_id."
        raise UsageError("zone_ambiguous", text, option="zone_id")
    return best[0]


class TxtRecords:
    """The TXT records at one name of one zone."""

    def __init__(self, api: Cloudflare, zone_id: str, name: str) -> None:
        self.api, self.name = api, name
        self.path = f"/zones/{quote(zone_id, safe='')}/dns_records"

    def all_types(self) -> list[Record]:
        return self.api.listing(self.path, DNS_READ, key="id", name=self.name)

    def of_type(self, kind: str) -> list[Record]:
        """Of the whole zone."""
        return self.api.listing(self.path, DNS_READ, key="id", type=kind)

    def wildcard_types(self) -> set[str]:
        """The types of the records that a wildcard answers with for the name, which has none of its own."""
        wildcards = self.api.listing(self.path, DNS_READ, key="id", **{"name.startswith": "*."})
        nearest, between = nearest_wildcard(wildcards, self.name)
        # What exists on the way, or anything below it, keeps the wildcard away.
        if between and below(self.api.listing(self.path, DNS_READ, key="id", **{"name.endswith": between}), between):
            return set()
        return {str(record.get("type")) for record in at_name(wildcards, nearest or "")}

    def add(self, value: str, ttl: int) -> Record:
        body = {"type": "TXT", "name": self.name, "content": quoted(value), "ttl": ttl}

        def send() -> Record:
            return self.api.write_object("POST", self.path, DNS_WRITE, body)

        def reread() -> Record | None:
            return next(iter(matching(self.all_types(), self.name, value)), None)

        try:
            return self.api.settle(send, reread)
        except CloudflareError as refusal:
            present = reread() if refusal.codes & IDENTICAL_RECORD_CODES else None
            if present is None:
                raise
            return present

    def set_ttl(self, record: Record, ttl: int) -> Record:
        path = f"{self.path}/{record['id']}"

        def send() -> Record:
            return self.api.write_object("PATCH", path, DNS_WRITE, {"ttl": ttl})

        def reread() -> Record | None:
            current = self.api.get_object(path, DNS_READ)
            return current if current.get("ttl") == ttl else None

        return self.api.settle(send, reread)

    def remove(self, record: Record) -> None:
        self.api.delete(f"{self.path}/{record['id']}", DNS_WRITE)


def matching(records: Iterable[Record], name: str, value: str) -> list[Record]:
    return [
        record
        for record in at_name(records, name)
        if record.get("type") == "TXT" and unquoted(str(record.get("content", ""))) == value
    ]


def at_name(records: Iterable[Record], name: str) -> list[Record]:
    return [record for record in records if name_of(record) == name]


def name_of(record: Record) -> str:
    return str(record.get("name", "")).lower().rstrip(".")


def delegation(name_servers: Iterable[Record], host: str, zone: str) -> tuple[str | None, list[str]]:
    """Where the zone hands the host over to other name servers, and to which; nothing where it does not."""
    cuts: dict[str, list[str]] = {}
    for record in name_servers:
        cuts.setdefault(name_of(record), []).append(str(record.get("content")))
    names = [name for name in zone_candidates(host) if name in cuts and name != zone]
    return (names[-1], cuts[names[-1]]) if names else (None, [])


def nearest_wildcard(wildcards: Iterable[Record], host: str) -> tuple[str | None, str | None]:
    """The wildcard that could answer for a host, and the name right below it on the way, if there is one."""
    names = {name_of(record) for record in wildcards}
    candidates = zone_candidates(host)
    for lower, name in zip(candidates, candidates[1:]):
        if f"*.{name}" in names:
            return f"*.{name}", lower if lower != host else None
    return None, None


def below(records: Iterable[Record], name: str) -> list[Record]:
    """The records at a name or at one below it."""
    return [record for record in records if f".{name_of(record)}".endswith(f".{name}")]
