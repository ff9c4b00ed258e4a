# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.awx_latches: which workflows that wait for a domain may go on. Pure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: awx_latches
short_description: Which workflows of AWX that wait for a domain may go on
version_added: 0.1.0
author:
  - The oauthops.iam authors (@oauthops)
description:
  - Matches each pending approval with the client that its own workflow has made, and says whether the domain of that
    very client is proven. The role P(oauthops.iam.oauth_client_awx#role) carries out what follows from it.
options:
  _input:
    description:
      - The pending approvals, as AWX lists them in C(workflow_approvals).
    type: list
    elements: dict
    required: true
  nodes:
    description:
      - The nodes whose jobs have made the clients, as AWX lists them in C(workflow_job_nodes).
    type: list
    elements: dict
    required: true
  jobs:
    description:
      - Those jobs, one by one, because lists of AWX leave the artifacts out. Of these
        C(oauth_client_publish_client_id), C(oauth_client_publish_account_id) and C(oauth_client_publish_dns_record) are
        read.
    type: list
    elements: dict
    required: true
  clients:
    description:
      - The clients of the account, from P(oauthops.iam.cloudflare_oauth_client_info#module).
    type: list
    elements: dict
    required: true
  account_id:
    description:
      - That account. Workflows about clients of other accounts are skipped.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Read the clients of the account
  oauthops.iam.cloudflare_oauth_client_info:
  register: account

- name: Say which workflows may go on
  ansible.builtin.debug:
    msg: >-
      {{ approvals | oauthops.iam.awx_latches(nodes, jobs, account.oauth_clients, account_id)
      | selectattr('decision', 'eq', 'approve') | list }}
  vars:
    account_id: "{{ lookup('ansible.builtin.env', 'CLOUDFLARE_ACCOUNT_ID') }}"
    approvals:
      - {id: 7, name: The domain is proven, summary_fields: {workflow_job: {id: 5}}}
    nodes:
      - {workflow_job: 5, job: 6}
    jobs:
      - id: 6
        artifacts:
          oauth_client_publish_client_id: "{{ account.oauth_clients[0].client_id | default('') }}"
          oauth_client_publish_account_id: "{{ account_id }}"
"""

RETURN = r"""
_value:
  description:
    - For each approval, in the same order, C(approval), its number, C(name) and C(workflow_job), the number of its
      workflow; C(client_id) and C(client_name), or null.
    - C(decision) is C(approve) if the domain is proven, C(wait) if Cloudflare looks for the record, C(restart) if it
      has given that up, and C(skip) if the approval is not about a client of this account, or about another domain
      than the client has by now.
    - C(reason) is a sentence that says why.
  type: list
  elements: dict
  sample:
    - approval: 7
      name: The domain is proven
      workflow_job: 5
      client_id: 30e8fa4a9d2746f5a1b3c9d7e6f50418
      client_name: Example App
      decision: approve
      reason: The domain is proven.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.oauthops.iam.plugins.plugin_utils._latch import latches

Rows = Sequence[Mapping[str, Any]]


def awx_latches(approvals: Rows, nodes: Rows, jobs: Rows, clients: Rows, account_id: str) -> list[dict[str, Any]]:
    """What is to be done with each approval; raises AnsibleFilterError when a row is not what it has to be."""
    try:
        return latches(approvals, nodes, jobs, clients, account_id)
    except (KeyError, TypeError, AttributeError) as error:
        raise AnsibleFilterError(f"awx_latches needs the rows that AWX and Cloudflare list: {error}.") from None


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        return {"awx_latches": awx_latches}
