# SPDX-License-Identifier: GPL-3.0-or-later
"""One request and what came back, as raw as it was."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

Json: TypeAlias = Any
"""A JSON value that nothing has been asserted about."""

NO_ANSWER = 0
_NO_VERDICT = (408, 429)
Verdict = Literal["ok", "refused", "unclear"]


@dataclass(frozen=True)
class Exchange:
    """`status` is NO_ANSWER and `answer` the reason where the connection broke."""

    question: str
    method: str
    path: str
    query: Mapping[str, str]
    sent: Json
    status: int
    headers: Mapping[str, str]
    answer: Json
    asked_at: float

    @property
    def verdict(self) -> Verdict:
        if 200 <= self.status < 300 and self._envelope.get("success") is True:
            return "ok"
        return "refused" if 400 <= self.status < 500 and self.status not in _NO_VERDICT else "unclear"

    @property
    def ok(self) -> bool:
        return self.verdict == "ok"

    @property
    def refused(self) -> bool:
        return self.verdict == "refused"

    @property
    def _envelope(self) -> dict[str, Any]:
        return self.answer if isinstance(self.answer, dict) else {}

    @property
    def result(self) -> Json:
        return self._envelope.get("result")

    @property
    def result_info(self) -> dict[str, Any] | None:
        info = self._envelope.get("result_info")
        return info if isinstance(info, dict) else None

    @property
    def fields(self) -> dict[str, Any]:
        """The members of a result that is one object."""
        return self.result if isinstance(self.result, dict) else {}

    @property
    def items(self) -> list[dict[str, Any]]:
        """The objects of a result that is an array."""
        return [item for item in self.result if isinstance(item, dict)] if isinstance(self.result, list) else []

    @property
    def errors(self) -> list[dict[str, Any]]:
        errors = self._envelope.get("errors")
        return [item for item in errors if isinstance(item, dict)] if isinstance(errors, list) else []

    @property
    def codes(self) -> list[int]:
        return [item["code"] for item in self.errors if isinstance(item.get("code"), int)]

    @property
    def outcome(self) -> str:
        """Status and codes in words."""
        if self.status == NO_ANSWER:
            return "no answer"
        codes = ", ".join(map(str, self.codes))
        return f"{self.status} with code {codes}" if codes else str(self.status)
