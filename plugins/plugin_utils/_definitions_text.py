# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Clients as the text of a variables file with their definitions. Pure. Private to this collection."""

from __future__ import annotations

import fnmatch
import keyword
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from ..module_utils._api.errors import UsageError, invalid
from ..module_utils._api.text import some
from ._variables_file import variables_text

Client = Mapping[str, Any]
EXPECTED = "expected letters, digits and underscores, not starting with a digit, and no Python keyword"


def definitions_text(clients: Iterable[Client], variable: str, name: str, client_ids: bool, comment: str) -> str:
    """The text for the clients whose names match a shell pattern, each with its C(definition).

    Raises UsageError for values that no file can hold, and for clients that are ambiguous without their IDs.
    """
    chosen = sorted((client for client in clients if _is_named(client, name)), key=_order)
    described = [_described(client, client_ids) for client in chosen]
    if not client_ids:
        _refuse_indistinct(chosen)
    try:
        return variables_text(variable, described, comment)
    except UnicodeEncodeError as error:
        text = (
            f"{_holder(chosen, error.object)} contains an unpaired surrogate ({error.object!r}), so it cannot be "
            "written as UTF-8. Correct the value at Cloudflare, or set name to a pattern that does not match this "
            "client."
        )
        raise UsageError("malformed_result", text) from None


def _holder(clients: Iterable[Client], text: str) -> str:
    """The client whose definition holds a text, and the key."""
    for client in clients:
        for name, value in client["definition"].items():
            if text in (value if isinstance(value, list) else [value]):
                return f"{name} of the client {client['client_id']}"
    return "A value of a client"


def check_variable(name: str) -> None:
    """Raise UsageError for a name that no variable of Ansible can have."""
    if not re.fullmatch(r"[a-zA-Z_]\w*", name, re.ASCII) or keyword.iskeyword(name):
        raise invalid("variable", f"invalid name {name!r} ({EXPECTED}).")


def _is_named(client: Client, pattern: str) -> bool:
    return not pattern or fnmatch.fnmatchcase(client["client_name"] or "", pattern)


def _order(client: Client) -> tuple[str, str]:
    return client["client_name"] or "", client["client_id"]


def _described(client: Client, with_id: bool) -> dict[str, Any]:
    """The client's definition, the name and the id first."""
    rest = dict(client["definition"])
    names = {name: rest.pop(name) for name in ("client_name",) if name in rest}
    if with_id:
        return {**names, "client_id": client["client_id"], **rest}
    rest.pop("visibility")
    return {**names, **rest}


def _refuse_indistinct(clients: Sequence[Client]) -> None:
    uses = Counter(client["client_name"] or "" for client in clients)
    unclear = [
        f"{client['client_id']} ({client['client_name'] or 'without a name'})"
        for client in clients
        if not client["client_name"] or uses[client["client_name"]] > 1
    ]
    if unclear:
        raise UsageError(
            "client_ambiguous",
            f"client_ids: without IDs these clients would be ambiguous: {some(unclear)}. Give each client a unique "
            "name, set name to a pattern that does not match these, or set client_ids=true.",
            option="client_ids",
        )
