# SPDX-License-Identifier: GPL-3.0-or-later
"""The role oauth_client_publish where the zone is at a real name server, with all that zones hold."""

from __future__ import annotations

from typing import Any

import pytest

from tests.integration.dns.publishing import Publishing
from tests.integration.publications import AT_ONCE, MANUAL, PREPARE, PUBLISH, REMOVE, action, phase, result
from tests.integration.servers.name_server import NameServer
from tests.integration.thorough import thorough


def test_from_nothing_to_public_and_back_to_the_zone_as_it_was(publishing: Publishing, name_server: NameServer) -> None:
    before = name_server.content()
    assert phase(publishing.run()) == "public"
    (client,) = publishing.clients()
    assert name_server.texts("app.example.com") == {client["verification"]["text"]}

    again = publishing.run()
    assert (phase(again), again.changed) == ("public", [])

    refused = publishing.remove()
    assert (refused.code, refused.option) == ("client_public", "force")
    assert len(publishing.clients()) == 1
    assert name_server.texts("app.example.com") != set()

    removed = publishing.remove(force=True)
    assert removed.status == 0, removed.output
    assert (publishing.clients(), name_server.content()) == ([], before)
    assert publishing.remove(force=True).changed == []


def test_several_clients_of_one_host_come_and_go_one_by_one(publishing: Publishing, name_server: NameServer) -> None:
    apex = {"client_uri": "https://example.com/app", "promote": False}
    before = name_server.content()
    names = ["One", "Two", "Three"]
    for name in names:
        assert (
            phase(publishing.run(client_name=name, redirect_uris=[f"https://{name}.example.com/"], **apex))
            == "verified"
        )
    values = {client["client_name"]: client["verification"]["text"] for client in publishing.clients()}
    foreign = {"v=spf1 include:_spf.example.net ~all", "some-service-verification=made-up"}
    assert name_server.texts("example.com") == foreign | set(values.values())

    for name in ("Two", "One", "Three"):
        predicted = publishing.remove("--check", client_name=name, **apex)
        assert (predicted.changed, len(predicted.result(REMOVE)["diff"])) == ([REMOVE], 2)
        assert publishing.remove(client_name=name, **apex).status == 0
        del values[name]
        assert name_server.texts("example.com") == foreign | set(values.values())
    assert name_server.content() == before


@pytest.mark.parametrize(
    ("client_uri", "host"),
    [
        ("https://App.EXAMPLE.com./start?x=1", "app.example.com"),
        ("https://app.example.com:8443/", "app.example.com"),
        ("https://bücher.example.com/", "xn--bcher-kva.example.com"),
        ("https://app.sub.example.com/", "app.sub.example.com"),
        ("https://example.com", "example.com"),
    ],
    ids=["upper case, dot, path", "port", "international", "delegated zone", "apex"],
)
def test_the_record_is_at_the_host_of_the_home_page(
    publishing: Publishing, name_server: NameServer, client_uri: str, host: str
) -> None:
    run = publishing.run(client_uri=client_uri, promote=False)
    assert phase(run) == "verified"
    assert result(run)["dns_record"]["name"] == host
    assert result(run)["dns_record"]["value"] in name_server.texts(host)


def test_a_value_that_somebody_has_split_is_the_value(publishing: Publishing, name_server: NameServer) -> None:
    run = publishing.run(**MANUAL)
    value = result(run)["dns_record"]["value"]
    name_server.add("app.example.com", "TXT", f'"{value[:9]}" "{value[9:]}"')
    assert phase(publishing.run(promote=False)) == "verified"
    assert name_server.texts("app.example.com") == {value}


IMPOSSIBLE: list[tuple[dict[str, Any], str, str]] = [
    ({"client_uri": "https://alias.example.com/"}, "record_conflict", "app.example.com"),
    ({"client_uri": "https://ext.example.com/"}, "record_conflict", "cdn.example.net"),
    ({"client_uri": "https://any.wild.example.com/"}, "wildcard_conflict", "(A)"),
    ({"client_uri": "https://app.elsewhere.example.com/"}, "host_delegated", "ns.example.net"),
    ({"client_uri": "https://app.example.org/"}, "dns_not_served", "app.example.org"),
    ({"client_uri": "http://127.0.0.1:3000/"}, "domain_not_verifiable", "http://127.0.0.1:3000/"),
    ({"client_uri": "http://[::1]:3000/"}, "domain_not_verifiable", "http://[::1]:3000/"),
    ({"client_uri": "http://localhost:3000/"}, "domain_not_verifiable", "localhost"),
    ({"client_uri": "https://intranet/"}, "domain_not_verifiable", "intranet"),
    ({"server": ""}, "invalid_option", "dns.server"),
    ({"key_name": "stranger"}, "dns_key_refused", "key_name"),
    ({"port": 9}, "dns_unreachable", "127.0.0.1 port 9"),
    ({"lookup_servers": "ns1.example.com:x"}, "invalid_option", "'ns1.example.com:x'"),
    ({"provider": "rotue53.yml"}, "invalid_option", "cloudflare, rfc2136, manual"),
]


