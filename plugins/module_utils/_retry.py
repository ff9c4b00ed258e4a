# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Whether a failed request may be sent again, and after how long. Pure. Private to this collection."""

from __future__ import annotations

import random

from ansible_collections.oauthops.iam.plugins.module_utils._errors import CloudflareError

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 30.0


# Reads may lag behind writes; so long, in seconds, is waited for a read to show a write.
LAG_PAUSES = (0.5, 1.0, 2.0, 4.0)


def may_repeat(failure: CloudflareError) -> bool:
    """A request that was not carried out may be repeated as it is, and so may a read."""
    return failure.status == 429 or failure.unsent or (failure.transient and failure.method == "GET")


def pause(failure: CloudflareError, attempt: int) -> float:
    """Seconds to wait after the given attempt (1 is the first): what Cloudflare asks for, else a growing time.

    The random part keeps parallel tasks from coming back all at once.
    """
    if failure.retry_after:
        return failure.retry_after
    longest: float = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (attempt - 1))
    return longest * random.uniform(0.75, 1.0)
