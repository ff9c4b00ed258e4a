# SPDX-License-Identifier: GPL-3.0-or-later
"""cloudflare_oauth_client_secret: the two steps of a rotation."""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._module import HIDDEN_BY_CORE
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.lost_response import SECOND_SECRET_REMEDY
from tests.unit.support import (
    CLIENT,
    CLIENT_ID,
    GONE,
    LAGS,
    OTHER_ID,
    ROTATE,
    SECRET,
    ModuleResult,
    a_client,
    a_confidential_client,
    behind,
    error_of,
    lists,
    partly,
    reads,
    refused,
    run_module,
)
from tests.unit.transport import Call, Clock, Script

CONFIDENTIAL = a_confidential_client()
ROTATED = a_confidential_client(has_rotated_secret=True)


def run(state: str, **params: Any) -> ModuleResult:
    return run_module("cloudflare_oauth_client_secret", **{"client_id": CLIENT_ID, "state": state, **params})


def mints(**call: Any) -> Call:
    return Call("POST", ROTATE, **{"result": {"client_secret": SECRET}, **call})


def rotates(**call: Any) -> list[Call]:
    """What is asked of a client that is known: it once more, the second secret, and the client that shows it."""
    return [reads(CONFIDENTIAL), mints(**call), reads(ROTATED)]


def deletes_older(**call: Any) -> Call:
    return Call("DELETE", ROTATE, **{"result": {"id": CLIENT_ID}, **call})


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path.resolve() / "secret"


def test_a_second_secret_goes_into_a_file(cloudflare: Script, target: Path) -> None:
    target.write_text("the older secret")
    cloudflare.expect(reads(CONFIDENTIAL), *rotates())
    result = run("rotated", client_secret_file=str(target))
    assert result.changed
    assert target.read_text() == SECRET
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert SECRET not in result.text
    assert result.oauth_client["has_rotated_secret"] is True
    assert result.diff == {"before": {"has_rotated_secret": False}, "after": {"has_rotated_secret": True}}
    assert result.keys == {"changed", "diff", "oauth_client"}
    assert result.warnings == []


def test_other_hard_links_of_the_file_are_warned_of(cloudflare: Script, target: Path) -> None:
    target.write_text("the older secret")
    os.link(target, target.with_name("linked"))
    cloudflare.expect(reads(CONFIDENTIAL), *rotates())
    result = run("rotated", client_secret_file=str(target))
    assert ["1 other hard link" in each for each in result.warnings] == [True]


def test_a_second_secret_goes_into_the_result(cloudflare: Script) -> None:
    cloudflare.expect(reads(CONFIDENTIAL), *rotates())
    result = run("rotated", return_client_secret=True)
    assert result.client_secret == SECRET
    assert result.text.count(SECRET) == 1
    assert (SECRET in result.shown) is not HIDDEN_BY_CORE


def test_by_name(cloudflare: Script) -> None:
    cloudflare.expect(lists(CONFIDENTIAL), *rotates())
    assert run("rotated", client_id=None, client_name="Example App", return_client_secret=True).changed


def test_an_id_beats_a_name(cloudflare: Script) -> None:
    cloudflare.expect(reads(CONFIDENTIAL), *rotates())
    assert run("rotated", client_name="any name", return_client_secret=True).changed


@pytest.mark.parametrize("state", ["rotated", "finalized"])
@pytest.mark.parametrize("check", [True, False])
def test_a_client_without_a_secret_is_refused(cloudflare: Script, state: str, check: bool) -> None:
    cloudflare.expect(reads(a_client()))
    result = run(state, check=check, return_client_secret=True)
    assert (result.failed, result.changed, result.code) == (True, False, "client_without_secret")
    assert "token_endpoint_auth_method=none" in result.msg


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("params", [{}, {"return_client_secret": False}, {"client_secret_file": ""}])
def test_a_secret_with_nowhere_to_go_is_not_minted(cloudflare: Script, check: bool, params: dict[str, Any]) -> None:
    cloudflare.expect(reads(CONFIDENTIAL))
    result = run("rotated", check=check, **params)
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("secret_destination_missing", "client_secret_file")


@pytest.mark.parametrize("check", [True, False])
def test_a_file_that_cannot_be_written_is_refused_before_minting(
    cloudflare: Script, tmp_path: Path, check: bool
) -> None:
    cloudflare.expect(*[reads(CONFIDENTIAL)] * (1 if check else 2))
    result = run("rotated", check=check, client_secret_file=str(tmp_path / "no" / "secret"))
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("file_inaccessible", "client_secret_file")


