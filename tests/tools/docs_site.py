# SPDX-License-Identifier: GPL-3.0-or-later
"""Builds the docs site offline, every warning an error: `make docs`."""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import yaml

from tests.tools.set_up import CACHE, ROOT, run

PLACE = CACHE / "docs"
KINDS = {"role": "Roles", "module": "Modules", "filter": "Filters", "test": "Tests"}


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
    (pages / "environment_variables.rst").unlink()  # an empty list: the modules describe their variables themselves
    index = pages / "index.rst"
    index.write_text(front_page(index.read_text()))
    run("sphinx-build", "--quiet", "-W", "--keep-going", "-c", str(ROOT / "docs/site"), str(pages), str(site))
    return site


def front_page(index: str) -> str:
    """Our own page, and below it what antsibull-docs lists in its index."""
    sections = yaml.safe_load((ROOT / "docs/docsite/extra-docs.yml").read_text())["sections"]
    guides = (line for each in sections for line in guide_section(each["title"], each["toctree"]))
    plugins = (line for kind, title in KINDS.items() for line in plugin_section(kind, title, index))
    return "\n".join([(ROOT / "docs/site/index.rst").read_text(), *guides, *plugins])


def guide_section(title: str, pages: list[str]) -> Iterator[str]:
    """Guides with their goals: the first sentence of each."""
    yield from heading(title)
    for page in pages:
        text = (ROOT / f"docs/docsite/rst/{page}.rst").read_text()
        goal = re.search(r"^=+\n\n((?:.+\n)+)", text, re.MULTILINE)
        assert goal, page
        first = re.split(r"[.:] ", " ".join(goal[1].split()) + " ")[0]
        yield f"* :doc:`docsite/{page}`: {first}"
    yield toctree(title, [f"docsite/{page}" for page in pages])


def plugin_section(kind: str, title: str, index: str) -> Iterator[str]:
    """All plugins of a kind with their descriptions, and each under its short name in the navigation."""
    listed = re.findall(rf"^\* :ansplugin:`(\w+) {kind} <.*?>` -- (.+)$", index, re.MULTILINE)
    yield from (f".. _{kind}_plugins_in_oauthops.iam:", "", *heading(title))
    yield from (f"* :ansplugin:`{name} <oauthops.iam.{name}#{kind}>`: {text}" for name, text in listed)
    yield toctree(title, [f"{name} <{name}_{kind}>" for name, _text in listed])


def heading(title: str) -> tuple[str, ...]:
    return title, "-" * len(title), ""


def toctree(caption: str, entries: list[str]) -> str:
    lines = (f"    :caption: {caption}", "    :maxdepth: 1", "    :hidden:", "", *(f"    {entry}" for entry in entries))
    return "\n".join(["", ".. toctree::", *lines, ""])


if __name__ == "__main__":
    main()
