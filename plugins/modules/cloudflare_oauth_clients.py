#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_clients
short_description: Manage many OAuth clients of a Cloudflare account in one task
version_added: 0.1.0
description:
  - Manages many clients by their definitions, as M(oauthops.iam.cloudflare_oauth_client) manages one, and can delete
    clients without a definition.
  - The clients are listed once. Then only differences are sent, several requests at a time, within Cloudflare's rate
    limit.
  - A failed client does not stop the others. But after three consecutive failures without a response, or with the
    status 401, 403 or 429, the remaining clients are not attempted. The task fails at the end and names all failed
    clients. The results of all clients are in RV(oauth_clients).
  - The token needs the permissions C(OAuth Client Read) and C(OAuth Client Write).
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._attributes.minting
  - oauthops.iam._attributes
options:
  clients:
    description:
      - The definitions, as the playbook C(oauthops.iam.export) writes them. The options are those of
        M(oauthops.iam.cloudflare_oauth_client), which describes them in full.
      - Define each client once. Two definitions that match the same client are refused before anything is changed.
      - Exactly one of this and O(definitions_file) is required.
    type: list
    elements: dict
    suboptions:
      client_id:
        description: The ID that Cloudflare gave to the client. Clients that share a name need it.
        type: str
      client_name:
        description:
          - The name. It identifies the client, unless O(clients[].client_id) is set; then the client is renamed to it.
        type: str
      grant_types:
        description: The grants that the client may use.
        type: list
        elements: str
        choices: [authorization_code, refresh_token]
      response_types:
        description: The response types of the authorization endpoint.
        type: list
        elements: str
        choices: [code, token, id_token]
      redirect_uris:
        description: The URIs that users may be redirected to.
        type: list
        elements: str
      scopes:
        description: The IDs of the scopes that the client may ask for.
        type: list
        elements: str
      optional_scopes:
        description: The scopes of O(clients[].scopes) that a user may decline.
        type: list
        elements: str
      token_endpoint_auth_method:
        description: How the client authenticates.
        type: str
        choices: [none, client_secret_basic, client_secret_post]
      allowed_cors_origins:
        description: The web origins from which a browser may call the token endpoint.
        type: list
        elements: str
      post_logout_redirect_uris:
        description: The URIs that users may be redirected to after logging out.
        type: list
        elements: str
      client_uri:
        description: The home page, whose hostname is verified.
        type: str
      logo_uri:
        description: The address of the logo.
        type: str
      policy_uri:
        description: The address of the privacy policy.
        type: str
      tos_uri:
        description: The address of the terms of service.
        type: str
      visibility:
        description: V(public) lets every Cloudflare user authorize the client, permanently.
        type: str
        choices: [private, public]
      state:
        description: V(absent) deletes the client.
        type: str
        choices: [present, absent]
        default: present
      append:
        description: Whether lists are added to the values that the client has, instead of replacing them.
        type: bool
        default: false
      restart_verification:
        description: Whether a failed verification is restarted.
        type: bool
        default: false
      client_secret_file:
        description: The file for a new client's secret, instead of one in O(client_secret_dir).
        type: path
  definitions_file:
    description:
      - Paths or globs of files with the definitions, instead of O(clients). The module reads them itself, which takes
        less time and memory than passing thousands of definitions through Ansible.
      - A file is YAML or JSON in UTF-8, as the playbook C(oauthops.iam.export) writes it. It holds a list of clients,
        or one variable of any name with that list. The options of a client are those of O(clients).
      - The files are on the host that the module runs on, which is the controller for C(localhost). There, a path is
        relative to the playbook directory. On another host, it is relative to the home directory of the remote user, so
        use an absolute path.
      - Ansible does not template or decrypt these files, so a template or a value that is encrypted with
        C(ansible-vault) is refused. A string with the tag C(!unsafe) is taken literally. For files that need
        templates or Ansible Vault, use C(vars_files) and O(clients).
      - YAML needs PyYAML on the host that the module runs on. JSON does not.
      - Duplicate keys, several YAML documents, empty files and globs that match nothing are refused before anything is
        sent. A file without clients holds C([]).
    type: list
    elements: path
  concurrency:
    description:
      - How many clients are processed in parallel, and how many list pages are requested in parallel. V(1) to V(50).
      - Secrets are minted one after the other, each delivered before the next.
    type: int
    default: 16
  validate_scopes:
    description: Whether to check scopes to be added against Cloudflare's list of scopes, which is requested once.
    type: bool
    default: true
  client_secret_dir:
    description:
      - A new client whose C(token_endpoint_auth_method) is not V(none) has a secret. It is created only if this option,
        O(clients[].client_secret_file) or O(return_client_secret) is set.
      - The absolute path of the directory on the target for the secrets of new clients. Each is written to a file with
        the name of its client and mode C(0600). A client whose name is not a valid file name needs
        O(clients[].client_secret_file).
      - A symbolic link in the path is followed only where no other user can have created it; else the task fails.
    type: path
  return_client_secret:
    description:
      - A new client whose C(token_endpoint_auth_method) is not V(none) has a secret. It is created only if this option,
        O(client_secret_dir) or O(clients[].client_secret_file) is set. V(false) without a file discards the secret on
        purpose.
      - Whether the secrets of new clients are returned as RV(oauth_clients[].client_secret). Set C(no_log=true) on the
        task then, because ansible-core before 2.22 shows them otherwise.
      - Refused with C(async) and in some loops, as O(oauthops.iam.cloudflare_oauth_client#module:return_client_secret).
      - A task that is interrupted before it ends returns nothing. With O(client_secret_dir), the files have the secrets
        even then.
    type: bool
  prune:
    description:
      - Whether clients of the account without a definition are deleted, after all definitions were applied.
      - Nothing is deleted if a client failed.
      - The task fails before it changes anything if it would delete more than O(prune_limit) clients, or if no client
        is defined. The same applies to a client with visibility V(public) that would be deleted without O(force=true).
    type: bool
    default: false
  prune_limit:
    description: How many clients O(prune) may delete in one task.
    type: int
    default: 5
  prune_name:
    description:
      - The shell pattern that the name of a client must match to be deleted by O(prune), such as V(staging-*). The
        match is case-sensitive. If omitted, every name matches. An empty pattern is refused.
    type: str
  force:
    description:
      - Whether clients with visibility V(public) may be deleted, which ends all authorizations that users gave them.
    type: bool
    default: false
  results:
    description:
      - V(changed) returns full details of changed or failed clients only, V(full) of all clients. See
        RV(oauth_clients).
      - AWX and ansible-runner drop a result of more than 700000 characters from the job event. V(full) reaches that
        with about 600 clients.
    type: str
    choices: [changed, full]
    default: changed
seealso:
  - module: oauthops.iam.cloudflare_oauth_client
  - module: oauthops.iam.cloudflare_oauth_client_info
"""

EXAMPLES = r"""
- name: Manage all clients of an application
  oauthops.iam.cloudflare_oauth_clients:
    clients:
      - client_name: Example CLI
        redirect_uris: [http://localhost:8976/callback]
        scopes: [account-settings.read, dns.read]
        token_endpoint_auth_method: none
      - client_name: Example App
        redirect_uris: [https://app.example.com/oauth/callback]
        scopes: [account-settings.read, dns.read]
        token_endpoint_auth_method: client_secret_basic
      - client_name: Example Beta
        state: absent
    client_secret_dir: "{{ example_secret_dir }}"

- name: Manage clients that are defined in files
  oauthops.iam.cloudflare_oauth_clients:
    definitions_file:
      - oauth_clients.yml
      - teams/*.json
    client_secret_dir: "{{ example_secret_dir }}"

- name: Manage all clients of an application and prune others by name
  oauthops.iam.cloudflare_oauth_clients:
    clients: "{{ example_staging_clients }}"
    client_secret_dir: "{{ example_secret_dir }}"
    prune: true
    prune_name: staging-*
"""

RETURN = r"""
oauth_clients:
  description: The outcome for each client, in the order of the definitions.
  returned: always, once the clients were listed
  type: list
  elements: dict
  contains:
    client_name:
      description: The name.
      type: str
      sample: Example App
    client_id:
      description: The ID. V(null) in check mode for a client that would be created.
      type: str
      sample: 30e8fa4a9d2746f5a1b3c9d7e6f50418
    action:
      description: The action that was taken or intended. One of V(none), V(create), V(update) and V(delete).
      type: str
      sample: update
    changed:
      description: Whether anything was changed.
      type: bool
      sample: true
    failed:
      description: Whether it failed.
      type: bool
      sample: false
    msg:
      description: Why it failed, and what to do.
      returned: when it failed
      type: str
    error:
      description: Why it failed, as RV(oauthops.iam.cloudflare_oauth_client#module:error).
      returned: when it failed
      type: dict
      contains:
        option:
          description:
            - The option to change, as the task or the file writes it, such as V(oauth_clients.yml[3].client_id).
            - V(null) when it is not about one option.
          type: str
          sample: clients[3].client_id
    warnings:
      description: Warnings about this client, which the task shows as well.
      returned: when there are any, or when the client was changed
      type: list
      elements: str
      sample: []
    oauth_client:
      description:
        - The client after the task, as RV(oauthops.iam.cloudflare_oauth_client#module:oauth_client). V(null) if there
          is no client, or nothing is known about it.
      returned: when it was changed or failed, or with O(results=full)
      type: dict
    publishing:
      description: The state of publishing, as RV(oauthops.iam.cloudflare_oauth_client#module:publishing).
      returned: when it was changed or failed, or with O(results=full)
      type: dict
    diff:
      description: C(before) and C(after).
      returned: when it was changed
      type: dict
    client_secret:
      description: The secret of a client that was created. Cloudflare shows it this once.
      returned: when a client with a secret was created and O(return_client_secret=true)
      type: str
pruned:
  description: The clients that O(prune) deleted.
  returned: always, once the clients were listed
  type: list
  elements: dict
  contains:
    client_id:
      description: The ID.
      type: str
      sample: 30e8fa4a9d2746f5a1b3c9d7e6f50418
    client_name:
      description: The name.
      type: str
      sample: staging-old
    visibility:
      description: V(private) or V(public).
      type: str
      sample: private
unmanaged:
  description: The clients of the account without a definition, with the keys of RV(pruned).
  returned: always, once the clients were listed
  type: list
  elements: dict
  sample: []
waited:
  description: Messages about each pause before a request, as RV(oauthops.iam.cloudflare_oauth_client#module:waited).
  returned: when a request was repeated, a change was not yet visible in a response, or the rate limit was near
  type: list
  elements: str
error:
  description: Why the task failed, as RV(oauthops.iam.cloudflare_oauth_client#module:error).
  returned: when the task failed
  type: dict
"""

import os
from collections.abc import Mapping
from typing import Any

from ..module_utils._api.auth import check_account_id
from ..module_utils._api.client import connect
from ..module_utils._api.errors import invalid
from ..module_utils._module import CloudflareModule
from ..module_utils._oauth.bulk import reconcile_all
from ..module_utils._oauth.clients import OAuthClients
from ..module_utils._oauth.definitions import given_definitions
from ..module_utils._oauth.entries import checked_entries
from ..module_utils._oauth.validate import DEFINITION_OPTIONS

OPTIONS: Mapping[str, Any] = {
    "clients": {"type": "list", "elements": "dict", "options": DEFINITION_OPTIONS},
    "definitions_file": {"type": "list", "elements": "path"},
    "concurrency": {"type": "int", "default": 16},
    "validate_scopes": {"type": "bool", "default": True},
    "client_secret_dir": {"type": "path", "no_log": False},
    "return_client_secret": {"type": "bool"},
    "prune": {"type": "bool", "default": False},
    "prune_limit": {"type": "int", "default": 5},
    "prune_name": {"type": "str"},
    "force": {"type": "bool", "default": False},
    "results": {"type": "str", "choices": ["changed", "full"], "default": "changed"},
}
MOST_AT_A_TIME = 50


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    account_id = check_account_id(params)
    check_options(params)
    entries = checked_entries(given_definitions(params), params)
    clients = OAuthClients(connect(params, params["concurrency"]), account_id)
    return reconcile_all(clients, entries, params, check_mode=check_mode)


def check_options(params: Mapping[str, Any]) -> None:
    if params["clients"] is None and params["definitions_file"] is None:
        raise invalid("clients", "it is null (expected definitions here or in definitions_file).")
    if not 1 <= params["concurrency"] <= MOST_AT_A_TIME:
        text = f"invalid number {params['concurrency']} (expected 1 to {MOST_AT_A_TIME})."
        raise invalid("concurrency", text)
    if params["prune_limit"] < 0:
        raise invalid("prune_limit", f"invalid number {params['prune_limit']} (expected 0 or more).")
    if params["prune"] and params["prune_name"] == "":
        text = (
            "it is empty, perhaps because a variable is not set. Set a pattern, such as staging-*. To prune clients of "
            "any name, set * or omit the option."
        )
        raise invalid("prune_name", text)
    directory = params["client_secret_dir"]
    if directory and not (os.path.isabs(directory) and os.path.isdir(directory)):
        text = (
            f"invalid path {directory!r} (expected the absolute path of an existing directory). Correct the path, or "
            "create the directory."
        )
        raise invalid("client_secret_dir", text)


EITHER = [("clients", "definitions_file")]
MODULE = CloudflareModule(run, OPTIONS, {"mutually_exclusive": EITHER, "required_one_of": EITHER})
main = MODULE.main

if __name__ == "__main__":
    main()
