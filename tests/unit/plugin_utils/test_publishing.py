# SPDX-License-Identifier: GPL-3.0-or-later
"""A run that takes a client towards being public: what it sends and stores, and what it refuses before that."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.action.cloudflare_oauth_client_publication import ActionModule
from ansible_collections.oauthops.iam.plugins.module_utils._module import HIDDEN_BY_CORE
from ansible_collections.oauthops.iam.plugins.modules import dns_txt_info, rfc2136_txt_value
from ansible_collections.oauthops.iam.plugins.plugin_utils import _store_action
from tests.unit.actions import run_action
from tests.unit.plugin_utils.stores_in_memory import InMemory
from tests.unit.support import (
    ACCOUNT,
    CLIENT,
    CLIENT_ID,
    CLIENTS,
    OTHER_ID,
    SECRET,
    TXT,
    ModuleResult,
    a_client,
    a_verified_client,
    created,
    creates,
    creation,
    lists,
    offers_usual_scopes,
    options,
    patches,
    reads,
    refused,
)
from tests.unit.transport import TOKEN, Call, Script, cut

HOST = "app.example.com"
PAGES = {"client_uri": f"https://{HOST}/", "logo_uri": f"https://{HOST}/logo.png"}
PENDING = {**PAGES, "client_uri_verification": {"status": "pending", "text": TXT}}
BASIC = {"token_endpoint_auth_method": "client_secret_basic"}
ZONE = {"id": "z1", "name": "example.com", "status": "active", "type": "full"}
RECORDS = "/zones/z1/dns_records"
BODY = {"type": "TXT", "name": HOST, "content": f'"{TXT}"', "ttl": 1}
UNSEEN: dict[str, Any] = {"visible": False, "cname": None, "notes": [], "asked": []}
REHEARSED = "cloudflare_oauth_client_publisher=to-be-named-by-cloudflare"
STORE = {"type": "json_file", "path": "/in/memory.json"}
Json = Any


class Runs:
    """Runs of the action; C(store) is what the option C(store) opens, C(lookup) what DNS shows."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.store = InMemory()
        self.lookup: dict[str, Json] = dict(UNSEEN)
        self.asked: list[Mapping[str, Json]] = []

    def run(self, client: Json = None, check: bool = False, **given: Json) -> ModuleResult:
        usual = {
            "account_id": ACCOUNT,
            "api_token": TOKEN,
            "handover_dir": str(self.directory),
            "retry_timeout": 0.0,
            "client": {**options(), **PAGES} if client is None else client,
            "dns": {"provider": "manual"},
        }
        self.store.site = type(self.store.site)(self.store.site.run_module, None, check)
        return run_action(ActionModule, {**usual, **given}, check=check, variables={"inventory_hostname": "here"})


@pytest.fixture
def runs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Runs:
    made = Runs(tmp_path / "handover")

    def look_up(params: Mapping[str, Json], _check_mode: bool) -> dict[str, Json]:
        made.asked.append(params)
        return {"changed": False, **made.lookup}

    monkeypatch.setattr(dns_txt_info, "run", look_up)
    monkeypatch.setattr(_store_action, "open_store", lambda _definition, _site: made.store)
    return made


def zone_is_found() -> list[Call]:
    def named(name: str, *zones: Json) -> Call:
        return Call("GET", "/zones", list(zones), query={"name": name}, info={"total_count": len(zones)})

    return [named(HOST), named("example.com", ZONE)]


def holds(*records: Json) -> Call:
    return Call("GET", RECORDS, list(records), query={"name": HOST}, info={"total_count": len(records)})


def elsewhere(*records: Json) -> Call:
    query = {"match": "any", "type": "NS", "name.startswith": "*."}
    return Call("GET", RECORDS, list(records), query=query, info={"total_count": len(records)})


