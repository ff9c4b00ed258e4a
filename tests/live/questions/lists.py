# SPDX-License-Identifier: GPL-3.0-or-later
"""The list of clients, its pages, and names."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from ..exchange import Exchange, Json
from ..findings import Finding, Notes, Question, fact, settled, taken, unsettled

if TYPE_CHECKING:
    from ..lab import Lab

_CLIENTS = 3
_PER_PAGE = 1
_WIDE = 1000
_DOCUMENTED = {"count", "page", "per_page", "total_count"}
_INFO = {
    frozenset(_DOCUMENTED): "documented",
    frozenset({*_DOCUMENTED, "total_pages"}): "with_total_pages",
    frozenset(_DOCUMENTED - {"total_count"}): "without_total",
}


def ask_paging(lab: Lab) -> Notes:
    made = {f"made {number}": lab.create().created for number in range(_CLIENTS)}
    size = str(_PER_PAGE)
    return {
        **made,
        "plain": lab.listed(),
        "first": lab.listed(page="1", per_page=size),
        "second": lab.listed(page="2", per_page=size),
        "plain second": lab.listed(page="2"),
        "wide": lab.listed(per_page=str(_WIDE)),
    }


def judge_paging(notes: Notes) -> list[Finding]:
    plain = notes["plain"]
    if not plain.ok:
        return [unsettled(name, f"the list: {plain.outcome}") for name in PAGING]
    made = {notes[f"made {number}"].fields["client_id"] for number in range(_CLIENTS)}
    seen = {
        client_id for name in ("plain", "first", "second", "plain second", "wide") for client_id in _ids(notes[name])
    }
    total = max(len(made | seen), _number(plain, "total_count") or 0)
    paging = _paging(notes, total)
    return [
        paging,
        _page_size(plain, total),
        _page_cap(notes["wide"], total, honoured=paging.value == "honoured"),
        _result_info(plain),
    ]


def _paging(notes: Notes, total: int) -> Finding:
    plain, first, second = (_ids(notes[name]) for name in ("plain", "first", "second"))
    said = [notes[name] for name in ("first", "second", "plain second") if not notes[name].ok]
    seen = f"{len(plain)} of {total} clients without parameters, {len(first)} and {len(second)} on pages of {_PER_PAGE}"
    if said:
        return unsettled("list_paging", f"a request with page or per_page: {said[0].outcome}")
    if len(first) <= _PER_PAGE < total and not set(first) & set(second) and second:
        return settled("list_paging", "honoured", seen)
    if set(first) == set(plain) and set(first) != set(second):
        return settled("list_paging", "page_only", seen)
    if set(plain) != set(first) or set(first) != set(second):
        return unsettled("list_paging", f"{seen}, in no known way")
    if len(plain) < total:
        return settled("list_paging", "ignored", seen)
    return unsettled("list_paging", f"{seen}: ignored or everything, which only more clients could tell")


def _page_size(plain: Exchange, total: int) -> Finding:
    shown, said = len(_ids(plain)), _number(plain, "per_page")
    if shown < total:
        return settled("list_page_size", shown, f"a list without parameters had {shown} of {total} clients")
    if said and said > shown:
        return settled("list_page_size", said, f"result_info says {said}; no list was long enough to see it")
    return unsettled("list_page_size", f"all {total} clients came at once")


def _page_cap(wide: Exchange, total: int, *, honoured: bool) -> Finding:
    said = _number(wide, "per_page")
    seen = f"per_page={_WIDE}: {wide.outcome}, result_info says {said or 'nothing'}"
    if not honoured or said is None or not total < said < _WIDE:
        return unsettled("list_page_cap", seen if honoured else f"{seen}; per_page does not count, as far as seen")
    return settled("list_page_cap", said, f"{seen}; no list was long enough to see it")


def _result_info(plain: Exchange) -> Finding:
    if plain.result_info is None:
        return settled("list_result_info", "absent", "no result_info")
    keys = sorted(plain.result_info)
    seen = f"members: {', '.join(keys) or 'none'}"
    value = _INFO.get(frozenset(keys))
    return settled("list_result_info", value, seen) if value else unsettled("list_result_info", seen)


def _ids(exchange: Exchange) -> list[str]:
    return [str(item.get("client_id")) for item in exchange.items]


def _number(exchange: Exchange, name: str) -> int | None:
    value: Json = (exchange.result_info or {}).get(name)
    return value if isinstance(value, int) else None


def ask_names(lab: Lab) -> Notes:
    name = lab.new_name()
    return {"first": lab.create(client_name=name).created, "second": lab.try_create(client_name=name)}


def judge_names(notes: Notes) -> list[Finding]:
    what = "a second client with the same client_name"
    return [taken("duplicate_names", notes["second"], what, ok="allow", refused="refuse")]


def ask_catalog(lab: Lab) -> Notes:
    return {
        "scopes": lab.transport.send("GET", "/oauth/scopes"),
        "second": lab.transport.send("GET", "/oauth/scopes", query={"page": "2"}),
    }


def judge_catalog(notes: Notes) -> list[Finding]:
    scopes, second = notes["scopes"], notes["second"]
    ids = [str(item.get("id")) for item in scopes.items]
    categories = sorted({str(item.get("category")) for item in scopes.items})
    names = ("account.read", "account-settings.read", "openid", "offline_access")
    there = ", ".join(f"{name}: {'yes' if name in ids else 'no'}" for name in names)
    same = {str(item.get("id")) for item in second.items} == set(ids)
    return [
        fact(
            "number of scopes", f"{len(ids)} received ({scopes.outcome}); result_info {json.dumps(scopes.result_info)}"
        ),
        fact("scopes?page=2", "the same scopes again" if same else f"{len(second.items)} scopes ({second.outcome})"),
        fact("categories of scopes", ", ".join(categories) or "none"),
        fact("ids in the catalog", there),
    ]


PAGING = ("list_paging", "list_page_size", "list_page_cap", "list_result_info")
QUESTIONS = (
    Question("paging", "Is the list of clients cut, and do page and per_page count?", PAGING, ask_paging, judge_paging),
    Question("names", "May two clients have one name?", ("duplicate_names",), ask_names, judge_names),
    Question("catalog", "What is in the catalog of scopes?", (), ask_catalog, judge_catalog),
)
