# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients in one task."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._module import HIDDEN_BY_CORE
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.bulk import Listed
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.definitions import checked
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import shaped
from tests.unit.modules.test_check_mode import CHANGED, SAME, Situation
from tests.unit.support import (
    BAD_GATEWAY,
    CLIENT,
    CLIENT_ID,
    CLIENTS,
    CONNECTION,
    LAGS,
    OTHER_ID,
    SECRET,
    ModuleResult,
    a_client,
    a_confidential_client,
    creates,
    creation,
    documentation,
    lists,
    offers_usual_scopes,
    options,
    patches,
    refused,
    run_as_given,
    run_module,
)
from tests.unit.transport import Call, Clock, Script, cut, silent, unreachable

MODULE = "cloudflare_oauth_clients"
THIRD_ID = "5d22cc7c3bf9592e9ba5e302b1d6f8c4"
TOS = {"tos_uri": "https://app.example.com/terms"}
CONFIDENTIAL = {"token_endpoint_auth_method": "client_secret_basic"}
OTHER: dict[str, Any] = {"client_id": OTHER_ID, "client_name": "Other App"}
THIRD: dict[str, Any] = {"client_id": THIRD_ID, "client_name": "Third App"}


def run(*clients: Mapping[str, Any], check: bool = False, **params: Any) -> ModuleResult:
    """One client at a time, so that the order of requests is that of the script."""
    return run_module(MODULE, check=check, **{"clients": list(clients), "concurrency": 1, **params})


def changes_other(body: Mapping[str, Any], **call: Any) -> Call:
    return Call("PATCH", f"{CLIENTS}/{OTHER_ID}", a_client(**OTHER, **body), body, **call)


def deletes(client_id: str, **call: Any) -> Call:
    return Call("DELETE", f"{CLIENTS}/{client_id}", **{"result": {"id": client_id}, **call})


def looks(client: Mapping[str, Any], **call: Any) -> Call:
    return Call("GET", f"{CLIENTS}/{client['client_id']}", client, **call)


def actions(result: ModuleResult) -> list[str]:
    return [each["action"] for each in result.oauth_clients]


def codes(result: ModuleResult) -> list[str | None]:
    return [each.get("error", {}).get("code") for each in result.oauth_clients]


def listed_instead(situation: Situation) -> list[Call]:
    """What one task for many reads where the task for one asks for the client by its id."""
    first, *rest = situation.reads
    return [lists(first.result) if first.path == CLIENT else first, *rest]


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    "name", [name for name, each in {**CHANGED, **SAME}.items() if each.module == "cloudflare_oauth_client"]
)
def test_one_of_many_is_managed_as_one_alone(cloudflare: Script, tmp_path: Path, name: str, check: bool) -> None:
    situation = {**CHANGED, **SAME}[name]
    writes = [] if check else situation.writes
    one: dict[str, Any] = {}
    shared: dict[str, Any] = {}
    for key, value in situation.params.items():
        (shared if key == "force" else one)[key] = str(tmp_path / "secret") if value == "FILE" else value
    cloudflare.expect(*situation.reads, *writes)
    alone = run_module(situation.module, check=check, **one, **shared)
    cloudflare.expect(*listed_instead(situation), *writes)
    together = run(one, check=check, results="full", **shared)
    entry = together.oauth_clients[0]
    assert (together.changed, entry["changed"], entry["failed"]) == (alone.changed, alone.changed, False)
    assert entry["oauth_client"] == alone.oauth_client
    assert entry["publishing"] == alone.publishing
    assert entry.get("diff") == (alone.diff if alone.changed else None)
    assert entry.get("warnings", []) == alone.warnings
    assert together.keys - {"changed", "diff"} <= set(documentation(MODULE).returned)
    assert set(entry) <= set(documentation(MODULE).returned["oauth_clients"]["contains"])


def test_one_listing_serves_all_and_nothing_is_sent_without_need(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(), a_client(**OTHER), a_client(**THIRD)))
    result = run(options(), OTHER, {"client_id": THIRD_ID}, {"client_name": "Gone", "state": "absent"})
    assert not result.changed
    assert actions(result) == ["none"] * 4
    assert result.diff == []
    assert (result.pruned, result.unmanaged) == ([], [])


OUTCOME = {"client_id", "client_name", "action", "changed", "failed"}


