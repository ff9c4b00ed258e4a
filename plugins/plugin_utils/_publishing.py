# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Prepares, publishes or deletes one client, with its TXT record. Private."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ..module_utils._api.auth import check_id
from ..module_utils._api.errors import UsageError, invalid, reporting_changes
from ..module_utils._dns.names import perhaps_beside_cname
from ..module_utils._oauth.apply import performed
from ..module_utils._oauth.clients import Listing, OAuthClients
from ..module_utils._oauth.model import Client, has_secret, not_found, shaped
from ..module_utils._oauth.plan import Creation, Deletion, Step, Update, decided
from ..module_utils._oauth.promotion import publishing
from ..module_utils._oauth.validate import DEFINITION_OPTIONS, checked_description
from . import _moment as moments
from ._dns_provider import NOTHING, REHEARSED_VALUE, Provider, looked_up
from ._publication import publication, unverified_record
from ._stored_creation import StoredCreation

Result = dict[str, Any]


@dataclass
class Publishing:
    """One run for one client. C(wanted) are the client's options, C(dns) those of its record, all checked.

    C(secret) is where the secret of the client is kept, None where it is not stored.
    """

    clients: OAuthClients
    wanted: Mapping[str, Any]
    provider: Provider
    dns: Mapping[str, Any]
    secret: StoredCreation | None
    params: Mapping[str, Any]
    check_mode: bool
    warnings: list[str] = field(default_factory=list)
    diffs: list[Mapping[str, Any]] = field(default_factory=list)
    changed: bool = False
    rehearsed: Mapping[str, Any] = field(default_factory=lambda: NOTHING)

    def result(self) -> Result:
        """Carry out C(state). A failure shows whether anything was changed, and names options as the task does."""
        states = {"prepared": self.prepare, "public": self.promote, "absent": self.remove}
        try:
            with reporting_changes(self._has_changed):
                return states[self.params["state"]]()
        except UsageError as failure:
            if failure.option in DEFINITION_OPTIONS:
                failure.option = f"client.{failure.option}"
            raise

    def prepare(self) -> Result:
        """C(state=prepared): create or update the client, store its secret, and publish its record if possible."""
        listing, actual = self._look()
        step = self._decide(actual, listing)
        creates = isinstance(step, Creation)
        expected = _expected(step)
        if _writes(step) or publishing(expected)["phase"] != "public":
            self._check(step, expected, listing)
        self._note(performed(step, self.clients, check_mode=self.check_mode))
        client = self.seen["oauth_client"]
        if self.secret and has_secret(client) and not creates:
            self.changed |= self.secret.complete(client)
        self._add(self.rehearsed if self.check_mode else {**self.rehearsed, "changed": False})
        written = self._publish_record()
        # Tasks of a user come later; and a person cannot know the value before.
        may_exist = not (creates or written or self.check_mode or self.provider.task_file)
        return self._result(looked_up(unverified_record(self.seen), self.dns, may_exist=may_exist))

    def promote(self) -> Result:
        """C(state=public): make the client public. Raises UsageError, before any write, while something is missing."""
        actual = self._existing()
        if self.wanted["visibility"] == "private":
            raise invalid(
                "client.visibility",
                "it is private, but state=public makes a client public permanently. Set it to public, or omit it.",
            )
        step = decided({}, actual, {**self._step_params(), "visibility": "public"}, self.clients)
        self._note(performed(step, self.clients, check_mode=self.check_mode))
        return self._result({})

    def remove(self) -> Result:
        """C(state=absent): remove the record, then delete the client, because only the client shows the value."""
        _listing, actual = self._look()
        step = decided({}, actual, {"state": "absent", "force": self.params["force"]}, self.clients)
        record = publishing(actual)["dns_record"] if actual else None
        if record and record["value"]:
            self._add(self.provider.ensure("absent", record["name"], record["value"], check_mode=self.check_mode))
        self._add(performed(step, self.clients, check_mode=self.check_mode))
        return {
            **self._common(actual),
            "client_id": actual["client_id"] if actual else None,
            "dns_record": record,
            "dns_task_file": self.provider.task_file if record and record["value"] else None,
        }

    def _look(self) -> tuple[Listing | None, Client | None]:
        """The client: by one request if its ID is given, or else by one listing, which is returned as well."""
        if self.wanted["client_id"]:
            return None, self.clients.get(self.wanted["client_id"])
        listing = Listing(self.clients.all(), self.clients.scope_ids)
        return listing, listing.find(None, self.wanted["client_name"])

    def _existing(self) -> Client:
        _listing, actual = self._look()
        if actual is None:
            name = "client_id" if self.wanted["client_id"] else "client_name"
            raise not_found(f"client.{name}", self.wanted[name])
        return actual

    def _decide(self, actual: Client | None, listing: Listing | None) -> Step:
        step = decided(checked_description(self.wanted), actual, self._step_params(), listing or self.clients)
        if isinstance(step, Creation) and has_secret(step.body) and self.secret:
            return dataclasses.replace(step, delivery=self.secret)
        return step

    def _step_params(self) -> Result:
        """The options of a step that never makes the client public, and whose secret the store receives."""
        visibility = None if self.wanted["visibility"] == "public" else self.wanted["visibility"]
        return {
            **self.wanted,
            "visibility": visibility,
            "validate_scopes": self.params["validate_scopes"],
            "client_secret_file": self._secret_file(),
            "return_client_secret": False,
            "force": False,
        }

    def _secret_file(self) -> str | None:
        """Where the secret goes without a store, as definitions for the bulk module say."""
        kept_elsewhere = self.secret or self.params["discard_client_secret"]
        return None if kept_elsewhere else self.wanted["client_secret_file"]

    def _check(self, step: Step, expected: Client, listing: Listing | None) -> None:
        """Raise UsageError, before any write, for what is known to fail."""
        status = publishing(expected)
        if status["obstacle"]:
            raise UsageError(
                "domain_not_verifiable",
                f"client.client_uri: {status['obstacle']} "
                "Set a home page on a domain to which you can add a TXT record.",
                option="client.client_uri",
            )
        if isinstance(step, Creation):
            self._check_creation(expected, listing)
        record = status["dns_record"]
        if record and not record["value"] and _writes(step):
            self._rehearse(record["name"])
        if isinstance(step, Creation) and self.secret and has_secret(expected):
            self.secret.check()

    def _rehearse(self, host: str) -> None:
        """Check the record before its value is known: predict its publication, and look up its host.

        This also checks the options of the lookup.
        """
        self.rehearsed = self.provider.ensure("present", host, REHEARSED_VALUE, check_mode=True)
        cname = looked_up({"name": host, "value": REHEARSED_VALUE}, self.dns, may_exist=False).get("cname")
        if cname and not self.provider.writes:
            self.warnings.append(perhaps_beside_cname(host, cname))

    def _check_creation(self, expected: Client, listing: Listing | None) -> None:
        keeps = self.secret or self._secret_file() or self.params["discard_client_secret"]
        if has_secret(expected) and not keeps:
            raise UsageError(
                "secret_destination_missing",
                "store: creating this client mints a secret that is shown only once, and no store is set. Set store, "
                "or discard_client_secret=true to discard it.",
                option="store",
            )
        similar = similar_client(expected, listing.clients if listing else [])
        if similar and not self.params["allow_similar"]:
            raise UsageError(
                "client_similar",
                f"client.client_name: there is no client {expected['client_name']!r}, but {similar['client_id']} "
                f"({similar['client_name']!r}) has the same client_uri and overlapping redirect_uris. If that is the "
                "client, renamed, set client.client_id to its ID. If you want another client, set allow_similar=true.",
                option="client.client_name",
            )

    def _publish_record(self) -> bool:
        """Whether it was written now."""
        record = unverified_record(self.seen)
        if not record:
            return False
        result = self.provider.ensure("present", record["name"], record["value"], check_mode=self.check_mode)
        self._add(result)
        return bool(result["changed"])

    def _note(self, result: Mapping[str, Any]) -> None:
        self.seen = {key: result[key] for key in ("oauth_client", "publishing")}
        self._add(result)

    def _add(self, result: Mapping[str, Any]) -> None:
        self.changed |= bool(result["changed"])
        self.warnings += result.get("warnings", [])
        if result["changed"] and result.get("diff"):
            self.diffs.append(result["diff"])

    def _result(self, lookup: Mapping[str, Any]) -> Result:
        """What all states that leave a client return."""
        status = publication(self.seen, lookup, self.dns["provider"], moments.now(), predicted=self.check_mode)
        return {
            **self._common(self.seen["oauth_client"]),
            **status,
            "dns_task_file": self.provider.task_file if status["awaits_verification"] else None,
            "lookup": lookup,
        }

    def _has_changed(self) -> bool:
        """Whether anything was changed so far, and not only predicted."""
        stored = self.secret is not None and self.secret.changed
        return stored or (self.changed and not self.check_mode)

    def _common(self, client: Client | None) -> Result:
        return {
            "changed": self.changed,
            "diff": self.diffs,
            "account_id": self.params["account_id"],
            "oauth_client": client,
            "warnings": list(dict.fromkeys(self.warnings)),
        }


