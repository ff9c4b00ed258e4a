# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Waiting for the verification of a client's domain; documented in the module of the same name.

A module could not print anything while it waits.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._api.auth import check_account_id
from ..module_utils._api.errors import invalid
from ..module_utils._api.retry import check_seconds
from ..module_utils._dns_options import DNS_OPTIONS
from ..modules.cloudflare_oauth_client_wait import MODULE
from ..plugin_utils._action import ControllerAction
from ..plugin_utils._options import checked, mapping
from ..plugin_utils._waiting import Waiting


class ActionModule(ControllerAction):
    module = MODULE
    raw_options = ("dns",)

    def work(self, params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
        if not params["client_id"]:
            raise invalid("client_id", "it is empty (expected the ID of a client).")
        check_seconds("wait_timeout", params["wait_timeout"])
        check_seconds("wait_interval", params["wait_interval"], least=1)
        dns = checked("dns", mapping("dns", params["dns"]), DNS_OPTIONS)
        given = {**params, "account_id": check_account_id(params)}
        return Waiting(given, dns, check_mode, self.say).result()
