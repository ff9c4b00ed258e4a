#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: dns_txt_info
short_description: Look up the TXT records of a name at the name servers of its zone
version_added: 0.1.0
description:
  - Queries the authoritative name servers of the name, so no cache is involved. If they cannot be reached, such as when
    port 53 is closed, it queries a resolver over HTTPS.
  - The task does not fail if no server could be queried. Then RV(visible) is V(null), and RV(notes) has the reason.
author: The oauthops.iam authors (@oauthops)
requirements:
  - dnspython 2.1 or later, to query name servers; O(method=resolver) does not need it
extends_documentation_fragment:
  - oauthops.iam._attributes.reader
  - oauthops.iam._attributes
options:
  name:
    description: The name, such as V(app.example.com).
    type: str
    required: true
  value:
    description: A value to look for, without quotes.
    type: str
  method:
    description:
      - Which servers are queried. V(authoritative) are the name servers of the zone, V(resolver) is the resolver at
        O(resolver_url).
      - V(auto) queries the resolver only if the name servers gave no response, or only a CNAME to another zone.
    type: str
    choices: [auto, authoritative, resolver]
    default: auto
  servers:
    description:
      - The name servers to query, as names or IP addresses, with a port if it is not 53, such as V(192.0.2.1:5353) or
        V([2001:db8::1]:5353).
      - If omitted, the name servers of the zone are found through the resolver of the machine.
    type: list
    elements: str
  resolver_url:
    description:
      - The address of a resolver with a JSON API for DNS over HTTPS. If empty, no resolver is queried.
      - It may respond from its cache, so a value that it does not show may exist.
    type: str
    default: https://cloudflare-dns.com/dns-query
  timeout:
    description: How many seconds to wait for the name servers, and again for the resolver.
    type: float
    default: 5.0
seealso:
  - module: oauthops.iam.cloudflare_oauth_domain_record
  - module: oauthops.iam.rfc2136_txt_value
"""

EXAMPLES = r"""
- name: Read which record Cloudflare looks for
  oauthops.iam.cloudflare_oauth_client_info:
    client_name: Example App
  register: example_app

- name: Check whether the record can be seen
  oauthops.iam.dns_txt_info:
    name: "{{ example_app.oauth_clients[0].publishing.dns_record.name }}"
    value: "{{ example_app.oauth_clients[0].publishing.dns_record.value }}"
  register: record
"""

RETURN = r"""
visible:
  description:
    - Whether all servers that responded have O(value). V(null) when no server responded, or no value was given.
    - V(null) as well if the resolver at O(resolver_url) was queried and does not show it.
    - A server that has only a CNAME to another zone does not count, if another server has more.
  returned: success
  type: bool
  sample: true
value:
  description: The value that was looked for.
  returned: success
  type: str
  sample: v=spf1 -all
txt_values:
  description: The values that all servers have that count for RV(visible), the strings of each joined.
  returned: success
  type: list
  elements: str
  sample: [v=spf1 -all]
cname:
  description: Where a CNAME at the name leads, V(null) without one.
  returned: success
  type: str
  sample: pages.example.net
asked:
  description: The servers that were queried, and their responses.
  returned: success
  type: list
  elements: dict
  contains:
    server:
      description: The name server or the resolver.
      type: str
      sample: ns1.example.com
    txt_values:
      description: The TXT values that it has, V(null) when it did not respond.
      type: list
      elements: str
      sample: [v=spf1 -all]
    cname:
      description: Where a CNAME at the name leads, V(null) without one.
      type: str
    error:
      description: Why it gave no response, V(null) when it did.
      type: str
notes:
  description: Why a server was not queried or gave no response.
  returned: success
  type: list
  elements: str
  sample: ['The name servers were not asked, because the Python library dnspython is not installed.']
error:
  description:
    - Why the task failed. C(code) is one of the R(error codes,ansible_collections.oauthops.iam.docsite.guide_errors),
      C(option) the option to change, V(null) when it is not about one.
  returned: when the task failed
  type: dict
  sample: {code: invalid_option, option: servers}
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._api.errors import invalid
from ..module_utils._api.retry import check_seconds
from ..module_utils._dns.lookup import look_up
from ..module_utils._dns.names import valid_name
from ..module_utils._module import Module
from ..module_utils._uris import web_address_error

OPTIONS: Mapping[str, Any] = {
    "name": {"type": "str", "required": True},
    "value": {"type": "str"},
    "method": {"type": "str", "choices": ["auto", "authoritative", "resolver"], "default": "auto"},
    "servers": {"type": "list", "elements": "str"},
    "resolver_url": {"type": "str", "default": "https://cloudflare-dns.com/dns-query"},
    "timeout": {"type": "float", "default": 5.0},
}


def run(params: Mapping[str, Any], _check_mode: bool) -> dict[str, Any]:
    return look_up(checked_name(params), params)


def checked_name(params: Mapping[str, Any]) -> str:
    """The name as DNS stores it. Raises UsageError for a wrong option."""
    name = valid_name("name", params["name"])
    check_seconds("timeout", params["timeout"], above_zero=True)
    url = params["resolver_url"]
    if "@" in url:
        raise invalid("resolver_url", "contains a user name or password, which the result would show. Remove it.")
    if url and (error := web_address_error(url)):
        raise invalid("resolver_url", f"{url!r} {error}.")
    return name


MODULE = Module(run, OPTIONS)
main = MODULE.main

if __name__ == "__main__":
    main()
