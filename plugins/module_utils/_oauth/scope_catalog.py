# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The catalog of scopes: reading it, and suggesting an ID for a wrong one. Private."""

from __future__ import annotations

import fnmatch
import functools
from collections.abc import Iterable, Sequence
from typing import Any, Callable

from .._api.client import Cloudflare
from .._api.errors import UsageError
from .._api.response import Record
from .._api.text import first_of, similar
from .model import is_identity_scope

ANY_CREDENTIAL = ""
# How many unknown scopes a message names.
SHOWN_SCOPES = 5


def catalog(api: Cloudflare) -> list[Record]:
    """Every scope that Cloudflare offers, sorted by ID, each with C(id), name, category and scopes."""
    found = api.listing("/oauth/scopes", ANY_CREDENTIAL, key="id", in_paths=False)
    shape: Record = {"name": None, "category": None, "scopes": []}
    return sorted(({**shape, **scope} for scope in found), key=lambda scope: str(scope["id"]))


def offered_by(api: Cloudflare) -> Callable[[], list[str]]:
    """A function that returns the IDs of the catalog, and requests them only once."""
    return functools.cache(lambda: [scope["id"] for scope in catalog(api)])


def check_known(option: str, wanted: Iterable[str], known: Iterable[str]) -> None:
    """Raise UsageError for unknown IDs in an option, and suggest similar ones."""
    ids = list(known)
    unknown = [scope for scope in dict.fromkeys(wanted) if scope not in ids]
    if unknown:
        texts = [_unknown(scope, ids) for scope in unknown]
        raise UsageError(
            "scope_unknown",
            f"{first_of(texts, SHOWN_SCOPES, 'unknown scopes')} The module cloudflare_oauth_scope_info lists all "
            "scopes.",
            option=option,
        )


def check_new_scopes(offered: Callable[[], Iterable[str]], scopes: Iterable[str], present: Iterable[str]) -> None:
    """Raise UsageError for new scopes that C(offered) does not list. It is called only if there are new ones.

    Identity scopes are in no catalog, so Cloudflare checks them, and so is a scope that the client already has.
    """
    have = set(present)
    new = [scope for scope in scopes if scope not in have and not is_identity_scope(scope)]
    if new:
        check_known("scopes", new, offered())


def matching(scopes: Iterable[Record], category: str | None, name: str | None) -> list[Record]:
    """The scopes of a category whose ID or name matches a shell pattern, without regard to case."""
    return [
        scope
        for scope in scopes
        if (not category or str(scope["category"] or "").lower() == category.lower())
        and (not name or _matches(name, scope["id"]) or _matches(name, scope["name"]))
    ]


def _matches(pattern: str, text: Any) -> bool:
    return fnmatch.fnmatchcase(str(text or "").lower(), pattern.lower())


def _unknown(scope: str, ids: list[str]) -> str:
    near = near_misses(scope, ids)
    meant = f" Did you mean {' or '.join(near)}?" if near else ""
    dots = " Separate the parts of a scope ID by dots, not colons." if ":" in scope else ""
    return f"Cloudflare has no scope {scope!r}.{dots}{meant}"


def near_misses(scope: str, ids: Sequence[str]) -> list[str]:
    """Up to three IDs that may have been meant, the likeliest first."""
    spelled = scope.replace(":", ".").lower()
    return [spelled] if spelled in ids else similar(spelled, ids, 3)
