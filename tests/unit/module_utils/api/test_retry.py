# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a failed request may be sent again, and after how long."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError
from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import LAG_PAUSES, may_repeat, pause_seconds
from tests.unit.support import LAGS

LOST = {"uncertain": True, "transient": True}


@pytest.mark.parametrize(
    ("failure", "verbs"),
    [
        pytest.param({"status": 429}, {"GET", "DELETE", "PATCH", "POST"}, id="rate limit"),
        pytest.param({"unsent": True}, {"GET", "DELETE", "PATCH", "POST"}, id="never sent"),
        pytest.param({"status": 502, **LOST}, {"GET"}, id="server fault"),
        pytest.param({"status": 408, **LOST}, {"GET"}, id="request timeout"),
        pytest.param(LOST, {"GET"}, id="connection lost"),
        pytest.param({"status": 200, "uncertain": True}, set(), id="soft failure"),
        pytest.param({"status": 400}, set(), id="refused"),
        pytest.param({}, set(), id="certificate"),
    ],
)
def test_what_may_be_repeated(failure: dict[str, Any], verbs: set[str]) -> None:
    asked = ("GET", "DELETE", "PATCH", "POST")
    assert {verb for verb in asked if may_repeat(CloudflareError("lost", "", method=verb, **failure))} == verbs


@pytest.mark.parametrize("seconds", [0.5, 7.0, 3600.0])
def test_cloudflare_says_how_long(seconds: float) -> None:
    assert pause_seconds(CloudflareError("lost", "", retry_after=seconds), 1) == seconds


def test_no_time_at_all_is_no_pause_to_take() -> None:
    assert pause_seconds(CloudflareError("lost", "", retry_after=0.0), 1) > 0


@pytest.mark.parametrize(("attempt", "longest"), [(1, 1), (2, 2), (3, 4), (5, 16), (6, 30), (1000, 30)])
def test_pauses_grow_up_to_a_limit_and_vary(attempt: int, longest: float) -> None:
    pauses = {pause_seconds(CloudflareError("lost", ""), attempt) for _unused in range(50)}
    assert all(0.75 * longest <= seconds <= longest for seconds in pauses)
    assert len(pauses) > 1


def test_a_read_that_lags_behind_is_waited_for_a_few_seconds() -> None:
    assert list(LAG_PAUSES) == LAGS
