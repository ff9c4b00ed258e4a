# SPDX-License-Identifier: GPL-3.0-or-later
"""What may be sent at all: nothing about visibility, and writes to throw-away clients alone. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from .exchange import Json

PREFIX = "oauthops-probe-"
_FORBIDDEN = "visibility"


class Forbidden(Exception):
    """A request that must never leave this machine: the probe itself is wrong."""


def check(method: str, path: str, query: Mapping[str, str], body: Json, own: Collection[str]) -> None:
    """Raises Forbidden unless the request is harmless; `own` are the ids of throw-away clients."""
    if _mentions(_FORBIDDEN, [dict(query), body]):
        raise Forbidden("a request with visibility: public cannot be undone")
    if method == "GET":
        return
    root, _unused, rest = path.partition("/oauth_clients")
    steps = rest.split("/")
    if not root.startswith("/accounts/"):
        raise Forbidden(f"{method} outside the OAuth clients of an account")
    if method == "POST" and rest == "":
        if not isinstance(body, dict) or not str(body.get("client_name", "")).startswith(PREFIX):
            raise Forbidden(f"a new client whose name does not start with {PREFIX}")
    elif len(steps) < 2 or steps[1] not in own or steps[2:] not in ([], ["rotate_secret"]):
        raise Forbidden(f"{method} on something that is no throw-away client")
    elif method == "PATCH" and not _keeps_name(body):
        raise Forbidden(f"a client renamed so that its name does not start with {PREFIX}")


def _keeps_name(body: Json) -> bool:
    return not isinstance(body, dict) or str(body.get("client_name", PREFIX)).startswith(PREFIX)


def _mentions(name: str, value: Json) -> bool:
    if isinstance(value, dict):
        return any(str(key).lower() == name or _mentions(name, item) for key, item in value.items())
    return isinstance(value, (list, tuple)) and any(_mentions(name, item) for item in value)
