# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module shares."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._module import CloudflareModule, secret_values

PARAMS: dict[str, Any] = {"timeout": 1.0, "retry_timeout": 1.0, "waited": []}
MODULE = CloudflareModule(lambda _params, _check_mode: {"changed": False}, {})


def attempt(**params: Any) -> tuple[bool, dict[str, Any]]:
    return MODULE.attempt({**PARAMS, **params}, lambda: {"changed": True})


@pytest.mark.parametrize(("timeout", "retry_timeout"), [(0.1, 0.0), (30.0, 60.0), (1e9, 1e9)])
def test_good_times(timeout: float, retry_timeout: float) -> None:
    assert attempt(timeout=timeout, retry_timeout=retry_timeout) == (True, {"changed": True})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", 0.0),
        ("timeout", -1.0),
        ("timeout", 1e10),
        ("timeout", float("inf")),
        ("timeout", float("nan")),
        ("retry_timeout", -0.5),
        ("retry_timeout", 1e10),
        ("retry_timeout", float("inf")),
        ("retry_timeout", float("nan")),
    ],
)
def test_bad_times(name: str, value: Any) -> None:
    bound = "more than 0" if name == "timeout" else "at least 0"
    succeeded, result = attempt(**{name: value})
    assert (succeeded, result["error"]) == (False, {"code": "invalid_option", "option": name})
    assert result["msg"] == f"{name}: invalid value {value:g} (expected {bound} and at most 1000000000 seconds)."


def test_what_was_waited_for_is_in_every_result() -> None:
    assert attempt(waited=["1 s"]) == (True, {"changed": True, "waited": ["1 s"]})
    assert attempt(waited=["1 s"], timeout=0.0)[1]["waited"] == ["1 s"]


def test_secrets_are_found_at_any_depth() -> None:
    options = {
        "password": {"type": "str", "no_log": True},
        "name": {"type": "str"},
        "store": {"type": "dict", "options": {"token": {"type": "str", "no_log": True}, "path": {"type": "str"}}},
        "many": {"type": "list", "elements": "dict", "options": {"keys": {"type": "list", "no_log": True}}},
        "raw": {"type": "dict", "no_log": True},
    }
    params = {
        "password": "a",
        "name": "shown",
        "store": {"token": "b", "path": "shown"},
        "many": [{"keys": ["c", 4]}, {"keys": None}],
        "raw": {"x": {"y": "d"}, "empty": ""},
    }
    assert sorted(secret_values(options, params)) == ["4", "a", "b", "c", "d"]
    assert list(secret_values(options, dict.fromkeys(options))) == []
