# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivers a secret that is shown once. Everything that can fail is tried before it is minted. Private."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from .._api.errors import UsageError

if TYPE_CHECKING:
    from .secret_place import SecretPlace

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:  # ansible-core before 2.22

    def register_secret(value: str, /) -> str:
        return value


OPTION = "client_secret_file"
UNREGISTERED = "Correct the cause. If you registered the result, save its client_secret. Otherwise the secret is lost."


LOST = "Correct the cause. The secret is lost."


class Delivery:
    """The destination of a secret: a file, the result, both, or none.

    As a context manager it reserves the file: disk space and permissions are tried, so that after minting only one
    write to an open file and one rename remain.
    """

    def __init__(self, path: str | None, returned: bool | None) -> None:
        self.path = path
        self.returned = returned
        self._file: SecretPlace | None = None
        if path:
            # Imported here: a module's process reads the sources of files at each start, and few tasks name a path.
            from .secret_place import SecretPlace

            self._file = SecretPlace(path)

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Delivery:
        return cls(params["client_secret_file"], params["return_client_secret"])

    @property
    def keeps(self) -> bool:
        """Whether the secret is kept at all."""
        return bool(self.path or self.returned)

    @property
    def warnings(self) -> list[str]:
        """Those of the file that was reserved."""
        return self._file.warnings if self._file else []

    def check(self) -> None:
        """Raise UsageError when the file cannot be written, as far as that can be seen without writing."""
        if self._file:
            self._file.check()

    def file_holds_something(self) -> bool:
        """Whether the file is not empty. Raises UsageError for a file that cannot be trusted."""
        return bool(self._file and self._file.holds_something())

    def __enter__(self) -> Delivery:
        if self._file:
            self._file.reserve()
        return self

    def __exit__(self, *_error: object) -> None:
        if self._file:
            self._file.release()

    def mark(self) -> None:
        """Mark that a secret is being minted, by a file beside the secret's, which survives a crash."""
        if self._file:
            self._file.mark()

    def unmark(self) -> None:
        if self._file:
            self._file.unmark()

    def lacks_minted_secret(self) -> bool:
        """Whether the file is known not to hold the secret that was minted last."""
        return bool(self._file and self._file.lacks_minted_secret())

    def predicted(self) -> dict[str, Any]:
        """The keys that L(deliver) would add to the result, in check mode."""
        return {"client_secret": None} if self.returned else {}

    def deliver(self, secret: str, client_id: str, remedy: str, /) -> dict[str, Any]:
        """Write the secret to the file, and return the keys to add to the result.

        Raises UsageError, which ends with C(remedy), if even the reserved file can no longer be written.
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
                    f"({error.strerror or error}). {UNREGISTERED if self.returned else LOST} {remedy}",
                    option=OPTION,
                    changed=True,
                    **result,
                ) from None
        return result
