# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import os
from pathlib import Path

import pytest

from ansible_collections.oauthops.iam.plugins.plugin_utils._text_file import writable_file


def test_a_file_can_be_written_whether_it_is_there_or_not(tmp_path: Path) -> None:
    path = tmp_path / "clients.yml"
    assert writable_file(str(path))
    path.touch()
    assert writable_file(str(path))


def test_the_home_directory_can_be_short(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    assert writable_file("~/clients.yml")
    assert not writable_file("~/missing/clients.yml")


def test_a_directory_is_no_file(tmp_path: Path) -> None:
    assert not writable_file(str(tmp_path))


def test_its_directory_has_to_be_writable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda path, mode: (path, mode) != (tmp_path, os.W_OK))
    assert not writable_file(str(tmp_path / "clients.yml"))


@pytest.mark.parametrize(
    "path", ["", "clients.yml", "./clients.yml", "/no/such/clients.yml", "a\0b", None, 3, ["/tmp/a"]]
)
def test_other_paths_are_refused(path: object) -> None:
    assert not writable_file(path)
