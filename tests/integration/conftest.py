# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible


@pytest.fixture(scope="session")
def fake_process() -> Iterator[FakeCloudflare]:
    with FakeCloudflare("--poll-interval", "0.1") as fake:
        yield fake
        assert fake.complaints() == ""


@pytest.fixture
def fake(fake_process: FakeCloudflare) -> FakeCloudflare:
    """A fake Cloudflare with an empty account and no switch set."""
    fake_process.reset()
    return fake_process


@pytest.fixture
def ansible(fake: FakeCloudflare, tmp_path: Path) -> Ansible:
    return Ansible(tmp_path, fake.environment)
