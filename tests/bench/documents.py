# SPDX-License-Identifier: GPL-3.0-or-later
"""The report on an account and the export of its clients, beside a task that lists them."""

from __future__ import annotations

from statistics import median

from tests.bench.extent import Extent
from tests.bench.stage import Stage
from tests.bench.targets import Target
from tests.bench.timing import Figures, above, in_turn, interleaved, ratio, spread
from tests.bench.ways import described, seed
from tests.tools.weather_page import table

NOTHING, INFO, EXPORT = "nothing", "info", "export"
REPORT, DEFINED = "report, nothing is defined", "report, all are defined"
WHAT = {
    INFO: "``cloudflare_oauth_client_info``",
    EXPORT: "``oauthops.iam.export``",
    REPORT: "``oauthops.iam.report`` as HTML, JSON and text, without definitions",
    DEFINED: "the same, with a definition for each client",
}
TEXT = """\
The account has {size} clients. Seconds above an empty play, median (least-most) of {rounds} rounds:

{table}
"""
WHY = (
    "The playbook lists the clients twice, once to compare them with the definitions. The results of both tasks are "
    "variables then, and ansible-core templates every value in them once for each task that reads it, which takes more "
    "than the comparison and the files."
)


def measure(stage: Stage, extent: Extent) -> Figures:
    seed(stage, extent.huge)
    written = {
        f"oauth_client_report_{form}_file": str(stage.directory / f"report.{form}") for form in ("html", "json", "text")
    }
    report = {**written, "oauth_client_report_fail_on": []}
    definitions = stage.write_variables("definitions", {"oauth_client_report_clients": described(extent.huge)})
    empty = stage.write_play("empty", [])
    info = stage.write_play("info", [{"oauthops.iam.cloudflare_oauth_client_info": {}}])
    export = {"oauth_client_export_path": str(stage.directory / "exported.yml")}
    cases = {
        NOTHING: lambda: stage.play(empty),
        INFO: lambda: stage.play(info),
        EXPORT: lambda: stage.play("oauthops.iam.export", export),
        REPORT: lambda: stage.play("oauthops.iam.report", report),
        DEFINED: lambda: stage.play("oauthops.iam.report", report, "-e", f"@{definitions}"),
    }
    figures = interleaved(extent.few_rounds, warm_up=False, one_round=lambda number: dict(in_turn(cases, number)))
    if any(any(case["writes"]) for case in figures.values()):
        raise RuntimeError("a report or an export wrote to Cloudflare")
    return figures


def seconds(figures: Figures, case: str) -> list[float]:
    return above(figures[case]["seconds"], figures[NOTHING]["seconds"])


def chapter(figures: Figures, extent: Extent) -> str:
    rows = [("", "requests", "seconds")]
    rows += [
        (what, f"{median(figures[case]['requests']):.0f}", spread(seconds(figures, case)))
        for case, what in WHAT.items()
    ]
    return TEXT.format(size=extent.huge, rounds=extent.few_rounds, table=table(rows))


def targets(figures: Figures, extent: Extent) -> list[Target]:
    shown = {EXPORT: "Exporting {}", REPORT: "A report on {}", DEFINED: "A report on {}, all defined"}
    return [
        Target(
            f"{what.format(f'{extent.huge} clients')}: times ``cloudflare_oauth_client_info``",
            ratio(seconds(figures, case), seconds(figures, INFO)),
            2,
            why=WHY,
        )
        for case, what in shown.items()
    ]
