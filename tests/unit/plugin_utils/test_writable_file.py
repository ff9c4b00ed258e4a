# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.plugin_utils._text_file import check_writable


def refusal(path: str) -> str:
    """The error code, for the option that was given."""
    with pytest.raises(UsageError) as refused:
        check_writable("path", path)
    assert refused.value.option == "path"
    return refused.value.code


def test_a_file_can_be_written_whether_it_is_there_or_not(tmp_path: Path) -> None:
    path = tmp_path / "clients.yml"
    check_writable("path", str(path))
    path.touch()
    check_writable("path", str(path))


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert refusal(str(tmp_path)) == "file_inaccessible"


def test_its_directory_has_to_be_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda _path, mode, **_options: not mode & os.W_OK)
    assert refusal(str(tmp_path / "clients.yml")) == "file_inaccessible"


def test_its_directory_has_to_exist() -> None:
    assert refusal("/no/such/clients.yml") == "file_inaccessible"


@pytest.mark.parametrize("path", ["", "clients.yml", "./clients.yml", "a\0b"])
def test_other_paths_are_refused(path: str) -> None:
    assert refusal(path) == "invalid_option"
