# SPDX-License-Identifier: GPL-3.0-or-later
"""For any options and any answers, every module ends with a result, and none is a fault of ours."""

from __future__ import annotations

import importlib
import itertools
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from unittest import mock

import pytest
import requests
from hypothesis import given
from hypothesis import strategies as st
from requests.adapters import BaseAdapter

from ansible_collections.oauthops.iam.plugins.module_utils._module import CONNECTION_OPTIONS
from tests.unit.strategies import JSON
from tests.unit.support import (
    CLIENT_ID,
    CONNECTION,
    OTHER_ID,
    PACKAGE,
    SECRET,
    TXT,
    a_verified_client,
    options,
    run_as_given,
)
from tests.unit.transport import Call, cut, respond, silent, unreachable

BY_NAME = st.sampled_from([{"client_name": "Example App"}, {"client_id": CLIENT_ID}])
STATES = st.sampled_from([{}, {"state": "absent"}])
CLIENT = options(validate_scopes=False, return_client_secret=True, token_endpoint_auth_method="client_secret_basic")


def described(*parts: st.SearchStrategy[Any], **given: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.tuples(*parts).map(lambda drawn: {key: value for part in (given, *drawn) for key, value in part.items()})


GOOD: Mapping[str, st.SearchStrategy[dict[str, Any]]] = {
    "cloudflare_oauth_client": described(STATES, BY_NAME, **CLIENT),
    "cloudflare_oauth_client_info": described(),
    "cloudflare_oauth_client_secret": described(
        st.sampled_from([{"state": "rotated"}, {"state": "finalized"}]), BY_NAME, return_client_secret=True
    ),
    "cloudflare_oauth_domain_record": described(
        STATES, st.sampled_from([{}, {"zone_id": "z1"}]), host="app.example.com", value=TXT
    ),
    "cloudflare_oauth_scope_info": described(st.sampled_from([{}, {"ids": ["dns.read"]}])),
}
WRITES = ("POST", "PATCH", "DELETE")
FILE = "client_secret_file"


def kind(request: requests.PreparedRequest) -> str:
    """The method, for a read with whether it is of a list."""
    last = str(request.path_url).partition("?")[0].rpartition("/")[2]
    listed = last in ("oauth_clients", "zones", "dns_records", "scopes")
    return "LIST" if request.method == "GET" and listed else str(request.method)


class Anything(BaseAdapter):
    """Cloudflare as something that gives the same few answers to each kind of request over and over."""

    def __init__(self, answers: Mapping[str, list[Call]]) -> None:
        super().__init__()
        self.answers = {name: itertools.cycle(calls) for name, calls in answers.items()}

    def close(self) -> None:
        pass

    def send(self, request: requests.PreparedRequest, *_args: Any, **_settings: Any) -> requests.Response:
        return respond(request, next(self.answers[kind(request)]))


def mostly(usual: st.SearchStrategy[Any], odd: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.sampled_from([usual] * 4 + [odd]).flatmap(lambda chosen: chosen)


TEXT = st.text(max_size=12) | st.sampled_from(
    [
        *("", " ", ".", "\0", "[", "openid", "dns.read", "https://", "https://[::1]/", "https://a.example/\u0130"),
        *(
            CLIENT_ID,
            "Example App",
            "app.example.com",
            "\u00fc.example",
            "nan",
            "-1",
            "{{ x }}",
            "%s",
            "../..",
            "a" * 300,
        ),
    ]
)
# ansible-core itself has no answer to an infinite number where an integer belongs
SCALAR = st.none() | st.booleans() | st.integers() | st.floats(allow_infinity=False) | TEXT
JUNK = SCALAR | st.lists(SCALAR, max_size=3) | st.dictionaries(TEXT, SCALAR, max_size=2)
BY_TYPE: Mapping[str, st.SearchStrategy[Any]] = {
    "str": TEXT,
    "list": st.lists(TEXT, max_size=4),
    "bool": st.booleans(),
    "int": st.integers(),
    "float": st.floats(),
    "path": TEXT,
}


def fitting(spec: Mapping[str, Any]) -> st.SearchStrategy[Any]:
    """Values that an option of this specification may well take."""
    if "choices" not in spec:
        return BY_TYPE[spec["type"]]
    choices = st.sampled_from(spec["choices"])
    return st.lists(choices, max_size=3) if spec["type"] == "list" else choices


@st.composite
def some_of(draw: st.DrawFn, specs: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A few options, with values that mostly fit."""
    names = draw(st.lists(st.sampled_from(sorted(specs)), max_size=3, unique=True))
    return {name: draw(mostly(fitting(specs[name]), JUNK)) for name in names}


@st.composite
def parameters(draw: st.DrawFn, name: str) -> dict[str, Any]:
    """What a user may write, the usual options mostly as they should be; a file is only a name."""
    own: dict[str, Any] = dict(importlib.import_module(f"{PACKAGE}.modules.{name}").OPTIONS)
    filed = own.pop(FILE, None)
    given = {**CONNECTION, **draw(GOOD[name]), **draw(mostly(st.just({}), some_of(CONNECTION_OPTIONS)))}
    given.update(draw(st.just({}) | some_of(own)))
    names = st.none() | TEXT.filter(lambda text: not set("/$") & set(text))
    return {**given, FILE: draw(names)} if filed else given


USUAL = {
    **a_verified_client(token_endpoint_auth_method="client_secret_basic"),
    "id": "r1",
    "type": "TXT",
    "name": "app.example.com",
    "content": TXT,
    "ttl": 1,
    "status": "active",
}
THINGS = st.builds(
    lambda names, odd: {**USUAL, **names, **odd},
    st.fixed_dictionaries(
        {},
        optional={
            "client_id": st.sampled_from([CLIENT_ID, OTHER_ID]),
            "client_name": st.sampled_from(["Example App", "Other", None]),
            "id": st.sampled_from(["r1", "r2", "dns.read", "dns.write"]),
            "has_rotated_secret": st.booleans(),
            "visibility": st.just("public"),
            "client_secret": st.just(SECRET),
        },
    ),
    mostly(st.just({}), st.dictionaries(st.sampled_from([*USUAL, "client_secret"]), JSON, max_size=2)),
)
INFO = mostly(st.none(), st.fixed_dictionaries({}, optional={"total_count": st.integers(0, 3) | JSON}) | JSON)


def envelopes(results: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    return st.fixed_dictionaries({"success": st.just(True), "result": mostly(results, JSON), "result_info": INFO})


REFUSALS = st.fixed_dictionaries(
    {"success": JSON},
    optional={
        "errors": JSON | st.lists(st.fixed_dictionaries({"code": JSON}, optional={"message": JSON, "source": JSON})),
        "result": JSON,
    },
)
HEADERS = st.dictionaries(
    st.sampled_from(["retry-after", "ratelimit", "cf-ray", "content-type"]),
    st.text(max_size=12) | st.from_regex(r"x;r=\d{1,20};t=\d{1,400}", fullmatch=True),
    max_size=2,
)
ODD_CALLS = st.builds(
    lambda status, content, headers: Call("", "", status=status, content=content, answer_headers=headers),
    st.sampled_from([200, 201, 204, 302, 400, 403, 404, 408, 409, 429, 500, 502]),
    (REFUSALS | JSON).map(lambda value: json.dumps(value).encode()) | st.binary(max_size=20),
    HEADERS,
) | st.builds(lambda make: Call("", "", fault=make()), st.sampled_from([cut, silent, unreachable]))


def answers(results: st.SearchStrategy[Any]) -> st.SearchStrategy[list[Call]]:
    usual = st.builds(
        lambda value, headers: Call("", "", content=json.dumps(value).encode(), answer_headers=headers),
        envelopes(results),
        mostly(st.just({}), HEADERS),
    )
    return st.lists(mostly(usual, ODD_CALLS), min_size=1, max_size=3)


ANSWERS = st.fixed_dictionaries(
    {"LIST": answers(st.lists(THINGS, max_size=3)), **{name: answers(THINGS) for name in ("GET", *WRITES)}}
)


@pytest.fixture(scope="session")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("secrets")


@pytest.mark.parametrize("name", GOOD)
@given(st.data(), ANSWERS, st.booleans())
def test_a_module_always_ends_with_a_result(
    folder: Path, name: str, data: st.DataObject, answers: Mapping[str, list[Call]], check: bool
) -> None:
    params = data.draw(parameters(name))
    if params.get(FILE) is not None:
        params[FILE] = f"{folder}/{params[FILE]}"
    with mock.patch.object(requests.Session, "get_adapter", return_value=Anything(answers)):
        result = run_as_given(name, params, check=check)
    assert result.code != "internal_error", result.text
    assert "Traceback" not in result.text
    assert result.msg if result.failed else "changed" in result
