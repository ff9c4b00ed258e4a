# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.client_from_survey: the definition of a client from survey answers. Pure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: client_from_survey
short_description: Turn survey answers into the definition of an OAuth client
version_added: 0.1.0
author: The oauthops.iam authors (@oauthops)
description:
  - AWX passes every survey answer as a string, and an empty string for a question that was skipped. This filter leaves
    out empty strings, and splits the lines of options that are lists.
  - The playbook C(oauthops.iam.publish) uses it.
options:
  _input:
    description: The survey answers, by the names of the options of M(oauthops.iam.cloudflare_oauth_client).
    type: dict
    required: true
"""

EXAMPLES = r"""
- name: Show the definition
  ansible.builtin.debug:
    msg: "{{ survey | oauthops.iam.client_from_survey }}"
  vars:
    survey:
      client_name: Example App
      scopes: |
        account-settings.read
        dns.read
      logo_uri: ""
"""

RETURN = r"""
_value:
  description: The definition, as O(oauthops.iam.cloudflare_oauth_client_publication#module:client).
  type: dict
  sample:
    client_name: Example App
    scopes: [account-settings.read, dns.read]
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..module_utils._oauth.validate import DEFINITION_OPTIONS


def client_from_survey(survey: Any) -> dict[str, Any]:
    """The definition of the client. Raises AnsibleFilterError unless the input is a mapping."""
    if not isinstance(survey, Mapping):
        raise AnsibleFilterError("client_from_survey: invalid input (expected a mapping of options to survey answers).")
    definition = {name: _value(name, value) for name, value in survey.items()}
    return {name: value for name, value in definition.items() if value not in (None, "", [])}


def _value(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    if DEFINITION_OPTIONS.get(name, {}).get("type") == "list":
        return [line.strip() for line in value.splitlines() if line.strip()]
    return value.strip()


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        return {"client_from_survey": client_from_survey}
