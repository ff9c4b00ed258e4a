# SPDX-License-Identifier: GPL-3.0-or-later
"""The TXT value by which a domain is verified. Nothing is published: the host is nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import Exchange
from ..findings import Finding, Notes, Question, fact, matched, unsettled

if TYPE_CHECKING:
    from ..lab import Client, Lab

_LOOKS = (0, 5, 15, 30)


def ask_texts(lab: Lab) -> Notes:
    client = lab.create(client_uri=lab.uri())
    other = lab.create(client_uri=lab.uri())
    notes = {"started": _with_text(lab, client, client.created)}
    notes["restarted"] = _with_text(lab, client, lab.patch(client, client_uri=lab.uri()))
    notes["other path"] = _with_text(lab, client, lab.patch(client, client_uri=lab.uri("path")))
    moved = lab.patch(client, client_uri=f"https://other.{lab.host}/")
    notes["moved"] = _with_text(lab, client, moved)
    notes["other client"] = _with_text(lab, other, other.created)
    return notes


def _with_text(lab: Lab, client: Client, exchange: Exchange) -> Exchange:
    """The answer to a write, or, where that shows no text yet, the first one to a read that does."""
    for seconds in _LOOKS:
        if _text(exchange) or exchange.refused:
            break
        lab.wait(seconds)
        exchange = lab.get(client)
    return exchange


def _text(exchange: Exchange) -> str | None:
    state = exchange.fields.get("client_uri_verification")
    text = state.get("text") if isinstance(state, dict) else None
    return text if isinstance(text, str) and text else None


def judge_texts(notes: Notes) -> list[Finding]:
    text = _text(notes["started"])
    if text is None:
        return [unsettled("verification_text", f"no text shown after the creation: {notes['started'].outcome}")]
    states = {
        "restart": _compared(text, notes["restarted"]),
        "other host": _compared(_text(notes["restarted"]), notes["moved"]),
    }
    values = {("same", "same"): "stable", ("same", "new"): "new_on_host", ("new", "new"): "new_on_restart"}
    return [
        matched("verification_text", states, values),
        fact("TXT value after another path", _compared(_text(notes["restarted"]), notes["other path"])),
        fact("TXT value of another client on the same host", _compared(text, notes["other client"])),
        fact("status after a restart", _status(notes["restarted"])),
    ]


def _compared(before: str | None, exchange: Exchange) -> str:
    after = _text(exchange)
    if after is None:
        return f"not shown ({exchange.outcome})"
    return "same" if after == before else "new"


def _status(exchange: Exchange) -> str:
    return str((exchange.fields.get("client_uri_verification") or {}).get("status", exchange.outcome))


QUESTIONS = (
    Question(
        "TXT value", "When does the TXT value of a client change?", ("verification_text",), ask_texts, judge_texts
    ),
)
