# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for a verification: what is asked, what is printed, and when it ends."""

from __future__ import annotations

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

import pytest
from ansible.errors import AnsibleActionFail

from ansible_collections.oauthops.iam.plugins.action import cloudflare_oauth_client_wait as waiting
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import publishing, shaped
from tests.unit.support import CLIENT_ID, TXT, a_client
from tests.unit.transport import TOKEN, Clock

HOST = "app.example.com"
SEEN: dict[str, Any] = {"visible": True, "cname": None, "notes": []}
UNSEEN = {**SEEN, "visible": False}
DOWN = {"failed": True, "msg": "It is down.", "error": {"status": 503}}
Json = Any


def told(status: str | None, **overrides: Json) -> dict[str, Json]:
    """What the info module returns of a client."""
    pages = {"client_uri": f"https://{HOST}/", "logo_uri": f"https://{HOST}/logo.png"}
    verification = {"client_uri_verification": {"status": status, "text": TXT}}
    client = shaped(a_client(**{**pages, **verification, **overrides}))
    return {"changed": False, "oauth_clients": [{**client, "publishing": publishing(client)}]}


class Waiting(waiting.ActionModule):
    """The action plugin with a script of answers in place of the modules it runs; the last one goes on."""

    _load_name = "oauthops.iam.cloudflare_oauth_client_wait"

    def script(self, clients: list[Json], lookups: list[Json], clock: Clock) -> None:
        self.answers = {"cloudflare_oauth_client_info": clients, "dns_txt_info": lookups}
        self.asked: list[tuple[str, Mapping[str, Json]]] = []
        self.clock = clock

    def _execute_module(self, module_name: str, module_args: Json, **_options: Json) -> Json:  # type: ignore[override]
        name = module_name.removeprefix("oauthops.iam.")
        self.asked.append((name, module_args))
        self.clock.sleep(1)
        answers = self.answers[name]
        return answers.pop(0) if len(answers) > 1 else answers[0]

    def asked_of(self, name: str) -> list[Mapping[str, Json]]:
        return [args for asked, args in self.asked if asked == name]


class Outcome(SimpleNamespace):
    result: dict[str, Json]
    lines: list[str]
    action: Waiting


