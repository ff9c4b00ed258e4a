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
    foretold = value(check=True)
    assert name_server.serial("example.com") == serial
    done = value()
    assert (foretold.changed, foretold.diff, foretold.dns_record) == (done.changed, done.diff, done.dns_record)

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
    ("name", "text"),
    [
        ("alias.example.com", "alias.example.com is a CNAME for app.example.com, and DNS allows no TXT record"),
        ("any.wild.example.com", "any.wild.example.com has no record of its own, and is found through a wildcard (A)"),
        ("x.elsewhere.example.com", "it delegates elsewhere.example.com to ns.example.net: publish the record there"),
        ("elsewhere.example.com", "it delegates elsewhere.example.com to ns.example.net: publish the record there"),
        ("ext.example.com", "ext.example.com is a CNAME for cdn.example.net, and DNS allows no TXT record"),
        ("any.pages.example.com", "is found through a wildcard (CNAME)"),
        ("app.example.org", "answers REFUSED when asked for app.example.org. Set server to the primary of the zone"),
    ],
)
def test_where_no_record_can_be_is_told(
    value: Value, name_server: NameServer, name: str, text: str, check: bool
) -> None:
    name_server.add("elsewhere.example.com", "NS", "ns.example.net.")
    name_server.add("ext.example.com", "CNAME", "cdn.example.net.")
    name_server.add("*.pages.example.com", "CNAME", "cdn.example.net.")
    before = name_server.content()
    refused = value(name=name, check=check)
    assert (refused.failed, refused.changed) == (True, False)
    assert text in refused.msg
    assert name_server.content() == before


def test_the_value_at_the_end_of_an_alias_is_not_that_of_the_alias(value: Value, name_server: NameServer) -> None:
    assert value(name="app.example.com").changed
    assert "is a CNAME for app.example.com" in value(name="alias.example.com").msg
    assert not value(name="alias.example.com", state="absent").changed
    assert name_server.texts("app.example.com") == {VALUE}


def test_the_zone_of_an_alias_is_not_that_of_its_target(value: Value, name_server: NameServer) -> None:
    name_server.add("into.example.com", "CNAME", "app.sub.example.com.")
    assert "into.example.com is a CNAME for app.sub.example.com" in value(name="into.example.com").msg


def test_the_values_of_a_wildcard_are_not_those_of_a_name_below_it(value: Value, name_server: NameServer) -> None:
    name_server.add("*.mail.example.com", "TXT", f'"{VALUE}"')
    assert not value(name="app.mail.example.com", state="absent").changed
    added = value(name="app.mail.example.com")
    assert (added.changed, added.txt_values) == (True, [VALUE])


def test_a_name_that_can_hold_no_more_names_the_servers_log(value: Value, name_server: NameServer) -> None:
    for number in range(100):  # what BIND allows of one type
        name_server.add(HOST, "TXT", f'"v{number}"')
    refused = value()
    assert refused.failed
    assert "with SERVFAIL. See its log" in refused.msg


def test_a_wildcard_of_other_records_is_warned_of(value: Value, name_server: NameServer) -> None:
    name_server.add("*.mail.example.com", "TXT", '"v=spf1 -all"')
    added = value(name="app.mail.example.com")
    assert added.changed
    assert "a wildcard answered for it (TXT)" in added.warnings[0]
    assert name_server.texts("app.mail.example.com") == {VALUE}


WRONG_SECRET = base64.b64encode(b"x" * 32).decode()


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(
    ("key", "text"),
    [
        (TsigKey("stranger"), "Correct key_name and key_algorithm: the server has no such key."),
        (TsigKey("writer", secret=WRONG_SECRET), "Correct key_secret and key_algorithm"),
        (TsigKey("writer", "hmac-sha512", WRONG_SECRET), "Correct key_"),
        (None, "with REFUSED. Allow the key to change the TXT records of this name"),
    ],
    ids=["unknown name", "wrong secret", "wrong algorithm", "no key"],
)
def test_a_key_that_will_not_do_is_told(
    value: Value, name_server: NameServer, key: TsigKey | None, text: str, check: bool
) -> None:
    before = name_server.content()
    refused = value(key=key, check=check)
    assert (refused.failed, refused.changed) == (True, False)
    assert text in refused.msg
    assert key is None or key.secret not in refused.text
    assert name_server.content() == before


@pytest.mark.parametrize("check", [True, False])
def test_a_key_that_may_only_read_is_told_even_in_check_mode(
    value: Value, name_server: NameServer, check: bool
) -> None:
    refused = value(key=name_server.reader, check=check)
    assert refused.failed
    assert "refuses the update of example.com with REFUSED. Allow the key" in refused.msg


def test_another_zone_than_that_of_the_name_is_told(value: Value) -> None:
    refused = value(zone="sub.example.com")
    assert refused.failed
    assert "NOTZONE" in refused.msg
    assert "Set zone to the zone that holds the name." in refused.msg


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"value": ""}, "value must be the printable text"),
        ({"name": "a..b"}, "name: 'a..b' is no name that DNS could have a record for."),
        ({"name": ""}, "name must not be empty."),
        ({"zone": "a b"}, "zone: 'a b' is no name"),
        ({"ttl": -1}, "ttl must be from 0 to 2147483647, not -1."),
        ({"port": 0}, "port must be from 1 to 65535, not 0."),
        ({"timeout": 0}, "timeout must be a number of seconds above 0, not 0.0."),
        ({"key_secret": "not base64!"}, "key_secret must be the key in base64"),
        ({"key_name": "a..b"}, "key_name: 'a..b' is no name that a key can have."),
        ({"key_secret": None}, "parameters are required together: key_name, key_secret"),
        ({"server": "no such host"}, "server: 'no such host' is neither an IP address nor a name"),
        ({"state": "maybe"}, "value of state must be one of"),
    ],
)
def test_bad_input_is_told(value: Value, params: dict[str, Any], text: str) -> None:
    refused = value(**params)
    assert refused.failed
    assert text in refused.msg


def test_a_server_that_is_not_there_is_told(value: Value) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        refused = value(port=free.getsockname()[1], timeout=0.2)
    assert refused.failed
    assert "The name server 127.0.0.1 port" in refused.msg


def test_a_server_that_does_not_answer_is_asked_three_times_and_told(value: Value) -> None:
    with socket.socket(type=socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        silent.setblocking(False)
        refused = value(port=silent.getsockname()[1], protocol="udp", timeout=0.1)
        questions = [silent.recv(512) for _unused in range(3)]
        with pytest.raises(BlockingIOError):
            silent.recv(512)
    assert len({question[:2] for question in questions}) == 1, "the same message, but for the time of its signature"
    assert "gave no answer (Timeout)." in refused.msg


def test_a_server_that_never_answers_over_tcp_is_told(value: Value) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        refused = value(port=silent.getsockname()[1], timeout=0.1)
    assert "gave no answer (Timeout)." in refused.msg


def test_the_library_that_is_missing_is_named(value: Value, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rfc2136_txt_value, "DNSPYTHON_IMPORT_ERROR", "the traceback")
    assert "dnspython" in value().msg
