# SPDX-License-Identifier: GPL-3.0-or-later
"""Sends JSON to the fake's control interface, in the process of the run: ansible.builtin.uri takes half a second."""

from __future__ import annotations

from typing import Any

import requests
from ansible.plugins.action import ActionBase


class ActionModule(ActionBase):
    def run(self, tmp: Any = None, task_vars: Any = None) -> dict[str, Any]:
        result: dict[str, Any] = super().run(tmp, task_vars)
        requests.post(self._task.args["url"], json=dict(self._task.args["body"]), timeout=30).raise_for_status()
        return {**result, "changed": True}
