# SPDX-License-Identifier: GPL-3.0-or-later
"""What is sent again, how long it takes, and what a lost answer means."""

from __future__ import annotations

import ssl
from typing import Any

import pytest
import requests
import urllib3

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError
from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import PACE
from tests.unit.support import BAD_GATEWAY, GONE, LAGS, a_connection, error_of, refused, refuses
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


NO_TLS = ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number (_ssl.c:1006)")
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
    pytest.param({"fault": proxy(DISCONNECTED)}, {"GET"}, id="cut by the proxy"),
    pytest.param({"fault": cut()}, {"GET"}, id="cut"),
    pytest.param({"fault": silent()}, {"GET"}, id="no answer in time"),
    pytest.param({"content": BrokenBody(OSError("reset"))}, {"GET"}, id="broken body"),
    pytest.param(BAD_GATEWAY, {"GET"}, id="502"),
    pytest.param(refused(500), {"GET"}, id="500"),
    pytest.param(refused(408), {"GET"}, id="408"),
    pytest.param({"fault": tls(UNTRUSTED)}, set(), id="untrusted certificate"),
    pytest.param({"fault": tls(NO_TLS)}, set(), id="no TLS"),
    pytest.param({"fault": tls(GARBLED)}, {"GET"}, id="broken TLS"),
    pytest.param({"fault": requests.exceptions.InvalidURL("bad")}, set(), id="bad address"),
    pytest.param(refused(400), set(), id="400"),
    pytest.param(refused(403, 10000), set(), id="403"),
    pytest.param(refused(404, 7003), set(), id="404"),
    pytest.param(refused(409), set(), id="409"),
    pytest.param(refused(200), set(), id="soft failure"),
    pytest.param({"content": b"<html>"}, {"GET"}, id="no JSON"),
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
    pytest.param({"fault": tls(NO_TLS)}, id="no TLS"),
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
    ("fault", "code", "text"),
    [
        (unreachable(), "unreachable", "no connection could be made (Connection refused); nothing was sent"),
        (
            connect_timeout(),
            "unreachable",
            "(Connection to api timed out. (connect timeout=30)); nothing was sent. Check api_url, the network",
        ),
        (proxy(REFUSED), "unreachable", "(Connection refused)"),
        (proxy(TUNNEL), "unreachable", "(Tunnel connection failed: 407 Proxy Authentication Required)"),
        (proxy(DISCONNECTED), "response_lost", "(Remote end closed connection without response)"),
        (cut(), "response_lost", "before the response was complete (Remote end closed connection without response)"),
        (silent(), "response_lost", "no complete response within timeout=30 seconds"),
        (tls(UNTRUSTED), "tls_failed", "certificate verify failed: self-signed certificate"),
        (tls(NO_TLS), "tls_failed", "Check api_url, ca_path, the system's certificates and any proxy in between."),
        (
            requests.exceptions.InvalidURL("http://me:hush@proxy:99999"),
            "unreachable",
            "nothing was sent, because a URL or a header is invalid. Check api",
        ),
        (OSError("Could not find a suitable bundle"), "response_lost", "Could not find a suitable bundle"),
    ],
)
def test_a_network_failure(cloudflare: Script, fault: Exception, code: str, text: str) -> None:
    cloudflare.expect(Call("GET", "/thing", fault=fault))
    with refuses(code) as caught:
        a_connection(retry_timeout=0.0).get_object("/thing", "Thing")
    assert text in caught.value.message
    assert "object at 0x" not in caught.value.message
    assert "hush" not in caught.value.message
    assert caught.value.error()["status"] is None


def attempts(cloudflare: Script, call: Call, **options: Any) -> int:
    """How often one failing call is sent before the error is raised."""
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
    with refuses("rate_limited"):
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


