# SPDX-License-Identifier: GPL-3.0-or-later
"""Every kind of fault, as seen on the wire."""

from __future__ import annotations

import http.client
import json
import time
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import BASICS, Api

_BODY_LOST = (requests.exceptions.ChunkedEncodingError, requests.ConnectionError)


@pytest.fixture
def wire(fake: FakeCloudflare) -> Iterator[http.client.HTTPConnection]:
    connection = http.client.HTTPConnection(urlsplit(fake.base_url).netloc, timeout=5)
    yield connection
    connection.close()


def _post(fake: FakeCloudflare, wire: http.client.HTTPConnection, api: Api) -> http.client.HTTPResponse:
    headers = {"Authorization": f"Bearer {fake.token}", "Content-Type": "application/json"}
    wire.request("POST", urlsplit(fake.base_url).path + api.clients, json.dumps(BASICS), headers)
    return wire.getresponse()


def _stored(fake: FakeCloudflare) -> int:
    return len(fake.state()["clients"])


@pytest.mark.parametrize(
    ("fault", "status", "content_type", "body"),
    [
        ({"kind": "status", "status": 503}, 503, "application/json", '"success": false'),
        ({"kind": "status", "status": 502, "content_type": "text/html"}, 502, "text/html", "<h1>cloudflare</h1>"),
        ({"kind": "status", "status": 500, "body": ""}, 500, "application/json", ""),
        ({"kind": "status", "status": 409, "body": {"a": 1}}, 409, "application/json", '{"a": 1}'),
        ({"kind": "soft_failure"}, 200, "application/json", '"success": false'),
        ({"kind": "redirect", "location": "http://127.0.0.1:1/"}, 302, "text/html", ""),
        ({"kind": "huge", "size": 300_000}, 200, "application/json", "x" * 300_000),
        ({"kind": "raw", "status": 200, "body": "<oops", "content_type": "text/plain"}, 200, "text/plain", "<oops"),
        ({"kind": "problem", "status": 502}, 502, "application/problem+json", '"retryable": true'),
        ({"kind": "problem", "status": 403, "error_code": 1020}, 403, "application/problem+json", '"error_code": 1020'),
        ({"kind": "drip", "seconds": 0}, 200, "application/json", '"success":true'),
        ({"kind": "raw", "status": 204, "body": "dropped"}, 204, "application/json", ""),
    ],
)
@pytest.mark.parametrize("when", ["before", "after"])
def test_answers_that_are_replaced(
    fake: FakeCloudflare, api: Api, fault: dict[str, Any], status: int, content_type: str, body: str, when: str
) -> None:
    fake.add_fault(**fault, when=when)
    answer = api.call("POST", api.clients, BASICS)
    assert (answer.status_code, answer.headers["content-type"]) == (status, content_type)
    assert body in answer.text
    assert bool(body) == bool(answer.text)
    assert _stored(fake) == (1 if when == "after" else 0)
    assert {"cf-ray", "ratelimit", "ratelimit-policy"} <= {name.lower() for name in answer.headers}
    assert fake.journal()[0]["status"] == status
    assert fake.faults() == []
    assert api.status("GET", api.clients) == 200


def test_headers_of_a_fault(fake: FakeCloudflare, api: Api) -> None:
    fake.add_fault(kind="status", status=429, headers={"Retry-After": "7", "Ratelimit": '"default";r=0;t=7'})
    answer = api.call("GET", api.clients)
    assert (answer.headers["retry-after"], answer.headers["ratelimit"]) == ("7", '"default";r=0;t=7')
    fake.add_fault(kind="redirect", location="http://127.0.0.1:1/elsewhere")
    assert api.call("GET", api.clients).headers["location"] == "http://127.0.0.1:1/elsewhere"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_cut_connection_brings_no_byte(
    fake: FakeCloudflare, api: Api, wire: http.client.HTTPConnection, when: str
) -> None:
    fake.add_fault(kind="cut", when=when)
    with pytest.raises((http.client.RemoteDisconnected, ConnectionResetError)):
        _post(fake, wire, api)
    assert _stored(fake) == (1 if when == "after" else 0)
    assert fake.journal()[0]["status"] == "cut"


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_body_that_breaks_off(fake: FakeCloudflare, api: Api, wire: http.client.HTTPConnection, when: str) -> None:
    fake.add_fault(kind="cut_body", when=when)
    answer = _post(fake, wire, api)
    assert answer.status == 200
    with pytest.raises(http.client.IncompleteRead) as broken:
        answer.read()
    assert 0 < len(broken.value.partial) < int(answer.headers["content-length"])
    assert _stored(fake) == (1 if when == "after" else 0)
    fake.add_fault(kind="cut_body", when=when)
    with pytest.raises(_BODY_LOST):
        api.call("GET", api.clients)


