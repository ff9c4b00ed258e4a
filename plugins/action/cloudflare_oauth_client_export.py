# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Writing the definitions of an account's clients; documented in the module of the same name."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ..module_utils._api.auth import check_account_id
from ..module_utils._api.client import connect
from ..module_utils._oauth.clients import OAuthClients
from ..module_utils._oauth.model import Client, definition
from ..modules.cloudflare_oauth_client_export import MODULE
from ..plugin_utils._action import ControllerAction
from ..plugin_utils._definitions_text import check_variable, definitions_text
from ..plugin_utils._masking import without_secrets
from ..plugin_utils._text_file import check_writable, ensured

COMMENT = """\
OAuth clients of the Cloudflare account {account}{moment}.
Written by the playbook oauthops.iam.export. There is no secret in it."""


class ActionModule(ControllerAction):
    module = MODULE

    def work(self, params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
        account_id = check_account_id(params)
        check_writable("path", params["path"])
        check_variable(params["variable"])
        clients = OAuthClients(connect(params), account_id).all(exported)
        chosen = [client for client in clients if params["visibility"] in (None, client["visibility"])]
        moment = f" as of {params['time']}" if params["time"] else ""
        comment = COMMENT.format(account=account_id, moment=moment)
        text = definitions_text(chosen, params["variable"], params["name"], params["client_ids"], comment)
        change = ensured("path", params["path"], without_secrets(text, self.secrets), check_mode=check_mode)
        return {"changed": bool(change), **({"diff": [change]} if change and self._task.diff else {})}


def exported(client: Client) -> Client:
    """What an export needs of a client."""
    return {
        "client_id": client["client_id"],
        "client_name": client["client_name"],
        "visibility": client["visibility"],
        "definition": definition(client),
    }
