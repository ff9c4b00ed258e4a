#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_client_info
short_description: List the OAuth clients of a Cloudflare account
version_added: 0.1.0
description:
  - Lists the OAuth clients of an account, all of them or those that match every given filter.
  - Never returns a secret. Cloudflare shows a secret once, when the client is created or the secret is rotated.
  - The token needs the permission C(OAuth Client Read).
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._attributes.reader
  - oauthops.iam._attributes
options:
  client_id:
    description:
      - Only the client with this ID. An empty ID is refused, so that a missing value does not list every client.
    type: str
  client_name:
    description: Only the clients with exactly this name. An empty name is refused.
    type: str
  visibility:
    description: Only the clients with this visibility.
    type: str
    choices: [private, public]
  verification_status:
    description: Only the clients whose domain (hostname of C(client_uri)) has this verification status.
    type: str
    choices: [pending, in_progress, verified, failed]
  has_rotated_secret:
    description: Only the clients with two valid secrets (V(true)) or at most one (V(false)).
    type: bool
seealso:
  - module: oauthops.iam.cloudflare_oauth_client
  - module: oauthops.iam.cloudflare_oauth_clients
"""

EXAMPLES = r"""
- name: List all clients
  oauthops.iam.cloudflare_oauth_client_info:
  register: all_clients

- name: List the clients with two valid secrets
  oauthops.iam.cloudflare_oauth_client_info:
    has_rotated_secret: true
  register: open_rotations

- name: Read one client as module options
  oauthops.iam.cloudflare_oauth_client_info:
    client_name: Example App
  register: example_app

- name: Apply the definition, which changes nothing
  oauthops.iam.cloudflare_oauth_client: "{{ example_app.oauth_clients[0].definition }}"
"""

RETURN = r"""
account_id:
  description: The account.
  returned: success
  type: str
  sample: 0123456789abcdef0123456789abcdef
oauth_clients:
  description:
    - The clients, with the keys of RV(oauthops.iam.cloudflare_oauth_client#module:oauth_client) and these two.
    - An empty list when nothing matches.
  returned: success
  type: list
  elements: dict
  contains:
    definition:
      description:
        - The options of M(oauthops.iam.cloudflare_oauth_client) that define this client. Empty values, and values that
          Cloudflare adds, are left out. It has C(client_name), not C(client_id), so it can be used in another account.
      type: dict
      sample:
        client_name: Example CLI
        grant_types: [authorization_code]
        redirect_uris: [http://localhost:8976/callback]
        response_types: [code]
        scopes: [account-settings.read]
        token_endpoint_auth_method: none
        visibility: private
    publishing:
      description: The state of publishing, as RV(oauthops.iam.cloudflare_oauth_client#module:publishing).
      type: dict
error:
  description: Why the task failed, as RV(oauthops.iam.cloudflare_oauth_client#module:error).
  returned: when the task failed
  type: dict
waited:
  description: Messages about each pause before a request, as RV(oauthops.iam.cloudflare_oauth_client#module:waited).
  returned: when a request was repeated, a change was not yet visible in a response, or the rate limit was near
  type: list
  elements: str
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._api.auth import check_account_id
from ..module_utils._api.client import connect
from ..module_utils._module import CloudflareModule, check_not_empty
from ..module_utils._oauth.clients import OAuthClients
from ..module_utils._oauth.model import Client, definition, verification_status
from ..module_utils._oauth.promotion import publishing

OPTIONS: Mapping[str, Any] = {
    "client_id": {"type": "str"},
    "client_name": {"type": "str"},
    "visibility": {"type": "str", "choices": ["private", "public"]},
    "verification_status": {"type": "str", "choices": ["pending", "in_progress", "verified", "failed"]},
    "has_rotated_secret": {"type": "bool"},
}


def matches(client: Client, params: Mapping[str, Any]) -> bool:
    """Whether a client has every value that is asked for."""
    held = {**client, "verification_status": verification_status(client)}
    return all(params[name] in (None, held[name]) for name in OPTIONS)


def run(params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    check_not_empty(params, "client_id", "client_name")
    account_id = check_account_id(params)
    clients = OAuthClients(connect(params), account_id)
    one = clients.get(params["client_id"]) if params["client_id"] else None
    found = [one] if one else [] if params["client_id"] else clients.all()
    return {
        "changed": False,
        "account_id": account_id,
        "oauth_clients": [
            {**client, "definition": definition(client), "publishing": publishing(client)}
            for client in found
            if matches(client, params)
        ],
    }


MODULE = CloudflareModule(run, OPTIONS)
main = MODULE.main

if __name__ == "__main__":
    main()
