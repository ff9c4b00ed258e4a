# SPDX-License-Identifier: GPL-3.0-or-later
"""One task beside Ansible's own: `debug`, `ping`, and `uri` that sends the same GET."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from functools import partial
from statistics import median
from typing import Any

import requests

from tests.bench.extent import Extent
from tests.bench.stage import Stage
from tests.bench.targets import Target
from tests.bench.timing import Figures, Measurement, above, in_turn, interleaved, ratio, ratios, spread
from tests.tools.weather_page import table

APP: dict[str, Any] = {
    "client_name": "Bench",
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["dns.read"],
    "token_endpoint_auth_method": "none",
}
NOTHING, ROUND_TRIP = "nothing", "round trip"
DEBUG, PING, URI = "debug", "ping", "uri"
BY_ID, BY_NAME, INFO = "client by id", "client by name", "client_info"
OURS = (BY_ID, BY_NAME, INFO)
LOOP, PROCESS, SEPARATE = "in a loop", "as a module's process", "as separate tasks"
SHAPES = {
    DEBUG: (LOOP, SEPARATE),
    PING: (LOOP, SEPARATE),
    URI: (LOOP, SEPARATE),
    **dict.fromkeys(OURS, (LOOP, SEPARATE, PROCESS)),
}
TEXT = """\
Times are in milliseconds per task, above an empty play. The columns are ways to run a task:

* *In a loop*: one task with ``loop``, which runs {tasks} times.
* *As separate tasks*: {tasks} tasks in a play, without a loop.
* *As a module's process*: a loop with ``OAUTHOPS_IN_PROCESS=0``. Ansible then starts a Python process for each module,
  its own process. Modules on a remote host always have their own process.

In the first two columns the collection's modules run in Ansible's process, as they do by default on the controller.
``ping`` and ``uri`` always run in their own process, and ``debug`` never does. A task that starts a process runs
{processes} times instead of {tasks}.

The rows of this collection are:

* ``client by id`` and ``client by name``: ``cloudflare_oauth_client`` with ``client_id``, or with only
  ``client_name``. The client is unchanged.
* ``client_info``: ``cloudflare_oauth_client_info``.

``uri`` sends the same GET request as ``client by id``. The request alone takes {round_trip} ms with the Python library
``requests``, without Ansible and on a new connection. This is the round trip.

