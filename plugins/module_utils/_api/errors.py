# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Errors as values that a user can act on."""

from __future__ import annotations

import contextlib
import traceback
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Callable

from .text import one_line


class OAuthOpsError(Exception):
    """The base of every failure that is reported to the user; C(result) becomes the failed task's result.

    C(code) identifies the condition, and does not change when the message is reworded. The message may quote texts from
    outside, so it is made one printable line.
    """

    def __init__(self, code: str, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.code = code
        self.message = one_line(message)
        self.extra = extra

    def error(self) -> dict[str, Any]:
        """What the result says of the failure under C(error)."""
        return {"code": self.code, "option": None}

    def result(self) -> dict[str, Any]:
        return {"msg": self.message, **self.extra, "error": self.error()}


@contextlib.contextmanager
def reporting_changes(has_changed: Callable[[], bool]) -> Iterator[None]:
    """Report a failure of the body as changed, if something had been changed before."""
    try:
        yield
    except (Exception, SystemExit) as error:
        failure = failure_of(error)
        failure.extra.update({"changed": True} if has_changed() else {})
        raise failure from None


class UsageError(OAuthOpsError):
    """A task that cannot or must not be carried out; C(option) is the option to change, as the user writes it."""

    def __init__(self, code: str, message: str, *, option: str | None = None, **extra: Any) -> None:
        super().__init__(code, message, **extra)
        self.option = option

    def continued(self, text: str) -> UsageError:
        """The same failure with this text at the end of its message."""
        return UsageError(self.code, f"{self.message} {text}", option=self.option, **self.extra)

    def renamed(self, option: str) -> UsageError:
        """The same failure of an option that the user writes in another way."""
        start = f"{self.option}: "
        text = f"{option}: {self.message.removeprefix(start)}" if self.message.startswith(start) else self.message
        return UsageError(self.code, text, option=option, **self.extra)

    def error(self) -> dict[str, Any]:
        return {**super().error(), "option": self.option}


def invalid(option: str, text: str) -> UsageError:
    """The error for an option with an invalid value. Its message is the option's name and this text."""
    return UsageError("invalid_option", f"{option}: {text}", option=option)


@dataclass(frozen=True)
class Complaint:
    """One entry of Cloudflare's C(errors): C(option) is its C(source.pointer) as the name of an option."""

    code: int | None
    message: str
    option: str | None = None
    documentation_url: str | None = None

    def __str__(self) -> str:
        text = self.message if self.code is None else f"{self.message} (code {self.code})"
        text = f"{text}, see {self.documentation_url}" if self.documentation_url else text
        return f"{self.option}: {text}" if self.option else text


class CloudflareError(OAuthOpsError):
    """A request that failed.

    C(status) is None when no HTTP response came. C(unsent) says that Cloudflare cannot have seen the request,
    C(uncertain) that it may have been carried out, C(transient) that a retry may succeed, C(gone) that nothing exists
    at that path. C(retry_after) is the number of seconds after which Cloudflare asks to retry. The message is C(cause),
    with the C(remedy) before the ray ID.
    """

    def __init__(
        self,
        code: str,
        message: str,
        *,
        remedy: str = "",
        method: str = "",
        path: str = "",
        status: int | None = None,
        ray_id: str | None = None,
        complaints: tuple[Complaint, ...] = (),
        unsent: bool = False,
        uncertain: bool = False,
        transient: bool = False,
        gone: bool = False,
        retry_after: float | None = None,
        **extra: Any,
    ) -> None:
        ray = f"[cf-ray {ray_id}]" if ray_id else ""
        super().__init__(code, " ".join(filter(None, (message, remedy, ray))), **extra)
        self.cause = f"{message} {ray}".strip()
        self.method, self.path, self.status, self.ray_id = method, path, status, ray_id
        self.complaints = complaints
        self.unsent, self.uncertain, self.transient, self.gone = unsent, uncertain, transient, gone
        self.retry_after = retry_after

    @property
    def codes(self) -> set[int | None]:
        return {complaint.code for complaint in self.complaints}

    def explained(self, code: str, message: str, **extra: Any) -> CloudflareError:
        """The same failure with another code, and a message that first says what it means for the user."""
        return self._said(code, f"{message} {self.message}", **extra)

    def explained_instead(self, code: str, message: str, **extra: Any) -> CloudflareError:
        """As L(explained), for a message with a remedy of its own: the one of the failure is left out."""
        return self._said(code, f"{message} Cause: {self.cause}", **extra)

    def _said(self, code: str, message: str, **extra: Any) -> CloudflareError:
        said = CloudflareError(code, message)
        vars(said).update(vars(self))
        OAuthOpsError.__init__(said, code, message, **{**self.extra, **extra})
        return said

    def error(self) -> dict[str, Any]:
        return {
            **super().error(),
            "method": self.method,
            "path": self.path,
            "status": self.status,
            "ray_id": self.ray_id,
            "errors": [asdict(complaint) for complaint in self.complaints],
        }


def result_of(work: Callable[[], dict[str, Any]]) -> tuple[bool, dict[str, Any]]:
    """Whether the work succeeded, and its result, which for a failure is that of a failed task."""
    try:
        return True, work()
    except (Exception, SystemExit) as error:
        return False, failure_of(error).result()


def failure_of(error: BaseException) -> OAuthOpsError:
    """The failure itself, or an internal error without any value: an exception's own text may hold a secret."""
    if isinstance(error, OAuthOpsError):
        return error
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{frame.filename.rpartition('/')[2]}, line {frame.lineno}"
    return OAuthOpsError(
        "internal_error",
        f"Internal error: {type(error).__name__} at {place}. It is not known which changes were made before. "
        "Run with --check --diff before you run again, and please report this as a bug.",
    )
