# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_domain_record: one value of a TXT record set."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.support import (
    BAD_GATEWAY,
    GONE,
    TXT,
    ModuleResult,
    error_of,
    partly,
    refused,
    run_module,
)
from tests.unit.transport import Call, Script, cut

HOST = "app.example.com"
RECORDS = "/zones/z1/dns_records"
RECORD = f"{RECORDS}/r1"
BODY = {"type": "TXT", "name": HOST, "content": f'"{TXT}"', "ttl": 1}
ZONE = {"id": "z1", "name": "example.com", "status": "active", "type": "full"}
SHOWN = {"type": "TXT", "name": HOST, "value": TXT, "ttl": 1}


def run(**params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_domain_record", **{"host": HOST, "value": TXT, "zone_id": "z1", **params})


def a_record(**overrides: Any) -> dict[str, Any]:
    return {**BODY, "id": "r1", "created_on": "2026-10-05T04:47:27Z", **overrides}


def reads_zone(**overrides: Any) -> Call:
    return Call("GET", "/zones/z1", {**ZONE, **overrides})


def holds(*records: dict[str, Any], **call: Any) -> Call:
    info = {"total_count": len(records)}
    return Call("GET", RECORDS, list(records), query={"name": HOST}, **{"info": info, **call})


def lists(*records: dict[str, Any], **query: str) -> Call:
    return Call("GET", RECORDS, list(records), query=query, info={"total_count": len(records)})


def wildcards(*records: dict[str, Any]) -> Call:
    """The listing of delegations and wildcards."""
    return lists(*records, match="any", type="NS", **{"name.startswith": "*."})


def adds(**call: Any) -> Call:
    return Call("POST", RECORDS, **{"result": a_record(), "body": BODY, **call})


OTHERS = [
    a_record(id="r8", content='"cloudflare_oauth_client_publisher=another"'),
    a_record(id="r9", content='"v=spf1 -all"'),
]


def test_a_value_is_added_beside_others(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(*OTHERS), wildcards(), adds())
    result = run()
    assert result.changed
    assert result.dns_record == {"id": "r1", "zone_id": "z1", **SHOWN}
    assert result.diff == {"before": {}, "after": SHOWN}
    assert result.keys == {"changed", "diff", "dns_record"}


@pytest.mark.parametrize("content", [TXT, f'"{TXT}"', f'"{TXT[:9]}" "{TXT[9:]}"'])
def test_a_value_that_is_there_is_no_write(cloudflare: Script, content: str) -> None:
    cloudflare.expect(reads_zone(), holds(*OTHERS, a_record(content=content, ttl=300)))
    result = run()
    assert not result.changed
    assert result.dns_record == {"id": "r1", "zone_id": "z1", **SHOWN, "ttl": 300}


def test_the_host_is_that_of_client_uri(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(a_record()))
    assert not run(host=None, client_uri="https://App.Example.com:8443/x").changed


def test_a_ttl_is_sent_with_a_new_value(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(), wildcards(), adds(body={**BODY, "ttl": 300}, result=a_record(ttl=300)))
    assert run(ttl=300).dns_record["ttl"] == 300


def test_another_ttl_is_sent_alone(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(a_record()), Call("PATCH", RECORD, a_record(ttl=300), {"ttl": 300}))
    result = run(ttl=300)
    assert result.changed
    assert result.diff == {"before": SHOWN, "after": {**SHOWN, "ttl": 300}}


def test_the_same_ttl_is_no_write(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(a_record(ttl=300)))
    assert not run(ttl=300).changed


def test_the_longest_zone_is_looked_up(cloudflare: Script) -> None:
    zone = [{"id": "z1", "name": "example.com", "status": "active"}]
    cloudflare.expect(
        Call("GET", "/zones", [], query={"name": HOST}, info={"total_count": 0}),
        Call("GET", "/zones", zone, query={"name": "example.com"}, info={"total_count": 1}),
        holds(a_record()),
    )
    assert run(zone_id=None).dns_record["zone_id"] == "z1"


@pytest.mark.parametrize("zone_id", ["..", "../z", "z?"])
def test_what_could_lead_to_another_object_is_no_zone(zone_id: str) -> None:
    result = run(zone_id=zone_id)
    assert (result.failed, result.code, result.option) == (True, "invalid_option", "zone_id")


def test_a_record_whose_id_could_lead_to_another_object_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(a_record(id="..")))
    result = run(state="absent")
    assert (result.failed, result.changed, result.code) == (True, False, "malformed_result")


