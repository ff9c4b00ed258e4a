# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module promises: check mode, diffs, repetition, and where it can run. Private to this collection.

A fragment that is named earlier wins, so the exceptions come before the rule.
"""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
    support: full
    details: Only reads, and applies the same local checks as the real run.
  diff_mode:
    support: full
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  idempotent:
    support: full
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
  action:
    description: Has a corresponding action plugin, so that some parts of it run on the controller.
    support: full
    details:
      - On the controller, with Ansible's own Python, the task runs in the process of Ansible, which is much faster.
        The result is the same. On any other host, the module runs there.
      - Set the variable C(oauthops_in_process) to V(false) to turn this off.
  async:
    description: Supports being used with the C(async) keyword.
    support: full
  become:
    description: Is usable alongside C(become) keywords.
    support: full
  delegation:
    description: Can be used in conjunction with C(delegate_to) and related keywords.
    support: full
"""

    READER = r"""
attributes:
  check_mode:
    details: This module does not modify anything.
  diff_mode:
    support: N/A
    details: This module does not modify anything.
"""

    MINTING = r"""
attributes:
  async:
    support: partial
    details: Refused with O(return_client_secret=true), because Ansible would keep the secret in a file that every user
      can read.
"""

    VALUE = r"""
attributes:
  async:
    support: none
    details: The value is a secret, and Ansible would keep it in a file that every user can read.
  diff_mode:
    support: none
    details: The value is a secret.
"""

    CONTROLLER = r"""
attributes:
  action:
    details: It runs in the process of Ansible on the controller, and does not connect to the task's host.
  async:
    support: none
  become:
    support: none
    details: It runs as the user that Ansible runs as.
  delegation:
    support: none
    details: It always runs on the controller, and ignores delegation.
  platform:
    description: The operating systems of the controller that it runs on.
    support: full
    platforms: posix
"""
