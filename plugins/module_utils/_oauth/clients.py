# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The OAuth clients of an account: finding one, and sending what a plan decided.

What a lost response means is decided here for each request. Private to this collection.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Callable, TypeVar

from .._api.auth import check_id
from .._api.client import Cloudflare
from .._api.errors import CloudflareError, UsageError
from .._api.response import Record, malformed
from .._api.text import excerpt, some
from .comparison import drift
from .lost_response import lost_creation, lost_rotation
from .model import FIELDS, Client, is_public, outline, shaped
from .scope_catalog import offered_by

# How many clients of one name a message lists.
MOST_CANDIDATES = 10
T = TypeVar("T")
READ = "OAuth Client Read"
WRITE = "OAuth Client Write"


class Listing:
    """The clients of an account, listed once, with an index by ID and by name."""

    def __init__(self, clients: Sequence[Client], scope_ids: Callable[[], Iterable[str]]) -> None:
        self.clients = clients
        self.scope_ids = scope_ids
        self._by_id = {client["client_id"]: client for client in clients}
        self._by_name: dict[str, list[Client]] = {}
        for client in clients:
            self._by_name.setdefault(client["client_name"], []).append(client)

    def with_name(self, client_name: str) -> list[Client]:
        return self._by_name.get(client_name, [])

    def find(self, client_id: str | None, client_name: str) -> Client | None:
        """The client by its ID, else the only one of that exact name.

        Raises UsageError when several have it, or when names are not listed.
        """
        if client_id:
            return self._by_id.get(client_id)
        matches = self.with_name(client_name)
        if len(matches) > 1:
            raise _ambiguous(client_name, matches)
        if not matches and any(name in self._by_name for name in (None, "")):
            raise UsageError(
                "names_not_listed",
                f"Cloudflare's list has clients without a name, so it is not known whether the client {client_name!r} "
                "exists. Look in Cloudflare's dashboard. If the client exists, set client_id. If not, name the clients "
                "that have no name, then run again.",
                option="client_id",
            )
        return matches[0] if matches else None


def _ambiguous(client_name: str, matches: Sequence[Client]) -> UsageError:
    candidates = [
        f"{client['client_id']} ({client['visibility']}, created {client['created_at'] or 'at an unknown time'})"
        for client in matches
    ]
    listed = some(candidates, MOST_CANDIDATES, "; ")
    text = f"{len(matches)} clients have the name {client_name!r}: {listed}. Set client_id to the ID of one of them."
    return UsageError("client_ambiguous", text, option="client_id")


