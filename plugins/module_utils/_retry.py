# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a failed request may be sent again, and after how long. Pure. Private to this collection."""

from __future__ import annotations

import random

from ansible_collections.oauthops.iam.plugins.module_utils._errors import CloudflareError

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0
REPEATABLE_METHODS = ("GET", "DELETE")


def may_repeat(failure: CloudflareError) -> bool:
    """A request that was not carried out may be repeated; one that may have been, only if that is harmless."""
    if failure.status == 429 or failure.unsent:
        return True
    return failure.transient and failure.method in REPEATABLE_METHODS


def pause(failure: CloudflareError, attempt: int) -> float:
    """Seconds to wait after the given attempt (1 is the first): what Cloudflare asks for, else a growing time.

    The random part keeps parallel tasks from coming back all at once.
    """
    if failure.retry_after:
        return failure.retry_after
    longest = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
    return longest * random.uniform(0.75, 1.0)
