# SPDX-License-Identifier: GPL-3.0-or-later
"""The page of the documentation, whole, from what was measured."""

from __future__ import annotations

import textwrap

from tests.bench.record import SECTIONS, Record
from tests.tools.weather_page import table

TEMPLATE = """\
..
  Copyright: (c) 2026, the oauthops.iam authors
  GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. This page is made by ``make bench`` from benchmark.json; its words are in tests/bench.

.. _ansible_collections.oauthops.iam.docsite.benchmark:

How fast it is
==============

What the collection takes is compared with what users would do without it, in the same run and on the same machine. The
other end is the `fake Cloudflare`__ of the tests, over the loopback interface: so this is the time of the software, and
the time of a network comes on top of it, except where the page says how much was added. Ansible has its defaults.

The cases take turns. A ratio is always one within a round, and what is shown is the median of {rounds} rounds, unless
the page says otherwise. To repeat it, in a checkout, on a machine that has nothing else to do (about 16 minutes):

.. code-block:: shell

   {command}

Measured on {date}:

{machine}

__ https://github.com/oauthops/oauthops.iam/blob/main/tests/fake_cloudflare/README.md

What was to be reached
----------------------

{targets}

{missed}

.. figure:: images/benchmark.svg
   :alt: The figures of the tables below, as bars and lines.

   The medians of the tables below. Shorter and lower is faster.

{chapters}

All figures of all rounds are in ``benchmark.json`` beside this page.
"""


def page(record: Record) -> str:
    targets = [("", "measured", "target", ""), *(target.row for target in record.targets())]
    return TEMPLATE.format(
        rounds=record.extent.rounds,
        command=record.command,
        date=record.date,
        machine="\n".join(f":{name}: {value}" for name, value in record.machine.items()),
        targets=table(targets),
        missed=missed(record),
        chapters="\n".join(chapters(record)).rstrip(),
    )


def missed(record: Record) -> str:
    """What stands in the way of the targets that were missed, each reason once."""
    reasons: dict[str, list[str]] = {}
    for target in record.targets():
        if not target.met and target.why:
            reasons.setdefault(target.why, []).append(target.what)
    told = (f"* {'; '.join(dict.fromkeys(whats))}: {why}" for why, whats in reasons.items())
    told = (textwrap.fill(text, 120, subsequent_indent="  ", break_on_hyphens=False) for text in told)
    return "\n\n".join(["What stands in the way:", *told]) if reasons else "All were reached."


def chapters(record: Record) -> list[str]:
    found = []
    for name, figures in record.sections.items():
        section = SECTIONS[name]
        found.append(f"{section.title}\n{'-' * len(section.title)}\n\n{section.chapter(figures, record.extent)}")
    return found
