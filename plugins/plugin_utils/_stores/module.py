# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A store that is a module of any collection, on the task's host. Private to this collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .base import Failure, Record, Store, foreign, unreadable, unwritable


class ModuleStore(Store):
    """The module C(name) reads when it is run with only C(options), and writes when C(write_to) has the record."""

    type: ClassVar[str] = "module"

    @property
    def place(self) -> str:
        return f"the secret stored by the module {self.params['name']}"

    def read(self) -> Record:
        with self.raising(unreadable):
            found: Any = self._result({}, check_mode=False)
        for key in self.params["read_from"].split("."):
            found = found.get(key) if isinstance(found, Mapping) else None
        if found is not None and not isinstance(found, Mapping):
            raise foreign(self, f"has no mapping at {self.params['read_from']}")
        self.hide(found or {})
        return dict(found or {})

    def write(self, record: Record) -> None:
        self.hide(record)
        with self.raising(unwritable):
            self._result({self.params["write_to"]: record}, check_mode=False)

    def check(self) -> None:
        with self.raising(unwritable):
            self._result({self.params["write_to"]: {"rotation": ""}}, check_mode=True)

    def _result(self, more: Record, *, check_mode: bool) -> Mapping[str, Any]:
        result = self.site.run_module(self.params["name"], {**self.params["options"], **more}, check_mode)
        if result.get("failed"):
            raise Failure(
                self.quoted(result.get("msg") or "the module failed without a message. Run the module alone with -vvv")
            )
        return result
