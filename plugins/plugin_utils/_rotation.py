# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotates the secret of one client through a store, as the plan decides. Private."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from ..module_utils._api.errors import CloudflareError, UsageError, reporting_changes
from ..module_utils._oauth.clients import OAuthClients
from ..module_utils._oauth.model import Client, has_secret, not_found
from . import _moment as moments
from ._minting import Minting
from ._rotation_note import CLOSED, OPEN, Note
from ._rotation_plan import CODES, NEXT, Decision, Situation, finalized, rotated

Result = dict[str, Any]


def fingerprint(secret: str | None) -> str | None:
    """The SHA-256 hash of a secret, which can be shown and compared without disclosing the secret."""
    return hashlib.sha256(secret.encode(errors="surrogatepass")).hexdigest() if secret else None


@dataclass
class Rotation:
    """One run for one client, which holds the client's lock."""

    clients: OAuthClients
    minting: Minting
    params: Mapping[str, Any]
    check_mode: bool
    client: Client = field(default_factory=dict)
    steps: list[str] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    note: Note | None = None
    deleted: bool = False

    def __post_init__(self) -> None:
        self.kept, self.handover, self.say = self.minting.kept, self.minting.handover, self.minting.say

    def result(self) -> Result:
        """Carry out C(state). A failure shows whether anything was changed."""
        with reporting_changes(lambda: self.deleted or self.minting.changed):
            return self.rotate() if self.params["state"] == "rotated" else self.finalize()

    def rotate(self) -> Result:
        max_age = moments.duration("max_age", self.params["max_age"])
        decision = rotated(self._situation(), max_age, replace_lost=self.params["replace_lost"])
        self._refuse(decision)
        if decision.step in ("rotate", "replace"):
            self._check_store()
            self._mint(replace=decision.step == "replace")
        elif decision.step == "store" and self.note:
            self.minting.store(self.note, self.client["client_id"], OPEN if self._is_open else CLOSED)
            self.steps.append("stored")
        elif decision.step == "settle":
            self._close()
            self.steps.append("settled")
        # A rotation that a killed run has finalized is verified by the tasks that follow.
        self._clean(to_come=self._is_open or decision.step == "settle")
        return self._result(decision, max_age)

    def finalize(self) -> Result:
        overlap = moments.duration("overlap", self.params["overlap"])
        decision = finalized(self._situation(), overlap)
        self._refuse(decision)
        if decision.step == "finalize":
            self._check_expected()
            self._delete_older()
            self._close()
        elif decision.step == "settle":
            self._close()
            self.steps.append("settled")
        self._clean(to_come=self._is_open)
        return self._result(decision, None)

    def _clean(self, *, to_come: bool) -> None:
        if not self.check_mode:
            minted_at = self.kept.found.get("minted_at")
            self.handover.clean(minted_at, to_come=to_come, keep=self.minting.keeps_for_tasks)

    def _situation(self) -> Situation:
        client = self.clients.get(self.params["client_id"])
        if client is None:
            raise not_found("client_id", self.params["client_id"])
        if not has_secret(client):
            raise UsageError(
                "client_without_secret",
                f"client_id: {client['client_id']} has token_endpoint_auth_method=none, so it has no secret to rotate. "
                "Remove the client from this task, or change that option.",
                option="client_id",
            )
        self.client = client
        record = self.kept.read()
        note, waiting = Note.of(record.get("rotation")), self.handover.waiting()
        handed_over = self.handover.holds(note)
        self.note = note if handed_over else waiting
        site, directory = self.handover.site, self.handover.directory
        return Situation(client, record, moments.now(), site, handed_over, waiting, directory)

    def _refuse(self, decision: Decision) -> None:
        if decision.code in CODES:
            raise UsageError(decision.code, decision.text, oauth_client=self.client)

    def _check_store(self) -> None:
        """Refuse a write-only store, before anything is minted, if the secret is needed later."""
        if self.kept.store.write_only and self.params["secret_needed"] == "later":
            raise UsageError(
                "store_write_only",
                f"store: {self.kept.store.place} cannot be read back, and a later run would need the secret to deploy "
                "or verify it. In the role, set oauth_client_rotate_finalize=true and omit "
                "oauth_client_rotate_overlap. Or use a store of another type.",
                option="store",
            )

    def _check_expected(self) -> None:
        """Refuse to delete the older secret when the store holds another one than was deployed and verified."""
        expected, held = self.params["expected"], fingerprint(self.kept.secret)
        if expected and held and held != expected:
            raise UsageError(
                "secret_changed",
                f"expected: the secret of client {self.client['client_id']} in {self.kept.store.place} is not the one "
                "that was verified; another run may have replaced it. Nothing was deleted. Deploy and verify the "
                "stored secret, then finalize with its fingerprint. With the role, run the whole playbook again.",
                option="expected",
            )

    def _mint(self, *, replace: bool) -> None:
        """Note that a secret is being minted, mint it and store it; for C(replace) the older one goes first."""
        note = self.minting.note(self.client["client_id"], **({"minted_at": ""} if replace else {}))
        if replace:
            self._delete_older()
        self.client = {**self.client, "has_rotated_secret": True}
        self.steps += ["rotated", "stored"]
        if self.check_mode:
            return
        with self.minting.receiving(note) as receive:
            self.clients.rotate(self.client, lambda secret: receive(secret, self.client["client_id"], OPEN))
        self._check_shown()

    def _delete_older(self) -> None:
        if not self.check_mode:
            self.clients.delete_rotated(self.client)
            self.deleted = True
            self.say("deleted the older secret")
        self.client = {**self.client, "has_rotated_secret": False}
        self.steps.append("finalized")

    def _check_shown(self) -> None:
        current = self.clients.after_rotation(self.client)
        if isinstance(current, CloudflareError):
            self.warnings.append(
                "The secret was minted, but reading the client failed, so it is not known whether Cloudflare shows an "
                f"open rotation. {current.message} The secret is stored. Check in Cloudflare's dashboard that the "
                "client has two secrets before you rotate again."
            )
            return
        if current and current["has_rotated_secret"]:
            return
        raise UsageError(
            "rotation_not_shown",
            f"A second secret of the client {self.client['client_id']} was minted and stored, but Cloudflare shows no "
            "open rotation. Check which of the two secrets the token endpoint accepts. If it accepts both, run again. "
            "If it accepts only the stored one, deploy that at once. If it accepts only the older one, run twice with "
            "max_age=0: the first run corrects the store, the second mints another.",
            oauth_client=self.client,
        )

    @property
    def _is_open(self) -> bool:
        return bool(self.client["has_rotated_secret"])

    def _close(self) -> None:
        self.kept.change({"client_id": self.client["client_id"], "rotation": CLOSED})
        if not self.check_mode:
            self.say("noted in the store that no rotation is open")

    def _result(self, decision: Decision, max_age: timedelta | None) -> Result:
        minted_at = None if self.check_mode and self.steps else self.kept.found.get("minted_at") or None
        known = moments.read_moment(minted_at) if minted_at else None
        action = "none" if not self._is_open else "wait" if decision.code == "overlap" else "finalize"
        return {
            "changed": bool(self.steps),
            "rotation": OPEN if self._is_open else CLOSED,
            "steps": self.steps,
            "reason": {"code": decision.code, "text": decision.text},
            "next_action": {"code": action, "text": NEXT[action]},
            "client_id": self.client["client_id"],
            "client_name": self.client["client_name"],
            "account_id": self.params["account_id"],
            "updated_at": self.client["updated_at"],
            "minted_at": minted_at,
            "due_at": moments.iso(known + max_age) if known and max_age is not None else None,
            "fingerprint": fingerprint(self._known_secret()),
            "awaits_deployment": self._awaits_deployment(),
            "warnings": self.warnings,
        }

    def _awaits_deployment(self) -> bool:
        """Whether the newer of two secrets can be deployed and verified; one that is only predicted cannot."""
        if self.check_mode and "rotated" in self.steps:
            return False
        return self._is_open or (self.check_mode and "finalized" in self.steps)

    def _known_secret(self) -> str | None:
        """The secret that the store holds after this run, as far as it can be known."""
        if self.check_mode and "rotated" in self.steps:
            return None
        return self.minting.secret or self.kept.secret or self.handover.kept()
