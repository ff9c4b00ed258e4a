# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything the fake remembers."""

from __future__ import annotations

import asyncio
import secrets
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from .clock import Clock, stamp
from .credentials import Credential, seed_credentials
from .journal import Journal
from .lag import ReadLag
from .limiter import Limiter
from .scopes import Scope, catalog
from .variants import Variants
from .zones import Record, Zone, new_zone

if TYPE_CHECKING:
    from .faults import Fault

SEEDED_ZONES = ("example.com", "example.org", "example.net")


def new_id() -> str:
    return secrets.token_hex(16)


@dataclass
class Verification:
    """`status` is None until there is something to show."""

    host: str
    text: str
    status: str | None
    started_at: datetime

    def as_json(self) -> dict[str, Any]:
        return {"host": self.host, "text": self.text, "status": self.status, "started_at": stamp(self.started_at)}


@dataclass
class Client:
    """An OAuth client; `settings` holds what requests can set, `secrets` the valid ones with the oldest first."""

    client_id: str
    account_id: str
    settings: dict[str, Any]
    created_at: datetime
    updated_at: datetime
    promoted_at: datetime | None = None
    verification: Verification | None = None
    secrets: list[str] = field(default_factory=list)

    @property
    def visibility(self) -> str:
        return "public" if self.promoted_at else "private"

    @property
    def has_rotated_secret(self) -> bool:
        return len(self.secrets) > 1

    def as_json(self) -> dict[str, Any]:
        return {
            "client_id": self.client_id,
            "account_id": self.account_id,
            **self.settings,
            "visibility": self.visibility,
            "created_at": stamp(self.created_at),
            "updated_at": stamp(self.updated_at),
            "promoted_at": stamp(self.promoted_at) if self.promoted_at else None,
            "verification": self.verification.as_json() if self.verification else None,
            "secrets": list(self.secrets),
            "secret_count": len(self.secrets),
        }


@dataclass
class Account:
    """Clients by their ids, and what readers still see of them."""

    id: str
    clients: dict[str, Client] = field(default_factory=dict)
    lag: ReadLag[Client] = field(default_factory=ReadLag)


class World:
    """The whole state; only the first account, the credentials and the addresses outlive a reset."""

    accounts: dict[str, Account]
    restricted: dict[str, frozenset[str]]
    zones: dict[str, Zone]
    records: dict[str, Record]
    catalog: dict[str, Scope]
    minted: list[str]
    faults: list[Fault]

    def __init__(self, full_token: str | None = None) -> None:
        self.account_id = new_id()
        self.credentials: list[Credential] = seed_credentials(full_token)
        self.clock = Clock()
        self.journal = Journal()
        self.limiter = Limiter()
        self.delays: set[asyncio.Event] = set()
        """Set, these end the delays of slow responses that are on their way."""
        self.reset()

    def reset(self) -> None:
        self.variants = Variants()
        self.accounts = {self.account_id: Account(self.account_id)}
        self.restricted = {}
        self.records = {}
        self.catalog = catalog()
        self.minted = []
        self.faults = []
        self.clock.reset()
        self.journal.clear()
        self.limiter.clear()
        seeded = [new_zone(new_id(), name, self.account_id, self.clock.now()) for name in SEEDED_ZONES]
        self.zones = {zone.id: zone for zone in seeded}

    @property
    def clients(self) -> dict[str, Client]:
        """The clients of all accounts by their ids."""
        return {client.client_id: client for account in self.accounts.values() for client in account.clients.values()}

    def reaches(self, credential: Credential, account_id: str) -> bool:
        """Whether an account is there and not kept from this credential."""
        return account_id in self.restricted.get(credential.id, self.accounts) and account_id in self.accounts

    def clear_faults(self) -> None:
        self.faults.clear()
        for cleared in self.delays:
            cleared.set()

    def mint_secret(self) -> str:
        secret = secrets.token_urlsafe(32)
        self.minted.append(secret)
        return secret

    def as_json(self) -> dict[str, Any]:
        return {
            "account_id": self.account_id,
            "accounts": list(self.accounts),
            "clock": {"now": stamp(self.clock.now()), "advanced": self.clock.offset.total_seconds()},
            "clients": [client.as_json() for client in self.clients.values()],
            "minted_secrets": list(self.minted),
            "zones": [zone.as_json() for zone in self.zones.values()],
            "records": [record.as_json() for record in self.records.values()],
        }
