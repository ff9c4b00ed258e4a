# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One value of a TXT record set in a Cloudflare zone, every other value left alone. Private to this collection."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Mapping
from typing import Any

from .._api.auth import check_id
from .._api.client import Cloudflare
from .._api.errors import CloudflareError, UsageError, invalid
from .._api.response import IDENTICAL_RECORD_CODES, Record
from .._uris import ascii_name, host_of, unicode_name
from .names import check_wildcard, names_from, quoted, refuse_below_delegation, unquoted, valid_name

AUTOMATIC_TTL = 1
ZONE_READ = "Zone Read"
DNS_READ = "DNS Read"
DNS_WRITE = "DNS Write"


class HostRecords:
    """The records of one host in a Cloudflare zone, as they were listed once.

    A CNAME at the host is no obstacle: at Cloudflare only A, AAAA and CNAME records exclude one another.
    """

    def __init__(self, api: Cloudflare, host: str, zone_id: str | None = None) -> None:
        self._api, self._host = api, host
        self._zone = read_zone(api, zone_id, host) if zone_id else find_zone(api, host)
        self._path = f"/zones/{self._zone['id']}/dns_records"
        self._present = at_name(self._listed({"name": host}), host)

    def ensure(self, state: str, value: str, ttl: int | None, *, check_mode: bool) -> dict[str, Any]:
        """Add the value beside all others for C(state=present), or else remove its records."""
        if state == "absent":
            return self._ensure_absent(value, check_mode=check_mode)
        return self._ensure_present(value, ttl, check_mode=check_mode)

    def _ensure_present(self, value: str, ttl: int | None, *, check_mode: bool) -> dict[str, Any]:
        """Add the record, or set its TTL. Raises UsageError if it would not be seen, or would do harm."""
        record = next(iter(matching(self._present, self._host, value)), None)
        warnings = [] if record else self._addition
        wanted_ttl = ttl or (record or {}).get("ttl") or AUTOMATIC_TTL
        before, written = record, {**(record or {}), "ttl": wanted_ttl}
        expected = self._described(written, value)
        if not check_mode and record is None:
            written, added = self._add(value, wanted_ttl)
            before, expected = (None, expected) if added else (written, self._described(written, value))
        elif not check_mode and record is not None and record.get("ttl") != wanted_ttl:
            written = self._set_ttl(record, wanted_ttl)
        result = _result(self._described(before, value), expected)
        return {**result, "dns_record": self._described(written, value), "warnings": warnings}

    def _ensure_absent(self, value: str, *, check_mode: bool) -> dict[str, Any]:
        present = matching(self._present, self._host, value)
        for record in [] if check_mode else present:
            self._api.delete(f"{self._path}/{record['id']}", DNS_WRITE)
        before = self._described(next(iter(present), None), value)
        return {**_result(before, None), "dns_record": before, "warnings": []}

    @functools.cached_property
    def _addition(self) -> list[str]:
        """Warnings about a new record. Raises UsageError if it would not be seen, or would do harm."""
        # Those of the whole zone, in one listing.
        elsewhere = self._listed({"match": "any", "type": "NS", "name.startswith": "*."})
        refuse_below_delegation(self._host, *delegation(elsewhere, self._host, self._zone["name"]))
        warnings = [] if self._present else check_wildcard(self._host, self._wildcard_types(elsewhere))
        if self._zone.get("status", "active") != "active":
            warnings.append(
                f"The zone {self._zone['name']} is {self._zone['status']}, not active: its records cannot be seen "
                "before its domain is delegated to Cloudflare's name servers."
            )
        return warnings

    def _listed(self, query: Mapping[str, str]) -> list[Record]:
        return self._api.listing(self._path, DNS_READ, key="id", query=query)

    def _wildcard_types(self, wildcards: Iterable[Record]) -> set[str]:
        """The types of the records that a wildcard gives the host, which has none of its own."""
        nearest, between = nearest_wildcard(wildcards, self._host)
        # What exists on the way, or anything below it, keeps the wildcard away.
        if between and below(self._listed({"name.endswith": between}), between):
            return set()
        return {str(record.get("type")) for record in at_name(wildcards, nearest or "")}

    def _add(self, value: str, ttl: int) -> tuple[Record, bool]:
        """The record as Cloudflare returns it, and whether this run created it.

        An outdated list can hide one that existed already.
        """
        body = {"type": "TXT", "name": self._host, "content": quoted(value), "ttl": ttl}
        sent: list[str] = []

        def send() -> Record:
            sent.append(value)
            return self._api.write_object("POST", self._path, DNS_WRITE, body)

        def reread() -> Record | None:
            return next(iter(matching(self._listed({"name": self._host}), self._host, value)), None)

        try:
            return self._api.settle(send, reread), True
        except CloudflareError as refusal:
            if not refusal.codes & IDENTICAL_RECORD_CODES:
                raise
            present = self._api.awaited(reread, lambda found: found is not None)
            if present is None:
                raise
            # An earlier request may have arrived, whose response was lost.
            return present, len(sent) > 1

    def _set_ttl(self, record: Record, ttl: int) -> Record:
        path = f"{self._path}/{record['id']}"

        def reread() -> Record | None:
            current = self._api.get_object(path, DNS_READ)
            return current if current.get("ttl") == ttl else None

        return self._api.settle(lambda: self._api.write_object("PATCH", path, DNS_WRITE, {"ttl": ttl}), reread)

    def _described(self, record: Record | None, value: str) -> Record | None:
        if record is None:
            return None
        return {
            "id": record.get("id"),
            "zone_id": self._zone["id"],
            "type": "TXT",
            "name": name_of(record) or self._host,
            "value": unquoted(str(record["content"])) if "content" in record else value,
            "ttl": record.get("ttl"),
        }


