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
    Outcome.TOLD: "fails, reports the outcome",
    Outcome.FAILED: "fails",
}
TEMPLATE = """\
..
  Copyright: (c) 2026, the oauthops.iam authors
  GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
  SPDX-License-Identifier: GPL-3.0-or-later

.. The tables are made by tests/tools/weather_page.py from what the tests check; change them there.

.. _ansible_collections.oauthops.iam.docsite.guide_what_happens_when:

Retries, lost responses and concurrent runs
===========================================

Look up what a task does when the network, Cloudflare or a name server fails, and what the next run does.

How requests are retried
------------------------

The modules repeat a request only where that is harmless. Otherwise they first check whether it was carried out.

- :ansopt:`oauthops.iam.cloudflare_oauth_client#module:retry_timeout` limits all failed attempts and pauses of a task
  together. The default is 60 seconds. Modules wait for the time in the header ``Retry-After``, within
  this limit.
- :ansplugin:`oauthops.iam.cloudflare_oauth_clients#module` may take longer, because it slows down before the rate
  limit, by at most five minutes per request.
- With ``-v`` the result shows each wait and its cause, as ``waited``.

Failures of a request
---------------------

{once}

{outcomes}

A repeated request never creates a client twice and never mints a second secret.

Failures that last
------------------

The failed request changed nothing; earlier requests of the task may have.
:ref:`ansible_collections.oauthops.iam.docsite.guide_errors` lists all codes.

{lasting}

Refused DNS updates
-------------------

A task with :ansplugin:`oauthops.iam.rfc2136_txt_value#module`, or with the DNS provider ``rfc2136``, fails as follows,
also in check mode. Nothing was changed. Tested with {ran_on} of Debian 12.

{refusals}

Lost secrets
------------

Cloudflare shows a secret once. If the response that held it is lost, the secret cannot be read again, and the message
says so.

- **Creating a client.** The task looks for a client of that name.

  - If it finds the client, the message names its ID. The client exists, its secret is lost. With a store, rotate the
    secret with :ansplugin:`oauthops.iam.oauth_client_rotate#role`, then publish again. Without one, mint a secret with
    :ansplugin:`oauthops.iam.cloudflare_oauth_client_secret#module` and ``state: rotated``, and delete the lost one with
    ``state: finalized``.
  - If it does not find the client, run again. The client is created, unless it has appeared in the meantime.

- **Rotating a secret.** The task reads the client.

  - If a second secret is there, its value is lost. The older one keeps working, but has to be deleted before another
    can be minted. In between applications cannot authenticate, so choose the moment.

    - With the role, see "Replace a lost secret" in :ref:`ansible_collections.oauthops.iam.docsite.guide_rotate`.
    - With the module, run ``state: finalized`` without ``client_secret_file``, then ``state: rotated`` with it. An
      empty file beside the secret file, whose name ends with ``.unreceived``, marks the loss. While this mark exists,
      finalizing with ``client_secret_file`` fails (``newer_secret_missing``). The next rotation removes the mark.

  - If no second secret is there, run again.

Concurrent runs
---------------

The API has no lock and no conditional write.

- **The roles.** Publishing with a store and rotating hold a lock for the client on the controller. A second run waits
  for 60 seconds, then fails with ``locked`` and names the process that holds the lock. The modules have the option
  ``lock_timeout`` for this.
- **Several controllers.** While a run mints, the key ``rotation`` in the store has a value that begins with
  ``minting-``. Runs on other controllers fail with ``rotation_busy``. If two runs write this value at the same moment,
  ``hashi_vault`` and ``aws_secrets_manager`` refuse the second write. With other stores, a run reads the value back,
  and can miss a collision.
- **Creating a client without a store.** Two runs can both find no client and both create one. Each run looks for
  other clients of that name afterwards. If there is one, the run fails, lists the clients, and says how to delete the
  duplicate. Until then every task with this ``client_name`` fails.
- **The module cloudflare_oauth_client_secret.** It takes no lock, so never run two of its tasks for a client at the
  same time. Cloudflare allows two secrets per client, but does not document how the API responds to a third.

To be safe, let one controller manage an account, and run each task for an account once, with ``run_once: true``
or ``hosts: localhost``.

Tests
-----

The tests check every row of these tables. They try at least {requests} requests that fail, {responses} responses, and
{addresses} addresses, credentials and proxies. For DNS they try {names} zones, updates and lookups, and for files
{files} owners, links and locks.
"""

