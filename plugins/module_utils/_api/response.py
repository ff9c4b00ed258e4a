# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Understanding what Cloudflare answered: the envelope, or an error that says cause and remedy. Pure.

Private to this collection. The envelope and its error items are documented in Cloudflare's API reference; the codes
named here are reports from the field and refine a message, the status alone decides.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import CloudflareError, Complaint

Record = dict[str, Any]

CREDENTIAL_CODES = {6003, 6103, 6111, 9106, 9109, 10000}
IDENTICAL_RECORD_CODES = {81057, 81058}
# What an error is called by its status; 401 stands for every fault of the credential, 500 for every outage.
CODES: Mapping[int, str] = {
    401: "unauthorized",
    403: "unauthorized",
    429: "rate_limited",
    500: "cloudflare_unavailable",
}


@dataclass(frozen=True)
class Request:
    """What was asked, in the words of an error message. C(permission) is the token permission that it needs."""

    method: str
    path: str
    permission: str
    credential: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


@dataclass(frozen=True)
class Response:
    result: Any
    result_info: Mapping[str, Any]


def understand(request: Request, status: int, headers: Mapping[str, str], content: bytes) -> Response:
    """The answer's result; raises CloudflareError for everything but a well-formed success."""
    ray_id = headers.get("cf-ray")
    if 300 <= status < 400:
        raise CloudflareError(
            "redirected",
            f"{request} was redirected (status {status}); redirects are not followed, so that the credential goes "
            f"nowhere else. Check api_url and any proxy in between.{_ray(ray_id)}",
            **_where(request, status, ray_id),
        )
    envelope = _envelope(content)
    if envelope is None or "success" not in envelope:
        raise _unreadable(request, status, headers, content)
    if status < 300 and envelope["success"] is True:
        info = envelope.get("result_info")
        return Response(envelope.get("result"), info if isinstance(info, dict) else {})
    raise _refused(request, status, headers, envelope)


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Seconds from a Retry-After header, which is a number or an HTTP date (RFC 9110); None when absent or unusable."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except (TypeError, ValueError, IndexError, OverflowError):
        return None
    aware = moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)
    return max(0.0, (aware - (now or datetime.now(timezone.utc))).total_seconds())


def malformed(request: Request, expected: str) -> CloudflareError:
    """A success whose result is not of the declared shape; a write may well have been carried out."""
    return CloudflareError(
        "malformed_result",
        f"Cloudflare answered {request} with success, but its result is not {expected}.",
        method=request.method,
        path=request.path,
        status=200,
        uncertain=True,
    )


def expect_object(request: Request, value: Any) -> Record:
    if not isinstance(value, dict):
        raise malformed(request, "an object")
    return value


def expect_objects(request: Request, value: Any, key: str) -> list[Record]:
    items = [] if value is None else value
    if not isinstance(items, list) or not all(_is_object(item, key) for item in items):
        raise malformed(request, f"a list of objects that each have the key {key}")
    return items


def _is_object(item: Any, key: str) -> bool:
    return isinstance(item, dict) and isinstance(item.get(key), str) and bool(item[key])


def collected(request: Request, pages: Iterable[Response], key: str) -> list[Record]:
    """The objects of all pages, each once by its C(key).

    Goes on until the C(total_count) that was stated last is reached or a page brings nothing new; raises
    CloudflareError when the total is not reached then, because an object that was not seen would be created twice.
    """
    seen: dict[str, Record] = {}
    total = None
    for answer in pages:
        known = len(seen)
        seen.update((item[key], item) for item in expect_objects(request, answer.result, key))
        stated = answer.result_info.get("total_count")
        total = stated if isinstance(stated, int) and not isinstance(stated, bool) else total
        if len(seen) == known or (total is not None and len(seen) >= total):
            break
    if total is not None and len(seen) < total:
        raise CloudflareError(
            "incomplete_listing",
            f"{request} listed {len(seen)} of {total} objects and no page brought more; "
            "going on with a part of the list could create a second of what was not seen.",
            **_where(request, 200, None),
        )
    return list(seen.values())


