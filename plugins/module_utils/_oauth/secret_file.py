# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivering a secret that is shown once: all that can fail is tried before it is minted. Private."""

from __future__ import annotations

import contextlib
import os
import stat
from collections.abc import Iterator, Mapping
from typing import Any, Protocol

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._files import Reserved, check_absolute, check_path
from ansible_collections.oauthops.iam.plugins.module_utils._places import NoDirectory, Place, opened

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:  # ansible-core before 2.22

    def register_secret(value: str, /) -> str:
        return value


OPTION = "client_secret_file"
RESERVED_BYTES = 4096
MARK = ".unreceived"


class Delivers(Protocol):
    """Where the secret of a client that is created goes; as a context it is ready to receive it."""

    @property
    def keeps(self) -> bool:
        """Whether the secret is kept at all."""

    def check(self) -> None:
        """Raise UsageError when it cannot be received, as far as a check without writing shows."""

    def predicted(self) -> dict[str, Any]:
        """The keys of C(deliver) in check mode, where no secret is."""

    def deliver(self, secret: str, client_id: str, remedy: str, /) -> dict[str, Any]:
        """Receive it; gives the keys to add to the result."""

    def __enter__(self) -> Delivers:
        """Make ready to receive it."""

    def __exit__(self, *error: Any) -> None:
        """Leave nothing behind that no secret is in."""


class Delivery:
    """Where a secret goes: into a file, into the result, both, or nowhere.

    As a context it reserves the file: the disk space is taken and the permissions are tried, so that what follows the
    minting is one write to an open file and one rename.
    """

    def __init__(self, path: str | None, returned: bool | None) -> None:
        check_path(OPTION, path or "")
        self.path = os.path.expanduser(path) if path else None
        self.returned = returned
        self._held = contextlib.ExitStack()
        self._place: Place | None = None
        self._reserved: Reserved | None = None

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Delivery:
        return cls(params["client_secret_file"], params["return_client_secret"])

    @property
    def keeps(self) -> bool:
        return bool(self.path or self.returned)

    def check(self) -> None:
        """Raise UsageError when the file cannot be written, as far as that can be seen without writing."""
        if self.path:
            with self._opened(self.path) as place:
                _check(place)

    def file_holds_something(self) -> bool:
        """Raises UsageError for a file that is not to be trusted."""
        status = self._status()
        return bool(status and stat.S_ISREG(status.st_mode) and status.st_size > 0)

    def __enter__(self) -> Delivery:
        if self.path:
            with contextlib.ExitStack() as begun:
                place = begun.enter_context(self._opened(self.path))
                _check(place)
                try:
                    reserved = begun.enter_context(Reserved(place))
                    reserved.write(b"\0" * RESERVED_BYTES)
                except OSError as error:
                    raise _unwritable(place, error) from None
                self._place, self._reserved, self._held = place, reserved, begun.pop_all()
        return self

    def __exit__(self, *_error: object) -> None:
        self._place = self._reserved = None
        self._held.close()

    def mark(self) -> None:
        """Leave a file beside the secret's that says that one is being minted; it survives a crash."""
        if self.path:
            with self._opened(self.path) as place:
                _mark(place.beside(MARK))

    def unmark(self) -> None:
        if self.path:
            with self._opened(self.path) as place, contextlib.suppress(OSError):
                place.beside(MARK).remove()

    def lacks_minted_secret(self) -> bool:
        """Whether the file is known not to hold the secret that was minted last."""
        return bool(self.path) and (not self.file_holds_something() or bool(self._status(MARK)))

    def predicted(self) -> dict[str, Any]:
        return {"client_secret": None} if self.returned else {}

    def deliver(self, secret: str, client_id: str, remedy: str) -> dict[str, Any]:
        """Write and return the secret as asked; gives the keys to add to the result.

        Raises UsageError, which ends with C(remedy), when even the reserved file can no longer be written.
        """
        register_secret(secret)
        result = {"client_secret": secret} if self.returned else {}
        if self._reserved:
            try:
                self._reserved.write(secret.encode(errors="surrogatepass"))
                self._reserved.take_place()
                self.unmark()
            except OSError as error:
                raise UsageError(
                    "secret_undelivered" if self.returned else "secret_lost",
                    f"A client secret of {client_id} was minted, but {self.path} could not be written "
                    f"({error.strerror}){'' if self.returned else ' and the secret is lost'}. {remedy}",
                    option=OPTION,
                    changed=True,
                    **result,
                ) from None
        return result

    @contextlib.contextmanager
    def _opened(self, path: str) -> Iterator[Place]:
        if self._place:
            yield self._place
            return
        check_absolute(OPTION, path)
        with opened(OPTION, path) as place:
            yield place

    def _status(self, suffix: str = "") -> os.stat_result | None:
        if not self.path:
            return None
        with contextlib.suppress(NoDirectory, OSError), self._opened(self.path) as place:
            return place.beside(suffix).status()
        return None


def _check(place: Place) -> None:
    mark = place.beside(MARK)
    try:
        place.check()
        _check_mark(mark, mark.status())
    except OSError as error:
        raise _unwritable(mark, error) from None


def _mark(mark: Place) -> None:
    try:
        mark.create()
    except FileExistsError:
        _check_mark(mark, mark.status())
    except OSError as error:
        raise _unwritable(mark, error) from None


def _check_mark(mark: Place, status: os.stat_result | None) -> None:
    """Raise UsageError for what is no mark, or could not be removed again."""
    if status is None:
        return
    if not stat.S_ISREG(status.st_mode):
        text = f"{OPTION}: {mark.path} is not a regular file, as the mark of a lost secret is. Remove it."
        raise UsageError("file_inaccessible", text, option=OPTION)
    mark.check_removable(status)


def _unwritable(place: Place, error: OSError) -> UsageError:
    text = f"{OPTION}: {place.path} cannot be written ({error.strerror})."
    return UsageError("file_inaccessible", text, option=OPTION)
