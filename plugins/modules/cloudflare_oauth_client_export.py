#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_client_export
short_description: Write the definitions of an account's OAuth clients as YAML
version_added: 0.1.0
description:
  - Lists the clients of an account and writes their definitions to a file on the controller, in the format of
    O(oauthops.iam.cloudflare_oauth_clients#module:definitions_file) and of C(vars_files). Applied to the same account,
    they change nothing.
  - Text that Ansible could take for a template, such as a name with braces, gets the tag C(!unsafe), so that it stays
    text.
  - An account that has not changed gives the same file, as long as Cloudflare keeps the order of the values of a
    client. Clients are sorted by name. The file has no secret. It is written only if it differs, with mode C(0644).
  - The token needs the permission C(OAuth Client Read).
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._attributes.controller
  - oauthops.iam._attributes
attributes:
  check_mode:
    details: Lists the clients, and predicts the file.
options:
  path:
    description: The absolute path of the file on the controller. Its directory must exist.
    type: path
    required: true
  variable:
    description: The name of the variable that holds the list.
    type: str
    default: oauth_clients
  time:
    description: A time for the comment at the top of the file, in any format. If empty, the comment has no time.
    type: str
    default: ''
  visibility:
    description: Only the clients with this visibility.
    type: str
    choices: [private, public]
  name:
    description:
      - A shell pattern, such as V(Example *), for the names of the clients to write. The match is case-sensitive. An
        empty pattern matches all clients, including those without a name.
    type: str
    default: ''
  client_ids:
    description:
      - Whether each definition has the C(client_id), so that the client is found even after it was renamed.
      - V(false) is for another account, where the clients have other IDs and have to be created. C(visibility) is left
        out then, because a new client is private. Each client needs a unique name.
    type: bool
    default: true
seealso:
  - module: oauthops.iam.cloudflare_oauth_clients
"""

EXAMPLES = r"""
- name: Write the definitions of all clients
  oauthops.iam.cloudflare_oauth_client_export:
    path: "{{ example_report_dir }}/oauth_clients.yml"
"""

RETURN = r"""
error:
  description: Why the task failed, as RV(oauthops.iam.cloudflare_oauth_client#module:error).
  returned: when the task failed
  type: dict
waited:
  description: Messages about each pause before a request, as RV(oauthops.iam.cloudflare_oauth_client#module:waited).
  returned: when a request was repeated, or the rate limit was near
  type: list
  elements: str
  sample: ['1.0 s: GET /oauth/scopes failed (status 503)']
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._module import CloudflareModule, only_as_action

OPTIONS: Mapping[str, Any] = {
    "path": {"type": "path", "required": True},
    "variable": {"type": "str", "default": "oauth_clients"},
    "time": {"type": "str", "default": ""},
    "visibility": {"type": "str", "choices": ["private", "public"]},
    "name": {"type": "str", "default": ""},
    "client_ids": {"type": "bool", "default": True},
}

MODULE = CloudflareModule(only_as_action, OPTIONS)
main = MODULE.main

if __name__ == "__main__":
    main()
