# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotating the secret of one client through a store: looking, doing what the plan says, and the result. Private."""

from __future__ import annotations

import hashlib
import secrets
import socket
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError, UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._module import register
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.clients import OAuthClients
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import Client, has_secret
from ansible_collections.oauthops.iam.plugins.plugin_utils import _moment as moments
from ansible_collections.oauthops.iam.plugins.plugin_utils._handover import ClientHandover
from ansible_collections.oauthops.iam.plugins.plugin_utils._rotation_plan import (
    CLOSED,
    CODES,
    OPEN,
    Decision,
    Note,
    Situation,
    finalized,
    next_action,
    rotated,
)
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.record import StoredRecord

Result = dict[str, Any]
# How long storing a minted secret may take at most, besides the requests that mint it.
STORING = timedelta(minutes=2)


def fingerprint(secret: str | None) -> str | None:
    """A secret as it may be shown and compared: a hash does not give a long random text away."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest() if secret else None


@dataclass
class Rotation:
    """One run for one client, which holds the client's lock. C(say) gets a line for each step that was done."""

    clients: OAuthClients
    kept: StoredRecord
    handover: ClientHandover
    params: Mapping[str, Any]
    say: Callable[[str], None]
    check_mode: bool
    client: Client = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    minted: str | None = None
    note: Note | None = None

    def rotate(self) -> Result:
        """C(state=rotated)."""
        max_age = moments.duration("max_age", self.params["max_age"])
        decision = rotated(self._situation(), max_age, replace_lost=self.params["replace_lost"])
        self._refuse(decision)
        if decision.step in ("rotate", "replace"):
            self._check_store()
            self._mint(replace=decision.step == "replace")
        elif decision.step == "store":
            self._store(self.note)
        elif decision.step == "settle":
            self._close("settled")
        self._clean()
        return self._result(decision, max_age)

    def finalize(self) -> Result:
        """C(state=finalized)."""
        overlap = moments.duration("overlap", self.params["overlap"])
        decision = finalized(self._situation(), overlap)
        self._refuse(decision)
        if decision.step == "finalize":
            self._check_expected()
            if not self.check_mode:
                self.clients.delete_rotated(self.client)
                self.say("deleted the older secret")
            self.client = {**self.client, "has_rotated_secret": False}
            self._close("finalized")
        elif decision.step == "settle":
            self._close("settled")
        self._clean()
        return self._result(decision, None)

    def _clean(self) -> None:
        if not self.check_mode:
            self.handover.clean(self.kept.found.get("minted_at"), keep=bool(self.client["has_rotated_secret"]))

    def _situation(self) -> Situation:
        client = self.clients.get(self.params["client_id"])
        if client is None:
            raise UsageError(
                "client_not_found",
                f"client_id: there is no OAuth client {self.params['client_id']!r} in this account.",
                option="client_id",
            )
        if not has_secret(client):
            raise UsageError(
                "client_without_secret",
                f"client_id: {client['client_id']} has token_endpoint_auth_method=none, so it has no secret to rotate.",
                option="client_id",
            )
        self.client = client
        record = self.kept.read()
        note, waiting = Note.of(record.get("rotation")), self.handover.waiting()
        handed_over = self.handover.holds(note)
        self.note = note if handed_over else waiting
        return Situation(client, record, moments.now(), self.handover.site, handed_over, waiting)

    def _refuse(self, decision: Decision) -> None:
        if decision.code not in CODES:
            return
        note = Note.of(self.kept.found.get("rotation"))
        where = f" Here it would be {self.handover.path(note)}." if decision.code == "rotation_lost" and note else ""
        raise UsageError(decision.code, f"{decision.text}{where}", oauth_client=self.client)

    def _check_store(self) -> None:
        """Refuse, before anything is minted, a store from which nobody could get the secret that is needed later."""
        if self.kept.store.write_only and self.params["secret_needed"] == "later":
            raise UsageError(
                "store_write_only",
                f"store: {self.kept.store.place} never shows a secret again, and a later run would need it to deploy "
                "or verify. Finalize in the same run without an overlap, or leave deploying to others.",
                option="store",
            )

    def _check_expected(self) -> None:
        """Refuse to delete the older secret when the store holds another one than was deployed and verified."""
        expected, held = self.params["expected"], fingerprint(self.kept.secret)
        if expected and held and held != expected:
            raise UsageError(
                "secret_changed",
                f"expected: {self.kept.store.place} holds another secret of {self.client['client_id']} than was "
                "verified. Another run has stored it since, so nothing was deleted. Run again.",
                option="expected",
            )

    def _mint(self, *, replace: bool) -> None:
        """Note that a secret is being minted, mint it and store it; for C(replace) the older one goes first.

        The note proves that the store can be written, and says until when no other run may mint.
        """
        began = moments.now()
        note = Note.new(began, self._lease(), _random(), socket.gethostname(), self.handover.site)
        replaced = {"minted_at": ""} if replace else {}
        self.kept.change({"client_id": self.client["client_id"], "rotation": str(note), **replaced})
        if replace:
            if not self.check_mode:
                self.clients.delete_rotated(self.client)
                self.say("deleted the older secret, as the newer one is lost")
            self.client = {**self.client, "has_rotated_secret": False}
            self.steps.append("finalized")
        if self.check_mode:
            self.client = {**self.client, "has_rotated_secret": True}
            self.steps += ["rotated", "stored"]
            return
        with self.handover.receiving(note) as receive:
            self._check_lease(note)
            self.clients.rotate(self.client, lambda secret: self._received(secret, note, receive))
        self._check_shown()

    def _received(self, secret: str, note: Note, receive: Callable[[str], None]) -> None:
        """Nothing that can fail stands between Cloudflare's response and the handover file; an abort waits for both."""
        register({secret})
        receive(secret)
        self.minted = secret
        self.steps.append("rotated")
        self.say("minted a second secret")
        self.client = {**self.client, "has_rotated_secret": True}
        self._check_ours(note)
        self._store(note)

    def _store(self, note: Note | None) -> None:
        """Move the secret from the handover file into the store."""
        if note is None:
            raise ValueError("there is no note of what was minted")
        secret = self.minted or self.handover.read(note)
        register({secret})
        self.minted = secret
        rotation = OPEN if self.client["has_rotated_secret"] else CLOSED
        self.kept.change(
            {
                "client_id": self.client["client_id"],
                "client_secret": secret,
                "minted_at": moments.iso(note.began),
                "rotation": rotation,
            }
        )
        self.steps.append("stored")
        if not self.check_mode:
            self.say(f"stored it in {self.kept.store.place}")
            self.handover.end(note, keep=self.kept.store.write_only and self.params["secret_needed"] == "now")

    def _check_ours(self, note: Note) -> None:
        """Raise UsageError where the store shows that another run has written its own note since.

        A store that compares refuses the write by itself.
        """
        if not self.kept.store.compares and self.kept.read().get("rotation") != str(note):
            raise UsageError(
                "store_collision",
                f"store: another run has written {self.kept.store.place} while a secret of {self.client['client_id']} "
                f"was minted. The secret is in {self.handover.path(note)}. Let the other run end, then compare.",
                option="store",
                changed=True,
            )

    def _check_shown(self) -> None:
        current = self.clients.after_rotation(self.client)
        if isinstance(current, CloudflareError) or (current and current["has_rotated_secret"]):
            return
        raise UsageError(
            "rotation_not_shown",
            f"A second secret of {self.client['client_id']} was minted and stored, but Cloudflare does not show that a "
            "rotation is open. Verify in the dashboard that both secrets are valid before you run again.",
            changed=True,
            oauth_client=self.client,
        )

    def _check_lease(self, note: Note) -> None:
        if note.until and moments.now() >= note.until:
            raise UsageError(
                "lease_ended",
                f"store: writing {self.kept.store.place} took so long that another run may mint by now. Nothing was "
                "minted. Run again.",
                option="store",
            )

    def _close(self, step: str) -> None:
        self.kept.change({"client_id": self.client["client_id"], "rotation": CLOSED})
        self.steps.append(step)
        if not self.check_mode:
            self.say("noted in the store that no rotation is open")

    def _lease(self) -> timedelta:
        return STORING + timedelta(seconds=self.params["retry_timeout"] + 2 * self.params["timeout"])

    def _result(self, decision: Decision, max_age: timedelta | None) -> Result:
        minted_at = None if self.check_mode and self.steps else self.kept.found.get("minted_at") or None
        is_open = bool(self.client["has_rotated_secret"])
        known = moments.read_moment(minted_at) if minted_at else None
        action = "none" if not is_open else "wait" if decision.code == "overlap" else "finalize"
        return {
            "changed": bool(self.steps),
            "rotation": OPEN if is_open else CLOSED,
            "steps": self.steps,
            "reason": decision.reason,
            "next_action": next_action(action),
            "client_id": self.client["client_id"],
            "client_name": self.client["client_name"],
            "account_id": self.params["account_id"],
            "updated_at": self.client["updated_at"],
            "minted_at": minted_at,
            "due_at": moments.iso(known + max_age) if known and max_age is not None else None,
            "fingerprint": fingerprint(self._known_secret()),
            "awaits_deployment": self._awaits_deployment(),
        }

    def _awaits_deployment(self) -> bool:
        """Whether the newer of two secrets can be deployed and verified; one that is only predicted cannot."""
        if self.check_mode and "rotated" in self.steps:
            return False
        return bool(self.client["has_rotated_secret"]) or (self.check_mode and "finalized" in self.steps)

    def _known_secret(self) -> str | None:
        """The secret that the store holds after this run, as far as it can be known."""
        if self.check_mode and "rotated" in self.steps:
            return None
        return self.minted or self.kept.secret or self.handover.kept()


def _random() -> str:
    return "".join(secrets.choice(string.ascii_lowercase + string.digits) for _position in range(12))
