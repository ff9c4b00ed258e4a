# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.plugin_utils._text_file import check_writable


def is_writable(path: str) -> bool:
    try:
        check_writable("path", path)
    except UsageError as refused:
        return (refused.code, refused.option) != ("invalid_option", "path")
    return True


def test_a_file_can_be_written_whether_it_is_there_or_not(tmp_path: Path) -> None:
    path = tmp_path / "clients.yml"
    assert is_writable(str(path))
    path.touch()
    assert is_writable(str(path))


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert not is_writable(str(tmp_path))


def test_its_directory_has_to_be_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: (path, mode) != (tmp_path, os.W_OK))
    assert not is_writable(str(tmp_path / "clients.yml"))


@pytest.mark.parametrize("path", ["", "clients.yml", "./clients.yml", "/no/such/clients.yml", "a\0b"])
def test_other_paths_are_refused(path: str) -> None:
    assert not is_writable(path)
