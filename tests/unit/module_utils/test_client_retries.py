# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent again, how long it takes, and what a lost answer means."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
import requests
import urllib3

from ansible_collections.oauthops.iam.plugins.module_utils._errors import CloudflareError
from tests.unit.support import BAD_GATEWAY, a_connection, refused
from tests.unit.transport import (
    DISCONNECTED,
    POOL,
    REFUSED,
    BrokenBody,
    Call,
    Clock,
    Script,
    cut,
    retried,
    silent,
    unreachable,
)

VERBS = ("GET", "DELETE", "PATCH", "POST")
LIMITED = {**refused(429, 971), "answer_headers": {"retry-after": "5"}}


def proxy(reason: Exception) -> requests.exceptions.ProxyError:
    return requests.exceptions.ProxyError(retried(urllib3.exceptions.ProxyError("Unable to connect to proxy", reason)))


def tls(reason: Exception) -> requests.exceptions.SSLError:
    return requests.exceptions.SSLError(retried(urllib3.exceptions.SSLError(reason)))


def connect_timeout() -> Exception:
    reason = urllib3.exceptions.ConnectTimeoutError(POOL, "Connection to api timed out. (connect timeout=30)")
    return requests.exceptions.ConnectTimeout(retried(reason))


UNTRUSTED = ssl.SSLCertVerificationError(1, "certificate verify failed: self-signed certificate")
TUNNEL = OSError("Tunnel connection failed: 407 Proxy Authentication Required")
GARBLED = ssl.SSLError(1, "decryption failed or bad record mac")

FAILURES = [
    pytest.param(LIMITED, set(VERBS), id="429"),
    pytest.param({"status": 429, "content": b"<html>"}, set(VERBS), id="429 without JSON"),
    pytest.param({"fault": unreachable()}, set(VERBS), id="no connection"),
    pytest.param({"fault": connect_timeout()}, set(VERBS), id="no connection in time"),
    pytest.param({"fault": proxy(REFUSED)}, set(VERBS), id="no connection to the proxy"),
    pytest.param({"fault": proxy(TUNNEL)}, set(VERBS), id="the proxy refuses"),
    pytest.param({"fault": proxy(DISCONNECTED)}, {"GET", "DELETE"}, id="cut by the proxy"),
    pytest.param({"fault": cut()}, {"GET", "DELETE"}, id="cut"),
    pytest.param({"fault": silent()}, {"GET", "DELETE"}, id="no answer in time"),
    pytest.param({"content": BrokenBody(OSError("reset"))}, {"GET", "DELETE"}, id="broken body"),
    pytest.param(BAD_GATEWAY, {"GET", "DELETE"}, id="502"),
    pytest.param(refused(500), {"GET", "DELETE"}, id="500"),
    pytest.param(refused(408), {"GET", "DELETE"}, id="408"),
    pytest.param({"fault": tls(UNTRUSTED)}, set(), id="untrusted certificate"),
    pytest.param({"fault": tls(GARBLED)}, set(), id="broken TLS"),
    pytest.param({"fault": requests.exceptions.InvalidURL("bad")}, set(), id="bad address"),
    pytest.param(refused(400), set(), id="400"),
    pytest.param(refused(403, 10000), set(), id="403"),
    pytest.param(refused(404, 7003), set(), id="404"),
    pytest.param(refused(409), set(), id="409"),
    pytest.param(refused(200), set(), id="soft failure"),
    pytest.param({"content": b"<html>"}, {"GET", "DELETE"}, id="no JSON"),
    pytest.param({"status": 302}, set(), id="redirect"),
]


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize(("failure", "repeated"), FAILURES)
def test_what_is_sent_again(cloudflare: Script, verb: str, failure: dict[str, Any], repeated: set[str]) -> None:
    cloudflare.expect(Call(verb, "/thing", **failure))
    if verb in repeated:
        cloudflare.expect(Call(verb, "/thing", {"a": 1}))
        assert a_connection().write(verb, "/thing", "Thing") == {"a": 1}
    else:
        with pytest.raises(CloudflareError) as caught:
            a_connection().write(verb, "/thing", "Thing")
        assert (caught.value.method, caught.value.path) == (verb, "/thing")


