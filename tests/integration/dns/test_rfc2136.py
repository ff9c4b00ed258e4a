# SPDX-License-Identifier: GPL-3.0-or-later
"""rfc2136_txt_value at a real name server: one value comes and goes, and nothing else of the zone changes."""

from __future__ import annotations

import base64
import socket
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._dns.update import update_value
from ansible_collections.oauthops.iam.plugins.modules import rfc2136_txt_value
from tests.integration.servers.name_server import NameServer, TsigKey
from tests.unit.support import ModuleResult, run_as_given

VALUE = "cloudflare_oauth_client_publisher=5d41402abc4b2a76b9719d911017c592"
OTHER = "cloudflare_oauth_client_publisher=another"
HOST = "app.example.com"

Value = Callable[..., ModuleResult]


@pytest.fixture
def value(name_server: NameServer) -> Value:
    """Run the module with the key that may write; a parameter that is None is left out."""

    def run(key: TsigKey | None = name_server.writer, check: bool = False, **params: Any) -> ModuleResult:
        signed = {"key_name": key.name, "key_secret": key.secret, "key_algorithm": key.algorithm} if key else {}
        server = {"server": name_server.host, "port": name_server.port, "timeout": 2}
        given = {"name": HOST, "value": VALUE, **server, **signed, **params}
        return run_as_given(
            "rfc2136_txt_value", {name: item for name, item in given.items() if item is not None}, check=check
        )

    return run


@pytest.mark.parametrize("protocol", ["tcp", "udp"])
def test_a_value_comes_and_goes_and_nothing_else_changes(value: Value, name_server: NameServer, protocol: str) -> None:
    name_server.add(HOST, "TXT", f'"{OTHER}"')
    before = name_server.content()

    added = value(protocol=protocol)
    assert added.changed
    assert added.diff == {"before": {"values": [OTHER]}, "after": {"values": [VALUE, OTHER]}}
    assert added.dns_record == {"type": "TXT", "name": HOST, "value": VALUE, "ttl": 300, "zone": "example.com"}
    assert name_server.texts(HOST) == {VALUE, OTHER}
    assert not value(protocol=protocol).changed

    removed = value(state="absent", protocol=protocol)
    assert removed.changed
    assert removed.txt_values == [OTHER]
    assert name_server.content() == before
    assert not value(state="absent", protocol=protocol).changed


def test_check_mode_predicts_and_changes_nothing(value: Value, name_server: NameServer) -> None:
    serial = name_server.serial("example.com")
    predicted = value(check=True)
    assert name_server.serial("example.com") == serial
    done = value()
    assert (predicted.changed, predicted.diff, predicted.dns_record) == (done.changed, done.diff, done.dns_record)

    serial = name_server.serial("example.com")
    assert value(check=True, state="absent").changed
    assert (name_server.serial("example.com"), name_server.texts(HOST)) == (serial, {VALUE})


def test_the_first_value_of_a_name_has_the_ttl_asked_for(value: Value, name_server: NameServer) -> None:
    assert value(ttl=120).dns_record["ttl"] == 120
    assert value(name="new.example.com").dns_record["ttl"] == 3600
    assert f'{HOST} 120 TXT "{VALUE}"' in name_server.zone_text("example.com")


def test_the_ttl_of_records_that_are_there_stays(value: Value, name_server: NameServer) -> None:
    name_server.add(HOST, "TXT", f'"{OTHER}"', ttl=77)
    assert value(ttl=120).dns_record["ttl"] == 77
    assert {line for line in name_server.zone_text("example.com") if line.startswith(f"{HOST} 77 TXT")} == {
        f'{HOST} 77 TXT "{VALUE}"',
        f'{HOST} 77 TXT "{OTHER}"',
    }


def test_the_apex_keeps_its_spf_and_all_else(value: Value, name_server: NameServer) -> None:
    before = name_server.content()
    assert value(name="example.com").dns_record["zone"] == "example.com"
    assert "v=spf1 include:_spf.example.net ~all" in name_server.texts("example.com")
    assert value(name="example.com", state="absent").changed
    assert name_server.content() == before


def test_a_delegated_zone_of_the_same_server_is_found(value: Value, name_server: NameServer) -> None:
    assert value(name="app.sub.example.com").dns_record["zone"] == "sub.example.com"
    assert name_server.texts("app.sub.example.com") == {VALUE}


@pytest.mark.parametrize("name", ["APP.Example.COM", "app.example.com."])
def test_a_name_is_written_as_people_write_it(value: Value, name_server: NameServer, name: str) -> None:
    assert value(name=name).dns_record["name"] == HOST
    assert name_server.texts(HOST) == {VALUE}


