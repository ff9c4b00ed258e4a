# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a store of secrets is: a place that holds a mapping, read and written as a whole. Private to this collection."""

from __future__ import annotations

import abc
import base64
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote, quote_plus

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import UsageError

Record = dict[str, Any]
MASK = "********"


@dataclass(frozen=True)
class Site:
    """What the task gives a store: how a module runs on its host, and the loader with the vault secrets of the run.

    C(run_module(name, args, check_mode)) gives the module's result.
    """

    run_module: Callable[[str, Mapping[str, Any], bool], Mapping[str, Any]]
    loader: Any
    check_mode: bool


class Store(abc.ABC):
    """One place. C(params) are the options of its own type, complete and checked.

    C(options) and C(rules) are what ansible-core's validator takes. What C(write_only) stores hold as C(client_secret)
    is null for whoever reads it. C(compares) says that a write is refused when the place changed since it was read.
    """

    type: ClassVar[str]
    options: ClassVar[Mapping[str, Any]]
    rules: ClassVar[Mapping[str, Any]] = {}
    write_only: ClassVar[bool] = False
    compares: ClassVar[bool] = False

    def __init__(self, params: Mapping[str, Any], site: Site) -> None:
        self.params = params
        self.site = site

    @property
    @abc.abstractmethod
    def place(self) -> str:
        """What a message calls the place, such as C(the file /etc/app.json)."""

    @abc.abstractmethod
    def read(self) -> Record:
        """What is stored, empty when nothing is. Raises UsageError when the store could not be looked into."""

    @abc.abstractmethod
    def write(self, record: Record) -> None:
        """Replace what is stored. Raises UsageError when it was not, or may not have been."""

    def check(self) -> None:
        """Raise UsageError, in check mode, for a write that is going to be refused, as far as can be told."""
        return

    def close(self) -> None:
        """End what was begun by logging in."""
        return


def missing_library(store: str, library: str) -> UsageError:
    return UsageError(
        "library_missing",
        f"store: the type {store} needs the Python library {library}, which {sys.executable} lacks. Install it there.",
        option="store.type",
    )


def unreadable(store: Store, reason: str) -> UsageError:
    return UsageError("store_unreadable", f"store: {store.place} cannot be read: {sentence(reason)}", option="store")


def unwritable(store: Store, reason: str) -> UsageError:
    return UsageError("store_unwritable", f"store: {store.place} cannot be written: {sentence(reason)}", option="store")


def conflict(store: Store) -> UsageError:
    return UsageError(
        "store_conflict",
        f"store: {store.place} was changed by another writer since it was read, so nothing was written. Run again.",
        option="store",
    )


def foreign(store: Store, what: str) -> UsageError:
    return UsageError(
        "store_foreign_content",
        f"store: {store.place} {what}, and is left as it is. Choose another place, or replace what it holds.",
        option="store",
    )


def sentence(text: str) -> str:
    """With a full stop at its end."""
    stripped = text.strip()
    return stripped if stripped.endswith((".", "!", "?")) else f"{stripped}."


def object_in(store: Store, text: str | bytes) -> Record:
    """The JSON object that a text is. Raises UsageError for all else, and shows nothing of it."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        raise foreign(store, "does not hold JSON") from None
    if not isinstance(found, dict):
        raise foreign(store, "does not hold a JSON object")
    return found


def without_secrets(text: str, secrets: Iterable[object]) -> str:
    """The text with every form of the secrets masked, the longest first, as one may begin another."""
    hidden: set[str] = set().union(*(_forms(str(secret)) for secret in secrets if secret))
    longest_first = sorted(hidden, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, longest_first)), MASK, text) if hidden else text


def _forms(secret: str) -> set[str]:
    """How a secret may be written in a message."""
    octets = secret.encode("utf-8", "surrogateescape")
    in_urls = {quote(octets), quote(octets, safe=""), quote_plus(octets)}
    return {secret, base64.b64encode(octets).decode("ascii"), *in_urls, json.dumps(secret)[1:-1]}