MAYBE = [
    pytest.param({"fault": cut()}, id="cut"),
    pytest.param({"fault": silent()}, id="no answer in time"),
    pytest.param({"fault": proxy(DISCONNECTED)}, id="cut by the proxy"),
    pytest.param({"fault": tls(GARBLED)}, id="broken TLS"),
    pytest.param(BAD_GATEWAY, id="502"),
    pytest.param(refused(408), id="408"),
    pytest.param(refused(200), id="soft failure"),
    pytest.param({"content": b"<html>"}, id="no JSON"),
]
SURELY_NOT = [
    pytest.param({"fault": tls(UNTRUSTED)}, id="untrusted certificate"),
    pytest.param({"fault": requests.exceptions.InvalidHeader("bad")}, id="bad header"),
    pytest.param({"status": 302}, id="redirect"),
    pytest.param(refused(400), id="400"),
    pytest.param(refused(403), id="403"),
]


@pytest.mark.parametrize("failure", MAYBE)
def test_what_may_have_been_carried_out(cloudflare: Script, failure: dict[str, Any]) -> None:
    assert lost(cloudflare, failure).uncertain


@pytest.mark.parametrize("failure", SURELY_NOT)
def test_what_was_surely_not_carried_out(cloudflare: Script, failure: dict[str, Any]) -> None:
    assert not lost(cloudflare, failure).uncertain


def lost(cloudflare: Script, failure: dict[str, Any]) -> CloudflareError:
    cloudflare.expect(Call("POST", "/thing", **failure))
    with pytest.raises(CloudflareError) as caught:
        a_connection().write("POST", "/thing", "Thing")
    return caught.value


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        (unreachable(), "Failed to establish a new connection: Connection refused); nothing was sent"),
        (connect_timeout(), "nothing was sent. Check api_url, the network and any proxy."),
        (proxy(REFUSED), "Failed to establish a new connection: Connection refused); nothing was sent"),
        (proxy(TUNNEL), "no connection could be made (Tunnel connection failed: 407 Proxy Authentication Required)"),
        (proxy(DISCONNECTED), "(Remote end closed connection without response)"),
        (cut(), "before the answer was complete (Remote end closed connection without response)"),
        (silent(), "before the answer was complete (no answer within timeout=30 seconds)"),
        (tls(UNTRUSTED), "certificate verify failed: self-signed certificate"),
        (tls(UNTRUSTED), "Check ca_path, the system's certificates and any proxy in between."),
        (requests.exceptions.InvalidURL("bad label"), "GET /thing could not be made: bad label."),
        (OSError("Could not find a suitable TLS CA certificate bundle"), "suitable TLS CA certificate bundle"),
    ],
)
def test_a_network_failure_in_words(cloudflare: Script, fault: Exception, text: str) -> None:
    cloudflare.expect(Call("GET", "/thing", fault=fault))
    with pytest.raises(CloudflareError) as caught:
        a_connection(retry_timeout=0.0).get_object("/thing", "Thing")
    assert text in caught.value.message
    assert "object at 0x" not in caught.value.message
    assert caught.value.status is None


def attempts(cloudflare: Script, call: Call, **options: Any) -> int:
    """How often one failing call is sent before it is given up."""
    cloudflare.expect(*[call] * 500)
    with pytest.raises(CloudflareError):
        a_connection(**options).write(call.method, call.path, "Thing")
    cloudflare.calls.clear()
    return len(cloudflare.sent)


def test_cloudflare_says_how_long_to_wait(cloudflare: Script, clock: Clock) -> None:
    cloudflare.expect(Call("POST", "/thing", **LIMITED), Call("POST", "/thing", {}))
    a_connection().write("POST", "/thing", "Thing")
    assert clock.sleeps == [5.0]


@pytest.mark.parametrize(("budget", "sent"), [(0.0, 1), (4.9, 1), (5.0, 2), (14.0, 3), (60.0, 13)])
def test_pauses_stay_within_the_budget(cloudflare: Script, clock: Clock, budget: float, sent: int) -> None:
    assert attempts(cloudflare, Call("GET", "/thing", **LIMITED), retry_timeout=budget) == sent
    assert sum(clock.sleeps) <= budget


