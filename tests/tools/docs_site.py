# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the docs site offline, every warning an error: `make docs`."""

from __future__ import annotations

import shutil
from pathlib import Path

from tests.tools.set_up import CACHE, ROOT, run

PLACE = CACHE / "docs"


def main() -> None:
    shutil.rmtree(PLACE, ignore_errors=True)
    print(f"The docs site is in {build(PLACE).relative_to(ROOT)}/index.html.")


def build(place: Path) -> Path:
    """Build the site in a directory that is not there yet or empty; gives the directory of its pages."""
    pages, site = place / "rst", place / "html"
    pages.mkdir(mode=0o700, parents=True)  # antsibull-docs wants that nobody else can write there
    chosen = ("--use-current", "--squash-hierarchy", "--fail-on-error", "--dest-dir", str(pages))
    run("antsibull-docs", "collection", *chosen, "oauthops.iam")
    shutil.copytree(ROOT / "docs/docsite/rst/images", pages / "docsite/images", dirs_exist_ok=True)
    run("sphinx-build", "--quiet", "-W", "--keep-going", "-c", str(ROOT / "docs/site"), str(pages), str(site))
    return site


if __name__ == "__main__":
    main()
