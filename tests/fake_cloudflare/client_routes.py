# SPDX-License-Identifier: GPL-3.0-or-later
"""The eight calls about OAuth clients and scopes."""

from __future__ import annotations

from fastapi import APIRouter, Depends
from starlette.responses import JSONResponse

from . import clients
from .access import JsonBody, TheAccount, TheWorld, needs
from .client_view import page_of, shown
from .credentials import Right
from .envelope import ApiError, Problem, success
from .state import Account, Client, World

router = APIRouter()
_ALL = "/accounts/{account_id}/oauth_clients"
_ONE = _ALL + "/{client_id}"
_SECRET = _ONE + "/rotate_secret"
_READ = [Depends(needs(Right.OAUTH_READ))]
_WRITE = [Depends(needs(Right.OAUTH_WRITE))]


def _found(world: World, client: Client | None) -> Client:
    if client is None:
        problem = Problem(world.variants.missing_client_code, "OAuth client not found")
        raise ApiError(world.variants.missing_client_status, problem)
    return client


def _writable(world: World, account: Account, client_id: str) -> Client:
    return _found(world, account.clients.get(client_id))


@router.get(_ALL, dependencies=_READ)
async def list_clients(
    world: TheWorld, account: TheAccount, page: int | None = None, per_page: int | None = None
) -> JSONResponse:
    visible = account.lag.read_all(account.clients, world.clock.now())
    found, result_info = page_of(visible, page, per_page, world.variants)
    return success([shown(client, world.variants) for client in found], result_info)


@router.post(_ALL, dependencies=_WRITE)
async def create_client(world: TheWorld, account: TheAccount, body: JsonBody) -> JSONResponse:
    client, secret = clients.create(world, account, body)
    return success(_with_secret(world, client, secret))


@router.get(_ONE, dependencies=_READ)
async def get_client(world: TheWorld, account: TheAccount, client_id: str) -> JSONResponse:
    seen = account.lag.read(client_id, account.clients.get(client_id), world.clock.now())
    return success(shown(_found(world, seen), world.variants))


@router.patch(_ONE, dependencies=_WRITE)
async def patch_client(world: TheWorld, account: TheAccount, client_id: str, body: JsonBody) -> JSONResponse:
    client = _writable(world, account, client_id)
    secret = clients.patch(world, client, body)
    return success(_with_secret(world, client, secret))


@router.delete(_ONE, dependencies=_WRITE)
async def delete_client(world: TheWorld, account: TheAccount, client_id: str) -> JSONResponse:
    clients.delete(world, _writable(world, account, client_id))
    return _deleted(world, client_id)


@router.post(_SECRET, dependencies=_WRITE)
async def rotate_secret(world: TheWorld, account: TheAccount, client_id: str) -> JSONResponse:
    return success({"client_secret": clients.rotate(world, _writable(world, account, client_id))})


@router.delete(_SECRET, dependencies=_WRITE)
async def delete_rotated_secret(world: TheWorld, account: TheAccount, client_id: str) -> JSONResponse:
    clients.delete_rotated(world, _writable(world, account, client_id))
    return _deleted(world, client_id)


@router.get("/oauth/scopes", dependencies=[Depends(needs(None))])
async def list_scopes(world: TheWorld) -> JSONResponse:
    found = [scope.as_json() for scope in world.catalog.values()]
    if world.variants.extra_fields:
        found = [{**scope, "deprecated": None} for scope in found]
    total = len(found)
    return success(found, {"count": total, "page": 1, "per_page": total, "total_count": total})


def _with_secret(world: World, client: Client, secret: str | None) -> dict[str, object]:
    view = shown(client, world.variants)
    return view if secret is None else {**view, "client_secret": secret}


def _deleted(world: World, client_id: str) -> JSONResponse:
    return success(None if world.variants.delete_result == "null" else {"id": client_id})
