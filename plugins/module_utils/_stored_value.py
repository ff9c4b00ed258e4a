# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a store holds: a JSON object, and when two of them are the same. Private to this collection."""

from __future__ import annotations

import json
from typing import Any


def object_of(text: str | bytes) -> dict[str, Any]:
    """Raises ValueError, which says what the text is instead and shows nothing of it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise ValueError("is not JSON") from None
    if not isinstance(found, dict):
        raise ValueError("is JSON, but not an object")
    return found


def same(one: Any, other: Any) -> bool:
    """Whether they are the same JSON, for which 1 is not true and the order of keys is nothing."""
    return json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
