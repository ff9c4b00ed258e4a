#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_scope_info
short_description: List the scopes that a Cloudflare OAuth client can request
version_added: 0.1.0
description:
  - Lists the OAuth scopes that Cloudflare offers, all of them or those that match every given filter.
  - Needs a valid credential, but no permission and no account.
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._attributes.reader
  - oauthops.iam._attributes
options:
  ids:
    description:
      - Only the scopes with these IDs. The task fails if Cloudflare does not offer one of them, and suggests similar
        IDs. Use it to check a list of scopes.
    type: list
    elements: str
  category:
    description: Only the scopes of this category. The match is not case-sensitive. An empty category is refused.
    type: str
  name:
    description:
      - Only the scopes whose ID or name matches this shell pattern, such as V(dns*). The match is not case-sensitive.
        An empty pattern is refused.
    type: str
seealso:
  - module: oauthops.iam.cloudflare_oauth_client
  - module: oauthops.iam.cloudflare_oauth_client_info
"""

EXAMPLES = r"""
- name: Read all scopes for DNS
  oauthops.iam.cloudflare_oauth_scope_info:
    name: '*dns*'
  register: dns_scopes

- name: Fail unless these scopes exist
  oauthops.iam.cloudflare_oauth_scope_info:
    ids:
      - account-settings.read
      - dns.write
"""

RETURN = r"""
oauth_scopes:
  description: The scopes, sorted by ID. An empty list when nothing matches.
  returned: success
  type: list
  elements: dict
  contains:
    id:
      description: The ID, for C(scopes) of a client.
      type: str
      sample: dns.read
    name:
      description: The name that users see when they are asked for consent.
      type: str
      sample: DNS Read
    category:
      description: The category.
      type: str
      sample: account_and_billing
    scopes:
      description: The kinds of resources that the scope covers, with Cloudflare's own names.
      type: list
      elements: str
      sample: [com.cloudflare.api.account.zone]
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

from ..module_utils._api.client import connect
from ..module_utils._module import CloudflareModule, check_not_empty
from ..module_utils._oauth.scope_catalog import catalog, check_known, matching

OPTIONS: Mapping[str, Any] = {
    "ids": {"type": "list", "elements": "str"},
    "category": {"type": "str"},
    "name": {"type": "str"},
}


def run(params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    check_not_empty(params, "category", "name")
    scopes = catalog(connect(params))
    ids = params["ids"]
    if ids is not None:
        check_known("ids", ids, (scope["id"] for scope in scopes))
        scopes = [scope for scope in scopes if scope["id"] in ids]
    return {"changed": False, "oauth_scopes": matching(scopes, params["category"], params["name"])}


MODULE = CloudflareModule(run, OPTIONS)
main = MODULE.main

if __name__ == "__main__":
    main()