def test_an_international_name_is_found_in_punycode(value: Value, name_server: NameServer) -> None:
    assert value(name="bücher.example.com").dns_record["name"] == "xn--bcher-kva.example.com"
    assert name_server.texts("xn--bcher-kva.example.com") == {VALUE}


def test_a_long_value_is_split_and_joined(value: Value, name_server: NameServer) -> None:
    long = 'say "hi" \\ ' + "x" * 600
    assert value(value=long).changed
    assert name_server.texts(HOST) == {long}
    assert not value(value=long).changed
    assert value(value=long, state="absent").changed
    assert name_server.texts(HOST) == set()


@pytest.mark.parametrize("strings", [('"a" "b"',), ('"a" "b"', '"ab"', '"" "ab"'), (r'"\097" b',)])
def test_a_value_that_somebody_has_split_is_removed_as_it_is_there(
    value: Value, name_server: NameServer, strings: tuple[str, ...]
) -> None:
    before = name_server.content()
    for content in strings:
        name_server.add(HOST, "TXT", content)
    assert not value(value="ab").changed
    removed = value(value="ab", state="absent")
    assert (removed.changed, removed.txt_values) == (True, [])
    assert name_server.content() == before
    assert not value(value="ab", state="absent").changed


def test_values_that_come_at_the_same_time_do_not_replace_each_other(name_server: NameServer) -> None:
    key = {"key_name": "writer", "key_secret": name_server.writer.secret, "key_algorithm": "hmac-sha256"}
    params = {"server": name_server.host, "port": name_server.port, "protocol": "tcp", "timeout": 5, **key}

    def add(number: int) -> bool:
        given = {**params, "state": "present", "value": f"v{number}", "ttl": None, "zone": None}
        return bool(update_value(given, HOST, check_mode=False)["changed"])

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(add, range(16)))
    assert name_server.texts(HOST) == {f"v{number}" for number in range(16)}


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("name", "code", "named"),
    [
        ("alias.example.com", "record_conflict", "app.example.com"),
        ("any.wild.example.com", "wildcard_conflict", "(A)"),
        ("x.elsewhere.example.com", "host_delegated", "ns.example.net"),
        ("elsewhere.example.com", "host_delegated", "ns.example.net"),
        ("ext.example.com", "record_conflict", "cdn.example.net"),
        ("any.pages.example.com", "wildcard_conflict", "(CNAME)"),
        ("app.example.org", "dns_not_served", "If it is not the primary name server of the zone, correct server."),
    ],
)
def test_where_no_record_can_be_is_told(
    value: Value, name_server: NameServer, name: str, code: str, named: str, check: bool
) -> None:
    name_server.add("elsewhere.example.com", "NS", "ns.example.net.")
    name_server.add("ext.example.com", "CNAME", "cdn.example.net.")
    name_server.add("*.pages.example.com", "CNAME", "cdn.example.net.")
    before = name_server.content()
    refused = value(name=name, check=check)
    assert (refused.failed, refused.changed, refused.code) == (True, False, code)
    assert named in refused.msg
    assert name_server.content() == before


def test_the_value_at_the_end_of_an_alias_is_not_that_of_the_alias(value: Value, name_server: NameServer) -> None:
    assert value(name="app.example.com").changed
    assert value(name="alias.example.com").code == "record_conflict"
    assert not value(name="alias.example.com", state="absent").changed
    assert name_server.texts("app.example.com") == {VALUE}


def test_the_zone_of_an_alias_is_not_that_of_its_target(value: Value, name_server: NameServer) -> None:
    name_server.add("into.example.com", "CNAME", "app.sub.example.com.")
    refused = value(name="into.example.com")
    assert refused.code == "record_conflict"
    assert "app.sub.example.com" in refused.msg


def test_the_values_of_a_wildcard_are_not_those_of_a_name_below_it(value: Value, name_server: NameServer) -> None:
    name_server.add("*.mail.example.com", "TXT", f'"{VALUE}"')
    assert not value(name="app.mail.example.com", state="absent").changed
    added = value(name="app.mail.example.com")
    assert (added.changed, added.txt_values) == (True, [VALUE])


