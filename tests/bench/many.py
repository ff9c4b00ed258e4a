# SPDX-License-Identifier: GPL-3.0-or-later
"""Many clients: one task beside a loop of the single module and a script on the official SDK."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from queue import SimpleQueue
from statistics import median

from tests.bench.extent import Extent
from tests.bench.stage import Stage, set_up
from tests.bench.targets import Target
from tests.bench.timing import Figures, Measurement, above, add, in_turn, interleaved, ratio
from tests.bench.ways import (
    CHANGED,
    FILE,
    LOOP,
    NEW,
    NOTHING,
    ONE_TASK,
    SDK,
    STATES,
    UNCHANGED,
    WAYS,
    Description,
    command,
    described,
    nothing,
    partly_changed,
    seed,
    with_ids,
)
from tests.tools.weather_page import table

EVERY = {NEW: 1, CHANGED: 20}
INFO = "info"
UNTOUCHED = "changes, nothing"
ONE_BY_ONE, LOOPED, LIMITED = "changes, 1 at a time", "changes, a loop", "limited"
HOUR = 3600
DOCUMENTED_LIMIT, DOCUMENTED_WINDOW = 1200, 300
TEXT = """\
The ways to manage many clients are:

* *one task*: one task with :ansplugin:`oauthops.iam.cloudflare_oauth_clients#module` and its option ``clients``.
* *one task, a file*: the same with ``definitions_file``, which is recommended for many clients.
* *a loop*: :ansplugin:`oauthops.iam.cloudflare_oauth_client#module` once for each client. It identifies existing
  clients by ID and new clients by name.
* *the SDK*: a `Python script <{script}>`__
  with Cloudflare's official library. It lists the clients, compares them and sends the differences, one request after
  the other.

All ways read the same definitions from a file. Each way runs with clients that are *all new*, then *unchanged*, then
*5 % changed*. The last row lists the clients, for comparison.

*Added ms* is a delay of each response in milliseconds, which represents a distant server. On a real network a loop is
slower than here, because it makes a new connection with TLS for each client. The fake Cloudflare does not use TLS.

*Seconds* are those of the whole command. *Ms per client* are above an empty play, or above a script that only loads the
SDK.

{table}

Values without a delay that a target compares with ``cloudflare_oauth_client_info`` or with the SDK are medians of
{rounds} rounds. All others were measured once. Runs that mostly wait for the network were measured after the rounds,
two at a time.

To keep the benchmark short, these cases are left out:

* *a loop* for {huge} clients, *the SDK* for {huge} new clients, and both for {large} clients with {latency} ms added.
* *one task, a file* for {medium} clients with {latency} ms added.
* *a loop* for {large} new clients, and for {medium} new clients with {latency} ms added. Each task lists all clients to
  find its client by name, so the time grows with the square of their number.
* {huge} clients with {latency} ms added, where listing alone takes {pages} pages.

Change {changes} clients on a slow network
~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~

All clients are changed, with {latency} ms added. The first two rows are medians of {rounds} rounds, the others were
measured once.

{changes_table}

