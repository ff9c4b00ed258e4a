# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.drift_report_text: a drift report for a terminal, a log or a ticket. Pure."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drift_report_text
short_description: Render a drift report as lines of text
version_added: 0.1.0
author:
  - The oauthops.iam authors (@oauthops)
description:
  - Writes a report for a terminal, a log or a ticket. Control characters are escaped, so that the name of a client
    cannot forge a line or control the terminal.
options:
  _input:
    description:
      - The report, as RV(oauthops.iam.cloudflare_oauth_client_report#module:report).
    type: dict
    required: true
seealso:
  - module: oauthops.iam.cloudflare_oauth_client_report
"""

EXAMPLES = r"""
- name: Print the report
  ansible.builtin.debug:
    msg: "{{ report | oauthops.iam.drift_report_text }}"
"""

RETURN = r"""
_value:
  description: The lines.
  type: list
  elements: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError

from ..plugin_utils._report_text import report_lines


def drift_report_text(report: Mapping[str, Any]) -> list[str]:
    """The lines. Raises AnsibleFilterError if C(report) is not a report."""
    try:
        return list(report_lines(report))
    except (AttributeError, KeyError, TypeError):
        raise AnsibleFilterError(
            "drift_report_text: invalid input (expected report of oauthops.iam.cloudflare_oauth_client_report)."
        ) from None


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        return {"drift_report_text": drift_report_text}