def test_no_account_is_needed(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(a_record()))
    assert not run(account_id=None).failed


@pytest.mark.parametrize("proxied", [True, False])
def test_a_value_stands_beside_a_cname(cloudflare: Script, proxied: bool) -> None:
    alias = a_record(id="r2", type="CNAME", content="x.pages.example", proxied=proxied)
    cloudflare.expect(reads_zone(), holds(alias), wildcards(), adds())
    assert run().changed
    cloudflare.expect(reads_zone(), holds(alias, a_record()))
    assert not run().changed


def finds(*zones: dict[str, Any], name: str = "example.com") -> Call:
    return Call("GET", "/zones", list(zones), query={"name": name}, info={"total_count": len(zones)})


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("cut", [HOST, "Example.com."])
def test_a_host_that_is_delegated_elsewhere_is_explained(cloudflare: Script, cut: str, check: bool) -> None:
    host = HOST if cut == HOST else "app.sub.example.com"
    delegated = cut if cut == HOST else "sub.example.com"
    record = a_record(type="NS", name=delegated, content="ns.elsewhere.example")
    empty = [finds(name=".".join(host.split(".")[start:])) for start in range(host.count(".") - 1)]
    cloudflare.expect(
        *empty,
        finds(ZONE),
        Call("GET", RECORDS, [], query={"name": host}, info={"total_count": 0}),
        wildcards(record),
    )
    result = run(zone_id=None, host=host, check=check)
    assert (result.failed, result.code) == (True, "host_delegated")
    assert delegated in result.msg
    assert "ns.elsewhere.example" in result.msg


def test_a_zone_that_is_named_is_looked_at_as_well(cloudflare: Script) -> None:
    record = a_record(type="NS", content="ns.elsewhere.example")
    cloudflare.expect(reads_zone(), holds(record), wildcards(record))
    assert run().code == "host_delegated"
    cloudflare.expect(reads_zone(status="pending"), holds(*OTHERS), wildcards(), adds())
    assert ["is pending" in warning for warning in run().warnings] == [True]
    cloudflare.expect(reads_zone(type="secondary"))
    assert run().code == "zone_not_writable"


@pytest.mark.parametrize("state", ["present", "absent"])
@pytest.mark.parametrize("zone", [{"name": "example.org"}, {"name": "p.example.com"}, {"name": None}])
def test_a_zone_that_does_not_hold_the_host_is_refused(cloudflare: Script, zone: dict[str, Any], state: str) -> None:
    cloudflare.expect(reads_zone(**zone))
    result = run(state=state)
    assert (result.failed, result.changed, result.code, result.option) == (True, False, "zone_not_found", "zone_id")


def test_a_zone_that_is_not_there_is_told(cloudflare: Script) -> None:
    cloudflare.expect(Call("GET", "/zones/z1", **GONE))
    result = run()
    assert (result.code, result.option) == ("zone_not_found", "zone_id")


def test_what_cloudflare_made_of_the_record_is_returned(cloudflare: Script) -> None:
    made = a_record(name="App.example.com.", content=f'"{TXT}x"', ttl=60)
    cloudflare.expect(reads_zone(), holds(), wildcards(), adds(result=made))
    assert run().dns_record == {"id": "r1", "zone_id": "z1", **SHOWN, "value": f"{TXT}x", "ttl": 60}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("kind", ["A", "AAAA", "CNAME"])
def test_a_host_that_lives_of_a_wildcard_is_not_taken_out_of_it(cloudflare: Script, kind: str, check: bool) -> None:
    cloudflare.expect(reads_zone(), holds(), wildcards(a_record(type=kind, name="*.example.com", content="x")))
    result = run(check=check)
    assert (result.failed, result.code) == (True, "wildcard_conflict")
    assert f"({kind})" in result.msg


def test_a_wildcard_without_addresses_is_warned_of(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(), wildcards(a_record(name="*.example.com", content='"v=spf1 -all"')), adds())
    result = run()
    assert result.changed
    assert ["(TXT)" in warning for warning in result.warnings] == [True]


