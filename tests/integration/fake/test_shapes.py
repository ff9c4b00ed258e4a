# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers have the shapes that Cloudflare's OpenAPI document declares, and no member more."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Generic, Literal, TypeVar

import pytest
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, TypeAdapter, ValidationError

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import BASICS, DOMAIN, Api

Result = TypeVar("Result")
Id = Annotated[str, StringConstraints(min_length=32, max_length=32)]
Moment = Annotated[datetime, Field(strict=False)]


class Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)


class Source(Shape):
    pointer: str


class Item(Shape):
    code: Annotated[int, Field(ge=1000)]
    message: str
    source: Source | None = None
    documentation_url: str = ""


class Info(Shape):
    count: int
    page: int
    per_page: int
    total_count: int
    total_pages: int = 0


class Success(Shape, Generic[Result]):
    success: Literal[True]
    errors: Annotated[list[Item], Field(max_length=0)]
    messages: list[Item]
    result: Result
    result_info: Info | None = None


class Failure(Shape):
    success: Literal[False]
    errors: Annotated[list[Item], Field(min_length=1)]
    messages: list[Item]
    result: None


class Verification(Shape):
    status: Literal["pending", "in_progress", "verified", "failed"]
    text: str


class Client(Shape):
    client_id: str
    visibility: Literal["public", "private"]
    client_name: str = ""
    grant_types: list[Literal["authorization_code", "refresh_token"]] = []
    redirect_uris: list[str] = []
    response_types: list[Literal["code", "id_token", "token"]] = []
    scopes: list[str] = []
    token_endpoint_auth_method: Literal["none", "client_secret_basic", "client_secret_post"] = "none"
    allowed_cors_origins: list[str] = []
    client_uri: str = ""
    logo_uri: str = ""
    optional_scopes: list[str] = []
    policy_uri: str = ""
    post_logout_redirect_uris: list[str] = []
    tos_uri: str = ""
    client_uri_verification: Verification | None = None
    has_rotated_secret: bool = False
    created_at: Moment | None = None
    updated_at: Moment | None = None
    promoted_at: Moment | None = None


class ClientWithSecret(Client):
    client_secret: str


class Secret(Shape):
    client_secret: str


class Deleted(Shape):
    id: Id


class Scope(Shape):
    id: str
    name: str
    category: str
    scopes: list[str]


class Account(Shape):
    id: Id
    name: str


class Zone(Shape):
    id: Id
    name: str
    status: Literal["initializing", "pending", "active", "moved"]
    type: Literal["full", "partial", "secondary", "internal"]
    paused: bool
    account: Account
    name_servers: list[str]
    created_on: Moment
    modified_on: Moment
    activated_on: Moment | None


class Record(Shape):
    id: Id
    type: str
    name: Annotated[str, StringConstraints(max_length=255)]
    content: str
    ttl: Annotated[int, Field(ge=1, le=86_400)]
    comment: str | None
    tags: list[str]
    proxied: bool
    proxiable: bool
    settings: dict[str, bool]
    meta: dict[str, Any]
    created_on: Moment
    modified_on: Moment


_FULL = {
    **BASICS,
    **DOMAIN,
    "allowed_cors_origins": ["https://app.example.com"],
    "optional_scopes": ["dns.read"],
    "policy_uri": "https://app.example.com/privacy",
    "post_logout_redirect_uris": ["https://app.example.com/bye"],
    "tos_uri": "https://app.example.com/tos",
}


def _has_shape(api: Api, shape: Any, method: str, path: str, body: object = None) -> Any:
    answer = api.call(method, path, body)
    return TypeAdapter(shape).validate_json(answer.content).result


def test_oauth_answers(fake: FakeCloudflare, api: Api) -> None:
    created = _has_shape(api, Success[ClientWithSecret], "POST", api.clients, _FULL)
    assert created.model_fields_set == set(ClientWithSecret.model_fields) - {"promoted_at"}
    one = f"{api.clients}/{created.client_id}"
    fake.set_verification(created.client_id, "verified")
    public = _has_shape(api, Success[Client], "PATCH", one, {"visibility": "public"})
    assert public.model_fields_set == set(Client.model_fields)
    assert _has_shape(api, Success[Client], "GET", one) == public
    assert _has_shape(api, Success[list[Client]], "GET", api.clients) == [public]
    _has_shape(api, Success[Secret], "POST", f"{one}/rotate_secret")
    _has_shape(api, Success[Deleted], "DELETE", f"{one}/rotate_secret")
    _has_shape(api, Success[Deleted], "DELETE", one)
    assert len(_has_shape(api, Success[list[Scope]], "GET", "/oauth/scopes")) >= 60


def test_zone_and_record_answers(api: Api) -> None:
    zones = _has_shape(api, Success[list[Zone]], "GET", "/zones")
    path = f"/zones/{zones[0].id}/dns_records"
    record = _has_shape(api, Success[Record], "POST", path, {"type": "TXT", "name": "a", "content": "b", "ttl": 60})
    assert _has_shape(api, Success[list[Record]], "GET", path) == [record]
    one = f"{path}/{record.id}"
    assert _has_shape(api, Success[Record], "GET", one) == record
    _has_shape(api, Success[Record], "PATCH", one, {"content": "c"})
    _has_shape(api, Success[Record], "PUT", one, {"type": "TXT", "name": "a", "content": "d", "ttl": 60})
    _has_shape(api, Success[Deleted], "DELETE", one)


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("GET", "/nowhere", None),
        ("POST", "/accounts/{account}/oauth_clients", {"client_name": ""}),
        ("GET", "/accounts/{account}/oauth_clients/unknown", None),
        ("GET", "/accounts/unknown/oauth_clients", None),
        ("GET", "/zones/unknown/dns_records", None),
    ],
)
def test_failures(fake: FakeCloudflare, api: Api, method: str, path: str, body: object) -> None:
    assert _has_shape(api, Failure, method, path.format(account=fake.account_id), body) is None


def test_the_shapes_would_notice(fake: FakeCloudflare, api: Api) -> None:
    api.create()
    fake.set_variant(extra_fields=True)
    with pytest.raises(ValidationError, match="display_order"):
        _has_shape(api, Success[list[Client]], "GET", api.clients)
    with pytest.raises(ValidationError):
        _has_shape(api, Failure, "GET", "/oauth/scopes")