def test_a_name_that_can_hold_no_more_names_the_servers_log(value: Value, name_server: NameServer) -> None:
    for number in range(100):  # what BIND allows of one type
        name_server.add(HOST, "TXT", f'"v{number}"')
    assert ["max-records-per-type" in warning for warning in value(check=True).warnings] == [True]
    refused = value()
    assert refused.failed
    assert refused.error == {"code": "dns_refused", "option": None, "reason": "SERVFAIL"}
    assert "max-records-per-type" in refused.msg


def test_a_wildcard_of_other_records_is_warned_of(value: Value, name_server: NameServer) -> None:
    name_server.add("*.mail.example.com", "TXT", '"v=spf1 -all"')
    added = value(name="app.mail.example.com")
    assert added.changed
    assert ["(TXT)" in warning for warning in added.warnings] == [True]
    assert name_server.texts("app.mail.example.com") == {VALUE}


WRONG_SECRET = base64.b64encode(b"x" * 32).decode()


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("key", "code", "text"),
    [
        (TsigKey("stranger"), "dns_key_refused", "Correct key_name and key_algorithm"),
        (TsigKey("writer", secret=WRONG_SECRET), "dns_key_refused", "Correct key_secret and key_algorithm"),
        (TsigKey("writer", "hmac-sha512", WRONG_SECRET), "dns_key_refused", "Correct key_"),
        (None, "dns_refused", "Allow the key to change"),
    ],
    ids=["unknown name", "wrong secret", "wrong algorithm", "no key"],
)
def test_a_key_that_will_not_do_is_told(
    value: Value, name_server: NameServer, key: TsigKey | None, code: str, text: str, check: bool
) -> None:
    before = name_server.content()
    refused = value(key=key, check=check)
    assert (refused.failed, refused.changed, refused.code) == (True, False, code)
    assert text in refused.msg
    assert key is None or key.secret not in refused.text
    assert name_server.content() == before


@pytest.mark.parametrize("check", [True, False])
def test_a_key_that_may_only_read_is_told_even_in_check_mode(
    value: Value, name_server: NameServer, check: bool
) -> None:
    refused = value(key=name_server.reader, check=check)
    assert refused.failed
    assert refused.error == {"code": "dns_refused", "option": None, "reason": "REFUSED"}


def test_another_zone_than_that_of_the_name_is_told(value: Value) -> None:
    refused = value(zone="sub.example.com")
    assert refused.failed
    assert refused.error == {"code": "dns_refused", "option": None, "reason": "NOTZONE"}
    assert "Set zone to the zone that holds the name." in refused.msg


@pytest.mark.parametrize(
    ("option", "bad"),
    [
        ("value", ""),
        ("name", "a..b"),
        ("name", ""),
        ("zone", "a b"),
        ("ttl", -1),
        ("port", 0),
        ("timeout", 0),
        ("key_secret", "not base64!"),
        ("key_name", "a..b"),
        ("server", "no such host"),
    ],
)
def test_bad_input_is_told(value: Value, option: str, bad: Any) -> None:
    refused = value(**{option: bad})
    assert refused.failed
    assert refused.error == {"code": "invalid_option", "option": option}
    assert option in refused.msg


@pytest.mark.parametrize(
    ("params", "names"), [({"key_secret": None}, "key_name, key_secret"), ({"state": "maybe"}, "state")]
)
def test_what_ansible_refuses_is_told(value: Value, params: dict[str, Any], names: str) -> None:
    refused = value(**params)
    assert (refused.failed, refused.code, names in refused.msg) == (True, None, True)


def test_a_server_that_is_not_there_is_told(value: Value) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        refused = value(port=free.getsockname()[1], timeout=0.2)
    assert (refused.failed, refused.code) == (True, "dns_unreachable")
    assert "Check server, port, protocol and any firewall" in refused.msg


def test_a_server_that_does_not_answer_is_asked_three_times_and_told(value: Value) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.setblocking(False)
        refused = value(port=silent.getsockname()[1], protocol="udp", timeout=0.1)
        questions = [silent.recv(512) for _unused in range(3)]
        with pytest.raises(BlockingIOError):
            silent.recv(512)
    assert len({question[:2] for question in questions}) == 1, "the same message, but for the time of its signature"
    assert refused.code == "dns_unreachable"


def test_a_server_that_never_answers_over_tcp_is_told(value: Value) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        refused = value(port=silent.getsockname()[1], timeout=0.1)
    assert refused.code == "dns_unreachable"


def test_the_library_that_is_missing_is_named(value: Value, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rfc2136_txt_value, "DNSPYTHON_IMPORT_ERROR", "the traceback")
    missing = value()
    assert missing.code == "requirement_missing"
    assert "dnspython" in missing.msg
