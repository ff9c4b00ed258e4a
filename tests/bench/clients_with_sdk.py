# SPDX-License-Identifier: GPL-3.0-or-later
"""Brings many clients to their descriptions, as one writes it with the official SDK.

Given the path of a JSON file with `clients`; the SDK reads the token and the address from the environment.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from cloudflare import Cloudflare


def listed(cloudflare: Cloudflare, account_id: str) -> list[dict[str, Any]]:
    """All clients over all pages, which the SDK does not turn by itself here."""
    found: list[dict[str, Any]] = []
    page = 1
    while True:
        shown = cloudflare.iam.oauth_clients.list(account_id=account_id, extra_query={"page": page}).result
        if not shown:
            return found
        found += [client.to_dict() for client in shown]
        page += 1


def bring(cloudflare: Cloudflare, account_id: str, descriptions: Sequence[Mapping[str, Any]]) -> None:
    by_name = {client["client_name"]: client for client in listed(cloudflare, account_id)}
    for description in descriptions:
        wanted = {name: value for name, value in description.items() if name != "client_id"}
        current = by_name.get(wanted["client_name"])
        if current is None:
            cloudflare.iam.oauth_clients.create(account_id=account_id, **wanted)
            continue
        changes = {name: value for name, value in wanted.items() if current.get(name) != value}
        if changes:
            cloudflare.iam.oauth_clients.update(current["client_id"], account_id=account_id, **changes)


if __name__ == "__main__":
    with Cloudflare() as sdk:
        given = json.loads(Path(sys.argv[1]).read_text())["clients"] if len(sys.argv) > 1 else []
        if given:
            bring(sdk, os.environ["CLOUDFLARE_ACCOUNT_ID"], given)
