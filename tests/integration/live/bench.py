# SPDX-License-Identifier: GPL-3.0-or-later
"""The probe at a fake Cloudflare, with a time of its own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.live.findings import Finding, Question
from tests.live.lab import Lab
from tests.live.questions import QUESTIONS
from tests.live.settings import Settings
from tests.live.transport import Timing, Transport

BY_NAME: dict[str, Question] = {question.name: question for question in QUESTIONS}


@dataclass
class VirtualTime:
    """Sleeping takes no time and moves the fake's clock."""

    passed: Callable[[float], None] = lambda _unused: None
    now: float = 1000.0
    slept: list[float] = field(default_factory=list)

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        self.slept.append(seconds)
        if seconds:
            self.passed(seconds)

    def clock(self) -> float:
        return self.now


def settings_of(fake: FakeCloudflare, **changes: Any) -> Settings:
    return replace(Settings(fake.base_url, fake.token, fake.account_id, pace=0.0), **changes)


def lab_at(fake: FakeCloudflare, time: VirtualTime | None = None, pace: float = 0.0) -> Lab:
    time = time or VirtualTime(fake.advance_clock)
    return Lab(Transport(settings_of(fake, pace=pace), Timing(pace, sleep=time.sleep, clock=time.clock)))


def variants(findings: list[Finding]) -> dict[str, str]:
    return {finding.about: finding.variant for finding in findings if finding.is_switch}


def live_clients(fake: FakeCloudflare) -> list[dict[str, Any]]:
    return list(fake.state()["clients"])


def made_clients(fake: FakeCloudflare) -> list[str]:
    """The names of the clients that were asked for since the journal was cleared."""
    posts = [
        entry for entry in fake.journal() if entry["method"] == "POST" and entry["path"].endswith("/oauth_clients")
    ]
    return [entry["body"]["client_name"] for entry in posts]