def test_of_a_client_that_is_as_described_the_outcome_is_told(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(), a_client(**OTHER)), changes_other(TOS))
    result = run(options(), {**OTHER, **TOS}, {"client_name": "Gone", "state": "absent"})
    same, changed, gone = result.oauth_clients
    assert (set(same), same["client_id"], same["action"]) == (OUTCOME, CLIENT_ID, "none")
    assert (set(gone), gone["client_id"], gone["action"]) == (OUTCOME, None, "none")
    assert {*OUTCOME, "oauth_client", "publishing", "diff"} <= set(changed)


def test_all_of_every_client_is_told_when_asked_for(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client()))
    (same,) = run(options(), results="full").oauth_clients
    assert same["oauth_client"]["client_id"] == CLIENT_ID
    assert {*OUTCOME, "oauth_client", "publishing"} <= set(same)


def test_of_a_client_that_failed_all_is_told(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client()), patches(TOS, **refused(400, 1001, "Not these.", "/tos_uri")))
    (failed,) = run(options(**TOS)).oauth_clients
    assert failed["failed"]
    assert {*OUTCOME, "msg", "error", "oauth_client", "publishing"} <= set(failed)


def test_three_thousand_clients_fit_into_an_event_of_awx(cloudflare: Script) -> None:
    many = [a_client(client_id=f"{number:032x}", client_name=f"Application {number}") for number in range(3000)]
    cloudflare.expect(lists(*many))
    result = run(*({"client_id": each["client_id"]} for each in many))
    data = {key: value for key, value in result.data.items() if key != "invocation"}
    assert len(json.dumps(data)) < 700_000


def test_each_gets_what_differs_and_results_are_in_the_given_order(cloudflare: Script) -> None:
    new = {**creation(client_name="New App"), "tos_uri": TOS["tos_uri"]}
    answer = {**new, "client_id": THIRD_ID}
    cloudflare.expect(
        lists(a_client(), a_client(**OTHER)),
        offers_usual_scopes(),
        creates(new, answer),
        changes_other(TOS),
        deletes(CLIENT_ID),
        lists(answer, a_client(**OTHER)),
    )
    result = run(
        options(client_name="New App", **TOS), {"client_name": "Other App", **TOS}, {**options(), "state": "absent"}
    )
    assert result.changed
    assert actions(result) == ["create", "update", "delete"]
    assert [each["client_id"] for each in result.oauth_clients] == [THIRD_ID, OTHER_ID, CLIENT_ID]
    assert [each["before_header"] for each in result.diff] == ["New App", "Other App", "Example App"]


@pytest.mark.parametrize("check", [True, False])
def test_what_nobody_described_is_told(cloudflare: Script, check: bool) -> None:
    cloudflare.expect(lists(a_client(), a_client(**OTHER, visibility="public")))
    result = run(options(), check=check)
    assert result.unmanaged == [{**OTHER, "visibility": "public"}]


def test_a_client_that_fails_leaves_the_others_alone(cloudflare: Script) -> None:
    cloudflare.expect(
        lists(a_client(), a_client(**OTHER)),
        patches(TOS, **refused(400, 1001, "Not these.", "/tos_uri")),
        changes_other(TOS),
    )
    result = run({**options(), **TOS}, {"client_id": OTHER_ID, **TOS})
    assert (result.failed, result.changed) == (True, True)
    assert result.error == {"code": "clients_failed", "option": None}
    assert result.msg.startswith("1 of 2 clients failed: [Example App] Cloudflare refused PATCH")
    assert [each["failed"] for each in result.oauth_clients] == [True, False]
    assert codes(result) == ["request_refused", None]
    assert result.oauth_clients[0]["error"]["errors"][0]["option"] == "tos_uri"
    assert result.oauth_clients[1]["oauth_client"]["tos_uri"] == TOS["tos_uri"]


