#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_client_rotation
short_description: Rotate the secret of an OAuth client with a store
version_added: 0.1.0
description:
  - Rotates the secret of an OAuth client in two steps. In between, the rotation is open, and two secrets are valid.
  - Each run reads the client at Cloudflare and the record in O(store), and does what comes next. It can run every hour,
    and after a run that was killed at any step.
  - O(state=rotated) notes in the store that a secret is being minted (created), mints it, stores it and reads it back.
    It never returns the secret, so the task needs no C(no_log). It prints a line for each step.
  - O(state=finalized) deletes the older secret, if the store holds the newer one.
  - Between the two, bring the newer secret to the applications and verify that they use it. The role
    P(oauthops.iam.oauth_client_rotate#role) does all steps.
  - A lock in O(handover_dir) makes runs for the same client wait for each other.
    M(oauthops.iam.cloudflare_oauth_client_secret) uses neither the lock nor the store, so do not use both modules for
    one client.
  - The token needs the permissions C(OAuth Client Read) and C(OAuth Client Write).
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._store
  - oauthops.iam._attributes.controller
  - oauthops.iam._attributes
attributes:
  check_mode:
    details: Predicts the steps, and takes no lock.
  diff_mode:
    support: none
    details: The steps are in RV(steps).
  idempotent:
    support: partial
    details:
      - While a rotation is open, or the secret is younger than O(max_age), V(rotated) changes nothing. Without
        O(max_age), it mints a secret in every run, unless a rotation is open.
options:
  state:
    description: V(rotated) mints a second secret if the stored one is due. V(finalized) deletes the older of two.
    type: str
    choices: [rotated, finalized]
    default: rotated
  client_id:
    description: The ID of the client. This or O(client_name) is required. If both are set, only the ID is used.
    type: str
  client_name:
    description: The exact name of the client. The task fails when several clients have it.
    type: str
  max_age:
    description:
      - Mint a secret only when the one in the store is older, such as V(90d), V(1w12h) or a number of seconds. The age
        is counted from C(minted_at) in the store, because Cloudflare does not report the age of a secret. A secret
        without C(minted_at) is due.
      - If omitted, every run mints a secret unless a rotation is open.
    type: str
  overlap:
    description:
      - The minimum time for which both secrets stay valid before O(state=finalized) deletes the older one, such as
        V(1d).
      - The time is counted from C(minted_at) in the store, not from the deployment. Without C(minted_at), O(overlap)
        never ends.
    type: str
  replace_lost:
    description:
      - Whether a second secret that the store never received is replaced. The older secret is deleted first, so
        applications fail to authenticate until the new one is deployed.
      - Set it for one run only, when the message of a failed run asks for it.
    type: bool
    default: false
  expected:
    description:
      - The RV(fingerprint) of the secret that was deployed and verified. If the store holds another secret by
        now, O(state=finalized) fails and deletes nothing. A write-only store is not checked.
    type: str
  secret_needed:
    description:
      - When later tasks read the secret from the store. V(no) means never, V(now) in this run, and V(later) in another
        run.
      - It matters only for a write-only store, such as V(awx_credential). With V(now), the secret is kept in
        O(handover_dir) until the rotation is finalized. With V(later), such a store is refused before anything is
        minted.
    type: str
    choices: ['no', now, later]
    default: 'no'
seealso:
  - module: oauthops.iam.cloudflare_oauth_client_secret
  - module: oauthops.iam.cloudflare_oauth_client_stored_secret
"""

EXAMPLES = r"""
- name: Mint a second secret every 90 days
  oauthops.iam.cloudflare_oauth_client_rotation:
    client_name: Example App
    max_age: 90d
    store:
      type: json_file
      path: /etc/example_app/stored.json
  register: rotation

- name: Deploy the newer secret to the application
  ansible.builtin.include_tasks: deploy.yml
  when: rotation.awaits_deployment

- name: Verify that the application uses the newer secret
  ansible.builtin.include_tasks: verify.yml
  when: rotation.awaits_deployment

- name: Delete the older secret, at least a day later
  oauthops.iam.cloudflare_oauth_client_rotation:
    client_name: Example App
    state: finalized
    overlap: 1d
    expected: "{{ rotation.fingerprint }}"
    store:
      type: json_file
      path: /etc/example_app/stored.json
"""

RETURN = r"""
rotation:
  description: V(open) while two secrets are valid, else V(closed).
  returned: success
  type: str
  sample: open
steps:
  description:
    - The steps of this run, of V(rotated), V(stored), V(finalized) and V(settled). V(settled) means that an earlier run
      was killed, or that the older secret was deleted elsewhere. The store was corrected.
  returned: success
  type: list
  elements: str
  sample: [rotated, stored]
reason:
  description:
    - Why these steps were taken, as C(code) and C(text). The codes are V(due), V(not_due), V(handed_over), V(open),
      V(closed), V(overlap), V(closed_elsewhere), V(replaced) and V(finalized).
  returned: success
  type: dict
  sample: {code: due, text: 'No rotation is open, and the secret is due: the store holds none.'}
next_action:
  description: The next step, as C(code) and C(text). The codes are V(none), V(finalize) and V(wait).
  returned: success
  type: dict
  sample:
    code: finalize
    text: Both secrets are valid. When every application uses the newer one, finalize the rotation.
client_id:
  description: The ID of the client.
  returned: success
  type: str
  sample: 30e8fa4a9d2746f5a1b3c9d7e6f50418
client_name:
  description: The name of the client.
  returned: success
  type: str
  sample: Example App
account_id:
  description: The account that owns it.
  returned: success
  type: str
  sample: 9a7806061c88ada191ed06f989cc3dac
updated_at:
  description: When the client was last changed at Cloudflare.
  returned: success
  type: str
  sample: '2026-01-31T08:00:00Z'
minted_at:
  description:
    - When the secret in the store was minted. V(null) if the store does not record it, and in check mode after a
      predicted step.
  returned: success
  type: str
  sample: '2026-01-31T08:00:00Z'
due_at:
  description:
    - When the next rotation is due, according to O(max_age). V(null) without O(max_age) or C(minted_at), and with
      O(state=finalized).
  returned: success
  type: str
  sample: '2026-05-01T08:00:00Z'
awaits_deployment:
  description: Whether two secrets are valid, of which the newer one can be deployed and verified.
  returned: success
  type: bool
  sample: true
fingerprint:
  description: The SHA-256 fingerprint of the secret in the store. V(null) if it is not known.
  returned: success
  type: str
  sample: 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08
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

from ..module_utils._api.errors import invalid
from ..module_utils._module import CloudflareModule, only_as_action
from ..module_utils._store_options import STORE_OPTIONS

OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["rotated", "finalized"], "default": "rotated"},
    "client_id": {"type": "str"},
    "client_name": {"type": "str"},
    **STORE_OPTIONS,
    "max_age": {"type": "str"},
    "overlap": {"type": "str"},
    "replace_lost": {"type": "bool", "default": False},
    "expected": {"type": "str"},
    "secret_needed": {"type": "str", "choices": ["no", "now", "later"], "default": "no", "no_log": False},
}


def check_params(params: Mapping[str, Any]) -> None:
    """Raise UsageError for what no run can be started with."""
    if not (params["client_id"] or params["client_name"]):
        raise invalid("client_id", "set client_id or client_name, to identify the client.")
    if params["replace_lost"] and params["state"] == "finalized":
        raise invalid(
            "replace_lost",
            "it mints a secret, which state=finalized does not do. Set state=rotated, or omit replace_lost.",
        )


MODULE = CloudflareModule(only_as_action, OPTIONS, {"required_one_of": [("client_id", "client_name")]})
main = MODULE.main

if __name__ == "__main__":
    main()