class TestPrepared:
    def test_a_client_is_created_and_its_record_published(self, runs: Runs, cloudflare: Script) -> None:
        new = a_client(**PENDING)
        cloudflare.expect(
            lists(),
            offers_usual_scopes(),
            *zone_is_found(),
            holds(),
            elsewhere(),
            *created(creation(**PAGES), new),
            Call("POST", RECORDS, {**BODY, "id": "r1"}, BODY),
        )
        result = runs.run(dns={})
        assert (result.changed, result.client_id, result.account_id) == (True, CLIENT_ID, ACCOUNT)
        assert (result.phase, result.awaits_verification) == ("needs_dns", True)
        assert result.dns_record == {"type": "TXT", "name": HOST, "value": TXT}
        assert [each["after"].get("value") or each["after"]["client_name"] for each in result.diff] == [
            "Example App",
            TXT,
        ]

    def test_check_mode_predicts_all_of_it(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists(), offers_usual_scopes(), *zone_is_found(), holds(), elsewhere())
        result = runs.run(dns={}, check=True)
        assert (result.changed, result.client_id, result.phase) == (True, None, "needs_dns")
        assert [each["after"].get("value") for each in result.diff] == [None, REHEARSED]
        assert result.next_action["code"] == "run"

    def test_nothing_to_do_is_one_listing(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists(a_verified_client(visibility="public")))
        result = runs.run(dns={})
        assert (result.changed, result.phase, result.diff, runs.asked) == (False, "public", [], [])

    def test_a_client_that_its_id_names_is_one_request(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(reads(a_verified_client(visibility="public")))
        assert runs.run({"client_id": CLIENT_ID}).phase == "public"

    def test_a_record_that_is_there_keeps_its_ttl(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists(a_client(**PENDING)), *zone_is_found(), holds({**BODY, "id": "r1", "ttl": 120}))
        assert runs.run(dns={}).changed is False

    def test_a_failure_after_the_update_of_the_client_is_a_change(self, runs: Runs, cloudflare: Script) -> None:
        new = {**PENDING, "redirect_uris": ["https://app.example.com/new"]}
        change = {"redirect_uris": new["redirect_uris"]}
        partial = Call("GET", RECORDS, [], query={"name": HOST}, info={"total_count": 1})
        for check in (True, False):
            writes = [] if check else [patches(change, a_client(**new))]
            cloudflare.expect(lists(a_client(**PENDING)), *writes, *zone_is_found(), partial)
            result = runs.run({**options(), **PAGES, **change}, dns={}, check=check)
            assert (result.code, result.changed) == ("incomplete_listing", not check)

    def test_a_ttl_that_is_asked_for_is_set(self, runs: Runs, cloudflare: Script) -> None:
        found = {**BODY, "id": "r1", "ttl": 120}
        change = Call("PATCH", f"{RECORDS}/r1", {**found, "ttl": 60}, {"ttl": 60})
        cloudflare.expect(lists(a_client(**PENDING)), *zone_is_found(), holds(found), change)
        assert runs.run(dns={"ttl": 60}).changed

    def test_a_visibility_of_public_waits_for_the_promotion(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists(a_verified_client()))
        client = {**options(), **PAGES, "visibility": "public"}
        result = runs.run(client)
        assert (result.changed, result.phase, result.next_action["code"]) == (False, "verified", "promote")

    def test_a_public_client_that_is_described_as_private_is_refused(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists(a_verified_client(visibility="public")))
        result = runs.run({**options(), **PAGES, "visibility": "private"})
        assert (result.failed, result.code) == (True, "client_public")

    def test_a_name_server_takes_the_record(
        self, runs: Runs, cloudflare: Script, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        updates: list[tuple[str, str, bool]] = []

        def update(params: Mapping[str, Json], check_mode: bool) -> dict[str, Json]:
            updates.append((params["server"], params["value"], check_mode))
            return {"changed": True, "diff": {"before": {}, "after": {"value": params["value"]}}, "warnings": ["once"]}

        monkeypatch.setattr(rfc2136_txt_value, "run", update)
        new = a_client(**PENDING)
        cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(**PAGES), new))
        result = runs.run(dns={"provider": "rfc2136", "server": "ns1.example.com"})
        assert updates == [("ns1.example.com", REHEARSED, True), ("ns1.example.com", TXT, False)]
        assert result.warnings == ["once"]

    def test_a_task_file_is_named_while_there_is_something_to_verify(
        self, runs: Runs, cloudflare: Script, tmp_path: Path
    ) -> None:
        tasks = tmp_path / "dns.yml"
        tasks.write_text("[]")
        for client, expected in ((a_client(**PENDING), str(tasks)), (a_verified_client(), None)):
            cloudflare.expect(lists(client))
            assert runs.run(dns={"provider": str(tasks)}).dns_task_file == expected