@pytest.mark.parametrize(
    ("bad", "code", "option"),
    [
        ({"client_name": "Two Apps"}, "client_ambiguous", "client_id"),
        ({"client_id": "no-such-id"}, "client_not_found", "client_id"),
        ({"client_id": CLIENT_ID, "client_uri": "nowhere"}, "invalid_option", "client_uri"),
        ({"client_id": CLIENT_ID, "visibility": "public"}, "not_publishable", "logo_uri"),
        ({"client_id": CLIENT_ID, "client_name": "Two Apps"}, "client_name_taken", "client_name"),
        (options(client_name="New", **CONFIDENTIAL), "secret_destination_missing", "client_secret_file"),
        (options(client_name="New", scopes=["dns.wirte"]), "scope_unknown", "scopes"),
    ],
)
@pytest.mark.parametrize("check", [True, False])
def test_a_definition_that_cannot_be_fails_alone(
    cloudflare: Script, bad: dict[str, Any], code: str, option: str, check: bool
) -> None:
    duplicates = [
        a_client(client_id=OTHER_ID, client_name="Two Apps"),
        a_client(client_id=THIRD_ID, client_name="Two Apps"),
    ]
    fourth = a_client(client_id="6e33dd8d4c0a603f", client_name="Fourth")
    catalog = (
        [offers_usual_scopes()] if ("scopes" in bad and bad["scopes"] == ["dns.wirte"]) or "New" in bad.values() else []
    )
    change = Call("PATCH", f"{CLIENTS}/6e33dd8d4c0a603f", {**fourth, **TOS}, TOS)
    cloudflare.expect(lists(a_client(), *duplicates, fourth), *catalog, *([] if check else [change]))
    result = run({"client_name": "Fourth", **TOS}, bad, check=check)
    assert (result.failed, result.changed, result.code) == (True, True, "clients_failed")
    assert actions(result)[0] == "update"
    assert result.oauth_clients[1]["error"] == {"code": code, "option": f"clients[1].{option}"}
    assert result.oauth_clients[1]["msg"] in result.msg
    ambiguous = {OTHER_ID, THIRD_ID} if "Two Apps" in bad.values() else set()
    meant = {CLIENT_ID} if bad.get("client_id") == CLIENT_ID else ambiguous
    assert {each["client_id"] for each in result.unmanaged} == {CLIENT_ID, OTHER_ID, THIRD_ID} - meant


@pytest.mark.parametrize(
    ("clients", "code", "option", "text"),
    [
        (
            [{"client_name": "A"}, {"client_name": "A"}],
            "definitions_conflict",
            "clients",
            "clients: several definitions (clients[0], clients[1]) have the same name or ID: 'A'. Define",
        ),
        ([{"client_id": "1"}, {"client_id": "1"}], "definitions_conflict", "clients", "'1'"),
        ([{"client_id": "1", "client_name": "A"}, {"client_name": "A"}], "definitions_conflict", "clients", "'A'"),
        ([{"tos_uri": ""}], "missing_option", "clients[0].client_id", ""),
        ([{"client_name": "A"}, {"client_name": ""}], "missing_option", "clients[1].client_id", "needs client_id or"),
        (
            [
                {"client_name": "A", "client_secret_file": "/x/S"},
                {"client_name": "B", "client_secret_file": "/x/s"},
                {"client_name": "C", "client_secret_file": "/x/t"},
            ],
            "definitions_conflict",
            "clients[1].client_secret_file",
            "several clients have the same file, ignoring case (/x/S, /x/s)",
        ),
    ],
)
def test_definitions_that_contradict_each_other_are_refused_before_anything_is_asked(
    cloudflare: Script, clients: list[dict[str, Any]], code: str, option: str, text: str
) -> None:
    result = run(*clients)
    assert result.failed
    assert result.error == {"code": code, "option": option}
    assert text in result.msg
    assert cloudflare.sent == []


def in_a_file(path: Path, *clients: Mapping[str, Any]) -> dict[str, Any]:
    path.write_text(json.dumps(clients))
    return {"clients": None, "definitions_file": [str(path)]}


LISTED = [a_client(), a_confidential_client(**OTHER), a_client(**THIRD)]


@pytest.mark.parametrize(
    ("entry", "kept"),
    [
        ({"client_id": CLIENT_ID}, 0),
        (options(), 0),
        ({"client_id": CLIENT_ID, **TOS}, 1),
        ({"client_id": CLIENT_ID, "client_name": "Other name"}, 1),
        ({"client_id": CLIENT_ID, "state": "absent"}, 1),
        ({"client_id": CLIENT_ID, "visibility": "public"}, 1),
        ({"client_id": CLIENT_ID, "scopes": ["openid"]}, 1),
        ({"client_id": OTHER_ID}, 0),
        ({"client_id": OTHER_ID, "client_secret_file": "/missing/secret"}, 1),
    ],
)
def test_of_a_client_with_nothing_to_do_or_say_only_its_outline_is_kept(entry: dict[str, Any], kept: int) -> None:
    complete = {**checked(entry, "clients[0]"), **dict.fromkeys(("return_client_secret", "force")), "place": ""}
    for in_full, prune, number in ((False, False, kept), (False, True, 2 + kept), (True, False, 3)):
        listed = Listed([complete], in_full=in_full, prune=prune)
        found = [listed.kept(shaped(client)) for client in LISTED]
        assert sum("scopes" in client for client in found) == number
        assert [client["client_id"] for client in found] == [CLIENT_ID, OTHER_ID, THIRD_ID]
        assert listed.as_described == (set() if kept or in_full else {entry.get("client_id", CLIENT_ID)})


