# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The option that says who publishes a record and how it is looked up, shared by several modules. Private."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._dns.names import DNS_PORT, KEY_ALGORITHMS

DNS_OPTIONS: Mapping[str, Any] = {
    "provider": {"type": "str", "default": "cloudflare"},
    "ttl": {"type": "int"},
    "server": {"type": "str"},
    "port": {"type": "int", "default": DNS_PORT},
    "protocol": {"type": "str", "choices": ["tcp", "udp"], "default": "tcp"},
    "zone": {"type": "str"},
    "key_name": {"type": "str"},
    "key_secret": {"type": "str", "no_log": True},
    "key_algorithm": {"type": "str", "choices": KEY_ALGORITHMS, "default": "hmac-sha256"},
    "lookup": {"type": "str", "choices": ["auto", "authoritative", "resolver", "none"], "default": "auto"},
    "lookup_servers": {"type": "list", "elements": "str"},
    "lookup_url": {"type": "str", "default": "https://cloudflare-dns.com/dns-query"},
}
DNS_OPTION: Mapping[str, Any] = {"type": "dict", "options": DNS_OPTIONS}