class TestSecrets:
    CONFIDENTIAL: Json = {**options(**BASIC), **PAGES}
    BODY: Json = creation(**BASIC, **PAGES)

    def creates(self) -> tuple[Call, Call]:
        return created(self.BODY, a_client(**PENDING, **BASIC, client_secret=SECRET))

    def test_the_secret_of_a_new_client_is_stored(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists(), offers_usual_scopes(), *self.creates())
        result = runs.run(self.CONFIDENTIAL, store=STORE)
        assert (result.changed, SECRET in result.text, SECRET in result.secrets) == (True, False, HIDDEN_BY_CORE)
        noted, stored = runs.store.written
        assert (noted["client_id"], "client_secret" in noted) == ("", False)
        assert (stored["client_id"], stored["client_secret"], stored["rotation"]) == (CLIENT_ID, SECRET, "closed")

    def test_without_a_place_for_it_nothing_is_created(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists(), offers_usual_scopes())
        result = runs.run(self.CONFIDENTIAL)
        assert (result.failed, result.code, result.option) == (True, "secret_destination_missing", "store")

    def test_a_file_of_the_definition_is_a_place(self, runs: Runs, cloudflare: Script, tmp_path: Path) -> None:
        cloudflare.expect(lists(), offers_usual_scopes(), *self.creates())
        kept = tmp_path / "secret"
        assert runs.run({**self.CONFIDENTIAL, "client_secret_file": str(kept)}).changed
        assert kept.read_text() == SECRET

    def test_it_can_be_discarded(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists(), offers_usual_scopes(), *self.creates())
        assert runs.run(self.CONFIDENTIAL, store=STORE, discard_client_secret=True).changed
        assert runs.store.written == []

    def test_nothing_is_created_for_a_store_that_cannot_be_written(self, runs: Runs, cloudflare: Script) -> None:
        runs.store.read_only = True
        cloudflare.expect(lists(), offers_usual_scopes())
        result = runs.run(self.CONFIDENTIAL, store=STORE)
        assert (result.failed, result.changed, result.code) == (True, False, "store_unwritable")

    @pytest.mark.parametrize("check", [True, False])
    def test_a_store_of_another_client_is_left_alone(self, runs: Runs, cloudflare: Script, check: bool) -> None:
        runs.store.held = {"client_id": OTHER_ID, "client_secret": "theirs", "rotation": "closed"}
        cloudflare.expect(lists(), offers_usual_scopes())
        result = runs.run(self.CONFIDENTIAL, store=STORE, check=check)
        assert (result.code, runs.store.written) == ("store_of_another_client", [])

    def test_a_secret_that_could_not_be_stored_is_stored_by_the_next_run(self, runs: Runs, cloudflare: Script) -> None:
        new = a_client(**PENDING, **BASIC)
        cloudflare.expect(lists(), offers_usual_scopes(), creates(self.BODY, {**new, "client_secret": SECRET}))

        def breaks_later() -> None:
            runs.store.read_only = True

        runs.store.after_write = breaks_later
        first = runs.run(self.CONFIDENTIAL, store=STORE)
        assert (first.code, first.changed) == ("store_unwritable", True)
        assert (SECRET in first.text, runs.store.held.get("client_secret")) == (False, None)
        assert [str(runs.directory) in first.msg, "{" in first.msg] == [True, False]
        runs.store.read_only, runs.store.after_write = False, lambda: None
        cloudflare.expect(lists(new))
        second = runs.run(self.CONFIDENTIAL, store=STORE)
        assert (second.changed, runs.store.held["client_secret"]) == (True, SECRET)
        assert (SECRET in second.secrets) is HIDDEN_BY_CORE
        cloudflare.expect(lists(new))
        assert runs.run(self.CONFIDENTIAL, store=STORE).changed is False

    def test_the_secret_that_the_store_holds_is_hidden(self, runs: Runs, cloudflare: Script) -> None:
        runs.store.held = {"client_id": CLIENT_ID, "client_secret": SECRET, "rotation": "closed"}
        zones = Call("GET", "/zones", query={"name": HOST}, **refused(400, message=f"Not of {SECRET}."))
        cloudflare.expect(lists(a_client(**PENDING, **BASIC)), zones)
        result = runs.run(self.CONFIDENTIAL, store=STORE, dns={"provider": "cloudflare"})
        assert (result.failed, "Not of " in result.shown, SECRET in result.shown) == (True, True, False)

    def test_a_handed_over_secret_that_collides_is_a_change(self, runs: Runs, cloudflare: Script) -> None:
        new = a_client(**PENDING, **BASIC)
        cloudflare.expect(lists(), offers_usual_scopes(), creates(self.BODY, {**new, "client_secret": SECRET}))
        runs.store.after_write = lambda: setattr(runs.store, "read_only", True)
        runs.run(self.CONFIDENTIAL, store=STORE)
        runs.store.read_only = False
        runs.store.after_write = lambda: runs.store.held.update(client_secret="theirs")
        cloudflare.expect(lists(new))
        result = runs.run(self.CONFIDENTIAL, store=STORE)
        assert (result.code, result.option, result.changed) == ("store_collision", "store", True)

    def test_a_client_whose_secret_nobody_has_is_told(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists(a_client(**PENDING, **BASIC)))
        result = runs.run(self.CONFIDENTIAL, store=STORE)
        assert (result.failed, result.code, result.option) == (True, "secret_not_stored", "store")

    def test_a_lost_response_loses_no_client(self, runs: Runs, cloudflare: Script) -> None:
        new = a_client(**PENDING, **BASIC)
        cloudflare.expect(lists(), offers_usual_scopes(), creates(self.BODY, fault=cut()), lists(new))
        result = runs.run(self.CONFIDENTIAL, store=STORE)
        assert (result.failed, result.changed, result.code) == (True, True, "secret_lost")


