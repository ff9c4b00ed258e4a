# SPDX-License-Identifier: GPL-3.0-or-later
"""Modules as a store: of any collection, and ours for JSON files."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.base import Store
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.opening import open_store
from tests.unit.plugin_utils.stores.sites import a_site, run_module
from tests.unit.support import refuses
from tests.unit.users import NOBODY, directory_of, only_root

NAME = "example.com.keep"
OPTIONS = {"place": "one"}
RECORD = {"client_id": "c1", "client_secret": "hush-hush"}


class Host:
    """Gives each module the same result, and takes down how it was run."""

    def __init__(self, result: Mapping[str, Any]) -> None:
        self.result = result
        self.runs: list[tuple[str, Mapping[str, Any], bool]] = []

    def run(self, name: str, args: Mapping[str, Any], check_mode: bool) -> Mapping[str, Any]:
        self.runs.append((name, args, check_mode))
        return self.result

    def store(self, **options: Any) -> Store:
        definition = {"type": "module", "name": NAME, "options": OPTIONS, "write_to": "keep", **options}
        return open_store(definition, a_site(self.run))


@pytest.mark.parametrize(
    ("result", "read_from", "found"),
    [
        ({"value": RECORD}, None, RECORD),
        ({"value": {}}, None, {}),
        ({"value": None}, None, {}),
        ({}, None, {}),
        ({"data": {"data": RECORD}}, "data.data", RECORD),
        ({"data": {"data": None}}, "data.data", {}),
        ({"data": None}, "data.data", {}),
        ({"data": "text"}, "data.data", {}),
    ],
)
def test_what_is_at_the_path_is_the_record(result: dict[str, Any], read_from: str | None, found: Any) -> None:
    host = Host(result)
    assert host.store(read_from=read_from).read() == found
    assert host.runs == [(NAME, OPTIONS, False)]


@pytest.mark.parametrize("value", ["hush-hush", ["hush-hush"], 5])
def test_what_is_no_mapping_is_of_others(value: Any) -> None:
    with refuses("foreign_content", "store") as caught:
        Host({"value": value}).store().read()
    assert "hush" not in caught.value.message


def test_the_record_is_one_option_of_many() -> None:
    host = Host({"changed": True})
    host.store().write(RECORD)
    assert host.runs == [(NAME, {**OPTIONS, "keep": RECORD}, False)]
    assert OPTIONS == {"place": "one"}


def test_check_mode_is_passed_on() -> None:
    host = Host({"changed": True})
    host.store().check()
    ((_name, args, check_mode),) = host.runs
    assert check_mode
    assert "client_secret" not in args["keep"]


@pytest.mark.parametrize("msg", ["no: hush-hush", "no \x1b[1m: hush-hush\n", None])
def test_a_module_that_fails_is_no_empty_place(msg: str | None) -> None:
    store = Host({"failed": True, "msg": msg, "value": {}}).store()
    store.hide(RECORD)
    with refuses("store_unreadable", "store") as read:
        store.read()
    with refuses("store_unwritable", "store") as written:
        store.write(RECORD)
    with refuses("store_unwritable", "store"):
        store.check()
    for caught in (read, written):
        assert "hush" not in caught.value.message
        assert caught.value.message.isprintable()


def test_a_json_file_is_kept_by_our_module() -> None:
    host = Host({"value": RECORD})
    store = open_store({"type": "json_file", "path": "/etc/app.json"}, a_site(host.run))
    assert store.read() == RECORD
    store.write({**RECORD, "note": "theirs"})
    store.check()
    read, written, checked = host.runs
    assert read == ("oauthops.iam.secret_file_value", {"path": "/etc/app.json", "owner": None, "group": None}, False)
    assert written[1]["value"] == {"client_id": "c1", "note": "theirs"}
    assert written[1]["secret_value"] == {"client_secret": "hush-hush"}
    assert checked[2]


def test_a_json_file_is_read_for_its_owner() -> None:
    host = Host({"value": RECORD})
    options = {"path": "/srv/app/app.json", "owner": "app", "group": "web"}
    open_store({"type": "json_file", **options}, a_site(host.run)).read()
    assert host.runs == [("oauthops.iam.secret_file_value", options, False)]


@only_root
def test_a_json_file_that_its_owner_can_have_moved_there_is_not_read_for_them(tmp_path: Path) -> None:
    app = directory_of(NOBODY, tmp_path / "app")
    (app / "app.json").write_text('{"note": "hush-hush"}')
    store = open_store({"type": "json_file", "path": str(app / "app.json"), "owner": str(NOBODY)}, a_site(run_module))
    for use in (store.read, store.check):
        with refuses("store_unreadable" if use == store.read else "store_unwritable", "store") as caught:
            use()
        assert f": {app}/app.json belongs to the user root, and other users" in caught.value.message
        assert "path: " not in caught.value.message


def test_a_json_file_has_an_absolute_path() -> None:
    store = open_store({"type": "json_file", "path": "relative.json"}, a_site(run_module))
    with refuses("store_unreadable", "store"):
        store.read()


def test_a_json_file_that_cannot_be_kept_is_said() -> None:
    host = Host({"failed": True, "msg": "it is full"})
    store = open_store({"type": "json_file", "path": "/etc/app.json"}, a_site(host.run))
    with refuses("store_unreadable", "store"):
        store.read()
    with refuses("store_unwritable", "store"):
        store.write(RECORD)
    with refuses("store_unwritable", "store"):
        store.check()