def test_the_last_look_at_a_client_counts() -> None:
    complete = {**checked(options(), "clients[0]"), "return_client_secret": None, "place": ""}
    listed = Listed([complete], in_full=False, prune=False)
    for client, expected in ((a_client(), {CLIENT_ID}), (a_client(**TOS, scopes=["zone.read"]), set())):
        listed.kept(shaped(client))
        assert listed.as_described == expected


def test_definitions_in_files_do_what_those_of_the_task_do(cloudflare: Script, tmp_path: Path) -> None:
    asked = [lists(a_client(), a_client(**OTHER), a_client(**THIRD)), changes_other(TOS), deletes(THIRD_ID)]
    clients = [options(), {**OTHER, **TOS}, {"client_id": THIRD_ID, "state": "absent"}]
    cloudflare.expect(*asked)
    given = run(*clients)
    cloudflare.expect(*asked)
    read = run(**in_a_file(tmp_path / "clients.json", *clients))
    assert {**read.data, "invocation": None} == {**given.data, "invocation": None}
    assert actions(read) == ["none", "update", "delete"]


def test_an_option_in_a_file_is_named_with_it(cloudflare: Script, tmp_path: Path) -> None:
    cloudflare.expect(lists(a_client()))
    path = tmp_path / "clients.json"
    result = run(**in_a_file(path, options(), {"client_name": "New"}))
    assert codes(result) == [None, "client_incomplete"]
    assert result.oauth_clients[1]["error"]["option"] == f"{path}[1].redirect_uris"


def test_a_name_that_two_files_have_is_refused_with_both_places(cloudflare: Script, tmp_path: Path) -> None:
    paths = [tmp_path / name for name in "ab"]
    for path in paths:
        in_a_file(path, {"client_name": "A"})
    result = run(clients=None, definitions_file=[str(tmp_path / "[ab]")])
    assert result.error == {"code": "definitions_conflict", "option": "definitions_file"}
    assert f"({paths[0]}[0], {paths[1]}[0])" in result.msg
    assert cloudflare.sent == []


def test_a_file_that_is_wrong_is_refused_before_anything_is_asked(cloudflare: Script, tmp_path: Path) -> None:
    result = run(clients=None, definitions_file=[str(tmp_path / "missing")])
    assert result.error == {"code": "invalid_option", "option": "definitions_file"}
    assert cloudflare.sent == []


@pytest.mark.parametrize("given", [{}, {"clients": [], "definitions_file": ["x"]}])
def test_one_of_both_sources_is_required(cloudflare: Script, given: dict[str, Any]) -> None:
    result = run_module(MODULE, **given)
    assert (result.failed, result.code) == (True, None)
    assert "clients" in result.msg
    assert "definitions_file" in result.msg
    assert cloudflare.sent == []


def test_no_description_in_a_file_prunes_nothing(cloudflare: Script, tmp_path: Path) -> None:
    cloudflare.expect(lists(a_client()))
    result = run(**in_a_file(tmp_path / "clients.json"), prune=True)
    assert result.error == {"code": "prune_refused", "option": "definitions_file"}


@pytest.mark.parametrize("bad", [{"unheard_of": 1}, {"visibility": "Public"}])
def test_a_definition_of_another_shape_is_refused(cloudflare: Script, bad: dict[str, Any]) -> None:
    result = run({"client_name": "A", **bad})
    assert (result.failed, result.code) == (True, None)
    assert next(iter(bad)) in result.msg
    assert cloudflare.sent == []


@pytest.mark.parametrize(
    ("option", "value", "text"),
    [
        ("concurrency", 0, "concurrency: invalid number 0 (expected 1 to 50)."),
        ("concurrency", 51, ""),
        ("prune_limit", -1, "(expected 0 or more)"),
        ("client_secret_dir", "/no/such/directory", "(expected the absolute path of an existing directory)"),
        ("client_secret_dir", "secrets", ""),
    ],
)
def test_options_that_cannot_be(cloudflare: Script, option: str, value: Any, text: str) -> None:
    result = run(options(), **{option: value})
    assert result.failed
    assert result.error == {"code": "invalid_option", "option": option}
    assert text in result.msg
    assert cloudflare.sent == []


def test_an_option_without_a_value_is_none() -> None:
    for option in ("clients", "definitions_file"):
        result = run_as_given(MODULE, {**CONNECTION, option: None}, check=False)
        assert result.error == {"code": "invalid_option", "option": "clients"}


