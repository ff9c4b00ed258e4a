# SPDX-License-Identifier: GPL-3.0-or-later
"""Any clients that the fake Cloudflare can hold: written, read by Ansible and planned, they change nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from ansible.module_utils.common.arg_spec import ArgumentSpecValidator
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import Client, definition, described, shaped
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.plan import Plan, plan_update
from ansible_collections.oauthops.iam.plugins.modules.cloudflare_oauth_client import OPTIONS
from ansible_collections.oauthops.iam.plugins.plugin_utils._definitions_text import definitions_text
from tests.fake_cloudflare import clients as fake_clients
from tests.fake_cloudflare.client_view import shown
from tests.fake_cloudflare.envelope import ApiError
from tests.fake_cloudflare.state import Verification, World
from tests.fake_cloudflare.variants import Variants
from tests.unit.ansible_reads import as_ansible_sees
from tests.unit.strategies import NASTY

NAME = NASTY.map(lambda text: text if text.strip() else f"{text}.")
PATH = NASTY.map(lambda text: f"https://app.example.com/{text}")
HOST = st.sampled_from(
    ["me@app.example.com", "localhost:8976", "192.0.2.1", "[::1]", "bücher.example", "under_score", "a..b"]
)
URI = PATH | HOST.map(lambda host: f"http://{host}/")
REDIRECT = URI.map(lambda uri: uri.replace("#", "%23"))
ORIGIN = HOST.filter(lambda host: "@" not in host).map(lambda host: f"https://{host}")
SCOPE = st.sampled_from(["dns.read", "dns.write", "zone.read", "openid", "offline"]) | NASTY.map(
    lambda text: text.replace(".", "_").replace(":", "_") or "_"
)


def some(values: st.SearchStrategy[str], least: int = 0) -> st.SearchStrategy[list[str]]:
    return st.lists(values, min_size=least, max_size=3)


BODIES = st.fixed_dictionaries(
    {
        "client_name": NAME,
        "grant_types": st.sampled_from([["authorization_code"], ["refresh_token", "authorization_code"]]),
        "response_types": some(st.sampled_from(["code", "token", "id_token"]), 1),
        "redirect_uris": some(REDIRECT, 1),
        "scopes": some(SCOPE, 1),
        "token_endpoint_auth_method": st.sampled_from(["none", "client_secret_basic", "client_secret_post"]),
    },
    optional={
        "optional_scopes": some(SCOPE),
        "allowed_cors_origins": some(ORIGIN | ORIGIN.map(lambda origin: f"{origin}/")),
        "post_logout_redirect_uris": some(URI),
        **dict.fromkeys(("client_uri", "logo_uri", "policy_uri", "tos_uri"), st.just("") | URI),
    },
)
STATES = st.fixed_dictionaries(
    {
        "body": BODIES,
        "public": st.booleans(),
        "rotated": st.booleans(),
        "status": st.sampled_from([None, "pending", "in_progress", "verified", "failed", "unheard_of"]),
    }
)
SWITCHES = st.fixed_dictionaries(
    {},
    optional={
        "array_duplicates": st.booleans(),
        "array_order": st.sampled_from(["stored", "reversed"]),
        "empty_lists": st.sampled_from(["omit", "return"]),
        "empty_uris": st.sampled_from(["omit", "empty", "null"]),
        "extra_fields": st.booleans(),
        "has_rotated_secret": st.sampled_from(["always", "when_true", "never"]),
        "missing_keys": st.sampled_from(["none", "timestamps", "verification", "all_optional"]),
        "optional_scopes_check": st.sampled_from(["merged", "request"]),
        "trailing_slash": st.sampled_from(["keep", "trim_cors", "trim_all"]),
        "verification_without_uri": st.sampled_from(["absent", "null", "empty"]),
    },
)
VALIDATOR = ArgumentSpecValidator(dict(OPTIONS))


def of_different_names(states: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return list({state["body"]["client_name"]: state for state in states}.values())


def held_by_the_fake(states: Iterable[Mapping[str, Any]], switches: Mapping[str, Any]) -> list[Client]:
    """The clients as the API lists them; what the fake does not take is not among them."""
    world = World()
    world.variants = Variants(**switches)
    for state in states:
        try:
            client, _secret = fake_clients.create(world, world.accounts[world.account_id], state["body"])
        except ApiError:
            continue
        if client.verification and state["status"]:
            last = client.verification
            client.verification = Verification(last.host, last.text, state["status"], last.started_at)
        client.promoted_at = world.clock.now() if state["public"] else None
        client.secrets += [world.mint_secret()] if client.secrets and state["rotated"] else []
    return [shaped(shown(client, world.variants)) for client in world.clients.values()]


def text_of(clients: Iterable[Client], client_ids: bool = True) -> str:
    described = [{**client, "definition": definition(client)} for client in clients]
    return definitions_text(described, "oauth_clients", "", client_ids, "")


def planned(entry: Mapping[str, Any], actual: Client) -> Plan:
    """What the module cloudflare_oauth_client would do to the client with the entry as its options."""
    checked = VALIDATOR.validate({**entry})
    assert checked.error_messages == []
    params = checked.validated_parameters
    append, restart = params["append"], params["restart_verification"]
    return plan_update(described(params), params["visibility"], actual, append=append, restart=restart)


@given(st.lists(STATES, max_size=4), SWITCHES)
def test_applying_what_was_exported_changes_nothing(states: list[dict[str, Any]], switches: dict[str, Any]) -> None:
    held = {client["client_id"]: client for client in held_by_the_fake(states, switches)}
    read = as_ansible_sees(text_of(held.values()), "oauth_clients")
    assert {entry["client_id"] for entry in read} == set(held)
    for entry in read:
        plan = planned(entry, held[entry["client_id"]])
        assert not plan.changed
        assert not plan.restarts
        assert plan.warnings == []


@given(st.lists(STATES, max_size=4).map(of_different_names))
def test_what_was_exported_without_ids_describes_the_same_clients(states: list[dict[str, Any]]) -> None:
    held = {client["client_name"]: client for client in held_by_the_fake(states, {})}
    read = as_ansible_sees(text_of(held.values(), client_ids=False), "oauth_clients")
    assert sorted(entry["client_name"] for entry in read) == sorted(held)
    assert [planned(entry, held[entry["client_name"]]).changed for entry in read] == [False] * len(held)


@given(STATES, SWITCHES)
def test_no_secret_is_exported(state: dict[str, Any], switches: dict[str, Any]) -> None:
    held = held_by_the_fake([state], switches)
    text = text_of({**client, "client_secret": "unit-test-secret"} for client in held)
    assert "unit-test-secret" not in text


def test_the_fake_takes_nasty_clients() -> None:
    """Otherwise the properties above would hold of nothing."""
    body = {
        "client_name": "{{ 1 }}\n\x00 \u0085",
        "grant_types": ["authorization_code"],
        "response_types": ["code"],
        "redirect_uris": ["https://app.example.com/{{ a }} \\ b"],
        "scopes": ["openid", "{% x %}"],
        "optional_scopes": ["{% x %}"],
        "token_endpoint_auth_method": "client_secret_post",
        "post_logout_redirect_uris": ["https://app.example.com/#bye"],
        "client_uri": "http://me@a..b/",
    }
    (client,) = held_by_the_fake([{"body": body, "public": True, "rotated": True, "status": "failed"}], {})
    assert {**body, "scopes": ["{% x %}"], "visibility": "public"}.items() <= client.items()
    assert client["has_rotated_secret"]