def test_a_write_is_not_retried_when_the_budget_is_spent(cloudflare: Script) -> None:
    with refuses("cloudflare_unavailable") as caught:
        settled(cloudflare, None, retry_timeout=0.0)
    assert caught.value.error().items() >= error_of("PATCH", "/thing", 502).items()
    assert caught.value.extra == {}


def test_a_refused_write_is_not_looked_after(cloudflare: Script) -> None:
    cloudflare.expect(Call("PATCH", "/thing", **refused(400)))
    api = a_connection()
    with refuses("request_refused"):
        api.settle(lambda: api.write("PATCH", "/thing", "Thing"), lambda: pytest.fail("looked"))


def unread() -> None:
    raise CloudflareError("response_lost", "GET /thing failed.", method="GET", path="/thing")


def test_a_lost_write_that_cannot_be_looked_after_stays_the_failure(cloudflare: Script) -> None:
    cloudflare.expect(Call("PATCH", "/thing", **BAD_GATEWAY))
    api = a_connection()
    with refuses("outcome_unknown") as caught:
        api.settle(lambda: api.write("PATCH", "/thing", "Thing"), unread)
    assert caught.value.message.startswith(
        "It is not known whether Cloudflare made a change: its response was lost. Reading the current state failed "
        "as well: GET /thing failed. Run the task again later. It reads that state first. Cause: PATCH /thing failed"
    )
    assert caught.value.error().items() >= error_of("PATCH", "/thing", 502).items()
    assert caught.value.extra == {"changed": True}


def test_looking_may_fail_after_a_repetition_too(cloudflare: Script) -> None:
    cloudflare.expect(Call("PATCH", "/thing", fault=cut()), Call("PATCH", "/thing", **BAD_GATEWAY))
    api, looks = a_connection(), iter([lambda: None, unread])

    def look() -> None:
        next(looks)()

    with refuses("outcome_unknown") as caught:
        api.settle(lambda: api.write("PATCH", "/thing", "Thing"), look)
    assert caught.value.extra == {"changed": True}


def delete(**options: Any) -> None:
    a_connection(**options).delete("/thing", "Thing")


@pytest.mark.parametrize("second", [{}, GONE], ids=["there", "gone"])
@pytest.mark.parametrize("failure", MAYBE)
def test_a_lost_deletion_is_repeated(
    cloudflare: Script, clock: Clock, failure: dict[str, Any], second: dict[str, Any]
) -> None:
    cloudflare.expect(Call("DELETE", "/thing", **failure), Call("DELETE", "/thing", **second))
    delete()
    assert len(clock.sleeps) == 1


@pytest.mark.parametrize("failure", MAYBE)
def test_a_lost_deletion_may_have_been_carried_out_when_the_budget_is_spent(
    cloudflare: Script, failure: dict[str, Any]
) -> None:
    cloudflare.expect(Call("DELETE", "/thing", **failure))
    with refuses("outcome_unknown") as caught:
        delete(retry_timeout=0.0)
    assert caught.value.error().items() >= {"method": "DELETE", "path": "/thing"}.items()
    assert caught.value.extra == {"changed": True}


@pytest.mark.parametrize("failure", SURELY_NOT)
def test_a_refused_deletion_is_not_repeated(cloudflare: Script, failure: dict[str, Any]) -> None:
    cloudflare.expect(Call("DELETE", "/thing", **failure))
    with pytest.raises(CloudflareError) as caught:
        delete()
    assert caught.value.extra == {}


def awaited(*answers: int, **options: Any) -> int:
    """The answer that is taken when an answer of 1 shows what was written."""
    coming = iter(answers)
    taken = a_connection(**options).awaited(lambda: next(coming), lambda answer: answer == 1)
    assert list(coming) == []
    return taken


@pytest.mark.parametrize("late", range(5))
def test_a_read_is_repeated_until_it_shows_a_write(clock: Clock, late: int) -> None:
    assert awaited(*[0] * late, 1) == 1
    assert clock.sleeps == LAGS[:late]


