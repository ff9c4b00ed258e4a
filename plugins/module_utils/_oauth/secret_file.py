# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivering a secret that is shown once: all that can fail is tried before it is minted. Private."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._files import (
    beside,
    check_absolute,
    check_path,
    check_place,
    move,
)

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:  # ansible-core before 2.22

    def register_secret(value: str, /) -> str:
        return value


RESERVED_BYTES = 4096


class Delivers(Protocol):
    """Where the secret of a client that is created goes; as a context it is ready to receive it."""

    @property
    def keeps(self) -> bool:
        """Whether the secret is kept at all."""

    def check(self) -> None:
        """Raise UsageError when it cannot be received, as far as can be told without writing."""

    def predicted(self) -> dict[str, Any]:
        """The keys of C(deliver) in check mode, where no secret is."""

    def deliver(self, secret: str, client_id: str, remedy: str, /) -> dict[str, Any]:
        """Receive it; gives the keys to add to the result."""

    def __enter__(self) -> Delivers: ...

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None, /
    ) -> None: ...


class Delivery:
    """Where a secret goes: into a file, into the result, both, or nowhere.

    As a context it reserves the file: the disk space is taken and the permissions are tried, so that what follows the
    minting is one write to an open file and one rename.
    """

    def __init__(self, path: str | None, returned: bool | None) -> None:
        check_path("client_secret_file", path or "")
        self.path = os.path.realpath(os.path.expanduser(path)) if path else None
        self.returned = returned
        self._relative = path if path and not os.path.isabs(os.path.expanduser(path)) else None
        self._reserved: str | None = None

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Delivery:
        return cls(params["client_secret_file"], params["return_client_secret"])

    @property
    def keeps(self) -> bool:
        """Whether the secret is kept at all."""
        return bool(self.path or self.returned)

    def check(self) -> None:
        """Raise UsageError when the file cannot be written, as far as that can be told without writing."""
        if not self.path:
            return
        if self._relative:
            check_absolute("client_secret_file", self._relative)
        check_place("client_secret_file", self.path)

    def file_holds_something(self) -> bool:
        return bool(self.path) and os.path.isfile(str(self.path)) and os.path.getsize(str(self.path)) > 0

    def __enter__(self) -> Delivery:
        self.check()
        if self.path:
            try:
                self._reserve(self.path)
            except OSError as fault:
                self._drop()
                raise _unwritable(self.path, fault) from None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._drop()

    @property
    def _mark(self) -> str:
        return f"{self.path}.unreceived"

    def mark(self) -> None:
        """Leave a file beside the secret's that says that one is being minted; it survives a crash."""
        if self.path:
            try:
                open(self._mark, "wb").close()
            except OSError as fault:
                raise _unwritable(self._mark, fault) from None

    def unmark(self) -> None:
        if self.path:
            with contextlib.suppress(OSError):
                os.unlink(self._mark)

    def lacks_minted_secret(self) -> bool:
        """Whether the file is known not to hold the secret that was minted last."""
        return bool(self.path) and (not self.file_holds_something() or os.path.exists(self._mark))

    def predicted(self) -> dict[str, Any]:
        """The keys of C(deliver) in check mode, where no secret is."""
        return {"client_secret": None} if self.returned else {}

    def deliver(self, secret: str, client_id: str, remedy: str) -> dict[str, Any]:
        """Write and return the secret as asked; gives the keys to add to the result.

        Raises UsageError, which ends with C(remedy), when even the reserved file can no longer be written.
        """
        register_secret(secret)
        result = {"client_secret": secret} if self.returned else {}
        if self.path:
            try:
                self._write(self.path, secret)
                self.unmark()
            except OSError as fault:
                raise UsageError(
                    "secret_undelivered" if self.returned else "secret_lost",
                    f"A client secret of {client_id} was minted, but {self.path} could not be written "
                    f"({fault.strerror}){'' if self.returned else ' and the secret is lost'}. {remedy}",
                    option="client_secret_file",
                    changed=True,
                    **result,
                ) from None
        return result

    def _reserve(self, path: str) -> None:
        handle, self._reserved = beside(path)
        with os.fdopen(handle, "wb") as reserved:
            reserved.write(b"\0" * RESERVED_BYTES)
            reserved.flush()
            os.fsync(reserved.fileno())

    def _write(self, path: str, secret: str) -> None:
        reserved = str(self._reserved)
        with open(reserved, "r+b") as target:
            target.write(secret.encode(errors="surrogatepass"))
            target.truncate()
            target.flush()
            os.fsync(target.fileno())
        move(reserved, path)
        self._reserved = None

    def _drop(self) -> None:
        if self._reserved:
            with contextlib.suppress(OSError):
                os.unlink(self._reserved)
            self._reserved = None


def _unwritable(path: str, fault: OSError) -> UsageError:
    text = f"client_secret_file: {path} cannot be written ({fault.strerror})."
    return UsageError("file_inaccessible", text, option="client_secret_file")
