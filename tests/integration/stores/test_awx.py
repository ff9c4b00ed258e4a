# SPDX-License-Identifier: GPL-3.0-or-later
"""What only AWX does: inputs that are never shown again, types with fields, users with rights, at the fake AWX."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.servers.awx.server import Awx
from tests.integration.stores.opened import HELD, SECRET, SIBLING, opened, record_in, refuses
from tests.integration.stores.places import FIELDS

TYPE = "Cloudflare OAuth client"
DEFINITION: dict[str, Any] = {
    "type": "awx_credential",
    "name": "One",
    "credential_type": TYPE,
    "organization": "Default",
}


@pytest.fixture
def controller(awx: Awx, monkeypatch: pytest.MonkeyPatch) -> Awx:
    for name, value in awx.environment.items():
        monkeypatch.setenv(name, value)
    return awx


def test_a_secret_that_is_not_set_is_not_sent_as_set(controller: Awx) -> None:
    """AWX fails with 500 for $encrypted$ where nothing is stored."""
    kind = controller.add_credential_type(TYPE, FIELDS)
    controller.add_credential("One", kind, {"client_id": "c1", "rotation": "closed"})
    with record_in(DEFINITION) as record:
        assert not (record.read(), record.holds_secret)[1]
        record.change({"rotation": "minting-1"})
        record.change({"client_secret": SECRET, "rotation": "closed"})
        record.change({"rotation": "open"})
    assert controller.inputs("One") == {"client_id": "c1", "rotation": "open", "client_secret": SECRET}


def test_secrets_of_others_are_kept(controller: Awx) -> None:
    kind = controller.add_credential_type(TYPE, FIELDS)
    controller.add_credential("One", kind, {**HELD, **SIBLING})
    with record_in(DEFINITION) as record:
        assert record.read() == {**HELD, "client_secret": None, "note": None}
        record.change({"client_secret": SECRET})
    assert controller.inputs("One") == {**HELD, **SIBLING, "client_secret": SECRET}


@pytest.mark.parametrize("gateway", [False, True])
def test_a_password_leaves_no_token_behind(controller: Awx, monkeypatch: pytest.MonkeyPatch, gateway: bool) -> None:
    controller.add_credential_type(TYPE, FIELDS)
    controller.gateway = gateway
    monkeypatch.delenv("CONTROLLER_OAUTH_TOKEN")
    for name, value in controller.login_environment.items():
        monkeypatch.setenv(name, value)
    with record_in(DEFINITION) as record:
        record.read()
        record.change(HELD)
    assert controller.inputs("One") == HELD
    assert controller.tokens_left == 0
    base = "/api/controller/v2" if gateway else "/api/v2"
    assert controller.requests(writes_only=True) == [f"POST {base}/credentials/"]
    assert {entry.credential for entry in controller.journal.entries[1:]} == {"password"}


def test_the_older_variables_are_read(controller: Awx, monkeypatch: pytest.MonkeyPatch) -> None:
    controller.add_credential_type(TYPE, FIELDS)
    for name in ("CONTROLLER_HOST", "CONTROLLER_OAUTH_TOKEN"):
        monkeypatch.delenv(name)
    monkeypatch.setenv("TOWER_HOST", controller.url)
    monkeypatch.setenv("TOWER_OAUTH_TOKEN", controller.token)
    with record_in(DEFINITION) as record:
        assert record.read() == {}


@pytest.mark.parametrize("check_mode", [False, True])
@pytest.mark.parametrize(
    ("fields", "options", "named"),
    [
        (None, {}, TYPE),
        ({"client_id": False, "client_secret": True}, {}, "minted_at, rotation"),
        ({**FIELDS, "client_secret": False}, {}, "client_secret"),
        (FIELDS, {"organization": "Nobody's"}, "Nobody's"),
        (FIELDS, {"organization": ""}, "organization"),
    ],
    ids=["type", "fields", "shown", "organization", "no organization"],
)
def test_what_is_missing_is_named_before_anything_is_written(
    controller: Awx, check_mode: bool, fields: dict[str, bool] | None, options: dict[str, str], named: str
) -> None:
    if fields:
        controller.add_credential_type(TYPE, fields)
    with record_in({**DEFINITION, **options}, check_mode=check_mode) as record:
        assert record.read() == {}
        with refuses("store_unwritable", controller.token) as refused:
            record.change({"client_id": "c1", "rotation": "minting-1"})
    assert named in refused.value.message
    assert controller.requests(writes_only=True) == []


def test_a_credential_is_found_without_its_organization(controller: Awx) -> None:
    kind = controller.add_credential_type(TYPE, FIELDS)
    controller.add_credential("One", kind, HELD)
    with record_in({**DEFINITION, "organization": ""}) as record:
        record.read()
        record.change({"rotation": "open"})
    assert controller.inputs("One") == {**HELD, "rotation": "open"}
    controller.tables.add("organizations", {"name": "Second"})
    controller.add_credential("One", kind, HELD, organization=2)
    with opened({**DEFINITION, "organization": ""}) as store, refuses("store_unreadable"):
        store.read()
    with record_in({**DEFINITION, "organization": "Second"}) as record:
        assert record.read()["rotation"] == "closed"


def test_a_credential_of_another_type_is_another_place(controller: Awx) -> None:
    controller.add_credential_type(TYPE, FIELDS)
    controller.add_credential("One", controller.add_credential_type("Other", FIELDS), {"note": "theirs"})
    with record_in(DEFINITION) as record:
        assert record.read() == {}


@pytest.mark.parametrize(
    "options",
    [{"controller_oauthtoken": "wrong-token-Vv_5"}, {"controller_oauthtoken": "wr\nong-Vv_5"}],
)
def test_a_wrong_credential_is_not_an_empty_place(controller: Awx, options: dict[str, str]) -> None:
    with opened({**DEFINITION, **options}) as store, refuses("store_unreadable", "Vv_5"):
        store.read()


def test_what_awx_says_of_an_input_holds_no_secret(controller: Awx) -> None:
    kind = controller.add_credential_type(TYPE, FIELDS)
    controller.tables.rows["credential_types"][kind]["inputs"]["fields"][1]["format"] = "ssh_private_key"
    with record_in(DEFINITION) as record:
        record.read()
        controller.tables.rows["credential_types"][kind]["inputs"]["fields"][2]["type"] = "boolean"
        with refuses("store_unwritable", controller.token):
            record.change({**HELD, "client_secret": SECRET})
