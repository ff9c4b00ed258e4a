# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input is refused by option, and nothing is sent."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils import _module
from tests.unit.support import ACCOUNT, CLIENT_ID, TXT, options, run_module
from tests.unit.transport import TOKEN, Script

CLIENT = "cloudflare_oauth_client"
GOOD: Mapping[str, dict[str, Any]] = {
    CLIENT: options(),
    "cloudflare_oauth_client_info": {},
    "cloudflare_oauth_client_secret": {"client_id": CLIENT_ID, "state": "finalized"},
    "cloudflare_oauth_clients": {"clients": [options()]},
    "cloudflare_oauth_domain_record": {"host": "app.example.com", "value": TXT},
    "cloudflare_oauth_scope_info": {},
}
OF_AN_ACCOUNT = [CLIENT, *(f"{CLIENT}{kind}" for kind in ("_info", "_secret", "s"))]
CORE = None  # ansible-core refuses it before the module begins, in words of its own
CONNECTION = [
    pytest.param({"api_token": None}, "credential_missing", "api_token", id="no credential"),
    pytest.param({"api_token": "", "api_email": ""}, "credential_missing", "api_token", id="empty credential"),
    pytest.param(
        {"api_token": None, "api_email": "me@example.com"}, "credential_missing", "api_key", id="e-mail without key"
    ),
    pytest.param(
        {"api_token": None, "api_key": "unit-test-key"}, "credential_missing", "api_email", id="key without e-mail"
    ),
    pytest.param({"api_token": "a-tok\nen"}, "invalid_option", "api_token", id="line break"),
    pytest.param({"api_url": "http://api.cloudflare.com/client/v4"}, "invalid_option", "api_url", id="plain http"),
    pytest.param({"api_url": "api.cloudflare.com"}, "invalid_option", "api_url", id="no address"),
    pytest.param({"api_url": "https://api.cloudflare.com:99999"}, "invalid_option", "api_url", id="no port"),
    pytest.param({"api_url": "https://me:hush@localhost/"}, "invalid_option", "api_url", id="password"),
    pytest.param({"timeout": -1}, "invalid_option", "timeout", id="negative timeout"),
    pytest.param({"timeout": 0}, "invalid_option", "timeout", id="no timeout"),
    pytest.param({"timeout": "later"}, CORE, "timeout", id="timeout of letters"),
    pytest.param({"retry_timeout": -0.1}, "invalid_option", "retry_timeout", id="negative retry_timeout"),
    pytest.param({"retry_timeout": "nan"}, "invalid_option", "retry_timeout", id="no number"),
    pytest.param({"ca_path": "/no/such/file"}, "invalid_option", "ca_path", id="no certificates"),
]
ACCOUNTS = [
    pytest.param(None, "missing_option", id="none"),
    pytest.param("", "missing_option", id="empty"),
    pytest.param("abc", "invalid_option", id="short"),
    pytest.param(f"{ACCOUNT[:-1]}/", "invalid_option", id="slash"),
]
CLIENTS: list[Any] = [
    ({"client_name": None}, CORE, "client_id, client_name"),
    ({"client_name": ""}, "invalid_option", "client_name"),
    ({"grant_types": []}, "invalid_option", "grant_types"),
    ({"grant_types": ["client_credentials"]}, CORE, "grant_types"),
    ({"response_types": ["cod"]}, CORE, "response_types"),
    ({"token_endpoint_auth_method": "None"}, CORE, "token_endpoint_auth_method"),
    ({"visibility": "Public"}, CORE, "visibility"),
    ({"state": "gone"}, CORE, "state"),
    ({"scopes": []}, "invalid_option", "scopes"),
    ({"unknown_option": 1}, CORE, "unknown_option"),
]
RECORDS: list[Any] = [
    ({"host": None}, CORE, "client_uri, host"),
    ({"client_uri": "https://a.example/"}, CORE, "client_uri|host"),
    ({"value": None}, CORE, "value"),
    ({"value": ""}, "invalid_option", "value"),
    ({"value": "a\nb"}, "invalid_option", "value"),
    ({"ttl": 5}, "invalid_option", "ttl"),
    ({"host": "a..b"}, "invalid_option", "host"),
    ({"host": None, "client_uri": "https://"}, "invalid_option", "client_uri"),
    ({"state": "gone"}, CORE, "state"),
]


FILTERS = [
    ("cloudflare_oauth_client_info", "client_id"),
    ("cloudflare_oauth_client_info", "client_name"),
    ("cloudflare_oauth_scope_info", "category"),
    ("cloudflare_oauth_scope_info", "name"),
]


@pytest.fixture(autouse=True)
def nothing_sent(cloudflare: Script) -> Any:
    yield
    assert cloudflare.sent == []


def refusal(name: str, code: str | None, option: str, /, *, check: bool, **bad: Any) -> str:
    result = run_module(name, check=check, **{**GOOD[name], **bad})
    assert result.failed
    assert not result.changed
    assert "Traceback" not in result.text
    if code is CORE:
        assert option in result.msg
    assert result.error == ({} if code is CORE else {"code": code, "option": option})
    return result.msg


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(("bad", "code", "option"), CONNECTION)
def test_a_connection_that_cannot_be(
    name: str, bad: dict[str, Any], code: str | None, option: str, check: bool
) -> None:
    message = refusal(name, code, option, check=check, **bad)
    assert TOKEN not in message
    assert "unit-test-key" not in message
    assert "a-tok" not in message
    assert "hush" not in message


@pytest.mark.parametrize("name", OF_AN_ACCOUNT)
@pytest.mark.parametrize(("account_id", "code"), ACCOUNTS)
def test_an_account_that_cannot_be(name: str, account_id: Any, code: str) -> None:
    refusal(name, code, "account_id", check=False, account_id=account_id)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(("bad", "code", "option"), CLIENTS)
def test_a_client_that_cannot_be(bad: dict[str, Any], code: str | None, option: str, check: bool) -> None:
    refusal(CLIENT, code, option, check=check, **bad)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(("bad", "code", "option"), RECORDS)
def test_a_record_that_cannot_be(bad: dict[str, Any], code: str | None, option: str, check: bool) -> None:
    refusal("cloudflare_oauth_domain_record", code, option, check=check, **bad)


@pytest.mark.parametrize(("name", "option"), FILTERS)
def test_an_empty_filter_does_not_list_everything(name: str, option: str) -> None:
    refusal(name, "invalid_option", option, check=False, **{option: ""})


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_library_is_named_with_the_interpreter(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(_module, "REQUESTS_IMPORT_ERROR", "ImportError: No module named requests")
    result = run_module(name, **GOOD[name])
    assert (result.failed, result.code) == (True, "requirement_missing")
    assert "(requests)" in result.msg
    assert sys.executable in result.msg
