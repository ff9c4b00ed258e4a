# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One value of a TXT record set in a Cloudflare zone, every other value left alone. Private to this collection."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._api.auth import check_id
from ansible_collections.oauthops.iam.plugins.module_utils._api.client import Cloudflare
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError, UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._api.response import IDENTICAL_RECORD_CODES, Record
from ansible_collections.oauthops.iam.plugins.module_utils._dns.names import (
    check_wildcard,
    quoted,
    refuse_below_delegation,
    unquoted,
)
from ansible_collections.oauthops.iam.plugins.module_utils._uris import ascii_name, dns_name, host_of, unicode_name

AUTOMATIC_TTL = 1
ZONE_READ = "Zone Read"
DNS_READ = "DNS Read"
DNS_WRITE = "DNS Write"


class HostRecords:
    """The records of one host in a Cloudflare zone, as they were listed once.

    A CNAME at the host is no obstacle: at Cloudflare only A, AAAA and CNAME records exclude one another.
    """

    def __init__(self, api: Cloudflare, zone: Record, host: str) -> None:
        self.zone, self.host = zone, host
        self._records = TxtRecords(api, str(zone["id"]), host)
        self._present = at_name(self._records.all_types(), host)

    @classmethod
    def looked_up(cls, api: Cloudflare, host: str, zone_id: str | None = None) -> HostRecords:
        return cls(api, read_zone(api, zone_id, host) if zone_id else find_zone(api, host), host)

    @functools.cached_property
    def _addition(self) -> list[str]:
        """What to warn of when a record is added; raises UsageError where it would stay unseen or do harm."""
        elsewhere = self._records.delegations_and_wildcards()
        refuse_below_delegation(self.host, *delegation(elsewhere, self.host, self.zone["name"]))
        warnings = [] if self._present else check_wildcard(self.host, self._records.wildcard_types(elsewhere))
        if self.zone.get("status", "active") != "active":
            warnings.append(
                f"The zone {self.zone['name']} is {self.zone['status']}, not active: its records cannot be seen "
                "before its domain is delegated to Cloudflare's name servers."
            )
        return warnings

    def ensure_present(self, value: str, ttl: int | None, *, check_mode: bool) -> dict[str, Any]:
        """The value beside all others. Raises UsageError where it would stay unseen or do harm."""
        record = next(iter(matching(self._present, self.host, value)), None)
        warnings = [] if record else self._addition
        wanted_ttl = ttl or (record or {}).get("ttl") or AUTOMATIC_TTL
        before, written = record, {**(record or {}), "ttl": wanted_ttl}
        expected = self._described(written, value)
        if not check_mode and record is None:
            written, added = self._records.add(value, wanted_ttl)
            before, expected = (None, expected) if added else (written, self._described(written, value))
        elif not check_mode and record is not None and record.get("ttl") != wanted_ttl:
            written = self._records.set_ttl(record, wanted_ttl)
        result = _result(self._described(before, value), expected)
        return {**result, "dns_record": self._described(written, value), "warnings": warnings}

    def ensure_absent(self, value: str, *, check_mode: bool) -> dict[str, Any]:
        """No record of the value; all others stay."""
        present = matching(self._present, self.host, value)
        for record in [] if check_mode else present:
            self._records.remove(record)
        before = self._described(next(iter(present), None), value)
        return {**_result(before, None), "dns_record": before, "warnings": []}

    def _described(self, record: Record | None, value: str) -> Record | None:
        if record is None:
            return None
        return {
            "id": record.get("id"),
            "zone_id": self.zone["id"],
            "type": "TXT",
            "name": name_of(record) or self.host,
            "value": unquoted(str(record["content"])) if "content" in record else value,
            "ttl": record.get("ttl"),
        }


def wanted_host(params: Mapping[str, Any]) -> str:
    """The DNS name that the options mean; raises UsageError when they hold none."""
    option = "client_uri" if params["client_uri"] else "host"
    given = params[option] or ""
    host = host_of(given) if option == "client_uri" else dns_name(given)
    if not host:
        text = f"{option}: {given!r} has no host that DNS could have a record for."
        raise UsageError("invalid_option", text, option=option)
    return host


def check_ttl(ttl: int | None, option: str = "ttl") -> None:
    if ttl is not None and ttl != AUTOMATIC_TTL and not 30 <= ttl <= 86400:
        text = f"{option}: {ttl} is out of range (expected 1, which is automatic, or from 30 to 86400 seconds)."
        raise UsageError("invalid_option", text, option=option)


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


