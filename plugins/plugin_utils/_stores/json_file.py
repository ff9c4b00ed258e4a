# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A JSON file of mode 0600 on the task's host. Private to this collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .base import Record, Store, of_suboption, unreadable, unwritable
from .record import SECRET

MODULE = "oauthops.iam.secret_file_value"


class JsonFile(Store):
    """Kept by the module secret_file_value, which sets owner, mode and SELinux context."""

    type: ClassVar[str] = "json_file"

    @property
    def place(self) -> str:
        return f"the file {self.params['path']}"

    def read(self) -> Record:
        """Read the file. Its owner is checked as before a write."""
        result = self.site.run_module(MODULE, dict(self.params), False)
        if result.get("failed"):
            raise unreadable(self, _reason(result))
        return dict(result["value"] or {})

    def write(self, record: Record) -> None:
        self._write(record, check_mode=False)

    def check(self) -> None:
        self._write({"rotation": ""}, check_mode=True)

    def _write(self, record: Record, *, check_mode: bool) -> None:
        """The secret has an option of its own, as ansible-core 2.22 hides all texts of an option that is no_log."""
        open_part = {name: value for name, value in record.items() if name != SECRET}
        secret_part = {name: value for name, value in record.items() if name == SECRET}
        args = {**self.params, "value": open_part, "secret_value": secret_part}
        result = self.site.run_module(MODULE, args, check_mode)
        if result.get("failed"):
            raise unwritable(self, _reason(result))
        self.warnings += result.get("warnings", [])


def _reason(result: Mapping[str, Any]) -> str:
    return of_suboption(str(result.get("msg")), (result.get("error") or {}).get("option"))
