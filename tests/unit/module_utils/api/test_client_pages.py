# SPDX-License-Identifier: GPL-3.0-or-later
"""All objects over all pages, or an error."""

from __future__ import annotations

import dataclasses
import time
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api.client import Cloudflare
from tests.unit.support import a_connection, connection, error_of, refused, refuses
from tests.unit.transport import Call, Script


def things(*numbers: int) -> list[dict[str, str]]:
    return [{"id": f"t{number}"} for number in numbers]


def page(number: int, items: Any, **info: Any) -> Call:
    query = {"page": str(number)} if number > 1 else {}
    return Call("GET", "/things", items, query=query, info=info or None)


def listed() -> list[str]:
    return [item["id"] for item in a_connection().listing("/things", "Thing Read", key="id")]


@pytest.mark.parametrize(
    ("count", "requests"),
    [(0, 1), (1, 1), (20, 1), (21, 2), (45, 3)],
)
def test_pages_are_asked_for_until_the_total_is_reached(cloudflare: Script, count: int, requests: int) -> None:
    pages = [range(start, min(start + 20, count)) for start in range(0, max(count, 1), 20)]
    cloudflare.expect(*(page(n, things(*numbers), total_count=count) for n, numbers in enumerate(pages, 1)))
    assert listed() == [f"t{number}" for number in range(count)]
    assert len(cloudflare.sent) == requests


@pytest.mark.parametrize(("parallel", "sent"), [(1, [2, 3, 3]), (2, [3, 3, 3])])
def test_further_pages_are_asked_for_while_one_is_looked_at(cloudflare: Script, parallel: int, sent: list[int]) -> None:
    """Only those that the total says are there."""
    cloudflare.in_any_order = True
    cloudflare.expect(*(page(number, things(number), total_count=3) for number in (1, 2, 3)))
    seen: list[int] = []

    def look(item: dict[str, Any]) -> dict[str, Any]:
        deadline = time.monotonic() + 5
        while len(cloudflare.sent) < sent[len(seen)] and time.monotonic() < deadline:
            time.sleep(0.001)
        seen.append(len(cloudflare.sent))
        return {"id": item["id"].upper()}

    api = Cloudflare(connection(), parallel)
    assert [item["id"] for item in api.listing("/things", "Thing Read", key="id", each=look)] == ["T1", "T2", "T3"]
    assert seen == sent


def test_the_total_counts_and_not_total_pages(cloudflare: Script) -> None:
    cloudflare.expect(
        page(1, things(1), total_count=2, total_pages=1), page(2, things(2), total_count=2, total_pages=1)
    )
    assert listed() == ["t1", "t2"]


def test_without_a_total_pages_are_asked_for_until_nothing_is_new(cloudflare: Script) -> None:
    cloudflare.expect(page(1, things(1, 2)), page(2, things(3)), page(3, []))
    assert listed() == ["t1", "t2", "t3"]


def test_a_server_that_ignores_the_page_and_tells_no_total(cloudflare: Script) -> None:
    cloudflare.expect(page(1, things(1, 2)), page(2, things(1, 2)))
    assert listed() == ["t1", "t2"]


@pytest.mark.parametrize("items", [[], None])
def test_nothing_without_a_total_is_one_request(cloudflare: Script, items: Any) -> None:
    cloudflare.expect(page(1, items))
    assert listed() == []


@pytest.mark.parametrize("total", ["2", None, True, 2.0, [2]])
def test_an_odd_total_is_none(cloudflare: Script, total: Any) -> None:
    cloudflare.expect(page(1, things(1, 2), total_count=total), page(2, [], total_count=total))
    assert listed() == ["t1", "t2"]


def test_an_object_that_moves_to_the_next_page_comes_once(cloudflare: Script) -> None:
    cloudflare.expect(page(1, things(1, 2), total_count=3), page(2, things(2, 3), total_count=3))
    assert listed() == ["t1", "t2", "t3"]


SHRINKS = (page(1, things(1, 2), total_count=4), page(2, things(4), total_count=3))


def test_a_list_that_changes_meanwhile_is_read_again(cloudflare: Script) -> None:
    """The deletion of t1 moved t3 to the page that was read already."""
    cloudflare.expect(*SHRINKS, page(1, things(2, 3), total_count=3), page(2, things(4), total_count=3))
    assert listed() == ["t2", "t3", "t4"]


def test_a_list_that_grows_meanwhile_is_read_again(cloudflare: Script) -> None:
    grows = (page(1, things(1, 2), total_count=3), page(2, things(3), total_count=4), page(3, [], total_count=4))
    again = (page(1, things(0, 1), total_count=4), page(2, things(2, 3), total_count=4))
    cloudflare.expect(*grows, *again)
    assert listed() == ["t0", "t1", "t2", "t3"]


def test_a_list_that_never_holds_still_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(*SHRINKS, *SHRINKS, *SHRINKS)
    with refuses("incomplete_listing"):
        listed()


def test_a_list_without_an_end_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(*(page(number, things(number), total_count=10**6) for number in range(1, 100)))
    cloudflare.calls[:] = [dataclasses.replace(call, takes=100.0) for call in cloudflare.calls]
    with refuses("incomplete_listing"):
        listed()
    assert len(cloudflare.sent) == 6  # of 100 s each, with a timeout of 30 s
    cloudflare.calls.clear()


@pytest.mark.parametrize("second", [things(1, 2), [], None])
def test_a_total_that_is_never_reached_is_an_error(cloudflare: Script, second: Any) -> None:
    cloudflare.expect(page(1, things(1, 2), total_count=5), page(2, second, total_count=5))
    with refuses("incomplete_listing") as caught:
        listed()
    assert caught.value.error().items() >= error_of("GET", "/things", 200).items()


def test_an_empty_first_page_of_something_is_an_error(cloudflare: Script) -> None:
    cloudflare.expect(page(1, [], total_count=2000))
    with refuses("incomplete_listing"):
        listed()


def test_a_filter_is_part_of_every_page(cloudflare: Script) -> None:
    info = {"total_count": 2}
    cloudflare.expect(
        Call("GET", "/things", things(1), query={"name": "x"}, info=info),
        Call("GET", "/things", things(2), query={"name": "x", "page": "2"}, info=info),
    )
    found = a_connection().listing("/things", "Thing Read", key="id", query={"name": "x"})
    assert found == things(1, 2)


@pytest.mark.parametrize("items", [[{"name": "x"}], ["t1"], {"id": "t1"}, "t1"])
def test_a_page_of_another_shape_is_an_error(cloudflare: Script, items: Any) -> None:
    cloudflare.expect(page(1, items))
    with refuses("malformed_result"):
        listed()


def test_a_page_that_fails_fails_the_list(cloudflare: Script) -> None:
    cloudflare.expect(
        page(1, things(1), total_count=2), Call("GET", "/things", query={"page": "2"}, **refused(403, 10000))
    )
    with refuses("unauthorized"):
        listed()
