# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_client: creating a client."""

from __future__ import annotations

from typing import Any

import pytest

from tests.unit.support import (
    CLIENT_ID,
    CLIENTS,
    LAGS,
    OTHER_ID,
    TXT,
    ModuleResult,
    a_client,
    a_confidential_client,
    behind,
    created,
    creates,
    creation,
    error_of,
    lists,
    offers,
    offers_usual_scopes,
    options,
    partly,
    refused,
    run_module,
)
from tests.unit.transport import Call, Clock, Script


def run(**params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client", **params)


def test_the_least_that_creates_a_client(cloudflare: Script) -> None:
    cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(), a_client()))
    result = run(**options())
    assert result.changed
    assert result.oauth_client["client_id"] == CLIENT_ID
    assert result.oauth_client["tos_uri"] is None
    assert result.diff["before"] == {}
    assert result.diff["after"] == {**creation(), "visibility": "private"}
    assert result.publishing["phase"] == "incomplete"
    assert result.keys == {"changed", "diff", "oauth_client", "publishing"}
    assert result.warnings == []


EVERYTHING: dict[str, Any] = {
    "client_name": "Example App",
    "grant_types": ["authorization_code", "refresh_token"],
    "response_types": ["code", "id_token"],
    "redirect_uris": ["https://app.example.com/b", "https://app.example.com/a"],
    "scopes": ["dns.write", "dns.read"],
    "optional_scopes": ["dns.write"],
    "token_endpoint_auth_method": "none",
    "allowed_cors_origins": ["https://app.example.com/"],
    "post_logout_redirect_uris": ["https://app.example.com/bye"],
    "client_uri": "https://app.example.com/",
    "logo_uri": "https://app.example.com/logo.png",
    "policy_uri": "https://app.example.com/privacy",
    "tos_uri": "https://app.example.com/terms",
}


def test_every_field_is_sent_as_written(cloudflare: Script) -> None:
    answer = a_client(
        **{
            **EVERYTHING,
            "scopes": ["offline_access", "dns.read", "openid", "dns.write"],
            "allowed_cors_origins": ["https://app.example.com"],
            "client_uri_verification": {"status": "pending", "text": TXT},
        }
    )
    cloudflare.expect(lists(), offers_usual_scopes(), *created(EVERYTHING, answer))
    result = run(**EVERYTHING)
    assert result.publishing == {
        "phase": "needs_dns",
        "missing": ["client_uri_verification"],
        "dns_record": {"type": "TXT", "name": "app.example.com", "value": TXT},
        "obstacle": None,
    }
    assert result.warnings == []


def test_duplicates_protocol_scopes_and_empty_fields_are_not_sent(cloudflare: Script) -> None:
    cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(scopes=["dns.read"]), a_client()))
    run(
        **options(
            scopes=["openid", "dns.read", "offline_access", "dns.read"],
            optional_scopes=[],
            allowed_cors_origins=[],
            post_logout_redirect_uris=[],
            client_uri="",
            logo_uri="",
            policy_uri="",
            tos_uri="",
        )
    )


def test_visibility_is_not_sent(cloudflare: Script) -> None:
    cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(), a_client()))
    assert run(**options(visibility="private")).changed


def test_a_client_of_another_name_is_another_client(cloudflare: Script) -> None:
    others = [a_client(client_id="y", client_name="example app"), a_client(client_id="x", client_name="Example App ")]
    cloudflare.expect(lists(*others), offers_usual_scopes(), *created(creation(), a_client(), *others))
    assert run(**options()).changed


def test_append_makes_no_difference_to_a_new_client(cloudflare: Script) -> None:
    cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(), a_client()))
    assert run(**options(append=True)).changed


def test_check_mode_predicts_and_sends_no_write(cloudflare: Script) -> None:
    cloudflare.expect(lists(), offers_usual_scopes())
    result = run(check=True, **options(optional_scopes=["dns.read"]))
    assert result.changed
    assert result.oauth_client["client_id"] is None
    assert result.oauth_client["optional_scopes"] == ["dns.read"]
    assert result.publishing["missing"] == ["logo_uri", "client_uri", "client_uri_verification"]


