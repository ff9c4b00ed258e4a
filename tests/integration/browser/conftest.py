# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.tools.browser import chromium


@pytest.fixture(scope="session")
def browser_process() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture
def browser(browser_process: Browser) -> Iterator[Browser]:
    """A browser without pages."""
    yield browser_process
    for context in browser_process.contexts:
        context.close()
