# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the drift report in a real browser: on a desk and on a phone, light and dark."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.filter.drift_report_html import FilterModule
from tests.integration.browser.chromium import Tab
from tests.unit.reports import hostile, in_account, one_of_each, reported

drift_report_html = FilterModule().filters()["drift_report_html"]

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
        path.write_text(drift_report_html(REPORTS[name]), encoding="utf-8")
    return written


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("name", REPORTS)
def test_the_page_fits_the_screen_and_asks_for_nothing(
    tab: Tab, pages: dict[str, Path], tmp_path: Path, name: str, size: str, scheme: str
) -> None:
    width, height = SIZES[size]
    tab.show(pages[name], width=width, height=height, scheme=scheme)
    assert tab.evaluate("innerWidth") == width
    assert tab.evaluate("document.documentElement.scrollWidth") == width
    assert tab.evaluate(STICKING_OUT) == []
    assert tab.evaluate(CLIPPED) == []
    assert [request["request"]["url"] for request in tab.told("Network.requestWillBeSent")] == [pages[name].as_uri()]
    assert [*tab.told("Log.entryAdded"), *tab.told("Runtime.consoleAPICalled")] == []
    assert tab.told("Page.javascriptDialogOpening") == []
    assert tab.evaluate("document.querySelectorAll('script, img, iframe, object').length") == 0
    picture = tmp_path / "page.png"
    tab.screenshot(picture)
    assert picture.stat().st_size > 8000


def test_light_is_light_and_dark_is_dark(tab: Tab, pages: dict[str, Path]) -> None:
    def brightness(what: str, scheme: str) -> int:
        tab.show(pages["one of each"], width=390, height=844, scheme=scheme)
        colour = tab.evaluate(f"getComputedStyle(document.body).{what}")
        return sum(map(int, re.findall(r"\d+", colour)[:3]))

    assert brightness("backgroundColor", "light") > 700 > 150 > brightness("color", "light")
    assert brightness("color", "dark") > 650 > 100 > brightness("backgroundColor", "dark")


@pytest.mark.parametrize("size", SIZES)
def test_a_screen_reader_gets_headings_links_and_tables_on_any_screen(
    tab: Tab, pages: dict[str, Path], size: str
) -> None:
    width, height = SIZES[size]
    tab.show(pages["one of each"], width=width, height=height, scheme="light")
    told = tab.roles()
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


def test_a_link_leads_to_its_findings(tab: Tab, pages: dict[str, Path]) -> None:
    tab.show(pages["one of each"], width=390, height=844, scheme="light")
    tab.evaluate("[...document.links].find(link => link.textContent === 'Drift').click()")
    assert tab.evaluate("document.querySelector('h2:target').textContent") == "Drift (2)"
