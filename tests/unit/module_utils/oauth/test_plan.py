# SPDX-License-Identifier: GPL-3.0-or-later
"""What has to be sent, and what must not be."""

from __future__ import annotations

from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import shaped
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.plan import Plan, plan_creation, plan_update
from tests.unit.support import TXT, a_client, a_confidential_client, a_verified_client, creation, options, refuses

URI = "https://app.example.com/"
FAILED: dict[str, Any] = {"client_uri": URI, "client_uri_verification": {"status": "failed", "text": TXT}}


def plan(wanted: dict[str, Any], actual: dict[str, Any], visibility: str | None = None, **flags: bool) -> Plan:
    return plan_update(wanted, visibility, shaped(actual), **{"append": False, "restart": False, **flags})


def refused(wanted: dict[str, Any], actual: dict[str, Any], visibility: str | None = None) -> UsageError:
    with pytest.raises(UsageError) as caught:
        plan(wanted, actual, visibility)
    return caught.value


def test_a_new_client_gets_the_usual_grant_and_response() -> None:
    assert plan_creation(options(), None) == creation()


@pytest.mark.parametrize("visibility", [None, "private"])
def test_visibility_is_never_part_of_a_creation(visibility: str | None) -> None:
    assert "visibility" not in plan_creation(options(), visibility)


def test_a_new_client_cannot_start_public() -> None:
    wanted = options(logo_uri=f"{URI}logo.png", client_uri=URI)
    with refuses("not_publishable") as caught:
        plan_creation(wanted, "public")
    assert "The client does not exist yet and cannot be created as public. Missing: verif" in caught.value.message
    assert "Run the role oauthops.iam.oauth_client_publish, which verifies the host" in caught.value.message


@pytest.mark.parametrize("wanted", [{"grant_types": ["refresh_token"]}, {"scopes": ["openid"]}])
def test_a_new_client_needs_the_whole_with_any_append(wanted: dict[str, Any]) -> None:
    with refuses("invalid_option", *wanted):
        plan_creation(options(**wanted), None)


def test_a_new_client_keeps_optional_scopes_within_scopes() -> None:
    with refuses("invalid_option", "optional_scopes"):
        plan_creation(options(optional_scopes=["d1.read"]), None)


def test_nothing_that_differs_is_an_empty_plan() -> None:
    same = plan(options(), a_client(unknown=1))
    assert (same.changes, same.promotes, same.restarts, same.changed, same.warnings) == ({}, False, False, False, [])


def test_only_what_differs_is_sent() -> None:
    assert plan(options(tos_uri="https://a.example/tos"), a_client()).changes == {"tos_uri": "https://a.example/tos"}


def test_client_uri_is_sent_only_when_it_differs() -> None:
    wanted = {"client_uri": URI, "client_name": "New"}
    assert plan(wanted, a_client(client_uri=URI)).changes == {"client_name": "New"}
    assert plan(wanted, a_client()).changes == wanted


@pytest.mark.parametrize("status", ["pending", "in_progress", "verified", None])
def test_only_a_failed_verification_is_restarted(status: str | None) -> None:
    waiting = a_client(client_uri=URI, client_uri_verification={"status": status})
    assert not plan({}, waiting, restart=True).changed


def test_a_restart_sends_the_same_client_uri() -> None:
    restart = plan({}, a_client(**FAILED), restart=True)
    assert (restart.changes, restart.restarts) == ({"client_uri": URI}, True)
    assert restart.expected["client_uri_verification"] == {"status": None, "text": None}


def test_nothing_restarts_unasked() -> None:
    assert not plan({"client_uri": URI}, a_client(**FAILED)).changed


def test_another_client_uri_restarts_by_itself() -> None:
    other = plan({"client_uri": "https://b.example/"}, a_client(**FAILED), restart=True)
    assert (other.changes, other.restarts) == ({"client_uri": "https://b.example/"}, False)


def test_there_is_nothing_to_restart_without_a_client_uri() -> None:
    assert not plan({}, a_client(client_uri_verification={"status": "failed"}), restart=True).changed


def test_appending_sends_the_old_and_the_new() -> None:
    changes = plan({"scopes": ["zone.read", "dns.read"]}, a_client(), append=True).changes
    assert changes == {"scopes": ["account-settings.read", "dns.read", "zone.read"]}


def test_appending_what_is_there_is_no_change() -> None:
    assert not plan({"scopes": ["dns.read"], "redirect_uris": []}, a_client(), append=True).changed


def test_optional_scopes_leave_with_their_scopes() -> None:
    actual = a_client(optional_scopes=["dns.read", "account-settings.read"])
    changes = plan({"scopes": ["account-settings.read"]}, actual).changes
    assert changes == {"scopes": ["account-settings.read"], "optional_scopes": ["account-settings.read"]}


def test_optional_scopes_that_stay_are_sent_once() -> None:
    actual = a_client(optional_scopes=["dns.read", "account-settings.read", "account-settings.read"])
    assert plan({"scopes": ["account-settings.read"]}, actual).changes["optional_scopes"] == ["account-settings.read"]


