# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that may fail."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import (
    CloudflareError,
    UsageError,
    failure_of,
    reporting_changes,
    result_of,
)


def test_an_internal_error_is_described_without_its_text() -> None:
    with pytest.raises(ValueError, match="a secret") as caught:
        raise ValueError("a secret")
    message = failure_of(caught.value).message
    assert "ValueError at test_result_of.py, line" in message
    assert "--check --diff" in message
    assert "a secret" not in message


@pytest.mark.parametrize("has_changed", [True, False])
@pytest.mark.parametrize("error", [lambda: UsageError("not_so", "Not so."), lambda: ValueError("a secret")])
def test_a_failure_after_a_change_reports_it(error: Callable[[], Exception], has_changed: bool) -> None:
    def work() -> dict[str, Any]:
        with reporting_changes(lambda: has_changed):
            raise error()

    succeeded, result = result_of(work)
    assert not succeeded
    assert result.get("changed", False) == has_changed


def test_what_goes_well_is_its_result() -> None:
    assert result_of(lambda: {"changed": True}) == (True, {"changed": True})


@pytest.mark.parametrize(
    ("fault", "code", "more"),
    [
        (UsageError("not_so", "Not so.", changed=True), "not_so", {"changed"}),
        (CloudflareError("lost", "Lost.", method="GET", path="/x"), "lost", set()),
        (ValueError("a secret"), "internal_error", set()),
    ],
)
def test_what_goes_wrong_is_a_failure_with_what_is_known(fault: Exception, code: str, more: set[str]) -> None:
    def work() -> dict[str, Any]:
        raise fault

    succeeded, result = result_of(work)
    assert not succeeded
    assert result["error"]["code"] == code
    assert "a secret" not in result["msg"]
    assert set(result) == {"msg", "error", *more}
