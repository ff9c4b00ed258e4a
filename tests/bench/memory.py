# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory that one task for many clients needs."""

from __future__ import annotations

import importlib
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from itertools import product
from statistics import median
from typing import Any

from tests.bench.extent import Extent
from tests.bench.stage import Stage, playing
from tests.bench.targets import Target
from tests.bench.timing import Figures, Measurement, above, interleaved
from tests.bench.ways import FILE, NEW, ONE_TASK, UNCHANGED, command, described, with_ids
from tests.tools.weather_page import table

DEBUG = "debug"
POLL_SECONDS = 0.02
MIB = 2**20
TEXT = """\
The peak of what ``ansible-playbook`` and its workers hold together, above a play with one ``debug``, which holds
{debug} MiB. It is the sum of their proportional set sizes, in which memory that processes share counts once, looked at
{polls} times a second. These runs are others than those that are timed. For {huge} clients with ``definitions_file``
it is the median of {rounds} rounds; all else, which hardly varies, was measured once.

{table}
"""


def measure(stage: Stage, extent: Extent) -> Figures:
    debug = playing(stage.write_play("debug", [{"ansible.builtin.debug": {"msg": "Bench"}}]))

    def one_round(number: int) -> dict[str, Measurement]:
        found = {DEBUG: peak(stage, debug)}
        for size, way in product(sizes(extent), (ONE_TASK, FILE)):
            if number == 1 or (size, way) == (extent.huge, FILE):
                stage.empty_account()
                found[case(NEW, size, way)] = peak(stage, command(stage, way, described(size)))
                known = with_ids(stage, described(size))
                found[case(UNCHANGED, size, way)] = peak(stage, command(stage, way, known))
        return found

    return interleaved(extent.rounds, warm_up=False, one_round=one_round)


def sizes(extent: Extent) -> tuple[int, ...]:
    return extent.medium, extent.large, extent.huge


def case(state: str, size: int, way: str = ONE_TASK) -> str:
    return f"{state}, {size} clients" if way == ONE_TASK else f"{way}, {state}, {size} clients"


def has_files(figures: Figures, extent: Extent) -> bool:
    """Runs that are on record from before have none."""
    return case(NEW, extent.huge, FILE) in figures


def peak(stage: Stage, run: Sequence[str]) -> Measurement:
    psutil: Any = importlib.import_module("psutil")  # installed by `make bench` alone
    highest = 0.0
    with stage.started(run) as process:
        root = psutil.Process(process.pid)
        while not ended(process):
            highest = max(highest, held(psutil, root))
    return {"mib": highest / MIB}


def ended(process: subprocess.Popen[str]) -> bool:
    time.sleep(POLL_SECONDS)
    return process.poll() is not None


def held(psutil: Any, root: Any) -> float:
    """Bytes of a process and all below it. One that ends meanwhile makes it less than it was, which no peak is."""
    total = 0.0
    with suppress(psutil.Error):
        for process in (root, *root.children(recursive=True)):
            total += process.memory_full_info().pss
    return total


def mib_above(figures: Figures, state: str, size: int, way: str = ONE_TASK) -> float:
    return median(above(figures[case(state, size, way)]["mib"], figures[DEBUG]["mib"]))


def chapter(figures: Figures, extent: Extent) -> str:
    columns = [(state, way) for way in (ONE_TASK, FILE) for state in (NEW, UNCHANGED)]
    shown = columns if has_files(figures, extent) else columns[:2]
    head = [state if way == ONE_TASK else f"{state}, ``definitions_file``" for state, way in shown]
    rows: list[Sequence[str]] = [("clients", *head)]
    for size in sizes(extent):
        rows.append((str(size), *(f"{mib_above(figures, state, size, way):.1f} MiB" for state, way in shown)))
    return TEXT.format(
        debug=f"{median(figures[DEBUG]['mib']):.0f}",
        polls=round(1 / POLL_SECONDS),
        rounds=extent.rounds,
        huge=extent.huge,
        table=table(rows),
    )


WHY = (
    "The descriptions with all their options, the clients, the results and their JSON are held at once, and "
    "ansible-core "
    "makes a copy of the first and the last for the task and another for its result. This was not taken apart "
    "further."
)


COPIES = (
    "ansible-core makes copies of the descriptions and of the results. ``definitions_file`` avoids the first, and what "
    "is returned of clients that were created cannot be avoided."
)


def targets(figures: Figures, extent: Extent) -> list[Target]:
    def most(way: str) -> float:
        return max(mib_above(figures, state, extent.huge, way) for state in (NEW, UNCHANGED))

    what = f"Memory for {extent.huge} clients, above ``debug``"
    if not has_files(figures, extent):
        return [Target(what, most(ONE_TASK), 150, unit=" MiB", why=WHY)]
    return [
        Target(what, most(ONE_TASK), 150, unit=" MiB", why=COPIES),
        Target("The same with ``definitions_file``", most(FILE), 100, unit=" MiB", why=COPIES),
    ]
