# SPDX-License-Identifier: GPL-3.0-or-later
"""Prints the guide "What happens when" from the table that the tests check."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from tests.integration.refusals import RAN_ON, REFUSALS
from tests.integration.weather import LASTING, REQUESTS, TABLE, Outcome

PAGE = Path(__file__).resolve().parents[2] / "docs/docsite/rst/guide_what_happens_when.rst"
SHORT = {
    Outcome.REPEATED: "repeated",
    Outcome.CHECKED: "read again, then repeated if needed",
    Outcome.TOLD: "fails, tells what became of it",
    Outcome.FAILED: "fails",
}
TEMPLATE = """\
..
  Copyright: (c) 2026, the oauthops.iam authors
  GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. The tables are made by tests/tools/weather_page.py from what the tests check; change them there.

.. _ansible_collections.oauthops.iam.docsite.guide_what_happens_when:

What happens when something goes wrong
======================================

Networks cut answers off, and Cloudflare's API offers no way to ask for something exactly once. So the modules repeat
a request only where that is harmless, and otherwise look for what became of it before they say anything. All failed
attempts and pauses of a task together take no longer than
:ansopt:`oauthops.iam.cloudflare_oauth_client#module:retry_timeout` seconds, which is 60 unless you set it; a pause
that Cloudflare asks for is kept to, as long as it fits. :ansplugin:`oauthops.iam.cloudflare_oauth_clients#module` alone
may take longer: to go slowly before the rate limit, by five minutes a request at the most, is how it gets its work
done. With ``-v`` the result shows what was waited for, as ``waited``.

When it goes wrong once
-----------------------

{once}

{outcomes}

Nothing is ever created twice, and no secret is minted twice, by a request that was repeated.

When it stays wrong
-------------------

Then the task fails, and nothing was changed. The page :ref:`Error codes
<ansible_collections.oauthops.iam.docsite.guide_errors>` lists all codes.

{lasting}

When a name server refuses the record
-------------------------------------

A task with :ansplugin:`oauthops.iam.rfc2136_txt_value#module`, or with the DNS provider ``rfc2136``, fails as follows,
also in check mode. Nothing was changed. The rows ran on {ran_on}, as Debian 12 has them.

{refusals}

When an answer with a secret was lost
-------------------------------------

Cloudflare shows a secret once. If the answer that held it is lost, nobody can read it again, and the message says so:

- **Creating a client.** The task looks for a client of that name. If it finds it, the message names its ID: the
  client is there, its secret is not. Run again, and the same task finds the client by its name; then mint a secret
  with :ansplugin:`oauthops.iam.cloudflare_oauth_client_secret#module` and ``state: rotated``, and delete the lost one
  with ``state: finalized``. If it does not find the client, run again: it is created, unless it has appeared in the
  meantime.
- **Rotating a secret.** The task reads the client. If a second secret is there, nobody has seen it; the older one
  goes on working. To get a usable one, the older has to go first: ``state: finalized`` and then ``state: rotated``,
  and in between applications cannot authenticate. Choose the moment. Where the secret goes into a file, an empty
  file beside it with ``.unreceived`` at the end of its name keeps this in mind: until another secret was received,
  running again, or finalizing with that file named, fails with the same words. If no second secret is there, run
  again.

When two runs meet
------------------

The API has no lock and no conditional write. Two controllers, or several hosts of one play, that create a client of
the same name at the same moment can both find none and both create one. After creating, each looks for others of that
name, and fails if there is one: the message lists the clients, and says how to delete the one that is not wanted.
Until then every task that names the client fails and lists both, so that none of them is used by mistake. Two
rotations at the same moment cannot be kept apart either; the one that Cloudflare refuses fails, and its message says
so. To be safe, let one controller manage an account, and run tasks on an account once, as with ``run_once: true`` or
``hosts: localhost``.
"""


def table(rows: Sequence[Sequence[str]]) -> str:
    """An RST list-table; the first row is the head."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in rows:
        lines += [f"   {'* -' if number == 0 else '  -'} {cell}" for number, cell in enumerate(row)]
    return "\n".join(lines)


def once_rows() -> Iterable[Sequence[str]]:
    yield ("What goes wrong", *REQUESTS.values())
    for weather in TABLE:
        yield (weather.what, *(SHORT[getattr(weather, kind)] for kind in REQUESTS))


def lasting_rows() -> Iterable[Sequence[str]]:
    yield ("What stays wrong", "error.code", "What to do")
    for lasting in LASTING:
        yield (lasting.what, f"``{lasting.code}``", lasting.advice)


def refusal_rows() -> Iterable[Sequence[str]]:
    yield ("Server", "What it was given", "error.code", "error.reason", "What to do")
    for refusal in REFUSALS:
        yield (refusal.setting, refusal.what, f"``{refusal.code}``", f"``{refusal.reason}``", refusal.advice)


def page() -> str:
    return TEMPLATE.format(
        once=table(list(once_rows())),
        outcomes="\n".join(f"- *{short}*: {outcome.value}" for outcome, short in SHORT.items()),
        lasting=table(list(lasting_rows())),
        ran_on=f"{', '.join(RAN_ON[:-1])} and {RAN_ON[-1]}",
        refusals=table(list(refusal_rows())),
    )


if __name__ == "__main__":
    print(page(), end="")
