# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether the tests notice when the plugins are changed for the worse: `make mutation`.

Each place of tests/mutation/places.json is mutated in a copy of the checkout, wherever its code is by now, and the unit
tests that run it are run; with --rest, the integration tests too where those pass. The file keeps what the baseline
found: a later run ends with status 1 when a place that was killed then survives.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

from tests.tools.mutation.kept import Entry, compared, read, summary, write
from tests.tools.mutation.places import find, places_below, sample
from tests.tools.mutation.runs import WORKERS, Runs
from tests.tools.mutation.trees import Tree
from tests.tools.set_up import ROOT

PLACES = 480


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.tools.mutation")
    commands = parser.add_subparsers(dest="command", required=True)
    commands.add_parser(
        "sample", help="choose places, for a new baseline alone; what was found of the same ones is kept"
    )
    run = commands.add_parser("run", help="mutate the chosen places")
    run.add_argument("--places", type=int, metavar="N", help="only N of them")
    run.add_argument("--rest", action="store_true", help="run the integration tests too where unit tests pass")
    run.add_argument("--record", action="store_true", help="with --rest: keep what is found where nothing is kept yet")
    options = parser.parse_args()
    if options.command == "sample":
        choose()
    elif options.record and not options.rest:
        parser.error("--record needs --rest")
    else:
        sys.exit(not mutate(options.places, options.rest, options.record))


def choose() -> None:
    kept = {entry.identity: entry for entry in read()}
    places = sample(places_below(ROOT), PLACES)
    write([kept.get(place.identity, Entry(place.identity, place.path)) for place in places])


def mutate(number: int | None, rest: bool, record: bool) -> bool:
    """Run places and print what came of it; gives whether all are killed that were in the baseline."""
    kept = {entry.identity: entry for entry in read()}
    chosen = sorted(kept.values(), key=lambda entry: entry.identity.digest)[:number]
    wanted = [entry for entry in chosen if not (record and entry.killed)]
    found = find([entry.identity for entry in wanted], places_below(ROOT))
    places = {identity: place for identity, place in found.items() if place}

    def keep(entry: Entry) -> None:
        if record:
            kept[entry.identity] = entry
            write(kept.values())

    with tempfile.TemporaryDirectory(prefix="mutation-") as name:
        Path(name).chmod(0o755)  # some tests become another user
        runs = Runs([Tree(ROOT, Path(name, str(at))) for at in range(WORKERS)], keep)
        now = runs.all([(kept[identity], place) for identity, place in places.items()], rest)
    print(summary(now.values(), [kept[identity] for identity, place in found.items() if not place], rest))
    text, kept_up = compared(chosen, now, rest)
    print(text)
    return kept_up


if __name__ == "__main__":
    main()