def test_a_read_that_never_shows_it_is_taken_as_it_is(clock: Clock) -> None:
    assert awaited(0, 0, 0, 0, 2) == 2
    assert clock.sleeps == LAGS


@pytest.mark.parametrize(("budget", "reads"), [(0.0, 1), (0.4, 1), (0.5, 2), (1.5, 3), (3.4, 3), (3.5, 4), (7.5, 5)])
def test_a_read_is_repeated_within_the_budget(clock: Clock, budget: float, reads: int) -> None:
    assert awaited(*[0] * reads, retry_timeout=budget) == 0
    assert sum(clock.sleeps) <= budget


def test_lags_and_failures_have_one_budget(cloudflare: Script, clock: Clock) -> None:
    cloudflare.expect(Call("GET", "/a", **LIMITED), Call("GET", "/a", {}))
    api = a_connection(retry_timeout=6.0)
    api.get_object("/a", "Thing")
    api.awaited(lambda: 0, bool)
    assert clock.sleeps == [5.0, 0.5]


NEAR: dict[str, Any] = {"answer_headers": {"ratelimit": '"default";r=1;t=10'}}


def test_few_requests_left_slow_the_next_one_down(cloudflare: Script, clock: Clock) -> None:
    cloudflare.expect(Call("GET", "/a", {}, **NEAR), Call("POST", "/b", {}), Call("GET", "/c", {}))
    api = a_connection()
    api.get_object("/a", "Thing")
    assert clock.sleeps == []
    api.write("POST", "/b", "Thing")
    api.get_object("/c", "Thing")
    assert clock.sleeps == [5.0]
    assert api.budget.waited == [f"5.0 s: {PACE}"]


def test_a_refusal_tells_how_many_requests_are_left_as_well(cloudflare: Script, clock: Clock) -> None:
    cloudflare.expect(Call("DELETE", "/a", **{**GONE, **NEAR}), Call("GET", "/b", {}))
    api = a_connection()
    api.delete("/a", "Thing")
    api.get_object("/b", "Thing")
    assert clock.sleeps == [5.0]


@pytest.mark.parametrize("budget", [0.0, 4.9])
def test_a_pace_that_does_not_fit_the_budget_is_not_kept(cloudflare: Script, clock: Clock, budget: float) -> None:
    cloudflare.expect(Call("GET", "/a", {}, **NEAR), Call("GET", "/b", {}))
    api = a_connection(retry_timeout=budget)
    api.get_object("/a", "Thing")
    api.get_object("/b", "Thing")
    assert clock.sleeps == []
    assert api.budget.seconds == budget


def test_a_pause_before_a_repetition_is_not_made_twice(cloudflare: Script, clock: Clock) -> None:
    headers = {"retry-after": "10", "ratelimit": '"default";r=0;t=10'}
    limited = Call("POST", "/thing", **{**refused(429, 971), "answer_headers": headers})
    cloudflare.expect(limited, Call("POST", "/thing", {}))
    a_connection().write("POST", "/thing", "Thing")
    assert clock.sleeps == [10.0]


def test_every_pause_is_told_in_words(cloudflare: Script) -> None:
    cloudflare.expect(
        *(Call("GET", "/thing", **LIMITED), Call("GET", "/thing", fault=cut()), Call("GET", "/thing", {})),
    )
    api = a_connection()
    api.get_object("/thing", "Thing")
    first, second = api.budget.waited
    assert first == "5.0 s: GET /thing failed (status 429)"
    assert second.endswith(" s: GET /thing failed (no response)")


@pytest.mark.parametrize("content", [b"<html>404 Not Found</html>", b""])
def test_nothing_is_gone_that_cloudflare_has_not_said_is(cloudflare: Script, content: bytes) -> None:
    """A wrong address or a proxy answers 404 as well."""
    cloudflare.expect(Call("DELETE", "/thing", status=404, content=content))
    with refuses("unreadable_response"):
        a_connection().delete("/thing", "Thing Write")
