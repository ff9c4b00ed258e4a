# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One value of a TXT record set, by dynamic update (RFC 2136), every other value left alone. Private."""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._name_servers import (
    Answer,
    Key,
    NameServer,
    NameServerError,
)
from ansible_collections.oauthops.iam.plugins.module_utils._txt import (
    check_value,
    check_wildcard,
    refuse_below_delegation,
    refuse_beside_cname,
)

DEFAULT_TTL = 3600
TRIES = 3
WHAT_A_WILDCARD_MAY_ANSWER = ("A", "AAAA", "CNAME", "MX", "TXT")
# Removing what nobody has changes nothing, and is refused to whom it is not allowed.
NOBODYS_VALUE = "oauthops.iam asks whether this key may change the records of this name"
REMEDIES: Mapping[str, str] = {
    "REFUSED": "Allow the key to change the TXT records of this name (BIND: update-policy; Knot: an acl).",
    "NOTAUTH": "Set server to the primary of the zone, and the key to one that it knows.",
    "NOTZONE": "Set zone to the zone that holds the name.",
    "PeerBadKey": "Correct key_name: the server has no key of this name.",
    "PeerBadSignature": "Correct key_secret and key_algorithm: they are not those of the server's key.",
    "PeerBadTime": "Set the clocks: those of this machine and of the server differ too much for a signature.",
}


def ensure(params: Mapping[str, Any], host: str, *, check_mode: bool) -> dict[str, Any]:
    """The module's result; C(params) are its options. Raises UsageError, or NameServerError with a remedy."""
    check_value(params["value"])
    try:
        server = name_server(params)
        return _ensure(server, params, host, check_mode=check_mode)
    except NameServerError as failure:
        remedy = REMEDIES.get(failure.code or "", "")
        raise NameServerError(f"{failure.message} {remedy}".strip(), failure.code) from None


def name_server(params: Mapping[str, Any]) -> NameServer:
    key = Key(params["key_name"], params["key_secret"], params["key_algorithm"]) if params["key_name"] else None
    address = address_of(params["server"])
    options = {"timeout": params["timeout"], "tries": TRIES, "protocol": params["protocol"], "key": key}
    return NameServer(address, params["port"], **options)


def address_of(server: str) -> str:
    try:
        return str(ipaddress.ip_address(server))
    except ValueError:
        pass
    try:
        return str(socket.getaddrinfo(server, None, type=socket.SOCK_STREAM)[0][4][0])
    except (OSError, UnicodeError):
        raise UsageError(
            f"server: {server!r} is neither an IP address nor a name that this machine can find."
        ) from None


def _ensure(server: NameServer, params: Mapping[str, Any], host: str, *, check_mode: bool) -> dict[str, Any]:
    value, present = params["value"], params["state"] == "present"
    held = server.ask(host, "TXT")
    refuse_below_delegation(host, held.cut, held.servers)
    zone = params["zone"] or zone_of(server, host, held)
    differs = (value in held.values) != present
    warnings = check_addition(server, zone, host, held) if differs and present else []
    ttl = params["ttl"] or DEFAULT_TTL if held.ttl is None else held.ttl
    if differs and check_mode:
        server.remove_text(zone, host, NOBODYS_VALUE)
    elif differs and present:
        server.add_text(zone, host, value, ttl)
    elif differs:
        server.remove_text(zone, host, value)
    after = {*held.values, value} if present else {*held.values} - {value}
    return {
        "changed": differs,
        "diff": {"before": {"values": sorted(set(held.values))}, "after": {"values": sorted(after)}},
        "dns_record": {"type": "TXT", "name": host, "value": value, "ttl": ttl, "zone": zone},
        "values": sorted(after),
        "warnings": warnings,
    }


def zone_of(server: NameServer, host: str, held: Answer) -> str:
    """The zone that holds a host; an answer without records tells it, and that to a question for the SOA record."""
    zone = held.zone or server.ask(host, "SOA").zone
    if not zone:
        raise UsageError(f"The name server does not tell which zone {host} is in: set zone.")
    return zone


def check_addition(server: NameServer, zone: str, host: str, held: Answer) -> list[str]:
    """What to warn of before a value is added; raises UsageError where it cannot be, or would do harm."""
    if server.is_in_use(zone, host):
        refuse_beside_cname(host, held.cname)
        return []
    return check_wildcard(host, answered_types(server, host))


def answered_types(server: NameServer, host: str) -> set[str]:
    return {kind for kind in WHAT_A_WILDCARD_MAY_ANSWER if server.ask(host, kind).values}