def test_what_cannot_work_is_told_before_anything_is_written(publishing: Publishing, name_server: NameServer) -> None:
    name_server.add("elsewhere.example.com", "NS", "ns.example.net.")
    name_server.add("ext.example.com", "CNAME", "cdn.example.net.")
    before = name_server.content()
    refusals = publishing.ansible.refusals([publishing.task(**changes) for changes, _code, _named in IMPOSSIBLE])
    for refused, (changes, code, named) in zip(refusals, IMPOSSIBLE, strict=True):
        assert (refused["error"]["code"], named in refused["msg"]) == (code, True), (changes, refused)
    assert (publishing.fake.requests(writes_only=True), name_server.content()) == ([], before)


@pytest.mark.parametrize("check", [[], ["--check"]], ids=["run", "check"])
def test_a_key_without_the_right_to_write_is_told_before_anything_is_written(
    publishing: Publishing, check: list[str]
) -> None:
    reader = publishing.name_server.reader
    refused = publishing.run(*check, key_name=reader.name, key_secret=reader.secret)
    assert refused.code == "dns_refused"
    assert reader.secret not in refused.output
    assert publishing.fake.requests(writes_only=True) == []


def test_a_cname_is_warned_of_where_the_zone_may_be_at_cloudflare(publishing: Publishing) -> None:
    run = publishing.run(provider="manual", client_uri="https://alias.example.com/", wait_timeout=0)
    assert phase(run) == "needs_dns"
    assert "A zone at Cloudflare takes a TXT record beside it" in run.output


def test_a_cname_that_comes_later_is_explained(publishing: Publishing, name_server: NameServer) -> None:
    manual = {**MANUAL, "client_uri": "https://new.example.com/"}
    publishing.run(**manual)
    name_server.add("new.example.com", "CNAME", "app.example.com.")
    run = publishing.run(**manual)
    assert (action(run), "CNAME" in result(run)["next_action"]["text"]) == ("publish_record", True)


def test_check_mode_predicts_the_record_of_a_client_that_is_not_there(publishing: Publishing) -> None:
    run = publishing.run("--check", "--diff")
    assert (phase(run), run.changed, len(run.result(PREPARE)["diff"])) == ("needs_dns", [PREPARE], 2)
    assert publishing.fake.requests(writes_only=True) == []


@pytest.mark.thorough
def test_a_removal_that_is_interrupted_goes_on(publishing: Publishing, name_server: NameServer) -> None:
    before = name_server.content()
    publishing.run(promote=False)
    publishing.fake.add_fault(kind="status", method="DELETE", status=403)
    assert publishing.remove().status != 0
    assert len(publishing.clients()) == 1
    assert publishing.remove().status == 0
    assert (publishing.clients(), name_server.content()) == ([], before)


def test_clients_without_a_home_page_may_have_the_same_redirect(publishing: Publishing) -> None:
    tool = {"client_uri": "", "logo_uri": "", "redirect_uris": ["http://127.0.0.1:8976/callback"]}
    assert [phase(publishing.run(client_name=name, **tool)) for name in ("One", "Two")] == ["incomplete"] * 2


@pytest.mark.parametrize("more", [[], *thorough(["https://app.example.com/more"])])
def test_a_client_that_looks_like_another_is_not_created(publishing: Publishing, more: list[str]) -> None:
    publishing.run(promote=False)
    redirects = [*more, "https://app.example.com/callback"]
    refused = publishing.run(client_name="App 2", redirect_uris=redirects)
    assert (refused.code, refused.option) == ("client_similar", "client.client_name")
    assert len(publishing.clients()) == 1


def test_a_removal_is_checked_before_it_begins(publishing: Publishing) -> None:
    publishing.run(promote=False)
    for changes, option in (({"provider": "/nowhere.yml"}, "dns.provider"), ({"client_name": ""}, "client")):
        refused = publishing.remove(**changes)
        assert (refused.code, refused.option) == ("invalid_option", option)
    assert len(publishing.clients()) == 1


def test_without_a_provider_the_record_goes_to_cloudflare(publishing: Publishing) -> None:
    variables = publishing.variables(**AT_ONCE)
    del variables["oauth_client_publish_dns"]["provider"]
    assert phase(publishing.ansible.playbook(PUBLISH, extra=variables)) == "needs_dns"
    assert [record["name"] for record in publishing.fake.state()["records"]] == ["app.example.com"]


@pytest.mark.thorough
def test_who_cannot_be_asked_is_noted_and_holds_nothing_up(publishing: Publishing) -> None:
    run = publishing.run(lookup_servers="127.0.0.1:9", promote=False)
    assert phase(run) == "verified"
    assert "127.0.0.1 port 9" in str(run.result(PREPARE)["lookup"]["notes"])


def test_a_lookup_that_is_switched_off_asks_nobody(publishing: Publishing) -> None:
    run = publishing.run(lookup="none", promote=False)
    assert phase(run) == "verified"
    assert run.result(PREPARE)["lookup"] == {}