def test_clients_are_needed(cloudflare: Script) -> None:
    result = run(clients=None)
    assert (result.failed, result.code, "clients" in result.msg) == (True, None, True)
    assert cloudflare.sent == []


@pytest.mark.parametrize(
    ("clients", "code", "text"),
    [
        (
            [{"client_id": CLIENT_ID}, {"client_name": "Example App"}, {"client_id": OTHER_ID}],
            "definitions_conflict",
            f"clients: several definitions ({CLIENT_ID}, Example App) match the same client ({CLIENT_ID})",
        ),
        (
            [{"client_id": CLIENT_ID, "client_name": "Same"}, {"client_id": OTHER_ID, "client_name": "Same"}],
            "client_name_taken",
            "more than one client would be named 'Same'",
        ),
    ],
)
def test_definitions_that_meet_in_one_client_are_refused(
    cloudflare: Script, clients: list[dict[str, Any]], code: str, text: str
) -> None:
    cloudflare.expect(lists(a_client(), a_client(**OTHER)))
    result = run(*clients)
    assert (result.failed, result.code, result.option) == (True, code, "clients")
    assert text in result.msg


def test_clients_that_share_a_name_are_told_apart_by_id(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(), a_client(client_id=OTHER_ID)))
    result = run({"client_id": CLIENT_ID, **options()}, {"client_id": OTHER_ID, **options()})
    assert (result.failed, result.changed) == (False, False)


# --- prune ---


def doomed(check: bool, *gone: Mapping[str, Any]) -> list[Call]:
    """What pruning asks and sends: each client is looked at once more."""
    return [] if check else [call for each in gone for call in (looks(each), deletes(each["client_id"]))]


@pytest.mark.parametrize("check", [True, False])
def test_prune_deletes_what_nobody_described(cloudflare: Script, check: bool) -> None:
    cloudflare.expect(lists(a_client(), a_client(**OTHER)), *doomed(check, a_client(**OTHER)))
    result = run(options(), prune=True, check=check)
    assert result.changed
    assert result.pruned == [{**OTHER, "visibility": "private"}]
    assert result.unmanaged == []
    assert [each["before_header"] for each in result.diff] == ["Other App"]
    assert result.diff[0]["after"] == {}


def test_without_prune_nothing_is_deleted(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(), a_client(**OTHER)))
    assert not run(options()).changed


@pytest.mark.parametrize("check", [True, False])
def test_prune_keeps_names_that_do_not_match(cloudflare: Script, check: bool) -> None:
    staging = a_client(client_id=THIRD_ID, client_name="staging-1")
    nameless = {**a_client(client_id="7f44ee9e"), "client_name": None}
    loud = a_client(client_id="8f44ee9e", client_name="Staging-2")
    cloudflare.expect(lists(a_client(), a_client(**OTHER), staging, nameless, loud), *doomed(check, staging))
    result = run({"client_id": CLIENT_ID}, prune=True, prune_name="staging-*", check=check)
    assert [each["client_name"] for each in result.pruned] == ["staging-1"]
    assert {each["client_name"] for each in result.unmanaged} == {"Other App", None, "Staging-2"}


@pytest.mark.parametrize("check", [True, False])
def test_prune_never_deletes_more_than_its_limit(cloudflare: Script, check: bool) -> None:
    others = [a_client(client_id=f"id-{number}", client_name=f"Old {number}") for number in range(6)]
    cloudflare.expect(lists(a_client(), *others))
    result = run({**options(), **TOS}, prune=True, check=check)
    assert (result.failed, result.changed) == (True, False)
    assert result.error == {"code": "prune_refused", "option": "prune_limit"}
    assert "prune would delete 6 clients, more than prune_limit=5: Old 0 (id-0), Old 1" in result.msg
    assert "Old 5 (id-5). Nothing was changed." in result.msg


def test_of_many_clients_to_prune_the_first_are_named(cloudflare: Script) -> None:
    others = [a_client(client_id=f"id-{number}", client_name=f"Old {number}") for number in range(300)]
    cloudflare.expect(lists(a_client(), *others))
    result = run(options(), prune=True)
    assert (result.failed, result.code) == (True, "prune_refused")
    assert "would delete 300 clients" in result.msg
    assert "Old 9 (id-9) and 290 more" in result.msg
    assert len(result.msg) < 500


