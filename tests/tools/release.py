# SPDX-License-Identifier: GPL-3.0-or-later
"""Releases the version that galaxy.yml names, as far as no account is needed: `make release`.

Every check first, on the commit that is released. Then the fragments become the changelog, in a commit with a tag, and
the package is built. What is left is told: nothing is pushed or published from here.
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
from pathlib import Path

import yaml

from tests.tools.package import PLACE, build
from tests.tools.set_up import ROOT, run

CHANGES = ROOT / "changelogs"
CHECKS = ("make", "test", "full", "matrix")
LEFT = """\
{package} is built, and the commit has the tag {version}. What is left:

git push --follow-tags
ansible-galaxy collection publish {package}

Then galaxy.yml and plugins/module_utils/_api/transport.py get the next version."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="make release")
    parser.add_argument("--checked", action="store_true", help="every check has passed on this very commit")
    options = parser.parse_args()
    version = str(yaml.safe_load((ROOT / "galaxy.yml").read_text())["version"])
    obstacles = [told for holds, told in questions(version) if holds]
    if obstacles:
        sys.exit(f"{version} is not released:\n" + "\n".join(obstacles))
    if not options.checked:
        run(*CHECKS)
    release(version)


def questions(version: str) -> list[tuple[bool, str]]:
    """What may be in the way, and how it is told."""
    log = CHANGES / "changelog.yaml"
    released = yaml.safe_load(log.read_text())["releases"] if log.exists() else {}
    fragments = list((CHANGES / "fragments").glob("*.yml"))
    return [
        (bool(git("status", "--porcelain")), "There are changes that are not committed."),
        (
            version in released or version in git("tag").split(),
            "It was released already: galaxy.yml needs the next version.",
        ),
        (not fragments, "No file in changelogs/fragments says what is new."),
    ]


def release(version: str) -> None:
    run("antsibull-changelog", "release")
    run("git", "add", "--all", "CHANGELOG.md", "changelogs")
    run("git", "commit", "--quiet", "--message", f"Release {version}")
    run("git", "tag", "--annotate", "--message", version, version)
    package = Path(shutil.copy(build(PLACE), ROOT))
    print(LEFT.format(package=package.name, version=version))


def git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, check=True, capture_output=True, text=True).stdout.strip()


if __name__ == "__main__":
    main()
