# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import Api


@pytest.fixture
def api(fake: FakeCloudflare) -> Iterator[Api]:
    with Api(fake) as api:
        yield api
