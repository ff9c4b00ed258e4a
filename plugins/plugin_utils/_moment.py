# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in time, as they are written in answers, stores and options. Private."""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, datetime, timezone

from ansible.errors import AnsibleFilterError


def read_moment(text: object) -> datetime | None:
    """A moment as ISO 8601 has it, in UTC where no zone is named; nothing for what is none, or at the end of time."""
    try:
        read = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", re.sub(r"\.\d+", "", str(text))))
    except ValueError:
        return None
    if not MINYEAR < read.year < MAXYEAR:
        return None
    return read if read.tzinfo else read.replace(tzinfo=timezone.utc)


def written(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def moment(name: str, text: str) -> datetime:
    """What C(name), an option or a key, says; raises AnsibleFilterError when it is no moment."""
    read = read_moment(text)
    if read is None:
        raise AnsibleFilterError(f"{name}: {text!r} is no moment such as 2026-01-31T08:00:00Z.")
    return read


def present(now: str) -> datetime:
    """What a filter's option C(now) says, else the time that it is; raises AnsibleFilterError."""
    return moment("now", now) if now else datetime.now(timezone.utc)
