# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One key of a file on the controller that is encrypted as a whole with Ansible Vault. Private to this collection."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from ...action.vault_file_key import ensure
from ...module_utils._api.errors import UsageError
from .base import Record, Store, foreign, of_suboption, unreadable, unwritable


class VaultFile(Store):
    type: ClassVar[str] = "vault_file"
    rules: ClassVar[Mapping[str, Any]] = {"mutually_exclusive": [("vault_password", "vault_password_file")]}

    @property
    def place(self) -> str:
        return f"the key {self.params['key']} of the vault file {self.params['path']}"

    def read(self) -> Record:
        found = self._ensured(None, unreadable)["value"]
        if found is not None and not isinstance(found, dict):
            raise foreign(self, "does not hold a mapping")
        return dict(found or {})

    def write(self, record: Record) -> None:
        self._ensured(record, unwritable)

    def check(self) -> None:
        self._ensured({"rotation": ""}, unwritable, check_mode=True)

    def _ensured(
        self, value: Record | None, error_of: Callable[[Store, str], UsageError], *, check_mode: bool = False
    ) -> Mapping[str, Any]:
        try:
            result = ensure({**self.params, "value": value}, self.site.loader, check_mode=check_mode)
        except UsageError as failure:
            raise error_of(self, of_suboption(failure.message, failure.option)) from None
        self.warnings += result.get("warnings", [])
        return result
