# SPDX-License-Identifier: GPL-3.0-or-later
"""What holds for any input."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import assume, given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.module_utils import _uris
from ansible_collections.oauthops.iam.plugins.module_utils._api.client import Cloudflare
from ansible_collections.oauthops.iam.plugins.module_utils._api.error_response import retry_after
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError, UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._api.response import (
    Request,
    Response,
    understand,
)
from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import slow_down
from ansible_collections.oauthops.iam.plugins.module_utils._dns.names import quoted, unquoted
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.apply import performed
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.clients import OAuthClients
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.delivery import Delivery
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import (
    FIELDS,
    MANY,
    PROTOCOL_SCOPES,
    SHAPE,
    definition,
    description,
    shaped,
)
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.plan import Plan, decided, plan_creation, plan_update
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.promotion import publishing
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.rotation import ensure_finalized, ensure_rotated
from tests.unit.strategies import JSON, ODD_CLIENTS
from tests.unit.support import ACCOUNT, CLIENT_ID, CLIENTS, a_client, connection

REQUEST = Request("GET", "/x", "Read", "a token")


def lists_of(*values: str, min_size: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(st.sampled_from(values), min_size=min_size, max_size=5)


SCOPES = ("a.read", "b.read", "c.read", "openid", "offline_access")
ORIGINS = ("https://a.example", "https://a.example/", "https://b.example")
URIS = st.sampled_from(["", "https://a.example/", "https://b.example/x"])
VALUES: dict[str, st.SearchStrategy[Any]] = {
    "client_name": st.sampled_from(["One", "Two"]),
    "grant_types": lists_of("authorization_code", "refresh_token").map(lambda grants: ["authorization_code", *grants]),
    "response_types": lists_of("code", "id_token", min_size=1),
    "redirect_uris": lists_of("https://a.example/1", "https://a.example/2", "https://a.example/3", min_size=1),
    "scopes": lists_of(*SCOPES, min_size=1).map(lambda scopes: ["a.read", *scopes]),
    "optional_scopes": lists_of("a.read", "b.read"),
    "token_endpoint_auth_method": st.sampled_from(["none", "client_secret_basic"]),
    "allowed_cors_origins": lists_of(*ORIGINS),
    "post_logout_redirect_uris": lists_of("https://a.example/bye", "https://a.example/out"),
    **dict.fromkeys(("client_uri", "logo_uri", "policy_uri", "tos_uri"), URIS),
}
WANTED = st.fixed_dictionaries({}, optional=VALUES)
STATUS = st.sampled_from([None, "pending", "failed"])
ACTUAL = st.builds(
    lambda fields, status, extra: shaped(
        a_client(**fields, client_uri_verification={"status": status}, unknown_key=extra)
    ),
    st.fixed_dictionaries({}, optional={name: st.none() | values for name, values in VALUES.items()}),
    STATUS,
    st.integers(),
)


def test_the_strategies_know_every_field() -> None:
    assert set(VALUES) == {field.name for field in FIELDS}


def planned(wanted: dict[str, Any], actual: dict[str, Any], append: bool, restart: bool = False) -> Plan:
    try:
        return plan_update(wanted, None, actual, append=append, restart=restart)
    except UsageError as refusal:
        assume(refusal.option != "optional_scopes")
        raise


def applied(actual: dict[str, Any], changes: dict[str, Any]) -> dict[str, Any]:
    """The client after a PATCH as Cloudflare carries it out: null and [] clear, protocol scopes are its own matter."""
    after = {**actual, **changes}
    if "scopes" in changes:
        after["scopes"] = ["offline_access", *reversed(changes["scopes"])]
    return shaped({name: value for name, value in after.items() if value not in (None, "", [])})


def plain(name: str, value: Any) -> Any:
    """What two values of a field have in common when they mean the same."""
    if name in MANY:
        return {item.rstrip("/") if name == "allowed_cors_origins" else item for item in value or []} - PROTOCOL_SCOPES
    return value or None


@given(WANTED, ACTUAL, st.booleans())
def test_a_plan_brings_about_what_is_wanted_and_is_empty_then(
    wanted: dict[str, Any], actual: dict[str, Any], append: bool
) -> None:
    after = applied(actual, dict(planned(wanted, actual, append).changes))
    for name, value in wanted.items():
        kept = plain(name, actual[name]) if append and name in MANY else set()
        want = plain(name, value)
        assert plain(name, after[name]) == (want | kept if name in MANY else want)
    assert not planned(wanted, after, append).changed


@given(WANTED, ACTUAL, st.booleans(), st.booleans())
def test_a_plan_touches_nothing_that_was_not_mentioned(
    wanted: dict[str, Any], actual: dict[str, Any], append: bool, restart: bool
) -> None:
    plan = planned(wanted, actual, append, restart)
    unmentioned = set(plan.changes) - set(wanted)
    assert unmentioned <= {"optional_scopes", *(["client_uri"] if plan.restarts else [])}
    if "optional_scopes" in unmentioned:
        assert set(plan.changes["optional_scopes"]) < set(actual["optional_scopes"])
    for name in set(actual) - set(plan.changes) - {"client_uri_verification"}:
        assert plan.expected[name] == actual[name]


@given(WANTED, ACTUAL, st.booleans())
def test_a_plan_sends_no_duplicates_no_protocol_scopes_and_no_visibility(
    wanted: dict[str, Any], actual: dict[str, Any], append: bool
) -> None:
    changes = planned(wanted, actual, append).changes
    assert not set(changes.get("scopes", [])) & PROTOCOL_SCOPES
    assert "visibility" not in changes
    for value in changes.values():
        assert not isinstance(value, list) or len(value) == len(set(value))


@given(WANTED, ACTUAL)
def test_a_plan_shows_a_difference_exactly_when_it_changes_something(
    wanted: dict[str, Any], actual: dict[str, Any]
) -> None:
    plan = planned(wanted, actual, append=False)
    assert (description(actual) != description(plan.expected)) is plan.changed


@given(WANTED)
def test_a_created_client_needs_no_change(wanted: dict[str, Any]) -> None:
    complete = {**{name: value for name, value in a_client().items() if name in VALUES}, **wanted}
    try:
        body = plan_creation(complete, None)
    except UsageError as refusal:
        assume(refusal.code not in ("invalid_option", "client_incomplete"))
        raise
    assert not planned(complete, applied({"client_id": CLIENT_ID}, body), append=False).changed


class Obedient(Cloudflare):
    """A server that carries out all that it is asked, with at most one client; C(writes) are what it was asked."""

    def __init__(self, client: dict[str, Any] | None) -> None:
        super().__init__(connection())
        self.client = client
        self.writes: list[str] = []
        self._transport: Any = self

    def exchange(self, request: Request, _query: Any, body: Any, _note: Any) -> Response:
        method, path = request.method, request.path
        if method != "GET":
            self.writes.append(method)
        if path.endswith("/rotate_secret"):
            self.client = {**(self.client or {}), "has_rotated_secret": method == "POST"}
            return Response({"client_secret": "minted"}, {})
        if body is not None:
            self.client = applied(self.client or {"client_id": CLIENT_ID}, dict(body))
        return Response([self.client] if (method, path) == ("GET", CLIENTS) else self.client, {"total_count": 1})


def done(server: Obedient, wanted: dict[str, Any], actual: Any, params: dict[str, Any], check: bool) -> dict[str, Any]:
    """A run's result without what Cloudflare alone decides, or why it is refused."""
    try:
        clients = OAuthClients(server, ACCOUNT)
        result = performed(decided(wanted, actual, params, clients), clients, check_mode=check)
    except UsageError as refusal:
        return refusal.result()
    client = result.pop("oauth_client")
    return {**result, "publishing": None, "client": description(client), "keys": set(client)}


