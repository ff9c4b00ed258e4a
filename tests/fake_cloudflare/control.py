# SPDX-License-Identifier: GPL-3.0-or-later
"""The handles of the fake, under /_fake. None of them exists at Cloudflare."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Body, HTTPException, Request
from pydantic import BaseModel, ConfigDict, Field

from . import clients, variants
from .about import ABOUT
from .access import TheWorld
from .clock import stamp
from .faults import Fault
from .scopes import Scope, catalog
from .state import Account, Verification, new_id
from .zones import new_zone

router = APIRouter()


class _Order(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ClockOrder(_Order):
    advance: float


class AccountOrder(_Order):
    id: str = Field(default_factory=new_id, pattern="^[0-9a-f]{32}$")


class ClientsOrder(_Order):
    clients: list[dict[str, Any]]


class ReachOrder(_Order):
    accounts: list[str] | None


class ZoneOrder(_Order):
    name: str
    status: Literal["initializing", "pending", "active", "moved"] = "active"
    type: Literal["full", "partial", "secondary", "internal"] = "full"
    account_id: str | None = None


class VerificationOrder(_Order):
    status: str | None


class ScopeOrder(_Order):
    id: str
    name: str
    category: str = "other"


class CatalogOrder(_Order):
    """Removals come first; `reset` starts from the seeded catalog."""

    reset: bool = False
    remove: list[str] = []
    add: list[ScopeOrder] = []


@router.get("")
async def about() -> dict[str, Any]:
    return {**ABOUT, "variants": variants.described()}


@router.post("/reset")
async def reset(world: TheWorld) -> dict[str, Any]:
    world.reset()
    return {}


@router.get("/state")
async def state(world: TheWorld) -> dict[str, Any]:
    return world.as_json()


@router.get("/credentials")
async def credentials(world: TheWorld) -> list[dict[str, Any]]:
    return [credential.as_json() for credential in world.credentials]


@router.put("/credentials/{credential_id}/accounts")
async def restrict(world: TheWorld, credential_id: str, order: ReachOrder) -> dict[str, Any]:
    """Lets a credential into these accounts alone; null, as from the start, into all."""
    if credential_id not in [credential.id for credential in world.credentials]:
        raise HTTPException(404, f"no credential {credential_id}")
    if order.accounts is None:
        world.restricted.pop(credential_id, None)
    else:
        world.restricted[credential_id] = frozenset(order.accounts)
    return {}


@router.post("/accounts")
async def add_account(world: TheWorld, order: AccountOrder) -> dict[str, Any]:
    if order.id in world.accounts:
        raise HTTPException(422, f"the account {order.id} is there already")
    world.accounts[order.id] = Account(order.id)
    return {"id": order.id}


@router.post("/clients")
async def add_clients(world: TheWorld, order: ClientsOrder) -> list[str]:
    """Thousands at once, in the first account; their ids."""
    account = next(iter(world.accounts.values()))
    return [clients.create(world, account, body)[0].client_id for body in order.clients]


@router.get("/journal")
async def journal(world: TheWorld) -> list[dict[str, Any]]:
    return [entry.as_json() for entry in world.journal.entries]


@router.delete("/journal")
async def clear_journal(world: TheWorld) -> dict[str, Any]:
    world.journal.clear()
    return {}


@router.get("/variants")
async def get_variants(world: TheWorld) -> dict[str, Any]:
    return world.variants.model_dump()


@router.patch("/variants")
async def set_variants(world: TheWorld, values: Annotated[dict[str, Any], Body()]) -> dict[str, Any]:
    try:
        world.variants = variants.changed(world.variants, values)
    except ValueError as error:
        raise HTTPException(422, str(error)) from None
    return world.variants.model_dump()


@router.get("/faults")
async def get_faults(world: TheWorld) -> list[Fault]:
    return world.faults


@router.post("/faults")
async def add_fault(world: TheWorld, fault: Fault) -> Fault:
    world.faults.append(fault)
    return fault


@router.delete("/faults")
async def clear_faults(world: TheWorld) -> dict[str, Any]:
    world.clear_faults()
    return {}


@router.post("/clock")
async def move_clock(world: TheWorld, order: ClockOrder, request: Request) -> dict[str, Any]:
    """Answers only when every waiting client has been looked at under the new time."""
    world.clock.advance(order.advance)
    await request.app.state.poller.tick()
    return {"now": stamp(world.clock.now())}


@router.post("/zones")
async def add_zone(world: TheWorld, order: ZoneOrder) -> dict[str, Any]:
    zone = new_zone(new_id(), order.name, order.account_id or world.account_id, world.clock.now())
    zone.status, zone.type = order.status, order.type
    world.zones[zone.id] = zone
    return zone.as_json()


@router.post("/clients/{client_id}/verification")
async def set_verification(world: TheWorld, client_id: str, order: VerificationOrder) -> dict[str, Any]:
    """Any status, known or not; null takes the object away until the next look-up."""
    client = world.clients.get(client_id)
    if client is None or client.verification is None:
        raise HTTPException(404, f"no client {client_id} with a client_uri")
    last = client.verification
    client.verification = Verification(last.host, last.text, order.status, last.started_at)
    return client.verification.as_json()


@router.put("/scopes")
async def edit_scopes(world: TheWorld, order: CatalogOrder) -> list[str]:
    known = catalog() if order.reset else dict(world.catalog)
    kept = {scope_id: scope for scope_id, scope in known.items() if scope_id not in order.remove}
    added = {scope.id: Scope(scope.id, scope.name, scope.category) for scope in order.add}
    world.catalog = {**kept, **added}
    return list(world.catalog)
