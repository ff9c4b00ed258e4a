# SPDX-License-Identifier: GPL-3.0-or-later
"""The life of an OAuth client: created, changed, promoted, given new secrets, deleted."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from . import client_rules as rules
from .envelope import FIELD_INVALID, FIELD_MISSING, LIMIT_REACHED, RULE_BROKEN, ApiError, Json, Problem
from .scopes import is_identity, optional_scope_problems, scope_problems, with_protocol_scopes
from .state import Account, Client, Verification, World, new_id


def refusal(world: World, *problems: Problem) -> ApiError:
    return ApiError(world.variants.refusal_status, *problems)


def create(world: World, account: Account, body: Json) -> tuple[Client, str | None]:
    """The new client and the secret that is shown this once."""
    if problems := rules.missing_problems(body):
        raise ApiError(400, *problems)
    if "visibility" in body and world.variants.create_with_visibility == "refuse":
        raise ApiError(400, Problem(FIELD_INVALID, "visibility cannot be set on creation", "/visibility"))
    sent = rules.clean(body, world.variants)
    limit = world.variants.max_clients
    if limit and len(account.clients) >= limit:
        raise refusal(world, Problem(LIMIT_REACHED, f"the account has {limit} OAuth clients, the most it may have"))
    settings = _merged(world, account, {}, sent)
    now = world.clock.now()
    client = Client(new_id(), account.id, settings, created_at=now, updated_at=now)
    if settings.get("client_uri"):
        client.verification = _started(world, client)
    if settings["token_endpoint_auth_method"] != "none":
        client.secrets.append(world.mint_secret())
    account.lag.before_write(client.client_id, None, now, world.variants)
    account.clients[client.client_id] = client
    return client, client.secrets[0] if client.secrets else None


def patch(world: World, client: Client, body: Json) -> str | None:
    """Change a client; everything is checked before anything is stored. Returns a secret only by variant."""
    sent = rules.clean(body, world.variants)
    if body == {} and world.variants.empty_patch == "refuse":
        raise ApiError(400, Problem(FIELD_MISSING, "nothing to change"))
    merged = _merged(world, world.accounts[client.account_id], client.settings, sent, client)
    _check_domain_lock(world, client, merged)
    restarts = _restarts(world, client, sent)
    _check_visibility(world, client, body, merged, restarts=restarts)
    _check_method_change(world, client, merged)
    now = world.clock.now()
    _before_write(world, client)
    before = (client.settings, client.verification, client.visibility)
    secret = _change_method(world, client, merged["token_endpoint_auth_method"])
    client.settings = merged
    if "client_uri" in sent and not merged.get("client_uri"):
        client.verification = None
    elif restarts:
        client.verification = _started(world, client)
    if "visibility" in body and client.promoted_at is None:
        client.promoted_at = now
    changed = before != (client.settings, client.verification, client.visibility)
    if changed or world.variants.updated_at_on_noop == "bump":
        client.updated_at = now
    return secret


def rotate(world: World, client: Client) -> str:
    _check_has_method(client)
    mode = world.variants.second_rotate
    if client.has_rotated_secret and mode == "error":
        raise refusal(world, Problem(RULE_BROKEN, "delete the rotated secret before rotating again"))
    _before_write(world, client)
    if client.has_rotated_secret:
        client.secrets.pop(0 if mode == "drop_old" else 1)
    client.secrets.append(world.mint_secret())
    client.updated_at = world.clock.now()
    return client.secrets[-1]


def delete_rotated(world: World, client: Client) -> None:
    _check_has_method(client)
    if not client.has_rotated_secret:
        if world.variants.delete_rotated_without == "refuse":
            raise refusal(world, Problem(RULE_BROKEN, "the client has no rotated secret"))
        return
    _before_write(world, client)
    client.secrets.pop(0)
    client.updated_at = world.clock.now()


def delete(world: World, client: Client) -> None:
    _before_write(world, client)
    del world.accounts[client.account_id].clients[client.client_id]


def _before_write(world: World, client: Client) -> None:
    lag = world.accounts[client.account_id].lag
    lag.before_write(client.client_id, client, world.clock.now(), world.variants)


def _merged(
    world: World, account: Account, stored: Mapping[str, Any], sent: Mapping[str, Any], client: Client | None = None
) -> dict[str, Any]:
    """Stored and sent values together, with the server's own additions; problems of the whole are raised."""
    merged = {name: value for name, value in {**stored, **sent}.items() if value is not None}
    known = set(world.catalog)
    if world.variants.stale_scopes == "tolerate":
        known.update(stored.get("scopes", ()))
    problems = scope_problems(sent.get("scopes", ()), known)
    problems += _optional_scope_problems(world, merged, sent)
    if world.variants.post_logout_origin == "of_redirect":
        problems += rules.origin_problems(merged)
    if problems:
        raise ApiError(400, *problems)
    _check_name(world, account, merged["client_name"], client)
    merged["scopes"] = with_protocol_scopes(merged["scopes"], merged["grant_types"], merged["response_types"])
    return merged


