# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credential a task uses, and where it came from."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.auth import (
    DEFAULT_API_URL,
    Credential,
    check_account_id,
    check_api_url,
    choose_credential,
    with_environment,
)
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from tests.unit.support import refuses

NOTHING: Mapping[str, Any] = dict.fromkeys(("api_token", "api_email", "api_key", "account_id", "api_url"))
TOKEN, KEY, MAIL = "the-token", "the-key", "me@example.com"
ALL_SET = {
    "CLOUDFLARE_API_TOKEN": "env-token",
    "CLOUDFLARE_TOKEN": "older-token",
    "CLOUDFLARE_EMAIL": "env@example.com",
    "CLOUDFLARE_API_KEY": "env-key",
    "CLOUDFLARE_ACCOUNT_ID": "e" * 32,
    "CLOUDFLARE_BASE_URL": "https://env.example/v4",
}


def resolved(environ: Mapping[str, str], **options: Any) -> dict[str, Any]:
    return with_environment({**NOTHING, **options}, environ)


def chosen(environ: Mapping[str, str], **options: Any) -> Credential:
    return choose_credential(resolved(environ, **options))


def bearer(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


def pair(mail: str, key: str) -> dict[str, str]:
    return {"X-Auth-Email": mail, "X-Auth-Key": key}


@pytest.mark.parametrize(
    ("environ", "options", "headers", "source"),
    [
        pytest.param({}, {"api_token": TOKEN}, bearer(TOKEN), "the API token of the option api_token", id="option"),
        pytest.param(
            {"CLOUDFLARE_API_TOKEN": "a", "CLOUDFLARE_TOKEN": "b"},
            {},
            bearer("a"),
            "the API token of the environment variable CLOUDFLARE_API_TOKEN",
            id="first variable",
        ),
        pytest.param(
            {"CLOUDFLARE_API_TOKEN": "", "CLOUDFLARE_TOKEN": "b"},
            {},
            bearer("b"),
            "the API token of the environment variable CLOUDFLARE_TOKEN",
            id="an empty variable is not set",
        ),
        pytest.param(
            {"CLOUDFLARE_TOKEN": "b"},
            {"api_token": ""},
            bearer("b"),
            "the API token of the environment variable CLOUDFLARE_TOKEN",
            id="an empty option is not set",
        ),
        pytest.param(
            ALL_SET, {"api_token": TOKEN}, bearer(TOKEN), "the API token of the option api_token", id="option first"
        ),
        pytest.param(
            ALL_SET,
            {},
            bearer("env-token"),
            "the API token of the environment variable CLOUDFLARE_API_TOKEN",
            id="token before key",
        ),
        pytest.param(
            {},
            {"api_token": TOKEN, "api_email": MAIL, "api_key": KEY},
            bearer(TOKEN),
            "the API token of the option api_token",
            id="token before key as options",
        ),
        pytest.param(
            ALL_SET,
            {"api_email": MAIL, "api_key": KEY},
            pair(MAIL, KEY),
            "the API key of the option api_key",
            id="a pair of options before a token of the environment",
        ),
        pytest.param(
            {"CLOUDFLARE_EMAIL": MAIL, "CLOUDFLARE_API_KEY": KEY},
            {},
            pair(MAIL, KEY),
            "the API key of the environment variable CLOUDFLARE_API_KEY",
            id="pair of the environment",
        ),
        pytest.param(
            {"CLOUDFLARE_API_KEY": "k", "CLOUDFLARE_EMAIL": "x"},
            {"api_email": MAIL},
            pair(MAIL, "k"),
            "the API key of the environment variable CLOUDFLARE_API_KEY",
            id="mixed pair",
        ),
    ],
)
def test_the_credential(environ: dict[str, str], options: dict[str, str], headers: dict[str, str], source: str) -> None:
    credential = chosen(environ, **options)
    assert (dict(credential.headers), credential.source) == (headers, source)


def test_a_credential_does_not_print_itself() -> None:
    assert TOKEN not in repr(chosen({}, api_token=TOKEN))


@pytest.mark.parametrize(
    ("environ", "options", "lacking"),
    [
        ({}, {}, "api_token"),
        ({"CLOUDFLARE_API_TOKEN": ""}, {"api_token": ""}, "api_token"),
        ({}, {"api_email": MAIL}, "api_key"),
        ({}, {"api_key": KEY}, "api_email"),
        ({"CLOUDFLARE_EMAIL": MAIL}, {}, "api_key"),
        ({"CLOUDFLARE_API_TOKEN": TOKEN}, {"api_key": KEY}, "api_email"),
        ({"CLOUDFLARE_API_KEY": KEY, "CLOUDFLARE_EMAIL": ""}, {}, "api_email"),
    ],
)
def test_no_credential_or_half_of_one(environ: dict[str, str], options: dict[str, str], lacking: str) -> None:
    with refuses("credential_missing", lacking) as caught:
        chosen(environ, **options)
    assert KEY not in caught.value.message
    assert TOKEN not in caught.value.message


@pytest.mark.parametrize(
    ("environ", "text"),
    [
        (
            {},
            "api_token: no credential is set. Set the option api_token or the environment variable CLOUDFLARE_",
        ),
        (
            {"CLOUDFLARE_EMAIL": MAIL},
            "api_key: it is not set, but api_email is (by the environment variable CLOUDFLARE_EMAIL). Set the option "
            "api_key or the environment variable CLOUDFLARE_API_KEY",
        ),
    ],
)
def test_a_missing_credential_says_where_it_can_come_from(environ: dict[str, str], text: str) -> None:
    with pytest.raises(UsageError) as caught:
        chosen(environ)
    assert text in caught.value.message


@pytest.mark.parametrize("bad", ["a b", "a\n", "a\r\nX-Evil: 1", "ä", "a\x00", "\u200b", "\ta"])
@pytest.mark.parametrize("option", ["api_token", "api_key", "api_email"])
def test_what_no_header_can_carry_is_refused_without_being_told(option: str, bad: str) -> None:
    secret = f"s3cr3t{bad}"
    rest = {} if option == "api_token" else {"api_email": MAIL, "api_key": KEY}
    with refuses("invalid_option", option) as caught:
        chosen({}, **{**rest, option: secret})
    assert f"set by the option {option}) contains a space, a line break" in caught.value.message
    assert "s3cr3t" not in caught.value.message


@pytest.mark.parametrize(
    ("option", "variable"), [("account_id", "CLOUDFLARE_ACCOUNT_ID"), ("api_url", "CLOUDFLARE_BASE_URL")]
)
def test_an_option_beats_its_variable(option: str, variable: str) -> None:
    assert resolved(ALL_SET)[option] == ALL_SET[variable]
    assert resolved(ALL_SET)["origins"][option] == f"the environment variable {variable}"
    assert resolved(ALL_SET, **{option: "mine"})[option] == "mine"
    assert resolved(ALL_SET, **{option: ""})[option] == ALL_SET[variable]


def test_the_usual_address() -> None:
    assert resolved({})["api_url"] == DEFAULT_API_URL == "https://api.cloudflare.com/client/v4"
    assert resolved({"CLOUDFLARE_BASE_URL": ""}, api_url="")["api_url"] == DEFAULT_API_URL


def test_other_options_are_passed_on() -> None:
    assert resolved({}, timeout=3)["timeout"] == 3


@pytest.mark.parametrize(
    ("url", "base"),
    [
        ("https://api.cloudflare.com/client/v4/", "https://api.cloudflare.com/client/v4"),
        ("https://gateway.example:8443/x//", "https://gateway.example:8443/x"),
        ("http://localhost:8080", "http://localhost:8080"),
        ("http://127.0.0.1:1/", "http://127.0.0.1:1"),
        ("http://127.1.2.3/v4", "http://127.1.2.3/v4"),
        ("http://[::1]:8080/client/v4", "http://[::1]:8080/client/v4"),
    ],
)
def test_the_base_address(url: str, base: str) -> None:
    assert check_api_url(url) == base


@pytest.mark.parametrize(
    "url",
    [
        "http://api.cloudflare.com",
        "http://localhost.evil.example",
        "http://10.0.0.1/",
        "http://[::2]/",
        "http://127.evil",
    ],
)
def test_no_credential_travels_unencrypted(url: str) -> None:
    with refuses("invalid_option", "api_url") as caught:
        check_api_url(url)
    assert "would send the credential unencrypted" in caught.value.message


@pytest.mark.parametrize(
    "url",
    [
        "api.cloudflare.com",
        "ftp://api.cloudflare.com",
        "https://",
        "https:///x",
        "https://host/?",
        "https://host/#",
        "https://host/?q",
        "https://host/?q=1",
        "https://host/#f",
        "https://[::1/",
        "https://host:port/",
        "https:\\\\host\\client",
        "\0https://host/",
        " https://host/",
        "https://host/ x",
        "https://ho\nst/",
    ],
)
def test_what_is_no_base_address(url: str) -> None:
    with refuses("invalid_option", "api_url") as caught:
        check_api_url(url)
    assert "such as https://api" in caught.value.message


@pytest.mark.parametrize("url", ["https://me@host/", "https://@host/", "https://me:hush@host/"])
def test_no_password_of_an_address_is_shown(url: str) -> None:
    with refuses("invalid_option", "api_url") as caught:
        check_api_url(url)
    assert "it contains @ (expected a URL without user name and password)" in caught.value.message
    assert "hush" not in caught.value.message


@pytest.mark.parametrize("account_id", ["0123456789abcdef" * 2, "Z" * 32])
def test_an_account_id_has_32_letters_and_digits(account_id: str) -> None:
    assert check_account_id(resolved({}, account_id=account_id)) == account_id


@pytest.mark.parametrize("account_id", ["abc", "a" * 31, "a" * 33, "a" * 31 + "/", "ä" * 32, "a" * 31 + "²"])
def test_another_account_id_is_refused(account_id: str) -> None:
    with refuses("invalid_option", "account_id") as caught:
        check_account_id(resolved({"CLOUDFLARE_ACCOUNT_ID": account_id}))
    assert f"of {len(account_id)} characters" in caught.value.message


def test_an_account_id_is_needed() -> None:
    with refuses("missing_option", "account_id") as caught:
        check_account_id(resolved({}))
    assert "CLOUDFLARE_ACCOUNT_ID" in caught.value.message


def test_every_task_has_a_list_of_its_own_for_what_it_waited_for() -> None:
    first, second = resolved({}), resolved({})
    assert first["waited"] == second["waited"] == []
    assert first["waited"] is not second["waited"]
