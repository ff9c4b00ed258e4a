# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.oauth_clients_yaml: clients as a file of variables that describes them. Pure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: oauth_clients_yaml
short_description: Render OAuth clients as a variables file with their definitions
version_added: 0.1.0
author:
  - The oauthops.iam authors (@oauthops)
description:
  - Writes the definitions of clients from P(oauthops.iam.cloudflare_oauth_client_info#module) as YAML. Applied to the
    same account with P(oauthops.iam.cloudflare_oauth_clients#module), they change nothing.
  - Clients are sorted by name, so that a file in version control changes only where a client changes. The file has no
    secret.
  - Text that Ansible could take for a template, such as a name with braces, gets the tag C(!unsafe), so that it stays
    text.
options:
  _input:
    description:
      - The C(oauth_clients) of P(oauthops.iam.cloudflare_oauth_client_info#module).
    type: list
    elements: dict
    required: true
  variable:
    description:
      - The name of the variable that holds the list.
    type: str
    default: oauth_clients
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
  comment:
    description:
      - Lines to put above the list.
    type: str
    default: ''
"""

EXAMPLES = r"""
- name: Read all clients
  oauthops.iam.cloudflare_oauth_client_info:
  register: account

- name: Show the clients as a variables file
  ansible.builtin.debug:
    msg: "{{ account.oauth_clients | oauthops.iam.oauth_clients_yaml }}"

- name: Write some clients for another account
  ansible.builtin.copy:
    content: "{{ account.oauth_clients | oauthops.iam.oauth_clients_yaml(name='Example *', client_ids=false) }}"
    dest: "{{ example_app_clients_file }}"
    mode: '0644'
"""

RETURN = r"""
_value:
  description: The text of the file.
  type: str
  sample: |
    ---
    oauth_clients:
      - client_name: Example CLI
        client_id: "30e8fa4a9d2746f5a1b3c9d7e6f50418"
        grant_types:
          - authorization_code
        response_types:
          - code
        redirect_uris:
          - http://localhost:8976/callback
        scopes:
          - account-settings.read
        token_endpoint_auth_method: none
        visibility: private
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.plugin_utils._definitions_text import definitions_text


def oauth_clients_yaml(
    clients: Iterable[Mapping[str, Any]],
    variable: str = "oauth_clients",
    name: str = "",
    client_ids: bool = True,
    comment: str = "",
) -> str:
    """The text of the file; raises AnsibleFilterError for values that no file can hold, and for ambiguous clients."""
    try:
        return definitions_text(clients, variable, name, client_ids, comment)
    except UsageError as failure:
        raise AnsibleFilterError(failure.message) from None
    except (AttributeError, KeyError, TypeError):
        raise AnsibleFilterError(
            "oauth_clients_yaml: invalid input (expected oauth_clients of the module cloudflare_oauth_client_info)."
        ) from None


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., str]]:
        return {"oauth_clients_yaml": oauth_clients_yaml}
