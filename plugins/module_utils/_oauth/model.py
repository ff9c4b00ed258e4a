# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cloudflare OAuth clients: their fields, and what the values of these say.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._api.address import is_identifier
from .._api.errors import UsageError
from .._uris import home_page_error, origin_error, redirect_uri_error, web_address_error
from .comparison import Field, to_create

Client = dict[str, Any]
PROTOCOL_SCOPES = frozenset({"offline_access", "offline", "openid"})

FIELDS = (
    Field("client_name"),
    Field("grant_types", many=True, choices=("authorization_code", "refresh_token")),
    Field("response_types", many=True, choices=("code", "token", "id_token")),
    Field("redirect_uris", many=True, error_of=redirect_uri_error),
    Field("scopes", many=True, server_owned=PROTOCOL_SCOPES),
    Field("optional_scopes", many=True),
    Field("token_endpoint_auth_method", choices=("none", "client_secret_basic", "client_secret_post")),
    Field("allowed_cors_origins", many=True, error_of=origin_error, canonical=lambda origin: origin.rstrip("/")),
    Field("post_logout_redirect_uris", many=True, error_of=redirect_uri_error),
    Field("client_uri", error_of=home_page_error),
    Field("logo_uri", error_of=web_address_error),
    Field("policy_uri", error_of=web_address_error),
    Field("tos_uri", error_of=web_address_error),
)
MANY = frozenset(field.name for field in FIELDS if field.many)
REQUIRED = ("client_name", "redirect_uris", "scopes", "token_endpoint_auth_method", "grant_types", "response_types")
CREATION_DEFAULTS: Mapping[str, Any] = {"grant_types": ["authorization_code"], "response_types": ["code"]}

# Cloudflare guarantees only client_id and visibility; results always have all of these keys.
SHAPE: Mapping[str, Any] = {
    "client_id": None,
    **{field.name: [] if field.many else None for field in FIELDS},
    "visibility": "private",
    "client_uri_verification": {"status": None, "text": None},
    "has_rotated_secret": False,
    "created_at": None,
    "updated_at": None,
    "promoted_at": None,
}


def shaped(response: Mapping[str, Any]) -> Client:
    """A client as Cloudflare describes it, with every known key and no other: an unknown one may hold a secret.

    Raises TypeError when a known key holds a value of another type than documented.
    """
    client = {key: default if response.get(key) is None else response[key] for key, default in SHAPE.items()}
    if client["client_id"] is not None and not is_identifier(client["client_id"]):
        raise TypeError(f"the key client_id holds {client['client_id']!r}")
    for name, default in SHAPE.items():
        declared = type(default) if default is not None else str
        if not isinstance(client[name], (declared, type(default))):
            raise TypeError(f"the key {name} holds {client[name]!r}")
    given = client["client_uri_verification"]
    verification = {key: given.get(key) for key in SHAPE["client_uri_verification"]}
    client["client_uri_verification"] = verification
    texts = {name: client[name] for name in MANY}
    texts["client_uri_verification"] = [value for value in verification.values() if value is not None]
    for name, values in texts.items():
        if not all(isinstance(item, str) for item in values):
            raise TypeError(f"the key {name} holds {client[name]!r}")
    return client


def outline(client: Mapping[str, Any]) -> Client:
    """The keys that identify a client, also in messages."""
    return {key: client[key] for key in ("client_id", "client_name", "visibility", "created_at")}


def described(params: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a user named; an option that is None was omitted."""
    return {field.name: params[field.name] for field in FIELDS if params[field.name] is not None}


def is_public(client: Mapping[str, Any]) -> bool:
    return client.get("visibility") == "public"


def has_secret(described: Mapping[str, Any]) -> bool:
    return described.get("token_endpoint_auth_method") != "none"


def is_identity_scope(scope: str) -> bool:
    """The IDs of Cloudflare's scopes have dots; names without are identity scopes such as V(openid)."""
    return "." not in scope and ":" not in scope


def verification_status(client: Mapping[str, Any]) -> str | None:
    status: str | None = client["client_uri_verification"]["status"]
    return status


def description(client: Mapping[str, Any]) -> dict[str, Any]:
    """The options that describe a client, as a diff shows them: with sorted lists."""
    return {name: sorted(value) if name in MANY else value for name, value in definition(client).items()}


def definition(client: Mapping[str, Any]) -> dict[str, Any]:
    """The options that describe this client, lists in Cloudflare's order, empty ones left out."""
    return {**to_create(FIELDS, client), "visibility": client["visibility"]}


def not_found(option: str, value: str) -> UsageError:
    text = f"{option}: there is no OAuth client {value!r} in this account. Check {option} and account_id."
    return UsageError("client_not_found", text, option=option)
