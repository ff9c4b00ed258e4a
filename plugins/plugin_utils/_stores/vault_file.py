# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One key of a file in the controller that is encrypted as a whole with Ansible Vault. Private to this collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from ansible_collections.oauthops.iam.plugins.action.vault_file_key import ensure
from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._store_options import STORES
from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.base import (
    Record,
    Store,
    foreign,
    unreadable,
    unwritable,
)


class VaultFile(Store):
    type: ClassVar[str] = "vault_file"
    options: ClassVar[Mapping[str, Any]] = STORES["vault_file"]
    rules: ClassVar[Mapping[str, Any]] = {"mutually_exclusive": [("vault_password", "vault_password_file")]}

    @property
    def place(self) -> str:
        return f"the key {self.params['key']} of the vault file {self.params['path']}"

    def read(self) -> Record:
        try:
            found = self._keep(None, check_mode=False)["value"]
        except UsageError as failure:
            raise unreadable(self, failure.message) from None
        if found is not None and not isinstance(found, dict):
            raise foreign(self, "does not hold a mapping")
        return dict(found or {})

    def write(self, record: Record) -> None:
        try:
            self._keep(record, check_mode=False)
        except UsageError as failure:
            raise unwritable(self, failure.message) from None

    def check(self) -> None:
        try:
            self._keep({"rotation": ""}, check_mode=True)
        except UsageError as failure:
            raise unwritable(self, failure.message) from None

    def _keep(self, value: Record | None, *, check_mode: bool) -> Mapping[str, Any]:
        return ensure({**self.params, "value": value}, self.site.loader, check_mode=check_mode)
