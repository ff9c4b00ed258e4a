# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP application: API routes, control routes and the layers around them."""

from __future__ import annotations

import random
from dataclasses import replace

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp

from . import client_routes, control, public_routes, zone_routes
from .edge import Edge
from .envelope import API_PREFIX, FIELD_INVALID, NO_ROUTE, ApiError, Problem, failure
from .faults import Faults
from .state import World
from .variants import Variants
from .verification import Poller, Resolver

_DOCUMENTATION_URL = "https://developers.cloudflare.com/fundamentals/api/reference/permissions/"


def _as_configured(problem: Problem, status: int, variants: Variants) -> Problem:
    if variants.error_codes == "random":
        problem = replace(problem, code=random.randint(1000, 99_999))
    if variants.documentation_url and status == 403:
        problem = replace(problem, documentation_url=_DOCUMENTATION_URL)
    return problem if variants.error_pointers else replace(problem, pointer=None)


async def _on_api_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, ApiError)
    variants: Variants = request.app.state.world.variants
    problems = [_as_configured(problem, error.status, variants) for problem in error.problems]
    return JSONResponse(failure(problems), error.status, headers=error.headers)


async def _on_http_error(request: Request, error: Exception) -> Response:
    """A path or method that does not exist."""
    assert isinstance(error, HTTPException)
    if not request.url.path.startswith(API_PREFIX):
        return JSONResponse({"detail": error.detail}, error.status_code)
    status = request.app.state.world.variants.no_route_status if error.status_code == 404 else error.status_code
    path = request.url.path.removeprefix(API_PREFIX)
    problem = Problem(NO_ROUTE, f"Could not route to {path}, perhaps your object identifier is invalid?")
    return JSONResponse(failure([problem]), status)


async def _on_invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    details = [f"{'.'.join(map(str, item['loc']))}: {item['msg']}" for item in error.errors()]
    if not request.url.path.startswith(API_PREFIX):
        return JSONResponse({"detail": "; ".join(details)}, 422)
    return JSONResponse(failure([Problem(FIELD_INVALID, detail) for detail in details]), 400)


def build(world: World, resolver: Resolver, poller: Poller) -> ASGIApp:
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None, redirect_slashes=False)
    app.state.world, app.state.resolver, app.state.poller = world, resolver, poller
    app.include_router(client_routes.router, prefix=API_PREFIX)
    app.include_router(zone_routes.router, prefix=API_PREFIX)
    app.include_router(control.router, prefix="/_fake")
    app.include_router(public_routes.router)
    app.add_exception_handler(ApiError, _on_api_error)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(RequestValidationError, _on_invalid)
    return Edge(Faults(app, lambda: world.faults, world.delays), world)
