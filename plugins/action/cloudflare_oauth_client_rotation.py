# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rotating the secret of a client through a store; documented in the module of the same name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._api.auth import check_account_id
from ..module_utils._api.client import connect
from ..module_utils._oauth.clients import OAuthClients, find_client
from ..module_utils._oauth.model import not_found
from ..modules.cloudflare_oauth_client_rotation import MODULE, check_params
from ..plugin_utils._handover import Handover
from ..plugin_utils._minting import Minting
from ..plugin_utils._rotation import Rotation
from ..plugin_utils._store_action import StoreAction
from ..plugin_utils._stores.record import StoredRecord


class ActionModule(StoreAction):
    module = MODULE

    def work(self, params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
        check_params(params)
        account_id = check_account_id(params)
        clients = OAuthClients(connect(params), account_id)
        with self.store(params["store"], check_mode=check_mode) as store:
            client_id = params["client_id"] or named(clients, params["client_name"])
            given = {**params, "client_id": client_id, "account_id": account_id}
            handover = Handover(params["handover_dir"], client_id, check_mode=check_mode)
            with self.one_at_a_time(handover, client_id, params):
                kept = StoredRecord(store, client_id)
                minting = Minting(kept, handover, given, self.say)
                try:
                    return Rotation(clients, minting, given, check_mode).result()
                finally:
                    self.hide(minting.secret, kept.secret)


def named(clients: OAuthClients, client_name: str) -> str:
    client = find_client(clients, None, client_name)
    if client is None:
        raise not_found("client_name", client_name)
    return str(client["client_id"])
