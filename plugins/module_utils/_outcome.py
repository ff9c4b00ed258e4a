# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Work that may fail as a result that tells of it. Private to this collection."""

from __future__ import annotations

import os
import traceback
from typing import Any, Callable

from ansible_collections.oauthops.iam.plugins.module_utils._errors import OAuthOpsError


def outcome(work: Callable[[], dict[str, Any]]) -> tuple[bool, dict[str, Any]]:
    """Whether it went well, and its result: of a failure the message and what is known all the same."""
    try:
        return True, work()
    except OAuthOpsError as failure:
        return False, failure.result()
    except Exception as fault:
        return False, {"msg": unexpected(fault)}


def unexpected(fault: Exception) -> str:
    """A fault of ours in words without any value: an exception's own text may hold a secret."""
    frame = traceback.extract_tb(fault.__traceback__)[-1]
    place = f"{os.path.basename(frame.filename)}, line {frame.lineno}"
    return (
        f"An error that should not have happened: {type(fault).__name__} at {place}. Nothing is known of what was "
        "done: run with --check --diff before running again, and please report this as a bug."
    )