UNUSED = {"state": "present", "client_id": None, "validate_scopes": False, "client_secret_file": None}
OPTIONS = st.fixed_dictionaries(
    {
        "visibility": st.sampled_from([None, "private", "public"]),
        "append": st.booleans(),
        "restart_verification": st.booleans(),
        "return_client_secret": st.booleans(),
    }
).map(
    lambda drawn: {"state": "present", "client_id": None, "validate_scopes": False, "client_secret_file": None, **drawn}
)
READY = st.builds(
    lambda actual, visibility, status: {
        **actual,
        **{name: actual[name] or "https://a.example/" for name in ("client_uri", "logo_uri")},
        "visibility": visibility,
        "client_uri_verification": {"status": status, "text": "x"},
    },
    ACTUAL,
    st.sampled_from(["private", "public"]),
    st.sampled_from(["verified", "failed"]),
)


@given(WANTED, ACTUAL | READY, OPTIONS)
def test_check_mode_predicts_a_change(wanted: dict[str, Any], actual: dict[str, Any], params: dict[str, Any]) -> None:
    server, untouched = Obedient(actual), Obedient(actual)
    predicted = done(untouched, wanted, actual, params, check=True)
    assert predicted == done(server, wanted, actual, params, check=False)
    assert untouched.writes == []
    assert bool(server.writes) is predicted.get("changed", False)


@given(WANTED, ACTUAL | READY, OPTIONS)
def test_a_second_run_changes_nothing(wanted: dict[str, Any], actual: dict[str, Any], params: dict[str, Any]) -> None:
    server = Obedient(actual)
    again = {**params, "restart_verification": False}
    assume("msg" not in done(server, wanted, actual, params, check=False))
    server.writes.clear()
    second = done(server, wanted, server.client, again, check=False)
    assert (second["changed"], server.writes) == (False, [])


