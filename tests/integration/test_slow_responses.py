# SPDX-License-Identifier: GPL-3.0-or-later
"""Responses that are not the API's, or that never end, at a real connection."""

from __future__ import annotations

import time
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.auth import with_environment
from ansible_collections.oauthops.iam.plugins.module_utils._api.client import Cloudflare
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError
from tests.fake_cloudflare.launcher import FakeCloudflare

TIMEOUT = 0.5
"""Seconds for one response; a response has a second more to fail by itself."""


@pytest.fixture
def cloudflare(fake: FakeCloudflare) -> Cloudflare:
    return connected(fake, fake.token)


def connected(fake: FakeCloudflare, token: str) -> Cloudflare:
    options = {"api_token": token, "api_url": fake.base_url, "account_id": fake.account_id, "ca_path": None}
    return Cloudflare(with_environment({**options, "validate_certs": True, "timeout": TIMEOUT, "retry_timeout": 0}, {}))


def failure(cloudflare: Cloudflare, fake: FakeCloudflare) -> CloudflareError:
    with pytest.raises(CloudflareError) as caught:
        cloudflare.listing(f"/accounts/{fake.account_id}/oauth_clients", "OAuth Clients Read", key="client_id")
    return caught.value


@pytest.mark.parametrize("seconds", [0.05, 0.4])
def test_a_response_that_drips_has_an_end(cloudflare: Cloudflare, fake: FakeCloudflare, seconds: float) -> None:
    fake.add_fault(kind="drip", seconds=seconds)
    started = time.monotonic()
    assert failure(cloudflare, fake).code == "response_lost"
    assert time.monotonic() - started < TIMEOUT + 2


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ({"status": 502}, "cloudflare_unavailable"),
        ({"status": 403, "error_code": 1020}, "request_blocked"),
    ],
)
def test_the_edge_is_told_from_the_api(
    cloudflare: Cloudflare, fake: FakeCloudflare, fault: dict[str, Any], code: str
) -> None:
    fake.add_fault(kind="problem", times=0, **fault)
    error = failure(cloudflare, fake)
    assert (error.code, error.status) == (code, fault["status"])
    assert "permission" not in error.message


def test_a_refusal_says_where_it_is_documented(fake: FakeCloudflare) -> None:
    token = fake.credentials()["no-rights"]["token"]
    assert "https://developers.cloudflare.com/" in failure(connected(fake, token), fake).message
