# SPDX-License-Identifier: GPL-3.0-or-later
"""What is kept of a measurement: all that the page and the plot are made of."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.bench import documents, editions, many, memory, publish, start, tasks
from tests.bench.extent import Extent
from tests.bench.stage import Stage
from tests.bench.targets import Target
from tests.bench.timing import Figures


@dataclass(frozen=True)
class Section:
    title: str
    measure: Callable[[Stage, Extent], Figures]
    chapter: Callable[[Figures, Extent], str]
    targets: Callable[[Figures, Extent], list[Target]]
    results: Callable[[Figures, Extent], list[str]]
    """What a user wants to know first, as sentences."""


SECTIONS = {
    "tasks": Section("One task", tasks.measure, tasks.chapter, tasks.targets, tasks.results),
    "start": Section("Start of a module's own process", start.measure, start.chapter, start.targets, start.results),
    "publish": Section("Publishing", publish.measure, publish.chapter, publish.targets, publish.results),
    "editions": Section(
        "Comparison with the first edition", editions.measure, editions.chapter, editions.targets, editions.results
    ),
    "many": Section("Many clients", many.measure, many.chapter, many.targets, many.results),
    "documents": Section(
        "Report and export", documents.measure, documents.chapter, documents.targets, documents.results
    ),
    "memory": Section("Memory", memory.measure, memory.chapter, memory.targets, memory.results),
}


@dataclass(frozen=True)
class Record:
    date: str
    command: str
    machine: dict[str, str]
    extent: Extent
    sections: dict[str, Figures]

    def save(self, path: Path) -> None:
        path.write_text(compact(json.dumps(asdict(self), indent=2)) + "\n")

    @classmethod
    def load(cls, path: Path) -> Record:
        kept = json.loads(path.read_text())
        return cls(**{**kept, "extent": Extent(**kept["extent"])})

    def targets(self) -> list[Target]:
        return [
            target for name, figures in self.sections.items() for target in SECTIONS[name].targets(figures, self.extent)
        ]


def compact(text: str) -> str:
    """JSON with each list of numbers on one line."""
    return re.sub(r"\[[^\[\]{}]*\]", lambda numbers: " ".join(numbers[0].split()), text)
