# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The filter oauthops.iam.drift_report_html: a drift report as a web page."""

from __future__ import annotations

DOCUMENTATION = r"""
name: drift_report_html
short_description: Render a drift report as a web page
version_added: 0.1.0
author:
  - The oauthops.iam authors (@oauthops)
description:
  - Writes a report as one HTML page without scripts or external files. All values are shown as text.
options:
  _input:
    description:
      - The report, as P(oauthops.iam.drift_report#filter) returns it.
    type: dict
    required: true
seealso:
  - plugin: oauthops.iam.drift_report
    plugin_type: filter
"""

EXAMPLES = r"""
- name: Write the report
  ansible.builtin.copy:
    content: "{{ report | oauthops.iam.drift_report_html }}"
    dest: /var/www/html/oauth_clients.html
    mode: "0644"
"""

RETURN = r"""
_value:
  description: The page.
  type: str
"""

from collections.abc import Callable, Mapping
from typing import Any

from ansible.errors import AnsibleFilterError
from jinja2 import UndefinedError

from ansible_collections.oauthops.iam.plugins.plugin_utils._report_page import report_page


def drift_report_html(report: Mapping[str, Any]) -> str:
    """The page. Raises AnsibleFilterError if C(report) is not a report."""
    try:
        return report_page(report)
    except (AttributeError, KeyError, TypeError, UndefinedError):
        raise AnsibleFilterError(
            "drift_report_html: invalid input (expected the result of the filter drift_report)."
        ) from None


class FilterModule:
    def filters(self) -> Mapping[str, Callable[..., Any]]:
        return {"drift_report_html": drift_report_html}
