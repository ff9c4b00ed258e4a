# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The definitions of several clients: the options that concern all of them, and what contradicts each other.

Pure. Private to this collection.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from .._api.errors import UsageError
from .._api.text import some
from .model import Client

Entry = Mapping[str, Any]
# In bytes: most file systems allow 255, of which the files beside a secret's need some.
LONGEST_NAME = 200
SHARED = ("validate_scopes", "return_client_secret", "force")
NO_FILE_NAME = "cannot be the name of a file in client_secret_dir. Set client_secret_file of this client"


def checked_entries(definitions: Iterable[Entry], params: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The definitions with the options that concern all of them. Raises UsageError if they contradict each other."""
    shared, directory = {name: params[name] for name in SHARED}, params["client_secret_dir"]
    entries = [{**entry, **shared, **secret_options(directory, entry)} for entry in definitions]
    _check(entries, source(params))
    return entries


def source(params: Mapping[str, Any]) -> str:
    """The option that the definitions were given with."""
    return "clients" if params["definitions_file"] is None else "definitions_file"


def secret_options(directory: str | None, entry: Entry) -> dict[str, str | None]:
    """The file for a client's secret as C(client_secret_file), and C(secret_remedy), the remedy if there is none.

    It is the file that the definition names, or else a file in the directory with the name of the client.
    """
    name, path = entry["client_name"], entry["client_secret_file"]
    if directory and name and not path:
        if not _can_be_a_file(name):
            return {"client_secret_file": None, "secret_remedy": f"{name!r} {NO_FILE_NAME}"}
        path = f"{directory.rstrip('/')}/{name}"
    return {"client_secret_file": path, "secret_remedy": "Set client_secret_dir, client_secret_file of the client"}


def _can_be_a_file(name: str) -> bool:
    impossible = "/" in name or "\0" in name or name.startswith(".")
    return not impossible and len(name.encode(errors="replace")) <= LONGEST_NAME


def _check(entries: Sequence[Entry], option: str) -> None:
    """Raise UsageError for a definition that names no client, and for two that could mean the same one.

    Each has its C(place), such as C(clients[3]). C(option) is the option that holds them.
    """
    for entry in entries:
        if not entry["client_id"] and not entry["client_name"]:
            text = f"{entry['place']} needs client_id or client_name, to identify the client."
            raise UsageError("missing_option", text, option=f"{entry['place']}.client_id")
    twice = _repeated(entry["client_id"] for entry in entries)
    by_name = {entry["client_name"] for entry in entries if not entry["client_id"]}
    twice += [name for name in _repeated(entry["client_name"] for entry in entries) if name in by_name]
    if twice:
        places = [entry["place"] for entry in entries if {entry["client_id"], entry["client_name"]} & set(twice)]
        raise UsageError(
            "definitions_conflict",
            f"{option}: several definitions ({some(places)}) have the same name or ID: {some([*map(repr, twice)])}. "
            "Define each client once, and set client_id for every client that shares its name.",
            option=option,
        )
    _check_secret_files(entries)


def _check_secret_files(entries: Sequence[Entry]) -> None:
    paths = [(entry["client_secret_file"] or "") if entry["state"] == "present" else "" for entry in entries]
    same = _repeated(path.casefold() for path in paths)
    twice = {path: entry["place"] for path, entry in zip(paths, entries) if path.casefold() in same}
    if twice:
        raise UsageError(
            "definitions_conflict",
            f"client_secret_file: several clients have the same file, ignoring case ({some([*twice])}). Each secret "
            "would replace the one before. Give each client its own file.",
            option=f"{[*twice.values()][-1]}.client_secret_file",
        )


def check_meant_once(entries: Sequence[Entry], found: Sequence[Client | None], option: str) -> None:
    """Raise UsageError when one definition means by ID the client that another means by name."""
    ids = _repeated(client["client_id"] for client in found if client)
    if ids:
        meant = [label(entry) for entry, client in zip(entries, found) if client and client["client_id"] in ids]
        what = f"several definitions ({some(meant)}) match the same client ({some(ids)})"
        text = f"{option}: {what}. Define each client once."
        raise UsageError("definitions_conflict", text, option=option)


def check_new_names(entries: Sequence[Entry], found: Sequence[Client | None], option: str) -> None:
    """Raise UsageError when a client would be renamed to the name of another definition."""
    names = _repeated(entry["client_name"] for entry in entries)
    new = [
        entry["client_name"]
        for entry, client in zip(entries, found)
        if client and entry["client_name"] in names and client["client_name"] != entry["client_name"]
    ]
    if new:
        raise UsageError(
            "client_name_taken",
            f"{option}: more than one client would be named {some(sorted(map(repr, set(new))))}. Names must be unique, "
            "because they identify the clients. Give each client its own name.",
            option=option,
        )


def label(entry: Entry) -> str:
    """The name of the client that a definition means, or else its ID."""
    return str(entry["client_name"] or entry["client_id"])


def _repeated(values: Iterable[str | None]) -> list[str]:
    return [value for value, times in Counter(values).items() if value and times > 1]
