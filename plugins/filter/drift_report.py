# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.drift_report: what an account has against its definitions. Pure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drift_report
short_description: Compare an account with the definitions of its OAuth clients
version_added: 0.1.0
author:
  - The oauthops.iam authors (@oauthops)
description:
  - Combines the results of three modules that only read, and finds the differences. The role
    P(oauthops.iam.oauth_client_report#role) runs these modules, and writes the report.
  - The report has only the values that are documented here, so it never has a secret. All lists are sorted by name, so
    the same account gives the same report.
options:
  _input:
    description:
      - The result of P(oauthops.iam.cloudflare_oauth_clients#module) in check mode, even one that failed because of
        some of the clients.
    type: dict
    required: true
  account:
    description:
      - The result of P(oauthops.iam.cloudflare_oauth_client_info#module) for all clients.
    type: dict
    required: true
  catalog:
    description:
      - The result of P(oauthops.iam.cloudflare_oauth_scope_info#module) for all scopes.
    type: dict
    required: true
  title:
    description:
      - The title of the report. An empty string means the default.
    type: str
    default: Cloudflare OAuth clients
  fail_on:
    description:
      - The kinds of findings that are a failure. As a string, they are separated by commas or line breaks. An empty
        string means the default.
    type: list
    elements: str
    choices: [errors, missing, drift, unmanaged, unknown_scopes, open_rotations, failed_verifications]
    default: [drift, missing, errors]
  now:
    description:
      - The time of the report, such as V(2026-01-31T08:00:00Z). If empty or omitted, it is the current time.
    type: str
seealso:
  - plugin: oauthops.iam.drift_report_html
    plugin_type: filter
  - plugin: oauthops.iam.drift_report_text
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Predict what a run would change
  oauthops.iam.cloudflare_oauth_clients:
    clients:
      - client_name: Example App
        redirect_uris: [https://app.example.com/oauth/callback]
        scopes: [account-settings.read]
        token_endpoint_auth_method: none
    validate_scopes: false
  check_mode: true
  diff: true
  register: plan

- name: List the clients of the account
  oauthops.iam.cloudflare_oauth_client_info:
  register: account

- name: List the scopes
  oauthops.iam.cloudflare_oauth_scope_info:
  register: catalog

- name: Show the findings
  ansible.builtin.debug:
    msg: "{{ (plan | oauthops.iam.drift_report(account, catalog)).verdict.message }}"
"""

RETURN = r"""
_value:
  description: The report, with these keys. A change of their meaning increases C(version).
  type: dict
  contains:
    version:
      description: The version of this format, V(1).
      type: int
    title:
      description: The title.
      type: str
    generated_at:
      description: The time of the report.
      type: str
    verdict:
      description:
        - C(failed) shows whether there are findings of the kinds in C(fail_on). C(message) is a sentence that names
          them.
      type: dict
    counts:
      description:
        - The numbers of C(clients) in the account, of C(public) clients, of C(definitions), of clients that are
          C(as_defined), and of findings of each kind.
      type: dict
    findings:
      description:
        - For each kind a list. Each item has C(client_id) and C(client_name), one of which may be null.
      type: dict
      contains:
        errors:
          description: Definitions that cannot be applied; C(message) has cause and remedy.
          type: list
          elements: dict
        missing:
          description: Clients that are defined, but not in the account.
          type: list
          elements: dict
        drift:
          description:
            - Clients that a run would change. C(action) is C(update) or C(delete). C(fields) are the fields that
              differ, each with C(field), C(before), C(after), and the values that are C(removed) and C(added).
          type: list
          elements: dict
        unmanaged:
          description: Clients that are in the account and in no definition, with their C(visibility).
          type: list
          elements: dict
        unknown_scopes:
          description:
            - Clients with C(scopes) that Cloudflare does not offer, each with C(id) and, in C(near), similar scopes.
              Scopes are taken from the definition of the client, or from the account if it has none.
          type: list
          elements: dict
        open_rotations:
          description: Clients with two valid secrets.
          type: list
          elements: dict
        failed_verifications:
          description: Clients whose C(dns_record) Cloudflare has stopped looking for.
          type: list
          elements: dict
    warnings:
      description: Warnings of the modules about a client, as C(message).
      type: list
      elements: dict
    clients:
      description:
        - Every client of the account with C(client_id), C(client_name), C(visibility) and C(has_rotated_secret).
        - C(managed) shows whether a definition names it. C(findings) has the kinds of findings about it.
        - C(phase), C(missing), C(dns_record) and C(deadline) are as in M(oauthops.iam.cloudflare_oauth_client_wait).
      type: list
      elements: dict
  sample:
    version: 1
    title: Cloudflare OAuth clients
    generated_at: '2026-11-21T08:00:00Z'
    verdict:
      failed: true
      fail_on: [errors, missing, drift]
      message: 'Findings: missing clients: 1 (Example App).'
    counts:
      clients: 0
      public: 0
      definitions: 1
      as_defined: 0
      errors: 0
      missing: 1
      drift: 0
      unmanaged: 0
      unknown_scopes: 0
      open_rotations: 0
      failed_verifications: 0
    findings:
      errors: []
      missing:
        - client_id: ~
          client_name: Example App
      drift: []
      unmanaged: []
      unknown_scopes: []
      open_rotations: []
      failed_verifications: []
    warnings: []
    clients: []
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.plugin_utils._drift_report import USUAL_FAIL_ON, kinds_of
from ansible_collections.oauthops.iam.plugins.plugin_utils._drift_report import drift_report as report
from ansible_collections.oauthops.iam.plugins.plugin_utils._moment import present


def drift_report(
    plan: Mapping[str, Any],
    account: Mapping[str, Any],
    catalog: Mapping[str, Any],
    title: str = "",
    fail_on: Iterable[str] = USUAL_FAIL_ON,
    now: str = "",
) -> dict[str, Any]:
    """The report. Raises AnsibleFilterError for an invalid argument."""
    try:
        return report(plan, account, catalog, present("now", now), title, kinds_of(fail_on))
    except UsageError as failure:
        raise AnsibleFilterError(failure.message) from None
    except (AttributeError, KeyError, TypeError):
        raise AnsibleFilterError(
            "drift_report: invalid input (expected the results of the modules cloudflare_oauth_clients, "
            "cloudflare_oauth_client_info and "
            "cloudflare_oauth_scope_info)."
        ) from None


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        return {"drift_report": drift_report}
