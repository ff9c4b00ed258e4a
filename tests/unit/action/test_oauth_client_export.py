# SPDX-License-Identifier: GPL-3.0-or-later
"""The export of an account's clients in one task."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.oauthops.iam.plugins.action.cloudflare_oauth_client_export import ActionModule
from tests.unit.actions import run_action
from tests.unit.support import ACCOUNT, CLIENT_ID, OTHER_ID, ModuleResult, a_client, lists
from tests.unit.transport import TOKEN, Script

LISTED = [
    a_client(client_id=OTHER_ID, client_name="Public App", visibility="public"),
    a_client(policy_uri="https://app.example.com/{{ policy }}"),
]


def export(path: Path, check: bool = False, **args: Any) -> ModuleResult:
    given = {"account_id": ACCOUNT, "api_token": TOKEN, "path": str(path), **args}
    return run_action(ActionModule, given, check=check)


@pytest.mark.parametrize(
    ("args", "names"),
    [
        ({}, ["Example App", "Public App"]),
        ({"visibility": "public"}, ["Public App"]),
        ({"name": "Example*", "client_ids": False}, ["Example App"]),
    ],
)
def test_the_chosen_clients_are_written(
    cloudflare: Script, tmp_path: Path, args: dict[str, Any], names: list[str]
) -> None:
    cloudflare.expect(*[lists(*LISTED)] * 3)
    file = tmp_path / "clients.yml"
    predicted = export(file, check=True, variable="apps", time="today", **args)
    assert (predicted.changed, file.exists()) == (True, False)
    assert export(file, variable="apps", time="today", **args).changed
    text = file.read_text()
    assert predicted.diff[0]["after"] == text
    assert text.startswith(f"---\n# OAuth clients of the Cloudflare account {ACCOUNT} as of today.\n")
    assert [entry["client_name"] for entry in yaml.safe_load(text.replace("!unsafe", ""))["apps"]] == names
    assert file.stat().st_mode & 0o777 == 0o644
    assert not export(file, variable="apps", time="today", **args).changed


def test_the_home_directory_can_be_short(cloudflare: Script, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    cloudflare.expect(lists())
    assert export(Path("~/clients.yml")).changed
    assert (tmp_path / "clients.yml").exists()
    assert export(Path("~/missing/clients.yml")).error == {"code": "file_inaccessible", "option": "path"}


def test_no_file_has_the_token(cloudflare: Script, tmp_path: Path) -> None:
    cloudflare.expect(lists(a_client(client_name=f"about {TOKEN}")))
    export(tmp_path / "clients.yml")
    assert TOKEN not in (tmp_path / "clients.yml").read_text()


@pytest.mark.parametrize(
    ("args", "code", "option"),
    [
        ({"path": "clients.yml"}, "invalid_option", "path"),
        ({"path": "/no/such/clients.yml"}, "file_inaccessible", "path"),
        ({"variable": "our apps"}, "invalid_option", "variable"),
    ],
)
def test_wrong_options_are_named_before_anything_is_sent(
    cloudflare: Script, tmp_path: Path, args: dict[str, Any], code: str, option: str
) -> None:
    result = export(**{"path": tmp_path / "clients.yml", **args})
    assert result.error == {"code": code, "option": option}
    assert cloudflare.sent == []


def test_ambiguous_clients_are_refused_without_ids(cloudflare: Script, tmp_path: Path) -> None:
    cloudflare.expect(lists(*(a_client(client_id=each) for each in (CLIENT_ID, OTHER_ID))))
    result = export(tmp_path / "clients.yml", client_ids=False)
    assert result.error == {"code": "client_ambiguous", "option": "client_ids"}
    assert not (tmp_path / "clients.yml").exists()
