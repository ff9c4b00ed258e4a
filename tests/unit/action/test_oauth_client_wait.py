# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a verification: what is asked, what is printed, and when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.action import cloudflare_oauth_client_wait as waiting
from ansible_collections.oauthops.iam.plugins.module_utils._api.client import Cloudflare
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError, UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import shaped
from ansible_collections.oauthops.iam.plugins.modules import dns_txt_info
from ansible_collections.oauthops.iam.plugins.plugin_utils import _action, _waiting
from tests.unit.actions import run_action
from tests.unit.support import ACCOUNT, CLIENT_ID, TXT, ModuleResult, a_client
from tests.unit.transport import TOKEN, Clock

HOST = "app.example.com"
SEEN: dict[str, Any] = {"visible": True, "cname": None, "notes": []}
UNSEEN = {**SEEN, "visible": False}
Json = Any


def told(status: str | None, **overrides: Json) -> dict[str, Json]:
    """A client whose domain has this status."""
    pages = {"client_uri": f"https://{HOST}/", "logo_uri": f"https://{HOST}/logo.png"}
    verification = {"client_uri_verification": {"status": status, "text": TXT}}
    return shaped(a_client(**{**pages, **verification, **overrides}))


def down(status: int | None = 503) -> CloudflareError:
    return CloudflareError("cloudflare_unavailable", "It is down.", status=status)


class Script:
    """Responses of Cloudflare and of DNS, each of which takes a second; the last one goes on."""

    def __init__(self, clients: list[Json], lookups: list[Json], clock: Clock) -> None:
        self.clients, self.lookups, self.clock = list(clients), list(lookups), clock
        self.limits: list[float] = []
        self.asked: list[Mapping[str, Json]] = []
        self.updates: list[Mapping[str, Json]] = []
        self.restarted: Json = None

    def connect(self, api: Cloudflare, account_id: str) -> Script:
        assert account_id == ACCOUNT
        self.limits.append(api.budget.seconds)
        return self

    def get(self, client_id: str) -> Json:
        assert client_id == CLIENT_ID
        return self.next(self.clients)

    def update(self, _client: Json, changes: Mapping[str, Json]) -> Json:
        self.updates.append(changes)
        return self.restarted

    def look_up(self, params: Mapping[str, Json], _check_mode: bool) -> Json:
        self.asked.append(params)
        return {"changed": False, **self.next(self.lookups)}

    def next(self, responses: list[Json]) -> Json:
        self.clock.sleep(1)
        response = responses.pop(0) if len(responses) > 1 else responses[0]
        if isinstance(response, Exception):
            raise response
        return response


class Outcome(SimpleNamespace):
    result: ModuleResult
    lines: list[str]
    script: Script


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Any:
    def run(
        clients: list[Json],
        lookups: list[Json],
        check: bool = False,
        no_log: bool = False,
        restarted: Json = None,
        **args: Json,
    ) -> Outcome:
        lines: list[str] = []
        script = Script(clients, lookups, clock)
        script.restarted = restarted
        display = SimpleNamespace(display=lines.append, verbosity=0, vvv=lambda _text: None)
        monkeypatch.setattr(_action, "display", display)
        monkeypatch.setattr(_waiting, "OAuthClients", script.connect)
        monkeypatch.setattr(dns_txt_info, "run", script.look_up)
        usual = {"client_id": CLIENT_ID, "account_id": ACCOUNT, "api_token": TOKEN}
        given = {**usual, "wait_timeout": 30, "wait_interval": 5, **args}
        result = run_action(
            waiting.ActionModule, given, check=check, no_log=no_log, variables={"inventory_hostname": "here"}
        )
        return Outcome(result=result, lines=lines, script=script)

    return run


def test_it_ends_when_the_domain_is_verified(wait: Any) -> None:
    outcome = wait([told("pending"), told("pending"), told("verified")], [UNSEEN, SEEN])
    assert outcome.result.phase == "verified"
    assert (outcome.result.changed, outcome.result.oauth_client["client_id"]) == (False, CLIENT_ID)
    assert outcome.result.lookup == SEEN
    assert outcome.result.elapsed == 15
    assert (outcome.result.next_action["code"], outcome.result.missing) == ("promote", [])
    assert outcome.lines == [
        f"[here] {HOST}: needs_dns (the record cannot be seen yet); 2 s elapsed, 28 s remaining",
        f"[here] {HOST}: verifying (the record can be seen); 9 s elapsed, 21 s remaining",
    ]


def test_a_record_that_was_seen_is_not_looked_up_again(wait: Any) -> None:
    outcome = wait([told("pending"), told("pending"), told("verified")], [SEEN])
    assert len(outcome.script.asked) == 1


