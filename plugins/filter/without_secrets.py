# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.without_secrets: a text that may be shown. Pure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: without_secrets
short_description: Mask secrets in a text
version_added: 0.1.0
author: The oauthops.iam authors (@oauthops)
description:
  - Replaces each secret by C(********), in its original form, as Base64, and as it is encoded in a URL or in JSON.
  - A part of a secret, or a secret that was encoded together with other text, is not found.
options:
  _input:
    description: The text, such as the message of a task that failed.
    type: str
    required: true
  secrets:
    description: The secrets. Empty and null items are ignored.
    type: list
    elements: str
    required: true
"""

EXAMPLES = r"""
- name: Show the cause of the failure
  ansible.builtin.fail:
    msg: "{{ ansible_failed_result.msg | oauthops.iam.without_secrets([example_app_client_secret]) }}"
"""

RETURN = r"""
_value:
  description: The text, with C(********) in place of each secret.
  type: str
  sample: The application does not accept ********.
"""

from collections.abc import Callable, Mapping

from ansible_collections.oauthops.iam.plugins.plugin_utils._masking import without_secrets


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., str]]:
        return {"without_secrets": without_secrets}