def similar_client(expected: Client, clients: Sequence[Client]) -> Client | None:
    """A client under another name that looks like this one, and may be it, renamed.

    It has the same home page, and redirect URIs of which one client has all of the other's. Without a home page many
    clients look alike.
    """
    uris = set(expected["redirect_uris"])
    for client in clients:
        others = set(client["redirect_uris"])
        same_page = expected["client_uri"] and client["client_uri"] == expected["client_uri"]
        if same_page and client["client_name"] != expected["client_name"] and (uris <= others or uris >= others):
            return client
    return None


def _expected(step: Step) -> Client:
    """The client afterwards, as far as it can be predicted."""
    if isinstance(step, Deletion):
        raise AssertionError("preparing deletes no client")
    return shaped(step.body) if isinstance(step, Creation) else step.plan.expected


def _writes(step: Step) -> bool:
    return isinstance(step, Creation) or (isinstance(step, Update) and step.plan.changed)


def check_wanted(wanted: Mapping[str, Any]) -> None:
    """Raise UsageError for a description that this module cannot take."""
    if not (wanted["client_id"] or wanted["client_name"]):
        raise invalid("client", "set client_id or client_name in it, to identify the client.")
    if wanted["client_id"]:
        check_id("client.client_id", wanted["client_id"])
    if wanted["state"] == "absent":
        raise invalid(
            "client.state",
            "the value absent is not allowed here. To delete the client and its record, set state=absent on the task.",
        )
