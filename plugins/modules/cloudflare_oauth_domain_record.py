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
  - Adds one value to the TXT records of the hostname, or removes it. Every other value stays, so that several OAuth
    clients can share a hostname with each other and with other services.
  - Values are compared without the quotes that a TXT record is written with.
  - The token needs the permissions C(Zone Read), C(DNS Read) and C(DNS Write) for the zone.
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._attributes
options:
  state:
    description: Whether the value is among the TXT records of the hostname.
    type: str
    choices: [present, absent]
    default: present
  client_uri:
    description:
      - The C(client_uri) of the OAuth client. The record is created at the hostname of this URI.
      - Exactly one of this and O(host) is required.
    type: str
  host:
    description:
      - The hostname of the record, such as V(app.example.com). Exactly one of this and O(client_uri) is required.
    type: str
  value:
    description: The value, from RV(oauthops.iam.cloudflare_oauth_client#module:publishing.dns_record.value).
    type: str
    required: true
  ttl:
    description:
      - The time to live in seconds, from V(60) to V(86400), in Enterprise zones from V(30). V(1) lets Cloudflare
        choose.
      - If omitted, a new record gets V(1), and an existing record keeps its own.
    type: int
  zone_id:
    description:
      - The ID of the zone that contains the hostname.
      - If omitted, the most specific zone that contains the hostname is looked up.
    type: str
seealso:
  - module: oauthops.iam.cloudflare_oauth_client
  - module: oauthops.iam.dns_txt_info
  - module: oauthops.iam.rfc2136_txt_value
    description: For zones on name servers that take dynamic updates.
"""

EXAMPLES = r"""
- name: Read which record Cloudflare looks for
  oauthops.iam.cloudflare_oauth_client_info:
    client_name: Example App
  register: example_app

- name: Publish the record
  oauthops.iam.cloudflare_oauth_domain_record:
    client_uri: "{{ example_app.oauth_clients[0].client_uri }}"
    value: "{{ example_app.oauth_clients[0].publishing.dns_record.value }}"
"""

RETURN = r"""
dns_record:
  description:
    - The TXT record, V(null) when there was none to remove. Its C(name) is in lower case and Punycode. Its C(id) is
      V(null) in check mode, for a record that would be created.
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
  description: Messages about each pause before a request, as RV(oauthops.iam.cloudflare_oauth_client#module:waited).
  returned: when a request was repeated, a change was not yet visible in a response, or the rate limit was near
  type: list
  elements: str
  sample: ['1.0 s: GET /oauth/scopes failed (status 503)']
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._api.client import connect
from ..module_utils._dns.cloudflare_zone import HostRecords, check_ttl, wanted_host
from ..module_utils._dns.names import check_value
from ..module_utils._module import CloudflareModule

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
    records = HostRecords(connect(params), host, params["zone_id"])
    return records.ensure(params["state"], params["value"], params["ttl"], check_mode=check_mode)


MODULE = CloudflareModule(
    run, OPTIONS, {"required_one_of": [("client_uri", "host")], "mutually_exclusive": [("client_uri", "host")]}
)
main = MODULE.main

if __name__ == "__main__":
    main()
