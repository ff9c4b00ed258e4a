# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the verification of a client's domain; documented in the module of the same name.

A module could not print anything while it waits. What is asked is asked where the task runs, by the modules for it.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible.errors import AnsibleActionFail
from ansible.utils.display import Display

from ansible_collections.oauthops.iam.plugins.module_utils._api.response import is_outage
from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import Patience
from ansible_collections.oauthops.iam.plugins.module_utils._module import CONNECTION_OPTIONS
from ansible_collections.oauthops.iam.plugins.modules import cloudflare_oauth_client_info, dns_txt_info
from ansible_collections.oauthops.iam.plugins.modules.cloudflare_oauth_client_wait import OPTIONS
from ansible_collections.oauthops.iam.plugins.plugin_utils._in_process import InProcess
from ansible_collections.oauthops.iam.plugins.plugin_utils._publication import duration, publication

display = Display()

SEEN = {
    True: "the record can be seen",
    False: "the record cannot be seen yet",
    None: "nobody can say who sees the record",
}
Params = Mapping[str, Any]
Result = dict[str, Any]


class ActionModule(InProcess):
    modules = (cloudflare_oauth_client_info, dns_txt_info)
    TRANSFERS_FILES = False
    _supports_check_mode = True
    _supports_async = False

    def run(self, tmp: str | None = None, task_vars: Result | None = None) -> Result:
        result: Result = super().run(tmp, task_vars)
        _validation, params = self.validate_argument_spec({**CONNECTION_OPTIONS, **OPTIONS})
        check_params(params)
        self._vars = task_vars or {}
        patience = Patience(0 if self._task.check_mode else params["wait_timeout"])
        found = self._wait(params, patience)
        return {**result, "changed": False, **found, "elapsed": round(patience.elapsed)}

    def _wait(self, params: Params, patience: Patience) -> Result:
        lookup: Result = {}
        known: Result = {}
        while True:
            told = self._ask("cloudflare_oauth_client_info", self._connection_of(params, patience))
            over = patience.remaining == 0
            if told.get("failed"):
                if over or not is_passing(told):
                    return last_known(told, known)
                self._tell(f"Cloudflare cannot be asked at the moment; {progress(patience)}")
            else:
                client = the_client(told, params["client_id"], known=bool(known))
                lookup = lookup if lookup.get("visible") else self._look_up(client, params)
                status = publication(client, lookup, params["dns_provider"], datetime.now(timezone.utc))
                known = {**client, "lookup": lookup, "phase": status["phase"]}
                if over or status["restart"] or not is_searched_for(client):
                    return known
                self._tell(line(client, status["phase"], lookup, patience))
            patience.rest(params["wait_interval"])

    def _connection_of(self, params: Params, patience: Patience) -> Result:
        """The connection options; a request is repeated no longer than there is time to wait."""
        given = {name: params[name] for name in CONNECTION_OPTIONS if params[name] is not None}
        limit = min(params["retry_timeout"], patience.remaining) if params["wait_timeout"] else params["retry_timeout"]
        return {**given, "retry_timeout": limit, "client_id": params["client_id"]}

    def _look_up(self, client: Params, params: Params) -> Result:
        record = client["publishing"]["dns_record"]
        if params["dns_lookup"] == "none" or not record or not record["value"]:
            return {}
        seen = self._ask(
            "dns_txt_info",
            {
                "name": record["name"],
                "value": record["value"],
                "method": params["dns_lookup"],
                "servers": params["dns_servers"],
                "resolver_url": params["dns_resolver_url"],
            },
        )
        if seen.get("failed"):
            raise AnsibleActionFail(f"DNS could not be asked: {seen['msg']}")
        return seen

    def _ask(self, module: str, args: Result) -> Result:
        answer: Result = self._execute_module(
            module_name=f"oauthops.iam.{module}", module_args=args, task_vars=self._vars
        )
        return {key: value for key, value in answer.items() if key not in ("invocation", "changed")}

    def _tell(self, text: str) -> None:
        if not self._task.no_log:
            display.display(f"[{self._vars.get('inventory_hostname', 'localhost')}] {text}")


def check_params(params: Params) -> None:
    if not params["client_id"]:
        raise AnsibleActionFail("client_id must be the ID of a client, and not empty.")
    if not 0 <= params["wait_timeout"] < float("inf"):
        raise AnsibleActionFail(f"wait_timeout must be a number of seconds, not {params['wait_timeout']!r}.")
    if not 1 <= params["wait_interval"] < float("inf"):
        raise AnsibleActionFail(
            f"wait_interval must be a number of seconds from 1 on, not {params['wait_interval']!r}."
        )


def is_passing(failure: Params) -> bool:
    """Whether Cloudflare or the way to it failed, and not the request."""
    error = failure.get("error") or {}
    status = error.get("status")
    return bool(error) and (status is None or status == 429 or is_outage(status))


def last_known(failure: Result, known: Result) -> Result:
    """What was seen before Cloudflare could not be asked any more, with a warning; else the failure."""
    if not known or not is_passing(failure):
        return failure
    return {**known, "warnings": [f"What is told of the client is not its last state. {failure['msg']}"]}


def is_searched_for(client: Params) -> bool:
    """Whether there is a domain, and Cloudflare has not seen its record."""
    return bool(client["publishing"]["dns_record"]) and "client_uri_verification" in client["publishing"]["missing"]


def the_client(told: Params, client_id: str, *, known: bool) -> Result:
    if not told["oauth_clients"]:
        where = "any more: somebody has deleted it" if known else "in this account"
        raise AnsibleActionFail(f"There is no OAuth client {client_id!r} {where}.")
    client = dict(told["oauth_clients"][0])
    return {"oauth_client": client, "publishing": client.pop("publishing")}


def line(client: Params, phase: str, lookup: Params, patience: Patience) -> str:
    host = (client["publishing"]["dns_record"] or {}).get("name") or client["oauth_client"]["client_id"]
    seen = f" ({SEEN[lookup['visible']]})" if "visible" in lookup else ""
    return f"{host}: {phase}{seen}; {progress(patience)}"


def progress(patience: Patience) -> str:
    return f"{duration(patience.elapsed)} elapsed, {duration(patience.remaining)} remaining"