@pytest.mark.parametrize("when", ["before", "after"])
def test_truncated_json_has_a_length_that_fits(
    fake: FakeCloudflare, api: Api, wire: http.client.HTTPConnection, when: str
) -> None:
    fake.add_fault(kind="truncated", when=when)
    answer = _post(fake, wire, api)
    body = answer.read()
    assert (answer.status, int(answer.headers["content-length"])) == (200, len(body))
    assert body.startswith(b'{"success":true')
    with pytest.raises(json.JSONDecodeError):
        json.loads(body)
    assert _stored(fake) == (1 if when == "after" else 0)


@pytest.mark.parametrize("when", ["before", "after"])
def test_a_slow_answer(fake: FakeCloudflare, api: Api, wire: http.client.HTTPConnection, when: str) -> None:
    fake.add_fault(kind="slow", seconds=0.3, when=when)
    started = time.monotonic()
    assert api.status("GET", api.clients) == 200
    assert time.monotonic() - started >= 0.3

    fake.add_fault(kind="slow", seconds=0.5, when=when)
    wire.timeout = 0.2
    with pytest.raises(TimeoutError):
        _post(fake, wire, api)
    wire.close()
    time.sleep(0.5)
    assert _stored(fake) == (1 if when == "after" else 0)


def test_only_matching_requests_are_hit_after_the_skipped_ones(fake: FakeCloudflare, api: Api) -> None:
    client = api.create()
    fake.add_fault(kind="status", method="POST", path="/rotate_secret$", status=503, skip=1, times=2)
    assert api.status("POST", api.clients, BASICS) == 200
    assert api.status("GET", api.one(client)) == 200
    assert api.status("POST", api.secret(client)) == 200
    assert [fault["skip"] for fault in fake.faults()] == [0]
    assert api.status("POST", api.secret(client)) == 503
    assert [fault["times"] for fault in fake.faults()] == [1]
    assert api.status("POST", api.secret(client)) == 503
    assert fake.faults() == []
    assert api.status("POST", api.secret(client)) == 400


def test_faults_without_end_queue_up_and_can_be_cleared(fake: FakeCloudflare, api: Api) -> None:
    fake.add_fault(kind="status", status=500)
    fake.add_fault(kind="status", status=502, times=0)
    assert [api.status("GET", "/zones") for _unused in range(4)] == [500, 502, 502, 502]
    assert len(fake.faults()) == 1
    fake.clear_faults()
    assert api.status("GET", "/zones") == 200


def test_the_fake_s_own_routes_are_spared(fake: FakeCloudflare) -> None:
    fake.add_fault(kind="cut", times=0)
    assert fake.state()["clients"] == []
    assert requests.get(fake.doh_url, params={"name": "example.com"}, timeout=5).status_code == 200


@pytest.mark.parametrize(
    ("fault", "complaint"),
    [
        ({"kind": "explode"}, "kind: "),
        ({"kind": "cut", "colour": "red"}, "colour: "),
        ({"kind": "cut", "path": "("}, "path: .*not a regular expression"),
        ({"kind": "cut", "when": "never"}, "when: "),
        ({"kind": "status", "status": 99}, "status: "),
    ],
)
def test_bad_orders_are_refused(fake: FakeCloudflare, fault: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ValueError, match=complaint):
        fake.add_fault(**fault)
    assert fake.faults() == []
