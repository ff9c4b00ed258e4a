# SPDX-License-Identifier: GPL-3.0-or-later
"""What every API route depends on: the state, the caller's rights, the body."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request

from .credentials import Credential, Right, identify
from .envelope import ACCOUNT_FORBIDDEN, BODY_UNREADABLE, NO_ROUTE, RIGHT_LACKING, ApiError, Json, Problem
from .state import Account, World


def world_of(request: Request) -> World:
    world: World = request.app.state.world
    return world


async def json_body(request: Request) -> Json:
    try:
        return json.loads(await request.body())
    except ValueError:
        raise ApiError(400, Problem(BODY_UNREADABLE, "the body is not JSON")) from None


TheWorld = Annotated[World, Depends(world_of)]


def caller_of(request: Request, world: TheWorld) -> Credential:
    return identify(request.headers, world.credentials, world.variants)


TheCaller = Annotated[Credential, Depends(caller_of)]


def needs(right: Right | None) -> Callable[[World, Credential], None]:
    """A dependency that lets only callers with this right in."""

    def check(world: TheWorld, caller: TheCaller) -> None:
        if right is not None and right not in caller.rights:
            raise ApiError(world.variants.lacking_right_status, Problem(RIGHT_LACKING, "Authentication error"))

    return check


def account_of(world: TheWorld, caller: TheCaller, account_id: str) -> Account:
    """The account that the path names, if the caller reaches it."""
    if not world.reaches(caller, account_id):
        status = world.variants.foreign_account_status
        unknown = Problem(NO_ROUTE, f"Could not route to /accounts/{account_id}, perhaps your object id is invalid?")
        forbidden = Problem(ACCOUNT_FORBIDDEN, "Unauthorized to access requested resource")
        raise ApiError(status, unknown if status == 404 else forbidden)
    return world.accounts[account_id]


TheAccount = Annotated[Account, Depends(account_of)]
JsonBody = Annotated[Any, Depends(json_body)]
