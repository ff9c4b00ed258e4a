# SPDX-License-Identifier: GPL-3.0-or-later
"""Near Cloudflare's rate limit a task slows down, and what it waited for can be read at -v."""

from __future__ import annotations

import time

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import PACE
from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible
from tests.integration.modules import APP, Modules

INFO = "oauthops.iam.cloudflare_oauth_client_info"


@pytest.fixture
def slept(fake: FakeCloudflare, monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Pauses are not waited for: the clocks of the fake and of the task move instead. Their lengths are kept."""
    pauses: list[float] = []
    monotonic = time.monotonic

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        fake.advance_clock(seconds)

    monkeypatch.setattr(time, "sleep", sleep)
    monkeypatch.setattr(time, "monotonic", lambda: monotonic() + sum(pauses))
    return pauses


def make_clients(fake: FakeCloudflare, number: int) -> None:
    for index in range(number):
        Modules(fake).client(**{**APP, "client_name": f"App {index}"}, validate_scopes=False)
    fake.advance_clock(3600)
    fake.clear_journal()


def test_a_long_listing_slows_down_instead_of_hitting_the_limit(fake: FakeCloudflare, slept: list[float]) -> None:
    make_clients(fake, 12)
    fake.set_variant(rate_limit=8, rate_window=20, list_page_size=1)
    slept.clear()
    found = Modules(fake, retry_timeout=60).info()
    assert len(found.oauth_clients) == 12
    assert [entry["status"] for entry in fake.journal()] == [200] * 12
    assert 0 < sum(slept) <= 60
    assert PACE in found.waited[0]


def test_a_task_without_a_retry_timeout_does_not_wait(fake: FakeCloudflare, slept: list[float]) -> None:
    make_clients(fake, 12)
    fake.set_variant(rate_limit=8, rate_window=20, list_page_size=1)
    slept.clear()
    refused = Modules(fake, retry_timeout=0).info()
    assert refused.code == "rate_limited"
    assert slept == []


def test_what_was_waited_for_is_visible_at_v(ansible: Ansible, fake: FakeCloudflare) -> None:
    fake.add_fault(kind="status", status=429, headers={"retry-after": "1"})
    run = ansible.play([{"name": "read", INFO: {}}], "-v")
    assert run.status == 0, run.output
    assert "1.0 s: GET /accounts" in run.output
    assert "failed (status 429)" in run.output


def test_the_budget_bounds_a_whole_task(ansible: Ansible, fake: FakeCloudflare) -> None:
    fake.add_fault(kind="status", status=503, times=0)
    started = time.monotonic()
    run = ansible.play([{"name": "read", INFO: {"retry_timeout": 3}}])
    assert run.status != 0
    assert time.monotonic() - started < 30
    assert sum(float(line.split(" s:")[0]) for line in run.result("read")["waited"]) <= 3
