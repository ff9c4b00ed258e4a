# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Cloudflare OAuth clients: their fields, how two descriptions compare, and what publishing needs.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Callable

from ansible_collections.oauthops.iam.plugins.module_utils._api.address import is_identifier
from ansible_collections.oauthops.iam.plugins.module_utils._uris import (
    home_page_error,
    host_of,
    not_verifiable,
    origin_error,
    redirect_uri_error,
    web_address_error,
)

Client = dict[str, Any]
PROTOCOL_SCOPES = frozenset({"offline_access", "offline", "openid"})


def is_empty(value: Any) -> bool:
    """Whether a value is missing, null, an empty string or an empty list, which are the same to Cloudflare."""
    return value is None or value == "" or value == []


def no_error(value: str) -> None:
    """Accept every value, because only Cloudflare can judge it."""


@dataclass(frozen=True)
class Field:
    """One property of an object: C(many) for a list, which is compared as a set of its C(canonical) values.

    C(error_of) says what is wrong with a value. C(server_owned) values of a list are added and removed by the server
    and never compared or sent.
    """

    name: str
    many: bool = False
    choices: tuple[str, ...] = ()
    error_of: Callable[[str], str | None] = no_error
    canonical: Callable[[str], str] = str
    server_owned: frozenset[str] = frozenset()

    @property
    def option(self) -> dict[str, Any]:
        """The option of a module for it."""
        kind = {"type": "list", "elements": "str"} if self.many else {"type": "str"}
        return {**kind, "choices": list(self.choices)} if self.choices else kind

    def comparable(self, value: Any) -> Any:
        if is_empty(value):
            return None
        if not self.many:
            return self.canonical(value)
        return frozenset(self.canonical(item) for item in value if item not in self.server_owned) or None

    def to_send(self, value: Any) -> Any:
        """The wanted value as a request has it: in the user's order, each item once; null clears a single value."""
        if not self.many:
            return None if is_empty(value) else value
        distinct: dict[str, str] = {}
        for item in value or []:
            if item not in self.server_owned:
                distinct.setdefault(self.canonical(item), item)
        return list(distinct.values())

    def to_show(self, value: Any) -> Any:
        return sorted(self.to_send(value)) if self.many else value


Fields = Iterable[Field]


def drift(fields: Fields, wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> dict[str, Any]:
    """What to send so that C(actual) becomes C(wanted): only the wanted fields that differ."""
    return {
        field.name: field.to_send(wanted[field.name])
        for field in fields
        if field.name in wanted and field.comparable(wanted[field.name]) != field.comparable(actual.get(field.name))
    }


def appended(fields: Fields, wanted: Mapping[str, Any], actual: Mapping[str, Any]) -> dict[str, Any]:
    """C(wanted) with each list added to the existing one, instead of replacing it."""
    many = {field.name for field in fields if field.many}
    return {
        name: [*(actual.get(name) or []), *(value or [])] if name in many else value for name, value in wanted.items()
    }


def to_create(fields: Fields, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """The body that creates C(wanted): all its fields that are not empty."""
    sent = {field.name: field.to_send(wanted[field.name]) for field in fields if field.name in wanted}
    return {name: value for name, value in sent.items() if not is_empty(value)}


def for_diff(fields: Fields, described: Mapping[str, Any]) -> dict[str, Any]:
    """One side of a diff: the fields that hold something, lists sorted."""
    sides = {field.name: field.to_show(described.get(field.name)) for field in fields}
    return {name: value for name, value in sides.items() if not is_empty(value)}


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

# Cloudflare guarantees client_id and visibility alone; results always have all of these keys.
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
    """Whether a client with this description has a secret."""
    return described.get("token_endpoint_auth_method") != "none"


def is_identity_scope(scope: str) -> bool:
    """Catalogue ids are delimited by dots; names without are identity scopes such as V(openid)."""
    return "." not in scope and ":" not in scope


def verification_status(client: Mapping[str, Any]) -> str | None:
    status: str | None = client["client_uri_verification"]["status"]
    return status


def description(client: Mapping[str, Any]) -> dict[str, Any]:
    """The options that describe a client, as a diff shows them."""
    return {**for_diff(FIELDS, client), "visibility": client["visibility"]}


def definition(client: Mapping[str, Any]) -> dict[str, Any]:
    """The options that describe this client, lists in Cloudflare's order, empty ones left out."""
    held = {field: client[field.name] for field in FIELDS}
    options = {field.name: field.to_send(value) if field.many else value for field, value in held.items()}
    return {
        **{name: value for name, value in options.items() if not is_empty(value)},
        "visibility": client["visibility"],
    }


REQUIREMENTS: Mapping[str, str] = {
    "client_name": "client_name (a name)",
    "logo_uri": "logo_uri (a logo)",
    "client_uri": "client_uri (the home page, whose host is verified)",
    "scopes": "scopes (at least one that is not an identity scope)",
    "client_uri_verification": "a verified host of client_uri",
}


def missing_for_publishing(client: Mapping[str, Any]) -> list[str]:
    """The keys of REQUIREMENTS that a private client does not meet; empty for a public one."""
    if is_public(client):
        return []
    lacking = [name for name in ("client_name", "logo_uri", "client_uri") if is_empty(client[name])]
    lacking += ["client_uri"] if publishing_obstacle(client) else []
    if all(is_identity_scope(scope) for scope in client["scopes"]):
        lacking.append("scopes")
    if verification_status(client) != "verified":
        lacking.append("client_uri_verification")
    return lacking


def publishing_obstacle(client: Mapping[str, Any]) -> str | None:
    """Why the host of the client's home page cannot be verified, in a sentence, or None."""
    return not_verifiable(client["client_uri"]) if client["client_uri"] and not is_public(client) else None


def publishing(client: Mapping[str, Any]) -> dict[str, Any]:
    """What a client lacks to become public, as far as the API shows.

    C(phase) is C(incomplete), C(needs_dns), C(failed), C(verified) or C(public). C(dns_record) is the TXT record that
    verifies the host of C(client_uri); its C(value) is None until Cloudflare has named it. C(obstacle) says why the
    host cannot be verified.
    """
    missing, obstacle = missing_for_publishing(client), publishing_obstacle(client)
    host = None if obstacle else host_of(client["client_uri"] or "")
    record = {"type": "TXT", "name": host, "value": client["client_uri_verification"]["text"]} if host else None
    return {"phase": _phase(client, missing), "missing": missing, "dns_record": record, "obstacle": obstacle}


def _phase(client: Mapping[str, Any], missing: list[str]) -> str:
    if is_public(client):
        return "public"
    if set(missing) - {"client_uri_verification"}:
        return "incomplete"
    if not missing:
        return "verified"
    return "failed" if verification_status(client) == "failed" else "needs_dns"
