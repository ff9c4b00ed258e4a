# SPDX-License-Identifier: GPL-3.0-or-later
"""How the stores that are asked over HTTP take what is no answer, and to whom they give their credential."""

from __future__ import annotations

import base64
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.integration.listener import listener
from tests.integration.servers.page import Page, served
from tests.integration.stores.opened import opened, refuses

TOKEN = "token-for-the-store-Vv_5"
VAULT = {"type": "hashi_vault", "path": "apps/one", "token": TOKEN}
AWX = {"type": "awx_credential", "name": "One", "credential_type": "OAuth client", "controller_oauthtoken": TOKEN}
AWX_LOGIN = {**AWX, "controller_oauthtoken": "", "controller_username": "keeper", "controller_password": TOKEN}
AWS = {
    "type": "aws_secrets_manager",
    "name": "apps/one",
    "region": "eu-central-1",
    "access_key": "AKIDEXAMPLE",
    "secret_key": TOKEN,
}
ADDRESS = {"hashi_vault": "url", "awx_credential": "controller_host", "aws_secrets_manager": "endpoint_url"}


@pytest.fixture
def page() -> Iterator[Page]:
    with served() as page:
        yield page


def at(definition: dict[str, Any], url: str, **options: Any) -> dict[str, Any]:
    return {**definition, ADDRESS[definition["type"]]: url, **options}


every_store = pytest.mark.parametrize("definition", [VAULT, AWX, AWX_LOGIN], ids=["vault", "awx", "awx login"])
with_aws = pytest.mark.parametrize("definition", [VAULT, AWX, AWX_LOGIN, AWS], ids=["vault", "awx", "awx login", "aws"])


@every_store
def test_a_credential_goes_nowhere_else(page: Page, definition: dict[str, Any]) -> None:
    with listener() as (port, heard):
        page.status, page.headers = 307, {"Location": f"http://127.0.0.1:{port}/api/"}
        with opened(at(definition, page.url)) as store, refuses("store_unreadable", TOKEN):
            store.read()
    assert (len(page.heard), heard) == (1, [])


def test_a_log_in_goes_nowhere_else(page: Page) -> None:
    login = {"auth_method": "userpass", "username": "keeper", "password": TOKEN, "token": ""}
    page.status, page.headers = 307, {"Location": "http://127.0.0.1:1/"}
    with opened(at({**VAULT, **login}, page.url)) as store, refuses("store_unreadable", TOKEN):
        store.read()


@every_store
@pytest.mark.parametrize("status", [200, 204, 404, 429, 500, 503])
@pytest.mark.parametrize(
    "body", [b"", b"<html>Welcome\x1b[1m</html>", b"[]", b'"text"', f'{{"said": "{TOKEN}"}}'.encode()]
)
def test_what_is_no_answer_is_not_an_empty_place(
    page: Page, definition: dict[str, Any], status: int, body: bytes
) -> None:
    page.status, page.body, page.headers = status, body, {"Content-Type": "application/json"}
    if status == 204:
        page.body = b""
    with opened(at(definition, page.url)) as store, refuses("store_unreadable", TOKEN):
        store.read()


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b'{"SecretString": "{}"}', b'{"VersionId": "one"}'])
def test_what_is_no_answer_of_aws_is_not_an_empty_place(page: Page, body: bytes) -> None:
    page.body = body
    with opened(at(AWS, page.url)) as store, refuses("store_unreadable", TOKEN):
        store.read()


@with_aws
def test_an_answer_has_to_be_complete_in_time(page: Page, definition: dict[str, Any]) -> None:
    """Each octet comes in time."""
    page.body, page.drips = b'{"errors": []}' + b" " * 300, True
    began = time.monotonic()
    with opened(at(definition, page.url, timeout=0.4)) as store, refuses("store_unreadable", TOKEN):
        store.read()
    assert time.monotonic() - began < 15  # of 30, and boto3 takes some to load


@every_store
def test_an_answer_that_is_too_large_is_not_read_to_its_end(page: Page, definition: dict[str, Any]) -> None:
    page.body, page.times = b" " * 1024**2, 600
    with opened(at(definition, page.url)) as store, refuses("store_unreadable", TOKEN) as caught:
        store.read()
    assert "more than 32 MiB" in caught.value.message
    assert page.sent < 100 * 1024**2


@with_aws
@pytest.mark.parametrize("status", [200, 500])
def test_an_answer_may_be_nested_too_deeply(page: Page, definition: dict[str, Any], status: int) -> None:
    page.body, page.status, page.headers = b"[" * 200_000, status, {"Content-Type": "application/json"}
    with opened(at(definition, page.url)) as store, refuses("store_unreadable", TOKEN):
        store.read()


@with_aws
@pytest.mark.parametrize(
    "address", ["keeper:Uu_4#hidden@127.0.0.1:1", "keeper:Uu_4/hidden@127.0.0.1:1", "Uu_4:hidden@"]
)
def test_a_proxy_that_is_none_is_told_without_its_password(
    definition: dict[str, Any], monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    monkeypatch.setenv("https_proxy", f"http://{address}")
    with (
        refuses("invalid_option", TOKEN, "Uu_4", "hidden") as caught,
        opened(at(definition, "https://127.0.0.1:1", timeout=2)) as store,
    ):
        store.read()
    assert "HTTPS_PROXY" in caught.value.message


@every_store
def test_a_netrc_file_replaces_no_credential(
    page: Page, definition: dict[str, Any], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("default login them password theirs\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with opened(at(definition, page.url)) as store, refuses("store_unreadable", TOKEN):
        store.read()
    (headers,) = page.heard
    login = base64.b64encode(f"keeper:{TOKEN}".encode()).decode()
    expected = {"vault": None, "awx": f"Bearer {TOKEN}", "awx login": f"Basic {login}"}
    kind = "vault" if definition is VAULT else "awx" if definition is AWX else "awx login"
    assert headers.get("authorization") == expected[kind]
    assert headers.get("x-vault-token") == (TOKEN if definition is VAULT else None)


@every_store
def test_a_proxy_of_the_environment_is_used(
    page: Page, definition: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", page.url)
    with opened(at(definition, "http://store.example.invalid")) as store, refuses("store_unreadable", TOKEN):
        store.read()
    assert page.heard


@with_aws
@pytest.mark.parametrize(
    "url",
    [
        "https://keeper:Uu_4-hidden@127.0.0.1:1",
        "https://keeper:Uu_4-hidden/more@127.0.0.1:1",
        "https://keeper:Uu_4-hidden#more@127.0.0.1:1",
        "ftp://Uu_4-hidden@127.0.0.1",
        "https://[",
        "https://",
        "https://127.0.0.1:99999",
        "https://127.0.0.1\\@Uu_4-hidden",
        "\0https://Uu_4-hidden@127.0.0.1:1",
    ],
)
def test_an_address_is_shown_without_a_login(definition: dict[str, Any], url: str) -> None:
    with opened(at(definition, url, timeout=2)) as store, refuses("store_unreadable", TOKEN, "Uu_4-hidden"):
        store.read()


@every_store
def test_a_name_that_does_not_exist_is_not_an_empty_place(definition: dict[str, Any]) -> None:
    with (
        opened(at(definition, "https://no-such-host.invalid", timeout=5)) as store,
        refuses("store_unreadable", TOKEN),
    ):
        store.read()
