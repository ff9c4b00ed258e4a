# SPDX-License-Identifier: GPL-3.0-or-later
"""The release command, in a copy of this checkout; the checks that it runs first are tests themselves."""

from __future__ import annotations

import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from tests.integration.ansible_runs import BIN, ROOT

Command = Callable[..., "subprocess.CompletedProcess[str]"]
AUTHOR = {f"GIT_{who}_{what}": "tester" for who in ("AUTHOR", "COMMITTER") for what in ("NAME", "EMAIL")}


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A copy of what git knows of this checkout, committed."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        check=True,
        capture_output=True,
    ).stdout.split(b"\0")
    for name in filter(None, listed):
        source, target = ROOT / os.fsdecode(name), tmp_path / os.fsdecode(name)
        if source.exists():
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(source.read_bytes())
    link = tmp_path / "collections/ansible_collections/oauthops/iam"
    link.parent.mkdir(parents=True)
    link.symlink_to("../../..")
    return tmp_path


@pytest.fixture
def command(checkout: Path) -> Command:
    environment = {**os.environ, **AUTHOR, "PATH": f"{BIN}:{os.environ['PATH']}", "HOME": str(checkout / ".ansible")}
    environment["ANSIBLE_CONFIG"] = str(checkout / "ansible.cfg")

    def run(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, cwd=checkout, env=environment, capture_output=True, text=True, check=False)

    for words in (("init", "--quiet"), ("add", "--all"), ("commit", "--quiet", "--message", "All")):
        assert run("git", *words).returncode == 0
    return run


def released(command: Command) -> subprocess.CompletedProcess[str]:
    return command(sys.executable, "-m", "tests.tools.release", "--checked")


def test_a_release_is_a_commit_a_tag_and_a_package(command: Command, checkout: Path) -> None:
    done = released(command)
    assert done.returncode == 0, done.stdout + done.stderr
    version = yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"]
    assert command("git", "describe").stdout.strip() == version
    assert command("git", "status", "--porcelain").stdout == ""
    with tarfile.open(checkout / f"oauthops-iam-{version}.tar.gz") as package:
        changelog = package.extractfile("CHANGELOG.md")
        assert changelog is not None
        text = changelog.read().decode()
    assert f"v{version}" in text.replace("\\", "")
    assert "oauthops\\.iam\\.cloudflare\\_oauth\\_client" in text
    again = released(command)
    assert again.returncode != 0
    assert "It was released already" in again.stderr
    assert "No file in changelogs/fragments" in again.stderr


def test_what_is_not_committed_is_not_released(command: Command, checkout: Path) -> None:
    (checkout / "README.md").write_text("changed")
    done = released(command)
    assert done.returncode != 0
    assert "There are changes that are not committed" in done.stderr
    assert command("git", "tag").stdout == ""
