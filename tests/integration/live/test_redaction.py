# SPDX-License-Identifier: GPL-3.0-or-later
"""What is taken out of a report."""

from __future__ import annotations

from typing import Any

import pytest

from tests.live.exchange import Exchange
from tests.live.findings import fact, settled
from tests.live.redaction import known_values, redacted, redacted_text, without_others
from tests.live.report import Outcome, report
from tests.live.settings import Settings

TOKEN = "tok-Abcdefghijklmnopqrstuvwxyz0123456789"
ACCOUNT = "0123456789abcdef0123456789abcdef"
KNOWN = {TOKEN: "<token>", ACCOUNT: "<account>", "short-own-id": "<client-1>"}

TEXTS = [
    (f"Bearer {TOKEN} of {ACCOUNT}", "Bearer <token> of <account>"),
    ("client short-own-id is gone", "client <client-1> is gone"),
    ("id ffffffffffffffffffffffffffffffff", "id <id>"),
    ("id FFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF", "id <id>"),
    ("123e4567-e89b-12d3-a456-426614174000", "<id>"),
    ("cloudflare_oauth_client_publisher=Zz-not-hex!", "cloudflare_oauth_client_publisher=<suffix>"),
    ("cloudflare_oauth_client_publisher=<suffix-2>", "cloudflare_oauth_client_publisher=<suffix-2>"),
    ("ask jane.doe+x@mail.example.com now", "ask <e-mail> now"),
    ("a token cfat_0123456789abcdefghij", "a token <token>"),
    ("from 203.0.113.7, from 2001:db8::1, from 2001:db8:0:0:1:2:3:4", "from <ip>, from <ip>, from <ip>"),
    ("at 2026-10-05T04:47:27Z, dns.read, https://a.example.com:8443/x", None),
    ("cf-ray 8f2b1c3d4e5f6a7b-AMS", None),
]


@pytest.mark.parametrize(("text", "shown"), TEXTS)
def test_texts(text: str, shown: str | None) -> None:
    assert redacted_text(text, KNOWN) == (text if shown is None else shown)


def test_values_keep_their_shape() -> None:
    value: Any = {
        "client_secret": "not seen before",
        "email": "x",
        "has_rotated_secret": True,
        "token_endpoint_auth_method": "none",
        ACCOUNT: [{"client_id": "short-own-id", "n": 3}, None],
    }
    assert redacted(value, KNOWN) == {
        "client_secret": "<removed>",
        "email": "<removed>",
        "has_rotated_secret": True,
        "token_endpoint_auth_method": "none",
        "<account>": [{"client_id": "<client-1>", "n": 3}, None],
    }


def exchange(method: str, path: str, answer: Any, sent: Any = None) -> Exchange:
    return Exchange("a question", method, path, {}, sent, 200, {"cf-ray": "8f2b-AMS"}, answer, 0.0)


def ok(result: Any) -> dict[str, Any]:
    return {"success": True, "errors": [], "messages": [], "result": result}


CREATED = ok(
    {
        "client_id": "client-one",
        "client_name": "oauthops-probe-x-1",
        "client_secret": "very-secret",
        "client_uri_verification": {"text": "cloudflare_oauth_client_publisher=suffix-one"},
    }
)
OTHERS = ok([{"client_id": "client-two", "client_name": "Payroll", "redirect_uris": ["https://intern.example.org/cb"]}])


def test_names_tell_one_from_another() -> None:
    twice = [exchange("POST", "/p", CREATED), exchange("POST", "/p", ok({"client_secret": "second-secret"}))]
    assert known_values(twice, TOKEN, ACCOUNT) == {
        TOKEN: "<token>",
        ACCOUNT: "<account>",
        "client-one": "<client-1>",
        "very-secret": "<secret-1>",
        "suffix-one": "<suffix-1>",
        "second-secret": "<secret-2>",
    }


def test_a_short_value_is_not_replaced_everywhere() -> None:
    assert known_values([exchange("GET", "/p", ok({"client_id": "1"}))], TOKEN, ACCOUNT) == {
        TOKEN: "<token>",
        ACCOUNT: "<account>",
    }


def test_other_clients_are_not_shown() -> None:
    both = ok([CREATED["result"], *OTHERS["result"]])
    shown = without_others(exchange("GET", f"/accounts/{ACCOUNT}/oauth_clients", both))
    assert shown.answer["result"] == [CREATED["result"], "(1 other clients, not shown)"]
    odd = without_others(exchange("GET", f"/accounts/{ACCOUNT}/oauth_clients", ok({"items": OTHERS["result"]})))
    assert "Payroll" not in str(odd.answer)


def made(*exchanges: Exchange, seen: str = "a | b <c>") -> str:
    answers = [("a question", "Why?", [settled("clear_uri", "null", seen), fact("a fact", "known")])]
    settings = Settings("https://api.cloudflare.com/client/v4", TOKEN, ACCOUNT)
    return report(Outcome("2026-10-05", answers, exchanges, "by SIGTERM", {"client-one": "500"}), settings)[0]


def test_a_report_names_the_variant_and_shows_the_requests() -> None:
    path = f"/accounts/{ACCOUNT}/oauth_clients"
    text = made(exchange("POST", path, CREATED, {"a": 1}), exchange("GET", f"{path}/client-one", CREATED))
    assert "| Why? **clear_uri** | a \\| b &lt;c> | `clear_uri=null` |" in text
    assert "| **a fact** | known | - |" in text
    assert '"clear_uri": "null"' in text
    assert "`GET /accounts/<account>/oauth_clients/<client-1>`: status 200, codes none, cf-ray 8f2b-AMS" in text
    assert '"client_secret": "<secret-1>"' in text
    assert "stopped early: by SIGTERM" in text
    assert "1 clients could not be removed" in text
    assert "the real Cloudflare" in text


def test_a_report_has_nothing_secret() -> None:
    lists = exchange("GET", f"/accounts/{ACCOUNT}/oauth_clients", OTHERS)
    text = made(exchange("POST", f"/accounts/{ACCOUNT}/oauth_clients", CREATED), lists, seen=f"{TOKEN} very-secret")
    secret = (TOKEN, ACCOUNT, "client-one", "client-two", "very-secret", "suffix-one", "Payroll", "intern.example.org")
    assert [word for word in secret if word in text] == []


def test_a_report_fits_into_an_issue() -> None:
    long = exchange("GET", "/oauth/scopes", ok([{"id": "x" * 3000}]))
    text = made(*[long] * 150)
    assert 20_000 < len(text) < 65_536
    assert text.count("status 200") == 150
