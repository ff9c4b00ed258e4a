# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module shares."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._module import checked


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
    above = " above 0" if name == "timeout" else ""
    with pytest.raises(UsageError, match=f"{name} must be a number of seconds{above}, not {value}"):
        checked({"timeout": 1.0, "retry_timeout": 1.0, name: value})
