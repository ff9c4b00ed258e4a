# Copyright: (c) 2026, the oauthops.iam authors
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The test oauthops.iam.installed_collection."""

from __future__ import annotations

DOCUMENTATION = r"""
name: installed_collection
short_description: Test whether a collection is installed
version_added: 0.1.0
author: The oauthops.iam authors (@oauthops)
description:
  - A task that names a module of a collection that is not installed ends the whole play. This test allows a role to
    say in time which collection it misses.
options:
  _input:
    description: The name of the collection, such as V(community.general).
    type: str
    required: true
"""

EXAMPLES = r"""
- name: Say which collection is missing
  ansible.builtin.assert:
    that: "'oauthops.iam' is oauthops.iam.installed_collection"
    fail_msg: Install the collection oauthops.iam, then run again.
"""

RETURN = r"""
_value:
  description: Whether the controller finds the collection.
  type: bool
"""

import importlib.util
from collections.abc import Callable, Mapping

from ansible.errors import AnsibleFilterError


def installed_collection(name: object) -> bool:
    """Whether the controller finds the collection of this name; raises AnsibleFilterError for an invalid name."""
    parts = name.split(".") if isinstance(name, str) else []
    if len(parts) != 2 or not all(part.isidentifier() for part in parts):
        raise AnsibleFilterError(f"installed_collection: invalid name {name!r} (expected namespace.name).")
    try:
        return importlib.util.find_spec(f"ansible_collections.{parts[0]}.{parts[1]}") is not None
    except ModuleNotFoundError:
        return False


class TestModule:
    def tests(self) -> Mapping[str, Callable[..., bool]]:
        return {"installed_collection": installed_collection}