def test_the_end_of_the_time_is_no_failure(wait: Any) -> None:
    outcome = wait([told("pending")], [UNSEEN], wait_timeout=12)
    assert (outcome.result.phase, outcome.result.failed) == ("needs_dns", False)
    assert 12 <= outcome.result.elapsed <= 16


@pytest.mark.parametrize(("timeout", "check"), [(0, False), (30, True)], ids=["no time", "check mode"])
def test_without_time_or_in_check_mode_it_asks_once(wait: Any, timeout: float, check: bool) -> None:
    outcome = wait([told("pending")], [UNSEEN], check=check, wait_timeout=timeout)
    assert (len(outcome.script.limits), len(outcome.script.asked)) == (1, 1)
    assert (outcome.result.phase, outcome.lines) == ("needs_dns", [])


NEW_VALUE = {"client_uri_verification": {"status": "pending", "text": f"{TXT}-new"}}


def test_a_failed_verification_is_restarted_once_the_record_is_seen(wait: Any) -> None:
    outcome = wait(
        [told("failed"), told("failed"), told("failed"), told("verified")],
        [UNSEEN, UNSEEN, SEEN],
        restarted=told("pending"),
    )
    assert outcome.script.updates == [{"client_uri": f"https://{HOST}/"}]
    assert (outcome.result.changed, outcome.result.restarted, outcome.result.phase) == (True, True, "verified")
    assert (outcome.result.diff["after"]["client_uri_verification"], outcome.result.record_changed) == (
        "restarted",
        False,
    )


def test_a_failed_verification_is_restarted_where_nobody_can_say_who_sees_the_record(wait: Any) -> None:
    outcome = wait([told("failed"), told("verified")], [{**SEEN, "visible": None}], restarted=told("pending"))
    assert (outcome.result.restarted, outcome.result.phase) == (True, "verified")


def test_a_verification_that_fails_again_is_not_restarted_again(wait: Any) -> None:
    outcome = wait([told("failed")], [SEEN], restarted=told("pending"))
    assert (len(outcome.script.updates), outcome.result.phase, outcome.result.changed) == (1, "failed", True)


@pytest.mark.parametrize("timeout", [0, 30])
def test_a_new_value_of_the_record_ends_the_wait(wait: Any, timeout: float) -> None:
    outcome = wait([told("failed")], [SEEN], restarted=told("pending", **NEW_VALUE), wait_timeout=timeout)
    assert (outcome.result.record_changed, outcome.result.changed, outcome.lines) == (True, True, [])
    assert outcome.result.dns_record["value"] == f"{TXT}-new"


def test_a_value_that_somebody_else_changed_ends_the_wait(wait: Any) -> None:
    outcome = wait([told("pending"), told("pending", **NEW_VALUE)], [UNSEEN])
    assert (outcome.result.record_changed, outcome.result.changed, len(outcome.lines)) == (True, False, 1)


def test_a_restart_is_predicted_in_check_mode(wait: Any) -> None:
    outcome = wait([told("failed")], [SEEN], check=True)
    assert (outcome.result.changed, outcome.result.restarted, outcome.script.updates) == (True, True, [])


def test_a_restart_can_be_switched_off(wait: Any) -> None:
    outcome = wait([told("failed")], [SEEN], restart_verification=False)
    assert (outcome.result.phase, outcome.result.changed, outcome.script.updates) == ("failed", False, [])


def test_an_incomplete_client_is_waited_for_all_the_same(wait: Any) -> None:
    outcome = wait([told("pending", logo_uri=None), told("verified", logo_uri=None)], [SEEN])
    assert (outcome.result.phase, len(outcome.lines)) == ("incomplete", 1)


@pytest.mark.parametrize("client", [told("verified", visibility="public"), told(None, client_uri=None)])
def test_where_nothing_is_searched_for_it_does_not_wait(wait: Any, client: Json) -> None:
    assert wait([client], [UNSEEN]).lines == []


def test_nobody_is_asked_who_is_not_wanted(wait: Any) -> None:
    outcome = wait([told("pending"), told("verified")], [], dns={"lookup": "none", "provider": "rfc2136"})
    assert outcome.script.asked == []
    assert outcome.lines[0].startswith(f"[here] {HOST}: verifying; ")


def test_dns_is_asked_as_the_options_say(wait: Any) -> None:
    dns = {"lookup": "resolver", "lookup_servers": ["192.0.2.1"], "lookup_url": "https://r.example/"}
    (asked,) = wait([told("pending"), told("verified")], [SEEN], dns=dns).script.asked
    assert asked == {
        "name": HOST,
        "value": TXT,
        "method": "resolver",
        "servers": ["192.0.2.1"],
        "resolver_url": "https://r.example/",
        "timeout": 5.0,
    }


