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
  - V(read) of O(state) returns the record of a client in O(store), for tasks that need the secret. Set C(no_log=true)
    on the task.
  - V(present) of O(state) stores a secret that was made elsewhere, such as in the dashboard.
  - Other keys in the place stay as they are. The place of another client is refused. Cloudflare is not asked.
author:
  - The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._store
  - oauthops.iam._handover
  - oauthops.iam._attributes
  - oauthops.iam._attributes.value
  - oauthops.iam._attributes.controller
attributes:
  delegation:
    support: partial
    details: It runs in the controller. A store on a host is that of the host that the task is delegated to.
  become:
    support: partial
    details: It runs as the user that Ansible runs as. A store on a host is read and written as the other user.
options:
  state:
    description:
      - V(read) fails when the store holds no secret, or never shows it. V(present) stores O(client_secret).
    type: str
    choices: [read, present]
    default: read
  client_id:
    description:
      - The ID of the client.
    type: str
    required: true
  client_secret:
    description:
      - The secret to store. It is needed for V(present) of O(state).
    type: str
  minted_at:
    description:
      - When it was minted, as ISO 8601. If omitted, it is what the store says of the same secret, else the
        current time.
    type: str
  rotation:
    description:
      - V(open) says that an older secret is valid as well, so that
        M(oauthops.iam.cloudflare_oauth_client_rotation) can continue from there.
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

- name: Store a secret that was made in the dashboard
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
  description: The ID of the client, as the store has it.
  returned: success
  type: str
  sample: 0123456789abcdef0123456789abcdef
client_secret:
  description: The secret.
  returned: when O(state=read)
  type: str
  sample: a-secret
minted_at:
  description: When the secret was minted, as far as the store says it.
  returned: success
  type: str
  sample: '2026-01-31T08:00:00Z'
rotation:
  description: V(open) or V(closed), or a note while a secret is being minted.
  returned: success
  type: str
  sample: closed
fingerprint:
  description: The SHA-256 fingerprint of the secret.
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
error:
  description:
    - Why the task failed, as RV(oauthops.iam.cloudflare_oauth_client#module:error).
  returned: failure
  type: dict
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._module import Module
from ansible_collections.oauthops.iam.plugins.module_utils._store_options import STORE_OPTION

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["read", "present"], "default": "read"},
    "client_id": {"type": "str", "required": True},
    "store": {**STORE_OPTION, "required": True},
    "client_secret": {"type": "str", "no_log": True},
    "minted_at": {"type": "str"},
    "rotation": {"type": "str", "choices": ["open", "closed"], "default": "closed"},
    "lock_timeout": {"type": "float", "default": 60.0},
    "handover_dir": {"type": "path"},
}


def run(_params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    raise UsageError(
        "action_plugin_missing",
        "cloudflare_oauth_client_stored_secret: its action plugin is missing. Reinstall the collection.",
    )


MODULE = Module(run, OPTIONS, {"required_if": [("state", "present", ("client_secret",))]})


def main() -> None:
    MODULE.main()


if __name__ == "__main__":
    main()
