# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One value of a TXT record set in a Cloudflare zone, every other value left alone. Private to this collection."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import quote

from ansible_collections.oauthops.iam.plugins.module_utils._answer import IDENTICAL_RECORD_CODES, Record
from ansible_collections.oauthops.iam.plugins.module_utils._client import Cloudflare
from ansible_collections.oauthops.iam.plugins.module_utils._errors import CloudflareError, UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._uris import dns_name, host_of

AUTOMATIC_TTL = 1
ZONE_READ = "Zone Read"
DNS_READ = "DNS Read"
DNS_WRITE = "DNS Write"


def ensure_present(api: Cloudflare, params: Mapping[str, Any], host: str, *, check_mode: bool) -> dict[str, Any]:
    records, zone = _records(api, params, host)
    present = records.all_types()
    refuse_beside_cname(at_name(present, host), host)
    record = next(iter(matching(present, host, params["value"])), None)
    ttl = params["ttl"] or (record or {}).get("ttl") or AUTOMATIC_TTL
    before, written = record, {**(record or {}), "ttl": ttl}
    expected = shown(written, zone, params["value"], host)
    if not check_mode and record is None:
        written = records.add(params["value"], ttl)
    elif not check_mode and record is not None and record.get("ttl") != ttl:
        written = records.set_ttl(record, ttl)
    result = _result(shown(before, zone, params["value"], host), expected)
    return {**result, "dns_record": shown(written, zone, params["value"], host)}


def ensure_absent(api: Cloudflare, params: Mapping[str, Any], host: str, *, check_mode: bool) -> dict[str, Any]:
    records, zone = _records(api, params, host)
    present = matching(records.all_types(), host, params["value"])
    for record in [] if check_mode else present:
        records.remove(record)
    before = shown(next(iter(present), None), zone, params["value"], host)
    return {**_result(before, None), "dns_record": before}


def wanted_host(params: Mapping[str, Any]) -> str:
    """The DNS name that the options mean; raises UsageError when they hold none."""
    option = "client_uri" if params["client_uri"] else "host"
    given = params[option] or ""
    host = host_of(given) if option == "client_uri" else dns_name(given)
    if not host:
        raise UsageError(f"{option}: {given!r} has no host that DNS could have a record for.")
    return host


def check_record(params: Mapping[str, Any]) -> None:
    ttl, value = params["ttl"], params["value"]
    if ttl is not None and ttl != AUTOMATIC_TTL and not 30 <= ttl <= 86400:
        raise UsageError(f"ttl must be 1 (automatic) or from 30 to 86400 seconds, not {ttl}.")
    if not value or not (value.isascii() and value.isprintable()):
        raise UsageError("value must be the printable text that Cloudflare gave for the record, and not empty.")


def shown(record: Record | None, zone_id: str, value: str, host: str) -> Record | None:
    if record is None:
        return None
    fields = {"id": record.get("id"), "zone_id": zone_id, "type": "TXT", "name": host, "value": value}
    return {**fields, "ttl": record.get("ttl")}


def _records(api: Cloudflare, params: Mapping[str, Any], host: str) -> tuple[TxtRecords, str]:
    zone_id = params["zone_id"] or str(find_zone(api, host)["id"])
    return TxtRecords(api, zone_id, host), zone_id


def _result(before: Record | None, after: Record | None) -> dict[str, Any]:
    sides = [{key: side[key] for key in ("type", "name", "value", "ttl")} if side else {} for side in (before, after)]
    return {
        "changed": sides[0] != sides[1],
        "diff": {"before": sides[0], "after": sides[1]},
        "dns_record": after,
    }


def unquoted(content: str) -> str:
    """The text of TXT content: one or several quoted strings are joined, bare text is taken as it is."""
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', content)
    if not strings or not content.strip().startswith('"'):
        return content
    return "".join(re.sub(r"\\(.)", r"\1", string) for string in strings)


def quoted(value: str) -> str:
    """A value as the quoted strings of at most 255 bytes that TXT content is documented to be."""
    pieces = [value[start : start + 255] for start in range(0, len(value), 255)] or [""]
    return " ".join('"' + re.sub(r'(["\\])', r"\\\1", piece) + '"' for piece in pieces)


def zone_candidates(host: str) -> list[str]:
    """The names of the zones that could hold C(host), longest first; a top-level domain is no zone of a user."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(max(1, len(labels) - 1))]


def find_zone(api: Cloudflare, host: str) -> Record:
    """The longest zone that holds C(host): a delegated subdomain may be a zone of its own."""
    for name in zone_candidates(host):
        zones = api.listing("/zones", ZONE_READ, key="id", name=name)
        if zones:
            return _writable(zones, name)
    raise UsageError(
        f"None of the zones that this credential can see holds {host}: publish the record where its DNS is, or use a "
        f"credential with the permissions '{ZONE_READ}' and '{DNS_WRITE}' for the zone."
    )


def _writable(zones: list[Record], name: str) -> Record:
    usable = [zone for zone in zones if zone.get("type") != "secondary"]
    active = [zone for zone in usable if zone.get("status") == "active"]
    if not usable:
        raise UsageError(f"The zone {name} is a secondary one and cannot be written here: publish at its primary.")
    best = active or usable
    if len(best) > 1:
        ids = ", ".join(f"{zone['id']} ({zone.get('status')})" for zone in best)
        raise UsageError(f"Several zones have the name {name}: {ids}. Say which one is meant with zone_id.")
    return best[0]


class TxtRecords:
    """The TXT records at one name of one zone."""

    def __init__(self, api: Cloudflare, zone_id: str, name: str) -> None:
        self.api, self.name = api, name
        self.path = f"/zones/{quote(zone_id, safe='')}/dns_records"

    def all_types(self) -> list[Record]:
        return self.api.listing(self.path, DNS_READ, key="id", name=self.name)

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
    return [record for record in records if str(record.get("name", "")).lower().rstrip(".") == name]


def refuse_beside_cname(records: Iterable[Mapping[str, Any]], name: str) -> None:
    """Raise UsageError where a CNAME rules out every TXT record."""
    target = next((record.get("content") for record in records if record.get("type") == "CNAME"), None)
    if target:
        raise UsageError(
            f"{name} is a CNAME for {target}, and DNS allows no TXT record beside a CNAME: use a client_uri with "
            "another host, or replace the CNAME by address records."
        )
