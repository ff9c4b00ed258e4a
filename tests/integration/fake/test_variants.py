# SPDX-License-Identifier: GPL-3.0-or-later
"""Every variant changes what it says, and nothing does so without it."""

from __future__ import annotations

from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.fake_cloudflare.variants import Variants, described
from tests.integration.fake import edge_probes, probes
from tests.integration.fake.api import Api

_SLASHES: dict[str, Any] = {"allowed_cors_origins": ["https://a.example.com/"], "tos_uri": "https://a.example.com/"}
_UNKNOWN_TOKEN = {"Authorization": "Bearer unknown-token-of-a-plausible-length-00001"}
_DOCUMENTED = ["count", "page", "per_page", "total_count"]
_ALL_KEYS = ["client_uri_verification", "created_at", "scopes", "updated_at"]
_BOTH_METHODS = (200, False, 1, 200, True)

CASES: list[tuple[dict[str, Any], probes.Probe, object, object]] = [
    ({"clear_uri": "null"}, probes.clear(""), (200, False), (400, True)),
    ({"clear_uri": "empty"}, probes.clear(None), (200, False), (400, True)),
    ({"clear_uri": "refuse"}, probes.clear(None), (200, False), (400, True)),
    ({"clear_uri": "ignore"}, probes.clear(""), (200, False), (200, True)),
    ({"empty_uris": "empty"}, probes.read_of("tos_uri"), "-", ""),
    ({"empty_uris": "null"}, probes.read_of("tos_uri"), "-", None),
    ({"empty_lists": "return"}, probes.read_of("optional_scopes", optional_scopes=[]), "-", []),
    (
        {"array_order": "reversed"},
        probes.order,
        {"stored": True, "reversed": False, "many": False},
        {"stored": False, "reversed": True, "many": False},
    ),
    (
        {"array_order": "shuffled"},
        probes.order,
        {"stored": True, "reversed": False, "many": False},
        {"stored": False, "reversed": False, "many": True},
    ),
    ({"array_duplicates": True}, probes.read_of("response_types"), ["code"], ["code", "code"]),
    (
        {"trailing_slash": "trim_cors"},
        probes.read_of("allowed_cors_origins", **_SLASHES),
        ["https://a.example.com/"],
        ["https://a.example.com"],
    ),
    (
        {"trailing_slash": "trim_all"},
        probes.read_of("tos_uri", **_SLASHES),
        "https://a.example.com/",
        "https://a.example.com",
    ),
    (
        {"host_case": "lower"},
        probes.read_of("tos_uri", tos_uri="https://A.Example.com/Tos"),
        "https://A.Example.com/Tos",
        "https://a.example.com/Tos",
    ),
    ({"updated_at_on_noop": "bump"}, probes.noop_moves_updated_at, False, True),
    ({"missing_keys": "timestamps"}, probes.keys, _ALL_KEYS, ["client_uri_verification", "scopes"]),
    ({"missing_keys": "verification"}, probes.keys, _ALL_KEYS, ["created_at", "scopes", "updated_at"]),
    ({"missing_keys": "all_optional"}, probes.keys, _ALL_KEYS, []),
    ({"has_rotated_secret": "when_true"}, probes.rotated_flags, (False, True), ("-", True)),
    ({"has_rotated_secret": "never"}, probes.rotated_flags, (False, True), ("-", "-")),
    ({"extra_fields": True}, probes.keys, _ALL_KEYS, sorted([*_ALL_KEYS, "owner"])),
    ({"read_lag_seconds": 30}, probes.reads_after_writes, ["new", 2, "new", 2], ["app", 1, "new", 2]),
    ({"read_lag_reads": 3}, probes.reads_after_writes, ["new", 2, "new", 2], ["app", 1, "new", 2]),
    ({"list_page_size": 2}, probes.paging, (5, 3, 2, True), (2, 3, 2, True)),
    ({"list_page_cap": 2}, probes.paging, (5, 3, 2, True), (5, 2, 2, True)),
    ({"list_paging": "page_only", "list_page_size": 4}, probes.paging, (5, 3, 2, True), (4, 4, 1, True)),
    ({"list_paging": "ignored", "list_page_size": 4}, probes.paging, (5, 3, 2, True), (4, 4, 4, False)),
    ({"list_paging": "everything", "list_page_size": 4}, probes.paging, (5, 3, 2, True), (5, 5, 5, False)),
    ({"list_result_info": "with_total_pages"}, probes.result_info, _DOCUMENTED, [*_DOCUMENTED, "total_pages"]),
    ({"list_result_info": "without_total"}, probes.result_info, _DOCUMENTED, _DOCUMENTED[:-1]),
    ({"list_result_info": "absent"}, probes.result_info, _DOCUMENTED, []),
    ({"clearing_public": "refuse"}, probes.clear_logo_of_public, 200, 400),
    ({"create_with_visibility": "refuse"}, probes.refused_create(visibility="public"), 200, 400),
    ({"duplicate_names": "refuse"}, probes.same_name_twice, (200, 200), (400, 400)),
    ({"empty_patch": "refuse"}, probes.patch_new(), 200, 400),
    ({"promote_again": "refuse"}, probes.promote_twice, 200, 400),
    ({"unknown_fields": "refuse"}, probes.refused_create(shoe_size=7), 200, 400),
    (
        {"post_logout_origin": "of_redirect"},
        probes.refused_create(post_logout_redirect_uris=["https://b.example.com/"]),
        200,
        400,
    ),
    ({"max_clients": 1}, probes.one_more_client, 200, 400),
    ({"max_uris": 1}, probes.refused_create(redirect_uris=["https://a.test/1", "https://a.test/2"]), 200, 400),
    ({"max_name_length": 2}, probes.refused_create(), 200, 400),
    ({"optional_scopes": "ignored"}, probes.optional_scopes, (200, ["dns.read"]), (200, None)),
    ({"optional_scopes": "refused"}, probes.optional_scopes, (200, ["dns.read"]), (400, None)),
    ({"optional_scopes_check": "request"}, probes.optional_scope_patches, (200, 400), (200, 200)),
    ({"optional_scopes_check": "request_strict"}, probes.optional_scope_patches, (200, 400), (400, 200)),
    ({"stale_scopes": "tolerate"}, probes.stale_scope, (400, 400), (200, 400)),
    ({"first_verification": "in_progress"}, probes.first_status, ("pending",) * 2, ("in_progress",) * 2),
    ({"first_verification": "absent"}, probes.first_status, ("pending",) * 2, (None, "pending")),
    ({"verification_without_uri": "null"}, probes.created("client_uri_verification"), "-", None),
    ({"verification_without_uri": "empty"}, probes.created("client_uri_verification"), "-", {}),
    ({"verification_text": "new_on_host"}, probes.text_changes, (False, False), (False, True)),
    ({"verification_text": "new_on_restart"}, probes.text_changes, (False, False), (True, True)),
    ({"verified_client_uri_patch": "keep"}, probes.patch_verified, "pending", "verified"),
    ({"verified_recheck": True}, probes.record_withdrawn, ("verified", "verified"), ("verified", "failed")),
    ({"verification_hours": 24}, probes.after_a_day, "pending", "failed"),
    ({"second_rotate": "drop_old"}, probes.third_secret, (400, [True, True], 2), (200, [False, True], 2)),
    ({"second_rotate": "drop_new"}, probes.third_secret, (400, [True, True], 2), (200, [True, False], 2)),
    ({"delete_rotated_without": "refuse"}, probes.delete_nothing_rotated, (200, 1), (400, 1)),
    ({"method_to_secret": "no_secret"}, probes.gain_a_method, _BOTH_METHODS, (200, False, 0, 200, False)),
    ({"method_to_secret": "secret_in_answer"}, probes.gain_a_method, _BOTH_METHODS, (200, True, 1, 200, True)),
    ({"method_to_secret": "refuse"}, probes.gain_a_method, _BOTH_METHODS, (400, False, 0, 400, False)),
    ({"method_to_none": "keep_secrets"}, probes.lose_the_method, (200, 0), (200, 1)),
    ({"method_to_none": "refuse"}, probes.lose_the_method, (200, 0), (400, 1)),
    ({"bad_credential_status": 403}, edge_probes.with_headers(_UNKNOWN_TOKEN), (401, [1000]), (403, [1000])),
    ({"bad_credential_code": 9109}, edge_probes.with_headers(_UNKNOWN_TOKEN), (401, [1000]), (401, [9109])),
    ({"missing_credential_status": 401}, edge_probes.with_headers({}), (400, [9106]), (401, [9106])),
    ({"lacking_right_status": 401}, edge_probes.without_right, (403, [10000]), (401, [10000])),
    ({"foreign_account_status": 404}, edge_probes.foreign_account, (403, [9109]), (404, [7003])),
    ({"missing_client_status": 400}, edge_probes.unknown_client, (404, [10404]), (400, [10404])),
    ({"missing_client_code": 1002}, edge_probes.unknown_client, (404, [10404]), (404, [1002])),
    ({"no_route_status": 400}, lambda _unused, api: api.errors("GET", "/nowhere")[:2], (404, [7003]), (400, [7003])),
    (
        {"refusal_status": 409},
        lambda _unused, api: api.status("PATCH", api.one(api.create()), {"visibility": "public"}),
        400,
        409,
    ),
    ({"error_codes": "random"}, edge_probes.codes_vary, False, True),
    ({"documentation_url": False}, edge_probes.documented, True, False),
    ({"error_pointers": False}, edge_probes.pointers, ["/client_name"], [None]),
    ({"rate_limit": 2}, edge_probes.three_requests, [200, 200, 200], [200, 200, 429]),
    ({"rate_window": 60}, edge_probes.window, '"default";q=1200;w=300', '"default";q=1200;w=60'),
    ({"dns_duplicate_code": 81057}, edge_probes.record_twice, [81058], [81057]),
    ({"dns_error_shape": "wrapped"}, edge_probes.record_twice, [81058], [1004]),
    ({"dns_tags": "refuse"}, edge_probes.tagged_record, 200, 400),
    ({"txt_content": "quoted"}, edge_probes.stored_txt, "one", '"one"'),
]