@pytest.mark.parametrize("status", [503, None, 408, 429])
def test_bad_weather_is_waited_out(wait: Any, status: int | None) -> None:
    outcome = wait([told("pending"), down(status), told("verified")], [UNSEEN])
    assert outcome.result.phase == "verified"
    assert outcome.lines[1].startswith("[here] Cloudflare is not reachable at the moment; ")


def test_bad_weather_that_lasts_ends_with_what_was_known(wait: Any) -> None:
    outcome = wait([told("pending"), down()], [UNSEEN], wait_timeout=10)
    assert (outcome.result.phase, outcome.result.failed) == ("needs_dns", False)
    assert outcome.result.warnings == ["The client could not be read again, and may have changed since. It is down."]
    limits = outcome.script.limits
    assert limits[0] == 10
    assert limits == sorted(limits, reverse=True)


def test_bad_weather_from_the_beginning_is_a_failure(wait: Any) -> None:
    outcome = wait([down()], [], wait_timeout=10)
    assert (outcome.result.failed, outcome.result.code) == (True, "cloudflare_unavailable")


@pytest.mark.parametrize("failure", [down(403), UsageError("no", "No.")], ids=["refused", "no request"])
def test_a_refusal_is_a_failure_at_once(wait: Any, failure: Exception) -> None:
    outcome = wait([failure], [])
    assert (outcome.result.failed, len(outcome.script.limits)) == (True, 1)


def test_a_look_up_that_cannot_be_made_is_told(wait: Any) -> None:
    failure = UsageError("invalid_option", "servers: 'x y' is not a valid name server.", option="servers")
    result = wait([told("pending")], [failure]).result
    assert (result.failed, result.code, result.option) == (True, "invalid_option", "dns.lookup_servers")
    assert "'x y' is not a valid name server" in result.msg


def test_a_client_that_somebody_has_deleted_is_told(wait: Any) -> None:
    result = wait([told("pending"), None], [UNSEEN]).result
    assert (result.failed, result.code, result.option) == (True, "client_not_found", "client_id")
    assert "deleted elsewhere while this task waited" in result.msg


def test_a_client_that_is_deleted_after_a_restart_is_a_change(wait: Any) -> None:
    result = wait([told("failed"), None], [SEEN], restarted=told("pending")).result
    assert (result.code, result.option, result.changed) == ("client_not_found", "client_id", True)


def test_a_client_that_never_was_is_not_said_to_be_deleted(wait: Any) -> None:
    result = wait([None], []).result
    assert (result.failed, result.code) == (True, "client_not_found")
    assert "deleted" not in result.msg


def test_a_new_client_that_cloudflare_does_not_show_yet_is_waited_for(wait: Any) -> None:
    outcome = wait([None, None, told("verified")], [SEEN], oauth_client=told("pending"))
    assert (outcome.result.phase, len(outcome.lines)) == ("verified", 2)
    late = wait([None], [SEEN], oauth_client=told("pending"), wait_timeout=0)
    assert (late.result.phase, late.result.client_id) == ("verifying", CLIENT_ID)


def test_a_client_that_was_shown_and_then_deleted_is_told_all_the_same(wait: Any) -> None:
    result = wait([told("pending"), None], [UNSEEN], oauth_client=told("pending")).result
    assert (result.code, "deleted elsewhere while this task waited" in result.msg) == ("client_not_found", True)


def test_a_value_that_changed_since_an_earlier_task_ends_the_wait(wait: Any) -> None:
    outcome = wait([told("pending", **NEW_VALUE)], [UNSEEN], oauth_client=told("pending"))
    assert (outcome.result.record_changed, outcome.lines) == (True, [])


def test_a_task_that_is_not_to_be_logged_prints_nothing(wait: Any) -> None:
    assert wait([told("pending"), told("verified")], [UNSEEN], no_log=True).lines == []


@pytest.mark.parametrize(
    ("option", "value"),
    [("wait_timeout", -1), ("wait_timeout", 1e10), ("wait_interval", 0), ("wait_interval", "nan"), ("client_id", "")],
)
def test_bad_input_is_told(wait: Any, option: str, value: Json) -> None:
    result = wait([told("verified")], [SEEN], **{option: value}).result
    assert (result.failed, result.code, result.option) == (True, "invalid_option", option)
    assert result.msg.startswith(f"{option}: ")


def test_what_ansible_refuses_is_told(wait: Any) -> None:
    result = wait([told("verified")], [SEEN], dns={"lookup": "guess"}).result
    assert (result.failed, result.code, result.option) == (True, "invalid_option", "dns")


def test_a_misspelled_key_is_told_with_the_near_one(wait: Any) -> None:
    result = wait([told("verified")], [SEEN], dns={"lookups": "none"}).result
    assert (result.code, "Did you mean lookup?" in result.msg) == ("invalid_option", True)
