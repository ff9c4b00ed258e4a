# SPDX-License-Identifier: GPL-3.0-or-later
"""Failures as values."""

from __future__ import annotations

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import (
    CloudflareError,
    Complaint,
    OAuthOpsError,
    UsageError,
)


def failure() -> CloudflareError:
    return CloudflareError(
        "it_failed",
        "It failed.",
        remedy="Try again.",
        method="PATCH",
        path="/x",
        status=502,
        ray_id="ray",
        complaints=(Complaint(7003, "No route"), Complaint(None, "Why")),
        unsent=True,
        uncertain=True,
        transient=True,
        retry_after=3.0,
        oauth_client="before",
    )


@pytest.mark.parametrize(
    ("message", "renamed"), [("ttl: too low.", "dns.ttl: too low."), ("The ttl: is too low.", "The ttl: is too low.")]
)
def test_an_option_can_have_another_name_for_the_user(message: str, renamed: str) -> None:
    failure = UsageError("no", message, option="ttl", changed=True).renamed("dns.ttl")
    assert failure.result() == {"msg": renamed, "changed": True, "error": {"code": "no", "option": "dns.ttl"}}


def test_a_usage_error_is_a_message_and_what_comes_with_it() -> None:
    assert UsageError("no", "No.", option="ttl", changed=True).result() == {
        "msg": "No.",
        "changed": True,
        "error": {"code": "no", "option": "ttl"},
    }


def test_every_failure_has_a_code_and_perhaps_an_option() -> None:
    assert OAuthOpsError("no", "No.").result() == UsageError("no", "No.").result()
    assert UsageError("no", "No.").error() == {"code": "no", "option": None}


def test_an_http_failure_is_also_data() -> None:
    assert failure().result() == {
        "msg": "It failed. Try again. [cf-ray ray]",
        "oauth_client": "before",
        "error": {
            "code": "it_failed",
            "option": None,
            "method": "PATCH",
            "path": "/x",
            "status": 502,
            "ray_id": "ray",
            "errors": [
                {"code": 7003, "message": "No route", "option": None, "documentation_url": None},
                {"code": None, "message": "Why", "option": None, "documentation_url": None},
            ],
        },
    }


def test_codes() -> None:
    assert failure().codes == {7003, None}


@pytest.mark.parametrize(
    "name", ["method", "path", "status", "ray_id", "complaints", "unsent", "uncertain", "transient", "retry_after"]
)
def test_an_explanation_keeps_what_happened(name: str) -> None:
    assert getattr(failure().explained("because", "Because."), name) == getattr(failure(), name)


def test_an_explanation_comes_first_and_adds_to_the_result() -> None:
    explained = failure().explained("because", "Because.", changed=True, oauth_client="after")
    assert (explained.code, explained.message) == ("because", f"Because. {failure().message}")
    assert explained.result()["changed"] is True
    assert explained.result()["oauth_client"] == "after"


def test_an_explanation_with_a_remedy_replaces_the_remedy() -> None:
    explained = failure().explained_instead("because", "Because. Wait.", changed=True)
    assert (explained.code, explained.message) == ("because", "Because. Wait. Cause: It failed. [cf-ray ray]")
    assert explained.result()["changed"] is True
    assert explained.error() == {**failure().error(), "code": "because"}


@pytest.mark.parametrize(
    ("complaint", "text"),
    [
        (Complaint(1000, "Bad"), "Bad (code 1000)"),
        (Complaint(None, "Bad"), "Bad"),
        (Complaint(1000, "Bad", "scopes[0]"), "scopes[0]: Bad (code 1000)"),
    ],
)
def test_a_complaint_in_words(complaint: Complaint, text: str) -> None:
    assert str(complaint) == text