def test_of_many_definitions_that_conflict_the_first_are_named(cloudflare: Script) -> None:
    names = [{**options(), "client_name": f"App {number}"} for number in range(300)]
    result = run(*names, *names)
    assert (result.failed, result.code) == (True, "definitions_conflict")
    assert "'App 2' and 297 more" in result.msg
    assert len(result.msg) < 500


def test_the_header_of_a_diff_is_one_harmless_line(cloudflare: Script) -> None:
    forged = a_client(**{**OTHER, "client_name": "Bad\x1b[2K\r\nPLAY RECAP ***"})
    cloudflare.expect(lists(a_client(), forged))
    (diff,) = run(options(), prune=True, check=True).diff
    assert diff["before_header"] == diff["after_header"] == "Bad\\x1b[2K PLAY RECAP ***"


def test_an_empty_pattern_is_a_slip(cloudflare: Script) -> None:
    result = run(options(), prune=True, prune_name="")
    assert result.failed
    assert result.error == {"code": "invalid_option", "option": "prune_name"}
    cloudflare.expect(lists(a_client()))
    assert not run(options(), prune_name="").failed


@pytest.mark.parametrize("limit", [0, 1])
def test_the_limit_of_prune_can_be_set(cloudflare: Script, limit: int) -> None:
    cloudflare.expect(lists(a_client(), a_client(**OTHER)), *(doomed(False, a_client(**OTHER)) if limit else []))
    assert run(options(), prune=True, prune_limit=limit).failed is (limit == 0)


@pytest.mark.parametrize("check", [True, False])
def test_prune_never_deletes_a_public_client(cloudflare: Script, check: bool) -> None:
    cloudflare.expect(lists(a_client(), a_client(**OTHER, visibility="public")))
    result = run({**options(), **TOS}, prune=True, check=check)
    assert (result.failed, result.changed) == (True, False)
    assert result.error == {"code": "prune_refused", "option": "force"}
    assert (
        f"prune would delete clients with visibility=public: Other App ({OTHER_ID}). Nothing was changed." in result.msg
    )


def test_prune_deletes_a_public_client_by_force(cloudflare: Script) -> None:
    public = a_client(**OTHER, visibility="public")
    cloudflare.expect(lists(a_client(), public), *doomed(False, public))
    assert run(options(), prune=True, force=True).pruned == [{**OTHER, "visibility": "public"}]


def test_prune_spares_a_client_that_was_published_since(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(), a_client(**OTHER)), looks(a_client(**OTHER, visibility="public")))
    result = run(options(), prune=True)
    assert (result.failed, result.code) == (True, "clients_failed")
    assert f"[Other App] force: the client {OTHER_ID} has visibility=public" in result.msg
    assert result.pruned == []


def test_prune_is_content_with_what_is_gone(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(), a_client(**OTHER)), looks({"client_id": OTHER_ID}, **refused(404, 7003)))
    result = run(options(), prune=True)
    assert (result.failed, result.changed, result.pruned, result.unmanaged) == (False, False, [], [])


@pytest.mark.parametrize("check", [True, False])
def test_prune_with_an_empty_list_deletes_nothing(cloudflare: Script, check: bool) -> None:
    cloudflare.expect(lists(a_client()))
    result = run(prune=True, check=check)
    assert result.failed
    assert result.error == {"code": "prune_refused", "option": "clients"}
    assert "clients: it is empty, so prune would delete Example App" in result.msg


def test_an_empty_list_and_an_empty_account_agree(cloudflare: Script) -> None:
    cloudflare.expect(lists())
    assert not run(prune=True).failed


@pytest.mark.parametrize("check", [True, False])
def test_prune_waits_until_everybody_was_found(cloudflare: Script, check: bool) -> None:
    """A definition with a slip may mean a client that looks as if nobody had described it."""
    cloudflare.expect(lists(a_client(), a_client(**OTHER)))
    result = run(options(), {"client_id": "a slip"}, prune=True, check=check)
    assert result.failed
    assert result.pruned == []
    assert "No client was pruned" in result.msg


def test_prune_comes_after_a_failure_not_at_all(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(), a_client(**OTHER)), patches(TOS, **refused(400, 1001)))
    result = run({**options(), **TOS}, prune=True)
    assert (result.failed, result.pruned) == (True, [])
    assert [each["client_id"] for each in result.unmanaged] == [OTHER_ID]


def test_prune_comes_after_a_failure_that_is_predicted_not_at_all(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(**OTHER)))
    lost = {"client_name": "New", **CONFIDENTIAL, "client_secret_file": "/no/such/directory/secret"}
    result = run(lost, prune=True, check=True)
    assert (result.failed, result.changed, result.pruned) == (True, False, [])
    assert [each["client_id"] for each in result.unmanaged] == [OTHER_ID]


