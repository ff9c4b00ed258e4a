# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalog of OAuth scopes and the rules that scopes obey.

The ids are real ones, reported by users of the live service. Names and categories are ours, made up to look plausible,
except the category `account_and_billing`, which Cloudflare's own example shows.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from .envelope import SCOPE_INVALID, Problem

PROTOCOL_SCOPES = frozenset({"openid", "offline_access"})
NEVER_OPTIONAL = PROTOCOL_SCOPES | {"offline"}

_IDS_BY_CATEGORY = {
    "account_and_billing": "user-details.read user-details.write account-settings.read account-settings.write"
    " memberships.read memberships.write notifications.read registrar-domains.read registrar-domains.admin",
    "developer_platform": "workers-scripts.read workers-scripts.write workers-scripts.edit workers-routes.read"
    " workers-routes.write workers-kv-storage.read workers-kv-storage.write workers-r2.read workers-r2.write"
    " workers-tail.read workers-observability.read d1.read d1.write queues.read queues.write vectorize.read"
    " vectorize.write containers.read containers.write query-cache.read query-cache.write page.read page.write"
    " secrets-store.read secrets-store.write",
    "ai_and_machine_learning": "ai.read ai.write aig.read aig.write aig.run",
    "dns_and_zones": "zone.read zone.write zone-settings.read zone-settings.write dns.read dns.write",
    "cloudflare_one": "teams.read teams.write teams.report access.read access.write access.revoke zone-access.write"
    " access-acct.write argotunnel.read argotunnel.write",
    "analytics_and_logs": "account-analytics.read logs.read radar.read",
    "cache_and_performance": "cache.purge zaraz.edit",
    "email_and_messaging": "email-routing-rule.read email-routing-rule.write",
    "media": "images.read stream.read",
    "app_security": "challenge-widgets.read",
}

_PRODUCT_NAMES = {
    "ai": "Workers AI",
    "aig": "AI Gateway",
    "argotunnel": "Cloudflare Tunnel",
    "challenge-widgets": "Turnstile",
    "dns": "DNS",
    "page": "Pages",
    "query-cache": "Hyperdrive",
    "teams": "Zero Trust",
    "workers-kv-storage": "Workers KV Storage",
    "workers-r2": "Workers R2",
}


@dataclass(frozen=True)
class Scope:
    id: str
    name: str
    category: str

    def as_json(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "name": self.name,
            "category": self.category,
            "scopes": ["com.cloudflare.api." + self.id.rpartition(".")[0]],
        }


def _scope(scope_id: str, category: str) -> Scope:
    product, _unused, action = scope_id.rpartition(".")
    name = _PRODUCT_NAMES.get(product) or product.replace("-", " ").title()
    return Scope(scope_id, f"{name} {action.title()}", category)


def catalog() -> dict[str, Scope]:
    """A fresh copy of the seeded catalog, by id."""
    return {
        scope_id: _scope(scope_id, category) for category, ids in _IDS_BY_CATEGORY.items() for scope_id in ids.split()
    }


def is_identity(scope: str) -> bool:
    return "." not in scope


def scope_problems(scopes: Iterable[str], known: Iterable[str]) -> list[Problem]:
    """Colons are refused, dotted ids must be known, plain identity names are let through."""
    known = set(known)
    problems = []
    for scope in scopes:
        if ":" in scope:
            problems.append(Problem(SCOPE_INVALID, f"scope {scope!r}: colon-delimited scopes are refused", "/scopes"))
        elif "." in scope and scope not in known:
            problems.append(Problem(SCOPE_INVALID, f"scope {scope!r} is not available", "/scopes"))
    return problems


def optional_scope_problems(optional: Iterable[str], scopes: Iterable[str]) -> list[Problem]:
    allowed = set(scopes)
    problems = []
    for scope in optional:
        if scope in NEVER_OPTIONAL:
            problems.append(Problem(SCOPE_INVALID, f"scope {scope!r} cannot be optional", "/optional_scopes"))
        elif scope not in allowed:
            problems.append(Problem(SCOPE_INVALID, f"optional scope {scope!r} is not among scopes", "/optional_scopes"))
    return problems


def with_protocol_scopes(scopes: Sequence[str], grant_types: Sequence[str], response_types: Sequence[str]) -> list[str]:
    """The scopes as stored: the protocol scopes follow the grant and response types, not what was sent."""
    stored = [scope for scope in scopes if scope not in PROTOCOL_SCOPES]
    if "id_token" in response_types:
        stored.append("openid")
    if "refresh_token" in grant_types:
        stored.append("offline_access")
    return stored
