# SPDX-License-Identifier: GPL-3.0-or-later
"""What was to be reached."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Target:
    what: str
    measured: float
    limit: float
    at_least: bool = False
    unit: str = "x"
    why: str = ""
    """What stands in the way, for when it is missed."""

    @property
    def met(self) -> bool:
        return self.measured >= self.limit if self.at_least else self.measured <= self.limit

    @property
    def row(self) -> tuple[str, str, str, str]:
        wanted = f"at {'least' if self.at_least else 'most'} {self.limit:g}{self.unit}"
        return self.what, f"{self.measured:.4g}{self.unit}", wanted, "met" if self.met else "**missed**"
