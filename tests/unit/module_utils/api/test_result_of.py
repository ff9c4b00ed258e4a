# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that may fail."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import (
    CloudflareError,
    UsageError,
    result_of,
    unexpected,
)


def test_a_fault_of_ours_is_told_without_its_text() -> None:
    with pytest.raises(ValueError, match="a secret") as caught:
        raise ValueError("a secret")
    message = unexpected(caught.value)
    assert "ValueError at test_result_of.py, line" in message
    assert "--check --diff" in message
    assert "a secret" not in message


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