def test_a_value_that_cloudflare_rewrites_is_warned_about(cloudflare: Script) -> None:
    answer = a_client(client_name="Example-App", tos_uri="https://a.example/")
    cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(tos_uri="https://a.example"), answer))
    result = run(**options(tos_uri="https://a.example"))
    assert result.changed
    assert len(result.warnings) == 2
    assert "client_name was sent as 'Example App', but Cloudflare keeps it as 'Example-App'" in result.warnings[0]
    assert result.warnings[1].startswith("tos_uri ")


@pytest.mark.parametrize("lacking", ["redirect_uris", "scopes", "token_endpoint_auth_method"])
def test_what_is_lacking_is_told(cloudflare: Script, lacking: str) -> None:
    cloudflare.expect(lists())
    result = run(**options(**{lacking: None}))
    assert result.failed
    assert (result.code, result.option) == ("client_incomplete", lacking)


def test_a_client_cannot_start_public(cloudflare: Script) -> None:
    cloudflare.expect(lists())
    result = run(**options(visibility="public"))
    assert (result.code, result.option, result.changed) == ("not_publishable", "logo_uri", False)


def test_an_id_that_is_unknown_creates_nothing(cloudflare: Script) -> None:
    cloudflare.expect(Call("GET", f"{CLIENTS}/{CLIENT_ID}", **refused(404, 7003)))
    result = run(client_id=CLIENT_ID, **options())
    assert (result.code, result.option) == ("client_not_found", "client_id")
    assert (
        result.msg
        == f"client_id: there is no OAuth client '{CLIENT_ID}' in this account. Check client_id and account_id."
    )


def test_a_refusal_is_told_with_its_option(cloudflare: Script) -> None:
    cloudflare.expect(
        lists(), offers_usual_scopes(), creates(creation(), **refused(400, 1004, "Bad URI", "/redirect_uris/0"))
    )
    result = run(**options())
    assert (result.failed, result.changed, result.code) == (True, False, "request_refused")
    assert partly(result) == error_of("POST", CLIENTS, 400)
    assert result.error["ray_id"] == "8f2a1b3c4d5e6f70-FRA"
    assert result.error["errors"][0] == {
        "code": 1004,
        "message": "Bad URI",
        "option": "redirect_uris[0]",
        "documentation_url": None,
    }


def test_an_unknown_scope_is_told_before_anything_is_sent(cloudflare: Script) -> None:
    cloudflare.expect(lists(), offers("dns.read"))
    result = run(**options(scopes=["dns.raed"]))
    assert (result.code, result.option, result.changed) == ("scope_unknown", "scopes", False)


def test_an_unknown_scope_is_told_in_check_mode_too(cloudflare: Script) -> None:
    cloudflare.expect(lists(), offers("dns.read"))
    assert run(check=True, **options(scopes=["dns.raed"])).code == "scope_unknown"


def test_scopes_are_not_looked_up_when_not_asked_to(cloudflare: Script) -> None:
    cloudflare.expect(lists(), *created(creation(scopes=["dns.raed"]), a_client(scopes=["dns.raed"])))
    assert run(**options(scopes=["dns.raed"], validate_scopes=False)).changed


def test_scopes_that_are_no_catalog_ids_are_left_to_cloudflare(cloudflare: Script) -> None:
    answer = a_client(scopes=["profile"])
    cloudflare.expect(lists(), *created(creation(scopes=["profile"]), answer))
    assert run(**options(scopes=["profile"])).changed


def test_a_secret_that_nobody_asked_for_is_not_shown(cloudflare: Script) -> None:
    body = creation(token_endpoint_auth_method="client_secret_basic")
    answer = a_confidential_client(client_secret="not-to-be-shown")
    cloudflare.expect(lists(), offers_usual_scopes(), *created(body, answer))
    result = run(**options(token_endpoint_auth_method="client_secret_basic", return_client_secret=False))
    assert result.changed
    assert "not-to-be-shown" not in result.text


