# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible
from tests.integration.dns.publishing import Publishing, update_options
from tests.integration.servers.name_server import NameServer


@pytest.fixture(scope="session")
def name_server_process() -> Iterator[NameServer]:
    with NameServer() as name_server:
        yield name_server


@pytest.fixture
def name_server(name_server_process: NameServer) -> NameServer:
    """A name server with the zones that it starts with."""
    name_server_process.reset()
    return name_server_process


@pytest.fixture(scope="session")
def looking_process(name_server_process: NameServer) -> Iterator[FakeCloudflare]:
    with FakeCloudflare("--poll-interval", "0.1", "--resolver", name_server_process.address) as fake:
        yield fake
        assert fake.complaints() == ""


@pytest.fixture
def cloudflare(looking_process: FakeCloudflare) -> FakeCloudflare:
    """A fake Cloudflare with an empty account, which looks domains up at the name server."""
    looking_process.reset()
    return looking_process


@pytest.fixture
def publishing(cloudflare: FakeCloudflare, name_server: NameServer, tmp_path: Path) -> Publishing:
    usual = {
        "provider": "rfc2136",
        **update_options(name_server),
        "lookup_servers": [name_server.address],
        "lookup_url": "",
    }
    return Publishing(Ansible(tmp_path, cloudflare.environment), cloudflare, usual, name_server=name_server)
