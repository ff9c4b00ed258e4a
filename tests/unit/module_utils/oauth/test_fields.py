# SPDX-License-Identifier: GPL-3.0-or-later
"""Comparing what is wanted with what is there."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._oauth.comparison import (
    Field,
    appended,
    drift,
    is_empty,
    to_create,
)

NAME = Field("name")
TAGS = Field("tags", many=True)
ORIGINS = Field("origins", many=True, canonical=lambda origin: origin.rstrip("/"))
SCOPES = Field("scopes", many=True, server_owned=frozenset({"openid"}))
FIELDS = (NAME, TAGS, ORIGINS, SCOPES)


@pytest.mark.parametrize("value", [None, "", []])
def test_missing_null_and_empty_are_one_value(value: Any) -> None:
    assert is_empty(value)


@pytest.mark.parametrize("value", ["x", ["x"], False, 0])
def test_anything_else_is_a_value(value: Any) -> None:
    assert not is_empty(value)


@pytest.mark.parametrize(
    ("wanted", "actual", "sent"),
    [
        pytest.param({}, {"name": "a", "tags": ["x"]}, {}, id="unmentioned"),
        pytest.param({"name": "a"}, {"name": "a"}, {}, id="same"),
        pytest.param({"name": "b"}, {"name": "a"}, {"name": "b"}, id="other"),
        pytest.param({"name": "b"}, {}, {"name": "b"}, id="missing there"),
        pytest.param({"name": ""}, {"name": "a"}, {"name": None}, id="cleared with null"),
        pytest.param({"name": ""}, {"name": None}, {}, id="empty is null"),
        pytest.param({"name": ""}, {}, {}, id="empty is missing"),
        pytest.param({"tags": []}, {"tags": ["x"]}, {"tags": []}, id="list cleared"),
        pytest.param({"tags": []}, {}, {}, id="empty list is missing"),
        pytest.param({"tags": []}, {"tags": None}, {}, id="empty list is null"),
        pytest.param({"tags": ["b", "a"]}, {"tags": ["a", "b"]}, {}, id="another order"),
        pytest.param({"tags": ["a", "a"]}, {"tags": ["a"]}, {}, id="duplicates"),
        pytest.param({"tags": ["b", "a", "b", "c"]}, {"tags": []}, {"tags": ["b", "a", "c"]}, id="order of the user"),
        pytest.param({"tags": ["a"]}, {"tags": ["a", "b"]}, {"tags": ["a"]}, id="one less"),
        pytest.param({"origins": ["https://a/"]}, {"origins": ["https://a"]}, {}, id="canonical form"),
        pytest.param(
            {"origins": ["https://b/", "https://b"]}, {}, {"origins": ["https://b/"]}, id="sent as the user wrote it"
        ),
        pytest.param({"scopes": ["a"]}, {"scopes": ["a", "openid"]}, {}, id="added by the server"),
        pytest.param({"scopes": ["a", "openid"]}, {"scopes": ["a"]}, {}, id="asked of the server"),
        pytest.param({"scopes": ["openid", "b"]}, {"scopes": ["a"]}, {"scopes": ["b"]}, id="never sent"),
        pytest.param({"scopes": ["openid"]}, {"scopes": []}, {}, id="nothing but the server's"),
        pytest.param({"unknown": 1}, {"unknown": 2}, {}, id="unknown to the table"),
    ],
)
def test_only_wanted_fields_that_differ_are_sent(
    wanted: dict[str, Any], actual: dict[str, Any], sent: dict[str, Any]
) -> None:
    assert drift(FIELDS, wanted, actual) == sent


def test_appending_puts_the_wanted_behind_what_is_there() -> None:
    wanted = {"tags": ["b", "c"], "origins": None, "name": "n"}
    actual = {"tags": ["a", "b"], "origins": ["o"], "scopes": ["s"]}
    assert appended(FIELDS, wanted, actual) == {"tags": ["a", "b", "b", "c"], "origins": ["o"], "name": "n"}


def test_appending_to_nothing_is_the_wanted() -> None:
    assert appended(FIELDS, {"tags": ["a"]}, {"tags": None}) == {"tags": ["a"]}


def test_what_is_empty_is_not_part_of_a_creation() -> None:
    wanted = {"name": "n", "tags": [], "origins": ["o", "o/"], "scopes": ["openid"]}
    assert to_create(FIELDS, wanted) == {"name": "n", "origins": ["o"]}


def test_an_empty_text_is_not_part_of_a_creation() -> None:
    assert to_create(FIELDS, {"name": ""}) == {}
