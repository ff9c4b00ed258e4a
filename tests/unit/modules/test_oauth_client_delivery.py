# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_client: where a new client's secret goes."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._module import HIDDEN_BY_CORE
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.lost_response import FIRST_SECRET_REMEDY
from tests.unit.support import (
    CLIENT,
    CLIENT_ID,
    OTHER_ID,
    SECRET,
    ModuleResult,
    a_client,
    a_confidential_client,
    created,
    creates,
    creation,
    lists,
    offers_usual_scopes,
    options,
    refused,
    run_module,
)
from tests.unit.transport import Call, Script

METHOD = {"token_endpoint_auth_method": "client_secret_basic"}
BODY = creation(**METHOD)


def run(**params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client", **options(**{**METHOD, **params}))


ANSWER = a_confidential_client(client_secret=SECRET)


def creating(answer: dict[str, Any] | None = None, **call: Any) -> list[Call]:
    """A creation whose result is looked at by nobody."""
    return [lists(), offers_usual_scopes(), creates(BODY, answer or ANSWER, **call)]


def created_well() -> list[Call]:
    return [lists(), offers_usual_scopes(), *created(BODY, ANSWER)]


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "secret"


def test_into_a_file(cloudflare: Script, target: Path) -> None:
    cloudflare.expect(*created_well())
    result = run(client_secret_file=str(target))
    assert result.changed
    assert target.read_text() == SECRET
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert SECRET not in result.text
    assert (SECRET in result.secrets) is HIDDEN_BY_CORE


def test_into_a_file_in_the_home_directory(cloudflare: Script, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(target.parent))
    cloudflare.expect(*created_well())
    run(client_secret_file="~/secret")
    assert target.read_text() == SECRET


def test_into_the_result(cloudflare: Script) -> None:
    cloudflare.expect(*created_well())
    result = run(return_client_secret=True)
    assert result.client_secret == SECRET
    assert result.text.count(SECRET) == 1
    assert (SECRET in result.shown) is not HIDDEN_BY_CORE


def test_both(cloudflare: Script, target: Path) -> None:
    cloudflare.expect(*created_well())
    assert run(client_secret_file=str(target), return_client_secret=True).client_secret == SECRET
    assert target.read_text() == SECRET


def test_discarded_knowingly(cloudflare: Script) -> None:
    cloudflare.expect(*created_well())
    result = run(return_client_secret=False)
    assert result.changed
    assert SECRET not in result.text


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("method", ["client_secret_basic", "client_secret_post"])
def test_nowhere_is_refused(cloudflare: Script, check: bool, method: str) -> None:
    cloudflare.expect(lists(), offers_usual_scopes())
    result = run(check=check, token_endpoint_auth_method=method)
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("secret_destination_missing", "client_secret_file")
    assert "it has no destination. Set client_secret_file or return_client_secret=true" in result.msg


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("name", ["no/secret", "."], ids=["no directory", "directory"])
def test_a_file_that_cannot_be_written_is_refused_before_minting(
    cloudflare: Script, tmp_path: Path, check: bool, name: str
) -> None:
    cloudflare.expect(lists(), offers_usual_scopes())
    result = run(check=check, client_secret_file=str(tmp_path / name))
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("file_inaccessible", "client_secret_file")


def test_check_mode_writes_no_file(cloudflare: Script, target: Path) -> None:
    cloudflare.expect(lists(), offers_usual_scopes())
    assert run(check=True, client_secret_file=str(target)).changed
    assert os.listdir(target.parent) == []


def test_a_refused_creation_leaves_no_file_and_keeps_the_old_one(cloudflare: Script, target: Path) -> None:
    target.write_text("older")
    cloudflare.expect(*creating(**refused(400)))
    assert run(client_secret_file=str(target)).failed
    assert os.listdir(target.parent) == ["secret"]
    assert target.read_text() == "older"


def test_a_client_without_a_secret_needs_no_file(cloudflare: Script, tmp_path: Path) -> None:
    cloudflare.expect(lists(), offers_usual_scopes(), *created(creation(), a_client()))
    result = run(token_endpoint_auth_method="none", client_secret_file=str(tmp_path / "no" / "secret"))
    assert result.changed
    assert result.warnings == []


@pytest.mark.parametrize("secret", [None, "", 7, ["x"]])
def test_an_answer_without_the_secret_is_a_failure_that_says_what_to_do(
    cloudflare: Script, target: Path, secret: Any
) -> None:
    cloudflare.expect(*creating(a_confidential_client(client_secret=secret)))
    result = run(client_secret_file=str(target))
    assert (result.failed, result.changed, result.code) == (True, True, "secret_lost")
    assert f"The client {CLIENT_ID} was created, but Cloudflare's response held no client secret." in result.msg
    assert result.oauth_client["client_id"] == CLIENT_ID
    assert not target.exists()


@pytest.mark.parametrize(
    "odd", [{"client_id": None}, {"scopes": "dns.read"}, {"visibility": 1}], ids=["no id", "no list", "no text"]
)
def test_the_secret_of_an_odd_answer_is_delivered(cloudflare: Script, target: Path, odd: dict[str, Any]) -> None:
    answer = a_confidential_client(client_secret=SECRET, **odd)
    cloudflare.expect(*creating(answer), lists(a_confidential_client()), lists(a_confidential_client()))
    result = run(client_secret_file=str(target))
    assert result.changed
    assert target.read_text() == SECRET
    assert result.oauth_client["client_id"] == CLIENT_ID


def test_the_secret_of_an_odd_answer_is_delivered_even_when_nothing_else_works(
    cloudflare: Script, target: Path
) -> None:
    answer = a_confidential_client(client_secret=SECRET, client_id=None)
    cloudflare.expect(*creating(answer), lists(**refused(403, 10000)), lists(**refused(403, 10000)))
    result = run(client_secret_file=str(target))
    assert result.changed
    assert target.read_text() == SECRET
    assert result.oauth_client["client_id"] is None


@pytest.mark.parametrize(("returned", "lost"), [(None, True), (True, False)])
def test_a_file_that_fails_after_minting(
    cloudflare: Script, target: Path, monkeypatch: pytest.MonkeyPatch, returned: bool | None, lost: bool
) -> None:
    def full(*_args: Any, **_options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    cloudflare.expect(*creating())
    result = run(client_secret_file=str(target), return_client_secret=returned)
    assert (result.failed, result.changed) == (True, True)
    assert result.code == ("secret_lost" if lost else "secret_undelivered")
    assert FIRST_SECRET_REMEDY in result.msg
    assert (SECRET in result.text) is not lost
    assert os.listdir(target.parent) == []


@pytest.mark.parametrize(("content", "warned"), [(None, True), ("", True), ("held", False)])
def test_an_existing_client_whose_file_holds_nothing_is_warned_about(
    cloudflare: Script, target: Path, content: str | None, warned: bool
) -> None:
    if content is not None:
        target.write_text(content)
    cloudflare.expect(lists(a_confidential_client()))
    result = run(client_secret_file=str(target))
    assert not result.changed
    assert [
        f"{CLIENT_ID} exists already, but {target} does not hold its secret" in text for text in result.warnings
    ] == ([True] if warned else [])


def test_an_existing_client_without_a_secret_is_not_warned_about(cloudflare: Script, target: Path) -> None:
    cloudflare.expect(lists(a_client()))
    assert run(token_endpoint_auth_method="none", client_secret_file=str(target)).warnings == []


def test_another_method_is_warned_about_and_mints_nothing(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client()), Call("PATCH", CLIENT, a_confidential_client(), METHOD))
    result = run(return_client_secret=True)
    assert result.changed
    assert "client_secret" not in result
    assert "token_endpoint_auth_method now needs a client secret" in result.warnings[0]


def run_beside_a_duplicate(cloudflare: Script, **params: Any) -> ModuleResult:
    duplicate = a_confidential_client(client_id=OTHER_ID)
    cloudflare.expect(lists(), offers_usual_scopes(), *created(BODY, ANSWER, duplicate))
    result = run(**params)
    assert (result.failed, result.changed) == (True, True)
    assert result.code == "client_duplicated"
    assert result.oauth_client["client_id"] == CLIENT_ID
    return result


def test_the_secret_is_in_its_file_beside_a_duplicate(cloudflare: Script, target: Path) -> None:
    result = run_beside_a_duplicate(cloudflare, client_secret_file=str(target))
    assert target.read_text() == SECRET
    assert SECRET not in result.text


@pytest.mark.parametrize("filed", [True, False])
def test_the_secret_is_returned_beside_a_duplicate(cloudflare: Script, target: Path, filed: bool) -> None:
    file = str(target) if filed else None
    result = run_beside_a_duplicate(cloudflare, client_secret_file=file, return_client_secret=True)
    assert result.client_secret == SECRET
    assert target.exists() is filed


def test_the_secret_that_was_discarded_is_not_told_beside_a_duplicate(cloudflare: Script) -> None:
    assert SECRET not in run_beside_a_duplicate(cloudflare, return_client_secret=False).text


def test_the_secret_is_delivered_before_the_list_is_read(cloudflare: Script, target: Path) -> None:
    cloudflare.expect(*creating(), lists(**refused(403, 10000)))
    result = run(client_secret_file=str(target), return_client_secret=True)
    assert (result.failed, result.changed) == (False, True)
    assert target.read_text() == result.client_secret == SECRET
    assert len(result.warnings) == 1


@pytest.mark.parametrize(("returned", "keys"), [(True, {"client_secret"}), (False, set())])
def test_check_mode_predicts_the_secret_that_is_returned(cloudflare: Script, returned: bool, keys: set[str]) -> None:
    cloudflare.expect(lists(), offers_usual_scopes())
    result = run(check=True, return_client_secret=returned)
    assert result.keys == {"changed", "diff", "oauth_client", "publishing", *keys}
    assert result.data.get("client_secret") is None


@pytest.mark.parametrize("check", [True, False])
def test_a_relative_path_is_refused(cloudflare: Script, check: bool) -> None:
    cloudflare.expect(lists(), offers_usual_scopes())
    result = run(check=check, client_secret_file="secret")
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("invalid_option", "client_secret_file")