HTTP, FILES = "tests/unit/module_utils/api", "tests/unit/module_utils"
# Kinds of inputs in the last section, how many the tests try at least, and which tests these are.
INPUTS: Sequence[tuple[str, int, tuple[str, ...]]] = (
    ("requests", 936, ("tests/integration/test_weather.py",)),
    (
        "responses",
        414,
        (f"{HTTP}/test_response.py", f"{HTTP}/test_client_pages.py", "tests/integration/stores/test_http.py"),
    ),
    ("addresses", 131, (f"{HTTP}/test_auth.py", f"{HTTP}/test_proxy.py", f"{HTTP}/test_transport.py")),
    (
        "names",
        411,
        (
            "tests/integration/test_zones_at_cloudflare.py",
            "tests/unit/modules/test_oauth_domain_record.py",
            "tests/unit/module_utils/dns/test_cloudflare_zone.py",
            "tests/integration/dns/test_update_servers.py",
            "tests/integration/dns/test_rfc2136.py",
            "tests/integration/dns/test_lookup.py",
            "tests/integration/dns/test_resolver.py",
        ),
    ),
    (
        "files",
        182,
        (
            f"{FILES}/test_files.py",
            f"{FILES}/test_places.py",
            "tests/unit/modules/test_files_of_others.py",
            "tests/unit/plugin_utils/test_lock.py",
        ),
    ),
)


def table(rows: Sequence[Sequence[str]]) -> str:
    """An RST list-table; the first row is the head."""
    lines = [".. list-table::", "   :header-rows: 1", ""]
    for row in rows:
        lines += [f"   {'* -' if number == 0 else '  -'} {cell}" for number, cell in enumerate(row)]
    return "\n".join(lines)


def bullets(texts: Iterable[str]) -> str:
    """A list in a cell of such a table."""
    return "\n       ".join(f"- {text}" for text in texts)


def once_rows() -> Iterable[Sequence[str]]:
    """Failures with the same outcomes share a row."""
    yield ("What goes wrong", *REQUESTS.values())
    same: dict[tuple[str, ...], list[str]] = {}
    for weather in TABLE:
        same.setdefault(tuple(SHORT[getattr(weather, kind)] for kind in REQUESTS), []).append(weather.what)
    for outcomes, failures in same.items():
        yield (bullets(shortened(failures)), *outcomes)


def shortened(failures: Iterable[str]) -> Iterable[str]:
    """One line for failures that differ only in their status."""
    statuses: dict[str, list[str]] = {}
    for what in failures:
        text, _status, number = what.removesuffix(")").partition(" (status ")
        statuses.setdefault(text if number else what, []).append(number)
    for text, numbers in statuses.items():
        yield f"{text} (status {', '.join(numbers)})" if any(numbers) else text


def lasting_rows() -> Iterable[Sequence[str]]:
    yield ("What is wrong", "error.code", "What to do")
    for lasting in LASTING:
        yield (lasting.what, f"``{lasting.code}``", lasting.advice)


def refusal_rows() -> Iterable[Sequence[str]]:
    """Refusals of a server with the same remedy share a row."""
    yield ("Server", "Key of the update", "error.code", "error.reason", "What to do")
    same: dict[tuple[str, ...], list[str]] = {}
    for each in REFUSALS:
        same.setdefault((each.server, each.code, each.reason, each.advice), []).append(each.what)
    for (server, code, reason, advice), keys in same.items():
        yield (server, ", ".join(keys), f"``{code}``", f"``{reason}``", advice)


def page() -> str:
    return TEMPLATE.format(
        once=table(list(once_rows())),
        outcomes="\n".join(f"- *{short}*: {outcome.value}" for outcome, short in SHORT.items()),
        lasting=table(list(lasting_rows())),
        ran_on=f"{', '.join(RAN_ON[:-1])} and {RAN_ON[-1]}",
        refusals=table(list(refusal_rows())),
        **{kind: str(number) for kind, number, _tests in INPUTS},
    )


if __name__ == "__main__":
    print(page(), end="")