@pytest.fixture
def wait(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> Any:
    def run(
        clients: list[Json], lookups: list[Json], check: bool = False, no_log: bool = False, **args: Json
    ) -> Outcome:
        lines: list[str] = []
        monkeypatch.setattr(waiting, "display", SimpleNamespace(display=lines.append))
        given = {"client_id": CLIENT_ID, "api_token": TOKEN, "wait_timeout": 30, "wait_interval": 5, **args}
        task: Any = SimpleNamespace(args=given, check_mode=check, async_val=0, action="wait", diff=False, no_log=no_log)
        unused: Any = None
        connection: Any = SimpleNamespace(_shell=SimpleNamespace(tmpdir=None))
        action = Waiting(task, connection, unused, unused, unused, unused)
        action.script(clients, lookups, clock)
        return Outcome(result=action.run(None, {"inventory_hostname": "here"}), lines=lines, action=action)

    return run


def test_it_ends_when_the_domain_is_verified(wait: Any) -> None:
    outcome = wait([told("pending"), told("pending"), told("verified")], [UNSEEN, SEEN])
    assert outcome.result["phase"] == "verified"
    assert (outcome.result["changed"], outcome.result["oauth_client"]["client_id"]) == (False, CLIENT_ID)
    assert outcome.result["lookup"] == SEEN
    assert outcome.result["elapsed"] == 15
    assert outcome.lines == [
        f"[here] {HOST}: needs_dns (the record cannot be seen yet); 2 s elapsed, 28 s remaining",
        f"[here] {HOST}: verifying (the record can be seen); 9 s elapsed, 21 s remaining",
    ]


def test_a_record_that_was_seen_is_not_looked_up_again(wait: Any) -> None:
    outcome = wait([told("pending"), told("pending"), told("verified")], [SEEN])
    assert len(outcome.action.asked_of("dns_txt_info")) == 1


def test_the_end_of_the_time_is_no_failure(wait: Any) -> None:
    outcome = wait([told("pending")], [UNSEEN], wait_timeout=12)
    assert (outcome.result["phase"], "failed" in outcome.result) == ("needs_dns", False)
    assert 12 <= outcome.result["elapsed"] <= 16


@pytest.mark.parametrize(("timeout", "check"), [(0, False), (30, True)], ids=["no time", "check mode"])
def test_without_time_or_in_check_mode_it_asks_once(wait: Any, timeout: float, check: bool) -> None:
    outcome = wait([told("pending")], [UNSEEN], check=check, wait_timeout=timeout)
    assert [name for name, _args in outcome.action.asked] == ["cloudflare_oauth_client_info", "dns_txt_info"]
    assert (outcome.result["phase"], outcome.lines) == ("needs_dns", [])


def test_a_failed_verification_waits_for_the_record_to_be_seen(wait: Any) -> None:
    outcome = wait([told("failed")], [UNSEEN, UNSEEN, SEEN])
    assert (outcome.result["phase"], outcome.result["lookup"]) == ("failed", SEEN)
    assert len(outcome.lines) == 2


def test_a_failed_verification_that_nobody_can_help_is_not_waited_for(wait: Any) -> None:
    outcome = wait([told("failed")], [{**SEEN, "visible": None}])
    assert (outcome.result["phase"], outcome.lines) == ("failed", [])


def test_an_incomplete_client_is_waited_for_all_the_same(wait: Any) -> None:
    outcome = wait([told("pending", logo_uri=None), told("verified", logo_uri=None)], [SEEN])
    assert (outcome.result["phase"], len(outcome.lines)) == ("incomplete", 1)


@pytest.mark.parametrize("client", [told("verified", visibility="public"), told(None, client_uri=None)])
def test_where_nothing_is_searched_for_it_does_not_wait(wait: Any, client: Json) -> None:
    assert wait([client], [UNSEEN]).lines == []


def test_nobody_is_asked_who_is_not_wanted(wait: Any) -> None:
    outcome = wait([told("pending"), told("verified")], [], dns_lookup="none", dns_provider="rfc2136")
    assert outcome.action.asked_of("dns_txt_info") == []
    assert outcome.lines[0].startswith(f"[here] {HOST}: verifying; ")


def test_the_modules_get_the_options(wait: Any) -> None:
    options = {"dns_lookup": "resolver", "dns_servers": ["192.0.2.1"], "dns_resolver_url": "https://r.example/"}
    outcome = wait([told("verified"), told("verified")], [SEEN], api_url="https://api.example/", **options)
    (asked,) = outcome.action.asked_of("cloudflare_oauth_client_info")
    assert asked == {
        "client_id": CLIENT_ID,
        "api_token": TOKEN,
        "api_url": "https://api.example/",
        "timeout": 30.0,
        "retry_timeout": 30.0,
        "validate_certs": True,
    }
    outcome = wait([told("pending"), told("verified")], [SEEN], **options)
    (asked,) = outcome.action.asked_of("dns_txt_info")
    assert asked == {
        "name": HOST,
        "value": TXT,
        "method": "resolver",
        "servers": ["192.0.2.1"],
        "resolver_url": "https://r.example/",
    }


@pytest.mark.parametrize("down", [DOWN, *({**DOWN, "error": {"status": status}} for status in (None, 408, 429))])
def test_bad_weather_is_waited_out(wait: Any, down: Json) -> None:
    outcome = wait([told("pending"), down, told("verified")], [UNSEEN])
    assert outcome.result["phase"] == "verified"
    assert outcome.lines[1].startswith("[here] Cloudflare cannot be asked at the moment; ")


def test_bad_weather_that_lasts_ends_with_what_was_known(wait: Any) -> None:
    outcome = wait([told("pending"), DOWN], [UNSEEN], wait_timeout=10)
    assert (outcome.result["phase"], "failed" in outcome.result) == ("needs_dns", False)
    assert outcome.result["warnings"] == ["What is told of the client is not its last state. It is down."]
    limits = [args["retry_timeout"] for args in outcome.action.asked_of("cloudflare_oauth_client_info")]
    assert limits[0] == 10
    assert limits == sorted(limits, reverse=True)


def test_bad_weather_from_the_beginning_is_a_failure(wait: Any) -> None:
    outcome = wait([DOWN], [], wait_timeout=10)
    assert (outcome.result["failed"], outcome.result["msg"]) == (True, "It is down.")


@pytest.mark.parametrize("failure", [{"error": {"status": 403}}, {}], ids=["refused", "no request"])
def test_a_refusal_is_a_failure_at_once(wait: Any, failure: Json) -> None:
    outcome = wait([{"failed": True, "msg": "No.", **failure}], [])
    assert (outcome.result["failed"], len(outcome.action.asked)) == (True, 1)


def test_a_look_up_that_cannot_be_made_is_told(wait: Any) -> None:
    with pytest.raises(AnsibleActionFail, match="DNS could not be asked: servers: 'x y' is neither"):
        wait([told("pending")], [{"failed": True, "msg": "servers: 'x y' is neither an IP address nor a name."}])


def test_a_client_that_somebody_has_deleted_is_told(wait: Any) -> None:
    with pytest.raises(
        AnsibleActionFail, match=f"There is no OAuth client '{CLIENT_ID}' any more: somebody has deleted"
    ):
        wait([told("pending"), {"oauth_clients": []}], [UNSEEN])


def test_a_client_that_never_was_is_not_said_to_be_deleted(wait: Any) -> None:
    with pytest.raises(AnsibleActionFail, match=f"There is no OAuth client '{CLIENT_ID}' in this account"):
        wait([{"oauth_clients": []}], [])


def test_a_task_that_is_not_to_be_logged_prints_nothing(wait: Any) -> None:
    assert wait([told("pending"), told("verified")], [UNSEEN], no_log=True).lines == []


@pytest.mark.parametrize(
    ("args", "text"),
    [
        ({"wait_timeout": -1}, "wait_timeout must be a number of seconds, not -1.0."),
        ({"wait_timeout": "nan"}, "wait_timeout must be a number of seconds"),
        ({"wait_interval": 0}, "wait_interval must be a number of seconds from 1 on, not 0.0."),
        ({"client_id": None}, "client_id"),
        ({"dns_lookup": "guess"}, "dns_lookup"),
    ],
)
def test_bad_input_is_told(wait: Any, args: Json, text: str) -> None:
    with pytest.raises(AnsibleActionFail, match=text):
        wait([told("verified")], [SEEN], **args)
