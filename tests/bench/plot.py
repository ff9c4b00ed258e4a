# SPDX-License-Identifier: GPL-3.0-or-later
"""The plot beside the page, on a ground of its own: readable on a light page as on a dark one."""

from __future__ import annotations

import importlib
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import median
from typing import Any

from tests.bench import many, memory, publish, tasks
from tests.bench.extent import Extent
from tests.bench.record import Record
from tests.bench.timing import Figures
from tests.bench.ways import FILE, LOOP, NEW, ONE_TASK, SDK, STATES, UNCHANGED

OURS, OTHERS, THIRD = "#2c7a43", "#7c8896", "#b5651d"
FILES = "#2a5d9c"
INK, GROUND = "#1d2733", "#ffffff"
STYLE = {
    "svg.hashsalt": "oauthops.iam",
    "svg.fonttype": "none",
    "font.family": "sans-serif",
    "font.size": 10,
    "text.color": INK,
    "axes.edgecolor": INK,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.color": INK,
    "ytick.color": INK,
    "figure.facecolor": GROUND,
    "axes.facecolor": GROUND,
}
COLORS = {ONE_TASK: OURS, FILE: FILES, LOOP: OTHERS, SDK: THIRD}
Draw = Callable[[Any, Figures, Extent], None]


def plot(record: Record, path: Path) -> None:
    """Draw the sections that have a panel; nothing where none was measured."""
    panels = [(PANELS[name], record.sections[name]) for name in PANELS if name in record.sections]
    if not panels:
        return
    matplotlib: Any = importlib.import_module("matplotlib")  # installed by `make bench` alone
    matplotlib.use("svg")
    pyplot: Any = importlib.import_module("matplotlib.pyplot")
    with matplotlib.rc_context(STYLE):
        figure, grid = pyplot.subplots(
            (len(panels) + 1) // 2, min(2, len(panels)), figsize=(11, 8.5), layout="constrained", squeeze=False
        )
        for axes in grid.flat[len(panels) :]:
            axes.set_axis_off()
        for axes, (draw, figures) in zip(grid.flat, panels, strict=False):
            draw(axes, figures, record.extent)
        about = record.machine
        figure.supxlabel(
            f"{record.date}, {record.command}: {about['CPU']}, {about['memory']}\n"
            f"Python {about['Python']}, ansible-core {about['ansible-core']}",
            fontsize=8.5,
        )
        figure.savefig(path, format="svg", metadata={"Date": None})


def bars(axes: Any, names: Sequence[str], values: Sequence[float], ours: Sequence[bool]) -> None:
    colors = [OURS if own else OTHERS for own in ours]
    axes.barh(names, values, color=colors)
    axes.bar_label(axes.containers[0], fmt="%.3g", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.15)


def draw_tasks(axes: Any, figures: Figures, extent: Extent) -> None:
    shown = [
        *((kind, tasks.LOOP, kind) for kind in (tasks.DEBUG, *tasks.OURS)),
        (tasks.PING, tasks.LOOP, tasks.PING),
        *((kind, tasks.PROCESS, f"{kind}, own process") for kind in tasks.OURS),
        (tasks.URI, tasks.LOOP, tasks.URI),
    ]
    values = [median(tasks.per_task(figures, kind, shape, extent)) for kind, shape, _name in shown]
    bars(axes, [name for *_case, name in shown], values, [kind in tasks.OURS for kind, *_rest in shown])
    axes.set_title("One task in a loop")
    axes.set_xlabel("ms above an empty play")


def draw_publish(axes: Any, figures: Figures, extent: Extent) -> None:
    ours = (publish.ROLE, publish.PLAYBOOK)
    names = (*ours, publish.SHORTEST, publish.BY_HAND)
    values = [median(publish.seconds_above(figures, name)) for name in names]
    bars(axes, names, values, [name in ours for name in names])
    axes.set_title("Publish run on a public client")
    axes.set_xlabel("seconds above an empty play")


def draw_many(axes: Any, figures: Figures, extent: Extent) -> None:
    dashes = dict(zip(STATES, (":", "-", "--"), strict=True))
    for way, color in COLORS.items():
        for state in STATES:
            lives = [each for each in many.lives(extent) if each.latency == 0 and each.way == way]
            sizes = [each.size for each in lives if each.case(state) in figures]
            values = [median(many.each(figures, way, state, size)) for size in sizes]
            if sizes:
                axes.plot(sizes, values, dashes[state], color=color, marker=".", label=f"{way}, {state}")
    axes.set_xscale("log")
    axes.set_yscale("log", subs=(2, 5))
    for axis, minor in ((axes.xaxis, ""), (axes.yaxis, "{x:g}")):
        axis.set_major_formatter("{x:g}")
        axis.set_minor_formatter(minor)
    axes.legend(fontsize=8, frameon=False, ncols=3, loc="upper center", bbox_to_anchor=(0.5, -0.15))
    axes.set_title("Many clients")
    axes.set_xlabel("clients")
    axes.set_ylabel("ms per client (both axes logarithmic)")


def draw_memory(axes: Any, figures: Figures, extent: Extent) -> None:
    for state, dash in ((NEW, ":"), (UNCHANGED, "-")):
        values = [memory.mib_above(figures, state, size) for size in memory.sizes(extent)]
        axes.plot(memory.sizes(extent), values, dash, color=OURS, marker=".", label=f"{ONE_TASK}, {state}")
    axes.set_ylim(bottom=0)
    axes.legend(fontsize=8, frameon=False)
    axes.set_title("Memory")
    axes.set_xlabel("clients")
    axes.set_ylabel("MiB above a debug task")


PANELS: dict[str, Draw] = {
    "tasks": draw_tasks,
    "publish": draw_publish,
    "many": draw_many,
    "memory": draw_memory,
}
