# SPDX-License-Identifier: GPL-3.0-or-later
"""Beside the API: DNS over HTTPS in JSON, and a token endpoint for test applications."""

from __future__ import annotations

import base64
import binascii
import secrets
from urllib.parse import parse_qs, unquote_plus

from dns.rdatatype import UnknownRdatatype, from_text
from fastapi import APIRouter, Request
from starlette.responses import JSONResponse

from .access import TheWorld
from .state import World

router = APIRouter()


@router.get("/dns-query")
async def dns_query(request: Request, name: str, type: str = "A") -> JSONResponse:  # noqa: A002
    """Looks the name up for real, at the name server that the fake was started with."""
    try:
        kind = int(type) if type.isdigit() else int(from_text(type))
    except UnknownRdatatype:
        return JSONResponse({"error": f"Invalid query type {type}"}, 400)
    status, answers = await request.app.state.resolver.query(name, type)
    flags = {"TC": False, "RD": True, "RA": True, "AD": False, "CD": False}
    body = {"Status": status, **flags, "Question": [{"name": name, "type": kind}]}
    if answers:
        body["Answer"] = answers
    return JSONResponse(body, media_type="application/dns-json")


@router.post("/oauth2/token")
async def token(request: Request, world: TheWorld) -> JSONResponse:
    """Says whether a secret is valid, so that a test application can authenticate.

    Nothing of it is Cloudflare's: the grant is a probe, and the token that comes back opens nothing.
    """
    form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
    if form.get("grant_type") != "client_credentials":
        return JSONResponse({"error": "unsupported_grant_type"}, 400)
    basic = _basic(request.headers.get("authorization", ""))
    if not _is_valid(world, basic, "client_secret_basic") and not _is_valid(world, _posted(form), "client_secret_post"):
        return JSONResponse({"error": "invalid_client"}, 401)
    return JSONResponse(
        {"access_token": "cfoat_" + secrets.token_urlsafe(32), "token_type": "bearer", "expires_in": 3600}
    )


def _basic(authorization: str) -> tuple[str, str] | None:
    scheme, _unused, encoded = authorization.partition(" ")
    try:
        client_id, _unused, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (unquote_plus(client_id), unquote_plus(secret)) if scheme.lower() == "basic" else None


def _posted(form: dict[str, str]) -> tuple[str, str] | None:
    return (form["client_id"], form["client_secret"]) if {"client_id", "client_secret"} <= set(form) else None


def _is_valid(world: World, pair: tuple[str, str] | None, method: str) -> bool:
    client = world.clients.get(pair[0]) if pair else None
    if pair is None or client is None or client.settings["token_endpoint_auth_method"] != method:
        return False
    return pair[1] in client.secrets
