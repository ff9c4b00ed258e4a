# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of each place in tests/mutation/places.json, and how a later run compares with it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from tests.tools.mutation.places import Identity
from tests.tools.set_up import ROOT

BASELINE = ROOT / "tests/mutation/places.json"
UNIT, REST, NO = "unit", "rest", "no"


@dataclass(frozen=True)
class Entry:
    """A place, where it was, and what killed it: unit tests, the rest or no test; empty before its first run."""

    identity: Identity
    file: str
    killed: str = ""
    test: str = ""

    @property
    def is_killed(self) -> bool:
        return self.killed in {UNIT, REST}


def read() -> list[Entry]:
    if not BASELINE.exists():
        return []
    return [_entry(**each) for each in json.loads(BASELINE.read_text())]


def _entry(file: str, killed: str, test: str, **identity: Any) -> Entry:
    return Entry(Identity(**identity), file, killed, test)


def write(entries: Iterable[Entry]) -> None:
    """One line an entry."""
    lines = [
        json.dumps({"file": each.file, **vars(each.identity), "killed": each.killed, "test": each.test})
        for each in entries
    ]
    BASELINE.parent.mkdir(exist_ok=True)
    BASELINE.write_text("[\n" + ",\n".join(lines) + "\n]\n")


def summary(now: Iterable[Entry], gone: Iterable[Entry], rest: bool) -> str:
    """How many were killed by what, of the places that there still are, and which there are no longer."""
    found, lost = Counter(entry.killed for entry in now), list(gone)
    total = sum(found.values())
    names = {UNIT: "killed by unit tests", REST: "by the rest, of which at most 25 tests were run for each"}
    names = {**names, NO: "survived"} if rest else {UNIT: names[UNIT], NO: "survived these"}
    shares = [f"  {found[key]} ({found[key] / max(1, total):.1%}) {name}" for key, name in names.items()]
    lines = [f"{total + len(lost)} places, of which {len(lost)} are gone; of the other {total}:", *shares]
    return "\n".join([*lines, *(f"  gone: {_described(entry)}" for entry in lost)])


def compared(before: Iterable[Entry], now: Mapping[Identity, Entry], rest: bool) -> tuple[str, bool]:
    """What was killed and is no longer, among the places that there still are; and whether there is none of these."""
    counted = {UNIT, REST} if rest else {UNIT}
    pairs = [(entry, now[entry.identity]) for entry in before if entry.identity in now and entry.killed]
    lost = [old for old, new in pairs if old.killed in counted and new.killed not in counted]
    gained = [old for old, new in pairs if old.killed not in counted and new.killed in counted]
    later = [old for old, new in pairs if old.killed == UNIT and new.killed == REST]
    lines = [f"compared with the baseline: {len(lost)} killed no longer, {len(gained)} killed that were not"]
    lines += [f"  no longer: {_described(entry)}" for entry in lost]
    lines += [f"  by the rest alone: {_described(entry)}" for entry in later]
    return "\n".join(lines), not lost


def _described(entry: Entry) -> str:
    known = entry.identity
    killer = f" (killed by {entry.test})" if entry.test else ""
    return f"{known.function or entry.file}: {known.change} in {known.code}{killer}"
