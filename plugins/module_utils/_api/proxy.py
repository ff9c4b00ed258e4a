# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Checks the proxy that the environment names. Private to this collection."""

from __future__ import annotations

import importlib.util
import sys

from .address import split
from .errors import UsageError

# Schemes of proxies, and those that need a library of their own.
SCHEMES = ("http", "https")
SOCKS_SCHEMES = ("socks4", "socks4a", "socks5", "socks5h")


def check_proxy_address(proxy: str | None) -> None:
    """Raise UsageError for an invalid address of a proxy, without showing its password.

    Errors of the libraries that would notice later may show it.
    """
    if not proxy:
        return
    scheme = scheme_of(proxy)
    if scheme not in (*SCHEMES, *SOCKS_SCHEMES):
        raise UsageError(
            "invalid_option",
            "The environment variable HTTPS_PROXY, HTTP_PROXY or ALL_PROXY holds an invalid address (expected "
            "http://host:port). Correct it. In a password, write # as %23 and / as %2F.",
        )
    if scheme in SOCKS_SCHEMES and importlib.util.find_spec("socks") is None:
        raise UsageError(
            "requirement_missing",
            f"A {scheme} proxy needs the Python library PySocks, which is not installed for {sys.executable}. "
            "Install it there.",
        )


def scheme_of(proxy: str) -> str | None:
    """The scheme of a proxy's address, http if it names none; None for an invalid address."""
    parts = split(proxy if "://" in proxy else f"http://{proxy}")
    return parts.scheme if parts and parts.hostname else None
