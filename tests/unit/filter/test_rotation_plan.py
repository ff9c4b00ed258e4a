# SPDX-License-Identifier: GPL-3.0-or-later
"""What a rotation does next, for every state that Cloudflare and a store can be in."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.filter.rotation_plan import duration, rotation_plan

MARK = "minting-20260131T080000Z-abc123"
NOW = "2026-03-01T08:00:00Z"
MINTED = "2026-01-31T08:00:00Z"  # 29 days before NOW


def client(rotated: bool) -> dict[str, Any]:
    return {"client_id": "c1", "has_rotated_secret": rotated}


def record(rotation: str, **more: Any) -> dict[str, Any]:
    return {"client_id": "c1", "client_secret": "hush", "minted_at": MINTED, "rotation": rotation, **more}


def step(rotated: bool, held: dict[str, Any], **options: Any) -> str:
    chosen: str = rotation_plan(client(rotated), held, now=NOW, **options)["step"]
    return chosen


@pytest.mark.parametrize(
    ("rotated", "rotation", "handed_over", "expected"),
    [
        (False, "closed", False, "rotate"),
        (False, "", False, "rotate"),
        (False, "open", False, "settle"),
        (False, MARK, False, "rotate"),
        (False, MARK, True, "store"),
        (True, "closed", False, "foreign"),
        (True, "", False, "foreign"),
        (True, "open", False, "continue"),
        (True, MARK, False, "lost"),
        (True, MARK, True, "store"),
        (True, "open", True, "continue"),
        (False, "closed", True, "rotate"),
    ],
)
def test_the_next_step(rotated: bool, rotation: str, handed_over: bool, expected: str) -> None:
    assert step(rotated, record(rotation), handed_over=handed_over) == expected


@pytest.mark.parametrize(
    ("max_age", "expected"),
    [("", "rotate"), ("29d", "rotate"), ("29d1s", "nothing"), ("30d", "nothing"), ("4w", "rotate"), ("3600", "rotate")],
)
def test_a_secret_is_due_at_its_age(max_age: str, expected: str) -> None:
    assert step(False, record("closed"), max_age=max_age) == expected


def test_a_record_that_a_run_left_half_way_is_settled_unless_it_is_due() -> None:
    assert step(False, record(MARK), max_age="30d") == "settle"


@pytest.mark.parametrize("lacking", [{"minted_at": ""}, {"minted_at": None}, {"client_secret": ""}])
def test_a_secret_of_unknown_age_is_due(lacking: dict[str, Any]) -> None:
    assert step(False, record("closed", **lacking), max_age="30d") == "rotate"


def test_an_empty_store_is_due() -> None:
    assert step(False, {}, max_age="30d") == "rotate"


def test_a_secret_that_the_store_never_shows_is_there() -> None:
    assert step(False, record("closed", client_secret=None), max_age="30d") == "nothing"


@pytest.mark.parametrize("rotation", ["closed", "", MARK])
def test_nothing_is_minted_when_only_finalizing_was_asked_for(rotation: str) -> None:
    assert step(False, record(rotation), finalize="only") == "nothing"


def test_finalizing_settles_what_a_killed_run_has_finalized() -> None:
    assert step(False, record("open"), finalize="only") == "settle"


@pytest.mark.parametrize("rotation", [MARK, "closed"])
def test_a_lost_secret_is_replaced_only_when_asked(rotation: str) -> None:
    assert step(True, record(rotation), replace_lost=True) == "replace"
    assert step(True, record(rotation), replace_lost=True, finalize="only") in ("lost", "foreign")


def test_what_is_well_is_not_replaced() -> None:
    assert step(True, record("open"), replace_lost=True) == "continue"
    assert step(True, record(MARK), handed_over=True, replace_lost=True) == "store"


@pytest.mark.parametrize(
    ("finalize", "overlap", "expected"),
    [
        ("false", "", False),
        ("true", "", True),
        ("only", "", True),
        ("true", "28d", True),
        ("true", "30d", False),
        ("only", "30d", False),
    ],
)
def test_finalizing_waits_for_the_overlap(finalize: str, overlap: str, expected: bool) -> None:
    plan = rotation_plan(client(True), record("open"), finalize=finalize, overlap=overlap, now=NOW)
    assert plan["finalize"] is expected


@pytest.mark.parametrize("secret", ["", "absent"])
def test_an_open_rotation_without_a_secret_in_the_store_is_not_gone_on_with(secret: str) -> None:
    held = {key: value for key, value in record("open").items() if key != "client_secret"}
    held |= {} if secret == "absent" else {"client_secret": secret}
    assert step(True, held) == "foreign"
    assert not rotation_plan(client(True), held, finalize="only", now=NOW)["finalize"]


def test_a_moment_in_the_future_is_named() -> None:
    with pytest.raises(AnsibleFilterError, match="is in the future"):
        rotation_plan(client(False), record("closed", minted_at="2206-01-31T08:00:00Z"), now=NOW)


def test_a_length_that_cannot_be_counted_is_named() -> None:
    with pytest.raises(AnsibleFilterError, match="longer than time"):
        duration("overlap", "99999999999999d")


def test_an_unknown_age_never_passes_an_overlap() -> None:
    held = record("open", minted_at="")
    assert not rotation_plan(client(True), held, finalize="true", overlap="1s", now=NOW)["finalize"]


@given(
    rotated=st.booleans(),
    rotation=st.sampled_from(["", "open", "closed", MARK, "nonsense"]),
    handed_over=st.booleans(),
    finalize=st.sampled_from(["false", "true", "only"]),
    replace_lost=st.booleans(),
    max_age=st.sampled_from(["", "1d", "99d"]),
    secret=st.sampled_from(["hush", "", None]),
)
def test_what_never_happens(
    rotated: bool,
    rotation: str,
    handed_over: bool,
    finalize: str,
    replace_lost: bool,
    max_age: str,
    secret: str | None,
) -> None:
    held = record(rotation, client_secret=secret)
    plan = rotation_plan(
        client(rotated),
        held,
        handed_over=handed_over,
        max_age=max_age,
        finalize=finalize,
        replace_lost=replace_lost,
        now=NOW,
    )
    if plan["step"] == "rotate":
        assert not rotated, "a second rotation while one is open could drop the secret in use"
        assert finalize != "only"
    if plan["finalize"]:
        assert (rotated, rotation) == (True, "open"), "the older secret goes only when the store holds the newer one"
    if plan["step"] == "replace":
        assert replace_lost
        assert not (handed_over and rotation == MARK), "a secret that can still be stored is not given up"
    assert "hush" not in str(plan)


@pytest.mark.parametrize(
    ("text", "seconds"), [("90d", 7776000), ("1w12h", 648000), ("30m", 1800), ("3600", 3600), (7, 7), ("0", 0)]
)
def test_lengths_of_time(text: object, seconds: int) -> None:
    read = duration("max_age", text)
    assert read is not None
    assert read.total_seconds() == seconds


@pytest.mark.parametrize("text", ["", None, "  "])
def test_no_length_of_time(text: object) -> None:
    assert duration("max_age", text) is None


@pytest.mark.parametrize("text", ["soon", "90 days", "-1d", "1h2d", "1.5h", "{{ x }}"])
def test_a_length_that_is_none_is_named(text: str) -> None:
    with pytest.raises(AnsibleFilterError, match=r"max_age: .* is no length of time"):
        rotation_plan(client(False), {}, max_age=text)


def test_a_moment_that_is_none_is_named() -> None:
    with pytest.raises(AnsibleFilterError, match="minted_at in the store: 'yesterday' is no moment"):
        rotation_plan(client(False), record("closed", minted_at="yesterday"), max_age="1d")


@pytest.mark.parametrize("minted_at", ["2026-01-31T08:00:00Z", "2026-01-31T09:00:00+01:00", "2026-01-31 08:00:00"])
def test_moments_with_and_without_zone(minted_at: str) -> None:
    assert step(False, record("closed", minted_at=minted_at), max_age="29d") == "rotate"
    assert step(False, record("closed", minted_at=minted_at), max_age="29d1s") == "nothing"


@pytest.mark.parametrize("rotation", ["open", "closed", MARK])
@pytest.mark.parametrize("rotated", [True, False])
def test_a_reason_is_always_given(rotated: bool, rotation: str) -> None:
    reason = rotation_plan(client(rotated), record(rotation), max_age="30d", now=NOW)["reason"]
    assert reason.endswith(".")
    assert "{" not in reason