# --- secrets ---


def new(name: str, client_id: str, secret: str) -> tuple[Call, dict[str, Any]]:
    body = creation(client_name=name, **CONFIDENTIAL)
    answer = a_confidential_client(client_id=client_id, client_name=name)
    return creates(body, {**answer, "client_secret": secret}), answer


def test_secrets_go_into_files_that_are_called_as_the_clients_are(cloudflare: Script, tmp_path: Path) -> None:
    (first, one), (second, two) = new("A", "id-a", f"{SECRET}-a"), new("B ü", "id-b", f"{SECRET}-b")
    cloudflare.expect(lists(), offers_usual_scopes(), first, second, lists(one, two))
    result = run(*(options(client_name=name, **CONFIDENTIAL) for name in ("A", "B ü")), client_secret_dir=str(tmp_path))
    assert {path.name: path.read_text() for path in tmp_path.iterdir()} == {"A": f"{SECRET}-a", "B ü": f"{SECRET}-b"}
    assert all(path.stat().st_mode & 0o777 == 0o600 for path in tmp_path.iterdir())
    assert SECRET not in result.text


@pytest.mark.parametrize("name", ["x" * 200, "ü" * 100])
def test_the_longest_name_that_a_file_may_have(cloudflare: Script, tmp_path: Path, name: str) -> None:
    creation_of, client = new(name, "id-a", SECRET)
    cloudflare.expect(lists(), offers_usual_scopes(), creation_of, lists(client))
    run(options(client_name=name, **CONFIDENTIAL), client_secret_dir=str(tmp_path))
    assert (tmp_path / name).read_text() == SECRET


def test_a_secret_is_delivered_before_the_next_is_minted(cloudflare: Script, tmp_path: Path) -> None:
    first, one = new("A", "id-a", f"{SECRET}-a")
    broken = creates(creation(client_name="B", **CONFIDENTIAL), **refused(500))
    cloudflare.expect(lists(), offers_usual_scopes(), first, broken, lists(one), lists(one))
    result = run(
        *(options(client_name=name, **CONFIDENTIAL) for name in "AB"), client_secret_dir=str(tmp_path), retry_timeout=0
    )
    assert (tmp_path / "A").read_text() == f"{SECRET}-a"
    assert [each["failed"] for each in result.oauth_clients] == [False, True]
    assert not (tmp_path / "B").exists()


@pytest.mark.parametrize("name", ["a/b", ".hidden", "..", "x" * 201, "ü" * 101])
def test_a_name_that_no_file_can_have_needs_a_file_of_its_own(cloudflare: Script, tmp_path: Path, name: str) -> None:
    cloudflare.expect(lists(), offers_usual_scopes())
    result = run(options(client_name=name, **CONFIDENTIAL), client_secret_dir=str(tmp_path))
    assert codes(result) == ["secret_destination_missing"]
    assert "cannot be the name of a file in client_secret_dir" in result.oauth_clients[0]["msg"]


@pytest.mark.parametrize("check", [True, False])
def test_secrets_are_returned_when_asked_for(cloudflare: Script, check: bool) -> None:
    call, answer = new("A", "id-a", SECRET)
    cloudflare.expect(lists(), offers_usual_scopes(), *([] if check else [call, lists(answer)]))
    result = run(options(client_name="A", **CONFIDENTIAL), return_client_secret=True, check=check)
    assert result.oauth_clients[0]["client_secret"] == (None if check else SECRET)
    assert (SECRET in result.shown) is not (check or HIDDEN_BY_CORE)


# --- bad weather ---


def test_a_lost_creation_is_told_of_that_client(cloudflare: Script) -> None:
    body = creation(client_name="New App")
    appeared = a_client(client_id=THIRD_ID, client_name="New App")
    cloudflare.expect(
        lists(a_client()),
        offers_usual_scopes(),
        creates(body, fault=cut()),
        lists(a_client(), appeared),
        patches(TOS, a_client(**TOS)),
    )
    result = run(options(client_name="New App"), {**options(), **TOS})
    assert result.failed
    assert codes(result) == ["response_lost", None]
    assert result.oauth_clients[0]["oauth_client"]["client_id"] == THIRD_ID
    assert result.oauth_clients[1]["changed"]


