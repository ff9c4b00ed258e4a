# SPDX-License-Identifier: GPL-3.0-or-later
"""Writes what every task came to, a line of JSON each, into the file that RECORD_FILE names."""

from __future__ import annotations

import json
import os
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: record
type: notification
short_description: Writes the result of every task into a file
description: [For the tests of this collection.]
requirements: [The environment variable RECORD_FILE.]
"""


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "record"

    def _record(self, status: str, result: Any) -> None:
        task, host = result._task.get_name(), result._host.get_name()
        line = {"name": task, "host": host, "status": status, "result": result._result}
        with open(os.environ["RECORD_FILE"], "a", encoding="utf-8") as record:
            record.write(json.dumps(line, default=str) + "\n")

    def v2_runner_on_ok(self, result: Any) -> None:
        self._record("ok", result)

    def v2_runner_on_failed(self, result: Any, ignore_errors: bool = False) -> None:
        self._record("ignored" if ignore_errors else "failed", result)

    def v2_runner_on_skipped(self, result: Any) -> None:
        self._record("skipped", result)

    def v2_runner_retry(self, result: Any) -> None:
        self._record("retry", result)
