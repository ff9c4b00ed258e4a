# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.publication_status: how far a client is from being public, and what comes next. Pure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: publication_status
short_description: How far a client is from being public, and what comes next
version_added: 0.1.0
author:
  - The oauthops.iam authors (@oauthops)
description:
  - Puts together what Cloudflare says of a client and what DNS shows of its TXT record. The role
    P(oauthops.iam.oauth_client_publish#role) carries out what follows from it.
options:
  _input:
    description:
      - The result of P(oauthops.iam.cloudflare_oauth_client#module), of which the keys C(oauth_client) and
        C(publishing) are read.
    type: dict
    required: true
  lookup:
    description:
      - The result of P(oauthops.iam.dns_txt_info#module) for the record. Left out, nobody was asked.
    type: dict
    default: {}
  dns_provider:
    description:
      - Who publishes the record. V(manual) is a person; of anybody else it is assumed that the record was published
        when DNS cannot be asked.
    type: str
    default: manual
  foretold:
    description:
      - Whether the client is what check mode foretells, so that nothing was published.
    type: bool
    default: false
  now:
    description:
      - The moment to judge from, as C(created_at) of the client is written. Left out, it is the present.
    type: str
"""

EXAMPLES = r"""
- name: Read the client
  oauthops.iam.cloudflare_oauth_client_info:
    client_name: Example App
  register: example_app

- name: Look its record up
  oauthops.iam.dns_txt_info:
    name: "{{ example_app.oauth_clients[0].publishing.dns_record.name }}"
    value: "{{ example_app.oauth_clients[0].publishing.dns_record.value }}"
  register: record

- name: Say what comes next
  ansible.builtin.debug:
    msg: "{{ (client | oauthops.iam.publication_status(record)).next_action }}"
  vars:
    client:
      oauth_client: "{{ example_app.oauth_clients[0] }}"
      publishing: "{{ example_app.oauth_clients[0].publishing }}"
"""

RETURN = r"""
_value:
  description:
    - C(phase) is one of C(incomplete), C(needs_dns), C(verifying), C(failed), C(verified) and C(public).
    - C(client_id), C(dns_record) and C(missing) are those of the client.
    - C(deadline) is when Cloudflare may stop looking for the record, or null. Cloudflare does not tell it, so it is
      counted from when the client was created or changed.
    - C(next_action) says who has to do what.
    - C(ticket) are lines for whoever owns the zone, while the record is wanted and a person publishes it.
    - C(restart) is whether a verification that failed can be started anew with a chance.
  type: dict
  sample:
    phase: verified
    client_id: 30e8fa4a9d2746f5a1b3c9d7e6f50418
    dns_record:
      type: TXT
      name: app.example.com
      value: cloudflare_oauth_client_publisher=5d41402abc4b2a76b9719d911017c592
    missing: []
    deadline: ~
    next_action: >-
      Everything is ready. Run again with oauth_client_publish_promote=true to make the client public, which cannot be
      undone.
    ticket: []
    restart: false
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.oauthops.iam.plugins.plugin_utils._moment import present
from ansible_collections.oauthops.iam.plugins.plugin_utils._publication import publication


def publication_status(
    client: Mapping[str, Any],
    lookup: Mapping[str, Any] | None = None,
    dns_provider: str = "manual",
    now: str = "",
    foretold: bool = False,
) -> dict[str, Any]:
    """How far the publication is; raises AnsibleFilterError when C(client) or C(now) is not what it has to be."""
    moment = present(now)
    try:
        return publication(client, lookup or {}, dns_provider, moment, foretold=foretold)
    except (KeyError, TypeError):
        raise AnsibleFilterError(
            "publication_status needs the result of the module cloudflare_oauth_client, with a client in it."
        ) from None


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        return {"publication_status": publication_status}
