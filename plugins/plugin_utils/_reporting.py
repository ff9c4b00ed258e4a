# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Listing an account, comparing it with definitions, and the files of the report. Private to this collection."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ..module_utils._api.auth import check_account_id
from ..module_utils._api.client import connect
from ..module_utils._api.errors import UsageError, invalid
from ..module_utils._oauth.bulk import reconcile_all
from ..module_utils._oauth.clients import OAuthClients
from ..module_utils._oauth.definitions import given_definitions
from ..module_utils._oauth.entries import checked_entries
from ..module_utils._oauth.model import Client
from ..module_utils._oauth.promotion import publishing
from ..module_utils._oauth.validate import DEFINITION_OPTIONS
from ._drift_report import drift_report, kinds_of
from ._moment import moment, now
from ._options import checked
from ._report_page import report_page
from ._report_text import report_lines

Params = Mapping[str, Any]
Report = Mapping[str, Any]
Result = dict[str, Any]

FORMS: Mapping[str, Callable[[Report], str]] = {
    "html_file": report_page,
    "json_file": lambda report: json.dumps(report, indent=2) + "\n",
    "text_file": lambda report: "\n".join(report_lines(report)) + "\n",
}
# How definitions are compared: as a run that changes nothing.
COMPARED: Params = {
    "client_secret_dir": None,
    "concurrency": 16,
    "force": False,
    "prune": False,
    "results": "changed",
    "return_client_secret": True,  # a new client needs a destination for its secret, and here none is created
    "validate_scopes": False,  # an unknown scope is a finding of its own
}


class Seen(OAuthClients):
    """Remembers the clients that were listed last, so that one listing is enough."""

    listed: Sequence[Client] = ()

    def all(self, keep: Callable[[Client], Client] = dict) -> list[Client]:
        self.listed = super().all()
        return [keep(client) for client in self.listed]


def reported(params: Params) -> tuple[Report, list[str]]:
    """The report on the account, and the warnings about its clients. Raises UsageError for invalid options."""
    account_id = check_account_id(params)
    time = moment("now", params["now"]) if params["now"] else now()
    kinds = kinds_of(params["fail_on"])
    given = {**params, **COMPARED, **sources(params)}
    # The file of a secret concerns only the run that creates the client, which can be on another machine.
    entries = checked_entries(({**entry, "client_secret_file": None} for entry in given_definitions(given)), given)
    clients = Seen(connect(params, given["concurrency"]), account_id)
    plan = compared(clients, entries, given)
    account = [{**client, "publishing": publishing(client)} for client in clients.listed]
    return drift_report(plan, account, clients.scope_ids(), time, params["title"], kinds), plan["warnings"]


def sources(params: Params) -> Result:
    """The two options for definitions, of which one may be set. An empty text is not set, as in a survey."""
    files = [path for path in params["definitions_file"] if path]
    if files and params["clients"]:
        raise invalid("definitions_file", "clients is set as well. Set only one of the two.")
    clients = [checked(f"clients[{at}]", entry, DEFINITION_OPTIONS) for at, entry in enumerate(params["clients"])]
    return {"clients": clients, "definitions_file": files or None}


def compared(clients: OAuthClients, entries: list[Result], params: Params) -> Result:
    """What a run would do. Definitions that cannot be applied are findings."""
    try:
        return reconcile_all(clients, entries, params, check_mode=True)
    except UsageError as failure:
        if failure.code != "clients_failed":
            raise
        return failure.extra
