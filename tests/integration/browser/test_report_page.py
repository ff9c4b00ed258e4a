# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the drift report in a real browser: on a desk and on a phone, light and dark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.sync_api import Browser, Page

from ansible_collections.oauthops.iam.plugins.plugin_utils._report_page import report_page
from tests.tools.browser import screen
from tests.unit.reports import hostile, in_account, one_of_each, reported

Scheme = Literal["light", "dark"]

REPORTS: Mapping[str, Mapping[str, Any]] = {
    "one of each": one_of_each(),
    "hostile": hostile(),
    "nothing": reported([], []),
    "many": reported([], [in_account(number, f"Client {number}") for number in range(200)]),
}
SIZES = {"desk": (1280, 900), "phone": (390, 844), "small phone": (320, 568)}
# What can be seen of an element ends where the screen does; what only a screen reader gets has no size to speak of.
STICKING_OUT = """[...document.body.querySelectorAll('*')].filter(each => {
  const box = each.getBoundingClientRect();
  return box.width > 1 && (box.right > innerWidth + 1 || box.left < -1);
}).map(each => each.outerHTML.slice(0, 80))"""
CLIPPED = """[...document.body.querySelectorAll('td, th, li, p, h1, h2, h3')].filter(each =>
  !each.closest('thead, .spoken') && each.scrollWidth > each.clientWidth + 1 && each.clientWidth > 0
).map(each => each.outerHTML.slice(0, 80))"""


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    written = {name: tmp_path_factory.mktemp("page") / "report.html" for name in REPORTS}
    for name, path in written.items():
        path.write_text(report_page(REPORTS[name]), encoding="utf-8")
    return written


def shown(browser: Browser, file: Path, size: str, scheme: Scheme = "light") -> Page:
    page = screen(browser, *SIZES[size], scheme)
    page.goto(file.as_uri())
    return page


def roles(page: Page) -> list[tuple[str, str]]:
    """What a screen reader gets from the browser: role and name of everything that is not left out."""
    nodes = page.context.new_cdp_session(page).send("Accessibility.getFullAXTree")["nodes"]
    return [
        (node["role"]["value"], node.get("name", {}).get("value", ""))
        for node in nodes
        if not node["ignored"] and "role" in node
    ]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", REPORTS)
def test_the_page_fits_the_screen_and_asks_for_nothing(
    browser: Browser, pages: dict[str, Path], tmp_path: Path, name: str, size: str, scheme: Scheme
) -> None:
    width, height = SIZES[size]
    requests: list[str] = []
    said: list[str] = []
    page = screen(browser, width, height, scheme)
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.on("pageerror", lambda error: said.append(error.message))
    page.on("dialog", lambda dialog: said.append(dialog.message))
    page.goto(pages[name].as_uri())
    assert page.evaluate("innerWidth") == width
    assert page.evaluate("document.documentElement.scrollWidth") == width
    assert page.evaluate(STICKING_OUT) == []
    assert page.evaluate(CLIPPED) == []
    assert (requests, said) == ([pages[name].as_uri()], [])
    assert page.evaluate("document.querySelectorAll('script, img, iframe, object').length") == 0
    picture = tmp_path / "page.png"
    page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 8000


def test_light_is_light_and_dark_is_dark(browser: Browser, pages: dict[str, Path]) -> None:
    def brightness(what: str, scheme: Scheme) -> int:
        page = shown(browser, pages["one of each"], "phone", scheme)
        colour = page.evaluate(f"getComputedStyle(document.body).{what}")
        return sum(map(int, re.findall(r"\d+", colour)[:3]))

    assert brightness("backgroundColor", "light") > 700 > 150 > brightness("color", "light")
    assert brightness("color", "dark") > 650 > 100 > brightness("backgroundColor", "dark")


@pytest.mark.parametrize("size", SIZES)
def test_a_screen_reader_gets_headings_links_and_tables_on_any_screen(
    browser: Browser, pages: dict[str, Path], size: str
) -> None:
    told = roles(shown(browser, pages["one of each"], size))
    report = REPORTS["one of each"]

    def named(role: str) -> list[str]:
        return [name for each, name in told if each == role]

    assert named("heading")[:2] == ["Cloudflare OAuth clients", "Counts"]
    assert "Clients in the account (7)" in named("table")
    assert "Changes of the next run" in named("table")
    assert set(named("columnheader")) > {"Client", "Visibility", "Publication", "Deadline", "Rotation", "Findings"}
    assert len(named("rowheader")) == len(report["clients"]) + 3
    assert len(named("cell")) == 5 * len(report["clients"]) + 3
    assert "Drift" in named("link")
    assert {"in the account:", "defined:", "https://app.example.com/callback"} <= set(named("StaticText"))


def test_a_link_leads_to_its_findings(browser: Browser, pages: dict[str, Path]) -> None:
    page = shown(browser, pages["one of each"], "phone")
    page.get_by_role("link", name="Drift", exact=True).first.click()
    assert page.locator("h2:target").text_content() == "Drift (2)"
