# SPDX-License-Identifier: GPL-3.0-or-later
"""Ends Ansible as a power cut would, before or after the task, the request or the write that KILL_AT names."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from typing import Any

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: killer
type: notification
short_description: Kills Ansible before or after a task, a request to Cloudflare or a write of a store
description:
  - For the tests of this collection. It kills all of the run, workers included.
requirements: ['The environment variable KILL_AT, such as "after request POST" or "before write 2".']
"""


def kill() -> None:
    """The process of the run and, where this is one of its workers, that of ansible-playbook."""
    if os.getpid() != MAIN:
        os.kill(MAIN, signal.SIGKILL)
    os.kill(os.getpid(), signal.SIGKILL)


MAIN = os.getpid()


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "killer"

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._when, _unused, at = os.environ.get("KILL_AT", "").partition(" ")
        self._kind, _unused, self._name = at.partition(" ")
        # Workers are forked from this process, and have what is put in place here.
        if self._kind == "request":
            self._watch_requests()
        if self._kind == "write":
            self._watch_writes()

    def v2_playbook_on_task_start(self, task: Any, is_conditional: bool) -> None:  # noqa: ARG002
        name = task.get_name().rpartition(" : ")[2]
        if (self._when, self._kind, self._name) == ("before", "task", name):
            kill()

    def v2_runner_on_ok(self, result: Any) -> None:
        name = result._task.get_name().rpartition(" : ")[2]
        if (self._when, self._kind, self._name) == ("after", "task", name):
            kill()

    def _watch_requests(self) -> None:
        from ansible_collections.oauthops.iam.plugins.module_utils._api.transport import Transport

        exchange = Transport.exchange

        def watched(transport: Any, request: Any, *arguments: Any) -> Any:
            return self._around(str(request.method) == self._name, lambda: exchange(transport, request, *arguments))

        setattr(Transport, exchange.__name__, watched)

    def _watch_writes(self) -> None:
        """Counted over all tasks of the run, each of which has a process of its own."""
        from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.record import StoredRecord

        change = StoredRecord.change
        count = os.environ["KILL_COUNT"]

        def watched(record: Any, changes: Any) -> bool:
            before = dict(record.found)
            if {**before, **changes} == before:
                return change(record, changes)
            with open(count, "a", encoding="ascii") as writes:
                writes.write(".")
            if os.path.getsize(count) == int(self._name):
                write = record.store.write
                record.store.write = lambda held: self._around(True, lambda: write(held))
            return change(record, changes)

        setattr(StoredRecord, change.__name__, watched)

    def _around(self, here: bool, call: Callable[[], Any]) -> Any:
        if here and self._when == "before":
            kill()
        result = call()
        if here:
            kill()
        return result
