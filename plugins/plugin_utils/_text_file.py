# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Files without secrets on the controller, such as a report: replaced only where their text differs. Private."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Mapping

from ..module_utils._api.errors import UsageError
from ..module_utils._attributes import set_context
from ..module_utils._files import Found, Reserved, check_absolute, found_at
from ..module_utils._places import Place, opened
from ..module_utils._system_errors import explained

MODE = 0o644


def check_writable(option: str, path: str) -> None:
    """Raise UsageError for a path that cannot be written."""
    check_absolute(option, path)
    with opened(option, path) as place, place.raising("written"):
        place.check()


def ensured(option: str, path: str, text: str, *, check_mode: bool) -> Mapping[str, str] | None:
    """Have the file hold this text. The difference, or None if it holds it already."""
    content = text.encode()
    try:
        with opened(option, path) as place:
            older = found_at(place)
            if older and older.content == content and stat.S_IMODE(older.status.st_mode) == MODE:
                return None
            place.check()
            if not check_mode:
                _replace(place, content, older)
    except OSError as error:
        wrong = f"{option}: {path} cannot be read or written {explained(error)}"
        raise UsageError("file_inaccessible", wrong, option=option) from None
    before = older.content.decode(errors="replace") if older else ""
    return {"before_header": path, "before": before, "after_header": path, "after": text}


def _replace(place: Place, content: bytes, older: Found | None) -> None:
    with Reserved(place) as reserved:
        reserved.write(content)
        if older:
            with contextlib.suppress(PermissionError):  # only root keeps another owner
                os.fchown(reserved.handle, older.status.st_uid, older.status.st_gid)
        set_context(reserved.handle, place, older)
        os.fchmod(reserved.handle, MODE)
        reserved.take_place()
