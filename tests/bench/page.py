# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the documentation, whole, from what was measured."""

from __future__ import annotations

import textwrap

from tests.bench.editions import COMMIT
from tests.bench.record import SECTIONS, Record
from tests.tools.weather_page import table

TEMPLATE = """\
..
  Copyright: (c) 2026, the oauthops.iam authors
  GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. This page is made by ``make bench`` from benchmark.json; its words are in tests/bench.

.. _ansible_collections.oauthops.iam.docsite.benchmark:

Speed and memory
================

This page shows how fast the collection is, and how much memory it needs. It compares the collection with ``uri`` tasks,
with a script that uses Cloudflare's official Python library (the SDK), and with the first edition. The first edition is
this collection before it was rewritten, at commit {commit}.

All runs send their requests to a `fake Cloudflare <{fake}>`__
on the same machine, so a real run also waits for the network. In some runs each response is delayed, to represent a
distant server. These runs are marked with the milliseconds added.

Results
-------

Unless marked with *whole command*, times are *above an empty play*: the time of a play without tasks is subtracted. All
figures are medians of {rounds} rounds, or were measured once where the section below says so. A round has one run of
each compared case.

{results}

.. figure:: images/benchmark.svg
   :alt: Bars and lines with the times of tasks, of publish runs and of many clients, and with the memory.

   Medians of the tables below. Shorter bars and lower lines are better. *Own process* is a Python process that Ansible
   starts for a module. *Role* and *playbook* are those of this collection. *By hand* is a playbook with ``uri``, and
   *shortest* does not read the zone and its records. *A file* is the option ``definitions_file``.

Targets
-------

A *speed* of 2x means half the time, and a *time* of 2x means twice the time. Where a target covers several runs, the
worst counts.

* *in a loop*: one task with ``loop``.
* *as separate tasks*: several tasks in a play, without a loop.
* *round trip*: the request and its response alone, without Ansible.
* *event*: the data that AWX stores about a task, with its result.

{targets}

{missed}

{chapters}

Method
------

Compared runs take turns, and every other round has the reverse order. A speed or time in *Targets* is the median of the
ratios within the rounds. Where a run was measured once, it is one ratio. Ansible has its default settings.

``1.1 (0.7 to 1.2)`` is the median of the rounds, with the lowest and the highest. A single number is a median, or was
measured once. A time can be negative where it is smaller than the
variation of Ansible's start.

Measured on {date}:

{machine}

To repeat the benchmark, use a checkout on a machine without other load. It takes about 16 minutes:

.. code-block:: shell

   {command}

The figures of all rounds are in ``benchmark.json`` beside this page.
"""

REASONS = "Reasons for missed targets"
FAKE = "https://github.com/oauthops/oauthops.iam/blob/main/tests/fake_cloudflare/README.md"


def page(record: Record) -> str:
    targets = [("Comparison", "Measured", "Target", "Result"), *(target.row for target in record.targets())]
    return TEMPLATE.format(
        rounds=record.extent.rounds,
        command=record.command,
        date=record.date,
        machine="\n".join(f":{name}: {value}" for name, value in record.machine.items()),
        fake=FAKE,
        commit=COMMIT,
        results="\n".join(results(record)),
        targets=table(targets),
        missed=missed(record),
        chapters="\n".join(chapters(record)).rstrip(),
    )


def results(record: Record) -> list[str]:
    found = (
        text for name, figures in record.sections.items() for text in SECTIONS[name].results(figures, record.extent)
    )
    return [bullet(text) for text in found]


def missed(record: Record) -> str:
    """Why targets were missed, each reason once."""
    reasons: dict[str, list[str]] = {}
    for target in record.targets():
        if not target.met and target.why:
            reasons.setdefault(target.why, []).append(target.what)
    if not reasons:
        return "All targets are met." if all(target.met for target in record.targets()) else ""
    given = ("\n".join([*map(bullet, dict.fromkeys(whats)), "", filled(why)]) for why, whats in reasons.items())
    return "\n\n".join([f"{REASONS}\n{'~' * len(REASONS)}", *given])


def bullet(text: str) -> str:
    return filled(f"* {text}", "  ")


def filled(text: str, indent: str = "") -> str:
    return textwrap.fill(text, 120, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def chapters(record: Record) -> list[str]:
    found = []
    for name, figures in record.sections.items():
        section = SECTIONS[name]
        found.append(f"{section.title}\n{'-' * len(section.title)}\n\n{section.chapter(figures, record.extent)}")
    return found
