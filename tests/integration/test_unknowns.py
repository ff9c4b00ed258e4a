# SPDX-License-Identifier: GPL-3.0-or-later
"""What nobody knows of Cloudflare's API, in every variant: one run converges and the next is idle, or one error.

Each variant is a switch of the fake. Nothing here says how Cloudflare behaves.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.modules import APP, CONFIDENTIAL, PUBLISHABLE, Modules
from tests.unit.support import ModuleResult

FULL: dict[str, Any] = {
    **PUBLISHABLE,
    "grant_types": ["refresh_token", "authorization_code"],
    "redirect_uris": ["https://app.example.com/b", "https://app.example.com/a"],
    "scopes": ["dns.write", "account-settings.read", "dns.read"],
    "optional_scopes": ["dns.write"],
    "allowed_cors_origins": ["https://app.example.com/", "https://b.example.com"],
    "post_logout_redirect_uris": ["https://app.example.com/bye"],
    "policy_uri": "https://app.example.com/policy",
    "tos_uri": "https://app.example.com/tos",
}
UPDATE: dict[str, Any] = {
    **FULL,
    "redirect_uris": ["https://app.example.com/a", "https://app.example.com/c"],
    "scopes": ["dns.read"],
    "optional_scopes": ["dns.read"],
    "tos_uri": "https://app.example.com/terms",
}
CLEARED: dict[str, Any] = {
    **UPDATE,
    "optional_scopes": [],
    "allowed_cors_origins": [],
    "post_logout_redirect_uris": [],
    "policy_uri": "",
    "tos_uri": "",
}


@pytest.fixture
def modules(fake: FakeCloudflare) -> Modules:
    return Modules(fake)


def outcome(result: ModuleResult) -> str:
    """changed, same, or the code of the failure and the options at fault."""
    if result.failed:
        options = [result.option, *(each["option"] for each in result.error.get("errors", []))]
        return " ".join([str(result.code), *(option for option in options if option)])
    return "changed" if result.changed else "same"


def only_client(fake: FakeCloudflare) -> dict[str, Any]:
    (client,) = fake.state()["clients"]
    return dict(client)


CONVERGES = ("changed", "same")
REFUSED_CLEARING = ("request_refused policy_uri tos_uri",) * 2
NOT_CLEARED = ("value_not_kept policy_uri",) * 2
REQUEST_ALONE = ("request_refused optional_scopes",) * 2
KEPT_OTHERWISE = ("value_not_kept client_uri",) * 2
IGNORED = ("value_not_kept optional_scopes",) * 2

# variants of the fake -> what creating, updating and clearing come to, each run twice
LIFE: list[tuple[dict[str, Any], tuple[str, str], tuple[str, str], tuple[str, str]]] = [
    ({}, CONVERGES, CONVERGES, CONVERGES),
    ({"clear_uri": "null"}, CONVERGES, CONVERGES, CONVERGES),
    ({"clear_uri": "both"}, CONVERGES, CONVERGES, CONVERGES),
    ({"clear_uri": "empty"}, CONVERGES, CONVERGES, REFUSED_CLEARING),
    ({"clear_uri": "refuse"}, CONVERGES, CONVERGES, REFUSED_CLEARING),
    ({"clear_uri": "ignore"}, CONVERGES, CONVERGES, NOT_CLEARED),
    ({"empty_uris": "empty"}, CONVERGES, CONVERGES, CONVERGES),
    ({"empty_uris": "null"}, CONVERGES, CONVERGES, CONVERGES),
    ({"empty_lists": "return"}, CONVERGES, CONVERGES, CONVERGES),
    ({"array_order": "reversed"}, CONVERGES, CONVERGES, CONVERGES),
    ({"array_order": "shuffled"}, CONVERGES, CONVERGES, CONVERGES),
    ({"array_duplicates": True}, CONVERGES, CONVERGES, CONVERGES),
    ({"trailing_slash": "trim_cors"}, CONVERGES, CONVERGES, CONVERGES),
    (
        {"trailing_slash": "trim_all"},
        ("changed", KEPT_OTHERWISE[0]),
        KEPT_OTHERWISE,
        KEPT_OTHERWISE,
    ),
    ({"host_case": "lower"}, CONVERGES, CONVERGES, CONVERGES),
    ({"updated_at_on_noop": "bump"}, CONVERGES, CONVERGES, CONVERGES),
    ({"missing_keys": "timestamps"}, CONVERGES, CONVERGES, CONVERGES),
    ({"missing_keys": "verification"}, CONVERGES, CONVERGES, CONVERGES),
    ({"extra_fields": True}, CONVERGES, CONVERGES, CONVERGES),
    ({"duplicate_names": "refuse"}, CONVERGES, CONVERGES, CONVERGES),
    ({"create_with_visibility": "refuse"}, CONVERGES, CONVERGES, CONVERGES),
    ({"empty_patch": "refuse"}, CONVERGES, CONVERGES, CONVERGES),
    ({"unknown_fields": "refuse"}, CONVERGES, CONVERGES, CONVERGES),
    ({"optional_scopes_check": "request"}, CONVERGES, CONVERGES, CONVERGES),
    ({"list_paging": "everything"}, CONVERGES, CONVERGES, CONVERGES),
    ({"list_paging": "ignored"}, CONVERGES, CONVERGES, CONVERGES),
    ({"list_result_info": "without_total"}, CONVERGES, CONVERGES, CONVERGES),
    ({"list_result_info": "with_total_pages"}, CONVERGES, CONVERGES, CONVERGES),
    ({"list_result_info": "absent"}, CONVERGES, CONVERGES, CONVERGES),
    ({"list_result_info": "absent", "list_paging": "ignored"}, CONVERGES, CONVERGES, CONVERGES),
    ({"first_verification": "in_progress"}, CONVERGES, CONVERGES, CONVERGES),
    ({"first_verification": "absent"}, CONVERGES, CONVERGES, CONVERGES),
    ({"error_codes": "random"}, CONVERGES, CONVERGES, CONVERGES),
    ({"error_codes": "random", "clear_uri": "refuse"}, CONVERGES, CONVERGES, REFUSED_CLEARING),
    ({"post_logout_origin": "of_redirect"}, CONVERGES, CONVERGES, CONVERGES),
    ({"optional_scopes": "refused"}, REQUEST_ALONE, REQUEST_ALONE, ("changed", "same")),
    (
        {"optional_scopes": "ignored"},
        ("changed", IGNORED[0]),
        IGNORED,
        CONVERGES,
    ),
]


def named(variants: Mapping[str, Any]) -> str:
    return "-".join(f"{name}={value}" for name, value in variants.items()) or "defaults"


@pytest.mark.parametrize(("variants", "creating", "updating", "clearing"), LIFE, ids=[named(row[0]) for row in LIFE])
def test_a_client_converges_or_one_error_says_why(
    fake: FakeCloudflare,
    modules: Modules,
    variants: dict[str, Any],
    creating: tuple[str, str],
    updating: tuple[str, str],
    clearing: tuple[str, str],
) -> None:
    fake.set_variant(**variants)
    for wanted, expected in ((FULL, creating), (UPDATE, updating), (CLEARED, clearing)):
        assert [outcome(modules.client(**wanted)) for _run in range(2)] == list(expected)
    assert len(fake.state()["clients"]) <= 1


def test_the_table_of_lives_has_every_variant_of_values() -> None:
    tried = {name for variants, *_rest in LIFE for name in variants}
    assert {"clear_uri", "empty_uris", "empty_lists", "array_order", "array_duplicates", "trailing_slash"} <= tried


@pytest.fixture
def patient(fake: FakeCloudflare, monkeypatch: pytest.MonkeyPatch) -> Modules:
    """Modules that wait, though not for real: while they do, the clock of the fake moves."""
    monkeypatch.setattr(time, "sleep", fake.advance_clock)
    return Modules(fake, retry_timeout=60)


LAGS = pytest.mark.parametrize("lag", [{"read_lag_reads": 2}, {"read_lag_seconds": 3}], ids=named)


@LAGS
def test_a_task_ends_when_reads_show_what_it_created(
    fake: FakeCloudflare, patient: Modules, lag: dict[str, Any]
) -> None:
    fake.set_variant(**lag)
    created = patient.client(**APP)
    assert (created.changed, created.warnings) == (True, [])
    assert created.waited
    assert outcome(patient.client(**APP)) == "same"
    assert len(fake.state()["clients"]) == 1


@LAGS
def test_a_task_ends_when_reads_show_what_it_rotated(
    fake: FakeCloudflare, patient: Modules, rotating: dict[str, Any], lag: dict[str, Any]
) -> None:
    fake.set_variant(**lag)
    runs = [outcome(patient.secret(state="rotated", **rotating)) for _run in range(2)]
    assert runs == list(CONVERGES)
    assert only_client(fake)["secret_count"] == 2


def test_a_client_that_is_not_listed_for_long_is_warned_of(fake: FakeCloudflare, patient: Modules) -> None:
    fake.set_variant(read_lag_seconds=3600)
    created = patient.client(**APP)
    assert created.changed
    assert len(created.warnings) == 1


def test_the_answer_of_an_update_is_believed_while_reads_lag(fake: FakeCloudflare, modules: Modules) -> None:
    client_id = modules.client(**APP).oauth_client["client_id"]
    fake.set_variant(read_lag_seconds=3600)
    updated = modules.client(client_id=client_id, tos_uri="https://app.example.com/tos")
    assert (outcome(updated), updated.oauth_client["tos_uri"]) == ("changed", "https://app.example.com/tos")


def test_clients_without_names_are_never_taken_for_others(fake: FakeCloudflare, modules: Modules) -> None:
    fake.set_variant(missing_keys="all_optional")
    created = modules.client(**APP)
    assert created.changed
    again = modules.client(**APP)
    assert again.code == "names_not_listed"
    assert len(fake.state()["clients"]) == 1


@pytest.mark.parametrize("text", ["stable", "new_on_host", "new_on_restart"])
def test_the_text_after_a_restart_is_the_one_that_counts(fake: FakeCloudflare, modules: Modules, text: str) -> None:
    fake.set_variant(verification_text=text)
    before = modules.client(**PUBLISHABLE)
    fake.set_verification(before.oauth_client["client_id"], "failed")
    after = modules.client(client_name="App", restart_verification=True)
    assert after.changed
    assert after.publishing["dns_record"]["value"] == only_client(fake)["verification"]["text"]
    assert outcome(modules.client(client_name="App", restart_verification=True)) == "same"


@pytest.mark.parametrize("status", ["pending", "in_progress", "failed", "a status of the future", None])
def test_no_status_is_a_crash_and_only_verified_is_verified(
    fake: FakeCloudflare, modules: Modules, status: str | None
) -> None:
    created = modules.client(**PUBLISHABLE)
    fake.set_verification(created.oauth_client["client_id"], status)
    refused = modules.client(client_name="App", visibility="public")
    assert (refused.code, refused.option) == ("not_publishable", None)
    assert only_client(fake)["visibility"] == "private"


@pytest.mark.parametrize(
    "variants", [{"verification_without_uri": form} for form in ("absent", "null", "empty")], ids=named
)
def test_a_client_without_home_page_is_read(fake: FakeCloudflare, modules: Modules, variants: dict[str, Any]) -> None:
    fake.set_variant(**variants)
    assert outcome(modules.client(**APP)) == "changed"
    assert modules.info().oauth_clients[0]["publishing"]["phase"] == "incomplete"


@pytest.mark.parametrize("variant", ["ok", "refuse"])
def test_a_public_client_is_not_promoted_again(fake: FakeCloudflare, modules: Modules, variant: str) -> None:
    fake.set_variant(promote_again=variant)
    created = modules.client(**PUBLISHABLE)
    fake.set_verification(created.oauth_client["client_id"], "verified")
    assert outcome(modules.client(client_name="App", visibility="public")) == "changed"
    assert outcome(modules.client(client_name="App", visibility="public")) == "same"


@pytest.mark.parametrize(
    ("variant", "expected"), [("allow", "changed"), ("refuse", "request_refused")], ids=["allow", "refuse"]
)
def test_editing_a_public_client_is_cloudflares_decision(
    fake: FakeCloudflare, modules: Modules, variant: str, expected: str
) -> None:
    fake.set_variant(clearing_public=variant)
    created = modules.client(**PUBLISHABLE)
    fake.set_verification(created.oauth_client["client_id"], "verified")
    modules.client(client_name="App", visibility="public")
    assert expected in outcome(modules.client(client_name="App", logo_uri=""))


@pytest.mark.parametrize("variant", ["restart", "keep"])
def test_another_path_of_a_verified_home_page_is_sent_once(
    fake: FakeCloudflare, modules: Modules, variant: str
) -> None:
    fake.set_variant(verified_client_uri_patch=variant)
    created = modules.client(**PUBLISHABLE)
    fake.set_verification(created.oauth_client["client_id"], "verified")
    moved = {**PUBLISHABLE, "client_uri": "https://app.example.com/new"}
    assert [outcome(modules.client(**moved)) for _run in range(2)] == ["changed", "same"]


def test_another_host_of_a_verified_client_is_refused_before_it_is_sent(fake: FakeCloudflare, modules: Modules) -> None:
    created = modules.client(**PUBLISHABLE)
    fake.set_verification(created.oauth_client["client_id"], "verified")
    fake.clear_journal()
    refused = modules.client(client_name="App", client_uri="https://other.example.com/")
    assert refused.code == "domain_locked"
    assert fake.requests(writes_only=True) == []


@pytest.mark.parametrize("paging", ["honoured", "page_only", "ignored", "everything"])
@pytest.mark.parametrize("info", ["documented", "with_total_pages", "without_total", "absent"])
def test_the_last_of_many_clients_is_found_or_the_run_stops(
    fake: FakeCloudflare, modules: Modules, paging: str, info: str
) -> None:
    for number in range(7):
        modules.client(**{**APP, "client_name": f"App {number}"}, validate_scopes=False)
    fake.set_variant(list_page_size=3, list_paging=paging, list_result_info=info)
    found = outcome(modules.client(**{**APP, "client_name": "App 6"}))
    truncated = paging == "ignored"
    told = info in ("documented", "with_total_pages")
    if truncated and told:
        assert found == "incomplete_listing"
    else:
        # Cut short, without pages and without a total, a list looks like a whole one: nothing could tell.
        assert found == ("changed" if truncated else "same")
    assert len(fake.state()["clients"]) == (8 if truncated and not told else 7)


@pytest.fixture
def rotating(fake: FakeCloudflare, modules: Modules, tmp_path: Path) -> dict[str, Any]:
    modules.client(**CONFIDENTIAL, client_secret_file=str(tmp_path / "secret"))
    return {"client_name": "App", "client_secret_file": str(tmp_path / "secret")}


@pytest.mark.parametrize("second", ["error", "drop_old", "drop_new"])
@pytest.mark.parametrize("shown", ["always", "when_true"])
def test_a_second_rotation_is_never_asked_for(
    fake: FakeCloudflare, modules: Modules, rotating: dict[str, Any], second: str, shown: str
) -> None:
    fake.set_variant(second_rotate=second, has_rotated_secret=shown)
    runs = [outcome(modules.secret(state="rotated", **rotating)) for _run in range(2)]
    assert runs == ["changed", "same"]
    assert only_client(fake)["secret_count"] == 2


def test_a_rotation_that_cloudflare_does_not_show_is_warned_of(
    fake: FakeCloudflare, modules: Modules, rotating: dict[str, Any]
) -> None:
    fake.set_variant(has_rotated_secret="never")
    first = modules.secret(state="rotated", **rotating)
    assert first.changed
    assert len(first.warnings) == 1
    again = modules.secret(state="rotated", **rotating)
    assert again.code == "request_refused"
    assert only_client(fake)["secret_count"] == 2


@pytest.mark.parametrize("without", ["ok", "refuse"])
@pytest.mark.parametrize("result", ["id", "null"])
def test_finalizing_twice_deletes_once(
    fake: FakeCloudflare, modules: Modules, rotating: dict[str, Any], without: str, result: str
) -> None:
    fake.set_variant(delete_rotated_without=without, delete_result=result)
    modules.secret(state="rotated", **rotating)
    assert [outcome(modules.secret(state="finalized", client_name="App")) for _run in range(2)] == list(CONVERGES)
    assert only_client(fake)["secrets"] == [Path(rotating["client_secret_file"]).read_text()]


@pytest.mark.parametrize("result", ["id", "null"])
def test_deleting_twice_deletes_once(fake: FakeCloudflare, modules: Modules, result: str) -> None:
    fake.set_variant(delete_result=result)
    modules.client(**APP)
    assert [outcome(modules.client(client_name="App", state="absent")) for _run in range(2)] == list(CONVERGES)


@pytest.mark.parametrize("code", [1000, 7003, 10404])
def test_a_missing_client_is_absent_with_any_code(fake: FakeCloudflare, modules: Modules, code: int) -> None:
    fake.set_variant(missing_client_code=code)
    assert outcome(modules.client(client_id="0" * 32, state="absent")) == "same"
    assert modules.client(client_id="0" * 32, client_name="App").code == "client_not_found"


@pytest.mark.parametrize("status", [400, 403])
def test_another_status_than_404_is_not_absence(fake: FakeCloudflare, modules: Modules, status: int) -> None:
    fake.set_variant(missing_client_status=status, missing_client_code=7003)
    assert modules.client(client_id="0" * 32, state="absent").error["status"] == status


@pytest.mark.parametrize("status", [401, 403, 400])
@pytest.mark.parametrize("code", [1000, 9109, 10000])
def test_a_bad_credential_is_named_with_its_origin(
    fake: FakeCloudflare, modules: Modules, status: int, code: int
) -> None:
    fake.set_variant(bad_credential_status=status, bad_credential_code=code)
    refused = modules.info(api_token="x" * 40)
    assert refused.error["status"] == status
    if status != 400 or code != 1000:
        assert refused.code == "unauthorized"
        assert "the option api_token" in refused.msg
        assert "OAuth Client Read" in refused.msg


@pytest.mark.parametrize("status", [401, 403])
def test_a_lacking_right_is_named(fake: FakeCloudflare, modules: Modules, status: int) -> None:
    fake.set_variant(lacking_right_status=status)
    refused = modules.client(**APP, validate_scopes=False, api_token=fake.credentials()["read-only"]["token"])
    assert (refused.code, "'OAuth Client Write'" in refused.msg) == ("unauthorized", True)


@pytest.mark.parametrize("variant", ["hidden_secret", "no_secret", "secret_in_answer", "refuse"])
def test_a_client_that_gets_secrets_is_told_how_to_learn_one(
    fake: FakeCloudflare, modules: Modules, variant: str
) -> None:
    fake.set_variant(method_to_secret=variant)
    modules.client(**APP)
    result = modules.client(client_name="App", token_endpoint_auth_method="client_secret_basic")
    if variant == "refuse":
        assert result.code == "request_refused"
    else:
        assert "state=rotated" in " ".join(result.warnings)
        assert all(secret not in result.text for secret in fake.state()["minted_secrets"])


@pytest.mark.parametrize("variant", ["drop_secrets", "keep_secrets", "refuse"])
def test_a_client_that_loses_its_secrets_is_warned(
    fake: FakeCloudflare, modules: Modules, rotating: dict[str, Any], variant: str
) -> None:
    fake.set_variant(method_to_none=variant)
    result = modules.client(client_name="App", token_endpoint_auth_method="none")
    if variant == "refuse":
        assert result.code == "request_refused"
    else:
        assert ["token_endpoint_auth_method" in warning for warning in result.warnings] == [True]


@pytest.mark.parametrize(
    ("check", "expected"),
    [("merged", "changed"), ("request", "changed"), ("request_strict", "optional_scopes")],
)
def test_optional_scopes_alone_are_sent_alone(
    fake: FakeCloudflare, modules: Modules, check: str, expected: str
) -> None:
    modules.client(**APP)
    fake.set_variant(optional_scopes_check=check)
    assert expected in outcome(modules.client(client_name="App", optional_scopes=["dns.read"]))


@pytest.mark.parametrize("stale", ["refuse", "tolerate"])
def test_a_stored_scope_that_left_the_catalog_is_cloudflares_decision(
    fake: FakeCloudflare, modules: Modules, stale: str
) -> None:
    modules.client(**{**APP, "scopes": ["dns.read", "zaraz.edit"]})
    fake.edit_scopes(remove=["zaraz.edit"])
    fake.set_variant(stale_scopes=stale)
    wanted = {**APP, "scopes": ["dns.read", "zaraz.edit", "dns.write"]}
    expected = "changed" if stale == "tolerate" else "request_refused scopes"
    assert outcome(modules.client(**wanted)) == expected
    assert outcome(modules.client(client_name="App", scopes=["dns.read", "dns.write"])) in CONVERGES


@pytest.mark.parametrize("limit", [{"max_clients": 1}, {"max_uris": 1}, {"max_name_length": 4}], ids=named)
def test_a_limit_is_cloudflares_and_reported_in_its_words(
    fake: FakeCloudflare, modules: Modules, limit: dict[str, Any]
) -> None:
    modules.client(**APP)
    fake.set_variant(**limit)
    many = ["https://a.example.com/", "https://b.example.com/"]
    refused = modules.client(**{**APP, "client_name": "Other App", "redirect_uris": many})
    assert refused.code == "request_refused"
    assert len(fake.state()["clients"]) == 1


@pytest.mark.parametrize("code", [81057, 81058])
@pytest.mark.parametrize("shape", ["direct", "wrapped"])
@pytest.mark.parametrize("content", ["as_sent", "quoted"])
def test_a_record_that_is_there_is_there(
    fake: FakeCloudflare, modules: Modules, code: int, shape: str, content: str
) -> None:
    fake.set_variant(dns_duplicate_code=code, dns_error_shape=shape, txt_content=content)
    record = {"host": "app.example.com", "value": "cloudflare_oauth_client_publisher=1"}
    assert [outcome(modules.record(**record)) for _run in range(2)] == list(CONVERGES)
    assert len(fake.state()["records"]) == 1
