#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_client
short_description: Manage an OAuth client of a Cloudflare account
version_added: 0.1.0
description:
  - Creates, changes, publishes and deletes an OAuth client that a Cloudflare account owns.
  - An omitted option keeps the value that the client has. An empty list or an empty string clears it. Only fields that
    differ are sent.
  - Lists are compared as sets. C(offline_access) and C(openid) in O(scopes) are added and removed by Cloudflare
    itself, following O(grant_types) and O(response_types), and are neither compared nor sent.
  - The token needs the permissions C(OAuth Client Read) and C(OAuth Client Write).
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._attributes.minting
  - oauthops.iam._attributes
options:
  state:
    description: V(present) creates the client or updates it, V(absent) deletes it.
    type: str
    choices: [present, absent]
    default: present
  client_id:
    description:
      - The ID that Cloudflare gave to the client. Nothing is created if no client has this ID.
      - With O(client_name) as well, the client is renamed to that name.
    type: str
  client_name:
    description:
      - The name that users see when they are asked for consent.
      - Without O(client_id) it identifies the client. Cloudflare does not guarantee unique names, so the task fails and
        lists the candidates if several clients have this name.
    type: str
  grant_types:
    description:
      - The OAuth grants that the client may use. C(authorization_code) must be among them.
      - If omitted, a new client gets V([authorization_code]).
    type: list
    elements: str
    choices: [authorization_code, refresh_token]
  response_types:
    description:
      - The response types of the authorization endpoint. Cloudflare supports the C(code) flow.
      - If omitted, a new client gets V([code]).
    type: list
    elements: str
    choices: [code, token, id_token]
  redirect_uris:
    description: The absolute URIs, without fragment, that users may be redirected to. Required to create a client.
    type: list
    elements: str
  scopes:
    description:
      - The IDs of the scopes that the client may ask for, as M(oauthops.iam.cloudflare_oauth_scope_info) lists them.
        Required to create a client.
    type: list
    elements: str
  optional_scopes:
    description:
      - The scopes of O(scopes) that a user may decline.
      - If omitted, only optional scopes that are no longer in O(scopes) are removed, because Cloudflare allows no
        others.
    type: list
    elements: str
  token_endpoint_auth_method:
    description:
      - How the client authenticates. V(none) is a client without a secret, which has to use PKCE. Required to create a
        client.
    type: str
    choices: [none, client_secret_basic, client_secret_post]
  allowed_cors_origins:
    description: The web origins from which a browser may call the token endpoint. Compared without a trailing slash.
    type: list
    elements: str
  post_logout_redirect_uris:
    description: The URIs that users may be redirected to after logging out.
    type: list
    elements: str
  client_uri:
    description:
      - The home page of the application. A TXT record verifies its hostname, see RV(publishing.dns_record).
      - It is sent only when it differs, because sending it restarts the verification.
      - The hostname of a verified client cannot be changed.
    type: str
  logo_uri:
    description: The address of the application's logo.
    type: str
  policy_uri:
    description: The address of the privacy policy.
    type: str
  tos_uri:
    description: The address of the terms of service.
    type: str
  visibility:
    description:
      - V(public) lets every Cloudflare user authorize the client. B(This is permanent.) It needs a name, O(logo_uri), a
        verified hostname of O(client_uri) and at least one scope that is not an identity scope of OpenID Connect;
        C(openid) does not count.
      - Missing requirements are reported before anything is changed.
      - V(private) fails if the client is public. A new client is private.
    type: str
    choices: [private, public]
  append:
    description: Whether lists are added to the values that the client has, instead of replacing them.
    type: bool
    default: false
  restart_verification:
    description:
      - Whether the verification of the hostname of O(client_uri) is restarted if its status is C(failed). Cloudflare
        stops looking after two days.
    type: bool
    default: false
  validate_scopes:
    description:
      - Whether to check new scopes against Cloudflare's list of scopes first, so that a misspelled scope is reported
        together with similar IDs.
    type: bool
    default: true
  client_secret_file:
    description:
      - A new client whose O(token_endpoint_auth_method) is not V(none) has a secret. It is created only if this option
        or O(return_client_secret) is set.
      - The absolute path of the file on the target that gets a new client's secret, without a line break and with mode
        C(0600). An existing file is replaced in one step. The file is reserved before the client is created. It belongs
        to the user who runs the task.
      - A symbolic link in the path is followed only where no other user can have created it; else the task fails.
    type: path
  return_client_secret:
    description:
      - A new client whose O(token_endpoint_auth_method) is not V(none) has a secret. It is created only if this option
        or O(client_secret_file) is set. V(false) without a file discards the secret on purpose;
        M(oauthops.iam.cloudflare_oauth_client_secret) can create another later.
      - Whether a new client's secret is returned as RV(client_secret). Set C(no_log=true) on the task then, because
        ansible-core before 2.22 shows the secret otherwise.
      - Refused together with C(async), which keeps the result in a file that every user can read.
      - In a loop, C(register) with a mapping (ansible-core 2.21 and later) keeps only the last item, so other secrets
        would be lost. The task refuses it unless O(client_secret_file) is set. Register a name instead, or
        C(_task.loop_result).
      - A task that is interrupted before it ends returns nothing. With O(client_secret_file), the file has the secret
        even then.
    type: bool
  force:
    description:
      - Whether O(state=absent) may delete a client with visibility V(public), which ends all authorizations that users
        gave it.
    type: bool
    default: false
