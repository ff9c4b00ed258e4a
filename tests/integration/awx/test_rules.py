# SPDX-License-Identifier: GPL-3.0-or-later
"""The fake AWX accepts, refuses and stores what AWX 24.6.1 was seen to."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.awx.controller import applied
from tests.integration.servers.awx import rules
from tests.integration.servers.awx.tables import Tables

QUESTION: dict[str, Any] = {
    "type": "multiplechoice",
    "question_name": "?",
    "variable": "asked",
    "required": True,
    "choices": ["a", "b"],
}
TEMPLATE: dict[str, Any] = {"survey_enabled": True, "survey_spec": {"name": "", "description": "", "spec": [QUESTION]}}
TYPE: dict[str, Any] = {
    "kind": "cloud",
    "inputs": {"fields": [{"id": "token"}]},
    "injectors": {"env": {"TOKEN": "{{ token }}"}},
}


def test_a_rule_begins_at_a_time_of_a_zone() -> None:
    rules.check_rrule("DTSTART:20260101T000000Z RRULE:FREQ=DAILY;INTERVAL=1")
    rules.check_rrule("DTSTART;TZID=Europe/Berlin:20260101T000000 RRULE:FREQ=DAILY;INTERVAL=1")
    with pytest.raises(rules.Refused) as refused:
        rules.check_rrule("DTSTART:20260101T000000 RRULE:FREQ=DAILY;INTERVAL=1")
    assert (refused.value.status, set(refused.value.body)) == (400, {"rrule"})


def test_a_survey_refuses_under_one_key() -> None:
    with pytest.raises(rules.Refused) as other:
        rules.check_prompted({"asked": "c"}, TEMPLATE)
    with pytest.raises(rules.Refused) as missing:
        rules.check_answered({}, TEMPLATE)
    assert set(other.value.body) == set(missing.value.body) == {"variables_needed_to_start"}


def test_two_credentials_of_a_type_are_an_error() -> None:
    with pytest.raises(rules.Refused) as refused:
        rules.check_credentials_of(["Vault", "Machine", "Vault"])
    assert set(refused.value.body) == {"error"}


@pytest.mark.parametrize(
    "changes",
    [{"inputs": {"fields": [{"id": "token"}], "required": ["other"]}}, {"injectors": {"env": {"HOME": "{{ token }}"}}}],
)
def test_a_type_of_credential_may_be_useless(changes: dict[str, Any]) -> None:
    rules.check_credential_type({**TYPE, **changes})


def test_choices_may_be_other_than_texts() -> None:
    rules.check_survey({**TEMPLATE["survey_spec"], "spec": [{**QUESTION, "choices": [True]}]})


@pytest.mark.parametrize(("default", "value"), [("a", "a"), ("", None), ("c", None)])
def test_a_default_that_is_no_choice_is_not_applied(default: str, value: str | None) -> None:
    assert applied({**QUESTION, "default": default}) == value


def test_an_inventory_without_a_kind_has_an_empty_one() -> None:
    tables = Tables()
    row = tables.create("inventories", {"name": "accounts", "kind": None})
    assert row["kind"] == ""
    tables.change("inventories", {"kind": None, "organization": None}, row)
    assert (row["kind"], row["organization"]) == ("", None)


def test_artifacts_are_in_lists() -> None:
    tables = Tables()
    row = tables.add("jobs", {"name": "publish", "artifacts": {"client": "1"}})
    assert tables.view("jobs", row)["artifacts"] == {"client": "1"}
