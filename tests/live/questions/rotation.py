# SPDX-License-Identifier: GPL-3.0-or-later
"""Secrets: made, rotated, dropped, and what a change of method does to them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import Exchange
from ..findings import Finding, Notes, Question, fact, settled, taken, unsettled

if TYPE_CHECKING:
    from ..lab import Client, Lab

_FLAG = "has_rotated_secret"
_METHOD = "token_endpoint_auth_method"
_LOOKS = (0, 4, 8)
_SETTLED_AFTER = 10
_UNSEEN = "which secret is lost cannot be seen through this API"


def ask_rotation(lab: Lab) -> Notes:
    client = lab.create(**{_METHOD: "client_secret_basic"})
    return {
        "before": lab.get(client),
        "delete without": lab.delete_rotated(client),
        "rotate": lab.rotate(client),
        "rotated": _flagged(lab, client),
        "rotate again": lab.rotate(client),
        "delete": lab.delete_rotated(client),
        "delete again": lab.delete_rotated(client),
    }


def _flagged(lab: Lab, client: Client) -> Exchange:
    """The client, read until it says that it has a rotated secret, or for long enough."""
    for seconds in _LOOKS:
        lab.wait(seconds)
        exchange = lab.get(client)
        if exchange.fields.get(_FLAG) is True:
            break
    return exchange


def judge_rotation(notes: Notes) -> list[Finding]:
    again = notes["rotate again"]
    seen = f"a second rotation: {again.outcome}"
    refused = settled("second_rotate", "error", seen)
    unknown = unsettled("second_rotate", f"{seen}; {_UNSEEN}" if again.ok else seen)
    what = "DELETE without a rotated secret"
    return [
        _flag(notes),
        refused if again.refused and notes["rotate"].ok else unknown,
        taken("delete_rotated_without", notes["delete without"], what, ok="ok", refused="refuse"),
        _refusal([again, notes["delete without"]] if notes["rotate"].ok else []),
        fact("DELETE of the rotated secret, twice", f"{notes['delete'].outcome}, {notes['delete again'].outcome}"),
    ]


def _flag(notes: Notes) -> Finding:
    before, after = (notes[name].fields.get(_FLAG, "absent") for name in ("before", "rotated"))
    seen = f"before a rotation {before}, after it {after}"
    values = {(False, True): "always", ("absent", True): "when_true", ("absent", "absent"): "never"}
    if notes["before"].ok and notes["rotated"].ok and notes["rotate"].ok and (before, after) in values:
        return settled(_FLAG, values[before, after], seen)
    return unsettled(_FLAG, seen)


def _refusal(broken: list[Exchange]) -> Finding:
    """The status of a rule that a whole request breaks."""
    refused = [exchange for exchange in broken if exchange.refused]
    if not refused:
        return unsettled("refusal_status", "nothing was refused by a rule about secrets")
    seen = f"{refused[0].method} rotate_secret against a rule: {refused[0].outcome}"
    return settled("refusal_status", refused[0].status, seen)


def ask_without(lab: Lab) -> Notes:
    client = lab.create()
    return {"rotate": lab.rotate(client), "delete": lab.delete_rotated(client)}


def judge_without(notes: Notes) -> list[Finding]:
    return [
        fact("rotation with method none", notes["rotate"].outcome),
        fact("DELETE of a rotated secret with method none", notes["delete"].outcome),
    ]


def ask_to_secret(lab: Lab) -> Notes:
    """After a rotation, has_rotated_secret tells whether there was a secret before."""
    client = lab.create()
    notes = {"patched": lab.patch(client, **{_METHOD: "client_secret_basic"})}
    if notes["patched"].ok:
        notes.update(rotate=lab.rotate(client), rotated=_flagged(lab, client))
    return notes


def judge_to_secret(notes: Notes) -> list[Finding]:
    switch, patched = "method_to_secret", notes["patched"]
    seen = f"none changed to client_secret_basic: {patched.outcome}"
    if not patched.ok:
        return [settled(switch, "refuse", seen) if patched.refused else unsettled(switch, seen)]
    if patched.fields.get("client_secret"):
        return [settled(switch, "secret_in_answer", f"{seen}, with client_secret")]
    flag = notes["rotated"].fields.get(_FLAG, "absent")
    seen = f"{seen}, no client_secret; a rotation: {notes['rotate'].outcome}, {_FLAG} then {flag}"
    if not notes["rotate"].ok or not isinstance(flag, bool):
        return [unsettled(switch, seen)]
    return [settled(switch, "hidden_secret" if flag else "no_secret", seen)]


def ask_to_none(lab: Lab) -> Notes:
    """With two secrets before the change, has_rotated_secret tells after the way back whether they are still there."""
    client = lab.create(**{_METHOD: "client_secret_basic"})
    lab.rotate(client)
    notes = {"rotated": _flagged(lab, client), "none": lab.patch(client, **{_METHOD: "none"})}
    if notes["none"].ok:
        notes["back"] = lab.patch(client, **{_METHOD: "client_secret_basic"})
        lab.wait(_SETTLED_AFTER)
        notes["read"] = lab.get(client)
    return notes


def judge_to_none(notes: Notes) -> list[Finding]:
    switch, changed = "method_to_none", notes["none"]
    seen = f"client_secret_basic changed to none: {changed.outcome}"
    if not changed.ok:
        return [settled(switch, "refuse", seen) if changed.refused else unsettled(switch, seen)]
    before, after = (notes[name].fields.get(_FLAG, "absent") for name in ("rotated", "read"))
    seen = f"{seen}; {_FLAG} before {before}; back to client_secret_basic: {notes['back'].outcome}, then {after}"
    if before is not True or not notes["back"].ok or not notes["read"].ok:
        return [unsettled(switch, seen)]
    return [settled(switch, "keep_secrets" if after is True else "drop_secrets", seen)]


def ask_creation(lab: Lab) -> Notes:
    methods = ("none", "client_secret_basic", "client_secret_post")
    notes = {method: lab.try_create(**{_METHOD: method}) for method in methods}
    grants = ["authorization_code", "refresh_token"]
    notes["refresh"] = lab.try_create(grant_types=grants)
    notes["id_token"] = lab.try_create(response_types=["code", "id_token"])
    return notes


def judge_creation(notes: Notes) -> list[Finding]:
    return [
        *(
            fact(
                f"client_secret of a new client with {name}", "there" if shown.fields.get("client_secret") else "absent"
            )
            for name, shown in list(notes.items())[:3]
        ),
        fact("scopes added for refresh_token", _added(notes["refresh"])),
        fact("scopes added for id_token", _added(notes["id_token"])),
    ]


def _added(exchange: Exchange) -> str:
    if not exchange.ok:
        return exchange.outcome
    return ", ".join(sorted(set(exchange.fields.get("scopes") or []) - set(exchange.sent["scopes"]))) or "none"


QUESTIONS = (
    Question("creation", "What does the answer to a POST have beside what was sent?", (), ask_creation, judge_creation),
    Question(
        "rotation",
        "What happens to a second rotation and to a DELETE without a rotated secret?",
        ("has_rotated_secret", "second_rotate", "delete_rotated_without", "refusal_status"),
        ask_rotation,
        judge_rotation,
    ),
    Question("no secret", "What does rotate_secret answer with method none?", (), ask_without, judge_without),
    Question(
        "to a secret", "What if none becomes another method?", ("method_to_secret",), ask_to_secret, judge_to_secret
    ),
    Question("to none", "What if another method becomes none?", ("method_to_none",), ask_to_none, judge_to_none),
)
