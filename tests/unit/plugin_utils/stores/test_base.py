# SPDX-License-Identifier: GPL-3.0-or-later
"""What a message may hold of what others say."""

from __future__ import annotations

import json
import time
from urllib.parse import quote, quote_plus

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.module_utils._api.deadline import within
from ansible_collections.oauthops.iam.plugins.plugin_utils._masking import LONGEST_QUOTE, harmless, without_secrets
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.base import (
    Failure,
    conflict,
    foreign,
    of_suboption,
    sentence,
    unreadable,
    unwritable,
)
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.http import address, verification
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.opening import open_store
from tests.unit.plugin_utils.stores.sites import a_site
from tests.unit.plugin_utils.stores_in_memory import InMemory
from tests.unit.support import refuses


@pytest.mark.parametrize(
    ("message", "option", "reason"),
    [
        ("path: /x is a directory.", "path", "/x is a directory."),
        ("vault_id: it is new.", "vault_id", "store.vault_id: it is new."),
        ("OAUTHOPS_HANDOVER_DIR: /x is new.", None, "OAUTHOPS_HANDOVER_DIR: /x is new."),
        ("The program ended.", "path", "The program ended."),
    ],
)
def test_an_option_of_a_store_has_the_name_that_the_user_writes(message: str, option: str | None, reason: str) -> None:
    assert of_suboption(message, option) == reason


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain", "plain"),
        ("  two\r\n\tlines ", "two lines"),
        ("\x1b[31mred\x1b[0m\x07", "\\x1b[31mred\\x1b[0m\\x07"),
        ("right\u202eleft\u2028line", "right\\u202eleft line"),
        ("at https://me:pass@host/path", "at https://host/path"),
        ("at https://me:p@ss@host:1", "at https://host:1"),
        ("mail me@example.com", "mail me@example.com"),
        ("\udc80", "\\udc80"),
        ("é", "é"),
    ],
)
def test_a_text_of_others_is_one_harmless_line(text: str, shown: str) -> None:
    assert harmless(text, ()) == shown


def test_a_long_text_is_cut_after_its_secrets_are_masked() -> None:
    shown = harmless("x" * (LONGEST_QUOTE - 6) + "top-secret", ["top-secret"])
    assert len(shown) <= LONGEST_QUOTE
    assert shown.endswith("...")
    assert "top" not in shown


@given(st.text(), st.text(min_size=4), st.text())
def test_no_secret_is_left_in_any_form(before: str, secret: str, after: str) -> None:
    if not secret.strip("*") or secret in before + "********" + after:
        return
    for form in (secret, json.dumps(secret)[1:-1], quote_plus(secret.encode("utf-8", "surrogateescape"))):
        assert secret not in without_secrets(f"{before}\0{form}\0{after}", [secret])
    assert harmless(quote(secret.encode("utf-8", "surrogateescape"), safe=""), [secret]) == "********"


def test_a_store_masks_its_own_secrets_and_those_of_its_records() -> None:
    definition = {"type": "vault_file", "path": "/etc/vault.yml", "key": "app", "vault_password": "pass-word"}
    store = open_store(definition, a_site())
    assert store.quoted("pass-word") == "********"
    assert store.quoted("client-1 s3cr3t other nested 1") == "client-1 s3cr3t other nested 1"
    store.hide(
        {"client_id": "client-1", "client_secret": "s3cr3t", "note": "other", "deep": {"x": ["nested", 1, None]}}
    )
    assert store.quoted("client-1 s3cr3t other nested 1") == "client-1 ******** ******** ******** 1"


@pytest.mark.parametrize(("text", "ended"), [("a", "a."), ("a.", "a."), ("a? ", "a?"), ("a!", "a!")])
def test_a_sentence_ends(text: str, ended: str) -> None:
    assert sentence(text) == ended


def test_each_error_has_a_code() -> None:
    store = InMemory()
    errors = [unreadable(store, "no"), unwritable(store, "no"), conflict(store), foreign(store, "is no")]
    codes = ["store_unreadable", "store_unwritable", "store_conflict", "foreign_content"]
    assert [(error.code, error.option) for error in errors] == [(code, "store") for code in codes]
    assert all("the memory" in error.message for error in errors)


def test_a_failure_is_told_as_what_was_done() -> None:
    def fail() -> None:
        raise Failure("full: make room")

    store = InMemory()
    with refuses("store_unwritable", "store") as caught, store.raising(unwritable):
        fail()
    assert caught.value.message == "store: the memory cannot be written: full: make room."
    assert caught.value.__suppress_context__


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://host", "https://host"),
        ("https://me:pass@host:8200/path?x=1", "https://host:8200"),
        ("http://[::1]:80", "http://::1:80"),
        ("https://", None),
        ("host", None),
        ("https://host:port", None),
        ("https://[", None),
    ],
)
def test_an_address_has_no_login_and_no_path(url: str, shown: str | None) -> None:
    assert address(url) == shown


def test_certificates_are_checked_as_asked() -> None:
    assert verification({"validate_certs": True, "ca": None}, "ca") is True
    assert verification({"validate_certs": True, "ca": "/"}, "ca") == "/"
    assert verification({"validate_certs": False, "ca": "/does/not/exist"}, "ca") is False


def test_an_answer_is_waited_for_so_long() -> None:
    assert within(5, lambda: "answer") == "answer"
    with pytest.raises(ZeroDivisionError):
        within(5, lambda: 1 // 0)
    with pytest.raises(TimeoutError):
        within(0.01, lambda: time.sleep(0.2))
