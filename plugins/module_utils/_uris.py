# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Reading URIs as Cloudflare and DNS do. Pure. Private to this collection."""

from __future__ import annotations

import re
import sys

from ._api.address import ip_address, split
from ._api.errors import UsageError

try:
    import idna  # comes with requests
except ImportError:
    idna = None  # type: ignore[assignment]


LABEL = re.compile(r"(?!-)[a-z0-9_-]{1,63}(?<!-)")
# Of labels in Punycode (RFC 5890, 2.3.2.1).
PREFIX = "xn--"
# Names that the public DNS does not have (RFC 6761, 6762, 7686, 8375, 9476 and ICANN's decision on "internal").
SPECIAL = ("localhost", "local", "test", "invalid", "example", "onion", "alt", "internal", "home.arpa")


def host_of(uri: str) -> str | None:
    """The host of a web address as a DNS name, None when it has none."""
    parts = split(uri)
    return dns_name(parts.hostname) if parts and parts.hostname else None


def dns_name(host: str) -> str | None:
    """A host name in lower case and Punycode, without its final dot; None if it is invalid.

    Raises UsageError for non-ASCII characters if the library idna is missing.
    """
    name = host.rstrip(".").lower()
    if not name.isascii():
        if idna is None:
            raise UsageError(
                "requirement_missing",
                f"{host!r} has non-ASCII characters. Install the Python library idna for {sys.executable}, or write "
                "the name in Punycode (xn--...).",
            )
        try:
            name = idna.encode(name, uts46=True).decode("ascii")
        except idna.IDNAError:
            return None
    return name if len(name) <= 253 and all(map(LABEL.fullmatch, name.split("."))) else None


def ascii_name(name: str) -> str:
    """A name as DNS stores it: lower case, Punycode, no final dot.

    Labels that L(dns_name) refuses, such as * or an emoji, are accepted.
    """
    return ".".join(dns_name(label) or _punycode(label) for label in name.rstrip(".").lower().split("."))


def unicode_name(name: str) -> str:
    """A name in Punycode, decoded to Unicode."""
    return ".".join(_decoded(label) for label in name.split("."))


def _punycode(label: str) -> str:
    """The Punycode of a label that the rules for new names forbid, such as an emoji."""
    return label if label.isascii() else PREFIX + label.encode("punycode").decode()


def _decoded(label: str) -> str:
    try:
        text = label.removeprefix(PREFIX).encode().decode("punycode") if label.startswith(PREFIX) else label
    except UnicodeError:
        return label
    return text if text.isprintable() else label


def redirect_uri_error(uri: str) -> str | None:
    """Why this cannot be a redirect URI (RFC 6749, 3.1.2: absolute and without a fragment), or None."""
    parts = split(uri)
    if parts is None or not parts.scheme or not (parts.netloc or parts.path):
        return "is not an absolute URI, such as https://app.example.com/callback"
    if parts.scheme in ("http", "https") and not parts.hostname:
        return "has no host"
    return "has a fragment, which a redirect URI must not have" if "#" in uri else None


def web_address_error(uri: str) -> str | None:
    """Why this is not the address of a page or picture on the web, or None."""
    parts = split(uri)
    if parts is None:
        return "is not a URI"
    if parts.scheme not in ("http", "https"):
        return "must start with https:// or http://"
    return None if parts.hostname else "has no host"


def home_page_error(uri: str) -> str | None:
    """Why this is not the address of a home page, or None."""
    error = web_address_error(uri) or (None if _host(uri) else "has no valid host name")
    parts = split(uri)
    return error or (
        "must not have a user name or password, because it is public" if parts and "@" in parts.netloc else None
    )


def not_verifiable(home_page: str) -> str | None:
    """Why no TXT record can verify the host of a home page, in a sentence, or None."""
    host = _host(home_page)
    if host is None or _is_address(host):
        return f"The host of {home_page} is an IP address, and only a name can have a TXT record."
    if "." not in host or any(f".{host}".endswith(f".{name}") for name in SPECIAL):
        return f"{host} is not in the public DNS, so Cloudflare cannot verify it."
    return None


def _host(uri: str) -> str | None:
    """The host of a web address: a name as DNS stores it, or an IP address."""
    parts = split(uri)
    host = (parts.hostname if parts else None) or ""
    return host if _is_address(host) else dns_name(host)


def _is_address(host: str) -> bool:
    """Browsers take a host whose last label is a number for an IPv4 address (WHATWG URL, 3.5)."""
    return bool(ip_address(host) or re.fullmatch(r"0x[0-9a-f]*|[0-9]+", host.rstrip(".").rpartition(".")[2]))


def origin_error(origin: str) -> str | None:
    """Why this is not a web origin (RFC 6454: scheme, host and port, nothing else), or None."""
    error = web_address_error(origin)
    parts = split(origin)
    if error or parts is None:
        return error
    if parts.path not in ("", "/") or parts.query or parts.fragment or parts.username:
        return "must be an origin: scheme, host and port, without user, path, query or fragment"
    return None
