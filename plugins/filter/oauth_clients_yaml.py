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

import fnmatch
import keyword
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.oauthops.iam.plugins.module_utils._api.text import some
from ansible_collections.oauthops.iam.plugins.plugin_utils._variables_file import variables_text

Client = Mapping[str, Any]


def oauth_clients_yaml(
    clients: Iterable[Client],
    variable: str = "oauth_clients",
    name: str = "",
    client_ids: bool = True,
    comment: str = "",
) -> str:
    """The text of the file; raises AnsibleFilterError for values that no file can hold, and for ambiguous clients."""
    if not re.fullmatch(r"[a-zA-Z_]\w*", variable, re.ASCII) or keyword.iskeyword(variable):
        raise AnsibleFilterError(f"variable: invalid name {variable!r} (expected letters, digits and underscores).")
    chosen = _chosen(clients, name, client_ids)
    try:
        return variables_text(variable, chosen, comment)
    except UnicodeEncodeError as error:
        raise AnsibleFilterError(
            f"{error.object!r} holds an incomplete character, which cannot be written to a file."
        ) from None


def _chosen(clients: Iterable[Client], name: str, client_ids: bool) -> list[dict[str, Any]]:
    try:
        chosen = sorted((client for client in clients if _is_named(client, name)), key=_order)
        described = [_described(client, client_ids) for client in chosen]
    except (AttributeError, KeyError, TypeError):
        raise AnsibleFilterError(
            "oauth_clients_yaml: invalid input (expected oauth_clients of the module cloudflare_oauth_client_info)."
        ) from None
    if not client_ids:
        _refuse_indistinct(chosen)
    return described


def _is_named(client: Client, pattern: str) -> bool:
    return not pattern or fnmatch.fnmatchcase(client["client_name"] or "", pattern)


def _order(client: Client) -> tuple[str, str]:
    return client["client_name"] or "", client["client_id"]


def _described(client: Client, with_id: bool) -> dict[str, Any]:
    """The client's definition, the name and the ID first."""
    rest = dict(client["definition"])
    names = {name: rest.pop(name) for name in ("client_name",) if name in rest}
    if with_id:
        return {**names, "client_id": client["client_id"], **rest}
    rest.pop("visibility")
    return {**names, **rest}


def _refuse_indistinct(clients: Sequence[Client]) -> None:
    uses = Counter(client["client_name"] or "" for client in clients)
    unclear = [
        f"{client['client_id']} ({client['client_name'] or 'without a name'})"
        for client in clients
        if not client["client_name"] or uses[client["client_name"]] > 1
    ]
    if unclear:
        raise AnsibleFilterError(
            f"Without IDs these clients would be ambiguous: {some(unclear)}. Give each a name of its own, leave them "
            "out, or keep the IDs."
        )


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., str]]:
        return {"oauth_clients_yaml": oauth_clients_yaml}
