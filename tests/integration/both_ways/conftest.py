# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import SWITCH, Ansible
from tests.integration.both_ways.comparing import BothWays

# These tests go both ways by themselves, and need not when the whole suite is run the other way.
if SWITCH["OAUTHOPS_IN_PROCESS"] not in ("true", "1"):
    collect_ignore_glob = ["test_*.py"]


@pytest.fixture
def both_ways(ansible: Ansible, fake: FakeCloudflare) -> BothWays:
    return BothWays(ansible, fake)
