# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The base of all stores: a place that holds a mapping, read and written as a whole. Private to this collection."""

from __future__ import annotations

import abc
import contextlib
import importlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from ...module_utils._api.errors import UsageError
from ...module_utils._module import secret_values, texts
from ...module_utils._store_options import STORES
from .._masking import harmless

Record = dict[str, Any]
# What a record holds that may be shown. All else in a place may be a secret of others, if it is not too short for one.
OPEN = ("client_id", "minted_at", "rotation")
SHORTEST_SECRET = 4


@dataclass(frozen=True)
class Site:
    """What the task gives a store: how a module runs on its host, and the loader with the vault secrets of the run.

    C(run_module(name, args, check_mode)) gives the module's result.
    """

    run_module: Callable[[str, Mapping[str, Any], bool], Mapping[str, Any]]
    loader: Any
    check_mode: bool


class Store(abc.ABC):
    """One place in a store. C(params) are the options of its own type, complete and checked.

    C(rules) are arguments of ansible-core's validator. C(variables) are the environment variables for options that are
    not set; the first one that is set counts. A C(write_only) store returns null as C(client_secret). C(compares) says
    that a write is refused when the place changed since it was read.
    """

    type: ClassVar[str]
    rules: ClassVar[Mapping[str, Any]] = {}
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {}
    write_only: ClassVar[bool] = False
    compares: ClassVar[bool] = False

    def __init__(self, params: Mapping[str, Any], site: Site) -> None:
        self.params = params
        self.site = site
        self.warnings: list[Any] = []
        self._secrets = set(secret_values(STORES[self.type], params))

    @classmethod
    def complete(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        """The options, those that are not set from the environment. An empty string counts as not set."""
        known = STORES[cls.type]
        complete = {name: value for name, value in given.items() if value not in (None, "") or name not in known}
        for option, names in cls.variables.items():
            found = next((os.environ[name] for name in names if os.environ.get(name)), None)
            if found:
                complete.setdefault(option, found)
        return complete

    @property
    @abc.abstractmethod
    def place(self) -> str:
        """The place as messages name it, such as C(the file /etc/app.json)."""

    @abc.abstractmethod
    def read(self) -> Record:
        """What is stored, empty if nothing is. Raises UsageError if it cannot be read."""

    @abc.abstractmethod
    def write(self, record: Record) -> None:
        """Replace what is stored. Raises UsageError if that failed, or may have failed."""

    def check(self) -> None:
        """In check mode, raise UsageError for a write that would be refused, as far as a check can show."""
        return

    def close(self) -> None:
        """Log out."""
        return

    def hide(self, record: Mapping[str, Any]) -> None:
        """Mask what a record holds in all messages from now on."""
        closed = texts([value for name, value in record.items() if name not in OPEN])
        self._secrets.update(text for text in closed if len(text) >= SHORTEST_SECRET)

    def quoted(self, text: object) -> str:
        """A text of a program, a module or a server, made safe for a message."""
        return harmless(str(text), self._secrets)

    @contextlib.contextmanager
    def raising(self, what: Callable[[Store, str], UsageError]) -> Iterator[None]:
        """Raise a Failure of the body as C(unreadable) or C(unwritable)."""
        try:
            yield
        except Failure as failure:
            raise what(self, str(failure)) from None


class Failure(Exception):
    """Why a place was not read or written, and what to do: the end of a message, safe to be shown."""


def library(store: Store, name: str) -> Any:
    """Import the Python library that this type of store needs.

    Raises UsageError if it is not installed on the controller.
    """
    try:
        return importlib.import_module(name)
    except ImportError:
        lacking = f"the Python library {name.partition('.')[0]}, which is not installed for {sys.executable}."
        text = f"store: the type {store.type} needs {lacking} Install it there."
        raise UsageError("requirement_missing", text, option="store.type") from None


def unreadable(store: Store, reason: str) -> UsageError:
    return UsageError("store_unreadable", f"store: {store.place} cannot be read: {sentence(reason)}", option="store")


def unwritable(store: Store, reason: str) -> UsageError:
    return UsageError("store_unwritable", f"store: {store.place} cannot be written: {sentence(reason)}", option="store")


def of_suboption(message: str, option: str | None) -> str:
    """The message about an option, as the reason why the place of a store cannot be used; that names its path."""
    if not option or not message.startswith(f"{option}: "):
        return message
    return message.removeprefix("path: ") if option == "path" else f"store.{message}"


def conflict(store: Store) -> UsageError:
    return UsageError(
        "store_conflict",
        f"store: {store.place} was changed by another writer since it was read, so nothing was written. Run again.",
        option="store",
    )


def foreign(store: Store, what: str) -> UsageError:
    return UsageError(
        "foreign_content",
        f"store: {store.place} {what}, so it was not changed. Change the option store to another place, or delete "
        "the content if it is not needed.",
        option="store",
    )


def sentence(text: str) -> str:
    """With a full stop at its end."""
    stripped = text.strip()
    return stripped if stripped.endswith((".", "!", "?")) else f"{stripped}."