The last row has the rate limit that Cloudflare documents, {limit} requests in {window} seconds. All other runs have no
rate limit. The limit refused {refused} requests.
"""
SCRIPT_URL = "https://github.com/oauthops/oauthops.iam/blob/main/tests/bench/clients_with_sdk.py"


@dataclass(frozen=True)
class Life:
    """Clients that one way creates, leaves alone and changes, all of it once."""

    way: str
    size: int
    latency: int
    states: tuple[str, ...] = STATES

    def case(self, state: str) -> str:
        return case(self.way, state, self.size, self.latency)


def case(way: str, state: str, size: int, latency: int = 0) -> str:
    return f"{way}, {state}, {size} clients, {latency} ms"


def lives(extent: Extent) -> list[Life]:
    """What is measured; what takes too long is not in it."""
    slow = extent.latency
    return [
        *(Life(way, size, 0) for size in (extent.small, extent.medium) for way in WAYS),
        Life(ONE_TASK, extent.large, 0),
        Life(FILE, extent.large, 0),
        Life(LOOP, extent.large, 0, (UNCHANGED, CHANGED)),
        Life(SDK, extent.large, 0),
        Life(ONE_TASK, extent.huge, 0),
        Life(FILE, extent.huge, 0),
        Life(SDK, extent.huge, 0, (UNCHANGED, CHANGED)),
        *(Life(way, extent.small, slow) for way in WAYS),
        Life(ONE_TASK, extent.medium, slow),
        Life(LOOP, extent.medium, slow, (UNCHANGED, CHANGED)),
        Life(SDK, extent.medium, slow),
        Life(ONE_TASK, extent.large, slow),
        Life(FILE, extent.large, slow),
    ]


def compared(extent: Extent) -> dict[int, tuple[str, ...]]:
    """The numbers of unchanged clients for which there is a target, and the ways that it compares."""
    return {extent.medium: (FILE, SDK), extent.large: (ONE_TASK, FILE, SDK), extent.huge: (FILE, SDK)}


def at_once(extent: Extent) -> str:
    return f"changes, {extent.concurrency} at a time"


def measure(stage: Stage, extent: Extent) -> Figures:
    if extent.warm_up:
        for way in (ONE_TASK, SDK):
            nothing(stage, way)

    def one_round(number: int) -> dict[str, Measurement]:
        changed = {UNTOUCHED: nothing(stage, ONE_TASK), at_once(extent): all_changed(stage, extent, ONE_TASK)}
        return {**unchanged(stage, extent, number), **changed}

    figures = interleaved(extent.rounds, warm_up=False, one_round=one_round)
    once: dict[str, Measurement] = {LIMITED: within_the_limit(stage, extent)}
    for life in lives(extent):
        if not life.latency:
            once.update(lived(stage, life))
    add(figures, {name: found for name, found in once.items() if name not in figures})
    return figures | waiting(stage, extent)


def waiting(stage: Stage, extent: Extent) -> Figures:
    """What waits for a slow network most of the time: two at a time, each with a fake of its own."""
    work: list[Callable[[Stage], dict[str, Measurement]]] = [
        lambda free: {LOOPED: all_changed(free, extent, LOOP)},
        *[lambda free: {ONE_BY_ONE: all_changed(free, extent, ONE_TASK, 1)}] * extent.rounds,
        *(partial(lived, life=life) for life in lives(extent) if life.latency),
    ]
    figures: Figures = {}
    with set_up() as other, ThreadPoolExecutor(2) as pool:
        free: SimpleQueue[Stage] = SimpleQueue()
        for each in (stage, other):
            free.put(each)

        def done(job: Callable[[Stage], dict[str, Measurement]]) -> dict[str, Measurement]:
            taken = free.get()
            try:
                return job(taken)
            finally:
                free.put(taken)

        for found in pool.map(done, work):
            add(figures, found)
    return figures


def unchanged(stage: Stage, extent: Extent, number: int) -> dict[str, Measurement]:
    """The ways that a target compares, on the same clients, none of which is written to."""
    info = stage.write_play("info", [{"oauthops.iam.cloudflare_oauth_client_info": {}}])
    found: dict[str, Measurement] = {}
    for size, ways in compared(extent).items():
        known = seed(stage, size)
        play, script = nothing(stage, FILE), nothing(stage, SDK)
        cases = {case(way, UNCHANGED, size): partial(writing, stage, way, known, 0) for way in ways}
        if size == extent.large:
            cases[INFO] = partial(stage.play, info)
        found.update(in_turn(cases, number))
        found.update({case(way, NOTHING, size): script if way == SDK else play for way in ways})
    return found


def lived(stage: Stage, life: Life) -> dict[str, Measurement]:
    """One after the other the states of a life."""
    found = {life.case(NOTHING): nothing(stage, life.way)}
    stage.empty_account()
    if NEW in life.states:
        stage.slow_down(life.latency)
        found[life.case(NEW)] = writing(stage, life.way, described(life.size), life.size)
    else:
        seed(stage, life.size)
        stage.slow_down(life.latency)
    known = with_ids(stage, described(life.size))
    found[life.case(UNCHANGED)] = writing(stage, life.way, known, 0)
    changed = partly_changed(known, EVERY[CHANGED], "changed")
    found[life.case(CHANGED)] = writing(stage, life.way, changed, count(life.size, CHANGED))
    return found


def count(size: int, state: str) -> int:
    return len(range(0, size, EVERY[state])) if state in EVERY else 0


def writing(
    stage: Stage, way: str, descriptions: Sequence[Description], writes: int, concurrency: int | None = None
) -> Measurement:
    """A run that is known to have done its work."""
    found = stage.measured(command(stage, way, descriptions, concurrency))
    if found["writes"] != writes:
        raise RuntimeError(f"{way}: {found['writes']} writes, not {writes}")
    return found


def all_changed(stage: Stage, extent: Extent, way: str, concurrency: int | None = None) -> Measurement:
    known = seed(stage, extent.changes)
    stage.slow_down(extent.latency)
    return writing(stage, way, partly_changed(known, 1, "changed"), extent.changes, concurrency)


def within_the_limit(stage: Stage, extent: Extent) -> Measurement:
    """The same changes at once, with the documented limit and its window just begun."""
    known = seed(stage, extent.changes)
    stage.fake.set_variant(rate_limit=DOCUMENTED_LIMIT, rate_window=DOCUMENTED_WINDOW)
    stage.fake.advance_clock(HOUR)
    stage.slow_down(extent.latency)
    return writing(stage, ONE_TASK, partly_changed(known, 1, "limited"), extent.changes)


def seconds_above(figures: Figures, name: str, base: str) -> list[float]:
    return above(figures[name]["seconds"], figures[base]["seconds"])


def each(figures: Figures, way: str, state: str, size: int, latency: int = 0) -> list[float]:
    """Milliseconds for one client, round by round."""
    own, base = (case(way, which, size, latency) for which in (state, NOTHING))
    return [seconds * 1000 / size for seconds in seconds_above(figures, own, base)]


def chapter(figures: Figures, extent: Extent) -> str:
    rows: list[Sequence[str]] = [("Clients", "Added ms", "State", "Way", "Requests", "Seconds", "Ms per client")]
    for size, latency in dict.fromkeys((life.size, life.latency) for life in lives(extent)):
        ways = [life for life in lives(extent) if (life.size, life.latency) == (size, latency)]
        rows += [life_row(figures, life, state) for state in STATES for life in ways if life.case(state) in figures]
    rows.append(
        (str(extent.large), "0", "listed", "``cloudflare_oauth_client_info``", *costs(figures, INFO), "not calculated"),
    )
    return TEXT.format(
        table=table(rows),
        changes_table=changes_table(figures, extent),
        script=SCRIPT_URL,
        pages=-(-extent.huge // 20),
        limit=DOCUMENTED_LIMIT,
        window=DOCUMENTED_WINDOW,
        refused=f"{sum(figures[LIMITED]['refused']):.0f}",
        **{name: getattr(extent, name) for name in ("rounds", "medium", "large", "huge", "changes", "latency")},
    )


def life_row(figures: Figures, life: Life, state: str) -> tuple[str, ...]:
    milliseconds = median(each(figures, life.way, state, life.size, life.latency))
    shown = costs(figures, life.case(state))
    return (str(life.size), str(life.latency), state, life.way, *shown, f"{milliseconds:.2f}")


def costs(figures: Figures, name: str) -> tuple[str, str]:
    return f"{median(figures[name]['requests']):.0f}", f"{median(figures[name]['seconds']):.1f}"


def changes_table(figures: Figures, extent: Extent) -> str:
    what = {
        at_once(extent): f"one task, {extent.concurrency} requests at a time, the default",
        ONE_BY_ONE: "one task, ``concurrency: 1``",
        LOOPED: "a loop, by ID",
        LIMITED: "one task, with the documented rate limit",
    }
    return table([("Way", "Requests", "Seconds"), *((text, *costs(figures, name)) for name, text in what.items())])


THROUGH_CORE = (
    "ansible-core templates, checks and copies the definitions. ``definitions_file`` avoids this, and "
    "``cloudflare_oauth_client_info`` has no definitions."
)
START_COUNTS = (
    "{number} requests at a time can be at most {number} times as fast. Both times include the time to list the "
    "clients, which does not become shorter."
)
SDK_STARTS = (
    "The start of Ansible is subtracted from the time of the task. The start of the script, which includes loading the "
    "SDK, is subtracted from the time of the script. The task still has to load ``requests`` and the collection's "
    "modules. This fixed cost counts most with few clients. As a whole command the script is faster, too: an empty "
    "play takes about as long as the whole script. No collection can shorten the start of ``ansible-playbook``."
)


def results(figures: Figures, extent: Extent) -> list[str]:
    def whole(way: str) -> str:
        return costs(figures, case(way, UNCHANGED, extent.large))[1]

    one_task, looped = (costs(figures, name)[1] for name in (at_once(extent), LOOPED))
    return [
        f"**{extent.large} unchanged clients**, whole command: {whole(FILE)} s in one task of "
        f"``cloudflare_oauth_clients`` with its option ``definitions_file``, and {whole(ONE_TASK)} s with ``clients``. "
        f"A loop takes {whole(LOOP)} s, and a script with Cloudflare's SDK {whole(SDK)} s.",
        f"**{extent.changes} changed clients** on a slow network, whole command: {one_task} s in one task. A loop "
        f"takes {looped} s. Each response takes {extent.latency} ms longer here.",
    ]


def targets(figures: Figures, extent: Extent) -> list[Target]:
    def faster(other: str) -> float:
        return ratio(seconds_above(figures, other, UNTOUCHED), seconds_above(figures, at_once(extent), UNTOUCHED))

    growth = max(
        ratio(each(figures, ONE_TASK, state, extent.huge), each(figures, ONE_TASK, state, extent.medium))
        for state in STATES
    )
    slow = f"Speed of {extent.changes} changes, {extent.latency} ms added, compared with"
    return [
        Target(
            f"Time for {extent.large} unchanged clients, compared with ``cloudflare_oauth_client_info``",
            times_info(figures, ONE_TASK, extent),
            2,
            why=THROUGH_CORE,
        ),
        *of_files(figures, extent),
        Target(f"Time per client of {extent.huge} clients, compared with {extent.medium} clients", growth, 1.5),
        Target(
            f"{slow} one request at a time",
            faster(ONE_BY_ONE),
            7,
            at_least=True,
            why=START_COUNTS.format(number=extent.concurrency),
        ),
        Target(f"{slow} a loop", faster(LOOPED), 5, at_least=True),
        Target(
            "Requests refused under the documented rate limit", sum(figures[LIMITED]["refused"]), 0, unit=" requests"
        ),
    ]


def times_info(figures: Figures, way: str, extent: Extent) -> float:
    unchanged, untouched = (case(way, state, extent.large) for state in (UNCHANGED, NOTHING))
    return ratio(seconds_above(figures, unchanged, untouched), seconds_above(figures, INFO, untouched))


def of_files(figures: Figures, extent: Extent) -> Iterator[Target]:
    what = f"Time for {extent.large} unchanged clients with ``definitions_file``, "
    yield Target(f"{what}compared with ``cloudflare_oauth_client_info``", times_info(figures, FILE, extent), 1.4)
    for size in (extent.medium, extent.large, extent.huge):
        ours, sdk = (each(figures, way, UNCHANGED, size) for way in (FILE, SDK))
        what = f"Speed for {size} unchanged clients with ``definitions_file``, compared with the SDK"
        yield Target(what, ratio(sdk, ours), 1, at_least=True, why=SDK_STARTS)
