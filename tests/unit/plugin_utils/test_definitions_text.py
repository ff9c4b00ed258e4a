# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients as a variables file: what Ansible reads from it is what was written, for any text."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import Client, definition, shaped
from ansible_collections.oauthops.iam.plugins.plugin_utils._definitions_text import check_variable, definitions_text
from tests.unit.ansible_reads import as_ansible_sees
from tests.unit.strategies import NASTY
from tests.unit.support import CLIENT_ID, OTHER_ID, a_client

HEAD = "---\noauth_clients:\n"

IDS = st.from_regex(r"[0-9A-Za-z_-]+", fullmatch=True)


def listed(**client: Any) -> dict[str, Any]:
    """A client as the module cloudflare_oauth_client_info lists it."""
    found: Client = shaped(a_client(**client))
    return {**found, "definition": definition(found)}


def text_of(
    clients: Iterable[Client],
    variable: str = "oauth_clients",
    name: str = "",
    client_ids: bool = True,
    comment: str = "",
) -> str:
    return definitions_text(clients, variable, name, client_ids, comment)


def test_a_client_is_written_as_a_person_would_write_it() -> None:
    assert text_of([listed(policy_uri="https://app.example.com/policy?lang=en")]) == HEAD + (
        "  - client_name: Example App\n"
        f'    client_id: "{CLIENT_ID}"\n'
        "    grant_types:\n"
        "      - authorization_code\n"
        "    response_types:\n"
        "      - code\n"
        "    redirect_uris:\n"
        "      - https://app.example.com/callback\n"
        "    scopes:\n"
        "      - account-settings.read\n"
        "      - dns.read\n"
        "    token_endpoint_auth_method: none\n"
        "    policy_uri: https://app.example.com/policy?lang=en\n"
        "    visibility: private\n"
    )


def test_nothing_is_an_empty_list() -> None:
    assert text_of([]) == "---\noauth_clients: []\n"


def test_a_comment_stays_a_comment() -> None:
    text = text_of([], comment="one\ntwo\x85three\r\n\x1b[31m\ufeff{{ four }}\n\n")
    assert text == "---\n# one\n# two\n# three\n# ?[31m?{{ four }}\n#\noauth_clients: []\n"


def names_in(text: str) -> list[Any]:
    return [client.get("client_name") for client in yaml.safe_load(text)["oauth_clients"]]


def test_clients_are_sorted_by_name_and_id() -> None:
    clients = [
        listed(client_name="b", client_id="2"),
        listed(client_name=None, client_id="4"),
        listed(client_name="b", client_id="1"),
        listed(client_name="a", client_id="3"),
    ]
    found = yaml.safe_load(text_of(clients))["oauth_clients"]
    assert [client["client_id"] for client in found] == ["4", "3", "1", "2"]
    assert text_of(reversed(clients)) == text_of(clients)


@pytest.mark.parametrize(
    ("pattern", "names"),
    [
        ("", [None, "App", "App 2", "app"]),
        ("*", [None, "App", "App 2", "app"]),
        ("App*", ["App", "App 2"]),
        ("app", ["app"]),
        ("?pp", ["App", "app"]),
        ("[App]", []),
    ],
)
def test_a_pattern_chooses_by_name(pattern: str, names: list[str | None]) -> None:
    there = enumerate(("App", "App 2", "app", None))
    clients = [listed(client_name=name, client_id=str(number)) for number, name in there]
    assert names_in(text_of(clients, name=pattern)) == names


def test_the_variable_has_the_name_that_was_asked_for() -> None:
    assert text_of([], variable="our_clients") == "---\nour_clients: []\n"


class Tagged(str):
    """As ansible-core hands text to filters."""


def test_text_of_ansibles_own_types_is_text() -> None:
    assert text_of([], variable=Tagged("apps"), comment=Tagged("b")) == "---\n# b\napps: []\n"
    assert text_of([listed(client_name=Tagged("A"))]) == text_of([listed(client_name="A")])


@pytest.mark.parametrize("variable", ["", "a b", "1a", "a-b", "class", "a:", "ä", "{{ a }}", "a\n"])
def test_what_is_no_name_of_a_variable_is_refused(variable: str) -> None:
    with pytest.raises(UsageError, match=r"^variable: invalid name "):
        check_variable(variable)


def test_for_another_account_there_are_neither_ids_nor_visibility() -> None:
    (client,) = yaml.safe_load(text_of([listed(visibility="public")], client_ids=False))["oauth_clients"]
    assert client["client_name"] == "Example App"
    assert not {"client_id", "visibility"} & set(client)


@pytest.mark.parametrize("name", ["", None, "Two Apps"])
def test_for_another_account_clients_need_names_of_their_own(name: str | None) -> None:
    clients = [
        listed(client_name=name),
        listed(client_name="Two Apps", client_id=OTHER_ID),
        listed(client_name="Other"),
    ]
    with pytest.raises(UsageError, match=r"would be ambiguous: ") as caught:
        text_of(clients, client_ids=False)
    assert f"{CLIENT_ID} ({name or 'without a name'})" in str(caught.value)
    assert (OTHER_ID in str(caught.value)) == (name == "Two Apps")
    assert names_in(text_of(clients, client_ids=False, name="Other")) == ["Other"]


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_character_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"contains an unpaired surrogate"):
        text_of([listed(client_name=text)])


def test_ansible_would_template_what_is_not_marked() -> None:
    """Otherwise the property below would hold of any text."""
    assert as_ansible_sees('a: "{{ 1 + 1 }}"', "a") in (2, "2")
    assert as_ansible_sees('a: !unsafe "{{ 1 + 1 }}"', "a") == "{{ 1 + 1 }}"


@given(st.lists(st.fixed_dictionaries({"client_id": IDS, "client_name": NASTY, "scopes": st.lists(NASTY)})), NASTY)
def test_ansible_reads_what_was_written(values: list[dict[str, Any]], comment: str) -> None:
    clients = [listed(**value) for value in values]
    read = as_ansible_sees(text_of(clients, comment=comment), "oauth_clients")
    written = sorted(clients, key=lambda client: (client["client_name"], client["client_id"]))
    assert read == [{**client["definition"], "client_id": client["client_id"]} for client in written]
