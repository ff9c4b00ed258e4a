# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Understanding Cloudflare's response: the API's envelope, which its API reference documents. Pure.

Private to this collection.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Callable

from .address import is_identifier
from .errors import CloudflareError

Record = dict[str, Any]

IDENTICAL_RECORD_CODES = {81057, 81058}


@dataclass(frozen=True)
class Request:
    """What was asked, in the words of an error message. C(permission) is the token permission that it needs, if any."""

    method: str
    path: str
    permission: str
    credential: str

    def __str__(self) -> str:
        return f"{self.method} {self.path}"

    @property
    def where(self) -> dict[str, Any]:
        """What an error keeps of it."""
        return {"method": self.method, "path": self.path}


@dataclass(frozen=True)
class Response:
    result: Any
    result_info: Mapping[str, Any]


def understand(request: Request, status: int, headers: Mapping[str, str], content: bytes) -> Response:
    """The response's result; raises CloudflareError for everything but a well-formed success."""
    envelope = _envelope(content)
    if status < 300 and envelope and envelope.get("success") is True:
        info = envelope.get("result_info")
        return Response(envelope.get("result"), info if isinstance(info, dict) else {})
    # Imported here, because a module's process reads this source at each start, and few responses need it.
    from .error_response import refusal

    raise refusal(request, status, headers, content, envelope)


def malformed(request: Request, expected: str) -> CloudflareError:
    """A success whose result is not of the declared shape; a write may well have been carried out."""
    text = f"Cloudflare responded to {request} with success, but the result is not {expected}."
    remedy = "Check api_url and any proxy in between. If they are right, report this as a bug."
    return CloudflareError("malformed_result", text, remedy=remedy, **request.where, status=200, uncertain=True)


def expect_object(request: Request, value: Any) -> Record:
    if not isinstance(value, dict):
        raise malformed(request, "an object")
    return value


def expect_objects(request: Request, value: Any, key: str, *, in_paths: bool = True) -> list[Record]:
    """The objects of a list. Raises CloudflareError unless each has the C(key), as an ID if it is used C(in_paths)."""
    items = [] if value is None else value
    if not isinstance(items, list) or not all(_is_object(item, key, in_paths) for item in items):
        raise malformed(request, f"a list of objects that each have the key {key}")
    return items


def _is_object(item: Any, key: str, in_paths: bool) -> bool:
    value = item.get(key) if isinstance(item, dict) else None
    return is_identifier(value) if in_paths else isinstance(value, str) and bool(value)


def collected(
    request: Request,
    pages: Iterable[Response],
    key: str,
    *,
    in_paths: bool = True,
    each: Callable[[Record], Record] = dict,
) -> tuple[list[Record], bool]:
    """The objects of all pages, each once by its C(key), and whether the list stayed the same while it was read.

    C(each) turns an object into what is kept of it. Reads until the last C(total_count) is met, or a page brings
    nothing new. Raises CloudflareError if the total is not reached, because a missing object would be created twice.
    If the total changes between pages, an object may have moved to a page that was already read.
    """
    seen: dict[str, Record] = {}
    total, steady = None, True
    for page in pages:
        known = len(seen)
        seen.update((item[key], each(item)) for item in expect_objects(request, page.result, key, in_paths=in_paths))
        stated = total_of(page)
        known_total, total = total, total if stated is None else stated
        steady = steady and known_total in (None, total)
        if len(seen) in (known, total):
            break
    if steady and total is not None and len(seen) < total:
        raise incomplete(request, f"{request} listed only {len(seen)} of {total} objects")
    return list(seen.values()), steady


def total_of(page: Response) -> int | None:
    """How many objects all pages have, where that is stated and not less than this page has."""
    stated = page.result_info.get("total_count")
    least = len(page.result) if isinstance(page.result, list) else 0
    return stated if isinstance(stated, int) and not isinstance(stated, bool) and stated >= least else None


def pages_of(first: Response) -> int:
    """How many pages there are, as far as the first one shows."""
    total, size = total_of(first), len(first.result) if isinstance(first.result, list) else 0
    return -(-total // size) if total and size else 1


def incomplete(request: Request, reason: str, remedy: str = "Run again.") -> CloudflareError:
    """The error for a list that is, or may be, incomplete."""
    text = f"{reason}. The task stopped, because it needs the whole list."
    return CloudflareError("incomplete_listing", text, remedy=remedy, **request.where, status=200)


def _envelope(content: bytes) -> dict[str, Any] | None:
    try:
        envelope = json.loads(content)
    except (ValueError, RecursionError):
        return None
    return envelope if isinstance(envelope, dict) else None
