#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_client_secret
short_description: Mint a second secret of a Cloudflare OAuth client, or delete the older one
version_added: 0.1.0
description:
  - An OAuth client can have two valid secrets. O(state=rotated) mints the second one, while the older one keeps
    working. When every application uses the new one, O(state=finalized) deletes the older one.
  - One task never does both, because every application has to get the new secret in between.
  - A client with C(token_endpoint_auth_method=none) has no secret and is refused.
  - The token needs the permissions C(OAuth Client Read) and C(OAuth Client Write).
author:
  - The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._attributes
  - oauthops.iam._attributes.group
  - oauthops.iam._attributes.manager
  - oauthops.iam._attributes.anywhere
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
      - V(rotated) mints a second secret. When there are two already it changes nothing, and returns a message. It fails
        if O(client_secret_file) is known not to hold the newer one, because that secret is lost.
      - V(finalized) deletes the older of two secrets. Applications that still use it fail to authenticate at once. With
        O(client_secret_file) it fails if that file is known not to hold the newer one.
    type: str
    choices: [rotated, finalized]
    required: true
  client_id:
    description:
      - The ID of the client.
    type: str
  client_name:
    description:
      - The exact name of the client, instead of O(client_id). The task fails when several clients have it.
    type: str
  client_secret_file:
    description:
      - The file on the target that the new secret is written to, without a line break and with mode C(0600); an
        absolute path. It is replaced in one step, and is reserved before the secret is minted. It belongs to the user
        who runs the task.
      - A symbolic link on the way is followed only where no other user can have put it there. The task is refused
        otherwise.
      - An empty file beside it, whose name ends with C(.unreceived), marks that this file does not hold the newer
        secret. It exists while a secret is being minted, and as long as the response that held it is lost.
      - O(state=rotated) needs this or O(return_client_secret=true).
    type: path
  return_client_secret:
    description:
      - Whether the new secret is returned as RV(client_secret). Set C(no_log=true) on the task then, because
        ansible-core before 2.22 shows the secret otherwise.
      - Refused together with C(async), which keeps the result in a file that every user can read.
      - In a loop, a mapping for C(register), which ansible-core 2.21 and later accepts, keeps the values of the last
        item, and the secrets of the others are lost. It is refused without O(client_secret_file). Register a name
        instead, or C(_task.loop_result).
      - A task that is interrupted before it ends returns nothing. O(client_secret_file) has the secret
        from the moment it is minted.
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

# Give the new secret to every application here.

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
  contains:
    code:
      description: One of the R(error codes,ansible_collections.oauthops.iam.docsite.guide_errors).
      type: str
      sample: newer_secret_missing
    option:
      description: The option to change, as the task writes it. V(none) when it is not about one option.
      type: str
      sample: client_secret_file
waited:
  description: The waits of the task with their causes, within O(retry_timeout).
  returned: when a request was repeated, a read lagged behind, or the rate limit was near
  type: list
  elements: str
  sample: ['1.0 s: GET /oauth/scopes failed (status 503)']
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._api.auth import check_account_id
from ansible_collections.oauthops.iam.plugins.module_utils._api.client import connect
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._module import CloudflareModule
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.clients import OAuthClients, find_client
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.rotation import (
    as_it_is_now,
    ensure_finalized,
    ensure_rotated,
)
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.secret_file import Delivery

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
        text = f"There is no OAuth client {params[option]!r} in this account."
        raise UsageError("client_not_found", text, option=option)
    if not params["client_id"] and (check_mode or params["state"] == "finalized"):
        # A list may leave out whether a rotation is open. Before a secret is minted every client is read again.
        client = as_it_is_now(clients, client)
    if params["state"] == "finalized":
        return ensure_finalized(clients, client, Delivery.of(params), check_mode=check_mode)
    return ensure_rotated(clients, client, Delivery.of(params), check_mode=check_mode)


MODULE = CloudflareModule(run, OPTIONS, {"required_one_of": [("client_id", "client_name")]})


def main() -> None:
    MODULE.main()


if __name__ == "__main__":
    main()
