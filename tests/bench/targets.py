# SPDX-License-Identifier: GPL-3.0-or-later
"""The targets and whether they are met."""

from __future__ import annotations

from dataclasses import dataclass

WHOLE = 10_000
"""From here on numbers are shown without decimals."""


@dataclass(frozen=True)
class Target:
    what: str
    measured: float
    limit: float
    at_least: bool = False
    unit: str = "x"
    why: str = ""
    """The reason, for when it is missed."""

    @property
    def met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def row(self) -> tuple[str, str, str, str]:
        wanted = f"at {'least' if self.at_least else 'most'} {number(self.limit)}{self.unit}"
        return self.what, f"{number(self.measured)}{self.unit}", wanted, "met" if self.met else "**missed**"


def number(value: float) -> str:
    return f"{value:,.0f}" if value >= WHOLE else f"{value:.4g}"