{table}
"""
NOT_MEASURED = "not measured"


def measure(stage: Stage, extent: Extent) -> Figures:
    stage.empty_account()
    stage.play(stage.write_play("describe", [{"oauthops.iam.cloudflare_oauth_client": APP}]))
    cases = written(stage, extent)
    return interleaved(extent.rounds, warm_up=False, one_round=lambda number: checked(in_turn(cases, number), extent))


def checked(measured: dict[str, Measurement], extent: Extent) -> dict[str, Measurement]:
    """Every task that asks Cloudflare asked it once: else the wrong thing was measured."""
    for kind in (URI, *OURS):
        if any(measured[f"{kind} {shape}"]["requests"] != times(kind, shape, extent) for shape in SHAPES[kind]):
            raise RuntimeError(f"not one request for each task: {kind}")
    return measured


def times(kind: str, shape: str, extent: Extent) -> int:
    """How often the task is in a play: less often where each starts a process, as that takes long and varies less."""
    starts = shape == PROCESS or kind in (PING, URI)
    return (starts and extent.processes) or extent.tasks


def written(stage: Stage, extent: Extent) -> dict[str, Callable[[], Measurement]]:
    """The runs of a round, their plays written down beforehand."""
    kinds = described(stage)
    empty = stage.write_play("empty", [])
    cases: dict[str, Callable[[], Measurement]] = {
        NOTHING: lambda: stage.play(empty),
        ROUND_TRIP: lambda: round_trips(stage, extent.tasks),
    }
    for number, (kind, task) in enumerate(kinds.items()):
        for shape in SHAPES[kind]:
            often = times(kind, shape, extent)
            tasks = [task] * often if shape == SEPARATE else [{**task, "loop": list(range(often))}]
            play = stage.write_play(f"play_{number}_{shape.split()[-1]}", tasks)
            switch = "0" if shape == PROCESS else "1"
            cases[f"{kind} {shape}"] = partial(stage.play, play, OAUTHOPS_IN_PROCESS=switch)
    return cases


def described(stage: Stage) -> Mapping[str, dict[str, Any]]:
    (client,) = stage.fake.state()["clients"]
    request = {"url": address(stage), "headers": {"Authorization": f"Bearer {stage.fake.token}"}}
    return {
        DEBUG: {"ansible.builtin.debug": {"msg": "Bench"}},
        PING: {"ansible.builtin.ping": {}},
        URI: {"ansible.builtin.uri": request},
        BY_ID: {"oauthops.iam.cloudflare_oauth_client": {**APP, "client_id": client["client_id"]}},
        BY_NAME: {"oauthops.iam.cloudflare_oauth_client": APP},
        INFO: {"oauthops.iam.cloudflare_oauth_client_info": {}},
    }


def address(stage: Stage) -> str:
    (client,) = stage.fake.state()["clients"]
    return f"{stage.fake.base_url}/accounts/{stage.fake.account_id}/oauth_clients/{client['client_id']}"


def round_trips(stage: Stage, times: int) -> Measurement:
    url, headers = address(stage), {"Authorization": f"Bearer {stage.fake.token}"}
    started = time.perf_counter()
    for _time in range(times):
        with requests.Session() as session:
            session.get(url, headers=headers).raise_for_status()
    return {"seconds": time.perf_counter() - started}


def per_task(figures: Figures, kind: str, shape: str, extent: Extent) -> list[float]:
    """Milliseconds, round by round."""
    whole = above(figures[f"{kind} {shape}"]["seconds"], figures[NOTHING]["seconds"])
    return [seconds * 1000 / times(kind, shape, extent) for seconds in whole]


def round_trip(figures: Figures, tasks: int) -> list[float]:
    return [seconds * 1000 / tasks for seconds in figures[ROUND_TRIP]["seconds"]]


def chapter(figures: Figures, extent: Extent) -> str:
    def cell(kind: str, shape: str) -> str:
        return spread(per_task(figures, kind, shape, extent)) if shape in SHAPES[kind] else NOT_MEASURED

    shapes = (LOOP, SEPARATE, PROCESS)
    rows = [
        ("Task", *(shape.capitalize() for shape in shapes)),
        *((f"``{kind}``", *(cell(kind, shape) for shape in shapes)) for kind in SHAPES),
    ]
    return TEXT.format(
        tasks=extent.tasks,
        processes=extent.processes or extent.tasks,
        round_trip=f"{median(round_trip(figures, extent.tasks)):.1f}",
        table=table(rows),
    )


def results(figures: Figures, extent: Extent) -> list[str]:
    def taken(shape: str) -> str:
        found = [median(per_task(figures, kind, shape, extent)) for kind in OURS]
        return f"{min(found):.0f} to {max(found):.0f} ms"

    uri = median(per_task(figures, URI, LOOP, extent))
    return [
        f"**Task on the controller**: {taken(LOOP)} in a loop, in Ansible's process. A GET request with ``uri`` "
        f"takes {uri:.0f} ms.",
        f"**Task in its own process**, a Python process that Ansible starts, as on a remote host: {taken(PROCESS)}. "
        f"``uri`` takes {uri:.0f} ms, always in its own process. A connection to a remote host takes extra time.",
    ]


LOADED_ONCE = (
    "A play loads the Python library ``requests`` and the collection's modules once. See how long this takes in the "
    "section about the start of a module's own process. Here this time is divided among {tasks} tasks. With more "
    "tasks, the share of each is smaller. The rounds also vary a lot."
)
PROCESS_STARTS = (
    "The module's own process first loads ``requests`` and compiles the collection's sources. Each takes about half of "
    'the time that ``ping`` does not need, see "Start of a module\'s own process" below. ``uri`` needs neither. In a '
    "profile (``-X importtime``), compiling the 21 files took 19 ms, and creating 11 dataclasses 5 ms. Ansible sends "
    "sources and no compiled files, so only an HTTP client other than ``requests`` would help much."
)


def targets(figures: Figures, extent: Extent) -> list[Target]:
    """Of the collection's three tasks, the slowest."""

    def taken(kind: str, shape: str) -> list[float]:
        return per_task(figures, kind, shape, extent)

    def worst(shape: str, other: str) -> float:
        beside = SEPARATE if shape == SEPARATE else LOOP
        return max(ratio(taken(kind, shape), taken(other, beside)) for kind in OURS)

    def in_debugs(kind: str, shape: str) -> float:
        own = above(taken(kind, shape), round_trip(figures, extent.tasks))
        return median(ratios(own, taken(DEBUG, shape)))

    found = []
    for shape in (LOOP, SEPARATE):
        found += [
            Target(
                f"Speed of a task in Ansible's process, {shape}, compared with ``uri``",
                1 / worst(shape, URI),
                12,
                at_least=True,
                why=LOADED_ONCE.format(tasks=extent.tasks),
            ),
            Target(
                f"Time of a task in Ansible's process, {shape}, without the round trip, compared with ``debug``",
                max(in_debugs(kind, shape) for kind in OURS),
                3,
                why=LOADED_ONCE.format(tasks=extent.tasks),
            ),
        ]
    return [
        *found,
        Target(
            "Time of a task in its own process, compared with ``uri``", worst(PROCESS, URI), 1.0, why=PROCESS_STARTS
        ),
        Target(
            "Time of a task in its own process, compared with ``ping``", worst(PROCESS, PING), 1.4, why=PROCESS_STARTS
        ),
    ]
