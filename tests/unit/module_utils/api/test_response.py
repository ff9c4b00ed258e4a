# SPDX-License-Identifier: GPL-3.0-or-later
"""Understanding what Cloudflare answered."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.error_response import retry_after
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError
from ansible_collections.oauthops.iam.plugins.module_utils._api.response import (
    Request,
    Response,
    collected,
    expect_object,
    expect_objects,
    understand,
)
from tests.unit.support import error_of, refuses
from tests.unit.transport import envelope, refusal

REQUEST = Request("PATCH", "/things", "Thing Write", "the API token of the option api_token")
NOW = datetime(2026, 10, 5, 12, 0, 0, tzinfo=timezone.utc)


def refused(status: int, content: bytes, headers: Mapping[str, str] | None = None) -> CloudflareError:
    with pytest.raises(CloudflareError) as caught:
        understand(REQUEST, status, headers or {}, content)
    assert (caught.value.method, caught.value.path, caught.value.status) == ("PATCH", "/things", status)
    return caught.value


@pytest.mark.parametrize("result", [{"a": 1}, [], None, "x", False])
def test_a_success_is_its_result(result: Any) -> None:
    assert understand(REQUEST, 200, {}, envelope(result, {"page": 1})) == Response(result, {"page": 1})


@pytest.mark.parametrize("info", [None, [], "x", 7])
def test_an_odd_result_info_counts_as_none(info: Any) -> None:
    content = json.dumps({"success": True, "result": 1, "result_info": info}).encode()
    assert understand(REQUEST, 201, {}, content) == Response(1, {})


def test_a_missing_result_is_none() -> None:
    assert understand(REQUEST, 200, {}, b'{"success": true}') == Response(None, {})


@pytest.mark.parametrize("status", [300, 301, 302, 307, 308, 399])
def test_a_redirect_is_an_error(status: int) -> None:
    error = refused(status, envelope({}), {"location": "https://evil.example/", "cf-ray": "r1"})
    assert (error.code, error.uncertain) == ("redirected", False)
    assert f"was redirected (status {status}); redirects are not followed" in error.message
    assert error.message.endswith("[cf-ray r1]")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "empty"),
        (b"<html>", "6 bytes, text/html"),
        (b"1", "1 byte, "),
        (b"[]", "2 bytes"),
        (b"null", "4 bytes"),
        (b'"success"', "9 bytes"),
        (b'{"result": 1}', "13 bytes"),
        (b'{"success": true', "16 bytes"),
        (b"\xff\xfe\xfd", "3 bytes"),
        (b"[" * 100_000, "100000 bytes"),
    ],
)
@pytest.mark.parametrize(
    ("status", "code", "uncertain"),
    [
        (200, "unreadable_response", True),
        (404, "unreadable_response", False),
        (401, "unreadable_response", False),
        (403, "unreadable_response", False),
        (407, "unreadable_response", False),
        (429, "rate_limited", False),
        (502, "cloudflare_unavailable", True),
        (408, "cloudflare_unavailable", True),
    ],
)
def test_a_body_that_is_no_envelope(content: bytes, what: str, status: int, code: str, uncertain: bool) -> None:
    error = refused(status, content, {"content-type": "text/html; charset=utf-8"})
    assert (error.code, error.uncertain, error.transient) == (code, uncertain, uncertain)
    assert f"status {status}" in error.message
    assert f"{what}" in error.message
    assert "permission" not in error.message


PROBLEM = {"content-type": "application/problem+json; charset=utf-8", "retry-after": "7"}


@pytest.mark.parametrize(
    ("status", "number", "retryable", "code", "transient"),
    [
        (502, 502, True, "cloudflare_unavailable", True),
        (522, 522, None, "cloudflare_unavailable", True),
        (403, 1020, False, "request_blocked", False),
        (403, 1010, None, "request_blocked", False),
        (403, 1015, True, "cloudflare_unavailable", True),
        (429, 1015, True, "rate_limited", True),
    ],
)
def test_a_problem_of_the_edge(status: int, number: int, retryable: bool | None, code: str, transient: bool) -> None:
    problem = {"title": "Bad gateway", "status": status, "error_code": number, "ray_id": "8f2a", "retryable": retryable}
    error = refused(status, json.dumps(problem).encode(), PROBLEM)
    assert (error.code, error.transient, error.uncertain) == (code, transient, status >= 500)
    assert (error.ray_id, error.codes, error.retry_after) == ("8f2a", {number}, 7.0)
    assert f"edge responded with status {status}: Bad gateway (error {number})" in error.message
    assert "permission" not in error.message


@pytest.mark.parametrize(
    "problem", [{}, {"title": None, "error_code": "x", "ray_id": 5}, {"title": ["a"], "error_code": [1], "ray_id": {}}]
)
def test_an_odd_problem_of_the_edge(problem: Any) -> None:
    error = refused(403, json.dumps({"status": 403, **problem}).encode(), PROBLEM)
    assert (error.code, error.ray_id, error.codes) == ("request_blocked", None, {None})
    assert "None" not in error.message


def test_a_proxy_that_wants_a_log_in_is_named() -> None:
    error = refused(407, b"<html>log in</html>", {"content-type": "text/html"})
    assert (error.code, "HTTPS_PROXY" in error.message) == ("unreadable_response", True)


FORGED = "Bad\x1b[2K\r\nok: [localhost]\n\nPLAY RECAP *****\u202e"


def test_no_text_from_outside_forges_output() -> None:
    forged = {"message": FORGED, "source": {"pointer": f"/{FORGED}"}, "documentation_url": FORGED}
    problem = json.dumps({"title": FORGED, "error_code": 1, "ray_id": FORGED}).encode()
    headers = {"cf-ray": FORGED}
    for error in (
        refused(400, refusal({"code": 1, **forged}), headers),
        refused(503, problem, {**PROBLEM, **headers}),
        refused(200, b"x", {"content-type": FORGED, **headers}),
    ):
        shown = [error.message, str(error.ray_id), *(str(each) for each in error.complaints)]
        assert all(text.isprintable() for text in shown)
        assert "\\x1b" in error.message


def test_a_long_text_from_outside_is_cut() -> None:
    assert len(refused(400, refusal({"code": 1, "message": "x" * 100_000})).message) < 1000


def test_of_many_errors_the_first_are_kept() -> None:
    error = refused(400, refusal(*({"code": number, "message": "m"} for number in range(1000))))
    assert [each.code for each in error.complaints] == [*range(20)]


@pytest.mark.parametrize("depth", [400, 5000])
def test_errors_may_be_nested_deeply(depth: int) -> None:
    """How deep JSON is understood depends on Python."""
    chain = b'[{"message":"m","error_chain":' * depth + b"[]" + b"}]" * depth
    error = refused(400, b'{"success":false,"errors":' + chain + b"}")
    assert error.code in ("request_refused", "unreadable_response")


def test_a_body_of_no_type_is_said_to_be_of_none() -> None:
    assert "no content type" in refused(200, b"x").message


@pytest.mark.parametrize("success", [False, None, "true", 1, 0])
def test_a_failure_with_status_200_may_have_been_carried_out(success: Any) -> None:
    error = refused(200, json.dumps({"success": success, "result": {}}).encode())
    assert "reported no success for PATCH /things with status 200: no reason given" in error.message
    assert error.code == "request_refused"
    assert error.uncertain
    assert not error.transient


@pytest.mark.parametrize("status", [400, 404, 409, 422, 500])
def test_success_needs_a_status_of_success(status: int) -> None:
    refused(status, envelope({"a": 1}))


@pytest.mark.parametrize(
    ("status", "code", "maybe"),
    [
        (400, "request_refused", False),
        (404, "request_refused", False),
        (408, "cloudflare_unavailable", True),
        (429, "rate_limited", False),
        (500, "cloudflare_unavailable", True),
        (524, "cloudflare_unavailable", True),
    ],
)
def test_what_a_status_says_about_the_request(status: int, code: str, maybe: bool) -> None:
    error = refused(status, refusal({"code": 1, "message": "m"}))
    assert (error.code, error.uncertain, error.transient) == (code, maybe, maybe)


@pytest.mark.parametrize(("status", "said"), [(400, "refused"), (500, "responded to"), (524, "responded to")])
def test_an_outage_is_no_refusal(status: int, said: str) -> None:
    """Cloudflare may have carried the request out."""
    error = refused(status, refusal({"code": 1, "message": "m"}))
    assert error.message.startswith(f"Cloudflare {said} PATCH /things with status {status}: m (code 1).")


def test_every_complaint_is_told_with_code_pointer_and_cause() -> None:
    content = refusal(
        {"code": 6003, "message": "Invalid request headers.", "error_chain": [{"code": 6111, "message": "Malformed"}]},
        {"code": 1004, "message": "Bad", "source": {"pointer": "/redirect_uris/0"}, "documentation_url": "https://d"},
    )
    error = refused(400, content, {"cf-ray": "abc"})
    assert (
        "Cloudflare refused PATCH /things with status 400: Invalid request headers (code 6003); "
        "Malformed (code 6111); redirect_uris[0]: Bad (code 1004), see https://d." in error.message
    )
    assert error.message.endswith("[cf-ray abc]")
    assert error.ray_id == "abc"
    assert error.codes == {6003, 6111, 1004}
    assert error.complaints[2].documentation_url == "https://d"


@pytest.mark.parametrize(
    ("pointer", "option"),
    [
        ("/scopes", "scopes"),
        ("scopes", "scopes"),
        ("/scopes/3", "scopes[3]"),
        ("/a/0/b", "a[0][b]"),
        ("", None),
        ("/", None),
        (None, None),
        (7, None),
        (["x"], None),
    ],
)
def test_a_pointer_is_the_name_of_an_option(pointer: Any, option: str | None) -> None:
    error = refused(400, refusal({"code": 1, "message": "m", "source": {"pointer": pointer}}))
    assert error.complaints[0].option == option


@pytest.mark.parametrize(
    ("errors", "texts"),
    [
        (None, []),
        ("bad", []),
        ({"code": 1}, []),
        ([None, "x", 1, []], []),
        ([{}], ["no message"]),
        ([{"code": "7", "message": None}], ["no message"]),
        ([{"code": 7, "message": {"a": 1}}], ["{'a': 1} (code 7)"]),
        ([{"code": 7, "message": "m", "source": "x", "documentation_url": 1}], ["m (code 7)"]),
        ([{"message": "m", "error_chain": "x"}], ["m"]),
        ([{"message": "a", "error_chain": [{"message": "b", "error_chain": [{"message": "c"}]}]}], ["a", "b", "c"]),
    ],
)
def test_odd_errors_are_told_as_far_as_they_go(errors: Any, texts: list[str]) -> None:
    content = json.dumps({"success": False, "errors": errors}).encode()
    assert [str(complaint) for complaint in refused(400, content).complaints] == texts


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, 1), (403, 1), (400, 6003), (400, 6103), (400, 6111), (400, 9106), (400, 9109), (400, 10000), (403, 10000)],
)
def test_a_credential_problem_names_permission_and_origin(status: int, code: int) -> None:
    error = refused(status, refusal({"code": code, "message": "m"}))
    assert error.code == "unauthorized"
    assert "the API token of the option api_token. It needs the permission 'Thing Write'" in error.message


@pytest.mark.parametrize(
    ("status", "content", "remedy"),
    [
        (429, refusal({"code": 971, "message": "m"}), "rate limit. Run again later, or raise retry_timeout"),
        (500, refusal({"code": 1, "message": "m"}), "at a proxy in between. Run again later"),
        (404, b"", "Check api_url and any proxy in between."),
        (429, refusal({"code": 971, "message": "m"}), "The response asks to retry after 300 seconds (Retry-After)."),
    ],
)
def test_the_remedy(status: int, content: bytes, remedy: str) -> None:
    assert remedy in refused(status, content, {"retry-after": "300"}).message


def test_an_ordinary_refusal_points_at_no_credential_or_proxy() -> None:
    message = refused(400, refusal({"code": 1004, "message": "Bad name"})).message
    assert "credential" not in message
    assert "proxy" not in message


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 7 ", 7.0),
        ("0", 0.0),
        ("Mon, 05 Oct 2026 12:00:30 GMT", 30.0),
        ("Mon, 05 Oct 2026 14:00:30 +0200", 30.0),
        ("Mon, 05 Oct 2026 12:00:30 -0000", 30.0),
        ("Monday, 05-Oct-26 12:00:30 GMT", 30.0),
        ("Mon, 05 Oct 2026 11:00:00 GMT", 0.0),
        ("", None),
        ("later", None),
        ("-3", None),
        ("1.5", None),
        ("²", None),
        ("٣", None),
        ("Mon, 99 Oct 2026 12:00:30 GMT", None),
        ("Mon, 05 Oct 2026 12:00:30 +999999999999", None),
        ("Mon, 05 Oct 2026 12:00:30 +9999999999999999", None),
        ("Mon, 05 Oct 99999999999999999999 12:00:30 GMT", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    assert retry_after({"retry-after": value}, NOW) == seconds


def test_a_date_without_zone_is_not_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "XXX+5")
    time.tzset()
    try:
        assert retry_after({"retry-after": "Mon, 05 Oct 2026 12:00:30 -0000"}, NOW) == 30.0
    finally:
        monkeypatch.undo()
        time.tzset()


def test_no_retry_after() -> None:
    assert retry_after({}) is None


@pytest.mark.parametrize("content", [refusal({"code": 971, "message": "m"}), b"<html>"])
def test_retry_after_comes_with_the_error(content: bytes) -> None:
    assert refused(429, content, {"retry-after": "11"}).retry_after == 11.0


def test_an_object_is_expected() -> None:
    assert expect_object(REQUEST, {"a": 1}) == {"a": 1}


@pytest.mark.parametrize("value", [None, [], "x", 1])
def test_no_object_is_a_success_that_cannot_be_used(value: Any) -> None:
    with refuses("malformed_result") as caught:
        expect_object(REQUEST, value)
    assert caught.value.message.startswith(
        "Cloudflare responded to PATCH /things with success, but the result is not an object. Check api_url"
    )
    assert isinstance(caught.value, CloudflareError)
    assert (caught.value.uncertain, caught.value.status) == (True, 200)


@pytest.mark.parametrize(("value", "items"), [(None, []), ([], []), ([{"id": "a"}], [{"id": "a"}])])
def test_objects_are_expected(value: Any, items: list[Any]) -> None:
    assert expect_objects(REQUEST, value, "id") == items


@pytest.mark.parametrize(
    "value",
    [
        "x",
        {},
        [1],
        [None],
        [{}],
        [{"id": ""}],
        [{"id": None}],
        [{"id": 7}],
        [{"id": "a"}, {}],
        [{"id": ".."}],
        [{"id": "a/b"}],
    ],
)
def test_objects_without_their_key_cannot_be_used(value: Any) -> None:
    with refuses("malformed_result"):
        expect_objects(REQUEST, value, "id")


def pages(*answers: tuple[list[str], Any]) -> Iterator[Response]:
    """The pages of a list with the total that each tells; asking for one more fails the test."""
    for ids, total in answers:
        yield Response([{"id": each} for each in ids], {} if total is None else {"total_count": total})
    pytest.fail("asked for one page too many")


@pytest.mark.parametrize(
    ("answers", "ids"),
    [
        pytest.param([([], None)], [], id="nothing"),
        pytest.param([([], 0)], [], id="nothing of nothing"),
        pytest.param([(["a", "b"], 2)], ["a", "b"], id="one page"),
        pytest.param([(["a"], 2), (["b"], 2)], ["a", "b"], id="two pages"),
        pytest.param([(["a"], None), (["b"], None), ([], None)], ["a", "b"], id="no total"),
        pytest.param([(["a"], None), (["a"], None)], ["a"], id="the same page again"),
        pytest.param([(["a", "b"], 3), (["b", "c"], 3)], ["a", "b", "c"], id="moved to the next page"),
        pytest.param([(["a", "b"], 1), (["c"], 1), ([], 1)], ["a", "b", "c"], id="a total of less than a page"),
        pytest.param([(["a"], 2), (["b", "c"], 2), ([], 2)], ["a", "b", "c"], id="more than the total"),
        pytest.param([(["a"], True), ([], True)], ["a"], id="an odd total"),
    ],
)
def test_objects_are_collected_until_the_total_is_reached_or_nothing_is_new(
    answers: list[tuple[list[str], Any]], ids: list[str]
) -> None:
    found, steady = collected(REQUEST, pages(*answers), "id")
    assert ([item["id"] for item in found], steady) == (ids, True)


@pytest.mark.parametrize(
    "answers", [[(["a"], 3), (["b"], 2)], [(["a"], 2), (["b"], 3), ([], 3)], [(["a"], 2), ([], 1)]]
)
def test_a_total_that_changes_is_told(answers: list[tuple[list[str], Any]]) -> None:
    assert collected(REQUEST, pages(*answers), "id")[1] is False


def test_a_total_that_is_not_reached_is_an_error() -> None:
    with refuses("incomplete_listing") as caught:
        collected(REQUEST, pages((["a"], 3), (["a"], 3)), "id")
    assert "PATCH /things listed only 1 of 3 objects" in caught.value.message
    assert caught.value.error().items() >= error_of("PATCH", "/things", 200).items()


def test_a_total_holds_until_another_is_stated() -> None:
    with refuses("incomplete_listing"):
        collected(REQUEST, pages((["a"], 3), ([], None)), "id")


def test_the_last_state_of_an_object_counts() -> None:
    seen = [Response([{"id": "a", "n": 1}], {}), Response([{"id": "a", "n": 2}], {})]
    assert collected(REQUEST, iter(seen), "id") == ([{"id": "a", "n": 2}], True)
