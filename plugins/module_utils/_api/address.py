# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Parses addresses as strictly as every program that reads them later. Pure. Private to this collection."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

# What Cloudflare's IDs are made of, as far as any has been seen.
IDENTIFIER = re.compile(r"[0-9A-Za-z_-]+")


def split(address: str) -> SplitResult | None:
    """The parts of an address, or None for an invalid one: with blanks, a bad port, open brackets or a backslash.

    Browsers take a backslash for a slash, and would go to another host.
    """
    if not address.isprintable() or " " in address or "\\" in address:
        return None
    try:
        parts = urlsplit(address)
        _port = parts.port
    except ValueError:
        return None
    return parts


def ip_address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """A host as an IP address, or None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_identifier(text: object) -> bool:
    """Whether a text can be an ID in a request's path. Other characters could lead to another object."""
    return isinstance(text, str) and bool(IDENTIFIER.fullmatch(text))
