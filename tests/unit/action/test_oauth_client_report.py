# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on an account in one task: one listing, the files, and what is refused before it."""

from __future__ import annotations

import json
import os
from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.action.cloudflare_oauth_client_report import ActionModule
from ansible_collections.oauthops.iam.plugins.plugin_utils._reporting import FORMS
from tests.unit.actions import run_action
from tests.unit.support import (
    ACCOUNT,
    OTHER_ID,
    ModuleResult,
    a_client,
    a_confidential_client,
    lists,
    offers_usual_scopes,
    options,
)
from tests.unit.transport import TOKEN, Script

MOMENT = {"now": "2026-10-05T09:00:00Z"}
OTHER: dict[str, Any] = {"client_id": OTHER_ID, "client_name": "Other App"}


def report(check: bool = False, **args: Any) -> ModuleResult:
    return run_action(ActionModule, {"account_id": ACCOUNT, "api_token": TOKEN, **MOMENT, **args}, check=check)


def paths(directory: Path) -> dict[str, Any]:
    return {option: str(directory / option) for option in FORMS}


def test_one_listing_is_enough_for_the_comparison_and_the_overview(cloudflare: Script, tmp_path: Path) -> None:
    cloudflare.expect(lists(a_client(), a_confidential_client(**OTHER)), offers_usual_scopes())
    new = options(client_name="New", token_endpoint_auth_method="client_secret_basic", client_secret_file="/no/dir")
    result = report(clients=[options(), new], **paths(tmp_path))
    assert result.changed
    findings = result.report["findings"].items()
    found = {kind: [each["client_name"] for each in of_kind] for kind, of_kind in findings if of_kind}
    assert found == {"missing": ["New"], "unmanaged": ["Other App"]}
    assert "clients" not in result.report
    written = json.loads((tmp_path / "json_file").read_text())
    assert [client["client_name"] for client in written.pop("clients")] == ["Example App", "Other App"]
    assert written == result.report
    assert {(tmp_path / option).stat().st_mode & 0o777 for option in FORMS} == {0o644}


def test_what_is_as_before_is_not_written_again(cloudflare: Script, tmp_path: Path) -> None:
    asked = [lists(a_client()), offers_usual_scopes()]
    cloudflare.expect(*asked, *asked, *asked)
    assert report(check=True, **paths(tmp_path)).changed
    assert [*tmp_path.iterdir()] == []
    first = report(**paths(tmp_path))
    assert [change["after_header"] for change in first.diff] == list(paths(tmp_path).values())
    files = {option: (tmp_path / option).stat().st_ino for option in FORMS}
    again = report(**paths(tmp_path))
    assert (first.changed, again.changed, again.diff) == (True, False, [])
    assert {option: (tmp_path / option).stat().st_ino for option in FORMS} == files


def test_the_moment_is_the_present_unless_it_is_given(cloudflare: Script) -> None:
    cloudflare.expect(*[lists(), offers_usual_scopes()] * 2)
    assert report(now="2026-10-05T11:00:00+02:00").report["generated_at"] == MOMENT["now"]
    told = datetime.fromisoformat(report(now="").report["generated_at"].replace("Z", "+00:00"))
    assert abs(datetime.now(timezone.utc) - told) < timedelta(minutes=5)


def test_the_mode_is_corrected(cloudflare: Script, tmp_path: Path) -> None:
    cloudflare.expect(*[lists(), offers_usual_scopes()] * 2)
    file = tmp_path / "report.txt"
    report(text_file=str(file))
    file.chmod(0o600)
    assert report(text_file=str(file)).changed
    assert file.stat().st_mode & 0o777 == 0o644


@pytest.mark.parametrize("variable", [None, "CLOUDFLARE_API_TOKEN"])
def test_no_file_has_the_token(
    cloudflare: Script, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, variable: str | None
) -> None:
    if variable:
        monkeypatch.setenv(variable, TOKEN)
    cloudflare.expect(lists(a_client(client_name=f"about {TOKEN}")), offers_usual_scopes())
    result = report(api_token=None if variable else TOKEN, **paths(tmp_path))
    assert "about " in result.shown
    assert TOKEN not in result.shown + "".join((tmp_path / option).read_text() for option in FORMS)


@pytest.mark.parametrize("text", ["[]", "clients: []\n"])
def test_definitions_come_from_files(cloudflare: Script, tmp_path: Path, text: str) -> None:
    cloudflare.expect(lists(a_client()), offers_usual_scopes())
    (tmp_path / "one.json").write_text(json.dumps([options()]))
    (tmp_path / "two.yml").write_text(text)
    result = report(definitions_file=["", str(tmp_path / "*")], fail_on=["drift, missing\nunmanaged"])
    assert (result.report["counts"]["as_defined"], result.report["verdict"]["failed"]) == (1, False)
    assert result.report["verdict"]["fail_on"] == ["missing", "drift", "unmanaged"]


def test_a_definition_that_cannot_be_applied_is_named_with_its_file(cloudflare: Script, tmp_path: Path) -> None:
    cloudflare.expect(lists(), offers_usual_scopes())
    (tmp_path / "a").write_text('[{"client_name": "Bad", "redirect_uris": ["nonsense"]}]')
    (found,) = report(definitions_file=[str(tmp_path / "a")]).report["findings"]["errors"]
    assert found["client_name"] == "Bad"


@pytest.mark.parametrize(
    ("files", "code", "place"),
    [
        ({"a": "client_name: App\n"}, "invalid_option", "/a holds no list"),
        ({"a": "- client_name: App\n- App\n"}, "invalid_option", "/a[1]"),
        ({"a": '[{"client_name": "App"}]', "b": '[{"client_name": "App"}]'}, "definitions_conflict", "/b[0]"),
        ({}, "invalid_option", "/* matches no file"),
    ],
)
def test_wrong_files_are_named_before_anything_is_sent(
    cloudflare: Script, tmp_path: Path, files: dict[str, str], code: str, place: str
) -> None:
    for name, text in files.items():
        (tmp_path / name).write_text(text)
    result = report(definitions_file=[str(tmp_path / "*")])
    assert result.error == {"code": code, "option": "definitions_file"}
    assert f"{tmp_path}{place}" in result.msg
    assert cloudflare.sent == []


@pytest.mark.parametrize(
    ("args", "option"),
    [
        ({"clients": [options()], "definitions_file": ["clients.yml"]}, "definitions_file"),
        ({"definitions_file": ["/no/such/file"]}, "definitions_file"),
        ({"clients": [options(), {"clientname": "App"}]}, "clients[1]"),
        ({"now": "later"}, "now"),
        ({"fail_on": ["drift", "everything"]}, "fail_on"),
        ({"html_file": "report.html"}, "html_file"),
        ({"json_file": "/tmp/same", "text_file": "/tmp/same"}, "text_file"),
    ],
)
def test_wrong_options_are_named_before_anything_is_sent(cloudflare: Script, args: dict[str, Any], option: str) -> None:
    assert report(**args).error == {"code": "invalid_option", "option": option}
    assert cloudflare.sent == []


def test_a_report_needs_a_directory_before_anything_is_sent(cloudflare: Script) -> None:
    result = report(json_file="/no/such/place/report.json")
    assert result.error == {"code": "file_inaccessible", "option": "json_file"}
    assert cloudflare.sent == []


def test_a_pipe_is_not_replaced(cloudflare: Script, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "report.txt")
    result = report(text_file=str(tmp_path / "report.txt"))
    assert result.error == {"code": "file_inaccessible", "option": "text_file"}
    assert cloudflare.sent == []
