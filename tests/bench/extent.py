# SPDX-License-Identifier: GPL-3.0-or-later
"""How much is measured: all of it, or as little as shows that it works."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Extent:
    rounds: int
    warm_up: bool
    tasks: int
    """So many times a task is in a play."""
    small: int
    medium: int
    large: int
    huge: int
    """Numbers of clients."""
    changes: int
    """Clients that are all changed, where the network is slow."""
    latency: int
    """What is added to each answer there, in milliseconds."""
    few_rounds: int = 0
    """For what took long, in runs that are on record from before."""
    hosts: int = 0
    """Accounts of a fleet; runs that are on record from before have none."""
    processes: int = 0
    """So many times a task that starts a process is in a play; in runs from before as often as any other."""
    concurrency: int = 8
    """What the module does at a time by default, which was less in runs that are on record from before."""


FULL = Extent(
    rounds=5,
    warm_up=True,
    tasks=10,
    small=10,
    medium=100,
    large=1000,
    huge=5000,
    hosts=200,
    changes=200,
    latency=80,
    processes=3,
    concurrency=16,
)
QUICK = Extent(
    rounds=1,
    warm_up=False,
    tasks=2,
    small=2,
    medium=3,
    large=4,
    huge=5,
    hosts=3,
    changes=3,
    latency=10,
    processes=2,
    concurrency=16,
)