def test_failed_attempts_count_for_the_budget(cloudflare: Script, clock: Clock) -> None:
    slow = Call("GET", "/thing", fault=silent(), takes=30.0)
    assert attempts(cloudflare, slow, retry_timeout=60.0) == 2
    assert sum(clock.sleeps) < 2


def test_an_answer_that_takes_its_time_does_not(cloudflare: Script, clock: Clock) -> None:
    cloudflare.expect(Call("GET", "/a", {}, takes=100.0), Call("GET", "/b", **LIMITED), Call("GET", "/b", {}))
    api = a_connection(retry_timeout=5.0)
    api.get_object("/a", "Thing")
    api.get_object("/b", "Thing")
    assert clock.sleeps == [5.0]


def test_one_task_has_one_budget(cloudflare: Script) -> None:
    cloudflare.expect(Call("GET", "/a", **LIMITED), Call("GET", "/a", {}), Call("GET", "/b", **LIMITED))
    api = a_connection(retry_timeout=6.0)
    api.get_object("/a", "Thing")
    with pytest.raises(CloudflareError, match="rate limit"):
        api.get_object("/b", "Thing")


@pytest.mark.parametrize("wait", ["0", "Mon, 05 Oct 2020 12:00:00 GMT"])
def test_no_time_to_wait_is_no_reason_to_hurry(cloudflare: Script, wait: str) -> None:
    limited = Call("GET", "/thing", **{**LIMITED, "answer_headers": {"retry-after": wait}})
    assert attempts(cloudflare, limited, retry_timeout=60.0) < 12


def test_pauses_grow_without_advice(cloudflare: Script, clock: Clock) -> None:
    attempts(cloudflare, Call("GET", "/thing", **BAD_GATEWAY), retry_timeout=60.0)
    assert clock.sleeps == sorted(clock.sleeps)
    assert 0.75 <= clock.sleeps[0] <= 1
    assert clock.sleeps[-1] > 8


def settled(cloudflare: Script, *found: Any, **options: Any) -> Any:
    """Settle a PATCH whose first answer is lost; C(found) is what reading again brings, one after the other."""
    cloudflare.expect(Call("PATCH", "/thing", **BAD_GATEWAY))
    answers = iter(found)
    api = a_connection(**options)
    return api.settle(lambda: api.write("PATCH", "/thing", "Thing"), lambda: next(answers))


def test_a_lost_write_that_arrived_is_not_repeated(cloudflare: Script, clock: Clock) -> None:
    assert settled(cloudflare, {"a": 1}) == {"a": 1}
    assert clock.sleeps == []


def test_a_lost_write_that_did_not_arrive_is_repeated(cloudflare: Script, clock: Clock) -> None:
    cloudflare.calls.clear()
    api = a_connection()
    cloudflare.expect(Call("PATCH", "/thing", **BAD_GATEWAY), Call("PATCH", "/thing", {"b": 2}))
    assert api.settle(lambda: api.write("PATCH", "/thing", "Thing"), lambda: None) == {"b": 2}
    assert len(clock.sleeps) == 1


def test_a_write_is_given_up_when_the_budget_is_spent(cloudflare: Script) -> None:
    with pytest.raises(CloudflareError, match="PATCH /thing was answered with status 502"):
        settled(cloudflare, None, retry_timeout=0.0)


def test_a_refused_write_is_not_looked_after(cloudflare: Script) -> None:
    cloudflare.expect(Call("PATCH", "/thing", **refused(400)))
    api = a_connection()
    with pytest.raises(CloudflareError, match="refused PATCH"):
        api.settle(lambda: api.write("PATCH", "/thing", "Thing"), lambda: pytest.fail("looked"))


def test_a_lost_write_that_cannot_be_looked_after_stays_the_failure(cloudflare: Script) -> None:
    def unreadable() -> None:
        raise CloudflareError("GET /thing failed.", method="GET", path="/thing")

    cloudflare.expect(Call("PATCH", "/thing", **BAD_GATEWAY))
    api = a_connection()
    with pytest.raises(CloudflareError) as caught:
        api.settle(lambda: api.write("PATCH", "/thing", "Thing"), unreadable)
    assert "It is not known whether PATCH /thing was carried out" in caught.value.message
    assert "(GET /thing failed.)" in caught.value.message
    assert (caught.value.method, caught.value.status, caught.value.extra) == ("PATCH", 502, {"changed": True})