def test_a_new_client_that_is_listed_late_is_waited_for(cloudflare: Script, clock: Clock) -> None:
    cloudflare.expect(lists(), offers_usual_scopes(), creates(creation(), a_client()), lists(), lists(a_client()))
    result = run(**options())
    assert (result.failed, result.changed, result.warnings) == (False, True, [])
    assert clock.sleeps == LAGS[:1]
    assert result.waited == ["0.5 s: a read did not yet show a write"]


@pytest.mark.parametrize(
    "looked",
    [
        pytest.param(behind(lists()), id="never listed"),
        pytest.param(behind(lists(a_client(client_id=OTHER_ID))), id="another client of that name alone"),
        pytest.param(behind(lists(a_client(client_name=None))), id="listed without its name"),
    ],
)
def test_a_new_client_that_is_not_listed_is_warned_about(cloudflare: Script, looked: list[Call]) -> None:
    cloudflare.expect(lists(), offers_usual_scopes(), creates(creation(), a_client()), *looked)
    result = run(**options())
    assert (result.failed, result.changed) == (False, True)
    assert result.oauth_client["client_id"] == CLIENT_ID
    assert result.warnings == [
        f"The client {CLIENT_ID} was created, but Cloudflare does not list it yet. Until it does, set client_id: "
        "a task with only client_name would create a second client."
    ]


def test_a_new_client_of_which_no_list_could_be_read_is_not_said_to_be_missing(cloudflare: Script) -> None:
    refusal = lists(**refused(403, 10000))
    cloudflare.expect(lists(), offers_usual_scopes(), creates(creation(), a_client()), refusal)
    result = run(**options())
    assert (result.failed, result.changed) == (False, True)
    (warning,) = result.warnings
    assert "does not list it" not in warning
    assert "It is not known whether another run created one of the same name" in warning


def test_a_new_client_is_looked_for_once_without_a_budget(cloudflare: Script, clock: Clock) -> None:
    cloudflare.expect(lists(), offers_usual_scopes(), creates(creation(), a_client()), lists())
    result = run(**options(retry_timeout=0))
    assert len(result.warnings) == 1
    assert "waited" not in result
    assert clock.sleeps == []


def test_a_new_client_is_looked_for_by_the_name_that_cloudflare_keeps(cloudflare: Script) -> None:
    renamed = a_client(client_name="Example-App")
    cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(), renamed, a_client(client_id=OTHER_ID)))
    result = run(**options())
    assert (result.failed, result.changed) == (False, True)
    assert [warning.partition(" ")[0] for warning in result.warnings] == ["client_name"]


def test_a_duplicate_is_an_error_that_names_both(cloudflare: Script) -> None:
    duplicates = [a_client(client_id=OTHER_ID), a_client(client_id="a-third")]
    cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(), a_client(), *duplicates))
    result = run(**options())
    assert (result.failed, result.changed, result.code) == (True, True, "client_duplicated")
    assert result.msg == (
        f"The client {CLIENT_ID} was created, but others of the same name were created at the same time: {OTHER_ID}, "
        "a-third. Keep one of these clients. Delete each of the others with state=absent and its client_id."
    )
    assert result.oauth_client["client_id"] == CLIENT_ID


def test_a_duplicate_that_is_listed_with_the_new_client_late_is_an_error_too(cloudflare: Script) -> None:
    duplicate = a_client(client_id=OTHER_ID)
    cloudflare.expect(
        *(lists(), offers_usual_scopes(), creates(creation(), a_client())),
        *(lists(duplicate), lists(duplicate, a_client())),
    )
    result = run(**options())
    assert (result.failed, result.changed, result.code) == (True, True, "client_duplicated")
    assert OTHER_ID in result.msg
    assert len(result.waited) == 1
