# SPDX-License-Identifier: GPL-3.0-or-later
"""How name servers refuse an update, and what a task makes of it. The tests check it, and a guide shows it."""

from __future__ import annotations

from dataclasses import dataclass

# As Debian 12 has them.
RAN_ON = ("BIND 9.18", "Knot DNS 3.2", "PowerDNS 4.7", "NSD 4.6", "Unbound 1.17")
KEYS = {
    "writer": "a valid key",
    "reader": "a key without permission",
    "stranger": "an unknown key",
    "wrong secret": "a wrong secret",
    "wrong algorithm": "a wrong algorithm",
    "none": "no key",
}


@dataclass(frozen=True)
class Refusal:
    """C(setting) is one of the servers in the tests, whose name it begins with.

    C(remedy) is a part of the message. C(advice) is the guide's, and C(why) says there how the server is configured.
    """

    setting: str
    keys: tuple[str, ...]
    code: str
    reason: str
    remedy: str
    advice: str
    why: str = ""

    @property
    def server(self) -> str:
        return self.setting.partition(" ")[0]

    @property
    def what(self) -> str:
        return ", ".join(KEYS[key] for key in self.keys) + self.why


CORRECT = "Correct the options of the key."
RIGHT_AT_POWERDNS = "Set ``dnsupdate``, ``allow-dnsupdate-from`` and the zone's ``TSIG-ALLOW-DNSUPDATE``."
NO_UPDATES = "Set ``server`` to a name server that accepts updates."
REFUSALS = (
    Refusal("BIND", ("reader", "none"), "dns_refused", "REFUSED", "update-policy", "Set the zone's ``update-policy``."),
    Refusal("BIND", ("stranger",), "dns_key_refused", "PeerBadKey", "Correct key_name", CORRECT),
    Refusal("BIND", ("wrong secret",), "dns_key_refused", "PeerBadSignature", "Correct key_secret", CORRECT),
    Refusal(
        "Knot",
        ("reader",),
        "dns_key_refused",
        "PeerBadKey",
        "update-owner",
        "Set an ``acl`` of the zone (``action``, ``update-owner``).",
    ),
    Refusal("Knot", ("stranger", "wrong algorithm"), "dns_key_refused", "PeerBadKey", "Correct key_name", CORRECT),
    Refusal("Knot", ("wrong secret",), "dns_key_refused", "PeerBadSignature", "Correct key_secret", CORRECT),
    Refusal("Knot", ("none",), "dns_refused", "NOTAUTH", "acl", "Give a key that an ``acl`` of the zone allows."),
    Refusal(
        "PowerDNS",
        ("stranger", "wrong secret", "wrong algorithm"),
        "dns_key_refused",
        "NOTAUTH",
        "key_secret and key_algorithm",
        CORRECT,
    ),
    Refusal("PowerDNS", ("reader", "none"), "dns_refused", "REFUSED", "TSIG-ALLOW-DNSUPDATE", RIGHT_AT_POWERDNS),
    Refusal(
        "PowerDNS without dnsupdate",
        ("writer",),
        "dns_refused",
        "REFUSED",
        "dnsupdate",
        RIGHT_AT_POWERDNS,
        " while ``dnsupdate`` is off",
    ),
    Refusal(
        "PowerDNS for other addresses",
        ("writer",),
        "dns_refused",
        "REFUSED",
        "allow-dnsupdate-from",
        RIGHT_AT_POWERDNS,
        " while ``allow-dnsupdate-from`` excludes the controller",
    ),
    Refusal("NSD", ("writer", "none"), "dns_refused", "NOTIMP", "accepts no updates", NO_UPDATES),
    Refusal("NSD", ("stranger",), "dns_key_refused", "PeerBadKey", "Correct key_name", NO_UPDATES),
    Refusal("Unbound", ("none",), "dns_refused", "NOTIMP", "accepts no updates", NO_UPDATES),
    Refusal("Unbound", ("writer",), "dns_not_served", "FORMERR", "Set server to the primary", NO_UPDATES),
)