@pytest.mark.parametrize(
    ("variant", "probe", "usual", "changed"), CASES, ids=["-".join(map(str, case[0].values())) for case in CASES]
)
def test_variant(
    fake: FakeCloudflare, api: Api, variant: dict[str, Any], probe: probes.Probe, usual: object, changed: object
) -> None:
    assert probe(fake, api) == usual
    fake.reset()
    fake.set_variant(**variant)
    assert probe(fake, api) == changed


def test_delete_result(fake: FakeCloudflare, api: Api) -> None:
    client = api.create()
    assert api.result("DELETE", api.secret(client)) == {"id": client["client_id"]}
    fake.set_variant(delete_result="null")
    assert api.result("DELETE", api.secret(client)) is None
    assert api.result("DELETE", api.one(client)) is None


def test_every_variant_is_tried() -> None:
    tried = {name for case in CASES for name in case[0]} | {"delete_result"}
    assert tried == set(Variants.model_fields)
    tried_values = {(name, value) for case in CASES for name, value in case[0].items()}
    for name, description in described().items():
        choices = {value for value in description.get("enum", []) if value != description["default"]}
        if choices and not all(isinstance(value, int) for value in choices) and name != "delete_result":
            assert choices <= {value for tried_name, value in tried_values if tried_name == name}, name


@pytest.mark.parametrize(
    ("values", "complaint"),
    [
        ({"no_such": 1}, "no_such: Extra inputs"),
        ({"clear_uri": "perhaps"}, "clear_uri: Input should be 'null'"),
        ({"read_lag_reads": -1}, "read_lag_reads: "),
        ({"extra_fields": "yes"}, "extra_fields: "),
    ],
)
def test_unknown_variants_and_values_are_refused(fake: FakeCloudflare, values: dict[str, Any], complaint: str) -> None:
    before = fake.variants()
    with pytest.raises(ValueError, match=complaint):
        fake.set_variant(verified_recheck=True, **values)
    assert fake.variants() == before == Variants().model_dump()
