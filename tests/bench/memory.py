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
OPTIONS = {ONE_TASK: "clients", FILE: "definitions_file"}
TEXT = """\
The table shows the peak of the memory that ``ansible-playbook`` and its workers use together. The memory of a play with
one ``debug`` task, {debug} MiB, is subtracted.

The memory of a process is its proportional set size, which divides shared memory among the processes that share it. It
is read {polls} times a second, in runs that are not timed. Values for {huge} clients with ``definitions_file`` are the
median of {rounds} rounds. All others hardly vary and were measured once.

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
    shown = [(state, way) for way in (ONE_TASK, FILE) for state in (NEW, UNCHANGED)]
    head = [f"{state}, ``{OPTIONS[way]}``".capitalize() for state, way in shown]
    rows: list[Sequence[str]] = [("Clients", *head)]
    for size in sizes(extent):
        rows.append((str(size), *(f"{mib_above(figures, state, size, way):.1f} MiB" for state, way in shown)))
    return TEXT.format(
        debug=f"{median(figures[DEBUG]['mib']):.0f}",
        polls=round(1 / POLL_SECONDS),
        rounds=extent.rounds,
        huge=extent.huge,
        table=table(rows),
    )


COPIES = (
    "ansible-core copies the definitions and the results. ``definitions_file`` avoids the copies of the definitions. "
    "The results of created clients are needed in any case."
)


def targets(figures: Figures, extent: Extent) -> list[Target]:
    return [
        Target(
            f"Memory for {extent.huge} clients with ``{OPTIONS[way]}``, above ``debug``",
            most(figures, extent, way),
            limit,
            unit=" MiB",
            why=COPIES,
        )
        for way, limit in ((ONE_TASK, 150), (FILE, 100))
    ]


def results(figures: Figures, extent: Extent) -> list[str]:
    listed, read = (f"{most(figures, extent, way):.0f} MiB" for way in (ONE_TASK, FILE))
    return [
        f"**Memory for {extent.huge} clients**, above that of one ``debug`` task: {read} with ``definitions_file``, "
        f"and {listed} with ``clients``."
    ]


def most(figures: Figures, extent: Extent, way: str) -> float:
    return max(mib_above(figures, state, extent.huge, way) for state in (NEW, UNCHANGED))
