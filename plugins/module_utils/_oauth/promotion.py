# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a client needs to become public, how much of it is missing, and how its promotion is refused.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .._api.errors import UsageError
from .._api.text import joined
from .._uris import host_of, not_verifiable
from .comparison import is_empty
from .model import Client, is_identity_scope, is_public, verification_status

REQUIREMENTS: Mapping[str, str] = {
    "client_name": "client_name",
    "logo_uri": "logo_uri",
    "client_uri": "client_uri",
    "scopes": "scopes (at least one that is not an identity scope such as openid)",
    "client_uri_verification": "verification of the host of client_uri",
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


def refuse_unpublishable(client: Client, what: str) -> None:
    """Raise UsageError with C(what) and all that is missing."""
    missing, obstacle = missing_for_publishing(client), publishing_obstacle(client)
    if missing:
        option = next((name for name in missing if name != "client_uri_verification"), None)
        unverifiable = obstacle or "client_uri" in missing
        named = [name for name in missing if not (unverifiable and name == "client_uri_verification")]
        lacking = ", ".join(_lacking(name, client, obstacle) for name in named)
        raise UsageError(
            "not_publishable",
            f"{what}. Missing: {lacking}. {obstacle + ' ' if obstacle else ''}Nothing was changed. "
            f"{_remedy(missing, obstacle)}",
            option=option,
        )


def _lacking(name: str, client: Client, obstacle: str | None) -> str:
    if name == "client_uri" and obstacle:
        return "a client_uri whose host can be verified"
    status = verification_status(client) if name == "client_uri_verification" else None
    return f"{REQUIREMENTS[name]}{f' ({status})' if status else ''}"


def _remedy(missing: list[str], obstacle: str | None) -> str:
    wanted = {"client_uri": "another client_uri"} if obstacle else {}
    options = [wanted.get(name, name) for name in missing if name != "client_uri_verification"]
    setting = f"Set {joined(options, 'and')}." if options else ""
    if "client_uri_verification" not in missing:
        return f"{setting} Then run again."
    role = "the role oauthops.iam.oauth_client_publish, which verifies the host and makes the client public."
    return f"{setting} Then run {role}" if options else f"Run {role}"
