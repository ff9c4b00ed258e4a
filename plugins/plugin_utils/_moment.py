# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Points in time and lengths of time, as they are written in responses, stores and options. Private."""

from __future__ import annotations

import re
from datetime import MAXYEAR, MINYEAR, datetime, timedelta, timezone

from ..module_utils._api.errors import invalid

UNITS = ("weeks", "days", "hours", "minutes", "seconds")
DURATION = re.compile(r"(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?")


def read_moment(text: object) -> datetime | None:
    """A time in ISO 8601, in UTC if no zone is given. None if it is invalid, or in the first or last year."""
    compacted = re.fullmatch(r"(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z", str(text))
    plain = "{}-{}-{}T{}:{}:{}Z".format(*compacted.groups()) if compacted else str(text)
    try:
        read = datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", re.sub(r"\.\d+", "", plain)))
    except ValueError:
        return None
    if not MINYEAR < read.year < MAXYEAR:
        return None
    return read if read.tzinfo else read.replace(tzinfo=timezone.utc)


def written(moment: datetime) -> str:
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%d %H:%M UTC")


def iso(moment: datetime) -> str:
    """Such as 2026-01-31T08:00:00Z."""
    return moment.astimezone(timezone.utc).strftime("%Y-%m-%dT%H:%M:%SZ")


def compact(moment: datetime) -> str:
    """Such as 20260131T080000Z, which can be a part of the name of a file."""
    return moment.astimezone(timezone.utc).strftime("%Y%m%dT%H%M%SZ")


def moment(name: str, text: str) -> datetime:
    """The time in C(name), an option or a key. Raises UsageError if it is invalid."""
    read = read_moment(text)
    if read is None:
        raise invalid(name, f"invalid time {text!r} (expected for example 2026-01-31T08:00:00Z).")
    return read


def now() -> datetime:
    return datetime.now(timezone.utc)


def duration(name: str, value: object) -> timedelta | None:
    """A length of time such as 90d or 3600; None for an empty one. Raises UsageError for any other text."""
    text = "" if value is None else str(value).strip()
    if not text:
        return None
    match = DURATION.fullmatch(text)
    expected = "expected for example 90d, 1w12h, 30m or 3600"
    if not match:
        raise invalid(name, f"invalid duration {text!r} ({expected}).")
    try:
        return timedelta(**{unit: int(number or 0) for unit, number in zip(UNITS, match.groups())})
    except OverflowError:
        raise invalid(name, f"the duration {text!r} is too long ({expected}). Shorten it.") from None
