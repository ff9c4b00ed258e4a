# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.live.bench import lab_at
from tests.live.lab import Lab


@pytest.fixture
def lab(fake: FakeCloudflare) -> Lab:
    return lab_at(fake)
