# SPDX-License-Identifier: GPL-3.0-or-later
"""The link that makes a checkout a collection, and the lists of Debian's packages."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from tests.tools import set_up


@pytest.fixture
def link(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "galaxy.yml").touch()
    link = tmp_path / "collections/ansible_collections/oauthops/iam"
    monkeypatch.setattr(set_up, "LINK", link)
    return link


@pytest.mark.parametrize("times", [1, 2])
def test_a_checkout_becomes_a_collection(link: Path, times: int) -> None:
    for _again in range(times):
        set_up.link_collection()
    assert (link.is_symlink(), (link / "galaxy.yml").exists()) == (True, True)


def test_the_links_of_pytest_ansible_are_replaced(link: Path, tmp_path: Path) -> None:
    link.mkdir(parents=True)
    (link / "galaxy.yml").symlink_to(tmp_path / "galaxy.yml")
    (link / "gone").symlink_to(tmp_path / "gone")
    set_up.link_collection()
    assert (link.is_symlink(), (tmp_path / "galaxy.yml").exists()) == (True, True)


def test_files_of_others_are_kept(link: Path) -> None:
    (link / "folder").mkdir(parents=True)
    with pytest.raises(OSError, match="folder"):
        set_up.link_collection()


@pytest.mark.parametrize(("age", "updates"), [(0, 1), (set_up.HOUR + 60, 2)])
def test_the_lists_of_packages_are_updated_once_an_hour(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, age: int, updates: int
) -> None:
    ran: list[str] = []
    monkeypatch.setattr(set_up, "CACHE", tmp_path)
    monkeypatch.setattr(set_up, "run", lambda *command: ran.append(command[-1]))
    set_up.apt()
    then = time.time() - age
    os.utime(tmp_path / "apt-updated", (then, then))
    set_up.apt()
    assert ran == ["update"] * updates
