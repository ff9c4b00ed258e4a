# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Aborts: signals wait while a secret is minted and delivered, and nothing is sent after the run has ended.

Private to this collection.
"""

from __future__ import annotations

import contextlib
import os
import select
import signal
import threading
from collections.abc import Iterator

from .errors import UsageError

# An interruption, the end of a job or of a terminal, and the keyword timeout of a task in Ansible's own process.
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM)
STANDARD_OUTPUT = 1


@contextlib.contextmanager
def held_back() -> Iterator[None]:
    """Hold signals back until the end of the block, so that none comes between minting a secret and delivering it.

    Does nothing outside the main thread, where no signal arrives.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    came: dict[int, None] = {}
    handlers = {each: signal.signal(each, lambda number, _frame: came.setdefault(number)) for each in SIGNALS}
    try:
        yield
    finally:
        for each, handler in handlers.items():
            signal.signal(each, handler if handler is not None else signal.SIG_DFL)
        for number in came:
            signal.raise_signal(number)


class Run:
    """The run of Ansible that a task belongs to, as long as it lasts.

    A worker continues after ansible-playbook has ended, and so does the process of a module. The worker then has
    another parent; the output of the process has no reader.
    """

    is_module = False

    def __init__(self) -> None:
        self._parent = os.getppid()

    def check(self) -> None:
        """Raise UsageError when the run has ended."""
        if self._is_over():
            raise UsageError(
                "run_ended",
                "The Ansible process that started this task is gone, so the task stopped. Changes sent before that may "
                "be in effect. Run the playbook again.",
            )

    def _is_over(self) -> bool:
        if os.getppid() != self._parent:
            return True
        if not self.is_module:
            return False
        output = select.poll()
        output.register(STANDARD_OUTPUT, 0)
        return any(event & select.POLLERR for _descriptor, event in output.poll(0))
