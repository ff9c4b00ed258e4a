# SPDX-License-Identifier: GPL-3.0-or-later
"""Who may do what: API tokens and a global key pair, each with rights of its own."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from typing import Any

from .envelope import AUTHORIZATION_MALFORMED, CREDENTIALS_MISSING, HEADERS_INVALID, KEY_MALFORMED, ApiError, Problem
from .variants import Variants


class Right(str, Enum):
    OAUTH_READ = "oauth read"
    OAUTH_WRITE = "oauth write"
    ZONE_READ = "zone read"
    DNS_READ = "dns read"
    DNS_WRITE = "dns write"


ALL_RIGHTS = frozenset(Right)
_TOKENS = {
    "full": ALL_RIGHTS,
    "read-only": frozenset({Right.OAUTH_READ, Right.ZONE_READ, Right.DNS_READ}),
    "write-only": frozenset({Right.OAUTH_WRITE, Right.DNS_WRITE}),
    "oauth-only": frozenset({Right.OAUTH_READ, Right.OAUTH_WRITE}),
    "dns-only": frozenset({Right.ZONE_READ, Right.DNS_READ, Right.DNS_WRITE}),
    "no-rights": frozenset[Right](),
}
_TOKEN_SHAPE = re.compile(r"Bearer [A-Za-z0-9_-]{20,128}")
_KEY_SHAPE = re.compile(r"[0-9a-f]{37,45}")


@dataclass(frozen=True)
class Credential:
    id: str
    rights: frozenset[Right]
    token: str | None = None
    email: str | None = None
    key: str | None = None

    def as_json(self) -> dict[str, Any]:
        shown = {"id": self.id, "token": self.token, "email": self.email, "key": self.key}
        present = {name: value for name, value in shown.items() if value is not None}
        return {**present, "rights": sorted(right.value for right in self.rights)}


def seed_credentials(full_token: str | None = None) -> list[Credential]:
    """One token for each set of rights, then one key pair; values differ in every process."""
    tokens = [Credential(name, rights, token=secrets.token_urlsafe(30)) for name, rights in _TOKENS.items()]
    if full_token is not None:
        tokens[0] = Credential("full", ALL_RIGHTS, token=full_token)
    return [*tokens, Credential("key", ALL_RIGHTS, email="owner@example.com", key=secrets.token_hex(19)[:37])]


def identify(headers: Mapping[str, str], known: list[Credential], variants: Variants) -> Credential:
    """The credential that a request carries, or the gateway's refusal."""
    authorization = headers.get("authorization")
    email, key = headers.get("x-auth-email"), headers.get("x-auth-key")
    if authorization is not None:
        if not _TOKEN_SHAPE.fullmatch(authorization):
            raise _malformed(AUTHORIZATION_MALFORMED, "Invalid format for Authorization header")
        token = authorization.partition(" ")[2]
        return _find(known, lambda item: item.token == token, variants)
    if email is None or key is None:
        message = "Missing X-Auth-Key, X-Auth-Email or Authorization headers"
        raise ApiError(variants.missing_credential_status, Problem(CREDENTIALS_MISSING, message))
    if not _KEY_SHAPE.fullmatch(key):
        raise _malformed(KEY_MALFORMED, "Invalid format for X-Auth-Key header")
    return _find(known, lambda item: (item.email, item.key) == (email, key), variants)


def _find(known: list[Credential], wanted: Callable[[Credential], bool], variants: Variants) -> Credential:
    for credential in known:
        if wanted(credential):
            return credential
    raise ApiError(variants.bad_credential_status, Problem(variants.bad_credential_code, "Invalid API credential"))


def _malformed(code: int, message: str) -> ApiError:
    return ApiError(400, Problem(HEADERS_INVALID, "Invalid request headers", chain=(Problem(code, message),)))
