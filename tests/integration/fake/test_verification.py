# SPDX-License-Identifier: GPL-3.0-or-later
"""Domains are verified by real DNS look-ups, within two days of a clock that can be moved."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
import requests

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import DOMAIN, Api

_DAY = 86_400


def _state(api: Api, client: dict[str, Any]) -> tuple[str, str]:
    verification = api.read(client)["client_uri_verification"]
    return verification["status"], verification["text"]


def test_the_background_look_up_verifies(api: Api) -> None:
    client = api.create(**DOMAIN)
    status, text = _state(api, client)
    assert status == "pending"
    assert re.fullmatch(r"cloudflare_oauth_client_publisher=[0-9a-f]{32}", text)
    api.publish("app.example.com", text)
    deadline = time.monotonic() + 5
    while _state(api, client)[0] == "pending" and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _state(api, client) == ("verified", text)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("app.example.com", "cloudflare_oauth_client_publisher=0"),
        ("app.example.com", "{suffix}"),
        ("example.com", "{text}"),
        ("www.app.example.com", "{text}"),
    ],
)
def test_a_wrong_record_does_not_verify(fake: FakeCloudflare, api: Api, name: str, content: str) -> None:
    client = api.create(**DOMAIN)
    text = _state(api, client)[1]
    api.publish(name, content.format(text=text, suffix=text.partition("=")[2]))
    fake.advance_clock(1)
    assert _state(api, client)[0] == "pending"


@pytest.mark.parametrize("quote", ['"{}"', "{}"])
def test_quoted_and_plain_records_verify(fake: FakeCloudflare, api: Api, quote: str) -> None:
    client = api.create(**DOMAIN)
    api.publish("app.example.com", quote.format(_state(api, client)[1]))
    fake.advance_clock(1)
    assert _state(api, client)[0] == "verified"


def test_two_days_are_the_limit_and_client_uri_restarts(fake: FakeCloudflare, api: Api) -> None:
    client = api.create(**DOMAIN)
    fake.advance_clock(2 * _DAY - 60)
    assert _state(api, client)[0] == "pending"
    fake.advance_clock(120)
    status, text = _state(api, client)
    assert status == "failed"
    api.publish("app.example.com", text)
    fake.advance_clock(1)
    assert _state(api, client)[0] == "failed"
    api.patch(client, client_name="renamed")
    assert _state(api, client)[0] == "failed"
    assert api.patch(client, client_uri=client["client_uri"])["client_uri_verification"]["status"] == "pending"
    fake.advance_clock(1)
    assert _state(api, client) == ("verified", text)


def test_clients_on_one_host_need_a_value_each(fake: FakeCloudflare, api: Api) -> None:
    one, two = api.create(**DOMAIN), api.create(**DOMAIN)
    assert _state(api, one)[1] != _state(api, two)[1]
    api.publish("app.example.com", _state(api, one)[1])
    fake.advance_clock(1)
    assert (_state(api, one)[0], _state(api, two)[0]) == ("verified", "pending")
    api.publish("app.example.com", _state(api, two)[1])
    fake.advance_clock(1)
    assert (_state(api, one)[0], _state(api, two)[0]) == ("verified", "verified")


def test_another_name_server_can_be_asked(fake: FakeCloudflare, api: Api) -> None:
    with FakeCloudflare("--resolver", fake.dns_address, "--poll-interval", "60") as other, Api(other) as elsewhere:
        client = elsewhere.create(**DOMAIN)
        text = _state(elsewhere, client)[1]
        elsewhere.publish("app.example.com", text)
        other.advance_clock(1)
        assert _state(elsewhere, client)[0] == "pending"
        api.publish("app.example.com", text)
        other.advance_clock(1)
        assert _state(elsewhere, client)[0] == "verified"
        query = {"name": "app.example.com", "type": "TXT"}
        answers = requests.get(other.doh_url, params=query, timeout=5).json()["Answer"]
        assert [item["data"] for item in answers] == [f'"{text}"']
        assert other.complaints() == ""


@pytest.mark.parametrize("status", ["in_progress", "failed", "verified", "some_new_status"])
def test_a_status_can_be_forced(fake: FakeCloudflare, api: Api, status: str) -> None:
    client = api.create(**DOMAIN)
    fake.set_verification(client["client_id"], status)
    fake.advance_clock(1)
    assert _state(api, client)[0] == status
    with pytest.raises(ValueError, match="no client"):
        fake.set_verification(api.create()["client_id"], status)
