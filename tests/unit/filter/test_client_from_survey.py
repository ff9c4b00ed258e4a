# SPDX-License-Identifier: GPL-3.0-or-later
"""The definition of a client from the answers to a survey."""

from __future__ import annotations

from typing import Any

import pytest
from ansible.errors import AnsibleFilterError

from ansible_collections.oauthops.iam.plugins.filter.client_from_survey import FilterModule

client_from_survey = FilterModule().filters()["client_from_survey"]


@pytest.mark.parametrize(
    ("answers", "definition"),
    [
        ({}, {}),
        ({"client_name": " Example App ", "logo_uri": ""}, {"client_name": "Example App"}),
        ({"scopes": "dns.read\n\n dns.write \n"}, {"scopes": ["dns.read", "dns.write"]}),
        ({"scopes": " \n"}, {}),
        ({"redirect_uris": ["https://a.example/"], "scopes": []}, {"redirect_uris": ["https://a.example/"]}),
        ({"client_uri": None, "append": False}, {"append": False}),
    ],
)
def test_empty_answers_are_left_out_and_lines_become_lists(answers: Any, definition: Any) -> None:
    assert client_from_survey(answers) == definition


@pytest.mark.parametrize("answers", [None, "Example App", ["client_name"]])
def test_answers_are_a_mapping(answers: Any) -> None:
    with pytest.raises(AnsibleFilterError, match="client_from_survey: invalid input"):
        client_from_survey(answers)
