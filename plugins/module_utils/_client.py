# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The HTTP conversation with Cloudflare: session, retries, pages. Private to this collection.

The only place that knows `requests`.
"""

from __future__ import annotations

import functools
import os
import threading
import traceback
from collections.abc import Iterator, Mapping
from typing import Any, Callable, TypeVar

from ansible_collections.oauthops.iam.plugins.module_utils._answer import (
    Answer,
    Record,
    Request,
    collected,
    expect_object,
    understand,
)
from ansible_collections.oauthops.iam.plugins.module_utils._budget import Budget
from ansible_collections.oauthops.iam.plugins.module_utils._credentials import (
    Credential,
    check_api_url,
    choose_credential,
)
from ansible_collections.oauthops.iam.plugins.module_utils._errors import CloudflareError, UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._retry import LAG_PAUSES, may_repeat, pause
from ansible_collections.oauthops.iam.plugins.module_utils._version import VERSION

try:
    import requests
    import urllib3
except ImportError:
    REQUESTS_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

T = TypeVar("T")
USER_AGENT = f"oauthops.iam/{VERSION} (Ansible collection)"
NOT_KNOWN = "It is not known whether this was carried out. Running the task again looks first."
LARGEST_ANSWER = 32 * 1024 * 1024


class Cloudflare:
    """One task's conversation. C(params) are resolved connection options; every time is in seconds.

    Up to C(parallel) threads may ask at once, each over a connection of its own that is kept.
    """

    def __init__(self, params: Mapping[str, Any], parallel: int = 1) -> None:
        self.base_url = check_api_url(params["api_url"])
        self.credential = choose_credential(params)
        self.timeout = float(params["timeout"])
        self.budget = Budget(float(params["retry_timeout"]), params["waited"], parallel)
        self.verify = _verification(params)
        self._sessions = threading.local()

    @property
    def session(self) -> requests.Session:
        if not hasattr(self._sessions, "own"):
            self._sessions.own = _session(self.credential)
        own: requests.Session = self._sessions.own
        return own

    def get_object(self, path: str, permission: str) -> Record:
        request = self.request("GET", path, permission)
        return expect_object(request, self.call("GET", path, permission).result)

    def write(self, method: str, path: str, permission: str, body: Mapping[str, Any] | None = None) -> Any:
        return self.call(method, path, permission, body=body).result

    def write_object(self, method: str, path: str, permission: str, body: Mapping[str, Any] | None = None) -> Record:
        return expect_object(self.request(method, path, permission), self.write(method, path, permission, body))

    def delete(self, path: str, permission: str) -> None:
        """Delete, again after a lost answer: something that is not there any more is deleted."""
        lost: list[CloudflareError] = []

        def send() -> None:
            try:
                self.write("DELETE", path, permission)
            except CloudflareError as failure:
                if failure.uncertain:
                    lost.append(failure)
                raise

        try:
            self.settle(send, reread=lambda: None)
        except CloudflareError as failure:
            if failure.status != 404:
                raise failure.explained(NOT_KNOWN, changed=True) if lost else failure from None

    def listing(self, path: str, permission: str, key: str, **query: Any) -> list[Record]:
        """All objects over all pages, each once by its C(key); raises CloudflareError when some were not shown."""
        request = self.request("GET", path, permission)
        return collected(request, self._pages(request, query), key)

    def settle(self, send: Callable[[], T], reread: Callable[[], T | None]) -> T:
        """Send a write; after a lost answer ask C(reread) what came of it, and send again only when it did not arrive.

        Raises the lost answer's error when it had not arrived and no time is left, and says so when nothing is known.
        """
        attempt = 0
        while True:
            attempt += 1
            try:
                return send()
            except CloudflareError as lost:
                if not lost.uncertain:
                    raise
                settled = self._looked(reread, lost)
                if settled is not None:
                    return settled
                if not self._pause(lost, attempt):
                    raise

    def awaited(self, ask: Callable[[], T], shown: Callable[[T], bool]) -> T:
        """Ask, and for a few seconds again, until the answer shows a write; gives the last answer either way."""
        answer = ask()
        for seconds in LAG_PAUSES:
            if shown(answer) or not self.budget.pause(seconds, "a read does not show yet what was written"):
                break
            answer = ask()
        return answer

    def call(
        self,
        method: str,
        path: str,
        permission: str,
        query: Mapping[str, Any] | None = None,
        body: Mapping[str, Any] | None = None,
    ) -> Answer:
        """Send, again where that is safe and while the retry budget lasts; raises CloudflareError."""
        request, attempt = self.request(method, path, permission), 0
        while True:
            attempt += 1
            self.budget.keep_pace()
            try:
                with self.budget.failures_count():
                    return self._exchange(request, query, body)
            except CloudflareError as failure:
                if not may_repeat(failure) or not self._pause(failure, attempt):
                    raise

    def _pause(self, failure: CloudflareError, attempt: int) -> bool:
        what = f"status {failure.status}" if failure.status else "no answer"
        return self.budget.pause(pause(failure, attempt), f"{failure.method} {failure.path} failed ({what})")

    def _looked(self, reread: Callable[[], T | None], lost: CloudflareError) -> T | None:
        try:
            return reread()
        except CloudflareError as unreachable:
            raise lost.explained(f"{NOT_KNOWN} Looking failed: {unreachable.message}", changed=True) from None

    def _pages(self, request: Request, query: Mapping[str, Any]) -> Iterator[Answer]:
        page = 0
        while True:
            page += 1
            paging = {"page": page} if page > 1 else {}
            yield self.call(request.method, request.path, request.permission, query={**query, **paging})

    def request(self, method: str, path: str, permission: str) -> Request:
        return Request(method, path, permission, self.credential.source)

    def _exchange(self, request: Request, query: Mapping[str, Any] | None, body: Mapping[str, Any] | None) -> Answer:
        try:
            with self.session.request(
                request.method,
                self.base_url + request.path,
                params=query,
                json=body,
                timeout=self.timeout,
                verify=self.verify,
                allow_redirects=False,
                stream=True,
            ) as response:
                self.budget.note(response.headers)
                content = _read(request, response)
                return understand(request, response.status_code, response.headers, content)
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as fault:
            raise _transport_error(request, fault, self.timeout) from None


def _session(credential: Credential) -> requests.Session:
    """A session whose credential is set by C(auth), because a netrc file replaces a header but not that."""

    def authenticate(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(credential.headers)
        return request

    session = requests.Session()
    session.auth = authenticate
    session.headers.update({"Accept": "application/json", "User-Agent": USER_AGENT})
    return session


def _verification(params: Mapping[str, Any]) -> bool | str:
    ca_path = params["ca_path"]
    if not params["validate_certs"]:
        return False
    if ca_path and not os.path.exists(ca_path):
        raise UsageError(f"ca_path {ca_path} does not exist.")
    return ca_path or True


def _read(request: Request, response: requests.Response) -> bytes:
    content = bytearray()
    for chunk in response.iter_content(64 * 1024):
        content += chunk
        if len(content) > LARGEST_ANSWER:
            raise CloudflareError(
                f"{request} was answered with more than {LARGEST_ANSWER // 1024**2} MiB; the rest was not read.",
                method=request.method,
                path=request.path,
                status=response.status_code,
                uncertain=True,
            )
    return bytes(content)


def _transport_error(request: Request, fault: Exception, timeout: float) -> CloudflareError:
    """No usable answer came: say why, and whether the request can have reached Cloudflare."""
    error = functools.partial(CloudflareError, method=request.method, path=request.path)
    reason = _root(fault)
    if isinstance(fault, requests.exceptions.SSLError):
        return error(
            f"{request}: the TLS connection failed ({reason}). "
            "Check ca_path, the system's certificates and any proxy in between.",
            uncertain="certificate" not in reason,
            transient="certificate" not in reason,
        )
    if isinstance(fault, (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)):
        return error(f"{request} could not be made: {reason}.")
    if _never_connected(fault):
        return error(
            f"{request}: no connection could be made ({reason}); nothing was sent. "
            "Check api_url, the network and any proxy.",
            unsent=True,
        )
    if isinstance(fault, requests.exceptions.Timeout) or "timed out" in reason:
        reason = f"no answer within timeout={timeout:g} seconds"
    return error(
        f"{request}: the connection failed before the answer was complete ({reason}).",
        uncertain=True,
        transient=True,
    )


def _never_connected(fault: Exception) -> bool:
    """Also through a proxy, where urllib3 calls a connection lost after sending a ProxyError as well."""
    if isinstance(fault, requests.exceptions.ConnectTimeout):
        return True
    root = _innermost(fault)
    never = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return isinstance(root, never) or str(root).startswith("Tunnel connection failed")


def _innermost(fault: BaseException) -> BaseException:
    while True:
        held = (getattr(fault, "reason", None), *reversed(fault.args))
        inner = next((item for item in held if isinstance(item, BaseException)), None)
        if inner is None:
            return fault
        fault = inner


def _root(fault: BaseException) -> str:
    """The innermost reason of a nested exception: the outer ones repeat the address and object ids."""
    fault = _innermost(fault)
    text = str(fault)
    if isinstance(fault, urllib3.exceptions.NewConnectionError):
        text = text.rsplit(": ", 1)[-1]
    return text or type(fault).__name__


def connect(params: Mapping[str, Any], parallel: int = 1) -> Cloudflare:
    """A conversation for a task's resolved C(params); raises UsageError for a bad address or credential."""
    if REQUESTS_IMPORT_ERROR:
        raise UsageError("The Python library requests is not installed.")
    return Cloudflare(params, parallel)
