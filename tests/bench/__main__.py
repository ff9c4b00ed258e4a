# SPDX-License-Identifier: GPL-3.0-or-later
"""How fast the collection is, beside what users would do without it: `make bench`.

A whole run replaces the page of the documentation, its plot and its figures; what is only a part of one, or quick,
goes to tests/output.
"""

from __future__ import annotations

import argparse
import shlex
import sys
import time
from collections.abc import Collection
from datetime import datetime, timezone
from pathlib import Path

from tests.bench.extent import FULL, QUICK, Extent
from tests.bench.machine import machine
from tests.bench.page import page
from tests.bench.plot import plot
from tests.bench.record import SECTIONS, Record
from tests.bench.stage import ROOT, set_up

DOCUMENTATION = ROOT / "docs/docsite/rst"
ELSEWHERE = ROOT / "tests/output/bench"
FIGURES, PAGE, PLOT = "benchmark.json", "benchmark.rst", "images/benchmark.svg"


def measured(extent: Extent, names: Collection[str], command: str) -> Record:
    date = datetime.now(timezone.utc).date().isoformat()
    record = Record(date, command, machine(), extent, {})
    with set_up() as stage:
        for name in SECTIONS:
            if name in names:
                started = time.monotonic()
                print(f"Measuring {name} ...", flush=True)
                record.sections[name] = SECTIONS[name].measure(stage, extent)
                print(f"  done in {time.monotonic() - started:.0f} s", flush=True)
    return record


def present(record: Record, place: Path) -> None:
    (place / PLOT).parent.mkdir(parents=True, exist_ok=True)
    (place / PAGE).write_text(page(record))
    plot(record, place / PLOT)
    for target in record.targets():
        print(" | ".join(target.row).replace("``", "").replace("**", ""))
    if record.extent != FULL:
        print("This was quick: it shows that everything works, and its figures mean nothing.")
    print(f"The page, the figures and the plot are in {place.relative_to(ROOT)}.")


def options(arguments: list[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="tiny sizes, one round: to see that it works")
    parser.add_argument("--only", action="append", choices=SECTIONS, metavar="SECTION", help=", ".join(SECTIONS))
    parser.add_argument("--redraw", action="store_true", help="measure nothing, make page and plot of the kept figures")
    return parser.parse_args(arguments)


def main(arguments: list[str]) -> None:
    given = options(arguments)
    if given.redraw:
        present(Record.load(DOCUMENTATION / FIGURES), DOCUMENTATION)
        return
    place = ELSEWHERE if given.quick or given.only else DOCUMENTATION
    command = "make bench" + (f" ARGS={shlex.quote(shlex.join(arguments))}" if arguments else "")
    record = measured(QUICK if given.quick else FULL, given.only or SECTIONS, command)
    place.mkdir(parents=True, exist_ok=True)
    record.save(place / FIGURES)
    present(record, place)


if __name__ == "__main__":
    main(sys.argv[1:])