def wanted_host(params: Mapping[str, Any]) -> str:
    """The host that the options name. Raises UsageError if it is invalid."""
    if uri := params["client_uri"]:
        host = host_of(uri)
        if not host:
            expected = "expected a URL with a host name, such as https://app.example.com"
            raise invalid("client_uri", f"{uri!r} is not a valid URL of a website ({expected}).")
        return host
    return valid_name("host", params["host"] or "")


def check_ttl(ttl: int | None, option: str = "ttl") -> None:
    if ttl is not None and ttl != AUTOMATIC_TTL and not 30 <= ttl <= 86400:
        raise invalid(option, f"{ttl} is out of range (expected 1, which is automatic, or from 30 to 86400 seconds).")


def _result(before: Record | None, after: Record | None) -> dict[str, Any]:
    sides = [{key: side[key] for key in ("type", "name", "value", "ttl")} if side else {} for side in (before, after)]
    return {
        "changed": sides[0] != sides[1],
        "diff": {"before": sides[0], "after": sides[1]},
    }


def zone_candidates(host: str) -> list[str]:
    """The names of the zones that could hold C(host), longest first; a top-level domain is no zone of a user."""
    return names_from(host)[:-1] or [host]


def read_zone(api: Cloudflare, zone_id: str, host: str) -> Record:
    """The zone of an ID. Raises UsageError unless it holds C(host), which Cloudflare would otherwise extend."""
    check_id("zone_id", zone_id)
    try:
        zone = api.get_object(f"/zones/{zone_id}", ZONE_READ)
    except CloudflareError as failure:
        if not failure.gone:
            raise
        text = (
            f"zone_id: the credential cannot see a zone {zone_id!r}. Correct zone_id, or give the credential the "
            f"permission '{ZONE_READ}' for the zone."
        )
        raise UsageError("zone_not_found", text, option="zone_id") from None
    name = name_of(zone)
    if not name or not below([{"name": host}], name):
        text = (
            f"zone_id: the zone {name or zone_id!r} does not contain {host}. Set zone_id to the zone that does, or "
            "omit the option."
        )
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
        f"No zone that the credential can see contains {host}. If the domain is at another DNS provider, publish the "
        f"record there. Otherwise give the credential the permissions '{ZONE_READ}', '{DNS_READ}' and '{DNS_WRITE}' "
        "for the zone.",
    )


ELSEWHERE: Mapping[str, str] = {
    "secondary": "is a secondary zone, read-only at Cloudflare. Publish the record on its primary name server.",
    "partial": "is a partial (CNAME) zone, whose DNS is at another provider. Publish the record at that provider.",
    "internal": "is an internal zone, which is not in the public DNS. Publish the record in the domain's public zone.",
}


def _writable(zones: list[Record], name: str) -> Record:
    usable = [zone for zone in zones if str(zone.get("type")) not in ELSEWHERE]
    active = [zone for zone in usable if zone.get("status") == "active"]
    if not usable:
        raise UsageError("zone_not_writable", f"The zone {name} {ELSEWHERE[zones[0]['type']]}")
    best = active or usable
    if len(best) > 1:
        ids = ", ".join(f"{zone['id']} ({zone.get('status')})" for zone in best)
        text = (
            f"Several zones have the name {name}: {ids}. Set zone_id of "
            "oauthops.iam.cloudflare_oauth_domain_record to one of them."
        )
        raise UsageError("zone_ambiguous", text, option="zone_id")
    return best[0]


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
    """The name at which the zone delegates the host, and the name servers; nothing without a delegation."""
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