seealso:
  - module: oauthops.iam.cloudflare_oauth_client_info
  - module: oauthops.iam.cloudflare_oauth_client_secret
  - module: oauthops.iam.cloudflare_oauth_client_wait
  - module: oauthops.iam.cloudflare_oauth_clients
  - module: oauthops.iam.cloudflare_oauth_domain_record
  - module: oauthops.iam.cloudflare_oauth_scope_info
  - name: OAuth clients in Cloudflare's documentation
    description: Clients and their publication.
    link: https://developers.cloudflare.com/fundamentals/oauth/create-an-oauth-client/
"""

EXAMPLES = r"""
- name: Create a client for a command line tool, without a secret
  oauthops.iam.cloudflare_oauth_client:
    client_name: Example CLI
    redirect_uris:
      - http://localhost:8976/callback
    scopes:
      - account-settings.read
      - dns.read
    token_endpoint_auth_method: none

- name: Create a client for a web application and write its secret to a file
  oauthops.iam.cloudflare_oauth_client:
    client_name: Example App
    grant_types: [authorization_code, refresh_token]
    redirect_uris:
      - https://app.example.com/oauth/callback
    scopes:
      - account-settings.read
      - dns.read
      - dns.write
    optional_scopes:
      - dns.write
    token_endpoint_auth_method: client_secret_basic
    client_uri: https://app.example.com/
    logo_uri: https://app.example.com/logo.png
    client_secret_file: "{{ example_app_secret_file }}"

- name: Add a redirect URI and keep the others
  oauthops.iam.cloudflare_oauth_client:
    client_name: Example App
    redirect_uris:
      - https://staging.example.com/oauth/callback
    append: true

- name: Remove the terms of service
  oauthops.iam.cloudflare_oauth_client:
    client_name: Example App
    tos_uri: ""

- name: Delete a client
  oauthops.iam.cloudflare_oauth_client:
    client_name: Example CLI
    state: absent
