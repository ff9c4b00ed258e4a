#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_client_wait
short_description: Wait until the domain of an OAuth client is verified
version_added: 0.1.0
description:
  - Waits until Cloudflare has verified the domain of a client. At intervals, it reads the client and looks up its TXT
    record in DNS. It prints a line each time, with the phase, the hostname, and the time elapsed and remaining.
  - It ends when the domain is verified, the verification has failed, the value of the record has changed, or
    O(wait_timeout) is over. None of these is a failure of the task, so check RV(phase).
  - Cloudflare checks the record for two days. Run again later rather than set a long O(wait_timeout).
  - The token needs the permission C(OAuth Client Read), and C(OAuth Client Write) to restart a verification.
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._dns
  - oauthops.iam._attributes.controller
  - oauthops.iam._attributes
attributes:
  check_mode:
    details: Reads the client and looks up the record once, and does not wait.
  idempotent:
    support: full
    details: A failed verification is restarted once. Later runs find it in progress.
options:
  client_id:
    description: The ID of the client.
    type: str
    required: true
  oauth_client:
    description:
      - The client, as an earlier task returned it. While Cloudflare does not show a client that was just created, the
        module uses this one instead of failing.
      - RV(record_changed) compares with the value of its record. If omitted, it compares with the first value that the
        task reads.
    type: dict
  wait_timeout:
    description: How many seconds to wait. V(0) reads the client once.
    type: float
    default: 300.0
  wait_interval:
    description: How many seconds to wait between two requests, at least V(1).
    type: float
    default: 10.0
  restart_verification:
    description:
      - Whether a failed verification is restarted, once, unless the lookup shows that the record is missing. Cloudflare
        may then expect another value.
    type: bool
    default: true
seealso:
  - module: oauthops.iam.cloudflare_oauth_client
  - module: oauthops.iam.cloudflare_oauth_client_publication
  - module: oauthops.iam.cloudflare_oauth_domain_record
"""

EXAMPLES = r"""
- name: Read the client
  oauthops.iam.cloudflare_oauth_client_info:
    client_name: Example App
  register: example_app

- name: Wait up to two minutes for the domain of the client
  oauthops.iam.cloudflare_oauth_client_wait:
    client_id: "{{ example_app.oauth_clients[0].client_id }}"
    wait_timeout: 120
  register: example_app_status

- name: Check that the domain is verified
  ansible.builtin.assert:
    that: example_app_status.phase in ['verified', 'public']
    fail_msg: "{{ example_app_status.next_action.text }}"
"""

RETURN = r"""
phase:
  description:
    - The phase of the client, V(incomplete), V(needs_dns), V(verifying), V(failed), V(verified) or V(public). See
      RV(oauthops.iam.cloudflare_oauth_client_publication#module:phase).
  returned: success
  type: str
  sample: verified
client_id:
  description: The ID of the client.
  returned: success
  type: str
  sample: 30e8fa4a9d2746f5a1b3c9d7e6f50418
account_id:
  description: The account that owns it.
  returned: success
  type: str
  sample: 0123456789abcdef0123456789abcdef
oauth_client:
  description: The client, as RV(oauthops.iam.cloudflare_oauth_client#module:oauth_client).
  returned: success
  type: dict
publishing:
  description: The state of publishing, as RV(oauthops.iam.cloudflare_oauth_client#module:publishing).
  returned: success
  type: dict
dns_record:
  description: The TXT record, as RV(oauthops.iam.cloudflare_oauth_client_publication#module:dns_record).
  returned: success
  type: dict
missing:
  description: The missing requirements, as RV(oauthops.iam.cloudflare_oauth_client_publication#module:missing).
  returned: success
  type: list
  elements: str
  sample: []
deadline:
  description:
    - When Cloudflare may stop looking, as RV(oauthops.iam.cloudflare_oauth_client_publication#module:deadline).
  returned: success
  type: str
next_action:
  description: The next step, as RV(oauthops.iam.cloudflare_oauth_client_publication#module:next_action).
  returned: success
  type: dict
ticket:
  description: Lines for the owner of the zone, as RV(oauthops.iam.cloudflare_oauth_client_publication#module:ticket).
  returned: success
  type: list
  elements: str
  sample: []
awaits_verification:
  description:
    - Whether Cloudflare is still looking, as
      RV(oauthops.iam.cloudflare_oauth_client_publication#module:awaits_verification).
  returned: success
  type: bool
  sample: false
restarted:
  description: Whether the verification was restarted.
  returned: success
  type: bool
  sample: false
record_changed:
  description: Whether Cloudflare expects another value of the record than before. Publish the new value.
  returned: success
  type: bool
  sample: false
lookup:
  description: The last DNS lookup, as M(oauthops.iam.dns_txt_info) returns it; empty without a lookup.
  returned: success
  type: dict
elapsed:
  description: How many seconds the task took.
  returned: success
  type: int
  sample: 23
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

from ..module_utils._dns_options import DNS_OPTION
from ..module_utils._module import CloudflareModule, only_as_action

OPTIONS: Mapping[str, Any] = {
    "client_id": {"type": "str", "required": True},
    "oauth_client": {"type": "dict"},
    "wait_timeout": {"type": "float", "default": 300.0},
    "wait_interval": {"type": "float", "default": 10.0},
    "restart_verification": {"type": "bool", "default": True},
    "dns": DNS_OPTION,
}

MODULE = CloudflareModule(only_as_action, OPTIONS)
main = MODULE.main

if __name__ == "__main__":
    main()
