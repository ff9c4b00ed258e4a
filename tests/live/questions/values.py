# SPDX-License-Identifier: GPL-3.0-or-later
"""Values that are cleared, rearranged or rewritten."""

from __future__ import annotations

from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from ..exchange import Exchange, Json
from ..findings import Finding, Notes, Question, fact, matched, settled, unsettled

if TYPE_CHECKING:
    from ..lab import Lab

URIS = {"client_uri": "", "logo_uri": "logo.png", "policy_uri": "policy", "tos_uri": "terms"}
_FORMS = {"null": None, "empty": ""}
_CLEARS = {
    ("cleared", "refused"): "null",
    ("refused", "cleared"): "empty",
    ("cleared", "cleared"): "both",
    ("kept", "kept"): "ignore",
    ("refused", "refused"): "refuse",
}
_ORDERS = ("caebd", "ebadc", "dacbe")


def ask_clearing(lab: Lab) -> Notes:
    notes: Notes = {}
    for form, value in _FORMS.items():
        client = lab.create(**{name: lab.uri(path) for name, path in URIS.items()})
        notes[f"{form} created"] = client.created
        for name in URIS:
            notes[f"{form} {name}"] = lab.patch(client, **{name: value})
    return notes


def judge_clearing(notes: Notes) -> list[Finding]:
    outcomes = {name: tuple(_cleared(notes, form, name) for form in _FORMS) for name in URIS}
    if len(set(outcomes.values())) == 1:
        states = dict(zip(("null", '""'), outcomes["tos_uri"], strict=True))
        return [matched("clear_uri", states, _CLEARS)]
    seen = "; ".join(f'{name}: null {null}, "" {empty}' for name, (null, empty) in outcomes.items())
    return [unsettled("clear_uri", f"not the same for all: {seen}")]


def _cleared(notes: Notes, form: str, name: str) -> str:
    patched = notes[f"{form} {name}"]
    if not notes[f"{form} created"].fields.get(name):
        return "not shown in answers"
    if patched.ok:
        return "kept" if patched.fields.get(name) else "cleared"
    return "refused" if patched.refused else patched.outcome


def ask_spelling(lab: Lab) -> Notes:
    client = lab.create()
    upper = f"https://{lab.host.upper()}"
    return {
        "CORS origin": lab.patch(client, allowed_cors_origins=[lab.uri()]),
        "redirect URI": lab.patch(client, redirect_uris=[lab.uri()]),
        "tos_uri": lab.patch(client, tos_uri=lab.uri()),
        "upper-case redirect URI": lab.patch(client, redirect_uris=[f"{upper}/Callback"]),
        "upper-case tos_uri": lab.patch(client, tos_uri=f"{upper}/Terms"),
    }


def judge_spelling(notes: Notes) -> list[Finding]:
    states = {name: _rewritten(exchange) for name, exchange in notes.items()}
    slashes = {name: state for name, state in states.items() if not name.startswith("upper")}
    cases = {name: state for name, state in states.items() if name.startswith("upper")}
    trims = {
        ("kept", "kept", "kept"): "keep",
        ("trimmed", "kept", "kept"): "trim_cors",
        ("trimmed", "trimmed", "trimmed"): "trim_all",
    }
    lowers = {("kept", "kept"): "keep", ("lower case", "lower case"): "lower"}
    return [matched("trailing_slash", slashes, trims), matched("host_case", cases, lowers)]


def _rewritten(exchange: Exchange) -> str:
    """What became of the one URI that was sent."""
    ((name, sent),) = exchange.sent.items()
    if not exchange.ok:
        return "refused" if exchange.refused else exchange.outcome
    if name not in exchange.fields:
        return "not shown in answers"
    sent, stored = _uris(sent), _uris(exchange.fields[name])
    host = urlsplit(next(iter(sent))).netloc
    known = {
        frozenset(sent): "kept",
        frozenset(uri.removesuffix("/") for uri in sent): "trimmed",
        frozenset(uri.replace(host, host.lower()) for uri in sent): "lower case",
    }
    first_wins = {key: known[key] for key in [*reversed(known)]} | {frozenset(sent): "kept"}
    return first_wins.get(frozenset(stored), "rewritten otherwise")


def _uris(value: Json) -> set[str]:
    return {str(item) for item in value} if isinstance(value, list) else {str(value)}


def ask_arrays(lab: Lab) -> Notes:
    first, *others = ([lab.uri(letter) for letter in order] for order in _ORDERS)
    scopes = list(lab.scopes[:4])[::-1]
    client = lab.create(redirect_uris=first, scopes=scopes)
    return {
        "created": client.created,
        **{f"patched {n}": lab.patch(client, redirect_uris=o) for n, o in enumerate(others)},
    }


def judge_arrays(notes: Notes) -> list[Finding]:
    answers = [exchange for exchange in notes.values() if exchange.ok and exchange.fields.get("redirect_uris")]
    if len(answers) < len(notes):
        why = "not every answer shows redirect_uris"
        return [unsettled("array_order", why), unsettled("array_duplicates", why)]
    pairs = [(exchange.sent["redirect_uris"], exchange.fields["redirect_uris"]) for exchange in answers]
    repeats = any(len(shown) > len(set(shown)) for _unused, shown in pairs)
    scopes = _order(notes["created"].sent["scopes"], notes["created"].fields.get("scopes") or [])
    return [
        _array_order({_order(sent, shown) for sent, shown in pairs}),
        settled("array_duplicates", repeats, f"redirect_uris {'repeat' if repeats else 'do not repeat'} a value"),
        fact("order of scopes", scopes),
    ]


def _array_order(orders: set[str]) -> Finding:
    seen = f"redirect_uris sent in {len(_ORDERS)} orders came back {' or '.join(sorted(orders))}"
    if "with other values" in orders or orders == {"sorted"}:
        return unsettled("array_order", seen)
    return settled("array_order", orders.pop() if len(orders) == 1 else "shuffled", seen)


def _order(sent: list[str], shown: list[str]) -> str:
    shown = list(dict.fromkeys(shown))
    if set(shown) != set(sent):
        return "with other values"
    orders = {"stored": sent, "reversed": sent[::-1], "sorted": sorted(sent)}
    return next((name for name, order in orders.items() if order == shown), "shuffled")


def ask_noop(lab: Lab) -> Notes:
    client = lab.create()
    lab.wait(3)
    return {"created": client.created, "patched": lab.patch(client, client_name=client.created.sent["client_name"])}


def judge_noop(notes: Notes) -> list[Finding]:
    before, after = (notes[name].fields.get("updated_at") for name in ("created", "patched"))
    if not notes["patched"].ok or not before or not after:
        return [unsettled("updated_at_on_noop", f"updated_at not shown; PATCH: {notes['patched'].outcome}")]
    value = "keep" if before == after else "bump"
    return [settled("updated_at_on_noop", value, f"client_name sent unchanged: updated_at {value}s")]


QUESTIONS = (
    Question(
        "clearing", "What clears a URI: null, an empty text, neither?", ("clear_uri",), ask_clearing, judge_clearing
    ),
    Question(
        "spelling",
        "Do URIs come back as they were sent?",
        ("trailing_slash", "host_case"),
        ask_spelling,
        judge_spelling,
    ),
    Question(
        "arrays",
        "Do arrays come back in the order sent, without repetitions?",
        ("array_order", "array_duplicates"),
        ask_arrays,
        judge_arrays,
    ),
    Question("no-op", "Does a PATCH without change move updated_at?", ("updated_at_on_noop",), ask_noop, judge_noop),
)
