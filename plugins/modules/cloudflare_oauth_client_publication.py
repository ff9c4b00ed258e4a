#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_client_publication
short_description: Publish an OAuth client step by step; each run continues
version_added: 0.1.0
description:
  - O(state=prepared) creates or updates the client, stores the secret of a new one, and publishes the TXT record that
    verifies its domain. Known problems are refused before anything is written.
  - O(state=public) makes the client public, which is permanent. It fails while a requirement is missing.
  - O(state=absent) removes the record, then the client.
  - Between V(prepared) and V(public), wait for Cloudflare with M(oauthops.iam.cloudflare_oauth_client_wait). The role
    P(oauthops.iam.oauth_client_publish#role) does all steps.
  - The token needs the permissions C(OAuth Client Read) and C(OAuth Client Write), and for a zone at Cloudflare
    C(Zone Read), C(DNS Read) and C(DNS Write).
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._dns
  - oauthops.iam._store
  - oauthops.iam._attributes.controller
  - oauthops.iam._attributes
options:
  state:
    description: The step to reach, or V(absent) to delete the client and its record.
    type: str
    choices: [prepared, public, absent]
    default: prepared
  client:
    description:
      - The client, with the options of M(oauthops.iam.cloudflare_oauth_client) that define one, such as C(client_name),
        C(redirect_uris) and C(client_uri). Omitted options stay as they are, empty ones are cleared.
      - An item of O(oauthops.iam.cloudflare_oauth_clients#module:clients) or an entry of an export can be used as well.
        If its C(visibility) is V(private), O(state=public) fails; V(public) has no effect before O(state=public). Its
        C(client_secret_file) is used if O(store) is not set.
      - For O(state=public) and O(state=absent), C(client_id) or C(client_name) is enough.
    type: dict
    required: true
  store:
    description: The place for the secret of a new client. A client without a secret needs none.
    required: false
  validate_scopes:
    description:
      - Whether to check new scopes against Cloudflare's list of scopes first, as
        O(oauthops.iam.cloudflare_oauth_client#module:validate_scopes).
    type: bool
    default: true
  allow_similar:
    description:
      - Whether a client is created although another one has the same home page, and one of the two has all redirect
        URIs of the other. The other one may be the same client, renamed.
    type: bool
    default: false
  discard_client_secret:
    description:
      - Whether a new client is created without keeping its secret, which is then lost. O(store) is not used then. The
        module M(oauthops.iam.cloudflare_oauth_client_rotation) can mint another later.
    type: bool
    default: false
  force:
    description:
      - Whether O(state=absent) may delete a client with visibility V(public), which ends the authorizations of
        all its users.
    type: bool
    default: false
seealso:
  - module: oauthops.iam.cloudflare_oauth_client
  - module: oauthops.iam.cloudflare_oauth_client_wait
  - module: oauthops.iam.cloudflare_oauth_domain_record
"""

EXAMPLES = r"""
- name: Create the client and publish its record
  oauthops.iam.cloudflare_oauth_client_publication:
    client:
      client_name: Example App
      redirect_uris: [https://app.example.com/oauth/callback]
      scopes: [account-settings.read]
      token_endpoint_auth_method: none
      client_uri: https://app.example.com/
      logo_uri: https://app.example.com/logo.png
  register: example_app

- name: Make the client public, once its domain is verified
  oauthops.iam.cloudflare_oauth_client_publication:
    state: public
    client:
      client_name: Example App
  when: example_app.phase == 'verified'

- name: Delete a client that is not public, and its record
  oauthops.iam.cloudflare_oauth_client_publication:
    state: absent
    client:
      client_name: Old App
"""

RETURN = r"""
phase:
  description:
    - V(incomplete) means that options are missing, V(needs_dns) that the record cannot be seen yet.
    - V(verifying) means that Cloudflare has not verified it yet, V(failed) that Cloudflare has stopped looking.
    - V(verified) means that the client can be made public, V(public) that it is public.
  returned: success, unless O(state=absent)
  type: str
  sample: needs_dns
client_id:
  description: The ID of the client. V(null) in check mode for a client that would be created.
  returned: success
  type: str
  sample: 30e8fa4a9d2746f5a1b3c9d7e6f50418
account_id:
  description: The account that owns it.
  returned: success
  type: str
  sample: 0123456789abcdef0123456789abcdef
dns_record:
  description:
    - The TXT record that verifies the domain, with C(type), C(name) and C(value). The value is V(null) until Cloudflare
      has named it, and the record V(null) for a client without a home page.
  returned: success
  type: dict
  sample:
    type: TXT
    name: app.example.com
    value: cloudflare_oauth_client_publisher=5d41402abc4b2a76b9719d911017c592
dns_task_file:
  description: The task file of O(dns.provider) that has to publish the record. V(null) if there is nothing to do.
  returned: success
  type: str
  sample: ~
awaits_verification:
  description: Whether the record is known, and Cloudflare has not verified the domain yet.
  returned: success, unless O(state=absent)
  type: bool
  sample: true
missing:
  description: The missing requirements, as RV(oauthops.iam.cloudflare_oauth_client#module:publishing.missing).
  returned: success, unless O(state=absent)
  type: list
  elements: str
  sample: [client_uri_verification]
deadline:
  description: The earliest time at which Cloudflare may stop looking for the record. V(null) if it is not known.
  returned: success, unless O(state=absent)
  type: str
  sample: 2026-01-31 08:00 UTC
next_action:
  description:
    - The next step, as C(code) and C(text). The codes are V(complete), V(publish_record), V(run), V(wait), V(promote)
      and V(none).
  returned: success, unless O(state=absent)
  type: dict
  sample:
    code: none
    text: Nothing, the client is public.
ticket:
  description: With the provider V(manual), lines for a request to the owner of the zone.
  returned: success, unless O(state=absent)
  type: list
  elements: str
  sample: []
lookup:
  description: The last lookup of the record in DNS, as M(oauthops.iam.dns_txt_info) returns it.
  returned: success, unless O(state=absent)
  type: dict
  sample: {}
oauth_client:
  description: The client, as RV(oauthops.iam.cloudflare_oauth_client#module:oauth_client).
  returned: success
  type: dict
waited:
  description: Messages about each pause before a request, as RV(oauthops.iam.cloudflare_oauth_client#module:waited).
  returned: when a request was repeated, a change was not yet visible in a response, or the rate limit was near
  type: list
  elements: str
  sample: ['1.0 s: GET /oauth/scopes failed (status 503)']
error:
  description: Why the task failed, as RV(oauthops.iam.cloudflare_oauth_client#module:error).
  returned: failure
  type: dict
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._dns_options import DNS_OPTION
from ..module_utils._module import CloudflareModule, only_as_action
from ..module_utils._store_options import STORE_OPTIONS

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["prepared", "public", "absent"], "default": "prepared"},
    "client": {"type": "dict", "required": True},
    **STORE_OPTIONS,
    "store": {**STORE_OPTIONS["store"], "required": False},
    "dns": DNS_OPTION,
    "validate_scopes": {"type": "bool", "default": True},
    "allow_similar": {"type": "bool", "default": False},
    "discard_client_secret": {"type": "bool", "default": False, "no_log": False},
    "force": {"type": "bool", "default": False},
}

MODULE = CloudflareModule(only_as_action, OPTIONS)
main = MODULE.main

if __name__ == "__main__":
    main()
