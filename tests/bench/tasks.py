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
Each task is in a play {tasks} times, or {processes} times where each starts a process, and what an empty play takes is
subtracted. "In a loop" is one task with a loop,
"as separate tasks" is as many tasks; both run the collection's modules in the controller's process, as they do by
default. "As a module's process" is the loop with ``OAUTHOPS_IN_PROCESS=0``, as on another host. ``uri``
sends the GET that the client by id sends. A bare round trip is that GET with ``requests`` from a new session, without
Ansible: {round_trip} ms.

Milliseconds for one task, median (least-most):

{table}
"""


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
        return spread(per_task(figures, kind, shape, extent)) if shape in SHAPES[kind] else ""

    shapes = (LOOP, SEPARATE, PROCESS)
    rows = [("", *shapes), *((f"``{kind}``", *(cell(kind, shape) for shape in shapes)) for kind in SHAPES)]
    return TEXT.format(
        tasks=extent.tasks,
        processes=extent.processes or extent.tasks,
        round_trip=f"{median(round_trip(figures, extent.tasks)):.1f}",
        table=table(rows),
    )


LOADED_ONCE = (
    "A play loads requests and the collection's modules once, whose time is in the table of the start "
    "below. Here that is spread over {tasks} tasks; the more there are in a play, the less it is. The rounds also lie "
    "far apart."
)
PROCESS_STARTS = (
    "Before it does anything, the process of a module loads requests and compiles the collection's sources. Each takes "
    "about half of what ``ping`` does not need, as the table of the start below shows. ``uri`` needs neither. In a "
    "profile (``-X importtime``), compiling the 21 files took 19 ms, and making 11 dataclasses 5 ms. The next lever is "
    "another HTTP client than requests, because Ansible sends sources, and not what was compiled."
)


def targets(figures: Figures, extent: Extent) -> list[Target]:
    """Of the three tasks of ours, the one that does worst."""

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
                f"A task in the controller's process, {shape}: faster than ``uri``",
                1 / worst(shape, URI),
                12,
                at_least=True,
                why=LOADED_ONCE.format(tasks=extent.tasks),
            ),
            Target(
                "The same, without its round trip: times ``debug``",
                max(in_debugs(kind, shape) for kind in OURS),
                3,
                why=LOADED_ONCE.format(tasks=extent.tasks),
            ),
        ]
    return [
        *found,
        Target(f"A task {PROCESS}: times ``uri``", worst(PROCESS, URI), 1.0, why=PROCESS_STARTS),
        Target(f"A task {PROCESS}: times ``ping``", worst(PROCESS, PING), 1.4, why=PROCESS_STARTS),
    ]
