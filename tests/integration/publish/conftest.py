# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from pathlib import Path

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible
from tests.integration.publications import KeptFile, Publisher


@pytest.fixture
def kept(ansible: Ansible, tmp_path: Path) -> KeptFile:
    store = KeptFile(tmp_path)
    store.path.parent.mkdir()
    ansible.environment["OAUTHOPS_HANDOVER_DIR"] = str(store.handover)
    return store


@pytest.fixture
def publisher(ansible: Ansible, fake: FakeCloudflare) -> Publisher:
    """Publishes in a zone of the fake, whose own DNS is asked whether the record can be seen."""
    return Publisher(ansible, fake, {"lookup_servers": [fake.dns_address], "lookup_url": fake.doh_url})
