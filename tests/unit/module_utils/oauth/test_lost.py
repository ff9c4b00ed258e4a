# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user is told when the answer that held a secret was lost."""

from __future__ import annotations

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.clients import lost_creation, lost_rotation
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import shaped
from tests.unit.support import CLIENT_ID, OTHER_ID, a_client, a_confidential_client

LOST = CloudflareError("POST /x: the connection failed.", method="POST", path="/x", uncertain=True)
UNREACHABLE = CloudflareError("GET /x failed.")
CLIENT = shaped(a_confidential_client())


def test_a_client_that_appeared_is_named() -> None:
    error = lost_creation(LOST, "Example App", [CLIENT])
    assert f"'Example App' was created as {CLIENT_ID}, but the answer was lost" in error.message
    assert "its secret, if it has one, was never received" in error.message
    assert "state=rotated, then delete the lost one with state=finalized" in error.message
    assert error.extra == {"changed": True, "oauth_client": CLIENT}


def test_all_clients_that_appeared_are_named() -> None:
    other = shaped(a_client(client_id=OTHER_ID))
    assert f"created as {CLIENT_ID}, {OTHER_ID}" in lost_creation(LOST, "Example App", [CLIENT, other]).message


def test_no_client_appeared() -> None:
    error = lost_creation(LOST, "Example App", [])
    assert "no client of that name is listed now. Run again" in error.message
    assert error.extra == {}


def test_whether_a_client_appeared_is_unknown() -> None:
    error = lost_creation(LOST, "Example App", UNREACHABLE)
    assert "It is not known whether the client 'Example App' was created" in error.message
    assert "(GET /x failed.)" in error.message
    assert error.extra == {"changed": True}


def test_a_second_secret_exists_that_nobody_has_seen() -> None:
    rotated = shaped(a_confidential_client(has_rotated_secret=True))
    error = lost_rotation(LOST, CLIENT, rotated)
    assert f"A second secret of {CLIENT_ID} was minted, but the answer was lost" in error.message
    assert "The older secret goes on working" in error.message
    assert "in between applications cannot authenticate" in error.message
    assert error.extra == {"changed": True, "oauth_client": rotated}


def test_no_second_secret_exists() -> None:
    error = lost_rotation(LOST, CLIENT, CLIENT)
    assert "Cloudflare shows no second secret. Run again." in error.message
    assert error.extra == {"oauth_client": CLIENT}


def test_whether_a_second_secret_exists_is_unknown() -> None:
    error = lost_rotation(LOST, CLIENT, UNREACHABLE)
    assert f"It is not known whether a second secret of {CLIENT_ID} was minted" in error.message
    assert "(GET /x failed.)" in error.message
    assert error.extra == {"changed": True}


def test_the_wire_is_told_last_and_stays_data() -> None:
    for error in (lost_creation(LOST, "n", []), lost_rotation(LOST, CLIENT, None)):
        assert error.message.endswith("POST /x: the connection failed.")
        assert error.result()["error"]["method"] == "POST"
