# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivering a secret that is shown once: all that can fail is tried before it is minted. Private."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Protocol

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError

if TYPE_CHECKING:
    from ansible_collections.oauthops.iam.plugins.module_utils._oauth.secret_place import SecretPlace

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:  # ansible-core before 2.22

    def register_secret(value: str, /) -> str:
        return value


OPTION = "client_secret_file"


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
        self._file = _place(path) if path else None
        self.path = os.path.expanduser(path) if path else None
        self.returned = returned

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Delivery:
        return cls(params["client_secret_file"], params["return_client_secret"])

    @property
    def keeps(self) -> bool:
        """Whether the secret is kept at all."""
        return bool(self.path or self.returned)

    def check(self) -> None:
        """Raise UsageError when the file cannot be written, as far as that can be seen without writing."""
        if self._file:
            self._file.check()

    def file_holds_something(self) -> bool:
        """Raises UsageError for a file that is not to be trusted."""
        return bool(self._file and self._file.holds_something())

    def __enter__(self) -> Delivery:
        if self._file:
            self._file.reserve()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file:
            self._file.release()

    def mark(self) -> None:
        """Leave a file beside the secret's that says that one is being minted; it survives a crash."""
        if self._file:
            self._file.mark()

    def unmark(self) -> None:
        if self._file:
            self._file.unmark()

    def lacks_minted_secret(self) -> bool:
        """Whether the file is known not to hold the secret that was minted last."""
        return bool(self._file and self._file.lacks_minted_secret())

    def predicted(self) -> dict[str, Any]:
        return {"client_secret": None} if self.returned else {}

    def deliver(self, secret: str, client_id: str, remedy: str) -> dict[str, Any]:
        """Write and return the secret as asked; gives the keys to add to the result.

        Raises UsageError, which ends with C(remedy), when even the reserved file can no longer be written.
        """
        register_secret(secret)
        result = {"client_secret": secret} if self.returned else {}
        if self._file:
            try:
                self._file.write(secret.encode(errors="surrogatepass"))
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


def _place(path: str) -> SecretPlace:
    # Imported here, because a module's process reads the sources of files at each start, and few tasks name one.
    from ansible_collections.oauthops.iam.plugins.module_utils._oauth.secret_place import SecretPlace

    return SecretPlace(OPTION, path)