def test_check_mode_mints_and_writes_nothing(cloudflare: Script, target: Path) -> None:
    cloudflare.expect(reads(CONFIDENTIAL))
    result = run("rotated", check=True, client_secret_file=str(target))
    assert result.changed
    assert result.oauth_client["has_rotated_secret"] is True
    assert os.listdir(target.parent) == []


@pytest.mark.parametrize(("returned", "keys"), [(True, {"client_secret"}), (False, set())])
def test_check_mode_predicts_the_secret_that_is_returned(
    cloudflare: Script, target: Path, returned: bool, keys: set[str]
) -> None:
    cloudflare.expect(reads(CONFIDENTIAL))
    result = run("rotated", check=True, client_secret_file=str(target), return_client_secret=returned)
    assert result.keys == {"changed", "diff", "oauth_client", *keys}
    assert result.data.get("client_secret") is None


@pytest.mark.parametrize("check", [True, False])
def test_an_open_rotation_is_left_alone_and_said_to_be_open(cloudflare: Script, target: Path, check: bool) -> None:
    target.write_text("the newer secret")
    cloudflare.expect(*[reads(ROTATED)] * (1 if check else 2))
    result = run("rotated", check=check, client_secret_file=str(target))
    assert (result.failed, result.changed) == (False, False)
    assert f"A rotation of the client {CLIENT_ID} is open already, so no secret was minted" in result.msg
    assert "run state=finalized, which deletes the older one" in result.msg
    assert result.keys == {"changed", "diff", "oauth_client", "msg"}
    assert target.read_text() == "the newer secret"


def test_an_open_rotation_without_a_file_returns_no_secret(cloudflare: Script) -> None:
    cloudflare.expect(reads(ROTATED), reads(ROTATED))
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
    cloudflare.expect(*[reads(ROTATED)] * (1 if check else 2))
    result = run("rotated", check=check, client_secret_file=str(target))
    assert (result.failed, result.changed) == (True, False)
    assert (result.code, result.option) == ("newer_secret_missing", "client_secret_file")
    assert f"A rotation of the client {CLIENT_ID} is open, but {target} does not hold the newer secret" in result.msg


def test_a_missing_rotation_flag_is_none(cloudflare: Script) -> None:
    unknown = reads(a_confidential_client(has_rotated_secret=None))
    cloudflare.expect(unknown, unknown, mints(), reads(ROTATED))
    assert run("rotated", return_client_secret=True).changed


def test_a_file_that_fails_after_minting(cloudflare: Script, target: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_args: Any, **_options: Any) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    cloudflare.expect(reads(CONFIDENTIAL), reads(CONFIDENTIAL), mints())
    result = run("rotated", client_secret_file=str(target))
    assert (result.failed, result.changed) == (True, True)
    assert (result.code, result.option) == ("secret_lost", "client_secret_file")
    assert SECOND_SECRET_REMEDY in result.msg
    assert SECRET not in result.text


@pytest.mark.parametrize("found", [reads, lists])
def test_a_rotation_that_somebody_else_has_just_opened_is_left_alone(
    cloudflare: Script, target: Path, found: Any
) -> None:
    target.write_text("the newer secret")
    cloudflare.expect(found(CONFIDENTIAL), reads(ROTATED))
    by_name = {"client_id": None, "client_name": "Example App"} if found is lists else {}
    result = run("rotated", client_secret_file=str(target), **by_name)
    assert (result.failed, result.changed) == (False, False)
    assert "msg" in result
    assert target.read_text() == "the newer secret"


def test_a_rotation_that_somebody_else_has_just_opened_with_a_secret_of_his_own_is_an_error(
    cloudflare: Script, target: Path
) -> None:
    cloudflare.expect(reads(CONFIDENTIAL), reads(ROTATED))
    result = run("rotated", client_secret_file=str(target))
    assert (result.failed, result.changed, result.code) == (True, False, "newer_secret_missing")


def test_a_client_that_has_just_been_deleted_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(lists(CONFIDENTIAL), Call("GET", CLIENT, **GONE))
    result = run("rotated", client_id=None, client_name="Example App", return_client_secret=True)
    assert (result.failed, result.changed, result.code) == (True, False, "client_not_found")
    assert result.msg == f"The OAuth client {CLIENT_ID} was deleted elsewhere while this task ran. Nothing was changed."


def test_a_client_whose_secrets_were_just_discarded_is_refused(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_client(token_endpoint_auth_method=None)), reads(a_client()))
    result = run("rotated", client_id=None, client_name="Example App", return_client_secret=True)
    assert (result.failed, result.changed, result.code) == (True, False, "client_without_secret")


