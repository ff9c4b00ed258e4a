# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on an account and the export of its clients, beside a task that lists them."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from statistics import median

from tests.bench.extent import Extent
from tests.bench.stage import Stage
from tests.bench.targets import Target
from tests.bench.timing import Figures, Measurement, above, add, in_turn, interleaved, ratio, spread
from tests.bench.ways import described, seed
from tests.tools.weather_page import table

NOTHING, INFO, EXPORT = "nothing", "info", "export"
REPORT, READ, DEFINED = "report, nothing is defined", "report, definitions_file", "report, all are defined"
WHAT = {
    INFO: "``cloudflare_oauth_client_info``",
    EXPORT: "the playbook ``oauthops.iam.export``",
    REPORT: "the playbook ``oauthops.iam.report`` as HTML, JSON and text, without definitions",
    READ: "the same report, with a definition of each client in files",
    DEFINED: "the same report, with these definitions as variables",
}
PLUGINS = Path(__file__).parent / "callback"
DROPPED = 700_000
TEXT = """\
The account has {size} clients. Times are in seconds above an empty play. The last row was measured once.

*Largest event* is the size of the largest result of a task, in characters. AWX drops a result from its event above
{dropped:,} characters.

{table}
"""
WHY = (
    "One task lists, compares and writes. For 5,000 clients, the HTML page took 0.4 s of processor time, the other "
    "files and the report itself 0.2 s, and returning the findings less than 0.1 s. The rest was listing. A faster "
    "template of the page, which Jinja renders row by row, would help most."
)


def measure(stage: Stage, extent: Extent) -> Figures:
    seed(stage, extent.huge)
    written = {
        f"oauth_client_report_{form}_file": str(stage.directory / f"report.{form}") for form in ("html", "json", "text")
    }
    report = {**written, "oauth_client_report_fail_on": []}
    variables = stage.write_variables("definitions", {"oauth_client_report_clients": described(extent.huge)})
    read = {**report, "oauth_client_report_definitions_file": [str(variables)]}
    empty = stage.write_play("empty", [])
    info = stage.write_play("info", [{"oauthops.iam.cloudflare_oauth_client_info": {}}])
    export = {"oauth_client_export_path": str(stage.directory / "exported.yml")}
    runs = {
        NOTHING: partial(stage.play, empty),
        INFO: partial(stage.play, info),
        EXPORT: partial(stage.play, "oauthops.iam.export", export),
        REPORT: partial(stage.play, "oauthops.iam.report", report),
        READ: partial(stage.play, "oauthops.iam.report", read),
        DEFINED: partial(stage.play, "oauthops.iam.report", report, "-e", f"@{variables}"),
    }

    def one_round(number: int) -> dict[str, Measurement]:
        return in_turn({name: run for name, run in runs.items() if number == 1 or name != DEFINED}, number)

    figures = interleaved(extent.rounds, warm_up=False, one_round=one_round)
    if any(any(case["writes"]) for case in figures.values()):
        raise RuntimeError("a report or an export wrote to Cloudflare")
    add(figures, {name: largest_event(stage, run) for name, run in runs.items() if name in (EXPORT, REPORT, READ)})
    return figures


def largest_event(stage: Stage, run: partial[Measurement]) -> Measurement:
    """The characters of the largest result of a task, as AWX counts them; not a run that is timed."""
    found = stage.directory / "largest"
    run(ANSIBLE_CALLBACK_PLUGINS=str(PLUGINS), ANSIBLE_CALLBACKS_ENABLED="largest_event", BENCH_LARGEST=str(found))
    return {"characters": int(found.read_text())}


def seconds(figures: Figures, case: str) -> list[float]:
    return above(figures[case]["seconds"], figures[NOTHING]["seconds"])


def chapter(figures: Figures, extent: Extent) -> str:
    rows = [("Run", "Requests", "Seconds", "Largest event")]
    for case, what in WHAT.items():
        event = "".join(f"{size:,.0f}" for size in figures[case].get("characters", ())) or "not measured"
        rows.append((what, f"{median(figures[case]['requests']):.0f}", spread(seconds(figures, case)), event))
    return TEXT.format(size=extent.huge, dropped=DROPPED, table=table(rows))


def results(figures: Figures, extent: Extent) -> list[str]:
    exported, reported = (median(seconds(figures, case)) for case in (EXPORT, REPORT))
    return [f"**Export of {extent.huge} clients**: {exported:.1f} s. **Report** on them: {reported:.1f} s."]


def targets(figures: Figures, extent: Extent) -> list[Target]:
    shown = {EXPORT: "Time to export {}", REPORT: "Time to report on {}", READ: "Time to report on {}, all defined"}
    largest = max(size for case in figures.values() for size in case.get("characters", ()))
    return [
        *(
            Target(
                f"{what.format(f'{extent.huge} clients')}, compared with ``cloudflare_oauth_client_info``",
                ratio(seconds(figures, case), seconds(figures, INFO)),
                2,
                why=WHY,
            )
            for case, what in shown.items()
        ),
        Target(f"Largest event of an export or a report, {extent.huge} clients", largest, DROPPED, unit=" characters"),
    ]