class TestRefusals:
    @pytest.mark.parametrize(
        ("given", "option"),
        [
            ({"client": "Example App"}, "client"),
            ({"client": {}}, "client"),
            ({"client": {"client_nam": "Example App"}}, "client"),
            ({"client": {"client_id": "a/b"}, "store": STORE}, "client.client_id"),
            ({"client": {"client_name": "Example App", "state": "absent"}}, "client.state"),
            ({"client": {"client_name": "Example App", "grant_types": ["password"]}}, "client"),
            ({"dns": "cloudflare"}, "dns"),
            ({"dns": {"provider": "cloudflare", "tll": 1}}, "dns"),
            ({"dns": {"provider": "rfc2136"}}, "dns.server"),
            ({"dns": {"provider": "rfc2136", "server": "ns1", "key_name": "app"}}, "dns.key_secret"),
            ({"dns": {"provider": "rfc2136", "server": "ns1", "key_secret": "aHVzaA=="}}, "dns.key_name"),
            ({"dns": {"provider": "/no/such/tasks.yml"}}, "dns.provider"),
            ({"dns": {"ttl": 2}}, "dns.ttl"),
        ],
    )
    def test_bad_input_asks_nobody(self, runs: Runs, cloudflare: Script, given: Json, option: str) -> None:
        result = runs.run(**{"store": None, **given})
        assert (result.failed, result.code, result.option) == (True, "invalid_option", option)
        assert cloudflare.sent == []

    @pytest.mark.parametrize(
        ("given", "near"), [({"client": {"client_nam": "x"}}, "client_name"), ({"dns": {"tll": 1}}, "ttl")]
    )
    def test_the_near_key_is_named(self, runs: Runs, given: Json, near: str) -> None:
        assert f"Did you mean {near}?" in runs.run(**given).msg

    @pytest.mark.parametrize(
        ("given", "text"),
        [
            (
                {"client": {"token_endpoint_auth_method": None}},
                "client: token_endpoint_auth_method is null (expected the string none, client_secret_basic or ",
            ),
            ({"client": {"append": None}}, "client: append is null (expected true or false). Set a value, or remove"),
            ({"client": {"grant_types": None}}, "client: grant_types is null (expected a list of authorization_code "),
            ({"dns": {"port": None}}, "dns: port is null (expected a number)."),
        ],
    )
    def test_a_null_is_not_called_none(self, runs: Runs, given: Json, text: str) -> None:
        assert runs.run(**given).msg.startswith(text)

    @pytest.mark.parametrize("host", ["localhost", "192.0.2.1", "app.internal"])
    def test_a_home_page_that_cannot_be_verified(self, runs: Runs, cloudflare: Script, host: str) -> None:
        cloudflare.expect(lists(), offers_usual_scopes())
        result = runs.run({**options(), "client_uri": f"https://{host}/"})
        assert (result.code, result.option) == ("domain_not_verifiable", "client.client_uri")

    @pytest.mark.parametrize("provider", ["manual", "tasks"])
    def test_a_host_that_is_a_cname_is_warned_of(
        self, runs: Runs, cloudflare: Script, provider: str, tmp_path: Path
    ) -> None:
        tasks = tmp_path / "dns.yml"
        tasks.write_text("[]")
        runs.lookup = {**UNSEEN, "cname": "pages.example"}
        cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(**PAGES), a_client(**PENDING)))
        result = runs.run(dns={"provider": str(tasks) if provider == "tasks" else provider})
        assert result.changed
        assert ["CNAME for pages.example" in warning for warning in result.warnings] == [True]

    def test_no_resolver_is_asked_for_a_record_that_cannot_be_there(
        self, runs: Runs, cloudflare: Script, tmp_path: Path
    ) -> None:
        tasks = tmp_path / "dns.yml"
        tasks.write_text("[]")
        new = a_client(**PENDING)
        for provider in ("manual", str(tasks)):
            cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(**PAGES), new))
            runs.run(dns={"provider": provider})
        cloudflare.expect(lists(new))
        runs.run(dns={"provider": str(tasks)})
        cloudflare.expect(
            lists(new), *zone_is_found(), holds(), elsewhere(), Call("POST", RECORDS, {**BODY, "id": "r1"}, BODY)
        )
        runs.run(dns={})
        assert len(runs.asked) == 6
        assert {asked["resolver_url"] for asked in runs.asked} == {""}
        runs.asked.clear()
        cloudflare.expect(lists(new), *zone_is_found(), holds({**BODY, "id": "r1"}))
        runs.run(dns={})
        cloudflare.expect(lists(new))
        runs.run(dns={"provider": "manual"})
        assert [bool(asked["resolver_url"]) for asked in runs.asked] == [True, True]

    def test_where_the_resolver_alone_is_asked_it_is_asked_later(self, runs: Runs, cloudflare: Script) -> None:
        dns = {"provider": "manual", "lookup": "resolver"}
        new = a_client(**PENDING)
        cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(**PAGES), new))
        assert runs.run(dns=dns).changed
        assert runs.asked == []
        cloudflare.expect(lists(new))
        assert not runs.run(dns=dns).changed
        assert len(runs.asked) == 1

    @pytest.mark.parametrize("lookup", ["auto", "resolver"])
    def test_a_wrong_resolver_is_told_before_anything_is_written(
        self, runs: Runs, cloudflare: Script, lookup: str
    ) -> None:
        cloudflare.expect(lists(), offers_usual_scopes())
        result = runs.run(dns={"provider": "manual", "lookup": lookup, "lookup_url": "dns.example"})
        assert (result.code, result.option) == ("invalid_option", "dns.lookup_url")

    def test_a_client_that_may_be_this_one_renamed(self, runs: Runs, cloudflare: Script) -> None:
        other = a_client(client_id=OTHER_ID, client_name="Old Name", **PENDING)
        cloudflare.expect(lists(other), offers_usual_scopes())
        result = runs.run()
        assert (result.code, result.option) == ("client_similar", "client.client_name")
        assert OTHER_ID in result.msg
        new = a_client(**PENDING)
        cloudflare.expect(lists(other), offers_usual_scopes(), *created(creation(**PAGES), new, other))
        assert runs.run(allow_similar=True).client_id == CLIENT_ID

    @pytest.mark.parametrize(
        "overrides",
        [
            {"client_uri": "https://other.example.com/"},
            {"redirect_uris": ["https://other.example.com/callback"]},
            {"client_uri": None},
        ],
    )
    def test_another_client_is_not_similar(self, runs: Runs, cloudflare: Script, overrides: Json) -> None:
        other = a_client(**{"client_id": OTHER_ID, "client_name": "Old Name", **PENDING, **overrides})
        cloudflare.expect(lists(other), offers_usual_scopes(), *created(creation(**PAGES), a_client(**PENDING), other))
        assert runs.run().changed

    def test_a_client_that_is_not_there(self, runs: Runs, cloudflare: Script) -> None:
        for state in ("prepared", "public"):
            cloudflare.expect(reads({}, **refused(404, 7003)))
            result = runs.run({"client_id": CLIENT_ID}, state=state)
            assert (result.code, result.option) == ("client_not_found", "client.client_id")


