# SPDX-License-Identifier: GPL-3.0-or-later
"""What a question came to. `variant` is spelt as the fake's switch and value."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from tests.fake_cloudflare.variants import Variants, changed

from .exchange import Exchange, Json

if TYPE_CHECKING:
    from .lab import Lab

Notes = dict[str, Exchange]


@dataclass(frozen=True)
class Finding:
    """About a switch of the fake, or about a fact that no switch stands for."""

    about: str
    seen: str
    is_switch: bool = True
    settled: bool = False
    value: Json = None

    @property
    def variant(self) -> str:
        if not self.is_switch:
            return "-"
        if not self.settled:
            return "not settled"
        return f"{self.about}={self.value if isinstance(self.value, str) else json.dumps(self.value)}"


@dataclass(frozen=True)
class Question:
    """A small experiment: `ask` makes the requests, `judge` is pure."""

    name: str
    unknown: str
    switches: tuple[str, ...]
    ask: Callable[[Lab], Notes]
    judge: Callable[[Notes], list[Finding]]


def settled(switch: str, value: Json, seen: str) -> Finding:
    """Settled, unless the fake has no such value."""
    try:
        changed(Variants(), {switch: value})
    except ValueError:
        return unsettled(switch, f"{seen}; the fake has no value for this")
    return Finding(switch, seen, settled=True, value=value)


def unsettled(switch: str, why: str) -> Finding:
    return Finding(switch, why)


def fact(about: str, seen: str) -> Finding:
    return Finding(about, seen, is_switch=False)


def taken(switch: str, exchange: Exchange, what: str, *, ok: Json, refused: Json) -> Finding:
    """One value if a request was accepted, another if it was refused."""
    seen = f"{what}: {exchange.outcome}"
    if exchange.ok:
        return settled(switch, ok, seen)
    return settled(switch, refused, seen) if exchange.refused else unsettled(switch, seen)


def matched(switch: str, states: Mapping[str, str], values: Mapping[Any, Json]) -> Finding:
    """The value that stands for these states, in their order."""
    seen = ", ".join(f"{name}: {state}" for name, state in states.items())
    key = tuple(states.values())
    return settled(switch, values[key], seen) if key in values else unsettled(switch, seen)
