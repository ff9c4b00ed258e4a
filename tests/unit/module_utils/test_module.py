# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module shares."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._errors import CloudflareError, UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._module import attempted, checked, unexpected


@pytest.mark.parametrize(("timeout", "retry_timeout"), [(0.1, 0.0), (30.0, 60.0), (1e9, 1e9)])
def test_good_times(timeout: float, retry_timeout: float) -> None:
    params = {"timeout": timeout, "retry_timeout": retry_timeout, "other": 1}
    assert checked(params) is params


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("timeout", 0.0),
        ("timeout", -1.0),
        ("timeout", float("inf")),
        ("timeout", float("nan")),
        ("retry_timeout", -0.5),
        ("retry_timeout", float("inf")),
        ("retry_timeout", float("nan")),
    ],
)
def test_bad_times(name: str, value: Any) -> None:
    with pytest.raises(UsageError, match=f"{name} must be a number of seconds, not {value}"):
        checked({"timeout": 1.0, "retry_timeout": 1.0, name: value})


def test_a_fault_of_ours_is_told_without_its_text() -> None:
    try:
        raise ValueError("a secret")
    except ValueError as fault:
        message = unexpected(fault)
    assert "ValueError at test_module.py, line" in message
    assert "--check --diff" in message
    assert "a secret" not in message


TIMES = {"timeout": 1.0, "retry_timeout": 1.0}


@pytest.mark.parametrize("check_mode", [True, False])
def test_what_goes_well_is_its_result(check_mode: bool) -> None:
    def run(params: Any, check: bool) -> dict[str, Any]:
        return {"changed": check, "params": params}

    assert attempted(run, TIMES, check_mode) == (True, {"changed": check_mode, "params": TIMES})


@pytest.mark.parametrize(
    ("fault", "text", "more"),
    [
        (UsageError("Not so.", changed=True), "Not so.", {"changed": True}),
        (CloudflareError("Lost.", method="GET", path="/x"), "Lost.", {"error": {"method": "GET", "path": "/x"}}),
        (ValueError("a secret"), "An error that should not have happened: ValueError at test_module.py", {}),
    ],
)
def test_what_goes_wrong_is_a_failure_with_what_is_known(fault: Exception, text: str, more: dict[str, Any]) -> None:
    def run(_params: Any, _check: bool) -> dict[str, Any]:
        raise fault

    succeeded, result = attempted(run, TIMES, False)
    assert not succeeded
    assert text in result["msg"]
    assert "a secret" not in result["msg"]
    assert set(result) == {"msg", *more}
    assert result.get("error", {}).get("path") == more.get("error", {}).get("path")
