# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting until Cloudflare has verified the domain of a client. Private."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Callable

from ..module_utils._api.client import connect
from ..module_utils._api.error_response import is_outage
from ..module_utils._api.errors import CloudflareError, UsageError, reporting_changes
from ..module_utils._api.retry import Countdown
from ..module_utils._oauth.apply import restart
from ..module_utils._oauth.clients import OAuthClients
from ..module_utils._oauth.model import not_found, shaped
from ..module_utils._oauth.promotion import publishing
from . import _moment as moments
from ._dns_provider import looked_up
from ._publication import duration, may_restart, publication

SEEN = {
    True: "the record can be seen",
    False: "the record cannot be seen yet",
    None: "it is not known whether the record can be seen",
}
Result = dict[str, Any]


@dataclass
class Waiting:
    """One wait for one client. C(params) are those of the task, C(dns) those of its record, all checked."""

    params: Mapping[str, Any]
    dns: Mapping[str, Any]
    check_mode: bool
    say: Callable[[str], None]
    client: Result = field(default_factory=dict)
    shown: bool = False
    lookup: Result = field(default_factory=dict)
    diff: Mapping[str, Any] = field(default_factory=dict)
    first_value: str | None = None

    def result(self) -> Result:
        """Wait, and return the client as it was last read.

        Raises CloudflareError if it was never read, and UsageError for wrong options and a client that was deleted.
        """
        if self.params["oauth_client"]:
            self._see(shaped(self.params["oauth_client"]))
        self.countdown = Countdown(0 if self.check_mode else self.params["wait_timeout"])
        with reporting_changes(lambda: self.restarted and not self.check_mode):
            return self._waited()

    def _waited(self) -> Result:
        while True:
            over = self.countdown.remaining == 0
            try:
                self._look()
            except CloudflareError as failure:
                if over or not is_passing(failure):
                    return self._last_known(failure)
                self.say(f"Cloudflare is not reachable at the moment; {self._progress()}")
            else:
                if over or self._is_done():
                    return self._report([])
                self.say(self._line())
            self.countdown.wait(self.params["wait_interval"])

    @property
    def restarted(self) -> bool:
        return bool(self.diff)

    def _look(self) -> None:
        clients = self._clients()
        found = clients.get(self.params["client_id"])
        self.shown |= found is not None
        if found is None and self.client and not self.shown:
            found = self.client["oauth_client"]
        if found is None:
            if not self.shown:
                raise not_found("client_id", self.params["client_id"])
            text = f"the OAuth client {self.params['client_id']!r} was deleted elsewhere while this task waited."
            raise UsageError("client_not_found", f"client_id: {text}", option="client_id")
        self._see(found)
        if self._is_unverified() and not self.lookup.get("visible"):
            self.lookup = looked_up(self.client["publishing"]["dns_record"], self.dns)
        if self.params["restart_verification"] and not self.restarted and may_restart(self.client, self.lookup):
            done = restart(found, clients, check_mode=self.check_mode)
            self.diff = done["diff"]
            self._see(done["oauth_client"])

    def _see(self, client: Mapping[str, Any]) -> None:
        self.client = {"oauth_client": client, "publishing": publishing(client)}
        self.first_value = self.first_value or self._value()

    def _clients(self) -> OAuthClients:
        """A client that repeats a request no longer than there is time to wait."""
        limit = self.params["retry_timeout"]
        if self.params["wait_timeout"] and not self.check_mode:
            limit = min(limit, self.countdown.remaining)
        return OAuthClients(connect({**self.params, "retry_timeout": limit}), self.params["account_id"])

    def _is_done(self) -> bool:
        """Whether the domain is verified, or waiting longer would change nothing."""
        return not self._is_unverified() or self._record_changed() or may_restart(self.client, self.lookup)

    def _is_unverified(self) -> bool:
        state = self.client["publishing"]
        return bool(state["dns_record"]) and "client_uri_verification" in state["missing"]

    def _value(self) -> str | None:
        return (self.client["publishing"]["dns_record"] or {}).get("value")

    def _record_changed(self) -> bool:
        value = self._value()
        return bool(value) and value != self.first_value

    def _last_known(self, failure: CloudflareError) -> Result:
        """What was seen before Cloudflare stopped responding, with a warning; else raises the failure."""
        if not self.client or not is_passing(failure):
            raise failure
        return self._report([f"The client could not be read again, and may have changed since. {failure.message}"])

    def _report(self, warnings: list[str]) -> Result:
        return {
            "changed": self.restarted,
            "diff": self.diff or {"before": {}, "after": {}},
            **self._status(),
            **self.client,
            "account_id": self.params["account_id"],
            "lookup": self.lookup,
            "restarted": self.restarted,
            "record_changed": self._record_changed(),
            "elapsed": round(self.countdown.elapsed),
            "warnings": warnings,
        }

    def _status(self) -> Result:
        return publication(self.client, self.lookup, self.dns["provider"], moments.now(), predicted=self.check_mode)

    def _line(self) -> str:
        host = (self.client["publishing"]["dns_record"] or {}).get("name") or self.client["oauth_client"]["client_id"]
        seen = f" ({SEEN[self.lookup['visible']]})" if "visible" in self.lookup else ""
        return f"{host}: {self._status()['phase']}{seen}; {self._progress()}"

    def _progress(self) -> str:
        return f"{duration(self.countdown.elapsed)} elapsed, {duration(self.countdown.remaining)} remaining"


def is_passing(failure: CloudflareError) -> bool:
    """Whether Cloudflare or the connection failed, and not the request."""
    return failure.status is None or failure.status == 429 or is_outage(failure.status)