def test_what_exists_on_the_way_keeps_a_wildcard_away(cloudflare: Script) -> None:
    host = "app.sub.example.com"
    on_the_way = a_record(name="other.sub.example.com", type="A", content="192.0.2.1")
    body = {**BODY, "name": host}
    cloudflare.expect(
        reads_zone(),
        Call("GET", RECORDS, [], query={"name": host}, info={"total_count": 0}),
        wildcards(a_record(type="A", name="*.example.com", content="192.0.2.1")),
        lists(on_the_way, **{"name.endswith": "sub.example.com"}),
        adds(body=body, result=a_record(name=host)),
    )
    assert run(host=host).changed


def test_a_host_with_records_of_its_own_is_in_no_wildcard(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(a_record(type="A", content="192.0.2.1")), wildcards(), adds())
    assert run().changed


@pytest.mark.parametrize("status", ["pending", "moved"])
def test_a_zone_that_nobody_sees_yet_is_warned_of(cloudflare: Script, status: str) -> None:
    cloudflare.expect(finds(name=HOST), finds({**ZONE, "status": status}), holds(*OTHERS), wildcards(), adds())
    result = run(zone_id=None)
    assert result.changed
    assert result.warnings == [
        f"The zone example.com is {status}, not active: its records cannot be seen before its domain is delegated to "
        "Cloudflare's name servers."
    ]


def test_a_cname_at_another_name_is_no_matter(cloudflare: Script) -> None:
    cloudflare.expect(
        reads_zone(), holds(a_record(type="CNAME", name=f"www.{HOST}", content="pages.example")), wildcards(), adds()
    )
    assert run().changed


def test_a_ttl_that_cloudflare_rewrites_is_returned_as_it_is_kept(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(), wildcards(), adds(body={**BODY, "ttl": 30}, result=a_record(ttl=60)))
    result = run(ttl=30)
    assert result.dns_record["ttl"] == 60
    assert result.diff == {"before": {}, "after": {**SHOWN, "ttl": 30}}


def test_removing_one_value_leaves_the_others(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(*OTHERS, a_record()), Call("DELETE", RECORD, {"id": "r1"}))
    result = run(state="absent")
    assert result.changed
    assert result.dns_record["id"] == "r1"
    assert result.diff == {"before": SHOWN, "after": {}}
    assert result.keys == {"changed", "diff", "dns_record"}


def test_every_record_of_the_value_is_removed(cloudflare: Script) -> None:
    cloudflare.expect(
        reads_zone(),
        holds(a_record(), a_record(id="r2", content=TXT)),
        Call("DELETE", RECORD),
        Call("DELETE", f"{RECORDS}/r2"),
    )
    assert run(state="absent").changed


def test_removing_what_is_not_there_is_no_write(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(*OTHERS))
    result = run(state="absent")
    assert (result.changed, result.dns_record) == (False, None)


def test_a_value_that_is_gone_by_then_is_removed(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(a_record()), Call("DELETE", RECORD, **GONE))
    assert run(state="absent").changed


@pytest.mark.parametrize("code", [81057, 81058])
@pytest.mark.parametrize("lag", [0, 2])
def test_an_identical_record_is_present(cloudflare: Script, code: int, lag: int) -> None:
    refusal = adds(**refused(400, code, "Record already exists."))
    cloudflare.expect(reads_zone(), holds(), wildcards(), refusal, *[holds()] * lag, holds(a_record(ttl=60)))
    result = run()
    assert (result.failed, result.changed, result.diff["before"]) == (False, False, {**SHOWN, "ttl": 60})
    assert result.dns_record == {"id": "r1", "zone_id": "z1", **SHOWN, "ttl": 60}


def test_an_identical_record_may_be_that_of_a_response_that_was_lost(cloudflare: Script) -> None:
    refusal = adds(**refused(400, 81058, "An identical record already exists."))
    cloudflare.expect(
        reads_zone(), holds(), wildcards(), adds(fault=cut()), holds(), refusal, holds(), holds(a_record())
    )
    result = run()
    assert (result.failed, result.changed) == (False, True)


