# SPDX-License-Identifier: GPL-3.0-or-later
"""Bad input is told in a clear sentence, and nothing is sent."""

from __future__ import annotations

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
CONNECTION = [
    pytest.param({"api_token": None}, "No credential: set the option api_token or the environment", id="no credential"),
    pytest.param({"api_token": "", "api_email": ""}, "No credential: set the option api_token", id="empty credential"),
    pytest.param(
        {"api_token": None, "api_email": "me@example.com"},
        "api_email is set (by the option api_email) but api_key is not: set the option api_key",
        id="e-mail without key",
    ),
    pytest.param(
        {"api_token": None, "api_key": "unit-test-key"},
        "api_key is set (by the option api_key) but api_email is not: set the option api_email",
        id="key without e-mail",
    ),
    pytest.param({"api_token": "a-tok\nen"}, "api_token, from the option api_token, holds a space", id="line break"),
    pytest.param(
        {"api_url": "http://api.cloudflare.com/client/v4"},
        "would send the credential unencrypted to api.cloudflare.com: use https",
        id="plain http",
    ),
    pytest.param({"api_url": "api.cloudflare.com"}, "api_url must be an address such as https://api", id="no address"),
    pytest.param({"api_url": "https://api.cloudflare.com:99999"}, "with a port up to 65535", id="no port"),
    pytest.param({"api_url": "https://me:hush@localhost/"}, "api_url must hold no user or password", id="password"),
    pytest.param({"timeout": -1}, "timeout must be a number of seconds above 0, not -1.0.", id="negative timeout"),
    pytest.param({"timeout": 0}, "timeout must be a number of seconds above 0, not 0.0.", id="no timeout"),
    pytest.param({"timeout": "soon"}, "timeout", id="timeout of letters"),
    pytest.param({"retry_timeout": -0.1}, "retry_timeout must be a number of seconds", id="negative retry_timeout"),
    pytest.param({"retry_timeout": "nan"}, "retry_timeout must be a number of seconds, not nan", id="no number"),
    pytest.param({"ca_path": "/no/such/file"}, "ca_path /no/such/file does not exist.", id="no certificates"),
]
ACCOUNTS = [
    pytest.param(None, "account_id is needed: set the option or the environment variable CLOUDFLARE", id="none"),
    pytest.param("", "account_id is needed", id="empty"),
    pytest.param("abc", "account_id must be the 32 letters and digits", id="short"),
    pytest.param(f"{ACCOUNT[:-1]}/", f"dashboard shows, not '{ACCOUNT[:-1]}/' (32 characters, from", id="slash"),
]
CLIENTS: list[Any] = [
    ({"client_name": None}, "one of the following is required: client_id, client_name"),
    ({"client_name": ""}, "client_name must not be empty: a client cannot be without it."),
    ({"grant_types": []}, "grant_types must not be empty"),
    ({"grant_types": ["client_credentials"]}, "value of grant_types must be one or more of: authorization_code, refr"),
    ({"response_types": ["cod"]}, "value of response_types must be one or more of: code, token, id_token"),
    ({"token_endpoint_auth_method": "None"}, "value of token_endpoint_auth_method must be one of: none, client_secr"),
    ({"visibility": "Public"}, "value of visibility must be one of: private, public"),
    ({"state": "gone"}, "value of state must be one of: present, absent"),
    ({"scopes": []}, "scopes must not be empty"),
    ({"unknown_option": 1}, "Unsupported parameters for (basic.py) module: unknown_option"),
]
RECORDS: list[Any] = [
    ({"host": None}, "one of the following is required: client_uri, host"),
    ({"client_uri": "https://a.example/"}, "parameters are mutually exclusive: client_uri|host"),
    ({"value": None}, "missing required arguments: value"),
    ({"value": ""}, "value must be the printable text that Cloudflare gave for the record, and not empty."),
    ({"value": "a\nb"}, "value must be the printable text"),
    ({"ttl": 5}, "ttl must be 1 (automatic) or from 30 to 86400 seconds, not 5."),
    ({"host": "a..b"}, "host: 'a..b' has no host that DNS could have a record for."),
    ({"host": None, "client_uri": "https://"}, "client_uri: 'https://' has no host that DNS could have a record for."),
    ({"state": "gone"}, "value of state must be one of: present, absent"),
]


@pytest.fixture(autouse=True)
def nothing_sent(cloudflare: Script) -> Any:
    yield
    assert cloudflare.sent == []


def refusal(name: str, check: bool, **bad: Any) -> str:
    result = run_module(name, check=check, **{**GOOD[name], **bad})
    assert result.failed
    assert not result.changed
    assert "Traceback" not in result.text
    assert "error" not in result
    return result.msg


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("name", GOOD)
@pytest.mark.parametrize(("bad", "text"), CONNECTION)
def test_a_connection_that_cannot_be(name: str, bad: dict[str, Any], text: str, check: bool) -> None:
    message = refusal(name, check, **bad)
    assert text in message
    assert TOKEN not in message
    assert "unit-test-key" not in message
    assert "a-tok" not in message


@pytest.mark.parametrize("name", OF_AN_ACCOUNT)
@pytest.mark.parametrize(("account_id", "text"), ACCOUNTS)
def test_an_account_that_cannot_be(name: str, account_id: Any, text: str) -> None:
    assert text in refusal(name, False, account_id=account_id)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(("bad", "text"), CLIENTS)
def test_a_client_that_cannot_be(bad: dict[str, Any], text: str, check: bool) -> None:
    assert text in refusal(CLIENT, check, **bad)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize(("bad", "text"), RECORDS)
def test_a_record_that_cannot_be(bad: dict[str, Any], text: str, check: bool) -> None:
    assert text in refusal("cloudflare_oauth_domain_record", check, **bad)


@pytest.mark.parametrize("name", GOOD)
def test_a_missing_library_is_named_with_the_interpreter(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setattr(_module, "REQUESTS_IMPORT_ERROR", "ImportError: No module named requests")
    result = run_module(name, **GOOD[name])
    assert result.failed
    assert "Failed to import the required Python library (requests)" in result.msg