def _optional_scope_problems(world: World, merged: Mapping[str, Any], sent: Mapping[str, Any]) -> list[Problem]:
    mode = world.variants.optional_scopes_check
    if mode == "merged":
        return optional_scope_problems(merged.get("optional_scopes", ()), merged["scopes"])
    if mode == "request" and "scopes" not in sent:
        return optional_scope_problems(sent.get("optional_scopes", ()), sent.get("optional_scopes", ()))
    return optional_scope_problems(sent.get("optional_scopes", ()), sent.get("scopes", ()))


def _check_name(world: World, account: Account, name: str, client: Client | None) -> None:
    others = [other for other in account.clients.values() if other is not client]
    if world.variants.duplicate_names == "refuse" and any(other.settings["client_name"] == name for other in others):
        raise refusal(world, Problem(RULE_BROKEN, f"the name {name!r} is taken", "/client_name"))


def _check_domain_lock(world: World, client: Client, merged: Mapping[str, Any]) -> None:
    verification = client.verification
    if verification is None or verification.status != "verified":
        return
    if rules.host_of(merged.get("client_uri")) != verification.host:
        message = f"the domain {verification.host} is verified and cannot be changed"
        raise refusal(world, Problem(RULE_BROKEN, message, "/client_uri"))


def _restarts(world: World, client: Client, sent: Mapping[str, Any]) -> bool:
    if not sent.get("client_uri"):
        return False
    verified = client.verification is not None and client.verification.status == "verified"
    return not verified or world.variants.verified_client_uri_patch == "restart"


def _check_visibility(
    world: World, client: Client, body: Mapping[str, Any], merged: Mapping[str, Any], *, restarts: bool
) -> None:
    if "visibility" in body and body["visibility"] != "public":
        raise ApiError(400, Problem(FIELD_INVALID, "visibility can only be set to public", "/visibility"))
    is_public = client.visibility == "public"
    if "visibility" in body and is_public and world.variants.promote_again == "refuse":
        raise refusal(world, Problem(RULE_BROKEN, "the client is public already", "/visibility"))
    promotes = "visibility" in body and not is_public
    if promotes and (problems := _missing_for_public(client, merged, restarts=restarts)):
        raise refusal(world, *problems)
    if is_public and world.variants.clearing_public == "refuse":
        problems = [item for item in _missing_for_public(client, merged) if item.pointer != "/client_uri"]
        if problems:
            raise refusal(world, *problems)


def _missing_for_public(client: Client, merged: Mapping[str, Any], *, restarts: bool = False) -> list[Problem]:
    verified = client.verification is not None and client.verification.status == "verified" and not restarts
    needs = [
        ("a client_name", "/client_name", merged.get("client_name")),
        ("a non-empty logo_uri", "/logo_uri", merged.get("logo_uri")),
        ("a client_uri whose domain is verified", "/client_uri", verified),
        ("a scope that is no identity scope", "/scopes", not all(map(is_identity, merged["scopes"]))),
    ]
    return [
        Problem(RULE_BROKEN, f"a public client must have {what}", pointer) for what, pointer, fine in needs if not fine
    ]


def _method_change(client: Client, merged: Mapping[str, Any]) -> str | None:
    old, new = client.settings["token_endpoint_auth_method"], merged["token_endpoint_auth_method"]
    if (old == "none") == (new == "none"):
        return None
    return "method_to_none" if new == "none" else "method_to_secret"


def _check_method_change(world: World, client: Client, merged: Mapping[str, Any]) -> None:
    switch = _method_change(client, merged)
    if switch and getattr(world.variants, switch) == "refuse":
        message = "token_endpoint_auth_method cannot change between none and a method with a secret"
        raise refusal(world, Problem(RULE_BROKEN, message, "/token_endpoint_auth_method"))


def _change_method(world: World, client: Client, method: str) -> str | None:
    switch = _method_change(client, {"token_endpoint_auth_method": method})
    if switch == "method_to_none" and world.variants.method_to_none == "drop_secrets":
        client.secrets.clear()
    if switch != "method_to_secret" or world.variants.method_to_secret == "no_secret" or client.secrets:
        return None
    client.secrets.append(world.mint_secret())
    return client.secrets[0] if world.variants.method_to_secret == "secret_in_answer" else None


def _check_has_method(client: Client) -> None:
    if client.settings["token_endpoint_auth_method"] == "none":
        raise ApiError(400, Problem(RULE_BROKEN, "a client with token_endpoint_auth_method none has no secret"))


def _started(world: World, client: Client) -> Verification:
    """A verification that begins now, keeping the TXT value as the variant says."""
    host = rules.host_of(client.settings["client_uri"]) or ""
    first = world.variants.first_verification
    return Verification(
        host=host,
        text=_text(world, client.verification, host),
        status=None if first == "absent" else first,
        started_at=world.clock.now(),
    )


def _text(world: World, last: Verification | None, host: str) -> str:
    mode = world.variants.verification_text
    if last is None or mode == "new_on_restart" or (mode == "new_on_host" and last.host != host):
        return "cloudflare_oauth_client_publisher=" + secrets.token_hex(16)
    return last.text
