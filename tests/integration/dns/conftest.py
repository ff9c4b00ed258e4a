# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator

import pytest

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
