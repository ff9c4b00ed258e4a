# SPDX-License-Identifier: GPL-3.0-or-later
"""Which proxies can be used, and what of them is told."""

from __future__ import annotations

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._api.transport import check_proxy

ADDRESS = "https://api.cloudflare.com/client/v4"
PASSWORD = "pAssw0rd"


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "https_proxy", "ALL_PROXY"])
@pytest.mark.parametrize(
    "proxy",
    [
        f"http://user:{PASSWORD}@proxy:99999",
        f"http://user:{PASSWORD}@proxy:port",
        f"http://user:{PASSWORD}#more@proxy:8080",
        f"http://user:{PASSWORD}/more@proxy:8080",
        f"http://user:{PASSWORD}@",
        f"http://user:{PASSWORD}@[::1:8080",
        f"http://user:{PASSWORD} @proxy:8080",
        f"ftp://user:{PASSWORD}@proxy:8080",
        f"user:{PASSWORD}@proxy:99999",
    ],
)
def test_what_is_no_proxy_is_named_without_its_password(
    monkeypatch: pytest.MonkeyPatch, variable: str, proxy: str
) -> None:
    monkeypatch.setenv(variable, proxy)
    with pytest.raises(UsageError) as caught:
        check_proxy(ADDRESS)
    assert caught.value.error()["code"] == "invalid_option"
    assert PASSWORD not in str(caught.value)
    assert "HTTPS_PROXY" in str(caught.value)


@pytest.mark.parametrize(
    "proxy",
    ["http://proxy:8080", "proxy:8080", f"http://user:{PASSWORD}@proxy:8080", "http://user:p%23%2Fss@[::1]:8080", ""],
)
def test_a_proxy(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    check_proxy(ADDRESS)


def test_a_proxy_that_is_not_used_may_be_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy:99999")
    monkeypatch.setenv("NO_PROXY", "api.cloudflare.com")
    check_proxy(ADDRESS)


def test_a_library_that_a_proxy_needs_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    monkeypatch.setenv("HTTPS_PROXY", "socks5h://proxy:1080")
    with pytest.raises(UsageError) as caught:
        check_proxy(ADDRESS)
    assert caught.value.error()["code"] == "requirement_missing"
