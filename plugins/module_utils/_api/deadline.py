# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Calls with a time limit. Private to this collection."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")


def begun(ask: Callable[[], T]) -> Future[T]:
    """Start a call in a thread of its own, and return its future. The thread never keeps the process from ending."""
    future: Future[T] = Future()

    def work() -> None:
        try:
            future.set_result(ask())
        except BaseException as error:
            future.set_exception(error)

    threading.Thread(target=work, daemon=True).start()
    return future


def within(seconds: float, ask: Callable[[], T]) -> T:
    """The result of a call. After C(seconds), raises TimeoutError and abandons the call.

    The timeout of requests applies to each packet, and a DNS lookup has none at all.
    """
    future = begun(ask)
    if not wait([future], seconds).done:
        raise TimeoutError
    return future.result()
