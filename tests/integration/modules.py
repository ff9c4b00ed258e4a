# SPDX-License-Identifier: GPL-3.0-or-later
"""Running a module's main() in the process of the tests, against the fake: what Ansible would run, without it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.unit.support import ModuleResult, run_module

Module = Callable[..., ModuleResult]

APP: dict[str, Any] = {
    "client_name": "App",
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["dns.read"],
    "token_endpoint_auth_method": "none",
}
CONFIDENTIAL = {**APP, "token_endpoint_auth_method": "client_secret_basic"}
PUBLISHABLE = {**APP, "client_uri": "https://app.example.com/", "logo_uri": "https://app.example.com/logo.png"}


class Modules:
    """The modules, connected to one fake."""

    def __init__(self, fake: FakeCloudflare, retry_timeout: float = 0) -> None:
        self.connection = {
            "api_token": fake.token,
            "account_id": fake.account_id,
            "api_url": fake.base_url,
            "retry_timeout": retry_timeout,
            "timeout": 5,
        }

    def run(self, name: str, **params: Any) -> ModuleResult:
        return run_module(f"cloudflare_oauth_{name}", **{**self.connection, **params})

    def client(self, **params: Any) -> ModuleResult:
        return self.run("client", **params)

    def info(self, **params: Any) -> ModuleResult:
        return self.run("client_info", **params)

    def secret(self, **params: Any) -> ModuleResult:
        return self.run("client_secret", **params)

    def scopes(self, **params: Any) -> ModuleResult:
        return self.run("scope_info", **params)

    def record(self, **params: Any) -> ModuleResult:
        return self.run("domain_record", **params)
