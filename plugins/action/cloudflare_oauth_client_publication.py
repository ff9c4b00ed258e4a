# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Taking a client towards being public; documented in the module of the same name."""

from __future__ import annotations

import contextlib
import hashlib
from collections.abc import Iterator, Mapping
from typing import Any

from ..module_utils._api.auth import check_account_id
from ..module_utils._api.client import connect
from ..module_utils._dns_options import DNS_OPTIONS
from ..module_utils._oauth.clients import OAuthClients
from ..module_utils._oauth.validate import DEFINITION_OPTIONS
from ..modules.cloudflare_oauth_client_publication import MODULE
from ..plugin_utils._dns_provider import provider_of
from ..plugin_utils._handover import Handover
from ..plugin_utils._minting import Minting
from ..plugin_utils._options import checked, mapping
from ..plugin_utils._publishing import Publishing, check_wanted
from ..plugin_utils._store_action import StoreAction
from ..plugin_utils._stored_creation import StoredCreation
from ..plugin_utils._stores.record import StoredRecord

Params = Mapping[str, Any]
# The handover files of clients that have no ID yet.
NEW = "new"


class ActionModule(StoreAction):
    module = MODULE
    raw_options = ("client", "dns", "store")

    def work(self, params: Params, check_mode: bool) -> dict[str, Any]:
        wanted = checked("client", mapping("client", params["client"]), DEFINITION_OPTIONS)
        check_wanted(wanted)
        dns = checked("dns", mapping("dns", params["dns"]), DNS_OPTIONS)
        given = {**params, "account_id": check_account_id(params)}
        api = connect(params)
        provider = provider_of(dns, api, self._loader.get_basedir())
        clients = OAuthClients(api, given["account_id"])
        with self.secret_of(wanted, given, check_mode=check_mode) as secret:
            return Publishing(clients, wanted, provider, dns, secret, given, check_mode).result()

    @contextlib.contextmanager
    def secret_of(self, wanted: Params, params: Params, *, check_mode: bool) -> Iterator[StoredCreation | None]:
        """Where the client's secret is kept, with the lock of the client."""
        if params["state"] != "prepared" or not params["store"] or params["discard_client_secret"]:
            yield None
            return
        handover = Handover(params["handover_dir"], NEW, check_mode=check_mode)
        with self.store(params["store"], check_mode=check_mode) as store:
            kept = StoredRecord(store, None)
            minting = Minting(kept, handover, params, self.say)
            try:
                with self.one_at_a_time(handover, lock_name(wanted), params):
                    yield StoredCreation(minting)
            finally:
                self.hide(minting.secret, kept.secret)


def lock_name(wanted: Params) -> str:
    """A client that may be created is known only by its name."""
    return str(wanted["client_id"] or hashlib.sha256(wanted["client_name"].encode()).hexdigest()[:32])
