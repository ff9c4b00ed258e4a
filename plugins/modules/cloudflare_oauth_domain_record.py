#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_domain_record
short_description: Manage the TXT record that verifies the domain of an OAuth client, in a Cloudflare zone
version_added: 0.1.0
description:
  - Adds one value to the TXT records of a host, or removes it. Every other value stays, so that several OAuth clients
    can share a host with each other and with other services.
  - Values are compared without the quotes that a TXT record is written with.
  - The token needs the permissions C(Zone Read), C(DNS Read) and C(DNS Write) for the zone.
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._attributes
options:
  state:
    description: Whether the value is among the TXT records of the host.
    type: str
    choices: [present, absent]
    default: present
  client_uri:
    description: The C(client_uri) of the OAuth client, whose host is where the record belongs.
    type: str
  host:
    description: The host itself, instead of O(client_uri).
    type: str
  value:
    description: The value, as RV(oauthops.iam.cloudflare_oauth_client#module:publishing.dns_record.value) gives it.
    type: str
    required: true
  ttl:
    description:
      - How many seconds resolvers may keep the record, from V(60) to V(86400), on Enterprise zones from V(30).
        V(1) leaves it to Cloudflare.
      - If omitted, a new record has V(1) and an existing one keeps what it has.
    type: int
  zone_id:
    description:
      - The ID of the zone, which has to hold the host.
      - If omitted, the zone with the longest name that holds the host is looked up.
    type: str
seealso:
  - module: oauthops.iam.cloudflare_oauth_client
  - module: oauthops.iam.dns_txt_info
  - module: oauthops.iam.rfc2136_txt_value
"""

EXAMPLES = r"""
- name: Learn which record Cloudflare wants to see
  oauthops.iam.cloudflare_oauth_client_info:
    client_name: Example App
  register: example_app

- name: Publish it
  oauthops.iam.cloudflare_oauth_domain_record:
    client_uri: "{{ example_app.oauth_clients[0].client_uri }}"
    value: "{{ example_app.oauth_clients[0].publishing.dns_record.value }}"
"""

RETURN = r"""
dns_record:
  description:
    - The TXT record, V(none) when there was none to remove. Its C(name) is in lower case and Punycode. Its C(id) is
      V(none) in check mode for one that is not there yet.
  returned: success
  type: dict
  sample:
    id: 372e67954025e0ba6aaa6d586b9e0b59
    zone_id: 023e105f4ecef8ad9ca31a8372d0c353
    type: TXT
    name: app.example.com
    value: cloudflare_oauth_client_publisher=5d41402abc4b2a76b9719d911017c592
    ttl: 1
error:
  description: Why the task failed, as RV(oauthops.iam.cloudflare_oauth_client#module:error).
  returned: when the task failed
  type: dict
waited:
  description: The waits of the task, as RV(oauthops.iam.cloudflare_oauth_client#module:waited).
  returned: when a request was repeated, a read lagged behind, or the rate limit was near
  type: list
  elements: str
"""

from collections.abc import Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._api.client import connect
from ansible_collections.oauthops.iam.plugins.module_utils._dns.cloudflare_zone import (
    HostRecords,
    check_ttl,
    wanted_host,
)
from ansible_collections.oauthops.iam.plugins.module_utils._dns.names import check_value
from ansible_collections.oauthops.iam.plugins.module_utils._module import CloudflareModule

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "client_uri": {"type": "str"},
    "host": {"type": "str"},
    "value": {"type": "str", "required": True},
    "ttl": {"type": "int"},
    "zone_id": {"type": "str"},
}


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    host = wanted_host(params)
    check_ttl(params["ttl"])
    check_value(params["value"])
    records = HostRecords.looked_up(connect(params), host, params["zone_id"])
    return records.ensure(params["state"], params["value"], params["ttl"], check_mode=check_mode)


MODULE = CloudflareModule(
    run, OPTIONS, {"required_one_of": [("client_uri", "host")], "mutually_exclusive": [("client_uri", "host")]}
)
main = MODULE.main

if __name__ == "__main__":
    main()
