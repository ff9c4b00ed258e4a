# SPDX-License-Identifier: GPL-3.0-or-later
"""What happens when a request goes wrong: the table that the tests check against the fake, and the guide prints."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Any


class Outcome(Enum):
    """What a user sees, and what they do then."""

    REPEATED = "The request is repeated, and the task continues."
    CHECKED = "The object is read again. The request is repeated if it was not carried out, and the task continues."
    TOLD = (
        "The request is not repeated. The task checks whether it was carried out, and fails. The message names the "
        "client, its state and the next step. The secret was not received."
    )
    FAILED = "The task fails and names the cause."


REQUESTS: Mapping[str, str] = {
    "read": "reading",
    "change": "changing, publishing, adding a DNS record, finalizing",
    "delete": "deleting",
    "mint": "creating a client, rotating a secret",
}


@dataclass(frozen=True)
class Weather:
    """One thing that goes wrong once. C(faults) are orders to the fake, each tried before and after the commit.

    C(before) alone is true for what says by itself that the request was not carried out.
    """

    what: str
    faults: tuple[Mapping[str, Any], ...]
    read: Outcome
    change: Outcome
    delete: Outcome
    mint: Outcome
    before_only: bool = False
    connection: Mapping[str, Any] = field(default_factory=dict)

    @property
    def moments(self) -> tuple[str, ...]:
        return ("before",) if self.before_only else ("before", "after")


BODIES: tuple[Mapping[str, Any], ...] = (
    {"content_type": "application/json"},
    {"content_type": "text/html"},
    {"body": ""},
    {"kind": "problem"},
)
REPEATED, CHECKED, TOLD, FAILED = Outcome.REPEATED, Outcome.CHECKED, Outcome.TOLD, Outcome.FAILED

TABLE = (
    Weather(
        "Cloudflare limits the rate (status 429)",
        (
            {"kind": "status", "status": 429, "headers": {"retry-after": "3"}},
            {"kind": "status", "status": 429, "headers": {"retry-after": "Fri, 31 Dec 1999 23:59:59 GMT"}},
            {"kind": "status", "status": 429},
            {"kind": "status", "status": 429, "content_type": "text/html"},
        ),
        REPEATED,
        REPEATED,
        REPEATED,
        REPEATED,
        before_only=True,
    ),
    *(
        Weather(
            f"The server or something in between fails (status {status})",
            tuple({"kind": "status", "status": status, **body} for body in BODIES),
            REPEATED,
            CHECKED,
            REPEATED,
            TOLD,
        )
        for status in (408, 500, 502, 503, 504)
    ),
    Weather("The connection is cut before a response comes", ({"kind": "cut"},), REPEATED, CHECKED, REPEATED, TOLD),
    Weather(
        "The connection is cut in the middle of the response",
        ({"kind": "cut_body"},),
        REPEATED,
        CHECKED,
        REPEATED,
        TOLD,
    ),
    Weather("The response is JSON that ends too early", ({"kind": "truncated"},), REPEATED, CHECKED, REPEATED, TOLD),
    Weather(
        "No response comes within the option timeout",
        ({"kind": "slow", "seconds": 1.5},),
        REPEATED,
        CHECKED,
        REPEATED,
        TOLD,
        connection={"timeout": 0.5},
    ),
    Weather(
        'Status 200 with ``"success": false``',
        ({"kind": "soft_failure"},),
        FAILED,
        CHECKED,
        REPEATED,
        TOLD,
    ),
    Weather(
        "The response is larger than 32 MiB", ({"kind": "huge", "size": 34 * 1024**2},), FAILED, CHECKED, REPEATED, TOLD
    ),
    Weather(
        "The response is a redirect, which is never followed",
        ({"kind": "redirect"},),
        FAILED,
        FAILED,
        FAILED,
        FAILED,
        before_only=True,
    ),
    Weather(
        "Cloudflare refuses the request (any other status from 400 to 499)",
        tuple({"kind": "status", "status": status, **body} for status in (400, 403, 409, 422) for body in BODIES),
        FAILED,
        FAILED,
        FAILED,
        FAILED,
        before_only=True,
    ),
)


@dataclass(frozen=True)
class Lasting:
    """Something that stays wrong for longer than retry_timeout: what the task says, and that nothing was done."""

    what: str
    code: str
    advice: str
    connection: Mapping[str, Any] = field(default_factory=dict)
    fault: Mapping[str, Any] | None = None


LASTING = (
    Lasting(
        "Nothing listens at the address",
        "unreachable",
        "Check api_url, the network and any proxy, and run again.",
        connection={"api_url": "http://127.0.0.1:9/client/v4"},
    ),
    Lasting(
        "The hostname of the address is not in DNS",
        "unreachable",
        "Check api_url and the resolver, and run again.",
        connection={"api_url": "https://api.cloudflare.invalid/client/v4"},
    ),
    Lasting(
        "The server does not support TLS, or its certificate is not trusted",
        "tls_failed",
        "Check ca_path, the system's certificates and any proxy. This is not retried.",
        connection={"api_url": "https://127.0.0.1:{port}/client/v4"},
    ),
    Lasting(
        "Cloudflare limits the rate for longer than retry_timeout",
        "rate_limited",
        "Run again later, or raise retry_timeout.",
        fault={"kind": "status", "status": 429, "headers": {"retry-after": "300"}, "times": 0},
    ),
    Lasting(
        "Cloudflare is unavailable for longer than retry_timeout",
        "cloudflare_unavailable",
        "Run again later.",
        fault={"kind": "status", "status": 503, "content_type": "text/html", "times": 0},
    ),
)
