# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Delivers a secret that is shown once. Everything that can fail is tried before it is minted. Private."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

try:
    from ansible.module_utils.secrets import register_secret
except ImportError:  # ansible-core before 2.22

    def register_secret(value: str, /) -> str:
        return value


class Delivery:
    """The destination of a secret: the result, or none. Subclasses write it elsewhere as well.

    As a context manager it reserves that place.
    """

    path: str | None = None

    def __init__(self, returned: bool | None = None) -> None:
        self.returned = returned
        self.warnings: list[str] = []

    @classmethod
    def of(cls, params: Mapping[str, Any]) -> Delivery:
        path, returned = params["client_secret_file"], params["return_client_secret"]
        if not path:
            return Delivery(returned)
        # Imported here: a module's process reads the sources of files at each start, and few tasks name a path.
        from .file_delivery import FileDelivery

        return FileDelivery(path, returned)

    @property
    def keeps(self) -> bool:
        """Whether the secret is kept at all."""
        return bool(self.path or self.returned)

    def __enter__(self) -> Delivery:
        return self

    def __exit__(self, *_error: object) -> None:
        """Release what is reserved."""

    def check(self) -> None:
        """Raise UsageError when the place cannot be written, as far as that can be seen without writing."""

    def holds_something(self) -> bool:
        """Whether the place is known not to be empty. Raises UsageError for one that cannot be trusted."""
        return False

    def mark(self) -> None:
        """Mark that a secret is being minted, in a way that survives a crash."""

    def unmark(self) -> None:
        """Remove the mark."""

    def lacks_minted_secret(self) -> bool:
        """Whether the place is known not to hold the secret that was minted last."""
        return False

    def predicted(self) -> dict[str, Any]:
        """The keys that L(deliver) would add to the result, in check mode."""
        return {"client_secret": None} if self.returned else {}

    def deliver(self, secret: str, client_id: str, remedy: str, /) -> dict[str, Any]:  # noqa: ARG002
        """Write the secret, and return the keys to add to the result.

        Raises UsageError, which ends with C(remedy), if even the reserved place can no longer be written.
        """
        register_secret(secret)
        return {"client_secret": secret} if self.returned else {}
