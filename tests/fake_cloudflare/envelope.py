# SPDX-License-Identifier: GPL-3.0-or-later
"""The JSON envelope around every API answer, and the exception that becomes a failed one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from starlette.responses import JSONResponse

API_PREFIX = "/client/v4"

Json: TypeAlias = Any
"""A JSON value that nothing has been asserted about."""

# Reported for the live service by several independent sources.
HEADERS_INVALID = 6003
KEY_MALFORMED = 6103
AUTHORIZATION_MALFORMED = 6111
NO_ROUTE = 7003
CREDENTIALS_MISSING = 9106
ACCOUNT_FORBIDDEN = 9109
RIGHT_LACKING = 10000
RATE_LIMITED = 971

# Invented: no code of the OAuth endpoints is documented.
BODY_UNREADABLE = 10900
FIELD_INVALID = 10901
FIELD_MISSING = 10902
FIELD_UNKNOWN = 10903
SCOPE_INVALID = 10904
RULE_BROKEN = 10905
LIMIT_REACHED = 10906


@dataclass(frozen=True)
class Problem:
    """One entry of an answer's `errors`."""

    code: int
    message: str
    pointer: str | None = None
    chain: tuple[Problem, ...] = ()
    documentation_url: str | None = None

    def as_json(self) -> dict[str, Any]:
        item: dict[str, Any] = {"code": self.code, "message": self.message}
        if self.pointer is not None:
            item["source"] = {"pointer": self.pointer}
        if self.documentation_url is not None:
            item["documentation_url"] = self.documentation_url
        if self.chain:
            item["error_chain"] = [link.as_json() for link in self.chain]
        return item


class ApiError(Exception):
    """Ends a request with a failed envelope."""

    def __init__(self, status: int, *problems: Problem, headers: Mapping[str, str] | None = None) -> None:
        super().__init__("; ".join(problem.message for problem in problems))
        self.status = status
        self.problems = problems
        self.headers = dict(headers or {})


def failure(problems: Sequence[Problem]) -> dict[str, Any]:
    return {"success": False, "errors": [item.as_json() for item in problems], "messages": [], "result": None}


def success(result: Json, result_info: Mapping[str, int] | None = None) -> JSONResponse:
    body: dict[str, Any] = {"success": True, "errors": [], "messages": [], "result": result}
    if result_info is not None:
        body["result_info"] = dict(result_info)
    return JSONResponse(body)
