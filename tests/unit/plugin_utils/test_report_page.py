# SPDX-License-Identifier: GPL-3.0-or-later
"""The page: self-contained, sound, accessible as far as its source can tell, and text is text."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.plugin_utils._drift_report import KINDS
from ansible_collections.oauthops.iam.plugins.plugin_utils._report_page import report_page
from ansible_collections.oauthops.iam.plugins.plugin_utils._report_text import visible
from tests.unit.reports import HOSTILE, changed, created, hostile, in_account, one_of_each, reported

VOID = {"meta", "link", "br", "img", "input"}
ALLOWED = {
    *("html", "head", "meta", "title", "style", "body", "header", "main", "footer", "section", "article", "div"),
    *("h1", "h2", "h3", "p", "ul", "li", "a", "span", "strong", "code", "bdi", "time"),
    *("table", "caption", "thead", "tbody", "tr", "th", "td"),
}


class Page(HTMLParser):
    """A page as its elements and its text; raises AssertionError for what is not closed in the order it was opened."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, Mapping[str, str | None]]] = []
        self.texts: list[str] = []
        self.style = ""
        self.oddities: list[str] = []
        self._open: list[str] = []
        self.feed(text)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert len(dict(attrs)) == len(attrs), tag
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self._open[-1:] == ["style"]:
            self.style += data
        else:
            self.texts.append(data)

    def handle_decl(self, decl: str) -> None:
        self.oddities.append(decl)

    def handle_comment(self, data: str) -> None:
        self.oddities.append(data)

    def handle_pi(self, data: str) -> None:
        self.oddities.append(data)

    def unknown_decl(self, data: str) -> None:
        self.oddities.append(data)

    def every(self, tag: str) -> list[Mapping[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    @property
    def text(self) -> str:
        return "".join(self.texts)


REPORTS = {
    "one of each": one_of_each(),
    "hostile": hostile(),
    "empty": reported([], []),
    "nothing found": reported([], [], fail_on=[]),
    "without a name": reported([], [in_account(1, None)]),
}
every_report = pytest.mark.parametrize("report", REPORTS.values(), ids=list(REPORTS))


@every_report
def test_the_page_is_sound_and_needs_nothing_else(report: Mapping[str, Any]) -> None:
    text = report_page(report)
    assert text.startswith("<!DOCTYPE html>\n")
    page = Page(text)
    assert page.oddities == ["DOCTYPE html"]
    assert {name for name, _unused in page.elements} <= ALLOWED
    ids = [attributes["id"] for _unused, attributes in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    for name, attributes in page.elements:
        assert not [key for key in attributes if key.startswith("on") or key in ("src", "srcset", "style")], name
        assert (attributes.get("href") or "#clients").removeprefix("#") in ids
        assert (attributes.get("aria-labelledby") or "clients") in ids
    assert not re.search(r"url\(|@import|expression|<", page.style)
    assert "default-src 'none'" in str(page.every("meta"))


@every_report
def test_headings_and_tables_are_told_to_a_screen_reader(report: Mapping[str, Any]) -> None:
    page = Page(report_page(report))
    assert page.every("html") == [{"lang": "en"}]
    levels = [int(name[1]) for name, _unused in page.elements if re.fullmatch("h[1-6]", name)]
    assert levels.count(1) == 1
    assert all(deeper - level <= 1 for level, deeper in zip([0, *levels], levels, strict=False))
    assert all(cell["scope"] in ("col", "row") for cell in page.every("th"))
    # A narrow screen shows rows as blocks, which would take their meaning away.
    roles = {"table": "table", "thead": "rowgroup", "tbody": "rowgroup", "tr": "row", "td": "cell"}
    assert all(attributes.get("role") == roles[name] for name, attributes in page.elements if name in roles)
    named = page.every("caption") + [table for table in page.every("table") if "aria-labelledby" in table]
    assert len(named) == len(page.every("table"))


def test_everything_that_was_found_is_on_the_page() -> None:
    report = one_of_each()
    page = Page(report_page(report))
    for kind, found in report["findings"].items():
        assert f"{KINDS[kind]} ({len(found)})" in page.text
        assert all(item["client_name"] in page.text for item in found)
    for text in ("2026-10-05 09:00 UTC", "2026-10-07 04:47 UTC", "needs DNS", "did you mean zone.read?", "Failed"):
        assert text in page.text
    assert "Cloudflare keeps the logo under another address." in page.text
    assert report["verdict"]["message"] in page.text


def test_where_nothing_was_found_the_page_says_so() -> None:
    page = Page(report_page(reported([], [])))
    assert "Everything is as defined." in page.text
    assert "Passed" in page.text
    assert "The account has no OAuth client." in page.text
    assert page.every("section") == [{"aria-labelledby": "clients"}]


def test_names_are_text_with_any_content() -> None:
    page = Page(report_page(hostile()))
    for name in HOSTILE:
        assert visible(name) in page.text
    assert "{{ 7*7 }}" in page.text
    assert not re.search("[\x00-\x09\x0b-\x1f\u202e]", page.text)


@given(st.text(max_size=20), st.text(max_size=20))
def test_no_text_gets_out_of_its_place(name: str, value: str) -> None:
    usual, odd = (
        Page(report_page(reported([changed(client, policy_uri=uri), created(word)], [client], title=word)))
        for word, uri in (("usual", "https://example.com/"), (name or "usual", value or "https://example.com/"))
        for client in (in_account(1, word),)
    )
    assert odd.elements == usual.elements
    assert odd.style == usual.style


def test_the_same_report_gives_the_same_page() -> None:
    assert report_page(one_of_each()) == report_page(one_of_each())


def luminance(colour: str) -> float:
    """As WCAG 2 has it."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


TEXT_ON = {
    "text": ["page", "card", "tint", "bad-card", "good-card", "warn-card"],
    "quiet": ["page", "card", "bad-card"],
    "link": ["page", "card", "bad-card", "warn-card"],
    "bad": ["card", "bad-card"],
    "good": ["good-card"],
    "warn": ["warn-card"],
}


@pytest.mark.parametrize("scheme", [0, 1], ids=["light", "dark"])
def test_everybody_can_read_it(scheme: int) -> None:
    style = Page(report_page(one_of_each())).style
    blocks = re.findall(r":root \{(.*?)\}", style, re.DOTALL)
    colours = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6});", blocks[scheme]))
    assert set(colours) == {"line", *TEXT_ON, *(ground for grounds in TEXT_ON.values() for ground in grounds)}
    for text, grounds in TEXT_ON.items():
        for ground in grounds:
            assert contrast(colours[text], colours[ground]) >= 4.5, (text, ground)
