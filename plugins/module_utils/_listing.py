# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Finding a client among all that were listed. Pure. Private to this collection."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Callable

from ansible_collections.oauthops.iam.plugins.module_utils._errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._oauth import Client


class Listing:
    """The clients of an account as they were listed once, found by id or name without going through them again."""

    def __init__(self, clients: Sequence[Client], scope_ids: Callable[[], Iterable[str]]) -> None:
        self.clients = clients
        self.scope_ids = scope_ids
        self._by_id = {client["client_id"]: client for client in clients}
        self._by_name: dict[str, list[Client]] = {}
        for client in clients:
            self._by_name.setdefault(client["client_name"], []).append(client)
        self._names_are_told = all(client["client_name"] for client in clients)

    def named(self, client_name: str) -> list[Client]:
        return self._by_name.get(client_name, [])

    def find(self, client_id: str | None, client_name: str) -> Client | None:
        """The client by its id, else the only one of that exact name; raises UsageError when several have it."""
        if client_id:
            return self._by_id.get(client_id)
        return the_only(client_name, self.named(client_name), names_are_told=self._names_are_told)


def the_only(client_name: str, matches: Sequence[Client], *, names_are_told: bool) -> Client | None:
    """The one client of a name; raises UsageError when it cannot be told which that is, or whether there is one."""
    if len(matches) > 1:
        listed = "; ".join(
            f"{client['client_id']} ({client['visibility']}, created {client['created_at'] or 'at an unknown time'})"
            for client in matches
        )
        raise UsageError(
            f"{len(matches)} clients have the name {client_name!r}: {listed}. Say which one is meant with client_id."
        )
    if not matches and not names_are_told:
        raise UsageError(
            f"Cloudflare lists clients without their names, so it cannot be told whether {client_name!r} is one of "
            "them. Say which one is meant with client_id."
        )
    return matches[0] if matches else None
