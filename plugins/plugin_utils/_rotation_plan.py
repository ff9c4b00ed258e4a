# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Decides the next step of a rotation, from the client at Cloudflare and the record in the store. Pure. Private."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from ..module_utils._api.errors import UsageError
from ._moment import iso, read_moment
from ._rotation_note import OPEN, Note
from ._stores.record import holds_secret

# Clocks of controllers may differ by so much.
CLOCKS_DIFFER = timedelta(hours=1)


@dataclass(frozen=True)
class Situation:
    """What is known before anything is done, by a run that holds the lock of C(site).

    C(handed_over) says that a minted secret waits in the handover file that the record names, C(waiting) is the note of
    the newest that waits here at all. C(directory) has the handover files.
    """

    client: Mapping[str, Any]
    record: Mapping[str, Any]
    now: datetime
    site: str
    handed_over: bool = False
    waiting: Note | None = None
    directory: str = ""

    @property
    def rotation(self) -> str:
        return str(self.record.get("rotation") or "")

    @property
    def note(self) -> Note | None:
        return Note.of(self.rotation)

    @property
    def is_busy(self) -> bool:
        return self.note is not None and self.note.is_busy(self.now, self.site)

    @property
    def is_open(self) -> bool:
        return bool(self.client["has_rotated_secret"])

    @property
    def stores_secret(self) -> bool:
        return holds_secret(self.record)

    @property
    def minted_at(self) -> datetime | None:
        """When the secret was minted. Raises UsageError for an invalid time, and for one in the future."""
        text = self.record.get("minted_at")
        if not text:
            return None
        found = read_moment(str(text))
        if found is None:
            wrong = f"store: its minted_at {text!r} is not a valid time (expected for example 2026-01-31T08:00:00Z)."
            raise UsageError("foreign_content", f"{wrong} Correct it in the store.", option="store")
        if found - self.now > CLOCKS_DIFFER:
            wrong = (
                f"store: minted_at is in the future ({text}). Correct it in the store, or the clock of the controller."
            )
            raise UsageError("foreign_content", wrong, option="store")
        return found

    @property
    def age(self) -> timedelta | None:
        return self.now - self.minted_at if self.minted_at else None


@dataclass(frozen=True)
class Decision:
    """C(step) is what to do; C(code) and C(text) say why."""

    step: str
    code: str
    text: str


REASONS: Mapping[str, str] = {
    "due": "No rotation is open, and the secret is due: {age}.",
    "not_due": "No rotation is open, and the secret is not due: {age}.",
    "handed_over": (
        "An earlier run minted a secret of the client {client_id} and ended before the store held it. The handover "
        "file kept the secret, and this run stores it."
    ),
    "open": "A rotation is open, and the store holds the newer secret.",
    "closed_elsewhere": "No rotation is open. The store still showed an open one, which this run corrects.",
    "replaced": "The store never received the second secret of the client {client_id}, which this run replaces.",
    "rotation_busy": (
        "Another run on the controller {host} is minting a secret of the client {client_id}, and has until {until} to "
        "store it. Run again after that."
    ),
    "rotation_lost": (
        "An earlier run minted a second secret of the client {client_id}, but did not store it. The older secret "
        "still works. Look for the file {file} in the handover directory of the controller that ran it. If it is "
        "there, copy it to {directory} on this controller and run again. Otherwise run once with replace_lost=true in "
        "a maintenance window: this deletes the older secret, so applications cannot authenticate until the next one "
        "is deployed."
    ),
    "rotation_foreign": (
        "A rotation of the client {client_id} is open that was not started with this store. The store does not hold "
        "the newer secret, and finalizing would delete the one that it holds. If you have the newer secret, store it "
        "with oauthops.iam.cloudflare_oauth_client_stored_secret and rotation=open, then run again. Otherwise run "
        "once with replace_lost=true in a maintenance window: applications cannot authenticate until the next secret "
        "is deployed."
    ),
    "finalized": "The rotation is finalized, which deletes the older secret.",
    "overlap": "Both secrets stay valid until the newer one is {overlap} old.",
    "rotation_not_stored": (
        "A minted secret of the client {client_id} is saved in {path}, but not stored yet. Store it first: run with "
        "state=rotated, or run the role without oauth_client_rotate_finalize=only."
    ),
    "closed": "No rotation is open.",
}

