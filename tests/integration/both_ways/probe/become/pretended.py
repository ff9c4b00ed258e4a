# SPDX-License-Identifier: GPL-3.0-or-later
"""Becoming another user without being one: nobody needs a right, and the module can tell."""

from __future__ import annotations

from ansible.plugins.become import BecomeBase

DOCUMENTATION = """
name: pretended
short_description: Pretends to become a user
description: [For the tests of this collection.]
options:
  become_user:
    description: Whom to become.
    default: root
    vars: [{name: ansible_become_user}]
    keyword: [{name: become_user}]
  become_exe:
    description: Nothing.
  become_flags:
    description: Nothing.
  become_pass:
    description: Nothing.
"""


class BecomeModule(BecomeBase):
    name = "pretended"

    def build_become_command(self, cmd: str, shell: object) -> str:
        super().build_become_command(cmd, shell)
        return f"BECAME={self.get_option('become_user')} {self._build_success_command(cmd, shell)}" if cmd else cmd
