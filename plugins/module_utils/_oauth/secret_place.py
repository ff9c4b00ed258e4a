# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The file that a minted secret goes into, and the mark beside it while one is being minted. Private."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator

from .._api.errors import UsageError
from .._files import Reserved, check_absolute, check_path, other_names
from .._places import NoDirectory, Place, opened
from .secret_file import OPTION

RESERVED_BYTES = 4096
MARK = ".unreceived"


class SecretPlace:
    """A file for a secret, which can be reserved until the secret is there."""

    def __init__(self, path: str) -> None:
        check_path(OPTION, path)
        self._path = path
        self._held = contextlib.ExitStack()
        self._place: Place | None = None
        self._reserved: Reserved | None = None
        self.warnings: list[str] = []

    def check(self) -> None:
        """Raise UsageError when the file cannot be written, as far as that can be seen without writing."""
        with self._opened() as place:
            self._check(place)

    def holds_something(self) -> bool:
        """Whether the file is not empty. Raises UsageError for a file that cannot be trusted."""
        status = self._status()
        return bool(status and stat.S_ISREG(status.st_mode) and status.st_size > 0)

    def reserve(self) -> None:
        with contextlib.ExitStack() as begun:
            place = begun.enter_context(self._opened())
            self._check(place)
            self.warnings = other_names(place, place.status())
            with place.raising("written"):
                reserved = begun.enter_context(Reserved(place))
                reserved.write(b"\0" * RESERVED_BYTES)
            self._place, self._reserved, self._held = place, reserved, begun.pop_all()

    def release(self) -> None:
        self._place = self._reserved = None
        self._held.close()

    def write(self, secret: bytes) -> None:
        """Write the secret into the reserved file. Raises OSError."""
        if self._reserved:
            self._reserved.write(secret)
            self._reserved.take_place()
            self.unmark()

    def mark(self) -> None:
        with self._opened() as place:
            mark = place.beside(MARK)
            with mark.raising("written"):
                try:
                    mark.create()
                except FileExistsError:
                    self._check_mark(mark, mark.status())

    def unmark(self) -> None:
        with self._opened() as place, contextlib.suppress(OSError):
            place.beside(MARK).remove()

    def lacks_minted_secret(self) -> bool:
        return not self.holds_something() or bool(self._status(MARK))

    @contextlib.contextmanager
    def _opened(self) -> Iterator[Place]:
        if self._place:
            yield self._place
            return
        check_absolute(OPTION, self._path)
        with opened(OPTION, self._path) as place:
            yield place

    def _status(self, suffix: str = "") -> os.stat_result | None:
        with contextlib.suppress(NoDirectory, OSError), self._opened() as place:
            return place.beside(suffix).status()
        return None

    def _check(self, place: Place) -> None:
        mark = place.beside(MARK)
        with mark.raising("written"):
            place.check()
            self._check_mark(mark, mark.status())

    def _check_mark(self, mark: Place, status: os.stat_result | None) -> None:
        """Raise UsageError if a mark is not a regular file, or could not be removed again."""
        if status is None:
            return
        if not stat.S_ISREG(status.st_mode):
            text = (
                f"{OPTION}: {mark.path} is not a regular file. The task needs this path to mark a secret that "
                "was not received. Remove what is there."
            )
            raise UsageError("file_inaccessible", text, option=OPTION)
        mark.check_removable(status)
