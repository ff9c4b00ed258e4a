# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""TXT records, and where in DNS there cannot be one, at any name server. Pure. Private to this collection."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping
from typing import TypeVar

from .._api.errors import UsageError, invalid
from .._uris import dns_name

DNS_PORT = 53
Name = TypeVar("Name", bound=Hashable)
# The next string of a zone file, quoted or, behind another one, bare.
STRING = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^"\s]+))\s*', re.DOTALL)
ESCAPE = re.compile(r"\\(?:([0-9]{3})|(.))", re.DOTALL)
# What a browser needs to reach a host: without these the application is gone.
ADDRESSES = frozenset({"A", "AAAA", "CNAME"})


def unquoted(content: str) -> str:
    """The text of TXT content: one or several strings of a zone file are joined, bare text is taken as it is."""
    if not content.lstrip().startswith('"'):
        return content
    text, read = "", 0
    while read < len(content):
        string = STRING.match(content, read)
        if not string:
            return content
        text += ESCAPE.sub(_unescaped, string[1] or string[2] or "")
        read = string.end()
    return text


def _unescaped(escape: re.Match[str]) -> str:
    """A character that follows a backslash, or that whose decimal number does (RFC 1035, 5.1)."""
    return chr(int(escape[1])) if escape[1] else escape[2]


def quoted(value: str) -> str:
    """A value as the quoted strings of at most 255 bytes that TXT content is documented to be."""
    pieces = [value[start : start + 255] for start in range(0, len(value), 255)] or [""]
    return " ".join('"' + re.sub(r'(["\\])', r"\\\1", piece) + '"' for piece in pieces)


def led_to(name: Name, aliases: Mapping[Name, Name]) -> list[Name]:
    """A name and those that CNAME records lead to from it, as far as they are known."""
    names = {name: None}
    while (name := aliases.get(name, name)) not in names:
        names[name] = None
    return list(names)


def names_from(host: str) -> list[str]:
    """A name and all that are above it."""
    labels = host.split(".")
    return [".".join(labels[start:]) for start in range(len(labels))]


def valid_name(option: str, given: str, example: str = "app.example.com") -> str:
    """A name as DNS stores it. Raises UsageError for an invalid one."""
    name = dns_name(given)
    if not name:
        expected = f"expected a name such as {example}, without scheme, port or path"
        raise invalid(option, f"{given!r} is not a valid DNS name ({expected}).")
    return name


def check_value(value: str) -> None:
    if not value or not (value.isascii() and value.isprintable()):
        raise invalid(
            "value", "it is empty or not printable ASCII (expected the value of the TXT record that Cloudflare shows)."
        )


def refuse_beside_cname(host: str, target: str | None) -> None:
    """Raise UsageError where a CNAME rules out every TXT record (RFC 1034, 3.6.2)."""
    if target:
        raise UsageError(
            "record_conflict",
            f"{host} is a CNAME for {target}, and DNS allows no TXT record beside a CNAME. Use a client_uri with "
            "another host, or replace the CNAME by address records.",
        )


def perhaps_beside_cname(host: str, target: str) -> str:
    """The warning about a CNAME at a host whose DNS provider is not known."""
    return (
        f"{host} is a CNAME for {target}. A zone at Cloudflare takes a TXT record beside it, most other DNS servers do "
        "not. There, use a client_uri with another host, or replace the CNAME by address records."
    )


def refuse_below_delegation(host: str, cut: str | None, servers: Collection[str]) -> None:
    """Raise UsageError where name servers other than the zone's serve the host (RFC 1034, 4.2.1)."""
    if cut:
        others = ", ".join(sorted(servers)) or "other name servers"
        raise UsageError(
            "host_delegated",
            f"The zone delegates {cut} to {others}, so it does not serve {host}. Publish the record on those servers.",
        )


def check_wildcard(host: str, types: Collection[str]) -> list[str]:
    """What to warn of when the first record of its own takes a host out of a wildcard (RFC 4592, 2.2.1).

    C(types) are those of the records of the wildcard. Raises UsageError when the host would lose its addresses.
    """
    addresses = sorted(ADDRESSES.intersection(types))
    if addresses:
        raise UsageError(
            "wildcard_conflict",
            f"{host} gets its addresses from a wildcard record ({', '.join(addresses)}). A TXT record of its own would "
            "make the host unreachable. Give it address records of its own, then run again.",
        )
    if not types:
        return []
    return [
        f"{host} had no record of its own, and a wildcard covered it ({', '.join(sorted(types))}). The wildcard no "
        "longer applies to a host with a record of its own. Add the other records that the host needs."
    ]
