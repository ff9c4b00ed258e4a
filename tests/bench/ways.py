# SPDX-License-Identifier: GPL-3.0-or-later
"""The ways to bring many clients to their descriptions, and the states that they find them in."""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from typing import Any

from tests.bench.stage import PLAYBOOKS, ROOT, Stage, playing
from tests.bench.timing import Measurement

ONE_TASK, FILE, LOOP, SDK = "one task", "one task, a file", "a loop", "the SDK"
WAYS = (ONE_TASK, FILE, LOOP, SDK)
PLAYBOOK = {ONE_TASK: "clients_in_one_task", FILE: "clients_in_a_file", LOOP: "clients_in_a_loop"}
NEW, UNCHANGED, CHANGED = "all new", "unchanged", "5 % changed"
NOTHING = "nothing"
STATES = (NEW, UNCHANGED, CHANGED)
SCRIPT = ROOT / "tests/bench/clients_with_sdk.py"
Description = Mapping[str, Any]


def described(number: int) -> list[Description]:
    return [
        {
            "client_name": f"Bench {index}",
            "grant_types": ["authorization_code"],
            "response_types": ["code"],
            "redirect_uris": [f"https://app{index}.example.com/callback"],
            "scopes": ["account-settings.read", "dns.read"],
            "token_endpoint_auth_method": "none",
            "tos_uri": "https://app.example.com/terms",
        }
        for index in range(number)
    ]


def with_ids(stage: Stage, descriptions: Sequence[Description]) -> list[Description]:
    ids = {client["client_name"]: client["client_id"] for client in stage.fake.state()["clients"]}
    return [{**description, "client_id": ids[description["client_name"]]} for description in descriptions]


def partly_changed(descriptions: Sequence[Description], every: int, mark: str) -> list[Description]:
    """Each so many-th client gets other terms, which C(mark) makes other ones each time."""
    terms = {"tos_uri": f"https://app.example.com/terms/{mark}"}
    return [{**each, **terms} if index % every == 0 else each for index, each in enumerate(descriptions)]


def command(stage: Stage, way: str, descriptions: Sequence[Description], concurrency: int | None = None) -> list[str]:
    path = stage.write_variables("clients", {"clients": list(descriptions)})
    if way == SDK:
        return [sys.executable, str(SCRIPT), str(path)]
    at_a_time = {"concurrency": concurrency} if concurrency else {}
    return playing(PLAYBOOKS / f"{PLAYBOOK[way]}.yml", {"described_in": str(path), **at_a_time})


def nothing(stage: Stage, way: str) -> Measurement:
    """A run of the kind that does nothing at all."""
    if way == SDK:
        return stage.measured([sys.executable, str(SCRIPT)])
    return stage.play(stage.write_play("empty", []))


def seed(stage: Stage, number: int) -> list[Description]:
    """An account with so many clients; their descriptions, with ids."""
    stage.empty_account()
    ids = stage.fake.add_clients(described(number))
    return [{**each, "client_id": client_id} for each, client_id in zip(described(number), ids, strict=True)]
