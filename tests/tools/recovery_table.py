# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the table of the guide "Rotating a secret" that says what the next run does after one that was killed."""

from __future__ import annotations

from tests.integration.recovery import LOST, ROWS
from tests.tools.weather_page import bullets, table

HEAD = ("A run is killed", "What the next run does")


def recovery_table() -> str:
    """The moments after which the next run does the same share a row."""
    same: dict[str, list[str]] = {}
    for row in (*ROWS, LOST):
        same.setdefault(row.next_run, []).append(row.killed)
    return table([HEAD, *((bullets(killed), next_run) for next_run, killed in same.items())])


if __name__ == "__main__":
    print(recovery_table())
