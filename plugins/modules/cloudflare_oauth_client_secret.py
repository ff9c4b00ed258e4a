#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_client_secret
short_description: Create a second secret of a Cloudflare OAuth client, or delete the older one
version_added: 0.1.0
description:
  - An OAuth client can have two valid secrets. O(state=rotated) mints (creates) the second one, which opens a rotation.
    The older one keeps working. When every application uses the new one, O(state=finalized) deletes the older one,
    which closes the rotation.
  - One task never does both, because every application has to get the new secret in between.
  - The task fails for a client with C(token_endpoint_auth_method=none), which has no secret.
  - The token needs the permissions C(OAuth Client Read) and C(OAuth Client Write).
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._attributes.minting
  - oauthops.iam._attributes
attributes:
  idempotent:
    support: partial
    details:
      - O(state=rotated) changes nothing while a rotation is open, and O(state=finalized) changes nothing while none is.
      - A run of O(state=rotated) after O(state=finalized) mints another secret, because Cloudflare does not report the
        age of a secret.
options:
  state:
    description:
      - V(rotated) mints a second secret. If there are two already, it changes nothing, and returns a message. It fails
        if O(client_secret_file) is known not to hold the newer secret, because that secret is lost.
      - V(finalized) deletes the older of two secrets. Applications that still use it fail to authenticate at once. With
        O(client_secret_file), it fails if that file is known not to hold the newer secret.
    type: str
    choices: [rotated, finalized]
    required: true
  client_id:
    description: The ID of the client. This or O(client_name) is required.
    type: str
  client_name:
    description: The exact name of the client, instead of O(client_id). The task fails when several clients have it.
    type: str
  client_secret_file:
    description:
      - The absolute path of the file on the target that gets the new secret, without a line break and with mode
        C(0600). It is replaced in one step, and is reserved before the secret is minted. Owner and symbolic links are
        as for O(oauthops.iam.cloudflare_oauth_client#module:client_secret_file).
      - An empty file beside it, whose name ends with C(.unreceived), marks that this file does not hold the newer
        secret. It exists while a secret is being minted, and stays if the response that held the secret is lost.
      - O(state=rotated) needs this or O(return_client_secret=true).
    type: path
  return_client_secret:
    description:
      - Whether the new secret is returned as RV(client_secret). Set C(no_log=true) on the task then, because
        ansible-core before 2.22 shows the secret otherwise.
      - Refused with C(async) and in some loops, as O(oauthops.iam.cloudflare_oauth_client#module:return_client_secret).
      - A task that is interrupted before it ends returns nothing. With O(client_secret_file), the file has the secret
        even then.
    type: bool
    default: false
seealso:
  - module: oauthops.iam.cloudflare_oauth_client
  - module: oauthops.iam.cloudflare_oauth_client_info
  - module: oauthops.iam.cloudflare_oauth_client_rotation
"""

EXAMPLES = r"""
- name: Mint a second secret
  oauthops.iam.cloudflare_oauth_client_secret:
    client_name: Example App
    state: rotated
    client_secret_file: "{{ example_app_secret_file }}"

# Here, deploy the new secret to every application, and verify that they use it.

- name: Delete the older secret
  oauthops.iam.cloudflare_oauth_client_secret:
    client_name: Example App
    state: finalized
"""

RETURN = r"""
oauth_client:
  description: The client after the task, as RV(oauthops.iam.cloudflare_oauth_client#module:oauth_client).
  returned: success
  type: dict
client_secret:
  description: The new secret. Cloudflare shows it this once.
  returned: when a secret was minted and O(return_client_secret=true)
  type: str
msg:
  description: Why nothing was changed.
  returned: when a rotation is open already
  type: str
  sample: A rotation is open already.
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
from ..module_utils._module import CloudflareModule
from ..module_utils._oauth.clients import OAuthClients, find_client
from ..module_utils._oauth.delivery import Delivery
from ..module_utils._oauth.model import not_found
from ..module_utils._oauth.rotation import as_it_is_now, ensure_finalized, ensure_rotated

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["rotated", "finalized"], "required": True},
    "client_id": {"type": "str"},
    "client_name": {"type": "str"},
    "client_secret_file": {"type": "path", "no_log": False},
    "return_client_secret": {"type": "bool", "default": False},
}


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    account_id = check_account_id(params)
    clients = OAuthClients(connect(params), account_id)
    client = find_client(clients, params["client_id"], params["client_name"])
    if client is None:
        option = "client_id" if params["client_id"] else "client_name"
        raise not_found(option, params[option])
    if not params["client_id"] and (check_mode or params["state"] == "finalized"):
        # A list may leave out whether a rotation is open. Before a secret is minted every client is read again.
        client = as_it_is_now(clients, client)
    if params["state"] == "finalized":
        return ensure_finalized(clients, client, Delivery.of(params), check_mode=check_mode)
    return ensure_rotated(clients, client, Delivery.of(params), check_mode=check_mode)


MODULE = CloudflareModule(run, OPTIONS, {"required_one_of": [("client_id", "client_name")]})
main = MODULE.main

if __name__ == "__main__":
    main()
