#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_client_wait
short_description: Wait until the domain of an OAuth client is proven, and say how it stands meanwhile
version_added: 0.1.0
description:
  - Asks Cloudflare for the client and DNS for its TXT record, again and again, and prints a line each time with the
    phase, the host, and the time elapsed and remaining.
  - It ends when the domain is verified, when a verification that failed can be started anew with a chance, that is when
    the record can be seen or nobody can say, and when the time is over. None of these is a failure.
  - Cloudflare looks for two days, so rather run again later than wait for long.
  - The token needs the permission C(OAuth Client Read).
author:
  - The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._attributes
  - oauthops.iam._attributes.group
  - oauthops.iam._attributes.reader
  - oauthops.iam._attributes.controller
attributes:
  check_mode:
    details: Asks once and does not wait.
options:
  client_id:
    description:
      - The ID of the client.
    type: str
    required: true
  wait_timeout:
    description:
      - How many seconds to wait. V(0) asks once.
    type: float
    default: 300.0
  wait_interval:
    description:
      - How many seconds to wait between two looks, at least V(1).
    type: float
    default: 10.0
  dns_lookup:
    description:
      - Who is asked for the record, as O(oauthops.iam.dns_txt_info#module:method). V(none) asks nobody.
    type: str
    choices: [auto, authoritative, resolver, none]
    default: auto
  dns_servers:
    description:
      - The name servers to ask, as O(oauthops.iam.dns_txt_info#module:servers).
    type: list
    elements: str
  dns_resolver_url:
    description:
      - The resolver to ask, as O(oauthops.iam.dns_txt_info#module:resolver_url).
    type: str
    default: https://cloudflare-dns.com/dns-query
  dns_provider:
    description:
      - Who publishes the record, as the filter P(oauthops.iam.publication_status#filter) takes it.
    type: str
    default: manual
seealso:
  - module: oauthops.iam.cloudflare_oauth_client
  - module: oauthops.iam.cloudflare_oauth_client_info
  - module: oauthops.iam.cloudflare_oauth_domain_record
"""

EXAMPLES = r"""
- name: Read the client
  oauthops.iam.cloudflare_oauth_client_info:
    client_name: Example App
  register: example_app

- name: Give Cloudflare two minutes to see the record
  oauthops.iam.cloudflare_oauth_client_wait:
    client_id: "{{ example_app.oauth_clients[0].client_id }}"
    wait_timeout: 120
  register: waited
"""

RETURN = r"""
phase:
  description: How far the client is, as the filter P(oauthops.iam.publication_status#filter) tells it.
  returned: success
  type: str
  sample: verified
oauth_client:
  description: The client, as RV(oauthops.iam.cloudflare_oauth_client#module:oauth_client).
  returned: success
  type: dict
publishing:
  description: How far the client is, as RV(oauthops.iam.cloudflare_oauth_client#module:publishing).
  returned: success
  type: dict
lookup:
  description: What DNS said last, as M(oauthops.iam.dns_txt_info) returns it; empty when nobody was asked.
  returned: success
  type: dict
elapsed:
  description: How many seconds it took.
  returned: success
  type: int
  sample: 23
error:
  description: Why the task failed, as RV(oauthops.iam.cloudflare_oauth_client#module:error).
  returned: when the task failed
  type: dict
  contains:
    code:
      description: One of the R(error codes,ansible_collections.oauthops.iam.docsite.guide_errors).
      type: str
      sample: client_not_found
    option:
      description: The option to change, as the task writes it. V(none) when it is not the fault of one option.
      type: str
      sample: client_id
waited:
  description: What the last request waited for, as RV(oauthops.iam.cloudflare_oauth_client#module:waited).
  returned: when a request failed
  type: list
  elements: str
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._module import CloudflareModule

OPTIONS: Mapping[str, Any] = {
    "client_id": {"type": "str", "required": True},
    "wait_timeout": {"type": "float", "default": 300.0},
    "wait_interval": {"type": "float", "default": 10.0},
    "dns_lookup": {"type": "str", "choices": ["auto", "authoritative", "resolver", "none"], "default": "auto"},
    "dns_servers": {"type": "list", "elements": "str"},
    "dns_resolver_url": {"type": "str", "default": "https://cloudflare-dns.com/dns-query"},
    "dns_provider": {"type": "str", "default": "manual"},
}


def run(_params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    raise UsageError(
        "action_plugin_missing",
        "cloudflare_oauth_client_wait runs in the controller, by its action plugin, and that was not found.",
    )


MODULE = CloudflareModule(run, OPTIONS)


def main() -> None:
    MODULE.main()


if __name__ == "__main__":
    main()
