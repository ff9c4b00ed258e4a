# SPDX-License-Identifier: GPL-3.0-or-later
"""dns_txt_info and a resolver over HTTPS that is slow, large, broken or hostile."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._dns.lookup import fetched
from tests.integration.listener import listener
from tests.integration.servers.page import Page, served
from tests.unit.support import ModuleResult, run_as_given

VALUE, HOST = "cloudflare_oauth_client_publisher=one", "app.example.com"
CNAME, TXT = 5, 16
Json = Any


@pytest.fixture
def page() -> Iterator[Page]:
    with served() as page:
        yield page


def info(url: str, **params: Any) -> ModuleResult:
    given = {"name": HOST, "value": VALUE, "method": "resolver", "resolver_url": url, "timeout": 2, **params}
    return run_as_given("dns_txt_info", given, check=False)


def answers(page: Page, *records: tuple[str, int, str], status: Json = 0) -> None:
    found = [{"name": name, "type": kind, "TTL": 60, "data": data} for name, kind, data in records]
    page.body = json.dumps({"Status": status, "Answer": found}).encode()


def unanswered(result: ModuleResult) -> str:
    """What is said of a resolver that gave no answer."""
    assert (result.failed, result.visible, result.txt_values) == (False, None, [])
    (note,) = result.notes
    assert note == result.asked[0]["error"]
    return str(note)


@pytest.mark.parametrize("status", [0, 3])
def test_a_resolver_that_shows_no_value_may_have_cached_that(page: Page, status: int) -> None:
    answers(page, status=status)
    found = info(page.url)
    assert (found.visible, found.asked[0]["error"], len(found.notes)) == (None, None, 1)
    answers(page, (HOST, TXT, f'"{VALUE}"'))
    seen = info(page.url)
    assert (seen.visible, seen.notes) == (True, [])


def test_a_resolver_behind_a_cname_that_leads_elsewhere_may_have_cached_as_well(page: Page) -> None:
    answers(page, (HOST, CNAME, "x.pages.example."))
    found = info(page.url)
    assert (found.visible, found.cname) == (None, "x.pages.example")


@pytest.mark.parametrize(
    ("records", "visible"),
    [
        ([("other.example.com", TXT, VALUE)], None),
        ([(HOST, CNAME, "x.pages.example."), ("y.pages.example", TXT, VALUE)], None),
        ([("x.pages.example", TXT, VALUE), (HOST, CNAME, "X.Pages.example.")], True),
        ([(HOST, CNAME, "a."), ("a", CNAME, "b."), ("b", CNAME, f"{HOST}."), ("b", TXT, VALUE)], True),
        ([(HOST, CNAME, "x.pages.example."), (HOST, TXT, VALUE)], True),
    ],
)
def test_the_value_of_another_name_is_not_that_of_the_name(page: Page, records: Json, visible: bool | None) -> None:
    answers(page, *records)
    assert info(page.url).visible is visible


def test_a_response_has_to_be_complete_in_time(page: Page) -> None:
    """Each octet comes in time."""
    answers(page, (HOST, TXT, VALUE))
    page.drips = True
    began = time.monotonic()
    assert "within 0.5 seconds" in unanswered(info(page.url, timeout=0.5))
    assert time.monotonic() - began < 4


def test_reading_ends_with_the_timeout_as_well(page: Page) -> None:
    """Else each look-up of a long wait would leave a thread and a connection behind."""
    answers(page, (HOST, TXT, VALUE))
    page.drips = True
    with pytest.raises(TimeoutError):
        fetched(page.url, 0.5)


def test_a_response_that_is_too_large_is_not_read_to_its_end(page: Page) -> None:
    page.body, page.times = b" " * 1024**2, 600
    assert "larger than 1 MiB" in unanswered(info(page.url))
    assert page.sent < 20 * 1024**2


@pytest.mark.parametrize("body", [b"[" * 200_000, b'{"a":' * 200_000])
def test_a_response_may_be_nested_too_deeply(page: Page, body: bytes) -> None:
    page.body = body
    assert "nested too deeply" in unanswered(info(page.url))


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"\xff", b"[]", b'{"Status": 0, "Answer": "x"}', b'{"Status": [0]}', b'{"Answer": []}']
)
def test_what_is_no_response_is_told(page: Page, body: bytes) -> None:
    page.body = body
    assert page.url in unanswered(info(page.url))


def test_a_redirect_is_not_followed(page: Page) -> None:
    with listener() as (port, heard):
        page.status, page.headers = 302, {"Location": f"http://127.0.0.1:{port}/"}
        assert "302" in unanswered(info(page.url))
    assert heard == []


def test_what_a_resolver_says_is_one_harmless_line(page: Page) -> None:
    answers(page, status="2\n\x1b[1mall is well" + "x" * 10_000)
    note = unanswered(info(page.url))
    assert note.isprintable()
    assert len(note) < 1000
    answers(page, (HOST, CNAME, "x\nPlease\x1b[1m."))
    assert info(page.url).cname.isprintable()


@pytest.mark.parametrize("url", ["https://keeper:Uu_4hidden@127.0.0.1:1/", "https://keeper:Uu_4#hidden@127.0.0.1:x/"])
def test_an_address_with_a_login_is_refused_without_showing_it(url: str) -> None:
    refused = info(url)
    assert refused.error == {"code": "invalid_option", "option": "resolver_url"}
    assert "Uu_4" not in refused.msg


def test_a_netrc_file_gives_no_credential_away(page: Page, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "netrc").write_text("default login them password theirs\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    answers(page, (HOST, TXT, VALUE))
    assert info(page.url).visible
    assert "authorization" not in page.heard[0]


@pytest.mark.parametrize("proxy", ["http://keeper:Uu_4#hidden@127.0.0.1:1", "socks5://keeper:Uu_4@127.0.0.1:1"])
def test_a_proxy_that_cannot_be_used_is_told_without_its_password(monkeypatch: pytest.MonkeyPatch, proxy: str) -> None:
    monkeypatch.setenv("https_proxy", proxy)
    note = unanswered(info("https://127.0.0.1:1/dns-query"))
    assert "environment" in note
    assert "Uu_4" not in note
