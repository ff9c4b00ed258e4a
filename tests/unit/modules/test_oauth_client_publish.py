# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_client: verification and the step that cannot be undone."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.support import (
    BAD_GATEWAY,
    CLIENT,
    CLIENT_ID,
    LAGS,
    TXT,
    ModuleResult,
    a_client,
    a_verified_client,
    behind,
    error_of,
    partly,
    patches,
    reads,
    refused,
    run_module,
)
from tests.unit.transport import Call, Clock, Script, cut

URI = "https://app.example.com/"
PUBLIC = {"visibility": "public"}
FAILED: dict[str, Any] = {"client_uri": URI, "client_uri_verification": {"status": "failed", "text": TXT}}
PENDING: dict[str, Any] = {"client_uri": URI, "client_uri_verification": {"status": "pending", "text": TXT}}


def run(**params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client", client_id=CLIENT_ID, **params)


def test_visibility_is_alone_in_the_request_that_promotes(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_verified_client()), patches(PUBLIC, a_verified_client(**PUBLIC)))
    result = run(visibility="public")
    assert result.changed
    assert (result.diff["before"]["visibility"], result.diff["after"]["visibility"]) == ("private", "public")
    assert result.publishing["phase"] == "public"


def test_other_changes_go_first(cloudflare: Script) -> None:
    named = {"policy_uri": "https://app.example.com/policy"}
    cloudflare.expect(
        reads(a_verified_client()),
        patches(named, a_verified_client(**named)),
        patches(PUBLIC, a_verified_client(**named, **PUBLIC)),
    )
    result = run(visibility="public", **named)
    assert result.oauth_client["visibility"] == "public"


def test_a_public_client_is_no_write(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_verified_client(**PUBLIC)))
    assert not run(visibility="public").changed


def test_a_private_client_is_no_write(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client()))
    assert not run(visibility="private").changed


def test_a_public_client_can_be_changed(cloudflare: Script) -> None:
    named = {"policy_uri": "https://app.example.com/policy"}
    cloudflare.expect(reads(a_verified_client(**PUBLIC)), patches(named, a_verified_client(**PUBLIC, **named)))
    assert run(visibility="public", **named).changed


@pytest.mark.parametrize("check", [True, False])
def test_what_cannot_be_public_is_refused(cloudflare: Script, check: bool) -> None:
    cloudflare.expect(reads(a_client(scopes=["openid"], client_uri_verification={"status": "failed"})))
    result = run(check=check, visibility="public")
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("not_publishable", "logo_uri")


@pytest.mark.parametrize("check", [True, False])
def test_private_on_a_public_client_is_refused(cloudflare: Script, check: bool) -> None:
    cloudflare.expect(reads(a_client(**PUBLIC)))
    result = run(check=check, visibility="private", client_name="New")
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("client_public", "visibility")


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("client_uri", ["https://other.example.com/", ""])
def test_the_domain_of_a_verified_client_is_locked(cloudflare: Script, check: bool, client_uri: str) -> None:
    cloudflare.expect(reads(a_verified_client()))
    result = run(check=check, client_uri=client_uri)
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("domain_locked", "client_uri")


def test_the_path_of_a_verified_client_may_change(cloudflare: Script) -> None:
    path = {"client_uri": f"{URI}about"}
    cloudflare.expect(reads(a_verified_client()), patches(path, a_verified_client(**path)))
    assert run(**path).changed


def test_an_unchanged_client_uri_is_never_sent(cloudflare: Script) -> None:
    named = {"policy_uri": "https://app.example.com/policy"}
    cloudflare.expect(reads(a_client(**PENDING)), patches(named, a_client(**PENDING, **named)))
    assert run(client_uri=URI, **named).changed


def test_a_failed_verification_is_restarted(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client(**FAILED)), patches({"client_uri": URI}, a_client(**PENDING)))
    result = run(restart_verification=True)
    assert result.changed
    assert result.diff["before"]["client_uri_verification"] == "failed"
    assert result.diff["after"]["client_uri_verification"] == "restarted"
    assert result.oauth_client["client_uri_verification"]["status"] == "pending"


