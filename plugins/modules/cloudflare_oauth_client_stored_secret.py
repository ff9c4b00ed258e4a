#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_client_stored_secret
short_description: Read or store the secret of an OAuth client
version_added: 0.1.0
description:
  - O(state=read) returns the secret of a client from O(store), for tasks that need it. Set C(no_log=true) on the task.
  - O(state=present) stores a secret that was created elsewhere, such as in the dashboard.
  - Other keys in the stored file or secret are kept. The task fails if it belongs to another client. No request is sent
    to Cloudflare.
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._store
  - oauthops.iam._attributes.value
  - oauthops.iam._attributes.controller
  - oauthops.iam._attributes
options:
  state:
    description: V(read) fails if the store holds no secret or is write-only. V(present) stores O(client_secret).
    type: str
    choices: [read, present]
    default: read
  client_id:
    description: The ID of the client.
    type: str
    required: true
  client_secret:
    description: The secret to store. Required if O(state=present).
    type: str
  minted_at:
    description:
      - When the secret was created, as ISO 8601. If omitted, the stored time is kept if the secret is the same; else
        the current time is stored.
    type: str
  rotation:
    description:
      - V(open) if an older secret of the client is still valid. M(oauthops.iam.cloudflare_oauth_client_rotation) then
        continues that rotation, and deletes the older secret with V(finalized) of its option C(state).
      - V(closed) if this is the only valid secret of the client.
    type: str
    choices: [open, closed]
    default: closed
seealso:
  - module: oauthops.iam.cloudflare_oauth_client_rotation
"""

EXAMPLES = r"""
- name: Read the secret of the application
  oauthops.iam.cloudflare_oauth_client_stored_secret:
    client_id: "{{ example_app_client_id }}"
    store:
      type: json_file
      path: /etc/example_app/stored.json
  register: example_app
  no_log: true

- name: Store a secret that was created in the dashboard
  oauthops.iam.cloudflare_oauth_client_stored_secret:
    state: present
    client_id: "{{ example_app_client_id }}"
    client_secret: "{{ example_app_client_secret }}"
    minted_at: '2026-01-31T08:00:00Z'
    rotation: open
    store:
      type: json_file
      path: /etc/example_app/stored.json
"""

RETURN = r"""
client_id:
  description: The ID of the client.
  returned: success
  type: str
  sample: 0123456789abcdef0123456789abcdef
client_secret:
  description: The secret.
  returned: when O(state=read)
  type: str
  sample: a-secret
minted_at:
  description: When the secret was created. V(null) if the store does not record it.
  returned: success
  type: str
  sample: '2026-01-31T08:00:00Z'
rotation:
  description: V(open), V(closed), or a string that starts with C(minting-) while a rotation mints a secret.
  returned: success
  type: str
  sample: closed
fingerprint:
  description: The SHA-256 fingerprint of the secret.
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
error:
  description: Why the task failed, as RV(oauthops.iam.cloudflare_oauth_client#module:error).
  returned: failure
  type: dict
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._module import Module, only_as_action
from ..module_utils._store_options import STORE_OPTIONS

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["read", "present"], "default": "read"},
    "client_id": {"type": "str", "required": True},
    **STORE_OPTIONS,
    "client_secret": {"type": "str", "no_log": True},
    "minted_at": {"type": "str"},
    "rotation": {"type": "str", "choices": ["open", "closed"], "default": "closed"},
}

MODULE = Module(only_as_action, OPTIONS, {"required_if": [("state", "present", ("client_secret",))]})
main = MODULE.main

if __name__ == "__main__":
    main()
