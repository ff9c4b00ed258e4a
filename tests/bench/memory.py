# SPDX-License-Identifier: GPL-3.0-or-later
"""The memory that one task for many clients needs."""

from __future__ import annotations

import importlib
import subprocess
import time
from collections.abc import Sequence
from contextlib import suppress
from statistics import median
from typing import Any

from tests.bench.extent import Extent
from tests.bench.stage import Stage, playing
from tests.bench.targets import Target
from tests.bench.timing import Figures, Measurement, above, interleaved
from tests.bench.ways import NEW, ONE_TASK, UNCHANGED, command, described, with_ids
from tests.tools.weather_page import table

DEBUG = "debug"
POLL_SECONDS = 0.02
MIB = 2**20
TEXT = """\
The peak of what ``ansible-playbook`` and its workers hold together, above a play with one ``debug``, which holds
{debug} MiB. It is the sum of their proportional set sizes, in which memory that processes share counts once, looked at
{polls} times a second. These runs are others than those that are timed. Medians of {rounds} rounds.

{table}
"""


def measure(stage: Stage, extent: Extent) -> Figures:
    debug = playing(stage.write_play("debug", [{"ansible.builtin.debug": {"msg": "Bench"}}]))

    def one_round(_number: int) -> dict[str, Measurement]:
        found = {DEBUG: peak(stage, debug)}
        for size in sizes(extent):
            stage.empty_account()
            found[case(NEW, size)] = peak(stage, command(stage, ONE_TASK, described(size)))
            known = with_ids(stage, described(size))
            found[case(UNCHANGED, size)] = peak(stage, command(stage, ONE_TASK, known))
        return found

    return interleaved(extent.few_rounds, warm_up=False, one_round=one_round)


def sizes(extent: Extent) -> tuple[int, ...]:
    return extent.medium, extent.large, extent.huge


def case(state: str, size: int) -> str:
    return f"{state}, {size} clients"


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


def mib_above(figures: Figures, state: str, size: int) -> float:
    return median(above(figures[case(state, size)]["mib"], figures[DEBUG]["mib"]))


def chapter(figures: Figures, extent: Extent) -> str:
    rows = [("clients", NEW, UNCHANGED)]
    rows += [
        (str(size), f"{mib_above(figures, NEW, size):.1f} MiB", f"{mib_above(figures, UNCHANGED, size):.1f} MiB")
        for size in sizes(extent)
    ]
    return TEXT.format(
        debug=f"{median(figures[DEBUG]['mib']):.0f}",
        polls=round(1 / POLL_SECONDS),
        rounds=extent.few_rounds,
        table=table(rows),
    )


WHY = (
    "The descriptions with all their options, the clients, the results and their JSON are held at once, and "
    "ansible-core "
    "makes a copy of the first and the last for the task and another for its result. This was not taken apart "
    "further."
)


def targets(figures: Figures, extent: Extent) -> list[Target]:
    most = max(mib_above(figures, state, extent.huge) for state in (NEW, UNCHANGED))
    return [Target(f"Memory for {extent.huge} clients, above ``debug``", most, 150, unit=" MiB", why=WHY)]
