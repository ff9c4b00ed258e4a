# SPDX-License-Identifier: GPL-3.0-or-later
"""Zones and the DNS records in them."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Request
from starlette.responses import JSONResponse

from .access import JsonBody, TheCaller, TheWorld, needs
from .credentials import Right
from .envelope import ACCOUNT_FORBIDDEN, FIELD_INVALID, NO_ROUTE, ApiError, Problem, success
from .state import World, new_id
from .zones import RECORD_GONE, Record, Zone, clash, field_problems, full_name

router = APIRouter()
_RECORDS = "/zones/{zone_id}/dns_records"
_RECORD = _RECORDS + "/{record_id}"
_DNS_READ = [Depends(needs(Right.DNS_READ))]
_DNS_WRITE = [Depends(needs(Right.DNS_WRITE))]
_SETTABLE = ("type", "name", "content", "ttl", "comment", "tags", "proxied")
_VALIDATION_WRAPPER = 1004

Item = TypeVar("Item")


def _page(items: Sequence[Item], query: Mapping[str, str], default: int, largest: int) -> tuple[Sequence[Item], Any]:
    try:
        page, per_page = max(1, int(query.get("page", 1))), int(query.get("per_page", default))
    except ValueError:
        raise ApiError(400, Problem(FIELD_INVALID, "page and per_page must be numbers")) from None
    per_page = min(max(1, per_page), largest)
    found = items[(page - 1) * per_page : page * per_page]
    info = {
        "count": len(found),
        "page": page,
        "per_page": per_page,
        "total_count": len(items),
        "total_pages": math.ceil(len(items) / per_page),
    }
    return found, info


@router.get("/zones", dependencies=[Depends(needs(Right.ZONE_READ))])
async def list_zones(world: TheWorld, caller: TheCaller, request: Request) -> JSONResponse:
    query = request.query_params
    wanted = {"name": query.get("name"), "status": query.get("status"), "account_id": query.get("account.id")}
    own = [zone for zone in world.zones.values() if world.reaches(caller, zone.account_id)]
    matching = [
        zone
        for zone in own
        if all(value is None or value.lower() == getattr(zone, name) for name, value in wanted.items())
    ]
    found, info = _page(matching, query, 20, 50)
    return success([zone.as_json() for zone in found], info)


def _zone(world: TheWorld, caller: TheCaller, zone_id: str) -> Zone:
    zone = world.zones.get(zone_id)
    if zone is None:
        raise ApiError(
            404, Problem(NO_ROUTE, f"Could not route to /zones/{zone_id}, perhaps your object id is invalid?")
        )
    if not world.reaches(caller, zone.account_id):
        raise ApiError(403, Problem(ACCOUNT_FORBIDDEN, "Unauthorized to access requested resource"))
    return zone


TheZone = Annotated[Zone, Depends(_zone)]


@router.get("/zones/{zone_id}", dependencies=[Depends(needs(Right.ZONE_READ))])
async def get_zone(zone: TheZone) -> JSONResponse:
    return success(zone.as_json())


def _writable(zone: TheZone) -> Zone:
    if zone.type == "secondary":
        raise ApiError(400, Problem(FIELD_INVALID, "records of a secondary zone cannot be written"))
    return zone


WritableZone = Annotated[Zone, Depends(_writable)]


def _record(world: World, zone: Zone, record_id: str) -> Record:
    record = world.records.get(record_id)
    if record is None or record.zone_id != zone.id:
        raise ApiError(404, Problem(RECORD_GONE, "Record does not exist."))
    return record


_TESTS: dict[str, Callable[[str, str], bool]] = {
    "": lambda value, wanted: value == wanted,
    "exact": lambda value, wanted: value == wanted,
    "contains": lambda value, wanted: wanted in value,
    "startswith": lambda value, wanted: value.startswith(wanted),
    "endswith": lambda value, wanted: value.endswith(wanted),
}


def _matches(record: Record, query: Mapping[str, str]) -> bool:
    results = []
    for key, wanted in query.items():
        name, _unused, test = key.partition(".")
        if name in ("type", "name", "content", "comment") and test in _TESTS:
            value = getattr(record, name) or ""
            results.append(_TESTS[test](value.lower(), wanted.lower()))
    return any(results) if query.get("match") == "any" and results else all(results)


@router.get(_RECORDS, dependencies=_DNS_READ)
async def list_records(world: TheWorld, zone: TheZone, request: Request) -> JSONResponse:
    own = [record for record in world.records.values() if record.zone_id == zone.id]
    matching = [record for record in own if _matches(record, request.query_params)]
    found, info = _page(matching, request.query_params, 100, 5_000_000)
    return success([record.as_json() for record in found], info)


@router.post(_RECORDS, dependencies=_DNS_WRITE)
async def create_record(world: TheWorld, zone: WritableZone, body: JsonBody) -> JSONResponse:
    return _store(world, zone, None, _settable(body))


@router.get(_RECORD, dependencies=_DNS_READ)
async def get_record(world: TheWorld, zone: TheZone, record_id: str) -> JSONResponse:
    return success(_record(world, zone, record_id).as_json())


@router.patch(_RECORD, dependencies=_DNS_WRITE)
async def patch_record(world: TheWorld, zone: WritableZone, record_id: str, body: JsonBody) -> JSONResponse:
    record = _record(world, zone, record_id)
    stored = {name: getattr(record, name) for name in _SETTABLE}
    return _store(world, zone, record, {**stored, **_settable(body)})


@router.put(_RECORD, dependencies=_DNS_WRITE)
async def put_record(world: TheWorld, zone: WritableZone, record_id: str, body: JsonBody) -> JSONResponse:
    return _store(world, zone, _record(world, zone, record_id), _settable(body))


@router.delete(_RECORD, dependencies=_DNS_WRITE)
async def delete_record(world: TheWorld, zone: WritableZone, record_id: str) -> JSONResponse:
    record = _record(world, zone, record_id)
    del world.records[record.id]
    return success({"id": record.id})


def _settable(body: object) -> dict[str, Any]:
    if not isinstance(body, dict):
        raise ApiError(400, Problem(FIELD_INVALID, "the body must be a JSON object"))
    return {name: body[name] for name in _SETTABLE if name in body}


def _store(world: World, zone: Zone, old: Record | None, values: Mapping[str, Any]) -> JSONResponse:
    values = {"ttl": 1, **values}
    if problems := field_problems(values, world.variants):
        raise _dns_error(world, *problems)
    now = world.clock.now()
    content = values["content"]
    if values["type"] == "TXT" and world.variants.txt_content == "quoted" and not content.startswith('"'):
        content = f'"{content}"'
    record = Record(
        id=old.id if old else new_id(),
        zone_id=zone.id,
        type=values["type"],
        name=full_name(values["name"], zone),
        content=content,
        ttl=values["ttl"],
        created_at=old.created_at if old else now,
        modified_at=now,
        comment=values.get("comment"),
        tags=tuple(values.get("tags") or ()),
        proxied=bool(values.get("proxied")),
    )
    if problem := clash(record, world.records.values(), world.variants):
        raise _dns_error(world, problem)
    world.records[record.id] = record
    return success(record.as_json())


def _dns_error(world: World, *problems: Problem) -> ApiError:
    if world.variants.dns_error_shape == "wrapped":
        return ApiError(400, Problem(_VALIDATION_WRAPPER, "DNS Validation Error", chain=problems))
    return ApiError(400, *problems)
