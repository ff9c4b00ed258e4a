# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user is told when the answer that held a secret was lost."""

from __future__ import annotations

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.lost_response import lost_creation, lost_rotation
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import shaped
from tests.unit.support import CLIENT_ID, OTHER_ID, a_client, a_confidential_client

LOST = CloudflareError("response_lost", "POST /x: the connection failed.", method="POST", path="/x", uncertain=True)
UNREACHABLE = CloudflareError("unreachable", "GET /x failed.")
CLIENT = shaped(a_confidential_client())
SEEN = shaped(a_confidential_client(has_rotated_secret=True))


def test_a_client_that_appeared_is_named() -> None:
    error = lost_creation(LOST, "Example App", [CLIENT])
    assert error.code == "secret_lost"
    assert error.extra == {"changed": True, "oauth_client": CLIENT}


def test_a_client_that_appeared_and_has_no_secret_has_lost_none() -> None:
    client = shaped(a_client())
    error = lost_creation(LOST, "Example App", [client])
    assert error.code == "response_lost"
    assert "state=rotated" not in error.message
    assert error.extra == {"changed": True, "oauth_client": client}


def test_all_clients_that_appeared_are_named() -> None:
    error = lost_creation(LOST, "Example App", [CLIENT, shaped(a_client(client_id=OTHER_ID))])
    assert error.code == "client_duplicated"
    assert f"{CLIENT_ID} and {OTHER_ID}" in error.message
    assert error.extra == {"changed": True, "oauth_client": CLIENT}


def test_no_client_appeared() -> None:
    error = lost_creation(LOST, "Example App", [])
    assert error.code == "creation_unconfirmed"
    assert error.extra == {}


def test_whether_a_client_appeared_is_unknown() -> None:
    error = lost_creation(LOST, "Example App", UNREACHABLE)
    assert error.code == "creation_unknown"
    assert error.extra == {"changed": True}


def test_a_second_secret_exists_that_nobody_has_seen() -> None:
    error = lost_rotation(LOST, CLIENT, SEEN)
    assert error.code == "secret_lost"
    assert error.extra == {"changed": True, "oauth_client": SEEN}


def test_no_second_secret_exists() -> None:
    error = lost_rotation(LOST, CLIENT, CLIENT)
    assert error.code == "rotation_unconfirmed"
    assert error.extra == {"oauth_client": CLIENT}


def test_whether_a_second_secret_exists_is_unknown() -> None:
    error = lost_rotation(LOST, CLIENT, UNREACHABLE)
    assert error.code == "rotation_unknown"
    assert error.extra == {"changed": True}


@pytest.mark.parametrize(
    ("error", "texts"),
    [
        (
            lost_creation(LOST, "App", [CLIENT]),
            [
                f"The client 'App' was created as {CLIENT_ID}, but its secret was never received",
                "mint another with oauthops.iam.cloudflare_oauth_client_secret and state=rotated, then delete",
            ],
        ),
        (lost_creation(LOST, "App", []), ["no client of that name is listed now. Run again"]),
        (
            lost_creation(LOST, "App", UNREACHABLE),
            ["not known whether the client 'App' was created", "GET /x failed.", "Run again: the task looks for"],
        ),
        (
            lost_rotation(LOST, CLIENT, SEEN),
            [
                f"A second secret of the client {CLIENT_ID} was minted, but never received.",
                "The older secret still works",
                "Applications cannot authenticate until",
            ],
        ),
        (lost_rotation(LOST, CLIENT, CLIENT), ["Cloudflare shows no second secret. Run again."]),
        (
            lost_rotation(LOST, CLIENT, UNREACHABLE),
            [f"not known whether a second secret of the client {CLIENT_ID} was minted", "GET /x failed."],
        ),
    ],
)
def test_what_was_lost_comes_with_what_to_do(error: CloudflareError, texts: list[str]) -> None:
    assert [text for text in texts if text not in error.message] == []


def test_the_wire_is_told_last_and_stays_data() -> None:
    for error in (lost_creation(LOST, "n", []), lost_rotation(LOST, CLIENT, None)):
        assert error.message.endswith("POST /x: the connection failed.")
        assert error.result()["error"]["method"] == "POST"
