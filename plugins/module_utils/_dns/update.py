# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One value of a TXT record set, by dynamic update (RFC 2136), every other value left alone. Private."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import Any

from .._api.errors import UsageError, invalid
from .exchange import addresses
from .name_server import NameServer, NameServerError, Records, tsig_key
from .names import check_value, check_wildcard, names_from, quoted, refuse_below_delegation, refuse_beside_cname

DEFAULT_TTL = 3600
TRIES = 3
WILDCARD_TYPES = ("A", "AAAA", "CNAME", "MX", "TXT")
# Removing a value that no record has changes nothing, and is refused to a key without the right.
UNUSED_VALUE = "oauthops.iam asks whether this key may change the records of this name"
# BIND's max-records-per-type, unless it is set.
MANY = 100
UNSEEN = (
    "{server} does not respond to queries, and {host} has other TXT records. It is not known whether the value is "
    "among them, so each run reports a change."
)
NO_UPDATES = "This server accepts no updates: set server to one that does, or publish the record in another way."
# By the code and the reason of what failed; without a reason it is for all others.
REMEDIES: Mapping[tuple[str, str | None], str] = {
    ("dns_not_served", None): "Set server to the primary name server of the zone.",
    ("dns_not_served", "REFUSED"): (
        "If it is not the primary name server of the zone, correct server. If it is, set the option zone, so that no "
        "query is needed."
    ),
    ("dns_refused", "REFUSED"): (
        "Allow the key to change the TXT records of this name (BIND: update-policy; Knot: an acl with update-owner; "
        "PowerDNS: dnsupdate, allow-dnsupdate-from and the zone's TSIG-ALLOW-DNSUPDATE). If this is a secondary that "
        "does not forward updates, set server to the primary."
    ),
    ("dns_refused", "NOTAUTH"): (
        "Set server to the primary of the zone. Knot also responds so to an update that has no key allowed by its acl."
    ),
    ("dns_refused", "NOTIMP"): NO_UPDATES,
    ("dns_refused", "FORMERR"): NO_UPDATES,
    ("dns_refused", "NOTZONE"): "Set zone to the zone that holds the name.",
    ("dns_refused", "SERVFAIL"): (
        "See the log of the name server. It may be unable to write the zone or its journal. Or the name has reached "
        "the maximum number of TXT records (BIND: max-records-per-type)."
    ),
    ("dns_unsigned", None): (
        "Check server, and that the key is configured there. An update may have been carried out: it is safe to run "
        "again."
    ),
    ("dns_key_refused", "NOTAUTH"): (
        "The key may be wrong, or the server not the primary of the zone. Check key_name, key_secret and "
        "key_algorithm, then server."
    ),
    ("dns_key_refused", "PeerBadKey"): (
        "Correct key_name and key_algorithm. If they are right, allow the key to change the TXT records of this name. "
        "Knot responds in the same way to a key that its acl (action, update-owner) does not allow."
    ),
    ("dns_key_refused", "PeerBadSignature"): (
        "Correct key_secret and key_algorithm: they differ from those of the server's key."
    ),
    ("dns_key_refused", "PeerBadTime"): (
        "Synchronize the clocks of this host and of the name server: they differ too much for TSIG."
    ),
    ("dns_unreachable", None): ("Check server, port, protocol and any firewall in between. It is safe to run again."),
}


def update_value(params: Mapping[str, Any], host: str, *, check_mode: bool) -> dict[str, Any]:
    """The module's result; C(params) are its options. Raises UsageError, or NameServerError with a remedy."""
    check_value(params["value"])
    try:
        server = name_server(params)
        return _ensure(server, params, host, check_mode=check_mode)
    except NameServerError as failure:
        usual = REMEDIES.get((failure.code, None), "")
        raise failure.remedied(REMEDIES.get((failure.code, failure.reason), usual)) from None


def name_server(params: Mapping[str, Any]) -> NameServer:
    found = addresses(params["server"].strip())
    if not found:
        raise invalid(
            "server",
            f"{params['server']!r} is neither an IP address nor a name that this host can resolve. Correct it.",
        )
    key = tsig_key(params["key_name"], params["key_secret"], params["key_algorithm"]) if params["key_name"] else None
    options = {"timeout": params["timeout"], "tries": TRIES, "protocol": params["protocol"], "key": key}
    return NameServer(found[0], params["port"], **options)


