# SPDX-License-Identifier: GPL-3.0-or-later
"""A store that a test can look into and meddle with."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, ClassVar

from ansible_collections.oauthops.iam.plugins.plugin_utils._stores.base import Record, Site, Store, unwritable


def no_module(_name: str, _args: Mapping[str, Any], _check_mode: bool) -> Mapping[str, Any]:
    raise AssertionError("no module is run")


class InMemory(Store):
    """C(before_write) and C(after_write) are called around each write."""

    type: ClassVar[str] = "json_file"

    def __init__(self, held: Record | None = None, *, check_mode: bool = False) -> None:
        super().__init__({}, Site(no_module, None, check_mode))
        self.held: Record = dict(held or {})
        self.written: list[Record] = []
        self.before_write: Callable[[], object] = lambda: None
        self.after_write: Callable[[], object] = lambda: None
        self.read_only = False

    @property
    def place(self) -> str:
        return "the memory"

    def read(self) -> Record:
        return dict(self.held)

    def write(self, record: Record) -> None:
        if self.read_only:
            raise unwritable(self, "It is read-only")
        self.before_write()
        self.held = dict(record)
        self.written.append(dict(record))
        self.after_write()

    def check(self) -> None:
        if self.read_only:
            raise unwritable(self, "It is read-only")


class WriteOnly(InMemory):
    """What it holds as a secret it never shows."""

    write_only: ClassVar[bool] = True

    def read(self) -> Record:
        return {**self.held, "client_secret": None} if self.held.get("client_secret") else dict(self.held)
