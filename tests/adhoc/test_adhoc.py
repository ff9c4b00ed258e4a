# SPDX-License-Identifier: GPL-3.0-or-later
"""Ad-hoc commands, `ansible localhost -m MODULE -a OPTIONS`, by the fixtures of pytest-ansible."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare

AdHoc = Callable[..., Any]
CLIENT = {
    "client_name": "Example CLI",
    "redirect_uris": ["http://localhost:8976/callback"],
    "scopes": ["account-settings.read"],
    "token_endpoint_auth_method": "none",
}


@pytest.fixture(scope="module")
def fake() -> Iterator[FakeCloudflare]:
    with FakeCloudflare() as fake:
        yield fake


@pytest.fixture
def run(ansible_adhoc: Any, fake: FakeCloudflare, monkeypatch: pytest.MonkeyPatch) -> AdHoc:
    """A module on localhost, with the credential in the environment."""
    fake.reset()
    for name, value in fake.environment.items():
        monkeypatch.setenv(name, value)

    def run(module: str, **options: Any) -> Any:
        hosts = ansible_adhoc(inventory="localhost,", connection="local", host_pattern="localhost")
        return getattr(hosts.all, f"oauthops.iam.{module}")(**options).contacted["localhost"]

    return run


def test_scopes_are_listed(run: AdHoc) -> None:
    assert run("cloudflare_oauth_scope_info", name="*dns*")["oauth_scopes"]


def test_clients_are_listed(run: AdHoc) -> None:
    assert run("cloudflare_oauth_client_info")["oauth_clients"] == []


def test_a_client_is_created(run: AdHoc) -> None:
    assert [run("cloudflare_oauth_client", **CLIENT)["changed"] for _again in range(2)] == [True, False]


def test_a_refusal_has_its_code(run: AdHoc) -> None:
    result = run("cloudflare_oauth_client", **{**CLIENT, "scopes": ["no.such.scope"]})
    assert (result["failed"], result["error"]["code"]) == (True, "scope_unknown")


def test_a_missing_credential_is_named(run: AdHoc, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CLOUDFLARE_API_TOKEN")
    result = run("cloudflare_oauth_client_info")
    assert (result["failed"], result["error"]["code"]) == (True, "credential_missing")
