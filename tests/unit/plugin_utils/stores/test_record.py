# SPDX-License-Identifier: GPL-3.0-or-later
"""The record of one client, in any store."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.record import StoredRecord
from tests.unit.plugin_utils.stores_in_memory import InMemory, WriteOnly
from tests.unit.support import refuses

HELD = {"client_id": "c1", "client_secret": "older", "minted_at": "2020-01-31T08:00:00Z", "rotation": "closed"}


def read(store: InMemory, client_id: str | None = "c1") -> StoredRecord:
    record = StoredRecord(store, client_id)
    record.read()
    return record


def test_only_what_differs_is_written() -> None:
    store = InMemory({**HELD, "note": 1})
    record = read(store)
    assert not record.change({"client_id": "c1"})
    assert record.change({"rotation": "open"})
    assert store.written == [{**HELD, "note": 1, "rotation": "open"}]
    assert record.found == {**HELD, "note": 1, "rotation": "open"}


def test_check_mode_only_asks() -> None:
    store = InMemory(HELD, check_mode=True)
    record = read(store)
    assert not record.change({"rotation": "closed"})
    assert record.change({"rotation": "open"})
    assert (store.written, record.found) == ([], HELD)
    store.read_only = True
    with refuses("store_unwritable", "store"):
        record.change({"rotation": "open"})


@pytest.mark.parametrize("others", [{"client_id": "c2"}, {"note": 1}, {"client_secret": "theirs"}])
def test_what_another_run_writes_at_once_is_noticed(others: dict[str, Any]) -> None:
    store = InMemory(HELD)
    store.after_write = lambda: store.held.update(others)
    record = read(store)
    with refuses("store_collision", "store"):
        record.change({"rotation": "open"})


@pytest.mark.parametrize("client_id", ["c2", None])
def test_a_place_is_of_one_client(client_id: str | None) -> None:
    with refuses("store_of_another_client", "store"):
        read(InMemory(HELD), client_id)
    assert read(InMemory({**HELD, "client_id": ""}), client_id).secret == "older"


@pytest.mark.parametrize("secret", [None, 5, ["x"], True])
def test_a_secret_is_a_text(secret: Any) -> None:
    with refuses("foreign_content", "store"):
        read(InMemory({"client_secret": secret}))


@pytest.mark.parametrize(
    ("held", "holds", "secret"),
    [({}, False, None), ({"client_secret": ""}, False, None), ({"client_secret": "x"}, True, "x")],
)
def test_whether_a_place_holds_a_secret(held: dict[str, Any], holds: bool, secret: str | None) -> None:
    record = read(InMemory(held))
    assert (record.holds_secret, record.secret) == (holds, secret)


def test_a_secret_that_is_not_shown_is_there() -> None:
    store = WriteOnly(HELD)
    record = read(store)
    assert (record.holds_secret, record.secret) == (True, None)
    assert not record.change({"client_id": "c1"})
    assert record.change({"client_secret": "newer"})
    assert store.held == {**HELD, "client_secret": "newer"}
    assert record.secret is None
