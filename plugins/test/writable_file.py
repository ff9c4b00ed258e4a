# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test oauthops.iam.writable_file."""

from __future__ import annotations

DOCUMENTATION = r"""
name: writable_file
short_description: Test whether a file can be written on the controller
version_added: 0.1.0
author: The oauthops.iam authors (@oauthops)
description:
  - Tests whether the path is absolute, is not a directory, and lies in an existing, writable directory. So a play
    can fail before it sends a request.
options:
  _input:
    description: The path. C(~) is the home directory.
    type: path
    required: true
"""

EXAMPLES = r"""
- name: Check that the export file is writable
  ansible.builtin.assert:
    that: "'/tmp/oauth_clients.yml' is oauthops.iam.writable_file"
"""

RETURN = r"""
_value:
  description: Whether the file can be written.
  type: bool
"""

from collections.abc import Callable, Mapping

from ansible_collections.oauthops.iam.plugins.plugin_utils._text_file import writable_file


class TestModule:
    def tests(self) -> Mapping[str, Callable[..., bool]]:
        return {"writable_file": writable_file}
