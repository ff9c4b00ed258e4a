# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The error for a response that is not a success, with cause and remedy. Pure. Private to this collection.

Cloudflare's edge responds with a problem (RFC 9457) before the API sees a request, and proxies with anything at all.
The error items of the API's envelope are documented in Cloudflare's API reference. The codes named here were seen in
practice, and only refine a message. Only the status decides.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from typing import Any

from .errors import CloudflareError, Complaint
from .response import Request
from .text import excerpt

CREDENTIAL_CODES = {6003, 6103, 6111, 9106, 9109, 10000}
# Error codes by status. 401 stands for every problem with the credential, 500 for every outage, and 1020, which is no
# status, for every block by the edge.
CODES: Mapping[int, str] = {
    401: "unauthorized",
    403: "unauthorized",
    429: "rate_limited",
    500: "cloudflare_unavailable",
    1020: "request_blocked",
}
ADVICE: Mapping[str, str] = {
    "rate_limited": "This is Cloudflare's rate limit. Run again later, or raise retry_timeout to wait longer.",
    "cloudflare_unavailable": "The error is at Cloudflare, or at a proxy in between. Run again later.",
    "request_blocked": "The request was blocked before it reached the API, so the credential is not the cause. Check "
    "whether Cloudflare blocks the IP address of the host that runs the task.",
    "unreadable_response": "Check api_url and any proxy in between.",
}
PROXY_LOGIN = "A proxy requires authentication. Put its user name and password into HTTPS_PROXY, or set NO_PROXY."
PROBLEM_TYPE = "application/problem+json"
PROXY_WANTS_A_LOGIN = 407
# How many of Cloudflare's errors a failure keeps.
SHOWN_ERRORS = 20


@dataclass(frozen=True)
class FailedResponse:
    """A response that is not a success, without its content."""

    request: Request
    status: int
    headers: Mapping[str, str]

    @property
    def is_uncertain(self) -> bool:
        """Whether the request may have been carried out all the same."""
        return self.status < 300 or is_outage(self.status)

    def error(self, code: str, text: str, *, ray_id: Any = None, **more: Any) -> CloudflareError:
        """An error with what the headers say; C(ray_id) is for a response without that header."""
        found = self.headers.get("cf-ray") or ray_id
        ray_id = excerpt(found) if isinstance(found, str) and found else None
        facts = {"status": self.status, "ray_id": ray_id, "retry_after": retry_after(self.headers)}
        return CloudflareError(code, text, **facts, **self.request.where, **more)

    def advice(self, code: str) -> str:
        """Advice for an error of a general kind, such as a rate limit or an outage.

        It ends with the seconds from Retry-After, if they are given.
        """
        seconds = retry_after(self.headers)
        when = f" The response asks to retry after {seconds:.0f} seconds (Retry-After)." if seconds else ""
        return f"{ADVICE[code]}{when}"


def refusal(
    request: Request, status: int, headers: Mapping[str, str], content: bytes, envelope: Mapping[str, Any] | None
) -> CloudflareError:
    """The error for a response; C(envelope) is the JSON object in its content, if there is one."""
    response = FailedResponse(request, status, headers)
    if 300 <= status < 400:
        text = (
            f"{request} was redirected (status {status}); redirects are not followed, so that the credential is not "
            "sent elsewhere."
        )
        return response.error("redirected", text, remedy="Check api_url and any proxy in between.")
    if envelope is not None and "success" in envelope:
        return _refused(response, envelope)
    kind = headers.get("content-type", "").partition(";")[0].strip()
    if envelope and kind.lower() == PROBLEM_TYPE:
        return _of_the_edge(response, envelope)
    return _not_the_api(response, kind, len(content))


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


