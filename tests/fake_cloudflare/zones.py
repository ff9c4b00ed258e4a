# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones and DNS records: what they are and which records are acceptable."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import idna

from .clock import stamp
from .envelope import Problem
from .variants import Variants

RECORD_TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "NS", "TXT")
RECORD_GONE = 81044
_ADDRESS_CLASH, _CNAME_CLASH = 81053, 81054
# Of a name's records only these exclude a CNAME, and one another where one of them is a CNAME.
_ADDRESSES = ("A", "AAAA", "CNAME")
_CONTENT_INVALID, _TTL_INVALID, _TXT_UNPRINTABLE, _TAG_QUOTA = 9005, 9021, 9051, 9300
_NAME_INVALID, _TYPE_INVALID = 9000, 9004


@dataclass
class Zone:
    id: str
    name: str
    account_id: str
    created_at: datetime
    status: str = "active"
    type: str = "full"

    @property
    def dns_name(self) -> str:
        """In Punycode, as records and DNS have it."""
        return ascii_name(self.name)

    @property
    def served(self) -> bool:
        return self.status == "active" and self.type == "full"

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "status": self.status,
            "type": self.type,
            "paused": False,
            "account": {"id": self.account_id, "name": "fake account"},
            "name_servers": ["ada.ns.fake.invalid", "bob.ns.fake.invalid"],
            "created_on": stamp(self.created_at),
            "modified_on": stamp(self.created_at),
            "activated_on": stamp(self.created_at) if self.status == "active" else None,
        }


def new_zone(zone_id: str, name: str, account_id: str, now: datetime) -> Zone:
    """A zone, whose name is listed in Unicode."""
    return Zone(zone_id, idna.decode(ascii_name(name)), account_id, now)


def ascii_name(name: str) -> str:
    """In lower case and Punycode without its final dot; labels that need no Punycode can be anything."""
    labels = name.lower().rstrip(".").split(".")
    return ".".join(label if label.isascii() else idna.encode(label, uts46=True).decode() for label in labels)


@dataclass
class Record:
    id: str
    zone_id: str
    type: str
    name: str
    content: str
    ttl: int
    created_at: datetime
    modified_at: datetime
    comment: str | None = None
    tags: tuple[str, ...] = ()
    proxied: bool = False

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "type": self.type,
            "name": self.name,
            "content": self.content,
            "ttl": self.ttl,
            "comment": self.comment,
            "tags": list(self.tags),
            "proxied": self.proxied,
            "proxiable": self.type in ("A", "AAAA", "CNAME"),
            "settings": {},
            "meta": {},
            "created_on": stamp(self.created_at),
            "modified_on": stamp(self.modified_at),
        }


def longest_zone(zones: Iterable[Zone], name: str) -> Zone | None:
    """The zone that a name belongs to, among those given."""
    labels = "." + ascii_name(name)
    holding = [zone for zone in zones if labels.endswith("." + zone.dns_name)]
    return max(holding, key=lambda zone: len(zone.dns_name), default=None)


def full_name(name: str, zone: Zone) -> str:
    """A record's name with the zone's appended where it was left out; @ is the apex."""
    name = ascii_name(name)
    if name in ("", "@"):
        return zone.dns_name
    return name if ("." + name).endswith("." + zone.dns_name) else f"{name}.{zone.dns_name}"


def unquoted(content: str) -> str:
    """TXT content as the text it stands for: quoted strings are joined, unquoted text is itself."""
    strings = re.findall(r'"((?:[^"\\]|\\.)*)"', content)
    if not strings or not content.startswith('"'):
        return content
    return "".join(re.sub(r"\\(.)", r"\1", string) for string in strings)


def field_problems(values: Mapping[str, Any], variants: Variants) -> list[Problem]:
    """What is wrong with a complete set of record values, looked at alone."""
    content, ttl = values.get("content"), values.get("ttl")
    checks = [
        (_TYPE_INVALID, "type is not supported", values.get("type") in RECORD_TYPES),
        (_NAME_INVALID, "name must be a text of 1 to 255 characters", _is_text(values.get("name"), 255)),
        (_CONTENT_INVALID, "content must be a text that is not empty", _is_text(content, 10_000)),
        (_TTL_INVALID, "ttl must be 1 or 60 to 86400", _is_ttl(ttl)),
        (_TXT_UNPRINTABLE, "content has characters that cannot be printed", str(content).isprintable()),
        (_TAG_QUOTA, "tags exceed the quota", not values.get("tags") or variants.dns_tags == "allow"),
    ]
    return [Problem(code, f"DNS record: {message}") for code, message, fine in checks if not fine]


def _is_ttl(value: Any) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and (value == 1 or 60 <= value <= 86_400)


def _is_text(value: object, longest: int) -> bool:
    return isinstance(value, str) and 0 < len(value) <= longest


def clash(record: Record, others: Iterable[Record], variants: Variants) -> Problem | None:
    """Why a record cannot stand beside the others of its zone, if so."""
    same_name = [other for other in others if other.name == record.name and other.id != record.id]
    for other in same_name:
        if other.type == record.type and unquoted(other.content) == unquoted(record.content):
            return Problem(variants.dns_duplicate_code, "An identical record already exists.")
    addresses = [other.type for other in same_name if other.type in _ADDRESSES]
    if record.type == "CNAME" and addresses:
        return Problem(_ADDRESS_CLASH, "An A, AAAA, or CNAME record with that host already exists.")
    if record.type in _ADDRESSES and "CNAME" in addresses:
        return Problem(_CNAME_CLASH, "A CNAME record with that host already exists.")
    return None