def test_a_duplicate_that_somebody_else_created_is_told(cloudflare: Script) -> None:
    answer = a_client(client_id=THIRD_ID, client_name="New App")
    duplicate = a_client(client_id=OTHER_ID, client_name="New App")
    cloudflare.expect(
        lists(), offers_usual_scopes(), creates(creation(client_name="New App"), answer), lists(answer, duplicate)
    )
    result = run(options(client_name="New App"))
    assert (result.failed, result.changed) == (True, True)
    assert codes(result) == ["client_duplicated"]
    assert OTHER_ID in result.msg


def test_new_clients_are_awaited_in_the_list_all_at_once(cloudflare: Script, clock: Clock) -> None:
    one, two = a_client(client_id="id-a", client_name="A"), a_client(client_id="id-b", client_name="B")
    cloudflare.expect(
        lists(),
        offers_usual_scopes(),
        creates(creation(client_name="A"), one),
        creates(creation(client_name="B"), two),
        lists(one),
        lists(one, two),
    )
    result = run(options(client_name="A"), options(client_name="B"))
    assert clock.sleeps == LAGS[:1]
    assert result.warnings == []


def test_a_new_client_that_is_not_listed_is_warned_about_by_name(cloudflare: Script) -> None:
    one = a_client(client_id="id-a", client_name="A")
    cloudflare.expect(
        lists(), offers_usual_scopes(), creates(creation(client_name="A"), one), *[lists()] * (len(LAGS) + 1)
    )
    result = run(options(client_name="A"))
    assert result.warnings == [f"A: {result.oauth_clients[0]['warnings'][0]}"]


@pytest.mark.parametrize("call", [{"fault": unreachable()}, {"fault": silent()}, refused(403, 10000), refused(429)])
def test_what_is_no_clients_own_fault_ends_the_task_after_three(cloudflare: Script, call: dict[str, Any]) -> None:
    clients = [a_client(client_id=f"id-{number}", client_name=f"App {number}") for number in range(5)]
    failing = [Call("PATCH", f"{CLIENTS}/id-{number}", body=TOS, **call) for number in range(3)]
    if isinstance(call.get("fault"), type(silent())):
        failing = [each for one in failing for each in (one, Call("GET", one.path, fault=silent()))]
    cloudflare.expect(lists(*clients), *failing)
    result = run(*({"client_id": each["client_id"], **TOS} for each in clients), retry_timeout=0)
    assert result.code == "clients_failed"
    assert [code == "not_attempted" for code in codes(result)] == [False] * 3 + [True] * 2
    assert "Not attempted, because 3 clients in a row failed" in result.oauth_clients[4]["msg"]


def test_faults_of_their_own_end_nothing(cloudflare: Script) -> None:
    clients = [a_client(client_id=f"id-{number}", client_name=f"App {number}") for number in range(5)]
    failing = [Call("PATCH", f"{CLIENTS}/id-{number}", body=TOS, **refused(400, 1001)) for number in range(5)]
    cloudflare.expect(lists(*clients), *failing)
    result = run(*({"client_id": each["client_id"], **TOS} for each in clients))
    assert codes(result) == ["request_refused"] * 5


def test_many_failures_of_one_kind_are_told_once(cloudflare: Script) -> None:
    clients = [a_client(client_id=f"id-{number}", client_name=f"App {number}") for number in range(300)]
    failing = [Call("PATCH", f"{CLIENTS}/{each['client_id']}", body=TOS, **refused(400, 1001)) for each in clients]
    cloudflare.expect(lists(*clients), *failing)
    result = run(*({"client_id": each["client_id"], **TOS} for each in clients))
    assert codes(result) == ["request_refused"] * 300
    assert "and 297 more" in result.msg
    assert len(result.msg) < 600


def test_of_many_kinds_of_failures_the_first_ones_are_told(cloudflare: Script) -> None:
    clients = [a_client(client_id=f"id-{number}", client_name=f"App {number}") for number in range(20)]
    failing = [
        Call("PATCH", f"{CLIENTS}/{each['client_id']}", body=TOS, **refused(400, 2000 + number))
        for number, each in enumerate(clients)
    ]
    cloudflare.expect(lists(*clients), *failing)
    result = run(*({"client_id": each["client_id"], **TOS} for each in clients))
    assert "There are 15 more kinds of failures, see oauth_clients." in result.msg


def test_a_list_that_cannot_be_read_ends_the_task_with_its_error(cloudflare: Script) -> None:
    cloudflare.expect(lists(**BAD_GATEWAY))
    result = run(options(), retry_timeout=0)
    assert (result.failed, result.code) == (True, "cloudflare_unavailable")
    assert result.error["status"] == 502
    assert "oauth_clients" not in result