class TestPublic:
    def test_a_client_that_lacks_nothing_is_promoted(self, runs: Runs, cloudflare: Script) -> None:
        after = a_verified_client(visibility="public")
        cloudflare.expect(reads(a_verified_client()), patches({"visibility": "public"}, after))
        result = runs.run({"client_id": CLIENT_ID}, state="public")
        assert (result.changed, result.phase, result.diff[0]["after"]["visibility"]) == (True, "public", "public")

    def test_check_mode_promotes_nothing(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(reads(a_verified_client()))
        result = runs.run({"client_id": CLIENT_ID}, state="public", check=True)
        assert (result.changed, result.phase) == (True, "public")

    @pytest.mark.parametrize("lacking", [{"logo_uri": None}, {"client_uri_verification": {"status": "pending"}}])
    def test_what_is_missing_is_refused(self, runs: Runs, cloudflare: Script, lacking: Json) -> None:
        cloudflare.expect(lists(a_verified_client(**lacking)))
        result = runs.run({"client_name": "Example App"}, state="public")
        assert (result.failed, result.code) == (True, "not_publishable")

    def test_a_client_that_is_described_as_private_is_refused(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists(a_verified_client()))
        result = runs.run({"client_name": "Example App", "visibility": "private"}, state="public")
        assert (result.code, result.option) == ("invalid_option", "client.visibility")


class TestAbsent:
    def test_the_record_goes_first(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(
            lists(a_client(**PENDING)),
            *zone_is_found(),
            holds({**BODY, "id": "r1"}),
            Call("DELETE", f"{RECORDS}/r1", {"id": "r1"}),
            Call("DELETE", CLIENT, {"id": CLIENT_ID}),
        )
        result = runs.run({"client_name": "Example App"}, state="absent", dns={})
        assert (result.changed, result.client_id, len(result.diff)) == (True, CLIENT_ID, 2)

    def test_a_public_client_is_refused_before_its_record_goes(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists(a_verified_client(visibility="public")))
        result = runs.run({"client_name": "Example App"}, state="absent", dns={})
        assert (result.failed, result.code) == (True, "client_public")

    def test_what_is_gone_is_nothing_to_do(self, runs: Runs, cloudflare: Script) -> None:
        cloudflare.expect(lists())
        result = runs.run({"client_name": "Example App"}, state="absent", dns={})
        assert (result.changed, result.client_id, result.dns_task_file) == (False, None, None)


def test_one_listing_serves_a_whole_creation(runs: Runs, cloudflare: Script) -> None:
    cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(**PAGES), a_client(**PENDING)))
    runs.run()
    paths = [str(each.request.path_url) for each in cloudflare.sent]
    assert sum(CLIENTS in path for path in paths) == 3
