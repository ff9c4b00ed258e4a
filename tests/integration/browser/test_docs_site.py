# SPDX-License-Identifier: GPL-3.0-or-later
"""The docs site, built as `make docs` builds it: its links, its text, and how it looks on a desk and on a phone."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest

from tests.integration.ansible_runs import ROOT
from tests.integration.browser.chromium import Tab
from tests.tools import docs_site

GUIDES = sorted(path.stem for path in (ROOT / "docs/docsite/rst").glob("*.rst"))
# What is left of markup that was not understood.
RAW = re.compile(r":(?:ref|ansopt|ansplugin|ansval|doc):`|\.\. [\w-]+::|``|\b[BCEILMOPRUV]\((?=[\w./])")

# A heading or a paragraph that is cut at the right, and nothing scrolls to show the rest.
CUT = """[...document.querySelectorAll(".document :is(h1, h2, h3, p, dt, li, img)")].some(
  (each) => each.getBoundingClientRect().right > innerWidth && !each.closest(".wy-table-responsive, pre")
)"""
# The theme's script, which runs after the page was loaded, has put each table into what scrolls.
READY = "document.querySelector('table.docutils:not(.wy-table-responsive *)') === null"


class Page(HTMLParser):
    """What a page links to, what can be linked to in it, and its text without code."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.text = ""
        self._code = 0
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.links += [value for name in ("href", "src") if (value := given.get(name))]
        self.anchors |= {value for name in ("id", "name") if (value := given.get(name))}
        self._code += tag in ("pre", "code", "script", "style")

    def handle_endtag(self, tag: str) -> None:
        self._code -= tag in ("pre", "code", "script", "style")

    def handle_data(self, data: str) -> None:
        if not self._code:
            self.text += data


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return docs_site.build(tmp_path_factory.mktemp("docs"))


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path.read_text()) for path in site.rglob("*.html")}


def test_every_page_is_there(site: Path) -> None:
    plugins = {
        path.stem for kind in ("modules", "filter", "test") for path in (ROOT / f"plugins/{kind}").glob("[a-z]*.py")
    }
    roles = {path.name for path in (ROOT / "roles").iterdir()}
    built = {re.sub("_(module|filter|test|role)$", "", path.stem) for path in site.rglob("*.html")}
    assert plugins | roles | set(GUIDES) <= built


def test_no_link_within_the_site_is_broken(site: Path, pages: dict[Path, Page]) -> None:
    broken = []
    for path, page in pages.items():
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            anchors = pages[target].anchors if target in pages else set()
            if not target.exists() or (target in pages and parts.fragment and unquote(parts.fragment) not in anchors):
                broken.append(f"{path.relative_to(site)}: {link}")
    assert broken == []
    assert len(pages) > len(GUIDES)


def test_no_markup_is_left_in_the_text(site: Path, pages: dict[Path, Page]) -> None:
    left = {str(path.relative_to(site)): RAW.findall(page.text) for path, page in pages.items()}
    assert {name: found for name, found in left.items() if found} == {}


@pytest.mark.parametrize("size", [(1280, 900), (390, 844)], ids=["desk", "phone"])
def test_every_page_fits_the_screen(tab: Tab, site: Path, pages: dict[Path, Page], size: tuple[int, int]) -> None:
    wide = []
    for page in pages:
        tab.show(page, width=size[0], height=size[1], scheme="light")
        deadline = time.monotonic() + 20
        while not tab.evaluate(READY) and time.monotonic() < deadline:
            time.sleep(0.05)
        if tab.evaluate("document.documentElement.scrollWidth") != size[0] or tab.evaluate(CUT):
            wide.append(str(page.relative_to(site)))
    assert wide == []


def test_every_entry_of_the_front_page_has_a_description(site: Path) -> None:
    front = (site / "index.html").read_text()
    entries = re.findall(r"<li><p>(<a .*?</a>)(.*?)</p></li>", front, re.DOTALL)
    assert len(entries) > len(GUIDES)
    assert [link for link, text in entries if len(re.sub("<.*?>", "", text)) < 10] == []
