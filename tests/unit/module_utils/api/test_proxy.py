# SPDX-License-Identifier: GPL-3.0-or-later
"""What can be a proxy."""

from __future__ import annotations

import importlib.util

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.proxy import check_proxy_address
from tests.unit.support import refuses


@pytest.mark.parametrize(
    "proxy",
    [None, "", "proxy.example", "proxy.example:3128", "http://keeper:pw@proxy.example:3128", "https://[::1]:1/"],
)
def test_a_proxy(proxy: str | None) -> None:
    check_proxy_address(proxy)


@pytest.mark.parametrize(
    "proxy", ["http://keeper:pw#d@proxy.example:1", "http://", "ftp://proxy.example", "http://proxy.example:pw", "a b"]
)
def test_no_proxy(proxy: str) -> None:
    with refuses("invalid_option") as caught:
        check_proxy_address(proxy)
    assert "pw" not in caught.value.message


def test_a_proxy_may_need_a_library(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: None)
    with refuses("requirement_missing"):
        check_proxy_address("socks5://proxy.example:1080")
    monkeypatch.setattr(importlib.util, "find_spec", lambda _name: object())
    check_proxy_address("socks5://proxy.example:1080")