"""

RETURN = r"""
oauth_client:
  description:
    - The client after the task, or as it was before it was deleted. V(null) when there was none to delete.
    - Every key named here is present; missing values are V(null), V(false) or an empty list. Unknown keys of
      Cloudflare's response are dropped, because they may hold a secret.
    - In check mode RV(oauth_client.client_id) of a client that does not exist yet is V(null).
  returned: success
  type: dict
  contains:
    client_id:
      description: The ID that Cloudflare gave to the client.
      type: str
      sample: 30e8fa4a9d2746f5a1b3c9d7e6f50418
    client_name:
      description: The name.
      type: str
      sample: Example App
    grant_types:
      description: The grants.
      type: list
      elements: str
      sample: [authorization_code]
    response_types:
      description: The response types.
      type: list
      elements: str
      sample: [code]
    redirect_uris:
      description: The redirect URIs.
      type: list
      elements: str
      sample: [https://app.example.com/oauth/callback]
    scopes:
      description: The scopes, with those that Cloudflare added.
      type: list
      elements: str
      sample: [account-settings.read, dns.read]
    optional_scopes:
      description: The scopes that a user may decline.
      type: list
      elements: str
    token_endpoint_auth_method:
      description: How the client authenticates.
      type: str
      sample: client_secret_basic
    allowed_cors_origins:
      description: The allowed web origins.
      type: list
      elements: str
    post_logout_redirect_uris:
      description: The URIs that users may be redirected to after logging out.
      type: list
      elements: str
    client_uri:
      description: The home page.
      type: str
      sample: https://app.example.com/
    logo_uri:
      description: The logo.
      type: str
      sample: https://app.example.com/logo.png
    policy_uri:
      description: The privacy policy.
      type: str
    tos_uri:
      description: The terms of service.
      type: str
    visibility:
      description: Whether all users (V(public)) or only members of the account (V(private)) can authorize the client.
      type: str
      sample: private
    client_uri_verification:
      description: The verification of the hostname of RV(oauth_client.client_uri).
      type: dict
      contains:
        status:
          description: The status, such as V(pending), V(in_progress), V(verified) or V(failed).
          type: str
          sample: pending
        text:
          description: The value of the TXT record that verifies the hostname.
          type: str
          sample: cloudflare_oauth_client_publisher=5d41402abc4b2a76b9719d911017c592
    has_rotated_secret:
      description: Whether two secrets are valid.
      type: bool
      sample: false
    created_at:
      description: When the client was created.
      type: str
      sample: '2026-10-05T04:47:27Z'
    updated_at:
      description: When the client was changed last.
      type: str
      sample: '2026-10-05T04:47:27Z'
    promoted_at:
      description: When the client was made public.
      type: str
publishing:
  description: The state of publishing. V(null) when there is no client.
  returned: success
  type: dict
  contains:
    phase:
      description:
        - V(incomplete) while RV(publishing.missing) holds more than the verification.
        - V(needs_dns) while Cloudflare has not seen the TXT record, V(failed) when it has stopped looking.
        - V(verified) when the client can be made public, and V(public).
      type: str
      sample: needs_dns
    missing:
      description: The missing requirements for publishing, as names of options and C(client_uri_verification).
      type: list
      elements: str
      sample: [client_uri_verification]
    obstacle:
      description: Why the hostname of O(client_uri) cannot be verified, V(null) when it can.
      type: str
      sample: localhost is not in the public DNS, so Cloudflare cannot verify it.
    dns_record:
      description: The TXT record that verifies the hostname of O(client_uri), V(null) without one.
      type: dict
      contains:
        type:
          description: Always V(TXT).
          type: str
          sample: TXT
        name:
          description: The hostname, in lower case and Punycode.
          type: str
          sample: app.example.com
        value:
          description: The value, V(null) until Cloudflare has named it.
          type: str
          sample: cloudflare_oauth_client_publisher=5d41402abc4b2a76b9719d911017c592
client_secret:
  description: The secret of a client that was created. Cloudflare shows it this once.
  returned: when a client with a secret was created and O(return_client_secret=true)
  type: str
error:
  description: Why the task failed. It is missing when ansible-core itself refused the task.
  returned: when the task failed
  type: dict
  contains:
    code:
      description: One of the R(error codes,ansible_collections.oauthops.iam.docsite.guide_errors).
      type: str
      sample: request_refused
    option:
      description: The option to change, as the task writes it. V(null) when it is not about one option.
      type: str
      sample: ~
    method:
      description: The HTTP method of the request that failed.
      returned: when a request failed
      type: str
      sample: PATCH
    path:
      description: The path below O(api_url).
      returned: when a request failed
      type: str
      sample: /accounts/9a7806061c88ada191ed06f989cc3dac/oauth_clients/30e8fa4a9d2746f5a1b3c9d7e6f50418
    status:
      description: The HTTP status, V(null) when no response came.
      returned: when a request failed
      type: int
      sample: 400
    ray_id:
      description: Cloudflare's ID of the request, for its support.
      returned: when a request failed
      type: str
      sample: 8f2a1b3c4d5e6f70-FRA
    errors:
      description: The errors that Cloudflare returned, with C(code), C(message), C(option) and C(documentation_url).
      returned: when a request failed
      type: list
      elements: dict
waited:
  description: Messages about each pause before a request, with its cause. The pauses are within O(retry_timeout).
  returned: when a request was repeated, a change was not yet visible in a response, or the rate limit was near
  type: list
  elements: str
  sample: ['1.0 s: GET /oauth/scopes failed (status 503)']
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._api.auth import check_account_id
from ..module_utils._api.client import connect
from ..module_utils._module import CloudflareModule
from ..module_utils._oauth.apply import performed
from ..module_utils._oauth.clients import OAuthClients, find_client
from ..module_utils._oauth.plan import decided
from ..module_utils._oauth.validate import DEFINITION_OPTIONS, checked_description

OPTIONS: Mapping[str, Any] = {
    **DEFINITION_OPTIONS,
    "validate_scopes": {"type": "bool", "default": True},
    "return_client_secret": {"type": "bool"},
    "force": {"type": "bool", "default": False},
}


def run(params: Mapping[str, Any], check_mode: bool) -> dict[str, Any]:
    account_id = check_account_id(params)
    wanted = checked_description(params)
    clients = OAuthClients(connect(params), account_id)
    actual = find_client(clients, params["client_id"], params["client_name"])
    return performed(decided(wanted, actual, params, clients), clients, check_mode=check_mode)


MODULE = CloudflareModule(run, OPTIONS, {"required_one_of": [("client_id", "client_name")]})
main = MODULE.main

if __name__ == "__main__":
    main()