def _of_the_edge(response: FailedResponse, problem: Mapping[str, Any]) -> CloudflareError:
    """The error for a problem of Cloudflare's edge, which says nothing of the credential or its permissions."""
    status, number, title = response.status, problem.get("error_code"), excerpt(str(problem.get("title") or ""))
    passing = is_outage(status) or problem.get("retryable") is True
    code = CODES[429] if status == 429 else CODES[500] if passing else CODES[1020]
    error = "" if number is None else f" (error {excerpt(str(number))})"
    return response.error(
        code,
        f"{response.request}: Cloudflare's edge responded with status {status}{title and f': {title}'}{error}.",
        remedy=response.advice(code),
        ray_id=problem.get("ray_id"),
        complaints=(Complaint(number if isinstance(number, int) else None, title),),
        uncertain=is_outage(status),
        transient=passing,
    )


def _not_the_api(response: FailedResponse, kind: str, size: int) -> CloudflareError:
    """The error for a body that comes neither from the API nor from the edge, so its status may not either."""
    status = response.status
    what = f"{size} byte{'' if size == 1 else 's'}, {excerpt(kind) or 'no content type'}" if size else "empty"
    code = CODES[429] if status == 429 else CODES[500] if is_outage(status) else "unreadable_response"
    advice = PROXY_LOGIN if status == PROXY_WANTS_A_LOGIN else response.advice(code)
    if code == "unreadable_response":
        text = (
            f"{response.request}: the response (status {status}, {what}) is not JSON in the format of Cloudflare's API."
        )
    else:
        text = f"{response.request} failed with status {status} (response: {what})."
    passing = response.is_uncertain
    return response.error(code, text, remedy=advice, uncertain=passing, transient=passing)


def _refused(response: FailedResponse, envelope: Mapping[str, Any]) -> CloudflareError:
    status = response.status
    complaints = tuple(_complaints(envelope.get("errors")))
    texts = "; ".join(map(str, complaints)) or "no reason given"
    of_credential = any(complaint.code in CREDENTIAL_CODES for complaint in complaints)
    code = CODES.get(401 if of_credential else 500 if is_outage(status) else status)
    said = "responded to" if is_outage(status) else "refused" if status >= 300 else "reported no success for"
    return response.error(
        code or "request_refused",
        f"Cloudflare {said} {response.request} with status {status}: {texts}.",
        remedy=_remedy(response, code, has_reason=bool(complaints)),
        complaints=complaints,
        uncertain=response.is_uncertain,
        transient=is_outage(status),
        gone=status == 404,
    )


def _complaints(errors: Any) -> list[Complaint]:
    """The first error items, those of an C(error_chain) included: the cause is often only there."""
    complaints: list[Complaint] = []
    left = _items(errors)
    while left and len(complaints) < SHOWN_ERRORS:
        item = left.pop(0)
        complaints.append(_complaint(item))
        left[:0] = _items(item.get("error_chain"))
    return complaints


def _items(errors: Any) -> list[dict[str, Any]]:
    items = errors if isinstance(errors, list) else []
    return [item for item in items if isinstance(item, dict)][:SHOWN_ERRORS]


def _complaint(item: Mapping[str, Any]) -> Complaint:
    code, source, url = item.get("code"), item.get("source"), item.get("documentation_url")
    pointer = source.get("pointer") if isinstance(source, dict) else None
    return Complaint(
        code if isinstance(code, int) else None,
        excerpt(str(item.get("message") or "no message")).rstrip("."),
        excerpt(_option(pointer) or "") or None if isinstance(pointer, str) else None,
        excerpt(url) if isinstance(url, str) else None,
    )


def _option(pointer: str) -> str | None:
    """C(/redirect_uris/0) as C(redirect_uris[0])."""
    name, *rest = [part for part in pointer.split("/") if part] or [""]
    return (name + "".join(f"[{part}]" for part in rest)) or None


def _remedy(response: FailedResponse, code: str | None, *, has_reason: bool) -> str:
    if code == CODES[401]:
        request = response.request
        needed = f" It needs the permission '{request.permission}'." if request.permission else ""
        return (
            f"The credential was {request.credential}.{needed} Check that the credential is valid and has access to "
            "this account."
        )
    return response.advice(code) if code else "" if has_reason else ADVICE["unreadable_response"]


def is_outage(status: int) -> bool:
    """Whether the error is at Cloudflare or on the way, so that a retry may succeed."""
    return status >= 500 or status == 408
