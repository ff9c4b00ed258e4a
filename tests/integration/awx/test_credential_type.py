# SPDX-License-Identifier: GPL-3.0-or-later
"""The type of credential in use: what AWX's UI sends is accepted, and what cannot be changed later is right."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
import requests

from tests.integration.ansible_runs import ROOT
from tests.integration.servers.awx.server import Awx

TYPE: dict[str, Any] = json.loads((ROOT / "roles/oauth_client_awx/files/credential_type.json").read_text())
FIELDS = [field["id"] for field in TYPE["inputs"]["fields"]]
FILLED_IN = {"api_token": "a-token", "account_id": "1" * 32}


class Api:
    """AWX as its UI uses it."""

    def __init__(self, awx: Awx) -> None:
        self.url = f"{awx.url}/api/v2"
        self.session = requests.Session()
        self.session.headers["Authorization"] = f"Bearer {awx.token}"

    def post(self, path: str, body: dict[str, Any]) -> requests.Response:
        return self.session.post(f"{self.url}/{path}/", json=body, timeout=10)

    def credential(self, described: dict[str, Any], inputs: dict[str, Any]) -> requests.Response:
        kind = self.post("credential_types", described)
        assert kind.status_code == 201, kind.text
        body = {"name": "Account", "organization": 1, "credential_type": kind.json()["id"], "inputs": inputs}
        return self.post("credentials", body)


@pytest.fixture
def api(awx: Awx) -> Api:
    return Api(awx)


def test_a_credential_is_saved_with_every_optional_field_empty(api: Api) -> None:
    inputs = {**dict.fromkeys(FIELDS, ""), **FILLED_IN}
    assert set(inputs) - set(FILLED_IN) == {"api_url"}
    saved = api.credential(TYPE, inputs)
    assert (saved.status_code, saved.json()["inputs"]["api_url"]) == (201, "")


def test_a_field_that_has_to_be_a_url_cannot_be_left_empty(api: Api) -> None:
    """Why no field has a format: this is what AWX 24.6.1 was seen to say."""
    described = copy.deepcopy(TYPE)
    described["inputs"]["fields"][-1]["format"] = "url"
    refused = api.credential(described, {**FILLED_IN, "api_url": ""})
    assert refused.status_code == 400
    assert refused.json()["inputs"] == {"api_url": ["Invalid URL: Missing url scheme (http, https, etc.)"]}
    assert not any("format" in field for field in TYPE["inputs"]["fields"])


@pytest.mark.parametrize("value", [None, 1])
def test_a_field_is_a_text(api: Api, value: object) -> None:
    assert api.credential(TYPE, {**FILLED_IN, "api_url": value}).status_code == 400


def test_the_inputs_of_a_type_in_use_are_frozen_and_its_injectors_are_not(api: Api) -> None:
    saved = api.credential(TYPE, FILLED_IN).json()
    url = f"{api.url}/credential_types/{saved['credential_type']}/"
    changed = copy.deepcopy(TYPE["inputs"])
    changed["fields"][0]["help_text"] = "Another text."
    assert api.session.patch(url, json={"inputs": changed}, timeout=10).status_code == 403
    injectors = {"env": {"CLOUDFLARE_API_TOKEN": "{{ api_token }}"}}
    assert api.session.patch(url, json={"injectors": injectors}, timeout=10).status_code == 200
