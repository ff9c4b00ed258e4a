# SPDX-License-Identifier: GPL-3.0-or-later
"""An OAuth client and a list of them, as the API shows them."""

from __future__ import annotations

import math
import random
from typing import Any

from .client_rules import LIST_FIELDS, URI_FIELDS
from .clock import stamp
from .envelope import Json
from .state import Client
from .variants import Variants

_HIDDEN = {
    "none": frozenset[str](),
    "timestamps": frozenset({"created_at", "updated_at", "promoted_at"}),
    "verification": frozenset({"client_uri_verification"}),
}
_PROMISED = frozenset({"client_id", "visibility"})
_UNDOCUMENTED = {"display_order": 7, "review": {"state": "none", "notes": []}, "owner": None}


def shown(client: Client, variants: Variants) -> dict[str, Any]:
    """The client object of an answer; never with a secret."""
    view: dict[str, Any] = {"client_id": client.client_id, "visibility": client.visibility}
    view.update({name: _arranged(value, variants) for name, value in client.settings.items() if value})
    view.update(_empty_values(client, variants))
    view.update(_verification(client, variants))
    view.update(_moments(client))
    if variants.has_rotated_secret == "always" or (
        client.has_rotated_secret and variants.has_rotated_secret != "never"
    ):
        view["has_rotated_secret"] = client.has_rotated_secret
    hidden = set(view) - _PROMISED if variants.missing_keys == "all_optional" else _HIDDEN[variants.missing_keys]
    extra = _UNDOCUMENTED if variants.extra_fields else {}
    return {name: value for name, value in {**view, **extra}.items() if name not in hidden}


def _arranged(value: Json, variants: Variants) -> Json:
    if not isinstance(value, list):
        return value
    items = list(value)
    if variants.array_order == "reversed":
        items.reverse()
    elif variants.array_order == "shuffled":
        random.shuffle(items)
    return [*items, *items[:1]] if variants.array_duplicates else items


def _empty_values(client: Client, variants: Variants) -> dict[str, Any]:
    unset = {name for name in (*LIST_FIELDS, *URI_FIELDS) if not client.settings.get(name)}
    empty_uri = {"omit": None, "empty": "", "null": None}[variants.empty_uris]
    values: dict[str, Any] = {name: empty_uri for name in unset & set(URI_FIELDS) if variants.empty_uris != "omit"}
    values.update({name: [] for name in unset & set(LIST_FIELDS) if variants.empty_lists == "return"})
    return values


def _verification(client: Client, variants: Variants) -> dict[str, Any]:
    if client.verification is None:
        bare: dict[str, dict[str, Any]] = {
            "absent": {},
            "null": {"client_uri_verification": None},
            "empty": {"client_uri_verification": {}},
        }
        return bare[variants.verification_without_uri]
    if client.verification.status is None:
        return {}
    state = {"status": client.verification.status, "text": client.verification.text}
    return {"client_uri_verification": state}


def _moments(client: Client) -> dict[str, str]:
    moments = {"created_at": client.created_at, "updated_at": client.updated_at, "promoted_at": client.promoted_at}
    return {name: stamp(moment) for name, moment in moments.items() if moment is not None}


def page_of(
    clients: list[Client], page: int | None, per_page: int | None, variants: Variants
) -> tuple[list[Client], dict[str, int] | None]:
    """The clients on one page of the list, and the result_info beside them."""
    mode = variants.list_paging
    size = variants.list_page_size
    if mode == "honoured" and per_page:
        size = min(per_page, variants.list_page_cap)
    if mode == "everything":
        size = max(size, len(clients))
    number = page if page and mode in ("honoured", "page_only") else 1
    found = clients[(number - 1) * size : number * size]
    return found, _result_info(len(found), number, size, len(clients), variants)


def _result_info(count: int, page: int, per_page: int, total: int, variants: Variants) -> dict[str, int] | None:
    info = {"count": count, "page": page, "per_page": per_page, "total_count": total}
    if variants.list_result_info == "absent":
        return None
    if variants.list_result_info == "without_total":
        del info["total_count"]
    elif variants.list_result_info == "with_total_pages":
        info["total_pages"] = math.ceil(total / per_page)
    return info
