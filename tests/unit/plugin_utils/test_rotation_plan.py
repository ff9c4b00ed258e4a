# SPDX-License-Identifier: GPL-3.0-or-later
"""What the next step of a rotation is."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.plugin_utils._moment import compact, duration, iso
from ansible_collections.oauthops.iam.plugins.plugin_utils._rotation_note import Note
from ansible_collections.oauthops.iam.plugins.plugin_utils._rotation_plan import (
    REASONS,
    Situation,
    finalized,
    rotated,
)
from tests.unit.support import refuses

NOW = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)
DAY = timedelta(days=1)
HERE, ELSEWHERE = "5a17e0", "e15e00"
OLD = "minting-20260101T000000Z-abc123"


def note(until: datetime = NOW + DAY, site: str = ELSEWHERE) -> str:
    return str(Note.new(NOW - timedelta(minutes=1), until - NOW + timedelta(minutes=1), "abc123", "one host", site))


def situation(is_open: bool = False, handed_over: bool = False, **record: Any) -> Situation:
    client = {"client_id": "c1", "has_rotated_secret": is_open}
    return Situation(client, record, NOW, HERE, handed_over)


HELD: dict[str, Any] = {"client_secret": "s", "minted_at": iso(NOW - 10 * DAY)}


@pytest.mark.parametrize(
    ("found", "max_age", "expected"),
    [
        (situation(), None, ("rotate", "due")),
        (situation(**HELD), None, ("rotate", "due")),
        (situation(**HELD), 10 * DAY, ("rotate", "due")),
        (situation(**HELD), 11 * DAY, ("none", "not_due")),
        (situation(**{**HELD, "client_secret": ""}), 11 * DAY, ("rotate", "due")),
        (situation(**{**HELD, "client_secret": None}), 11 * DAY, ("none", "not_due")),
        (situation(client_secret="s"), 11 * DAY, ("rotate", "due")),
        (situation(**HELD, rotation="closed"), 11 * DAY, ("none", "not_due")),
        (situation(**HELD, rotation="open"), 11 * DAY, ("settle", "closed_elsewhere")),
        (situation(**HELD, rotation="open"), None, ("settle", "closed_elsewhere")),
        (situation(**HELD, rotation=OLD), 11 * DAY, ("settle", "not_due")),
        (situation(**HELD, rotation=OLD), 9 * DAY, ("rotate", "due")),
        (situation(**HELD, rotation=OLD, handed_over=True), 11 * DAY, ("store", "handed_over")),
        (situation(**HELD, rotation=note()), None, ("refuse", "rotation_busy")),
        (situation(**HELD, rotation=note(site=HERE)), None, ("rotate", "due")),
        (situation(**HELD, rotation=note(until=NOW)), None, ("rotate", "due")),
        (situation(True, **HELD, rotation="open"), None, ("none", "open")),
        (situation(True, **{**HELD, "client_secret": None}, rotation="open"), None, ("none", "open")),
        (situation(True, **{**HELD, "client_secret": ""}, rotation="open"), None, ("refuse", "rotation_foreign")),
        (situation(True, **HELD, rotation="closed"), None, ("refuse", "rotation_foreign")),
        (situation(True, **HELD), None, ("refuse", "rotation_foreign")),
        (situation(True, **HELD, rotation=OLD), None, ("refuse", "rotation_lost")),
        (situation(True, **HELD, rotation=note()), None, ("refuse", "rotation_busy")),
        (situation(True, **HELD, rotation=note(site=HERE)), None, ("refuse", "rotation_lost")),
        (situation(True, True, **HELD, rotation=note()), None, ("store", "handed_over")),
    ],
)
def test_the_step_of_rotating(found: Situation, max_age: timedelta | None, expected: tuple[str, str]) -> None:
    decision = rotated(found, max_age, replace_lost=False)
    assert (decision.step, decision.code) == expected


@pytest.mark.parametrize("rotation", ["", "closed", OLD])
def test_a_lost_secret_is_replaced_only_when_asked_to(rotation: str) -> None:
    assert rotated(situation(True, **HELD, rotation=rotation), None, replace_lost=True).step == "replace"
    assert rotated(situation(True, **HELD, rotation="open"), None, replace_lost=True).step == "none"


def test_a_minted_secret_that_waits_here_is_stored_for_any_content_of_the_store() -> None:
    waiting = Note.of(OLD)
    for rotation in ("", "closed", OLD):
        found = situation(True, **HELD, rotation=rotation)
        found = Situation(found.client, found.record, NOW, HERE, waiting=waiting)
        assert rotated(found, None, replace_lost=True).step == "store"


@pytest.mark.parametrize(
    ("found", "overlap", "expected"),
    [
        (situation(True, **HELD, rotation="open"), None, ("finalize", "finalized")),
        (situation(True, **HELD, rotation="open"), 10 * DAY, ("finalize", "finalized")),
        (situation(True, **HELD, rotation="open"), 11 * DAY, ("none", "overlap")),
        (situation(True, client_secret="s", rotation="open"), DAY, ("none", "overlap")),
        (situation(True, client_secret="", rotation="open"), None, ("refuse", "rotation_foreign")),
        (situation(True, **HELD, rotation="closed"), None, ("refuse", "rotation_foreign")),
        (situation(True, **HELD, rotation=OLD), None, ("refuse", "rotation_lost")),
        (situation(True, True, **HELD, rotation=OLD), None, ("refuse", "rotation_not_stored")),
        (situation(True, **HELD, rotation=note()), None, ("refuse", "rotation_busy")),
        (situation(**HELD, rotation="open"), None, ("settle", "closed_elsewhere")),
        (situation(**HELD, rotation=OLD), None, ("settle", "closed_elsewhere")),
        (situation(**HELD, rotation="closed"), None, ("none", "closed")),
        (situation(), None, ("none", "closed")),
    ],
)
def test_the_step_of_finalizing(found: Situation, overlap: timedelta | None, expected: tuple[str, str]) -> None:
    decision = finalized(found, overlap)
    assert (decision.step, decision.code) == expected


RECORDS = st.fixed_dictionaries(
    {},
    optional={
        "client_secret": st.sampled_from(["", "s", None]),
        "rotation": st.sampled_from(["", "open", "closed", OLD, note(), note(site=HERE), "else"]),
        "minted_at": st.sampled_from(["", iso(NOW), iso(NOW - 100 * DAY)]),
    },
)


@given(RECORDS, st.booleans(), st.booleans(), st.booleans(), st.sampled_from([None, 90 * DAY]))
def test_no_record_leads_to_a_secret_that_is_lost(
    record: dict[str, Any], is_open: bool, handed_over: bool, replace: bool, age: timedelta | None
) -> None:
    found = situation(is_open, handed_over, **record)
    decision = rotated(found, age, replace_lost=replace)
    # Nothing is minted while two secrets are valid, while another run may mint, or while a minted one waits.
    if decision.step == "rotate":
        assert not is_open
        assert not found.is_busy
        assert not (found.note and handed_over)
    # The older one goes only where a user asked for it.
    if decision.step == "replace":
        assert replace
        assert is_open
    # The older one is deleted only while the store holds the newer one and says so.
    if finalized(found, None).step == "finalize":
        assert is_open
        assert record["rotation"] == "open"
        assert record["client_secret"] != ""


def test_every_reason_is_a_sentence() -> None:
    found = situation(True, **HELD, rotation=note())
    assert rotated(found, None, replace_lost=False).text.startswith("Another run on the controller one-host ")
    assert "it was minted at 2026-11-17T12:00:00Z, and max_age is 90d" in (
        rotated(situation(**HELD), 90 * DAY, replace_lost=False).text
    )
    unknown = finalized(situation(True, client_secret="s", rotation="open"), DAY).text
    assert "minted_at" in unknown
    assert all(text.endswith(".") for text in (*REASONS.values(), unknown))


@pytest.mark.parametrize("text", [OLD, note(), note(site=HERE)])
def test_a_note_is_read_as_it_was_written(text: str) -> None:
    read = Note.of(text)
    assert read
    assert str(read) == text
    assert Note.of(read.name) == Note(read.name, read.began)


@pytest.mark.parametrize("text", ["", "open", "minting-", "minting-2026-x", None, f"{OLD} until now on x (y)"])
def test_what_is_no_note(text: object) -> None:
    assert Note.of(text) is None


def test_a_point_in_time_that_is_yet_to_come_is_refused() -> None:
    with refuses("foreign_content", "store"):
        rotated(situation(**{**HELD, "minted_at": iso(NOW + DAY)}), DAY, replace_lost=False)
    assert rotated(situation(**{**HELD, "minted_at": iso(NOW + DAY / 48)}), DAY, replace_lost=False).step == "none"


@pytest.mark.parametrize("text", ["later", "2026-13-01", "0000-00-00T00:00:00Z"])
def test_a_point_in_time_that_is_none_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        rotated(situation(**{**HELD, "minted_at": text}), DAY, replace_lost=False)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("90d", 90 * DAY),
        ("1w12h", 7.5 * DAY),
        ("30m", timedelta(minutes=30)),
        ("3600", timedelta(hours=1)),
        (3600, timedelta(hours=1)),
        ("0", timedelta()),
        ("", None),
        (None, None),
    ],
)
def test_a_length_of_time(text: object, expected: timedelta | None) -> None:
    assert duration("max_age", text) == expected


@pytest.mark.parametrize("text", ["later", "1x", "-1", "1.5d", "9" * 30 + "w"])
def test_a_length_of_time_that_is_none_is_refused(text: str) -> None:
    with refuses("invalid_option", "max_age"):
        duration("max_age", text)


def test_compact_times_sort_as_they_pass() -> None:
    assert compact(NOW) < compact(NOW + timedelta(seconds=1))
