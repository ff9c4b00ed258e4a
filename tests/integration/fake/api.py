# SPDX-License-Identifier: GPL-3.0-or-later
"""Plain HTTP calls to the fake, for tests."""

from __future__ import annotations

from types import TracebackType
from typing import Any

import requests

from tests.fake_cloudflare.launcher import FakeCloudflare

BASICS: dict[str, Any] = {
    "client_name": "app",
    "grant_types": ["authorization_code"],
    "redirect_uris": ["https://app.example.com/callback"],
    "response_types": ["code"],
    "scopes": ["dns.read", "zone.read"],
    "token_endpoint_auth_method": "client_secret_basic",
}
DOMAIN = {"client_uri": "https://app.example.com/", "logo_uri": "https://app.example.com/logo.png"}


class Api:
    """Calls with one credential, the one with every right unless another is given, in the first account or another."""

    def __init__(
        self, fake: FakeCloudflare, headers: dict[str, str] | None = None, account_id: str | None = None
    ) -> None:
        self._fake = fake
        self._session = requests.Session()
        self._session.trust_env = False
        self._session.headers.update({"Authorization": f"Bearer {fake.token}"} if headers is None else headers)
        self.clients = f"/accounts/{account_id or fake.account_id}/oauth_clients"

    def __enter__(self) -> Api:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()

    def call(self, method: str, path: str, body: object = None, **params: str | int) -> requests.Response:
        url = self._fake.base_url + path
        # requests leaves the body out for an empty object
        data = "{}" if body == {} else None
        return self._session.request(
            method, url, json=body, data=data, params=params, timeout=10, allow_redirects=False
        )

    def result(self, method: str, path: str, body: object = None, **params: str | int) -> Any:
        answer = self.call(method, path, body, **params)
        assert answer.status_code == 200, answer.text
        return answer.json()["result"]

    def errors(self, method: str, path: str, body: object = None) -> tuple[int, list[int], list[str | None]]:
        """The status, the codes and the pointers of a refusal."""
        answer = self.call(method, path, body)
        errors = answer.json()["errors"]
        assert errors, answer.text
        return (
            answer.status_code,
            [error["code"] for error in errors],
            [error.get("source", {}).get("pointer") for error in errors],
        )

    def status(self, method: str, path: str, body: object = None) -> int:
        return self.call(method, path, body).status_code

    def one(self, client: dict[str, Any]) -> str:
        return f"{self.clients}/{client['client_id']}"

    def secret(self, client: dict[str, Any]) -> str:
        return self.one(client) + "/rotate_secret"

    def create(self, **fields: object) -> dict[str, Any]:
        client: dict[str, Any] = self.result("POST", self.clients, {**BASICS, **fields})
        return client

    def read(self, client: dict[str, Any]) -> dict[str, Any]:
        seen: dict[str, Any] = self.result("GET", self.one(client))
        return seen

    def patch(self, client: dict[str, Any], **fields: object) -> dict[str, Any]:
        changed: dict[str, Any] = self.result("PATCH", self.one(client), fields)
        return changed

    def verified(self, **fields: object) -> dict[str, Any]:
        client = self.create(**{**DOMAIN, **fields})
        self._fake.set_verification(client["client_id"], "verified")
        return client

    def records(self, zone: str = "example.com") -> str:
        zones = self.result("GET", "/zones", name=zone)
        return f"/zones/{zones[0]['id']}/dns_records"

    def publish(self, name: str, content: str, **fields: object) -> dict[str, Any]:
        """Store a TXT record in example.com."""
        body = {"type": "TXT", "name": name, "content": content, "ttl": 60, **fields}
        record: dict[str, Any] = self.result("POST", self.records(), body)
        return record

    def valid_secrets(self, client: dict[str, Any]) -> list[str]:
        stored = {item["client_id"]: item for item in self._fake.state()["clients"]}
        secrets: list[str] = stored[client["client_id"]]["secrets"]
        return secrets
