# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that says who publishes a record and how it is looked up, shared by several modules. Private."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._dns.names import NAME_SERVER_OPTIONS

DNS_OPTIONS: Mapping[str, Any] = {
    "provider": {"type": "str", "default": "cloudflare"},
    "ttl": {"type": "int"},
    **NAME_SERVER_OPTIONS,
    "lookup": {"type": "str", "choices": ["auto", "authoritative", "resolver", "none"], "default": "auto"},
    "lookup_servers": {"type": "list", "elements": "str"},
    "lookup_url": {"type": "str", "default": "https://cloudflare-dns.com/dns-query"},
}
DNS_OPTION: Mapping[str, Any] = {"type": "dict", "options": DNS_OPTIONS}