@pytest.mark.parametrize("code", [81057, 81058])
def test_an_identical_record_that_is_never_listed_is_an_error(cloudflare: Script, code: int) -> None:
    refusal = adds(**refused(400, code, "Record already exists."))
    cloudflare.expect(reads_zone(), holds(), wildcards(), refusal, *[holds(*OTHERS)] * 5)
    result = run()
    assert (result.failed, result.changed, result.code) == (True, False, "request_refused")
    assert result.error["errors"][0]["code"] == code


def test_a_refused_value_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(), wildcards(), adds(**refused(400, 9005, "Content invalid")))
    result = run()
    assert (result.failed, result.changed, result.code) == (True, False, "request_refused")
    assert result.error["errors"][0]["code"] == 9005
    assert partly(result) == error_of("POST", RECORDS, 400)


def test_a_missing_right_names_the_permission(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(), wildcards(), adds(**refused(403, 10000)))
    result = run()
    assert (result.failed, result.code) == (True, "unauthorized")
    assert "'DNS Write'" in result.msg


LOST = [pytest.param({"fault": cut()}, id="cut"), pytest.param(BAD_GATEWAY, id="502")]


@pytest.mark.parametrize("failure", LOST)
def test_a_lost_addition_that_arrived_is_not_sent_again(cloudflare: Script, failure: dict[str, Any]) -> None:
    cloudflare.expect(reads_zone(), holds(), wildcards(), adds(**failure), holds(a_record()))
    result = run()
    assert (result.failed, result.changed) == (False, True)
    assert result.dns_record["id"] == "r1"


@pytest.mark.parametrize("failure", LOST)
def test_a_lost_addition_that_did_not_arrive_is_sent_again(cloudflare: Script, failure: dict[str, Any]) -> None:
    cloudflare.expect(reads_zone(), holds(), wildcards(), adds(**failure), holds(), adds())
    assert run().changed


def test_an_addition_that_never_arrives_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(), wildcards(), adds(fault=cut()), holds())
    result = run(retry_timeout=0)
    assert (result.failed, result.changed, result.code) == (True, False, "response_lost")
    assert partly(result) == error_of("POST", RECORDS, None)


def test_a_lost_addition_that_nothing_is_known_of(cloudflare: Script) -> None:
    cloudflare.expect(reads_zone(), holds(), wildcards(), adds(fault=cut()), holds(info=None, **refused(403, 10000)))
    result = run()
    assert (result.failed, result.changed, result.code) == (True, True, "outcome_unknown")
    assert partly(result) == error_of("POST", RECORDS, None)


@pytest.mark.parametrize("failure", LOST)
def test_a_lost_ttl_that_arrived_is_not_sent_again(cloudflare: Script, failure: dict[str, Any]) -> None:
    cloudflare.expect(
        reads_zone(),
        holds(a_record()),
        Call("PATCH", RECORD, body={"ttl": 300}, **failure),
        Call("GET", RECORD, a_record(ttl=300)),
    )
    assert run(ttl=300).changed


@pytest.mark.parametrize("failure", LOST)
def test_a_lost_ttl_that_did_not_arrive_is_sent_again(cloudflare: Script, failure: dict[str, Any]) -> None:
    cloudflare.expect(
        reads_zone(),
        holds(a_record()),
        Call("PATCH", RECORD, body={"ttl": 300}, **failure),
        Call("GET", RECORD, a_record()),
        Call("PATCH", RECORD, a_record(ttl=300), {"ttl": 300}),
    )
    assert run(ttl=300).changed


@pytest.mark.parametrize("failure", LOST)
def test_a_lost_removal_is_repeated(cloudflare: Script, failure: dict[str, Any]) -> None:
    cloudflare.expect(
        reads_zone(), holds(a_record()), Call("DELETE", RECORD, **failure), Call("DELETE", RECORD, **GONE)
    )
    assert run(state="absent").changed


@pytest.mark.parametrize("failure", LOST)
def test_a_removal_that_stays_lost_may_have_been_carried_out(cloudflare: Script, failure: dict[str, Any]) -> None:
    cloudflare.expect(reads_zone(), holds(a_record()), Call("DELETE", RECORD, **failure))
    result = run(state="absent", retry_timeout=0)
    assert (result.failed, result.changed, result.code) == (True, True, "outcome_unknown")
    assert result.error["method"] == "DELETE"
