# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the table of the guide "Rotating a secret" that says what the next run does after one that was killed."""

from __future__ import annotations

from tests.integration.recovery import LOST, ROWS
from tests.tools.weather_page import table

HEAD = ("A run is killed", "What the next run does")


def recovery_table() -> str:
    return table([HEAD, *((row.killed, row.next_run) for row in (*ROWS, LOST))])


if __name__ == "__main__":
    print(recovery_table())
