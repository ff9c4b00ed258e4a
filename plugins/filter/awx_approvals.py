# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.awx_approvals: which workflows that wait for a domain may continue. Pure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: awx_approvals
short_description: Decide which AWX workflows that wait for a domain may continue
version_added: 0.1.0
author: The oauthops.iam authors (@oauthops)
description:
  - Finds the client of each pending approval in its workflow, and decides by the verification of that client's domain.
    The role P(oauthops.iam.oauth_client_awx#role) carries out the decisions.
options:
  _input:
    description: The pending approvals, as AWX lists them in C(workflow_approvals).
    type: list
    elements: dict
    required: true
  nodes:
    description: The workflow nodes whose jobs created the clients, as AWX lists them in C(workflow_job_nodes).
    type: list
    elements: dict
    required: true
  jobs:
    description:
      - The jobs of O(nodes), as AWX lists them in C(jobs). Their artifacts C(oauth_client_publish_client_id),
        C(oauth_client_publish_account_id) and C(oauth_client_publish_dns_record) are read.
    type: list
    elements: dict
    required: true
  clients:
    description: The clients of the account, from P(oauthops.iam.cloudflare_oauth_client_info#module).
    type: list
    elements: dict
    required: true
  account_id:
    description: The ID of that account. Workflows for clients of other accounts are skipped.
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Read the clients of the account
  oauthops.iam.cloudflare_oauth_client_info:
  register: account

- name: Show the workflows that may continue
  ansible.builtin.debug:
    msg: >-
      {{ approvals | oauthops.iam.awx_approvals(nodes, jobs, account.oauth_clients, account_id)
      | selectattr('decision', 'eq', 'approve') | list }}
  vars:
    account_id: "{{ lookup('ansible.builtin.env', 'CLOUDFLARE_ACCOUNT_ID') }}"
    approvals:
      - {id: 7, name: The domain is verified, summary_fields: {workflow_job: {id: 5}}}
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
    - One item for each approval, in the same order. C(approval) is the ID of the approval, C(name) its name, and
      C(workflow_job) the ID of its workflow job. C(client_id) and C(client_name) are those of the client, or null.
    - C(decision) is C(approve) if the domain is verified, C(wait) if Cloudflare looks for the record, and C(restart) if
      it has stopped looking.
    - It is C(skip) if the approval is not about a client of this account, or if the client has another domain now.
    - C(reason) is a sentence that says why.
  type: list
  elements: dict
  sample:
    - approval: 7
      name: The domain is verified
      workflow_job: 5
      client_id: 30e8fa4a9d2746f5a1b3c9d7e6f50418
      client_name: Example App
      decision: approve
      reason: The domain is verified.
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._awx_approvals import Rows, decided
from ..plugin_utils._options import reason_of


def awx_approvals(approvals: Rows, nodes: Rows, jobs: Rows, clients: Rows, account_id: str) -> list[dict[str, Any]]:
    """The decisions. Raises AnsibleFilterError for an invalid row."""
    try:
        return decided(approvals, nodes, jobs, clients, account_id)
    except (KeyError, TypeError, AttributeError) as error:
        raise AnsibleFilterError(
            f"awx_approvals: invalid input (expected the rows that AWX and Cloudflare list): {reason_of(error)}."
        ) from None


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        return {"awx_approvals": awx_approvals}
