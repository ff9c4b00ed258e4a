# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The options of a record: who publishes it, and how it is looked up; shared by several modules. Private."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

KEY_ALGORITHMS = ["hmac-md5", "hmac-sha1", "hmac-sha224", "hmac-sha256", "hmac-sha384", "hmac-sha512"]
# The options that name a server with dynamic updates, and the key for it.
NAME_SERVER_OPTIONS: Mapping[str, Any] = {
    "server": {"type": "str"},
    "port": {"type": "int", "default": 53},
    "protocol": {"type": "str", "choices": ["tcp", "udp"], "default": "tcp"},
    "zone": {"type": "str"},
    "key_name": {"type": "str"},
    "key_secret": {"type": "str", "no_log": True},
    "key_algorithm": {"type": "str", "choices": KEY_ALGORITHMS, "default": "hmac-sha256"},
}
DNS_OPTIONS: Mapping[str, Any] = {
    "provider": {"type": "str", "default": "cloudflare"},
    "ttl": {"type": "int"},
    **NAME_SERVER_OPTIONS,
    "lookup": {"type": "str", "choices": ["auto", "authoritative", "resolver", "none"], "default": "auto"},
    "lookup_servers": {"type": "list", "elements": "str"},
    "lookup_url": {"type": "str", "default": "https://cloudflare-dns.com/dns-query"},
}
DNS_OPTION: Mapping[str, Any] = {"type": "dict", "options": DNS_OPTIONS}
