# SPDX-License-Identifier: GPL-3.0-or-later
"""What every unit test gets: no environment, no network, no real time."""

from __future__ import annotations

import importlib
import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from hypothesis import HealthCheck, settings

from tests.unit.transport import Clock, Script

EXAMPLES = int(os.environ.get("EXAMPLES", "40"))
"""Of each property; `make full` looks for more."""
EXPLORE = bool(os.environ.get("EXPLORE"))
"""New examples in each run; else always the same ones, so that a change is tested and not the run's luck."""
settings.register_profile(
    "any",
    deadline=None,
    max_examples=EXAMPLES,
    database=None,
    derandomize=not EXPLORE,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.load_profile("any")


@pytest.fixture(autouse=True)
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """No credential, proxy, certificate bundle or netrc file of the machine reaches a test."""
    for name in list(os.environ):
        if name.startswith("CLOUDFLARE_") or name.lower().endswith("_proxy"):
            monkeypatch.delenv(name)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("NETRC", os.devnull)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The time that the HTTP client lives in."""
    fake = Clock()
    # imported here, because test plugins may still put their own import machinery in place when this file is loaded
    retry = importlib.import_module("ansible_collections.oauthops.iam.plugins.module_utils._api.retry")
    monkeypatch.setattr(retry, "time", fake)
    # A pause is one sleep then, not many short ones.
    monkeypatch.setattr(retry, "LONGEST_SLEEP", float("inf"))
    return fake


@pytest.fixture(autouse=True)
def cloudflare(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Iterator[Script]:
    """The script that every session talks to; a request it does not expect, or one left over, fails the test."""
    script = Script(clock)

    def scripted(*_args: Any, **_options: Any) -> Script:
        return script

    monkeypatch.setattr(requests.Session, "get_adapter", scripted)
    yield script
    script.finish()
