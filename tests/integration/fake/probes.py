# SPDX-License-Identifier: GPL-3.0-or-later
"""Small experiments with clients; each sees one thing that a variant of the fake changes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import BASICS, DOMAIN, Api

_DAY = 86_400
Probe = Callable[[FakeCloudflare, Api], object]


def refused_create(**fields: object) -> Probe:
    """The status of a POST with these fields."""
    return lambda _unused, api: api.status("POST", api.clients, {**BASICS, **fields})


def created(field: str, **fields: object) -> Probe:
    """A field of a new client, absent as "-"."""
    return lambda _unused, api: api.create(**fields).get(field, "-")


def clear(value: object) -> Probe:
    """What becomes of tos_uri when a PATCH sets it to null or to nothing."""

    def probe(_unused: FakeCloudflare, api: Api) -> object:
        client = api.create(tos_uri="https://app.example.com/tos")
        status = api.status("PATCH", api.one(client), {"tos_uri": value})
        return status, "tos_uri" in api.read(client)

    return probe


def order(_unused: FakeCloudflare, api: Api) -> object:
    uris = [f"https://app.example.com/{number}" for number in range(5)]
    client = api.create(redirect_uris=uris)
    seen = {tuple(api.read(client)["redirect_uris"]) for _unused in range(12)}
    return {"stored": seen == {tuple(uris)}, "reversed": seen == {tuple(uris[::-1])}, "many": len(seen) > 1}


def noop_moves_updated_at(fake: FakeCloudflare, api: Api) -> object:
    client = api.create()
    fake.advance_clock(60)
    return api.patch(client, client_name=client["client_name"])["updated_at"] > client["updated_at"]


def keys(_unused: FakeCloudflare, api: Api) -> object:
    optional = {"created_at", "updated_at", "client_uri_verification", "scopes", "owner"}
    return sorted(optional & set(api.read(api.create(**DOMAIN))))


def rotated_flags(_unused: FakeCloudflare, api: Api) -> object:
    client = api.create()
    before = api.read(client).get("has_rotated_secret", "-")
    api.result("POST", api.secret(client))
    return before, api.read(client).get("has_rotated_secret", "-")


def deleted(_unused: FakeCloudflare, api: Api) -> object:
    client = api.create()
    return api.result("DELETE", api.secret(client)), api.result("DELETE", api.one(client)) is None


def reads_after_writes(fake: FakeCloudflare, api: Api) -> object:
    """Name seen after a change, list after a creation, then the same again a minute later."""
    client = api.create()
    fake.advance_clock(600)
    for _unused in range(3):
        api.result("GET", api.clients)
    api.patch(client, client_name="new")
    api.create(client_name="second")
    seen = [api.read(client)["client_name"], len(api.result("GET", api.clients))]
    fake.advance_clock(60)
    for _unused in range(3):
        api.result("GET", api.clients)
    return [*seen, api.read(client)["client_name"], len(api.result("GET", api.clients))]


def paging(_unused: FakeCloudflare, api: Api) -> object:
    """Counts on page 1, on page 2 of two, and whether page 2 brings new ones."""
    for _number in range(5):
        api.create()
    first = api.result("GET", api.clients)
    page_1, page_2 = (api.result("GET", api.clients, page=page, per_page=3) for page in (1, 2))
    return len(first), len(page_1), len(page_2), page_1 != page_2


def result_info(_unused: FakeCloudflare, api: Api) -> object:
    return sorted(api.call("GET", api.clients).json().get("result_info", {}))


def clear_logo_of_public(_unused: FakeCloudflare, api: Api) -> object:
    client = api.verified()
    api.patch(client, visibility="public")
    return api.status("PATCH", api.one(client), {"logo_uri": None})


def same_name_twice(_unused: FakeCloudflare, api: Api) -> object:
    api.create()
    other = api.create(client_name="other")
    return api.status("POST", api.clients, BASICS), api.status("PATCH", api.one(other), {"client_name": "app"})


def patch_new(**fields: object) -> Probe:
    """The status of a PATCH of a new client."""
    return lambda _unused, api: api.status("PATCH", api.one(api.create()), fields)


def promote_twice(_unused: FakeCloudflare, api: Api) -> object:
    client = api.verified()
    api.patch(client, visibility="public")
    return api.status("PATCH", api.one(client), {"visibility": "public"})


def one_more_client(_unused: FakeCloudflare, api: Api) -> object:
    api.create()
    return api.status("POST", api.clients, BASICS)


def optional_scope_patches(_unused: FakeCloudflare, api: Api) -> object:
    """Optional scopes alone; fewer scopes alone."""
    client = api.create(optional_scopes=["dns.read"])
    alone = api.status("PATCH", api.one(client), {"optional_scopes": ["zone.read"]})
    return alone, api.status("PATCH", api.one(client), {"scopes": ["cache.purge"]})


def optional_scopes(_unused: FakeCloudflare, api: Api) -> object:
    answer = api.call("POST", api.clients, {**BASICS, "optional_scopes": ["dns.read"]})
    return answer.status_code, (answer.json()["result"] or {}).get("optional_scopes")


def stale_scope(fake: FakeCloudflare, api: Api) -> object:
    client = api.create()
    fake.edit_scopes(remove=["dns.read"])
    return api.status("PATCH", api.one(client), {"scopes": ["dns.read"]}), api.status("POST", api.clients, BASICS)


def first_status(fake: FakeCloudflare, api: Api) -> object:
    """Right after creation, and after a look-up."""
    fake.set_variant(verified_recheck=False)
    answer = api.create(**DOMAIN).get("client_uri_verification", {}).get("status")
    client = api.result("GET", api.clients)[0]
    fake.advance_clock(1)
    return answer, api.read(client)["client_uri_verification"]["status"]


def text_changes(_unused: FakeCloudflare, api: Api) -> object:
    """Whether the TXT value changes on a restart, on another host."""
    client = api.create(**DOMAIN)
    uris = [DOMAIN["client_uri"], "https://other.example.com/"]
    texts = [client["client_uri_verification"]["text"]]
    texts += [api.patch(client, client_uri=uri)["client_uri_verification"]["text"] for uri in uris]
    return texts[1] != texts[0], texts[2] != texts[1]


def patch_verified(_unused: FakeCloudflare, api: Api) -> object:
    client = api.verified()
    return api.patch(client, client_uri="https://app.example.com/new")["client_uri_verification"]["status"]


def record_withdrawn(fake: FakeCloudflare, api: Api) -> object:
    client = api.create(**DOMAIN)
    record = api.publish("app.example.com", client["client_uri_verification"]["text"])
    fake.advance_clock(1)
    before = api.read(client)["client_uri_verification"]["status"]
    api.result("DELETE", f"{api.records()}/{record['id']}")
    fake.advance_clock(1)
    return before, api.read(client)["client_uri_verification"]["status"]


def after_a_day(fake: FakeCloudflare, api: Api) -> object:
    client = api.create(**DOMAIN)
    fake.advance_clock(_DAY)
    return api.read(client)["client_uri_verification"]["status"]


def third_secret(_unused: FakeCloudflare, api: Api) -> object:
    """The status of a second rotation, and which of the first two secrets are still valid."""
    client = api.create()
    secrets = [client["client_secret"], api.result("POST", api.secret(client))["client_secret"]]
    status = api.status("POST", api.secret(client))
    valid = api.valid_secrets(client)
    return status, [secret in valid for secret in secrets], len(valid)


def delete_nothing_rotated(_unused: FakeCloudflare, api: Api) -> object:
    client = api.create()
    return api.status("DELETE", api.secret(client)), len(api.valid_secrets(client))


def gain_a_method(_unused: FakeCloudflare, api: Api) -> object:
    """Status, whether the answer has a secret, how many there are, and whether a rotation makes it a second one."""
    client = api.create(token_endpoint_auth_method="none")
    answer = api.call("PATCH", api.one(client), {"token_endpoint_auth_method": "client_secret_post"})
    count = len(api.valid_secrets(client))
    rotation = api.status("POST", api.secret(client))
    shown = "client_secret" in (answer.json()["result"] or {})
    return answer.status_code, shown, count, rotation, api.read(client)["has_rotated_secret"]


def lose_the_method(_unused: FakeCloudflare, api: Api) -> object:
    client = api.create()
    status = api.status("PATCH", api.one(client), {"token_endpoint_auth_method": "none"})
    return status, len(api.valid_secrets(client))


def read_of(field: str, **fields: Any) -> Probe:
    """A field of a client read back, absent as "-"."""
    return lambda _unused, api: api.read(api.create(**fields)).get(field, "-")
