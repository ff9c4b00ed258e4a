# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.servers.openbao import OpenBao


@pytest.fixture(scope="session")
def openbao_process() -> Iterator[OpenBao]:
    with OpenBao() as openbao:
        yield openbao


@pytest.fixture
def openbao(openbao_process: OpenBao) -> OpenBao:
    """An OpenBao without secrets."""
    openbao_process.reset()
    return openbao_process