UNKNOWN_AGE = " The store does not say when it was minted. Set minted_at there, or omit overlap."
# The codes of errors among them.
CODES: tuple[str, ...] = ("rotation_busy", "rotation_lost", "rotation_foreign", "rotation_not_stored")


def rotated(situation: Situation, max_age: timedelta | None, *, replace_lost: bool) -> Decision:
    """The step of C(state=rotated).

    C(rotate) mints a second secret, C(replace) deletes the older one first, C(store) stores one that was minted,
    C(settle) corrects the store, C(none) does nothing, and C(refuse) fails.
    """
    note = situation.note
    if note and situation.handed_over:
        return _decide("store", "handed_over", situation)
    if situation.is_busy:
        return _decide("refuse", "rotation_busy", situation)
    if situation.is_open:
        return _opened(situation, replace_lost=replace_lost)
    if situation.rotation == OPEN:
        return _decide("settle", "closed_elsewhere", situation)
    if _is_due(situation, max_age):
        return _decide("rotate", "due", situation, max_age=max_age)
    return _decide("settle" if note else "none", "not_due", situation, max_age=max_age)


def _opened(situation: Situation, *, replace_lost: bool) -> Decision:
    if situation.rotation == OPEN and situation.stores_secret:
        return _decide("none", "open", situation)
    if situation.waiting:
        return _decide("store", "handed_over", situation)
    if replace_lost:
        return _decide("replace", "replaced", situation)
    return _decide("refuse", "rotation_lost" if situation.note else "rotation_foreign", situation)


def finalized(situation: Situation, overlap: timedelta | None) -> Decision:
    """The step of C(state=finalized): C(finalize) deletes the older secret, C(settle) corrects the store."""
    note = situation.note
    if note and situation.handed_over:
        return _decide("refuse", "rotation_not_stored", situation)
    if situation.is_busy:
        return _decide("refuse", "rotation_busy", situation)
    if not situation.is_open:
        settles = note is not None or situation.rotation == OPEN
        code = "closed_elsewhere" if settles else "closed"
        return _decide("settle" if settles else "none", code, situation)
    if situation.rotation != OPEN or not situation.stores_secret:
        return _decide("refuse", "rotation_lost" if note else "rotation_foreign", situation)
    age = situation.age
    if overlap is not None and (age is None or age < overlap):
        return _decide("none", "overlap", situation, overlap=overlap)
    return _decide("finalize", "finalized", situation)


def _is_due(situation: Situation, max_age: timedelta | None) -> bool:
    age = situation.age
    return not situation.stores_secret or max_age is None or age is None or age >= max_age


def _decide(
    step: str, code: str, situation: Situation, max_age: timedelta | None = None, overlap: timedelta | None = None
) -> Decision:
    note = situation.note
    until = note.until if note else None
    file = note.file(situation.client["client_id"]) if note else ""
    text = REASONS[code].format(
        client_id=situation.client["client_id"],
        age=_described_age(situation, max_age),
        file=file,
        path=os.path.join(situation.directory, file),
        directory=situation.directory,
        host=note.host if note else "",
        until=iso(until) if until else "",
        overlap=_written(overlap),
    )
    return Decision(step, code, text + UNKNOWN_AGE if code == "overlap" and not situation.minted_at else text)


def _described_age(situation: Situation, max_age: timedelta | None) -> str:
    if not situation.stores_secret:
        return "the store holds none"
    if not situation.minted_at:
        return "the store does not say when it was minted"
    limit = f", and max_age is {_written(max_age)}" if max_age is not None else ""
    return f"it was minted at {iso(situation.minted_at)}{limit}"


def _written(length: timedelta | None) -> str:
    """A length of time as options have it, such as 90d or 1h30m."""
    if length is None:
        return ""
    seconds = int(length.total_seconds())
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        number, seconds = divmod(seconds, size)
        parts += [f"{number}{unit}"] if number else []
    return "".join(parts) or "0s"


# The next actions.
NEXT: Mapping[str, str] = {
    "none": "Nothing.",
    "finalize": "Both secrets are valid. When every application uses the newer one, finalize the rotation.",
    "wait": "Both secrets are valid. Run again when the overlap is over.",
}
