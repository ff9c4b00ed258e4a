# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_client_secret: the two steps of a rotation."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from tests.unit.support import (
    CLIENT,
    CLIENT_ID,
    GONE,
    OTHER_ID,
    ROTATE,
    SECRET,
    ModuleResult,
    a_client,
    a_confidential_client,
    lists,
    reads,
    run_module,
)
from tests.unit.transport import Call, Script

CONFIDENTIAL = a_confidential_client()
ROTATED = a_confidential_client(has_rotated_secret=True)


def run(state: str, **params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client_secret", **{"client_id": CLIENT_ID, "state": state, **params})


def mints(**call: Any) -> Call:
    return Call("POST", ROTATE, **{"result": {"client_secret": SECRET}, **call})


def deletes_older(**call: Any) -> Call:
    return Call("DELETE", ROTATE, **{"result": {"id": CLIENT_ID}, **call})


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "secret"


def test_a_second_secret_goes_into_a_file(cloudflare: Script, target: Path) -> None:
    target.write_text("the older secret")
    cloudflare.expect(reads(CONFIDENTIAL), mints())
    result = run("rotated", client_secret_file=str(target))
    assert result.changed
    assert target.read_text() == SECRET
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert SECRET not in result.text
    assert result.oauth_client["has_rotated_secret"] is True
    assert result.diff == {"before": {"has_rotated_secret": False}, "after": {"has_rotated_secret": True}}
    assert result.keys == {"changed", "diff", "oauth_client"}


def test_a_second_secret_goes_into_the_result(cloudflare: Script) -> None:
    cloudflare.expect(reads(CONFIDENTIAL), mints())
    result = run("rotated", return_client_secret=True)
    assert result.client_secret == SECRET
    assert result.text.count(SECRET) == 1


def test_by_name(cloudflare: Script) -> None:
    cloudflare.expect(lists(CONFIDENTIAL), mints())
    assert run("rotated", client_id=None, client_name="Example App", return_client_secret=True).changed


def test_an_id_beats_a_name(cloudflare: Script) -> None:
    cloudflare.expect(reads(CONFIDENTIAL), mints())
    assert run("rotated", client_name="whatever", return_client_secret=True).changed


@pytest.mark.parametrize("state", ["rotated", "finalized"])
@pytest.mark.parametrize("check", [True, False])
def test_a_client_without_a_secret_is_refused(cloudflare: Script, state: str, check: bool) -> None:
    cloudflare.expect(reads(a_client()))
    result = run(state, check=check, return_client_secret=True)
    assert result.failed
    assert result.msg == (
        f"{CLIENT_ID} has token_endpoint_auth_method=none, so it has no secret that could be rotated."
    )


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("params", [{}, {"return_client_secret": False}, {"client_secret_file": ""}])
def test_a_secret_with_nowhere_to_go_is_not_minted(cloudflare: Script, check: bool, params: dict[str, Any]) -> None:
    cloudflare.expect(reads(CONFIDENTIAL))
    result = run("rotated", check=check, **params)
    assert "state=rotated mints a secret that is shown once: set client_secret_file or return" in result.msg
    assert not result.changed


@pytest.mark.parametrize("check", [True, False])
def test_a_file_that_cannot_be_written_is_refused_before_minting(
    cloudflare: Script, tmp_path: Path, check: bool
) -> None:
    cloudflare.expect(reads(CONFIDENTIAL))
    result = run("rotated", check=check, client_secret_file=str(tmp_path / "no" / "secret"))
    assert result.failed
    assert not result.changed
    assert "no does not exist." in result.msg


def test_check_mode_mints_and_writes_nothing(cloudflare: Script, target: Path) -> None:
    cloudflare.expect(reads(CONFIDENTIAL))
    result = run("rotated", check=True, client_secret_file=str(target))
    assert result.changed
    assert result.oauth_client["has_rotated_secret"] is True
    assert os.listdir(target.parent) == []


@pytest.mark.parametrize("check", [True, False])
def test_an_open_rotation_is_left_alone_and_said_to_be_open(cloudflare: Script, target: Path, check: bool) -> None:
    target.write_text("the newer secret")
    cloudflare.expect(reads(ROTATED))
    result = run("rotated", check=check, client_secret_file=str(target))
    assert (result.failed, result.changed) == (False, False)
    assert f"A rotation of {CLIENT_ID} is open already, so no secret was minted" in result.msg
    assert "state=finalized deletes the older one" in result.msg
    assert result.keys == {"changed", "diff", "oauth_client", "msg"}
    assert target.read_text() == "the newer secret"


def test_an_open_rotation_without_a_file_returns_no_secret(cloudflare: Script) -> None:
    cloudflare.expect(reads(ROTATED))
    result = run("rotated", return_client_secret=True)
    assert not result.changed
    assert "client_secret" not in result


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("content", [None, ""])
def test_an_open_rotation_whose_secret_is_lost_is_an_error(
    cloudflare: Script, target: Path, check: bool, content: str | None
) -> None:
    if content is not None:
        target.write_text(content)
    cloudflare.expect(reads(ROTATED))
    result = run("rotated", check=check, client_secret_file=str(target))
    assert (result.failed, result.changed) == (True, False)
    assert f"A rotation of {CLIENT_ID} is open, but {target} holds no secret" in result.msg
    assert "The older secret goes on working" in result.msg


def test_a_missing_rotation_flag_is_none(cloudflare: Script) -> None:
    cloudflare.expect(reads(a_confidential_client(has_rotated_secret=None)), mints())
    assert run("rotated", return_client_secret=True).changed


def test_a_file_that_fails_after_minting(cloudflare: Script, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    cloudflare.expect(reads(CONFIDENTIAL), mints())
    result = run("rotated", client_secret_file=str(target))
    assert (result.failed, result.changed) == (True, True)
    assert f"A client secret of {CLIENT_ID} was minted, but {target} could not be written" in result.msg
    assert "No way leads to a usable second secret" in result.msg
    assert SECRET not in result.text


def test_finalizing_deletes_the_older_secret(cloudflare: Script) -> None:
    cloudflare.expect(reads(ROTATED), deletes_older())
    result = run("finalized")
    assert result.changed
    assert result.oauth_client["has_rotated_secret"] is False
    assert result.diff == {"before": {"has_rotated_secret": True}, "after": {"has_rotated_secret": False}}
    assert result.keys == {"changed", "diff", "oauth_client"}


def test_finalizing_accepts_an_answer_without_result(cloudflare: Script) -> None:
    cloudflare.expect(reads(ROTATED), deletes_older(result=None))
    assert run("finalized").changed


def test_finalizing_without_a_rotation_is_no_write(cloudflare: Script) -> None:
    cloudflare.expect(reads(CONFIDENTIAL))
    assert not run("finalized").changed


def test_finalizing_in_check_mode_is_no_write(cloudflare: Script) -> None:
    cloudflare.expect(reads(ROTATED))
    assert run("finalized", check=True).changed


@pytest.mark.parametrize("state", ["rotated", "finalized"])
def test_no_client_of_that_id(cloudflare: Script, state: str) -> None:
    cloudflare.expect(Call("GET", CLIENT, **GONE))
    result = run(state, return_client_secret=True)
    assert result.msg == f"There is no OAuth client '{CLIENT_ID}' in this account."


def test_no_client_of_that_name(cloudflare: Script) -> None:
    cloudflare.expect(lists())
    result = run("finalized", client_id=None, client_name="Example App")
    assert result.msg == "There is no OAuth client 'Example App' in this account."


def test_several_clients_of_one_name(cloudflare: Script) -> None:
    cloudflare.expect(lists(CONFIDENTIAL, a_confidential_client(client_id=OTHER_ID)))
    result = run("finalized", client_id=None, client_name="Example App")
    assert "2 clients have the name 'Example App'" in result.msg
    assert OTHER_ID in result.msg


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"state": None}, "missing required arguments: state"),
        ({"state": "present"}, "value of state must be one of: rotated, finalized"),
        ({"state": "rotated", "client_id": None}, "one of the following is required: client_id, client_name"),
    ],
)
def test_options_that_are_needed(params: dict[str, Any], text: str) -> None:
    assert text in run_module("cloudflare_oauth_client_secret", **{"client_id": CLIENT_ID, **params}).msg