def test_a_client_that_cannot_be_read_once_more_is_not_rotated(cloudflare: Script) -> None:
    cloudflare.expect(reads(CONFIDENTIAL), reads(CONFIDENTIAL, **refused(403, 10000)))
    result = run("rotated", return_client_secret=True)
    assert (result.failed, result.changed, result.code) == (True, False, "unauthorized")
    assert partly(result) == error_of("GET", CLIENT, 403)


def test_a_rotation_that_shows_late_is_waited_for(cloudflare: Script, clock: Clock) -> None:
    cloudflare.expect(reads(CONFIDENTIAL), *rotates()[:-1], reads(CONFIDENTIAL), reads(ROTATED))
    result = run("rotated", return_client_secret=True)
    assert (result.failed, result.changed, result.warnings) == (False, True, [])
    assert clock.sleeps == LAGS[:1]
    assert len(result.waited) == 1


@pytest.mark.parametrize(
    "looked",
    [
        pytest.param(behind(reads(CONFIDENTIAL)), id="never shown"),
        pytest.param(behind(Call("GET", CLIENT, **GONE)), id="gone"),
    ],
)
def test_a_rotation_that_is_not_shown_is_warned_about_and_delivered(
    cloudflare: Script, target: Path, looked: list[Call]
) -> None:
    cloudflare.expect(reads(CONFIDENTIAL), reads(CONFIDENTIAL), mints(), *looked)
    result = run("rotated", client_secret_file=str(target), return_client_secret=True)
    assert (result.failed, result.changed) == (False, True)
    assert target.read_text() == result.client_secret == SECRET
    assert result.warnings == [
        "The secret was minted and delivered, but Cloudflare shows no open rotation. Check in Cloudflare's "
        "dashboard that the client has two secrets before you run state=rotated again, which could mint another."
    ]


def test_a_rotation_of_which_nothing_could_be_read_is_not_said_to_be_unseen(cloudflare: Script, target: Path) -> None:
    refusal = Call("GET", CLIENT, **refused(403, 10000))
    cloudflare.expect(reads(CONFIDENTIAL), reads(CONFIDENTIAL), mints(), refusal)
    result = run("rotated", client_secret_file=str(target))
    (warning,) = result.warnings
    assert "it is not known whether Cloudflare shows an open rotation" in warning
    assert target.read_text() == SECRET


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
    assert (result.failed, result.code, result.option) == (True, "client_not_found", "client_id")


def test_no_client_of_that_name(cloudflare: Script) -> None:
    cloudflare.expect(lists())
    result = run("finalized", client_id=None, client_name="Example App")
    assert (result.failed, result.code, result.option) == (True, "client_not_found", "client_name")


def test_a_list_without_names_tells_nothing_about_a_name(cloudflare: Script) -> None:
    cloudflare.expect(lists(a_confidential_client(client_name=None)))
    result = run("finalized", client_id=None, client_name="Example App")
    assert (result.failed, result.changed, result.code) == (True, False, "names_not_listed")


def test_several_clients_of_one_name(cloudflare: Script) -> None:
    cloudflare.expect(lists(CONFIDENTIAL, a_confidential_client(client_id=OTHER_ID)))
    result = run("finalized", client_id=None, client_name="Example App")
    assert (result.failed, result.code) == (True, "client_ambiguous")
    assert OTHER_ID in result.msg


@pytest.mark.parametrize(
    ("params", "option"),
    [
        ({"state": None}, "state"),
        ({"state": "present"}, "state"),
        ({"state": "rotated", "client_id": None}, "client_id, client_name"),
    ],
)
def test_options_that_are_needed(params: dict[str, Any], option: str) -> None:
    result = run_module("cloudflare_oauth_client_secret", **{"client_id": CLIENT_ID, **params})
    assert (result.failed, result.code, option in result.msg) == (True, None, True)


@pytest.mark.parametrize("check", [True, False])
def test_finalizing_by_name_does_not_rely_on_what_a_list_leaves_out(cloudflare: Script, check: bool) -> None:
    listed = {key: value for key, value in ROTATED.items() if key != "has_rotated_secret"}
    cloudflare.expect(lists(listed), reads(ROTATED), *([] if check else [deletes_older()]))
    assert run("finalized", client_id=None, client_name="Example App", check=check).changed


def test_what_is_predicted_by_name_does_not_rely_on_what_a_list_leaves_out(cloudflare: Script) -> None:
    listed = {key: value for key, value in ROTATED.items() if key != "has_rotated_secret"}
    cloudflare.expect(lists(listed), reads(ROTATED))
    result = run("rotated", client_id=None, client_name="Example App", return_client_secret=True, check=True)
    assert not result.changed