@given(WANTED, OPTIONS)
def test_check_mode_predicts_a_creation(wanted: dict[str, Any], params: dict[str, Any]) -> None:
    complete = {**{name: value for name, value in a_client().items() if name in VALUES}, **wanted}
    params = {**params, "return_client_secret": False}
    server, untouched = Obedient(None), Obedient(None)
    predicted = done(untouched, complete, None, params, check=True)
    assert {"warnings": [], **predicted} == {"warnings": [], **done(server, complete, None, params, check=False)}
    assert untouched.writes == []
    assert server.writes == (["POST"] if "changed" in predicted else [])


@given(ACTUAL, st.booleans(), st.booleans())
def test_check_mode_predicts_a_rotation(actual: dict[str, Any], rotated: bool, finalizes: bool) -> None:
    actual = {**actual, "token_endpoint_auth_method": "client_secret_post", "has_rotated_secret": rotated}

    def run(server: Obedient, check: bool) -> dict[str, Any]:
        clients = OAuthClients(server, ACCOUNT)
        if finalizes:
            return ensure_finalized(clients, actual, Delivery(), check_mode=check)
        return ensure_rotated(clients, actual, Delivery(True), check_mode=check)

    server, untouched = Obedient(actual), Obedient(actual)
    predicted, real = run(untouched, check=True), run(server, check=False)
    real.pop("warnings", None)
    assert set(predicted) == set(real)
    assert {**predicted, "client_secret": None} == {**real, "client_secret": None}
    assert untouched.writes == []
    assert server.client is not None
    assert server.client["has_rotated_secret"] is predicted["oauth_client"]["has_rotated_secret"] is not finalizes


@given(ACTUAL)
def test_a_definition_describes_its_client(actual: dict[str, Any]) -> None:
    options = {name: value for name, value in definition(actual).items() if name != "visibility"}
    assert not plan_update(options, "private", actual, append=False, restart=False).changed


@given(st.integers(100, 599), st.dictionaries(st.sampled_from(["cf-ray", "retry-after"]), st.text()), st.binary())
def test_any_bytes_are_an_answer_or_a_cloudflare_error(status: int, headers: dict[str, str], content: bytes) -> None:
    try:
        understand(REQUEST, status, headers, content)
    except CloudflareError as error:
        json.dumps(error.result())


ENVELOPES = st.fixed_dictionaries(
    {},
    optional={
        "success": st.booleans() | JSON,
        "errors": JSON
        | st.lists(
            st.fixed_dictionaries(
                {}, optional={name: JSON for name in ("code", "message", "source", "error_chain", "documentation_url")}
            )
        ),
        "result": JSON,
        "result_info": JSON,
    },
)


@given(st.sampled_from([200, 302, 400, 403, 429, 500]), ENVELOPES | JSON)
def test_any_json_is_an_answer_or_a_cloudflare_error(status: int, envelope: Any) -> None:
    try:
        understand(REQUEST, status, {}, json.dumps(envelope).encode())
    except CloudflareError as error:
        json.dumps(error.result())


@given(st.text() | st.from_regex(r"[A-Z][a-z]{2}, \d{1,3} [A-Z][a-z]{2} \d{1,6} \d\d:\d\d:\d\d [+-]\d{1,6}"))
def test_any_retry_after_is_seconds_or_none(value: str) -> None:
    seconds = retry_after({"retry-after": value})
    assert seconds is None or seconds >= 0


@given(st.text() | st.from_regex(r"(x;[rt]=\d{0,400};[rt]=\d{0,400},?){0,3}", fullmatch=True))
def test_any_ratelimit_is_a_number_of_seconds(header: str) -> None:
    assert 0 <= slow_down(header) < 1e9


@given(ODD_CLIENTS)
def test_any_client_can_be_used_or_is_a_type_error(answer: dict[str, Any]) -> None:
    try:
        client = shaped(answer)
    except TypeError:
        return
    assert "client_secret" not in client
    assert set(SHAPE) <= set(client)
    plan_update(
        {name: value for name, value in client.items() if name in VALUES}, None, client, append=True, restart=True
    )
    json.dumps([definition(client), description(client), publishing(client)])


@given(st.text())
def test_any_text_can_be_asked_for_its_host_and_faults(text: str) -> None:
    host = _uris.host_of(text)
    assert host is None or (host.isascii() and len(host) <= 253)
    for fault in (_uris.redirect_uri_error, _uris.web_address_error, _uris.origin_error):
        assert fault(text) is None or isinstance(fault(text), str)
        assert fault(f"https://{text}/") is None or isinstance(fault(f"https://{text}/"), str)


@given(st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=600))
def test_any_printable_value_survives_quoting(value: str) -> None:
    assert unquoted(quoted(value)) == value
    assert all(len(part) <= 255 for part in quoted(value).replace("\\\\", "x").replace('\\"', "x").split('"')[1::2])