def test_optional_scopes_that_still_fit_are_not_sent() -> None:
    actual = a_client(optional_scopes=["dns.read", "dns.read"])
    assert plan({"scopes": ["dns.read"]}, actual).changes == {"scopes": ["dns.read"]}


@pytest.mark.parametrize("scopes", [{"scopes": ["dns.read"]}, {}], ids=["with scopes", "alone"])
def test_named_optional_scopes_are_not_shrunk_silently(scopes: dict[str, Any]) -> None:
    error = refused({**scopes, "optional_scopes": ["zone.read"]}, a_client())
    assert (error.code, error.option) == ("invalid_option", "optional_scopes")


def test_optional_scopes_may_be_among_the_scopes_that_are_there() -> None:
    assert plan({"optional_scopes": ["dns.read"]}, a_client()).changes == {"optional_scopes": ["dns.read"]}


@pytest.mark.parametrize(("client_uri", "new"), [("https://other.example.com/", "other.example.com"), ("", "none")])
def test_the_host_of_a_verified_client_is_locked(client_uri: str, new: str) -> None:
    error = refused({"client_uri": client_uri}, a_verified_client())
    assert (error.code, error.option) == ("domain_locked", "client_uri")
    lost = "be removed" if new == "none" else f"become {new}"
    assert f"app.example.com is verified and cannot {lost}" in error.message
    assert "For another domain, create another client" in error.message


@pytest.mark.parametrize("client_uri", [f"{URI}about", "http://APP.example.com:8080/"])
def test_the_rest_of_a_verified_address_may_change(client_uri: str) -> None:
    assert plan({"client_uri": client_uri}, a_verified_client()).changes == {"client_uri": client_uri}


def test_the_host_of_an_unverified_client_may_change() -> None:
    actual = a_verified_client(client_uri_verification={"status": "pending"})
    assert plan({"client_uri": "https://b.example/"}, actual).changed


def test_a_complete_client_is_promoted() -> None:
    promotion = plan({}, a_verified_client(), "public")
    assert (promotion.changes, promotion.promotes, promotion.changed) == ({}, True, True)
    assert promotion.expected["visibility"] == "public"


def test_what_the_same_task_adds_counts_for_promotion() -> None:
    promotion = plan({"logo_uri": f"{URI}logo.png"}, a_verified_client(logo_uri=None), "public")
    assert (promotion.changes, promotion.promotes) == ({"logo_uri": f"{URI}logo.png"}, True)


def test_what_the_same_task_takes_away_counts_for_promotion() -> None:
    error = refused({"logo_uri": ""}, a_verified_client(), "public")
    assert (error.code, error.option) == ("not_publishable", "logo_uri")


def test_a_new_path_has_to_be_verified_before_promotion() -> None:
    error = refused({"client_uri": f"{URI}x"}, a_verified_client(), "public")
    assert (error.code, error.option) == ("not_publishable", None)


def test_all_that_promotion_lacks_comes_in_one_message() -> None:
    actual = a_client(scopes=["openid"], client_uri_verification={"status": "pending"})
    error = refused({}, actual, "public")
    assert (error.code, error.option) == ("not_publishable", "logo_uri")
    assert (
        "Missing: logo_uri, client_uri, scopes (at least one that is not an identity scope such as openid). "
        "Nothing was changed. Set logo_uri, client_uri and scopes. "
        "Then run the role oauthops.iam.oauth_client_publish, which verifies the host"
    ) in error.message


def test_only_what_is_left_to_do_for_promotion_is_advised() -> None:
    error = refused({"logo_uri": ""}, a_verified_client(), "public")
    assert "Missing: logo_uri. Nothing was changed. Set logo_uri. Then run again." in error.message
    error = refused({}, a_client(logo_uri=f"{URI}logo.png", client_uri="https://localhost/"), "public")
    assert "Missing: a client_uri whose host can be verified. localhost" in error.message
    assert "localhost is not in the public DNS, so Cloudflare cannot verify it. Nothing was" in error.message
    assert "changed. Set another client_uri. Then run the role" in error.message


def test_a_public_client_is_not_promoted_again() -> None:
    assert not plan({}, a_client(visibility="public"), "public").changed


def test_there_is_no_way_back_to_private() -> None:
    error = refused({}, a_client(visibility="public"), "private")
    assert (error.code, error.option) == ("client_public", "visibility")
    assert "is public, which is permanent" in error.message


@pytest.mark.parametrize("actual", [a_client(), a_client(visibility="public")])
def test_visibility_that_is_omitted_is_left_alone(actual: dict[str, Any]) -> None:
    assert not plan({}, actual).changed


def test_a_method_that_now_needs_a_secret_is_warned_about() -> None:
    (warning,) = plan({"token_endpoint_auth_method": "client_secret_post"}, a_client()).warnings
    assert "state=rotated" in warning


def test_a_method_that_needs_a_secret_no_more_is_warned_about() -> None:
    (warning,) = plan({"token_endpoint_auth_method": "none"}, a_confidential_client()).warnings
    assert "no longer work" in warning


def test_another_method_with_a_secret_is_no_matter() -> None:
    assert plan({"token_endpoint_auth_method": "client_secret_post"}, a_confidential_client()).warnings == []
