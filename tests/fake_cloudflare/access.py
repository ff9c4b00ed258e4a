# SPDX-License-Identifier: GPL-3.0-or-later
"""What every API route depends on: the state, the caller's rights, the body."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Annotated, Any

from fastapi import Depends, Request

from .credentials import Right, identify
from .envelope import ACCOUNT_FORBIDDEN, BODY_UNREADABLE, RIGHT_LACKING, ApiError, Json, Problem
from .state import World


def world_of(request: Request) -> World:
    world: World = request.app.state.world
    return world


async def json_body(request: Request) -> Json:
    try:
        return json.loads(await request.body())
    except ValueError:
        raise ApiError(400, Problem(BODY_UNREADABLE, "the body is not JSON")) from None


def needs(right: Right | None) -> Callable[[Request], None]:
    """A dependency that lets only callers with this right into the account or zone that the path names."""

    def check(request: Request) -> None:
        world = world_of(request)
        credential = identify(request.headers, world.credentials, world.variants)
        if right is not None and right not in credential.rights:
            raise ApiError(world.variants.lacking_right_status, Problem(RIGHT_LACKING, "Authentication error"))
        account = request.path_params.get("account_id", world.account_id)
        if account != world.account_id:
            raise ApiError(403, Problem(ACCOUNT_FORBIDDEN, "Unauthorized to access requested resource"))

    return check


TheWorld = Annotated[World, Depends(world_of)]
JsonBody = Annotated[Any, Depends(json_body)]
