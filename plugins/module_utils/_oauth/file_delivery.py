# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivers a secret into a file. A mark beside it shows that one is being minted. Private."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator
from typing import Any

from .._api.errors import UsageError
from .._files import Reserved, check_absolute, check_path, other_names
from .._places import NoDirectory, Place, opened
from .delivery import Delivery

OPTION = "client_secret_file"
RESERVED_BYTES = 4096
MARK = ".unreceived"
LOST = "The secret is lost. Correct the cause."
RETURNED = (
    "The result holds the secret as client_secret, so a rescue block can save it. Otherwise the secret is lost. "
    "Correct the cause."
)


class FileDelivery(Delivery):
    """A file, and perhaps the result as well.

    Reserving it tries disk space and permissions, so that after minting only one write to an open file and one rename
    remain.
    """

    path: str
    _reserved: Reserved

    def __init__(self, path: str, returned: bool | None) -> None:
        super().__init__(returned)
        check_path(OPTION, path)
        self.path = path
        self._held = contextlib.ExitStack()
        self._place: Place | None = None

    def check(self) -> None:
        with self._opened() as place:
            self._check(place)

    def holds_something(self) -> bool:
        status = self._status()
        return bool(status and stat.S_ISREG(status.st_mode) and status.st_size > 0)

    def __enter__(self) -> Delivery:
        with contextlib.ExitStack() as begun:
            place = begun.enter_context(self._opened())
            self._check(place)
            self.warnings = other_names(place, place.status())
            with place.raising("written"):
                reserved = begun.enter_context(Reserved(place))
                reserved.write(b"\0" * RESERVED_BYTES)
            self._place, self._reserved, self._held = place, reserved, begun.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._place = None
        self._held.close()

    def deliver(self, secret: str, client_id: str, remedy: str, /) -> dict[str, Any]:
        result = super().deliver(secret, client_id, remedy)
        try:
            self._reserved.write(secret.encode(errors="surrogatepass"))
            self._reserved.take_place()
        except OSError as error:
            raise UsageError(
                "secret_undelivered" if self.returned else "secret_lost",
                f"A secret of the client {client_id} was minted, but {self.path} could not be written "
                f"({error.strerror or error}). {RETURNED if self.returned else LOST} {remedy}",
                option=OPTION,
                changed=True,
                **result,
            ) from None
        self.unmark()
        return result

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
        check_absolute(OPTION, self.path)
        with opened(OPTION, self.path) as place:
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