def read_zone(api: Cloudflare, zone_id: str, host: str) -> Record:
    """The zone with an ID. Raises UsageError where it does not hold C(host), of which Cloudflare would make another."""
    check_id("zone_id", zone_id)
    try:
        zone = api.get_object(f"/zones/{zone_id}", ZONE_READ)
    except CloudflareError as failure:
        if not failure.gone:
            raise
        text = f"zone_id: there is no zone {zone_id!r} that this credential can see."
        raise UsageError("zone_not_found", text, option="zone_id") from None
    name = name_of(zone)
    if not name or not below([{"name": host}], name):
        text = f"zone_id: the zone {name!r} does not hold {host}. Set zone_id to the zone that does, or omit it."
        raise UsageError("zone_not_found", text, option="zone_id")
    return {**_writable([zone], name), "id": zone_id, "name": name}


def find_zone(api: Cloudflare, host: str) -> Record:
    """The longest zone that holds C(host): a delegated subdomain may be a zone of its own."""
    for name in zone_candidates(host):
        # Cloudflare lists zones in Unicode, and records in Punycode.
        for spelling in dict.fromkeys((name, unicode_name(name))):
            listed = api.listing("/zones", ZONE_READ, key="id", query={"name": spelling})
            zones = [zone for zone in listed if name_of(zone) in (name, "")]
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
    usable = [zone for zone in zones if str(zone.get("type")) not in ELSEWHERE]
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
        self.path = f"/zones/{zone_id}/dns_records"

    def all_types(self) -> list[Record]:
        return self.api.listing(self.path, DNS_READ, key="id", query={"name": self.name})

    def delegations_and_wildcards(self) -> list[Record]:
        """Of the whole zone, in one listing."""
        query = {"match": "any", "type": "NS", "name.startswith": "*."}
        return self.api.listing(self.path, DNS_READ, key="id", query=query)

    def wildcard_types(self, wildcards: Iterable[Record]) -> set[str]:
        """The types of the records that a wildcard gives the name, which has none of its own."""
        nearest, between = nearest_wildcard(wildcards, self.name)
        # What exists on the way, or anything below it, keeps the wildcard away.
        if between and below(
            self.api.listing(self.path, DNS_READ, key="id", query={"name.endswith": between}), between
        ):
            return set()
        return {str(record.get("type")) for record in at_name(wildcards, nearest or "")}

    def add(self, value: str, ttl: int) -> tuple[Record, bool]:
        """The record as Cloudflare has it, and whether it is ours: it may have been there, unseen by a lagging list."""
        body = {"type": "TXT", "name": self.name, "content": quoted(value), "ttl": ttl}
        sent: list[str] = []

        def send() -> Record:
            sent.append(value)
            return self.api.write_object("POST", self.path, DNS_WRITE, body)

        def reread() -> Record | None:
            return next(iter(matching(self.all_types(), self.name, value)), None)

        try:
            return self.api.settle(send, reread), True
        except CloudflareError as refusal:
            if not refusal.codes & IDENTICAL_RECORD_CODES:
                raise
            present = self.api.awaited(reread, lambda found: found is not None)
            if present is None:
                raise
            # An earlier request may have arrived, whose response was lost.
            return present, len(sent) > 1

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
    """The name of a record or a zone, as DNS has it."""
    return ascii_name(str(record.get("name") or ""))


def delegation(records: Iterable[Record], host: str, zone: str) -> tuple[str | None, list[str]]:
    """Where the zone hands the host over to other name servers, and to which; nothing where it does not."""
    cuts: dict[str, list[str]] = {}
    for record in records:
        if record.get("type") == "NS":
            cuts.setdefault(name_of(record), []).append(str(record.get("content")))
    names = [name for name in zone_candidates(host) if name in cuts and name != zone]
    return (names[-1], cuts[names[-1]]) if names else (None, [])


def nearest_wildcard(wildcards: Iterable[Record], host: str) -> tuple[str | None, str | None]:
    """The wildcard that could cover a host, and the name right below it on the way, if there is one."""
    names = {name_of(record) for record in wildcards}
    candidates = zone_candidates(host)
    for lower, name in zip(candidates, candidates[1:]):
        if f"*.{name}" in names:
            return f"*.{name}", lower if lower != host else None
    return None, None


def below(records: Iterable[Record], name: str) -> list[Record]:
    """The records at a name or at one below it."""
    return [record for record in records if f".{name_of(record)}".endswith(f".{name}")]
