# SPDX-License-Identifier: GPL-3.0-or-later
"""Small experiments with credentials, errors, limits and DNS records; each sees what a variant of the fake changes."""

from __future__ import annotations

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import BASICS, Api
from tests.integration.fake.probes import Probe

_UNKNOWN_ID = "0" * 32


def with_headers(headers: dict[str, str]) -> Probe:
    def probe(fake: FakeCloudflare, _unused: Api) -> object:
        with Api(fake, headers) as api:
            return api.errors("GET", "/oauth/scopes")[:2]

    return probe


def without_right(fake: FakeCloudflare, _unused: Api) -> object:
    token = fake.credentials()["no-rights"]["token"]
    with Api(fake, {"Authorization": f"Bearer {token}"}) as api:
        return api.errors("GET", api.clients)[:2]


def documented(fake: FakeCloudflare, _unused: Api) -> object:
    token = fake.credentials()["no-rights"]["token"]
    with Api(fake, {"Authorization": f"Bearer {token}"}) as api:
        return "documentation_url" in api.call("GET", api.clients).json()["errors"][0]


def foreign_account(_unused: FakeCloudflare, api: Api) -> object:
    return api.errors("GET", f"/accounts/{_UNKNOWN_ID}/oauth_clients")[:2]


def unknown_client(_unused: FakeCloudflare, api: Api) -> object:
    return api.errors("GET", f"{api.clients}/{_UNKNOWN_ID}")[:2]


def codes_vary(_unused: FakeCloudflare, api: Api) -> object:
    return len({api.errors("GET", f"{api.clients}/{_UNKNOWN_ID}")[1][0] for _unused in range(10)}) > 1


def pointers(_unused: FakeCloudflare, api: Api) -> object:
    return api.errors("POST", api.clients, {**BASICS, "client_name": ""})[2]


def three_requests(fake: FakeCloudflare, api: Api) -> object:
    fake.clear_journal()
    return [api.status("GET", "/oauth/scopes") for _unused in range(3)]


def window(_unused: FakeCloudflare, api: Api) -> object:
    return api.call("GET", "/oauth/scopes").headers["ratelimit-policy"]


def record_twice(_unused: FakeCloudflare, api: Api) -> object:
    body = {"type": "TXT", "name": "app", "content": "one", "ttl": 60}
    api.result("POST", api.records(), body)
    return api.errors("POST", api.records(), body)[1]


def tagged_record(_unused: FakeCloudflare, api: Api) -> object:
    return api.status("POST", api.records(), {"type": "TXT", "name": "a", "content": "b", "tags": ["c:d"]})


def stored_txt(_unused: FakeCloudflare, api: Api) -> object:
    return api.publish("app", "one")["content"]
