# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What every module promises: check mode, diffs, repetition, and where it can run. Private to this collection."""

from __future__ import annotations


class ModuleDocFragment:
    DOCUMENTATION = r"""
attributes:
  check_mode:
    description: Can run in C(check_mode) and return changed status prediction without modifying target.
  diff_mode:
    description:
      - Will return details on what has changed (or possibly needs changing in C(check_mode)), when in diff mode.
  idempotent:
    description:
      - When run twice in a row outside check mode, with the same arguments, the second invocation indicates no change.
  action:
    description: Has an action plugin, so that a part of it, or all, runs on the controller.
  async:
    description: Supports being used with the C(async) keyword.
  become:
    description: Is usable alongside C(become) keywords.
  delegation:
    description: Can be used in conjunction with C(delegate_to) and related keywords.
"""

    # What talks to Cloudflare, and has the connection options.
    GROUP = r"""
attributes:
  action_group:
    description: Use C(group/oauthops.iam.cloudflare) in C(module_defaults) to set defaults for this module.
    support: full
    membership: [oauthops.iam.cloudflare]
"""

    MANAGER = r"""
attributes:
  check_mode:
    support: full
    details: Only reads, and applies the same local checks as the real run.
  diff_mode:
    support: full
"""

    READER = r"""
attributes:
  check_mode:
    support: full
    details: This module does not modify anything.
  diff_mode:
    support: N/A
    details: This module does not modify anything.
  idempotent:
    support: full
    details: This module does not modify anything.
"""

    VALUE = r"""
attributes:
  check_mode:
    support: full
  diff_mode:
    support: none
    details: The value is a secret.
  idempotent:
    support: full
"""

    # What runs where the task does, wherever that is.
    ANYWHERE = r"""
attributes:
  action:
    support: full
    details:
      - A task that runs on the controller, with the Python of Ansible, needs no process of its own and takes far less
        time. All else is the same, and everywhere else nothing of it runs on the controller.
      - The variable C(oauthops_in_process), set to V(false), turns this off.
  async:
    support: full
  become:
    support: full
  delegation:
    support: full
"""

    CONTROLLER = r"""
attributes:
  action:
    support: full
    details: Nothing runs on the target, and no connection to it is made.
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
