# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Masks secrets in texts from outside, before a message quotes them. Pure. Private to this collection."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable
from urllib.parse import quote, quote_plus

from ..module_utils._api.text import excerpt

MASK = "********"
LONGEST_QUOTE = 200


def harmless(text: str, secrets: Iterable[object]) -> str:
    """On one line: without secrets, logins in addresses and control characters, and not too long."""
    return excerpt(re.sub(r"://[^/\s]*@", "://", without_secrets(text, secrets)), LONGEST_QUOTE)


def without_secrets(text: str, secrets: Iterable[object]) -> str:
    """The text with every form of the secrets masked, the longest first, as one may begin another."""
    hidden: set[str] = set().union(*(forms(str(secret)) for secret in secrets if secret))
    longest_first = sorted(hidden, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), MASK, text) if hidden else text


def forms(secret: str) -> set[str]:
    """How a secret may be written in a message."""
    octets = secret.encode("utf-8", "surrogateescape")
    in_urls = {quote(octets), quote(octets, safe=""), quote_plus(octets)}
    return {secret, base64.b64encode(octets).decode("ascii"), *in_urls, json.dumps(secret)[1:-1]}