def _envelope(content: bytes) -> dict[str, Any] | None:
    try:
        envelope = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return envelope if isinstance(envelope, dict) else None


def _unreadable(request: Request, status: int, headers: Mapping[str, str], content: bytes) -> CloudflareError:
    kind = headers.get("content-type", "").split(";")[0] or "of no stated type"
    what = f"{len(content)} bytes, {kind}" if content else "empty"
    ray_id = headers.get("cf-ray")
    return CloudflareError(
        _code(status, set()) or "unreadable_response",
        f"{request} was answered with status {status} and a body that is not Cloudflare's JSON ({what}). "
        f"{_remedy(request, status, set())}{_ray(ray_id)}",
        uncertain=_uncertain(status),
        transient=_uncertain(status),
        retry_after=retry_after(headers),
        **_where(request, status, ray_id),
    )


def _refused(request: Request, status: int, headers: Mapping[str, str], envelope: Mapping[str, Any]) -> CloudflareError:
    complaints = tuple(_complaints(envelope.get("errors")))
    texts = "; ".join(map(str, complaints)) or "no reason given"
    codes = {complaint.code for complaint in complaints}
    ray_id = headers.get("cf-ray")
    said = "refused" if status >= 300 else "reported no success for"
    return CloudflareError(
        _code(status, codes) or "request_refused",
        f"Cloudflare {said} {request} with status {status}: {texts}. {_remedy(request, status, codes)}{_ray(ray_id)}",
        complaints=complaints,
        uncertain=_uncertain(status),
        transient=is_outage(status),
        gone=status == 404,
        retry_after=retry_after(headers),
        **_where(request, status, ray_id),
    )


def _complaints(errors: Any) -> list[Complaint]:
    """The error items, those of an C(error_chain) included: the cause is often only there."""
    complaints: list[Complaint] = []
    for item in errors if isinstance(errors, list) else []:
        if isinstance(item, dict):
            complaints.append(_complaint(item))
            complaints.extend(_complaints(item.get("error_chain")))
    return complaints


def _complaint(item: Mapping[str, Any]) -> Complaint:
    code, source, url = item.get("code"), item.get("source"), item.get("documentation_url")
    pointer = source.get("pointer") if isinstance(source, dict) else None
    return Complaint(
        code if isinstance(code, int) else None,
        str(item.get("message") or "no message").rstrip("."),
        _option(pointer) if isinstance(pointer, str) else None,
        url if isinstance(url, str) else None,
    )


def _option(pointer: str) -> str | None:
    """C(/redirect_uris/0) as C(redirect_uris[0])."""
    name, *rest = [part for part in pointer.split("/") if part] or [""]
    return (name + "".join(f"[{part}]" for part in rest)) or None


def _code(status: int, codes: set[int | None]) -> str | None:
    return CODES.get(401 if codes & CREDENTIAL_CODES else 500 if is_outage(status) else status)


def _remedy(request: Request, status: int, codes: set[int | None]) -> str:
    if status in (401, 403) or codes & CREDENTIAL_CODES:
        return (
            f"The credential was {request.credential}; it needs the permission '{request.permission}'. "
            "Check that it is valid and belongs to this account."
        )
    if status == 429:
        return "This is Cloudflare's rate limit: run again later, or raise retry_timeout to wait longer."
    if is_outage(status):
        return "This is a fault on Cloudflare's side or in between: run again later."
    return "" if codes else "Check api_url and any proxy in between."


def is_outage(status: int) -> bool:
    """Whether the fault is on Cloudflare's side or in between, so that another try may fare better."""
    return status >= 500 or status == 408


def _uncertain(status: int) -> bool:
    return status < 300 or is_outage(status)


def _where(request: Request, status: int, ray_id: str | None) -> dict[str, Any]:
    return {"method": request.method, "path": request.path, "status": status, "ray_id": ray_id}


def _ray(ray_id: str | None) -> str:
    return f" [cf-ray {ray_id}]" if ray_id else ""
