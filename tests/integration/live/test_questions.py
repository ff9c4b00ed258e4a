# SPDX-License-Identifier: GPL-3.0-or-later
"""Each question names the value that the fake was set to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.fake_cloudflare.variants import described
from tests.integration.live.bench import BY_NAME, live_clients, variants
from tests.live.lab import Lab
from tests.live.questions import NOT_ASKED, QUESTIONS
from tests.live.runner import ask

# question -> switches and every value that it tells apart
NAMED: list[tuple[str, str, list[Any]]] = [
    ("paging", "list_paging", ["honoured", "page_only"]),
    ("paging", "list_page_size", [2, 7, 20]),
    ("paging", "list_page_cap", [5, 50]),
    ("paging", "list_result_info", ["documented", "with_total_pages", "without_total", "absent"]),
    ("names", "duplicate_names", ["allow", "refuse"]),
    ("missing client", "missing_client_status", [404, 400, 403]),
    ("missing client", "missing_client_code", [10404, 7003]),
    ("missing client", "delete_result", ["id", "null"]),
    ("credentials", "bad_credential_status", [401, 403, 400]),
    ("credentials", "bad_credential_code", [1000, 9109, 10000]),
    ("credentials", "missing_credential_status", [400, 401, 403]),
    ("routes", "no_route_status", [404, 400]),
    ("rate limit", "rate_limit", [1200, 700]),
    ("rate limit", "rate_window", [300, 60]),
    ("rotation", "has_rotated_secret", ["always", "when_true", "never"]),
    ("rotation", "second_rotate", ["error"]),
    ("rotation", "delete_rotated_without", ["ok", "refuse"]),
    ("rotation", "refusal_status", [400, 409, 422]),
    ("to a secret", "method_to_secret", ["hidden_secret", "no_secret", "secret_in_answer", "refuse"]),
    ("to none", "method_to_none", ["drop_secrets", "keep_secrets", "refuse"]),
    ("clearing", "clear_uri", ["null", "empty", "both", "ignore", "refuse"]),
    ("spelling", "trailing_slash", ["keep", "trim_cors", "trim_all"]),
    ("spelling", "host_case", ["keep", "lower"]),
    ("arrays", "array_order", ["stored", "reversed", "shuffled"]),
    ("arrays", "array_duplicates", [False, True]),
    ("no-op", "updated_at_on_noop", ["keep", "bump"]),
    ("bare client", "empty_uris", ["omit", "empty", "null"]),
    ("bare client", "empty_lists", ["omit", "return"]),
    ("bare client", "verification_without_uri", ["absent", "null", "empty"]),
    ("full client", "missing_keys", ["none", "timestamps", "verification", "all_optional"]),
    ("full client", "extra_fields", [False, True]),
    ("full client", "first_verification", ["pending", "in_progress", "absent"]),
    ("read lag", "read_lag_seconds", [0, 8]),
    ("odd requests", "empty_patch", ["ok", "refuse"]),
    ("odd requests", "unknown_fields", ["ignore", "refuse"]),
    ("odd requests", "error_pointers", [True, False]),
    ("odd requests", "error_codes", ["fixed", "random"]),
    ("post-logout", "post_logout_origin", ["any", "of_redirect"]),
    ("optional scopes", "optional_scopes", ["supported", "ignored", "refused"]),
    ("optional scopes", "optional_scopes_check", ["merged", "request", "request_strict"]),
    ("TXT value", "verification_text", ["stable", "new_on_host", "new_on_restart"]),
]
ROWS = [(question, switch, value) for question, switch, values in NAMED for value in values]

# what cannot be told through this API, alone or together with something else
UNTOLD: list[tuple[str, str, dict[str, Any], str]] = [
    ("rotation", "second_rotate", {"second_rotate": "drop_old"}, "which secret is lost cannot be seen"),
    ("rotation", "second_rotate", {"second_rotate": "drop_new"}, "which secret is lost cannot be seen"),
    ("rotation", "refusal_status", {"second_rotate": "drop_old"}, "nothing was refused"),
    ("paging", "list_paging", {"list_paging": "everything"}, "ignored or everything"),
    ("paging", "list_paging", {"list_paging": "ignored"}, "ignored or everything"),
    ("paging", "list_page_size", {"list_result_info": "absent"}, "came at once"),
    ("paging", "list_page_cap", {"list_paging": "page_only"}, "per_page does not count"),
    ("to a secret", "method_to_secret", {"has_rotated_secret": "never"}, "then absent"),
    ("to none", "method_to_none", {"has_rotated_secret": "never"}, "before absent"),
    ("no-op", "updated_at_on_noop", {"missing_keys": "timestamps"}, "not shown"),
    ("clearing", "clear_uri", {"missing_keys": "all_optional"}, "not shown"),
    ("spelling", "host_case", {"missing_keys": "all_optional"}, "not shown"),
    ("arrays", "array_order", {"missing_keys": "all_optional"}, "not every answer shows"),
    ("bare client", "empty_uris", {"missing_keys": "all_optional"}, "answers hide"),
    ("full client", "first_verification", {"missing_keys": "verification"}, "no status shown"),
    ("TXT value", "verification_text", {"missing_keys": "verification"}, "no text shown"),
    ("optional scopes", "optional_scopes", {"missing_keys": "all_optional"}, "do not even show"),
    ("optional scopes", "optional_scopes_check", {"optional_scopes": "ignored"}, "not shown"),
]


def spelt(switch: str, value: object) -> str:
    return f"{switch}={str(value).lower() if isinstance(value, bool) else value}"


@pytest.mark.parametrize(("question", "switch", "value"), ROWS, ids=[spelt(*row[1:]) for row in ROWS])
def test_names_the_value_that_is_set(fake: FakeCloudflare, lab: Lab, question: str, switch: str, value: object) -> None:
    fake.set_variant(**{switch: value})
    assert variants(ask(BY_NAME[question], lab))[switch] == spelt(switch, value)
    assert live_clients(fake) == []


@pytest.mark.parametrize(
    ("question", "switch", "chosen", "why"),
    UNTOLD,
    ids=[f"{row[1]} with {spelt(*next(iter(row[2].items())))}" for row in UNTOLD],
)
def test_says_what_cannot_be_told_and_why(
    fake: FakeCloudflare, lab: Lab, question: str, switch: str, chosen: dict[str, Any], why: str
) -> None:
    fake.set_variant(**chosen)
    (finding,) = [item for item in ask(BY_NAME[question], lab) if item.about == switch]
    assert finding.variant == "not settled"
    assert why in finding.seen


def test_a_list_that_is_cut_and_takes_no_parameters(fake: FakeCloudflare, lab: Lab) -> None:
    fake.set_variant(list_paging="ignored", list_page_size=2)
    found = variants(ask(BY_NAME["paging"], lab))
    assert (found["list_paging"], found["list_page_size"]) == ("list_paging=ignored", "list_page_size=2")


def test_a_lag_by_reads_is_told_in_seconds(fake: FakeCloudflare, lab: Lab) -> None:
    fake.set_variant(read_lag_reads=2)
    assert variants(ask(BY_NAME["read lag"], lab)) == {"read_lag_seconds": "read_lag_seconds=4"}


@pytest.mark.parametrize("chosen", [{"read_lag_seconds": 3}, {"read_lag_reads": 1}])
def test_a_short_lag_misleads_no_question_about_secrets(fake: FakeCloudflare, lab: Lab, chosen: dict[str, Any]) -> None:
    fake.set_variant(method_to_none="keep_secrets", **chosen)
    assert variants(ask(BY_NAME["to a secret"], lab)) == {"method_to_secret": "method_to_secret=hidden_secret"}
    assert variants(ask(BY_NAME["to none"], lab)) == {"method_to_none": "method_to_none=keep_secrets"}


def test_every_switch_is_asked_about_or_said_to_be_out_of_reach() -> None:
    asked = [switch for question in QUESTIONS for switch in question.switches]
    assert sorted([*asked, *NOT_ASKED]) == sorted(described())
    assert {named[1] for named in NAMED} == set(asked)


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.name)
def test_a_question_finds_what_it_announces(fake: FakeCloudflare, lab: Lab, question: Any) -> None:
    assert tuple(variants(ask(question, lab))) == question.switches


def test_facts_that_no_switch_stands_for(fake: FakeCloudflare, lab: Lab) -> None:
    names = ("creation", "catalog", "no secret", "rate limit")
    facts = {item.about: item.seen for name in names for item in ask(BY_NAME[name], lab) if not item.is_switch}
    assert facts["client_secret of a new client with none"] == "absent"
    assert facts["client_secret of a new client with client_secret_basic"] == "there"
    assert facts["scopes added for refresh_token"] == "offline_access"
    assert facts["rotation with method none"] == "400 with code 10905"
    assert facts["ids in the catalog"].startswith("account.read: no, account-settings.read: yes")
    assert facts["number of scopes"].startswith(f"{len(fake.edit_scopes())} received")
    assert facts["Ratelimit header"].startswith('"default";r=')


def test_keys_that_are_not_documented_are_named(fake: FakeCloudflare, lab: Lab) -> None:
    fake.set_variant(extra_fields=True)
    (finding,) = [item for item in ask(BY_NAME["full client"], lab) if item.about == "extra_fields"]
    assert "deprecated (scope), display_order (client), owner (client), review (client)" in finding.seen


def test_a_value_that_the_fake_does_not_know_is_not_settled(fake: FakeCloudflare, lab: Lab) -> None:
    fake.add_fault(kind="status", status=410, method="GET", path="oauth_clients_no_such_thing")
    (finding, _unused) = ask(BY_NAME["routes"], lab)
    assert finding.variant == "not settled"
    assert finding.seen == "a path that does not exist: 410 with code 10999; the fake has no value for this"
