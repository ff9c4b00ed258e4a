# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the verification of a client's domain; documented in the module of the same name.

A module could not print anything while it waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from ansible.utils.display import Display

from ansible_collections.oauthops.iam.plugins.module_utils._api.auth import check_account_id
from ansible_collections.oauthops.iam.plugins.module_utils._api.client import connect
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError, UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._api.response import is_outage
from ansible_collections.oauthops.iam.plugins.module_utils._api.retry import Patience
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.clients import OAuthClients
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import publishing
from ansible_collections.oauthops.iam.plugins.modules import dns_txt_info
from ansible_collections.oauthops.iam.plugins.modules.cloudflare_oauth_client_wait import MODULE
from ansible_collections.oauthops.iam.plugins.plugin_utils._action import ControllerAction
from ansible_collections.oauthops.iam.plugins.plugin_utils._publication import duration, publication

display = Display()

SEEN = {
    True: "the record can be seen",
    False: "the record cannot be seen yet",
    None: "nobody can say who sees the record",
}
# What the options of dns_txt_info are called here.
LOOKUP_OPTIONS = {"servers": "dns_servers", "resolver_url": "dns_resolver_url"}
Params = Mapping[str, Any]
Result = dict[str, Any]


class ActionModule(ControllerAction):
    module = MODULE

    def work(self, params: Params, check_mode: bool) -> Result:
        check_params(params)
        patience = Patience(0 if check_mode else params["wait_timeout"])
        return {"changed": False, **self.last_seen(params, patience), "elapsed": round(patience.elapsed)}

    def last_seen(self, params: Params, patience: Patience) -> Result:
        """The client as it was seen last: when its search is over, or the time is."""
        lookup: Result = {}
        known: Result = {}
        while True:
            over = patience.remaining == 0
            try:
                client = the_client(params, patience, known=bool(known))
            except CloudflareError as failure:
                if over or not is_passing(failure):
                    return last_known(failure, known)
                self.tell(f"Cloudflare cannot be asked at the moment; {progress(patience)}")
            else:
                lookup = lookup if lookup.get("visible") else looked_up(client, params)
                status = publication(client, lookup, params["dns_provider"], datetime.now(timezone.utc))
                known = {**client, "lookup": lookup, "phase": status["phase"]}
                if over or status["restart"] or not is_searched_for(client):
                    return known
                self.tell(line(client, status["phase"], lookup, patience))
            patience.rest(params["wait_interval"])

    def tell(self, text: str) -> None:
        if not self._task.no_log:
            display.display(f"[{self.task_vars.get('inventory_hostname', 'localhost')}] {text}")


def check_params(params: Params) -> None:
    if not params["client_id"]:
        raise UsageError("invalid_option", "client_id must be the ID of a client, and not empty.", option="client_id")
    if not 0 <= params["wait_timeout"] < float("inf"):
        text = f"wait_timeout must be a number of seconds, not {params['wait_timeout']!r}."
        raise UsageError("invalid_option", text, option="wait_timeout")
    if not 1 <= params["wait_interval"] < float("inf"):
        text = f"wait_interval must be a number of seconds from 1 on, not {params['wait_interval']!r}."
        raise UsageError("invalid_option", text, option="wait_interval")


def the_client(params: Params, patience: Patience, *, known: bool) -> Result:
    """The client with what its publication lacks; a request is repeated no longer than there is time to wait."""
    limit = min(params["retry_timeout"], patience.remaining) if params["wait_timeout"] else params["retry_timeout"]
    api = connect({**params, "retry_timeout": limit})
    client = OAuthClients(api, check_account_id(params)).get(params["client_id"])
    if client is None:
        where = "any more: somebody has deleted it" if known else "in this account"
        text = f"There is no OAuth client {params['client_id']!r} {where}."
        raise UsageError("client_not_found", text, option="client_id")
    return {"oauth_client": client, "publishing": publishing(client)}


def looked_up(client: Params, params: Params) -> Result:
    record = client["publishing"]["dns_record"]
    if params["dns_lookup"] == "none" or not record or not record["value"]:
        return {}
    asked = {
        **{name: option.get("default") for name, option in dns_txt_info.OPTIONS.items()},
        "name": record["name"],
        "value": record["value"],
        "method": params["dns_lookup"],
        "servers": params["dns_servers"],
        "resolver_url": params["dns_resolver_url"],
    }
    try:
        seen = dns_txt_info.run(asked, False)
    except UsageError as failure:
        option = LOOKUP_OPTIONS.get(failure.option or "")
        raise UsageError(failure.code, f"DNS could not be asked: {failure.message}", option=option) from None
    return {name: value for name, value in seen.items() if name != "changed"}


def is_passing(failure: CloudflareError) -> bool:
    """Whether Cloudflare or the way to it failed, and not the request."""
    return failure.status is None or failure.status == 429 or is_outage(failure.status)


def last_known(failure: CloudflareError, known: Result) -> Result:
    """What was seen before Cloudflare could not be asked any more, with a warning; else raises the failure."""
    if not known or not is_passing(failure):
        raise failure
    return {**known, "warnings": [f"What is told of the client is not its last state. {failure.message}"]}


def is_searched_for(client: Params) -> bool:
    """Whether there is a domain, and Cloudflare has not seen its record."""
    return bool(client["publishing"]["dns_record"]) and "client_uri_verification" in client["publishing"]["missing"]


def line(client: Params, phase: str, lookup: Params, patience: Patience) -> str:
    host = (client["publishing"]["dns_record"] or {}).get("name") or client["oauth_client"]["client_id"]
    seen = f" ({SEEN[lookup['visible']]})" if "visible" in lookup else ""
    return f"{host}: {phase}{seen}; {progress(patience)}"


def progress(patience: Patience) -> str:
    return f"{duration(patience.elapsed)} elapsed, {duration(patience.remaining)} remaining"
