# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused of many definitions, and of deleting the clients that none of them means. Pure. Private."""

from __future__ import annotations

import fnmatch
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._errors import UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._oauth import Client, is_public

Entry = Mapping[str, Any]
# In bytes: most file systems allow 255, of which the files beside a secret's need some.
LONGEST_NAME = 200


def check_entries(entries: Sequence[Entry]) -> None:
    """Raise UsageError for definitions that name no client, or of which two could mean the same one."""
    for number, entry in enumerate(entries):
        if not entry["client_id"] and not entry["client_name"]:
            raise UsageError(f"clients[{number}] needs client_id or client_name, to say which client is meant.")
    twice = _repeated(entry["client_id"] for entry in entries)
    by_name = {entry["client_name"] for entry in entries if not entry["client_id"]}
    twice += [name for name in _repeated(entry["client_name"] for entry in entries) if name in by_name]
    if twice:
        raise UsageError(
            f"clients names {', '.join(map(repr, twice))} more than once: each client is to be described in one place. "
            "Clients that share a name have to be told apart by client_id, all of them."
        )
    _check_secret_files(entries)


def _check_secret_files(entries: Sequence[Entry]) -> None:
    paths = [entry["client_secret_file"] or "" for entry in entries if entry["state"] == "present"]
    repeated = _repeated(path.casefold() for path in paths)
    twice = dict.fromkeys(path for path in paths if path.casefold() in repeated)
    if twice:
        raise UsageError(
            f"Several clients would have their secrets in one file ({', '.join(twice)}), and each would replace the "
            "one before: give each a client_secret_file of its own."
        )


def secret_place(directory: str | None, entry: Entry) -> dict[str, str | None]:
    """Where a client's secret goes, as C(client_secret_file), and C(secret_remedy), what to do where that is nowhere.

    It is the file that its definition names, else one in the directory that has the client's name.
    """
    name = entry["client_name"]
    path, remedy = entry["client_secret_file"], "set client_secret_dir, its client_secret_file"
    if directory and name and not path:
        path = f"{directory.rstrip('/')}/{name}" if _can_be_a_file(name) else None
        remedy = remedy if path else "no file in client_secret_dir can have its name, so set its client_secret_file"
    return {"client_secret_file": path, "secret_remedy": remedy}


def _can_be_a_file(name: str) -> bool:
    impossible = "/" in name or "\0" in name or name.startswith(".")
    return not impossible and len(name.encode(errors="replace")) <= LONGEST_NAME


def _repeated(values: Iterable[str | None]) -> list[str]:
    return [value for value, times in Counter(values).items() if value and times > 1]


def check_meant_once(entries: Sequence[Entry], found: Sequence[Client | None]) -> None:
    """Raise UsageError when one definition means by id the client that another means by name."""
    ids = _repeated(client["client_id"] for client in found if client)
    if ids:
        meant = [label(entry) for entry, client in zip(entries, found) if client and client["client_id"] in ids]
        raise UsageError(f"{' and '.join(meant)} mean the same client ({', '.join(ids)}): describe it in one place.")


def check_new_names(entries: Sequence[Entry], found: Sequence[Client | None]) -> None:
    """Raise UsageError when a client would get a name that another is to have as well."""
    names = _repeated(entry["client_name"] for entry in entries)
    new = [
        entry["client_name"]
        for entry, client in zip(entries, found)
        if client and entry["client_name"] in names and client["client_name"] != entry["client_name"]
    ]
    if new:
        raise UsageError(
            f"Several clients would be renamed to {', '.join(sorted(set(new)))}, and could not be told by it any more."
        )


def label(entry: Entry) -> str:
    """What a person calls the client that a definition means."""
    return str(entry["client_name"] or entry["client_id"])


def surplus(listed: Iterable[Client], entries: Sequence[Entry], found: Sequence[Client | None]) -> list[Client]:
    """The clients that no definition means, nor could mean by a name that several have."""
    ids = {client["client_id"] for client in found if client}
    names = {entry["client_name"] for entry in entries if not entry["client_id"]}
    return [client for client in listed if client["client_id"] not in ids and client["client_name"] not in names]


def to_prune(unmanaged: Iterable[Client], pattern: str | None) -> list[Client]:
    """Those to be deleted, of names that match the shell pattern if there is one; upper and lower case differ."""
    if not pattern:
        return list(unmanaged)
    return [client for client in unmanaged if fnmatch.fnmatchcase(client["client_name"] or "", pattern)]


def check_prune(pruned: Sequence[Client], entries: Sequence[Entry], *, limit: int, force: bool) -> None:
    """Raise UsageError for a deletion that looks like a mistake."""
    if pruned and not entries:
        raise UsageError(
            f"clients is empty, so prune would delete {called(pruned)}. Nothing was sent. Look for the definitions "
            "that were meant; to delete clients, describe them with state=absent."
        )
    if len(pruned) > limit:
        raise UsageError(
            f"prune would delete {len(pruned)} clients, more than prune_limit={limit}: {called(pruned)}. Nothing was "
            "sent. Raise prune_limit if that is meant, or narrow it with prune_name."
        )
    public = [client for client in pruned if is_public(client)]
    if public and not force:
        raise UsageError(
            f"prune would delete public clients: {called(public)}. Nothing was sent. Deleting one ends every user's "
            "authorization for good. Describe them in clients, leave them out with prune_name, or set force=true."
        )


def called(clients: Iterable[Client]) -> str:
    return ", ".join(f"{client['client_name'] or 'without a name'} ({client['client_id']})" for client in clients)
