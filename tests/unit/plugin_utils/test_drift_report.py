# SPDX-License-Identifier: GPL-3.0-or-later
"""What an account has against its definitions, from what the modules say."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.plugin_utils._drift_report import (
    KINDS,
    USUAL_FAIL_ON,
    USUAL_TITLE,
    kinds_of,
)
from tests.unit.reports import (
    KNOWN,
    PAGES,
    changed,
    created,
    deleted,
    entry,
    failed,
    in_account,
    one_of_each,
    reported,
)
from tests.unit.support import SECRET, TXT, documentation

ROOT = Path(__file__).parents[3]
APP, OTHER = in_account(1, "App"), in_account(2, "Other")
WHO = {"client_id": APP["client_id"], "client_name": "App"}

Json = Any


def found(entries: list[Json], clients: list[Json], **options: Json) -> dict[str, Json]:
    """The findings of those kinds of which there are any."""
    return {kind: each for kind, each in reported(entries, clients, **options)["findings"].items() if each}


@pytest.mark.parametrize(
    ("entries", "clients", "kinds"),
    [
        ([], [], []),
        ([entry(APP)], [APP], []),
        ([changed(APP, tos_uri="https://example.com/")], [APP], ["drift"]),
        ([deleted(APP)], [APP], ["drift"]),
        ([failed("Gone", action="delete")], [], ["errors"]),
        ([created("New")], [], ["missing"]),
        ([], [APP], ["unmanaged"]),
        ([created("New", scopes=["dns.raed"])], [], ["missing", "unknown_scopes"]),
        ([created("New", optional_scopes=["dns.raed"])], [], ["missing", "unknown_scopes"]),
        ([created("New", scopes=["openid", "offline_access"])], [], ["missing"]),
        ([], [in_account(1, "App", scopes=["gone.read"])], ["unmanaged", "unknown_scopes"]),
        ([entry(in_account(1, "App", has_rotated_secret=True))], [in_account(1, "App", has_rotated_secret=True)],
         ["open_rotations"]),
        ([entry(in_account(1, "App", "failed"))], [in_account(1, "App", "failed")], ["failed_verifications"]),
        ([entry(in_account(1, "App", "pending"))], [in_account(1, "App", "pending")], []),
        ([entry(APP)], [in_account(1, "App", "failed", visibility="public")], []),
        ([failed("App")], [APP], ["errors"]),
        ([failed(None, client_id=APP["client_id"])], [APP], ["errors"]),
        ([failed("App")], [APP, in_account(2, "App")], ["errors"]),
        ([failed("App", client_id="9" * 32)], [APP], ["errors", "unmanaged"]),
        ([failed("Other")], [APP], ["errors", "unmanaged"]),
    ],
)  # fmt: skip
def test_what_is_found(entries: list[Json], clients: list[Json], kinds: list[str]) -> None:
    assert list(found(entries, clients)) == kinds


def test_every_finding_says_whom_it_is_about_and_what_is_the_matter() -> None:
    findings = one_of_each()["findings"]
    assert findings == {
        "errors": [
            {
                "client_id": None,
                "client_name": "Mobile App",
                "message": "redirect_uris: 'nonsense' is not an absolute URI.",
            }
        ],
        "missing": [{"client_id": None, "client_name": "Partner Gateway"}],
        "drift": [
            {
                "client_id": f"{2:032x}",
                "client_name": "Deploy CLI",
                "action": "update",
                "fields": [
                    {
                        "field": "redirect_uris",
                        "before": ["https://app.example.com/callback"],
                        "after": ["http://localhost:8976/callback"],
                        "removed": ["https://app.example.com/callback"],
                        "added": ["http://localhost:8976/callback"],
                    },
                    {
                        "field": "scopes",
                        "before": ["account-settings.read", "dns.read"],
                        "after": ["account-settings.read", "zone.raed"],
                        "removed": ["dns.read"],
                        "added": ["zone.raed"],
                    },
                    {
                        "field": "tos_uri",
                        "before": None,
                        "after": "https://example.com/terms",
                        "removed": [],
                        "added": ["https://example.com/terms"],
                    },
                ],
            },
            {"client_id": f"{7:032x}", "client_name": "Portal Beta", "action": "delete", "fields": []},
        ],
        "unmanaged": [{"client_id": f"{4:032x}", "client_name": "Old Dashboard", "visibility": "private"}],
        "unknown_scopes": [
            {
                "client_id": f"{2:032x}",
                "client_name": "Deploy CLI",
                "scopes": [{"id": "zone.raed", "near": ["zone.read"]}],
            }
        ],
        "open_rotations": [{"client_id": f"{4:032x}", "client_name": "Old Dashboard"}],
        "failed_verifications": [
            {
                "client_id": f"{5:032x}",
                "client_name": "Status Page",
                "dns_record": {"type": "TXT", "name": "app.example.com", "value": TXT},
            }
        ],
    }


def test_the_counts() -> None:
    assert one_of_each()["counts"] == {
        "clients": 7,
        "public": 1,
        "definitions": 8,
        "as_defined": 4,
        **dict.fromkeys(KINDS, 1),
        "drift": 2,
    }


def test_a_client_has_its_phase_its_deadline_and_the_findings_it_is_among() -> None:
    clients = {client["client_name"]: client for client in one_of_each()["clients"]}
    assert list(clients) == sorted(clients)
    assert {name: client["phase"] for name, client in clients.items()} == {
        "Billing Portal": "public",
        "Deploy CLI": "incomplete",
        "Old Dashboard": "incomplete",
        "Portal Beta": "incomplete",
        "Status Page": "failed",
        "Support Desk": "needs_dns",
        "Team Wiki": "verified",
    }
    deadlines = {name: client["deadline"] for name, client in clients.items() if client["deadline"]}
    assert deadlines == {"Support Desk": "2026-10-07 04:47 UTC"}
    assert {name: client["findings"] for name, client in clients.items() if client["findings"]} == {
        "Deploy CLI": ["drift", "unknown_scopes"],
        "Old Dashboard": ["unmanaged", "open_rotations"],
        "Portal Beta": ["drift"],
        "Status Page": ["failed_verifications"],
    }
    assert [name for name, client in clients.items() if not client["managed"]] == ["Old Dashboard"]


def test_a_definition_that_cannot_be_applied_is_found_at_its_client_too() -> None:
    (client,) = reported([failed("App")], [APP])["clients"]
    assert (client["managed"], client["findings"]) == (True, ["errors"])


def test_a_client_to_be_renamed_is_called_as_it_is_now() -> None:
    (drift,) = found([changed(APP, client_name="New Name")], [APP])["drift"]
    assert (drift["client_name"], [each["field"] for each in drift["fields"]]) == ("App", ["client_name"])


def test_a_verification_to_be_restarted_is_drift_without_a_field() -> None:
    assert found([changed(APP)], [APP])["drift"] == [{**WHO, "action": "update", "fields": []}]


def test_of_a_client_with_a_definition_the_scopes_of_the_definition_count() -> None:
    outdated = in_account(1, "App", scopes=["gone.read"])
    assert "unknown_scopes" not in found([changed(outdated, scopes=["dns.read"])], [outdated])
    assert "unknown_scopes" in found([failed("App")], [outdated])
    assert "unknown_scopes" not in found([deleted(outdated)], [outdated])


def test_notes_of_the_modules_are_kept() -> None:
    assert reported([entry(APP, warnings=["Look."])], [APP])["warnings"] == [{**WHO, "message": "Look."}]


@pytest.mark.parametrize(
    ("fail_on", "fails"),
    [
        ([], False),
        (["drift"], True),
        (["missing"], True),
        (["open_rotations", "failed_verifications", "unknown_scopes", "unmanaged"], True),
        (["errors"], False),
    ],
)
def test_what_fails_is_a_choice(fail_on: Json, fails: bool) -> None:
    entries = [changed(APP, tos_uri="https://example.com/"), created("New")]
    report = reported(entries, [APP, OTHER], fail_on=fail_on)
    assert report["verdict"]["failed"] is fails


@pytest.mark.parametrize(
    ("entries", "fail_on", "message"),
    [
        ([entry(APP)], USUAL_FAIL_ON, "Everything is as defined."),
        ([created("New")], [], "1 finding of kinds that do not fail the run."),
        ([created("New"), failed("Bad")], ["drift"], "2 findings of kinds that do not fail the run."),
        (
            [created("New"), created("Newer"), failed("Bad")],
            USUAL_FAIL_ON,
            "Findings: definitions that cannot be applied: 1 (Bad); missing clients: 2 (New, Newer).",
        ),
        (
            [created(f"App {number}") for number in range(8)],
            ["missing"],
            "Findings: missing clients: 8 (App 0, App 1, App 2, App 3, App 4 and 3 more).",
        ),
        (
            [created("long" * 60)],
            ["missing"],
            f"Findings: missing clients: 1 ({'long' * 14}lon…).",
        ),
        ([failed(None, client_id="7" * 32)], ["errors"], f"Findings: {KINDS['errors'].lower()}: 1 "
         f"({'7' * 32})."),
    ],
)  # fmt: skip
def test_the_verdict_names_what_was_found(entries: list[Json], fail_on: Json, message: str) -> None:
    assert reported(entries, [APP] if entries == [entry(APP)] else [], fail_on=fail_on)["verdict"]["message"] == message


def test_the_order_of_the_lists_does_not_matter() -> None:
    clients = [in_account(number, f"App {number % 3}") for number in range(9)]
    entries = [changed(client, tos_uri="https://example.com/") for client in clients[:5]]
    shuffled = random.Random(7)
    first = json.dumps(reported(entries, clients))
    for _unused in range(5):
        again = shuffled.sample(entries, len(entries)), shuffled.sample(clients, len(clients))
        assert json.dumps(reported(*again)) == first


@pytest.mark.parametrize(
    ("fail_on", "kinds"),
    [
        ([""], [*USUAL_FAIL_ON]),
        ([" \n", "\n"], [*USUAL_FAIL_ON]),
        (["drift"], ["drift"]),
        (["drift\nerrors\n"], ["drift", "errors"]),
        ([" unmanaged , drift"], ["unmanaged", "drift"]),
        ([], []),
    ],
)
def test_an_answer_to_a_survey_is_kinds(fail_on: list[str], kinds: list[str]) -> None:
    assert [*kinds_of(fail_on)] == kinds


def test_kinds_that_there_are_not_are_told() -> None:
    with pytest.raises(UsageError, match="invalid kind 'everything' \\(expected errors, missing, drift") as caught:
        kinds_of(["drift", "everything"])
    assert caught.value.option == "fail_on"


def test_an_empty_title_is_the_usual_one() -> None:
    assert (reported([], [])["title"], reported([], [], title="Ours")["title"]) == (USUAL_TITLE, "Ours")


NAMES = st.one_of(st.none(), st.text(max_size=6), st.sampled_from(["App", "Other"]))
STATUSES = st.sampled_from([None, "pending", "in_progress", "verified", "failed", "of tomorrow"])


@st.composite
def accounts(draw: st.DrawFn) -> tuple[list[Json], list[Json]]:
    """Any account, with definitions of which some are met, some are not, and some fail."""
    clients = [
        {
            **in_account(
                number,
                draw(NAMES),
                draw(STATUSES),
                **(PAGES if draw(st.booleans()) else {}),
                visibility=draw(st.sampled_from(["private", "public"])),
                has_rotated_secret=draw(st.booleans()),
                scopes=draw(st.lists(st.sampled_from([*KNOWN, "openid", "dns:read", "gone.read"]), max_size=3)),
            ),
            "client_secret": SECRET,
        }
        for number in range(1, draw(st.integers(1, 6)))
    ]
    kinds = [None, entry, lambda client: changed(client, tos_uri="https://example.com/"), deleted]
    kinds.append(lambda client: failed(client["client_name"], client_id=client["client_id"]))
    chosen = [(draw(st.sampled_from(kinds)), client) for client in clients]
    entries = [{**make(client), "client_secret": SECRET, "invocation": SECRET} for make, client in chosen if make]
    entries += [created(name) for name in draw(st.lists(st.text(min_size=1, max_size=6), max_size=2))]
    return entries, clients


@given(accounts(), st.lists(st.sampled_from(list(KINDS))))
def test_the_report_adds_up_for_any_account(account: tuple[list[Json], list[Json]], fail_on: list[str]) -> None:
    entries, clients = account
    report = reported(entries, clients, fail_on=fail_on)
    findings, counts = report["findings"], report["counts"]
    assert SECRET not in json.dumps(report)
    assert {kind: counts[kind] for kind in KINDS} == {kind: len(each) for kind, each in findings.items()}
    assert report["verdict"]["failed"] == any(findings[kind] for kind in fail_on)
    decided = counts["as_defined"] + counts["errors"] + counts["missing"] + counts["drift"]
    assert decided == counts["definitions"] == len(entries)
    assert len(findings["unmanaged"]) == sum(not client["managed"] for client in report["clients"])
    known = {client["client_id"] for client in clients}
    for kind, each in findings.items():
        assert {item["client_id"] for item in each} <= known | {None}
        assert all(item["client_id"] for item in each) or kind in ("errors", "missing", "unknown_scopes")


def documented(entries: Mapping[str, Json]) -> set[str]:
    return set(entries["contains"])


def test_what_is_documented_is_what_there_is() -> None:
    report = one_of_each()
    module = documentation("cloudflare_oauth_client_report")
    value = module.returned["report"]
    assert documented(value) == {*value["sample"], "clients"} == set(report)
    assert documented(value["contains"]["findings"]) == set(value["sample"]["findings"]) == set(KINDS)
    assert set(value["sample"]["counts"]) == set(report["counts"])
    text = " ".join(value["contains"]["clients"]["description"])
    assert all(f"C({key})" in text for key in report["clients"][0])
    assert module.options["fail_on"]["default"] == list(USUAL_FAIL_ON)
    assert all(f"V({kind})" in " ".join(module.options["fail_on"]["description"]) for kind in KINDS)


def test_the_role_knows_the_kinds() -> None:
    role = ROOT / "roles/oauth_client_report"
    assert all(f"`{kind}`" in (role / "README.md").read_text() for kind in KINDS)
    usual = yaml.safe_load((role / "defaults/main.yml").read_text())
    specs = yaml.safe_load((role / "meta/argument_specs.yml").read_text())["argument_specs"]["main"]["options"]
    assert {name: option["default"] for name, option in specs.items()} == usual
    assert usual["oauth_client_report_fail_on"] == list(USUAL_FAIL_ON)