@pytest.mark.parametrize("status", ["pending", "in_progress", "verified", None])
def test_no_other_verification_is_restarted(cloudflare: Script, status: str | None) -> None:
    cloudflare.expect(reads(a_client(client_uri=URI, client_uri_verification={"status": status})))
    assert not run(restart_verification=True).changed


def test_nothing_is_restarted_unasked(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client(**FAILED)))
    assert not run(client_uri=URI).changed


def test_a_lost_restart_is_recognised_by_the_verification(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_client(**FAILED)), patches({"client_uri": URI}, fault=cut()), reads(a_client(**PENDING)))
    assert run(restart_verification=True).changed


def test_a_lost_restart_that_did_not_arrive_is_repeated(cloudflare: Script) -> None:
    cloudflare.expect(
        reads(a_client(**FAILED)),
        patches({"client_uri": URI}, fault=cut()),
        reads(a_client(**FAILED)),
        patches({"client_uri": URI}, a_client(**PENDING)),
    )
    assert run(restart_verification=True).changed


def test_a_lost_promotion_that_arrived_is_not_repeated(cloudflare: Script, clock: Clock) -> None:
    cloudflare.expect(reads(a_verified_client()), patches(PUBLIC, **BAD_GATEWAY), reads(a_verified_client(**PUBLIC)))
    result = run(visibility="public")
    assert (result.failed, result.changed) == (False, True)
    assert clock.sleeps == []


def test_a_lost_promotion_that_did_not_arrive_is_repeated(cloudflare: Script) -> None:
    cloudflare.expect(
        reads(a_verified_client()),
        patches(PUBLIC, **BAD_GATEWAY),
        reads(a_verified_client()),
        patches(PUBLIC, a_verified_client(**PUBLIC)),
    )
    assert run(visibility="public").oauth_client["visibility"] == "public"


def test_a_lost_promotion_that_nothing_is_known_of(cloudflare: Script) -> None:
    cloudflare.expect(
        reads(a_verified_client()), patches(PUBLIC, **BAD_GATEWAY), Call("GET", CLIENT, **refused(403, 10000))
    )
    result = run(visibility="public")
    assert (result.failed, result.changed, result.code) == (True, True, "outcome_unknown")
    assert partly(result) == error_of("PATCH", CLIENT, 502)


def test_a_refused_promotion_changes_nothing(cloudflare: Script) -> None:
    refusal = refused(400, 1004, "public visibility requires a non-empty logo_uri")
    cloudflare.expect(reads(a_verified_client()), patches(PUBLIC, **refusal))
    result = run(visibility="public")
    assert (result.failed, result.changed, result.code) == (True, False, "request_refused")
    assert result.error["errors"][0]["code"] == 1004


def test_a_refused_promotion_after_other_changes_is_a_change(cloudflare: Script) -> None:
    named = {"policy_uri": "https://app.example.com/policy"}
    cloudflare.expect(
        reads(a_verified_client()), patches(named, a_verified_client(**named)), patches(PUBLIC, **refused(400))
    )
    result = run(visibility="public", **named)
    assert (result.failed, result.changed) == (True, True)
    assert result.oauth_client["policy_uri"] == named["policy_uri"]
    assert partly(result) == error_of("PATCH", CLIENT, 400)


def test_a_promotion_that_shows_late_is_waited_for(cloudflare: Script, clock: Clock) -> None:
    private, public = a_verified_client(), a_verified_client(**PUBLIC)
    cloudflare.expect(reads(private), patches(PUBLIC, private), reads(private), reads(public))
    result = run(visibility="public")
    assert (result.failed, result.changed) == (False, True)
    assert result.oauth_client["visibility"] == "public"
    assert clock.sleeps == LAGS[:1]


def test_a_promotion_that_is_accepted_without_effect_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(
        reads(a_verified_client()), patches(PUBLIC, a_verified_client()), *behind(reads(a_verified_client()))
    )
    result = run(visibility="public")
    assert (result.failed, result.changed) == (True, True)
    assert (result.code, result.option) == ("value_not_kept", "visibility")
    assert f"accepted the promotion of {CLIENT_ID}, but still shows it as private" in result.msg
    assert result.oauth_client["visibility"] == "private"
