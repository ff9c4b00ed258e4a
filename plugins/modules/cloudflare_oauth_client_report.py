#!/usr/bin/python
# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: cloudflare_oauth_client_report
short_description: Compare an account with the definitions of its OAuth clients
version_added: 0.1.0
description:
  - Lists the clients of an account once, compares them with definitions, and writes a report as a web page, as JSON and
    as text. Nothing is changed at Cloudflare.
  - The role P(oauthops.iam.oauth_client_report#role) runs it, prints the report, and fails if there are findings.
  - Files are written only if they differ, with mode C(0644). They have no secret.
  - The token needs the permission C(OAuth Client Read).
author: The oauthops.iam authors (@oauthops)
extends_documentation_fragment:
  - oauthops.iam._connection
  - oauthops.iam._attributes.controller
  - oauthops.iam._attributes
attributes:
  check_mode:
    details: Makes the report, and predicts the files.
  idempotent:
    support: partial
    details: Without O(now), each run writes a new time into the files.
options:
  clients:
    description:
      - The definitions, as O(oauthops.iam.cloudflare_oauth_clients#module:clients). Without this and
        O(definitions_file), every client of the account is unmanaged.
      - A C(client_secret_file) in them is not checked, because the file may be on another machine.
    type: list
    elements: dict
    default: []
  definitions_file:
    description:
      - Paths or globs of files with the definitions on the controller, instead of O(clients), as
        O(oauthops.iam.cloudflare_oauth_clients#module:definitions_file). For thousands of clients this takes less time
        and memory.
      - A path is relative to the playbook directory. An empty string counts as not set.
    type: list
    elements: path
    default: []
  title:
    description: The title of the report. An empty string means the default.
    type: str
    default: Cloudflare OAuth clients
  fail_on:
    description:
      - The kinds of findings for which C(verdict.failed) in RV(report) is true. With V([]) it is never true. The task
        itself does not fail. In a string, separate the kinds with commas or line breaks. An empty string means the
        default.
      - V(errors) are definitions that cannot be applied, V(missing) clients that are defined but not in the account.
      - V(drift) are clients that would be changed, or deleted (C(state=absent)), if the definitions were applied.
        V(unmanaged) are clients without a definition.
      - V(unknown_scopes) are scopes that Cloudflare does not offer, V(open_rotations) clients with two secrets.
      - V(failed_verifications) are domains whose verification failed.
    type: list
    elements: str
    default: [drift, missing, errors]
  now:
    description: The time of the report, such as V(2026-01-31T08:00:00Z). If empty, it is the current time.
    type: str
    default: ''
  html_file:
    description: The absolute path of the web page on the controller. If empty, none is written.
    type: path
    default: ''
  json_file:
    description: The absolute path of the JSON file on the controller. If empty, none is written.
    type: path
    default: ''
  text_file:
    description: The absolute path of the text file on the controller. If empty, none is written.
    type: path
    default: ''
seealso:
  - module: oauthops.iam.cloudflare_oauth_clients
  - plugin: oauthops.iam.drift_report_text
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write a web page about the differences
  oauthops.iam.cloudflare_oauth_client_report:
    definitions_file: oauth_clients.yml
    html_file: "{{ example_report_dir }}/oauth_clients.html"
  register: example_report

- name: Show the findings
  ansible.builtin.debug:
    msg: "{{ example_report.report | oauthops.iam.drift_report_text }}"
"""

RETURN = r"""
report:
  description:
    - The report. It has only the values that are documented here, so it never has a secret. All lists are sorted by
      name. A change of the meaning of a key increases C(version).
    - Only the page and the JSON file have C(clients), because AWX drops large results from its events.
  returned: success
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
      description: For each kind a list. Each item has C(client_id) and C(client_name), one of which may be null.
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
            - Clients that would change if the definitions were applied. C(action) is C(update) or C(delete). C(fields)
              are the fields that differ, each with C(field), C(before), C(after), and the values that are C(removed)
              and C(added).
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
      description: Warnings about a client, as C(message).
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
    counts: {clients: 0, public: 0, definitions: 1, as_defined: 0, errors: 0, missing: 1, drift: 0, unmanaged: 0,
      unknown_scopes: 0, open_rotations: 0, failed_verifications: 0}
    findings: {errors: [], missing: [{client_id: ~, client_name: Example App}], drift: [], unmanaged: [],
      unknown_scopes: [], open_rotations: [], failed_verifications: []}
    warnings: []
error:
  description: Why the task failed, as RV(oauthops.iam.cloudflare_oauth_client#module:error).
  returned: when the task failed
  type: dict
waited:
  description: Messages about each pause before a request, as RV(oauthops.iam.cloudflare_oauth_client#module:waited).
  returned: when a request was repeated, or the rate limit was near
  type: list
  elements: str
  sample: ['1.0 s: GET /oauth/scopes failed (status 503)']
"""

from collections.abc import Mapping
from typing import Any

from ..module_utils._module import CloudflareModule, only_as_action

OPTIONS: Mapping[str, Any] = {
    "clients": {"type": "list", "elements": "dict", "default": []},
    "definitions_file": {"type": "list", "elements": "path", "default": []},
    "title": {"type": "str", "default": "Cloudflare OAuth clients"},
    "fail_on": {"type": "list", "elements": "str", "default": ["drift", "missing", "errors"]},
    "now": {"type": "str", "default": ""},
    "html_file": {"type": "path", "default": ""},
    "json_file": {"type": "path", "default": ""},
    "text_file": {"type": "path", "default": ""},
}

MODULE = CloudflareModule(only_as_action, OPTIONS)
main = MODULE.main

if __name__ == "__main__":
    main()
