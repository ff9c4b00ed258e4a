# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes the characters of the largest result of a task to the file that BENCH_LARGEST names."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from ansible.plugins.callback import CallbackBase


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "aggregate"
    CALLBACK_NAME = "largest_event"
    CALLBACK_NEEDS_ENABLED = True

    largest = 0

    def v2_runner_on_ok(self, result: Any) -> None:
        self.largest = max(self.largest, len(json.dumps(result._result, default=str)))

    def v2_playbook_on_stats(self, stats: Any) -> None:  # noqa: ARG002
        Path(os.environ["BENCH_LARGEST"]).write_text(str(self.largest))
