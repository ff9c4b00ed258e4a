#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: rfc2136_txt_value
short_description: Manage one value of the TXT records of a name, with dynamic updates (RFC 2136)
version_added: 0.1.0
description:
  - Adds one value to the TXT records of a name, or removes it. The name server has to take dynamic updates (RFC 2136),
    as BIND, Knot and PowerDNS do. Every other value stays. The server makes the change in one step, so concurrent
    tasks do not remove each other's values.
  - C(community.general.nsupdate) replaces all TXT records of the name instead, including those of other services.
  - The task fails if the name is a CNAME, is delegated to another zone, or exists only through a wildcard. There, a
    change would do harm or have no effect.
author: The oauthops.iam authors (@oauthops)
requirements:
  - dnspython 2.1 or later
extends_documentation_fragment:
  - oauthops.iam._attributes
attributes:
  check_mode:
    details: Asks the server to remove a value that no record has, to check the rights of the key. This changes nothing.
options:
  state:
    description: Whether the value is among the TXT records of the name.
    type: str
    choices: [present, absent]
    default: present
  name:
    description: The name of the record, such as V(app.example.com).
    type: str
    required: true
  value:
    description: The value, without quotes.
    type: str
    required: true
  ttl:
    description:
      - The time to live in seconds. If omitted, it is V(3600).
      - All TXT records of a name share it, so a name that already has TXT records keeps its own.
    type: int
  server:
    description: The primary name server of the zone, as an IP address or a name.
    type: str
    required: true
  port:
    description: The port of the name server.
    type: int
    default: 53
  protocol:
    description: The transport protocol.
    type: str
    choices: [tcp, udp]
    default: tcp
  zone:
    description:
      - The zone that contains the name. If omitted, it is looked up at O(server).
      - Required if the server accepts updates but no queries. Its existing values cannot be read then, so each run may
        report a change if the name has other values.
    type: str
  key_name:
    description: The name of the TSIG key that signs queries and updates.
    type: str
  key_secret:
    description: The secret of the key in base64, as in the configuration of the server.
    type: str
  key_algorithm:
    description: The algorithm of the key.
    type: str
    choices: [hmac-md5, hmac-sha1, hmac-sha224, hmac-sha256, hmac-sha384, hmac-sha512]
    default: hmac-sha256
  timeout:
    description:
      - How many seconds to wait for a response. Without a response, a query or an update is sent up to three times,
        which is safe.
    type: float
    default: 10.0
seealso:
  - module: oauthops.iam.cloudflare_oauth_domain_record
  - module: oauthops.iam.dns_txt_info
"""

EXAMPLES = r"""
- name: Read which record Cloudflare looks for
  oauthops.iam.cloudflare_oauth_client_info:
    client_name: Example App
  register: example_app

- name: Publish the record at our own name server
  oauthops.iam.rfc2136_txt_value:
    server: 192.0.2.53
    key_name: example-app
    key_secret: "{{ example_app_tsig_secret }}"
    name: "{{ example_app.oauth_clients[0].publishing.dns_record.name }}"
    value: "{{ example_app.oauth_clients[0].publishing.dns_record.value }}"
"""

RETURN = r"""
dns_record:
  description: The record. Its C(name) is in lower case and Punycode, and its C(zone) contains the name.
  returned: success
  type: dict
  sample:
    type: TXT
    name: app.example.com
    value: cloudflare_oauth_client_publisher=5d41402abc4b2a76b9719d911017c592
    ttl: 3600
    zone: example.com
txt_values:
  description:
    - All values of the TXT records of the name after the task, the strings of each joined.
    - If the server responds to no queries, only O(value).
  returned: success
  type: list
  elements: str
  sample: [cloudflare_oauth_client_publisher=5d41402abc4b2a76b9719d911017c592, v=spf1 -all]
error:
  description:
    - Why the task failed, as RV(oauthops.iam.dns_txt_info#module:error).
    - If the name server refused or gave no response, C(reason) is the response code, such as V(REFUSED), or the error
      of the key.
  returned: when the task failed
  type: dict
  sample: {code: dns_refused, option: ~, reason: REFUSED}
"""

from collections.abc import Mapping
from typing import Any

from ansible.module_utils.basic import missing_required_lib

from ..module_utils._api.errors import UsageError, invalid
from ..module_utils._api.retry import check_seconds
from ..module_utils._dns.name_server import DNSPYTHON_IMPORT_ERROR
from ..module_utils._dns.names import valid_name
from ..module_utils._dns.update import update_value
from ..module_utils._dns_options import NAME_SERVER_OPTIONS
from ..module_utils._module import Module

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "name": {"type": "str", "required": True},
    "value": {"type": "str", "required": True},
    "ttl": {"type": "int"},
    **NAME_SERVER_OPTIONS,
    "server": {"type": "str", "required": True},
    "timeout": {"type": "float", "default": 10.0},
}
LARGEST_TTL = 2**31 - 1


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    if DNSPYTHON_IMPORT_ERROR:
        text = missing_required_lib("dnspython")
        raise UsageError("requirement_missing", text, exception=DNSPYTHON_IMPORT_ERROR)
    examples = {"name": "app.example.com", "zone": "example.com"}
    names = {option: valid_name(option, params[option], text) for option, text in examples.items() if params[option]}
    if not names.get("name"):
        raise invalid("name", "it is empty (expected the host name of the record).")
    for option, least, most in (("ttl", 0, LARGEST_TTL), ("port", 1, 65535)):
        if params[option] is not None and not least <= params[option] <= most:
            raise invalid(option, f"invalid number {params[option]} (expected {least} to {most}).")
    check_seconds("timeout", params["timeout"], above_zero=True)
    return update_value({**params, **names}, str(names["name"]), check_mode=check_mode)


MODULE = Module(run, OPTIONS, {"required_together": [("key_name", "key_secret")]}, libraries=("dns",))
main = MODULE.main

if __name__ == "__main__":
    main()