def _ensure(server: NameServer, params: Mapping[str, Any], host: str, *, check_mode: bool) -> dict[str, Any]:
    value, present = params["value"], params["state"] == "present"
    try:
        held = server.ask(host, "TXT")
    except NameServerError as failure:
        if failure.code != "dns_not_served" or not params["zone"]:
            raise
        return _ensure_unseen(server, params, host, check_mode=check_mode)
    refuse_below_delegation(host, held.cut, held.servers)
    zone = params["zone"] or zone_of(server, host, held)
    in_use = server.is_in_use(zone, host)
    # Else the response is that of a wildcard, or of the name that a CNAME leads to.
    own = set(held.values) if in_use and not held.cname else set()
    differs = (value in own) != present
    warnings = check_new_value(server, host, held, in_use=in_use) if differs and present else []
    ttl = held.ttl if own and held.ttl is not None else params["ttl"] or DEFAULT_TTL
    if differs and check_mode:
        server.remove_texts(zone, host, [quoted(UNUSED_VALUE)])
        warnings += too_many(host, own) if present else []
    elif differs and present:
        server.add_text(zone, host, value, ttl)
    elif differs:
        # As they are there: the strings that a value is split into are part of a record.
        server.remove_texts(zone, host, [each for text, each in zip(held.values, held.contents) if text == value])
    after = own | {value} if present else own - {value}
    record = {"name": host, "value": value, "ttl": ttl, "zone": zone}
    return _result(record, own, after, changed=differs, warnings=warnings)


def _ensure_unseen(server: NameServer, params: Mapping[str, Any], host: str, *, check_mode: bool) -> dict[str, Any]:
    """As C(_ensure), at a server without responses to queries, such as a hidden primary: prerequisites still work."""
    value, present, zone = params["value"], params["state"] == "present", params["zone"]
    ttl = params["ttl"] or DEFAULT_TTL
    above = [name for name in names_from(host) if name.endswith(f".{zone}")]
    refuse_below_delegation(host, next((name for name in above if server.has(zone, name, "NS")), None), ())
    others = server.has(zone, host, "TXT")
    alone = others and server.has(zone, host, "TXT", quoted(value))
    # Among others it cannot be found, so that it is written, or removed, in any case.
    differs = not alone if present else others
    warnings = check_unseen_name(server, zone, host) if differs and present else []
    if differs and others and not alone:
        warnings.append(UNSEEN.format(server=server, host=host))
    if differs and check_mode:
        server.remove_texts(zone, host, [quoted(UNUSED_VALUE)])
    elif differs and present:
        server.add_text(zone, host, value, ttl)
    elif differs:
        server.remove_texts(zone, host, [quoted(value)])
    record = {"name": host, "value": value, "ttl": ttl, "zone": zone}
    before, after = [value] if alone else [], [value] if present else []
    return _result(record, before, after, changed=differs, warnings=warnings)


def _result(
    record: Mapping[str, Any], before: Collection[str], after: Collection[str], *, changed: bool, warnings: list[str]
) -> dict[str, Any]:
    return {
        "changed": changed,
        "diff": {"before": {"values": sorted(before)}, "after": {"values": sorted(after)}},
        "dns_record": {"type": "TXT", **record},
        "txt_values": sorted(after),
        "warnings": warnings,
    }


def check_unseen_name(server: NameServer, zone: str, host: str) -> list[str]:
    if server.has(zone, host, "CNAME"):
        refuse_beside_cname(host, "another name")
    if server.is_in_use(zone, host):
        return []
    for parent in names_from(host)[1:]:
        types = {kind for kind in WILDCARD_TYPES if server.has(zone, f"*.{parent}", kind)}
        if types or parent == zone or server.is_in_use(zone, parent):
            return check_wildcard(host, types)
    return []


def too_many(host: str, values: Collection[str]) -> list[str]:
    if len(values) < MANY:
        return []
    return [
        f"{host} has {len(values)} TXT records. BIND may refuse another one: max-records-per-type is {MANY} unless it "
        "is set. Check mode cannot predict that."
    ]


def zone_of(server: NameServer, host: str, held: Records) -> str:
    """The zone that holds a host. With a CNAME a response shows the target's zone, so the names above are asked."""
    if held.zone and not held.cname:
        return held.zone
    for name in names_from(host)[1 if held.cname else 0 :]:
        found = server.ask(name, "SOA")
        if found.zone and not found.cname:
            return found.zone
    text = f"zone: the name server does not show which zone contains {host}. Set zone."
    raise UsageError("zone_not_found", text, option="zone")


def check_new_value(server: NameServer, host: str, held: Records, *, in_use: bool) -> list[str]:
    """Warnings about a new value. Raises UsageError if it cannot be added, or would do harm."""
    if in_use:
        refuse_beside_cname(host, held.cname)
        return []
    return check_wildcard(host, {"CNAME"} if held.cname else wildcard_types(server, host))


def wildcard_types(server: NameServer, host: str) -> set[str]:
    return {kind for kind in WILDCARD_TYPES if server.ask(host, kind).values}
