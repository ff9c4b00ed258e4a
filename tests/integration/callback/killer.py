# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends Ansible as a power cut would, before or after the task that KILL_AT names."""

from __future__ import annotations

import os
import signal
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: killer
type: notification
short_description: Kills Ansible before or after a task
description: [For the tests of this collection.]
requirements: ['The environment variable KILL_AT, such as "before Mint the second secret" or "before 17".']
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "killer"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._when, _unused, self._name = os.environ.get("KILL_AT", "").partition(" ")
        self._started = 0

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:  # noqa: ARG002
        self._started += 1
        if self._when == "before" and self._name in (task.get_name().rpartition(" : ")[2], str(self._started)):
            os.kill(os.getpid(), signal.SIGKILL)

    def v2_runner_on_ok(self, result: Any) -> None:
        if self._when == "after" and self._name == result._task.get_name().rpartition(" : ")[2]:
            os.kill(os.getpid(), signal.SIGKILL)
