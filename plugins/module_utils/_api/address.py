# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Addresses, as strictly as all who read them after us. Pure. Private to this collection."""

from __future__ import annotations

import ipaddress
import re
from urllib.parse import SplitResult, urlsplit

# What Cloudflare's IDs are made of, as far as any has been seen.
IDENTIFIER = re.compile(r"[0-9A-Za-z_-]+")


def split(address: str) -> SplitResult | None:
    """The parts of an address, or None for what is none: blanks, a bad port, brackets that do not close.

    Nor is one with a backslash, which browsers take for a slash, so that they go to another host.
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
    """None for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def is_identifier(text: object) -> bool:
    """Whether it can stand in a path as it is: what else it holds could lead to another object."""
    return isinstance(text, str) and bool(IDENTIFIER.fullmatch(text))