class OAuthClients:
    def __init__(self, api: Cloudflare, account_id: str) -> None:
        self.api = api
        self.path = f"/accounts/{account_id}/oauth_clients"
        self.scope_ids = offered_by(api)

    def all(self, keep: Callable[[Client], Client] = dict) -> list[Client]:
        """All clients. C(keep) turns each into what is kept of it, while further pages are loading."""

        def kept(item: Record) -> Client:
            return keep(self._shaped("GET", self.path, item))

        return self.api.listing(self.path, READ, key="client_id", each=kept)

    def get(self, client_id: str) -> Client | None:
        path = self._path(client_id)
        try:
            return self._shaped("GET", path, self.api.get_object(path, READ))
        except CloudflareError as failure:
            if failure.gone:
                return None
            raise

    def with_name(self, client_name: str) -> list[Client]:
        return [client for client in self.all() if client["client_name"] == client_name]

    def create(self, body: Mapping[str, Any], receive: Callable[[Record], T]) -> T:
        """Create a client of a name that was not listed; C(receive) gets Cloudflare's response at once.

        Never sent twice: after a lost response the error reports the outcome.
        """
        try:
            return self.api.mint(self.path, WRITE, body, receive)
        except CloudflareError as lost:
            if not lost.uncertain:
                raise
            found = self._look(lambda: self.api.awaited(lambda: self.with_name(body["client_name"]), bool))
            raise lost_creation(lost, body["client_name"], found) from None

    def created(self, response: Record, body: Mapping[str, Any]) -> Client:
        """The new client from Cloudflare's response; missing fields come from a list or from the request."""
        try:
            return self._shaped("POST", self.path, {**body, **response})
        except CloudflareError:
            found = self._look(lambda: self.with_name(body["client_name"]))
        return found[0] if isinstance(found, list) and found else shaped(body)

    def update(self, client: Client, changes: Mapping[str, Any]) -> Client:
        """Send only the changed fields; raises UsageError when Cloudflare accepts them but keeps other values."""
        restarts = "client_uri" in changes and not drift(FIELDS, {"client_uri": changes["client_uri"]}, client)

        def arrived(current: Client) -> bool:
            restarted = current["client_uri_verification"] != client["client_uri_verification"]
            return not drift(FIELDS, changes, current) and (restarted or not restarts)

        updated = self._shown(self._patch(client, changes, arrived), lambda shown: not drift(FIELDS, changes, shown))
        kept = drift(FIELDS, changes, updated)
        if kept:
            raise _not_kept(kept, updated)
        return updated

    def promote(self, client: Client) -> Client:
        """Make a client public, permanently: a separate request that holds nothing else."""
        promoted = self._shown(self._patch(client, {"visibility": "public"}, is_public), is_public)
        if not is_public(promoted):
            raise UsageError(
                "value_not_kept",
                f"Cloudflare accepted the promotion of {client['client_id']}, but still shows it as "
                f"{promoted['visibility']}. Check the client in Cloudflare's dashboard before you run again.",
                option="visibility",
                changed=True,
                oauth_client=promoted,
            )
        return promoted

    def delete(self, client: Client) -> None:
        self.api.delete(self._path(client["client_id"]), WRITE)

    def rotate(self, client: Client, receive: Callable[[str], T]) -> T:
        """Mint the second secret, which C(receive) gets at once.

        Never sent twice: after a lost response the error says what is known.
        """
        path = self._path(client["client_id"]) + "/rotate_secret"

        def received(response: Record) -> T:
            secret = response.get("client_secret")
            if not isinstance(secret, str) or not secret:
                raise malformed(self.api.request("POST", path, WRITE), "an object with a client_secret")
            return receive(secret)

        try:
            return self.api.mint(path, WRITE, None, received)
        except CloudflareError as lost:
            if not lost.uncertain:
                raise
            raise lost_rotation(lost, client, self.after_rotation(client)) from None

    def after_creation(self, created: Sequence[Client]) -> list[Client] | CloudflareError:
        """Outlines of all clients, once they include those C(created); or the error of listing them."""
        awaited = {identity(client) for client in created}

        def listed(found: list[Client]) -> bool:
            return awaited.issubset(map(identity, found))

        return self._look(lambda: self.api.awaited(lambda: self.all(outline), listed))

    def after_rotation(self, client: Client) -> Client | CloudflareError | None:
        """The client, once Cloudflare shows its second secret; or the error of reading it."""

        def shown(current: Client | None) -> bool:
            return bool(current and current["has_rotated_secret"])

        return self._look(lambda: self.api.awaited(lambda: self.get(client["client_id"]), shown))

    def delete_rotated(self, client: Client) -> None:
        """Delete the older of two secrets. Before a retry the client is read, so that no other secret is deleted."""
        path = self._path(client["client_id"]) + "/rotate_secret"

        def send() -> bool:
            self.api.write("DELETE", path, WRITE)
            return True

        def gone() -> bool | None:
            current = self.get(client["client_id"])
            return True if current and not current["has_rotated_secret"] else None

        self.api.settle(send, gone)

    def _patch(self, client: Client, body: Mapping[str, Any], arrived: Callable[[Client], bool]) -> Client:
        path = self._path(client["client_id"])

        def send() -> Client:
            return self._shaped("PATCH", path, self.api.write_object("PATCH", path, WRITE, body))

        def reread() -> Client | None:
            current = self.get(client["client_id"])
            return current if current and arrived(current) else None

        return self.api.settle(send, reread)

    def _shown(self, response: Client, shows: Callable[[Client], bool]) -> Client:
        """The client of the write's response, or of a later read where the response does not show the change."""
        if shows(response):
            return response
        client_id = response["client_id"]
        read = self._look(lambda: self.api.awaited(lambda: self.get(client_id) or response, shows))
        return response if isinstance(read, CloudflareError) else read

    def _look(self, ask: Callable[[], T]) -> T | CloudflareError:
        try:
            return ask()
        except CloudflareError as unreachable:
            return unreachable

    def _path(self, client_id: str) -> str:
        check_id("client_id", client_id)
        return f"{self.path}/{client_id}"

    def _shaped(self, method: str, path: str, response: Record) -> Client:
        expected = "an OAuth client with a client_id"
        if isinstance(response.get("client_id"), str):
            try:
                return shaped(response)
            except TypeError as error:
                expected = f"an OAuth client as Cloudflare documents it: {excerpt(str(error))}"
        raise malformed(self.api.request(method, path, READ if method == "GET" else WRITE), expected)


def identity(client: Client) -> tuple[str, str]:
    return client["client_id"], client["client_name"]


def find_client(clients: OAuthClients, client_id: str | None, client_name: str | None) -> Client | None:
    """As L(Listing.find), with the requests that this takes. Raises UsageError also when neither is given."""
    if client_id:
        return clients.get(client_id)
    if not client_name:
        raise UsageError(
            "missing_option", "client_id: set client_id or client_name, to identify the client.", option="client_id"
        )
    return Listing(clients.all(), clients.scope_ids).find(None, client_name)


def _said(value: Any) -> str:
    return "no value" if value is None or value == [] else repr(value)


def _not_kept(kept: Mapping[str, Any], actual: Client) -> UsageError:
    texts = [f"{name} (requested {_said(value)}, stored {_said(actual[name])})" for name, value in kept.items()]
    return UsageError(
        "value_not_kept",
        f"Cloudflare accepted the change of {actual['client_id']}, but did not apply it to "
        f"{some(texts, between='; ')}. Set the option to the stored value, or omit it. "
        "Otherwise every run requests the same change again.",
        option=next(iter(kept)),
        changed=True,
        oauth_client=actual,
    )
