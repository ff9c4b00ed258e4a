# SPDX-License-Identifier: GPL-3.0-or-later
"""Throw-away clients: made with a name that tells, remembered, and removed in any case."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from .exchange import Exchange, Json
from .guard import PREFIX
from .transport import Broken, Transport

PREFERRED_SCOPES = ("user-details.read", "account-settings.read", "dns.read", "zone.read", "teams.read")
_GONE = 404
_NO_RIGHT = (401, 403)
_REMOVALS = 3
_LONGEST_LIST = 20


class Unanswered(Exception):
    """A question that could not be asked; says why."""


class Useless(Exception):
    """The account or the token does not allow any question."""


@dataclass(frozen=True)
class Client:
    id: str
    created: Exchange


class Lab:
    def __init__(self, transport: Transport) -> None:
        self.transport = transport
        self.marker = secrets.token_hex(4)
        self.host = f"oauthops-{self.marker}.example.com"
        self.scopes: Sequence[str] = PREFERRED_SCOPES
        self.living: dict[str, str] = {}
        self.lost = 0
        self._number = 0

    @property
    def clients(self) -> str:
        return f"/accounts/{self.transport.settings.account_id}/oauth_clients"

    def one(self, client_id: str) -> str:
        return f"{self.clients}/{client_id}"

    def uri(self, path: str = "") -> str:
        return f"https://{self.host}/{path}"

    def new_name(self) -> str:
        self._number += 1
        return f"{PREFIX}{self.marker}-{self._number}"

    def try_create(self, **fields: Json) -> Exchange:
        body = {
            "client_name": self.new_name(),
            "grant_types": ["authorization_code"],
            "redirect_uris": [self.uri("callback")],
            "response_types": ["code"],
            "scopes": [self.scopes[0]],
            "token_endpoint_auth_method": "none",
            **fields,
        }
        self.lost += 1
        exchange = self.transport.send("POST", self.clients, body)
        client_id = exchange.fields.get("client_id")
        if isinstance(client_id, str) and client_id:
            self._adopt(client_id, body["client_name"])
        if exchange.refused or client_id:
            self.lost -= 1
        return exchange

    def _adopt(self, client_id: str, name: str) -> None:
        self.transport.own.add(client_id)
        self.living[client_id] = name

    def create(self, **fields: Json) -> Client:
        exchange = self.try_create(**fields)
        client_id = exchange.fields.get("client_id")
        if exchange.status in _NO_RIGHT and not self.transport.own:
            raise Useless(f"the token may not create clients: {exchange.outcome}")
        if not exchange.ok or not isinstance(client_id, str):
            raise Unanswered(f"creating a client for this: {exchange.outcome}")
        return Client(client_id, exchange)

    def get(self, client: Client) -> Exchange:
        return self.transport.send("GET", self.one(client.id))

    def patch(self, client: Client, **fields: Json) -> Exchange:
        return self.transport.send("PATCH", self.one(client.id), fields)

    def rotate(self, client: Client) -> Exchange:
        return self.transport.send("POST", self.one(client.id) + "/rotate_secret")

    def delete_rotated(self, client: Client) -> Exchange:
        return self.transport.send("DELETE", self.one(client.id) + "/rotate_secret")

    def delete(self, client_id: str) -> Exchange:
        exchange = self.transport.send("DELETE", self.one(client_id))
        if exchange.ok or exchange.status == _GONE:
            self.living.pop(client_id, None)
        return exchange

    def listed(self, **query: str) -> Exchange:
        return self.transport.send("GET", self.clients, query=query)

    def wait(self, seconds: float) -> None:
        self.transport.timing.sleep(seconds * self.transport.timing.wait_factor)

    def remove(self) -> dict[str, str]:
        """Removes every client that is known to live; what stays, with the reason."""
        return {client_id: why for client_id in list(self.living) if (why := self._removed(client_id))}

    def _removed(self, client_id: str) -> str:
        why = ""
        for _unused in range(_REMOVALS):
            try:
                exchange = self.delete(client_id)
            except Broken as error:
                why = str(error)
                continue
            why = exchange.outcome
            if exchange.refused and self._is_gone(client_id):
                self.living.pop(client_id, None)
            if client_id not in self.living or exchange.refused:
                break
        return why if client_id in self.living else ""

    def _is_gone(self, client_id: str) -> bool:
        """A DELETE that is refused may be the second one, the answer to the first having been lost."""
        try:
            answer = self.transport.send("GET", self.one(client_id))
        except Broken:
            return False
        return answer.refused and answer.status not in _NO_RIGHT

    def find(self, prefix: str) -> list[dict[str, Any]]:
        """The clients of the account whose name starts so, over all pages."""
        seen: dict[str, dict[str, Any]] = {}
        for page in range(1, _LONGEST_LIST):
            answer = self.listed(**({"page": str(page)} if page > 1 else {}))
            if not answer.ok and page == 1:
                raise Unanswered(f"listing the clients: {answer.outcome}")
            new = {str(item["client_id"]): item for item in answer.items if item.get("client_id") not in (None, *seen)}
            seen.update(new)
            if not new or len(seen) >= (answer.result_info or {}).get("total_count", len(seen) + 1):
                break
        return [item for item in seen.values() if str(item.get("client_name", "")).startswith(prefix)]

    def adopt_found(self, prefix: str) -> list[dict[str, Any]]:
        """Takes private clients with such a name over, to be removed; returns the others, left alone."""
        found = self.find(prefix)
        for item in found:
            if item.get("visibility") == "private" and item["client_id"] not in self.transport.own:
                self._adopt(str(item["client_id"]), str(item["client_name"]))
        return [item for item in found if item.get("visibility") != "private"]
