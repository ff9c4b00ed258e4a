# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""One request to Cloudflare and its response, or why there is none. Private to this collection.

The only place that knows `requests`.
"""

from __future__ import annotations

import os
import re
import traceback
from collections import deque
from collections.abc import Mapping
from typing import Any, Callable
from urllib.parse import urlsplit

from .auth import Credential, check_api_url
from .deadline import within
from .errors import CloudflareError, UsageError
from .proxy import check_proxy_address
from .response import Request, Response, understand

VERSION = "0.1.0"

try:
    import requests
    import urllib3
except ImportError:
    REQUESTS_IMPORT_ERROR: str | None = traceback.format_exc()
else:
    REQUESTS_IMPORT_ERROR = None

USER_AGENT = f"oauthops.iam/{VERSION} (Ansible collection)"
CA_VARIABLES = ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
# A certificate that is not trusted, and an address where no TLS is spoken.
PERMANENT_TLS_ERRORS = ("certificate", "wrong version number")
LARGEST_RESPONSE, PIECE = 32 * 1024 * 1024, 64 * 1024
# A host has several addresses, which are tried one after the other.
CONNECT_PARTS = 3
# In seconds, for a library to say by itself what timed out.
GRACE = 1.0


class Transport:
    """Sends requests to Cloudflare, with a task's address, credential, certificates and timeout.

    C(params) are resolved connection options. Connections are reused, and there are as many as requests at once.
    """

    def __init__(self, params: Mapping[str, Any], credential: Credential) -> None:
        self._base_url = check_api_url(params["api_url"])
        self._proxies = _no_proxy(self._base_url)
        if not self._proxies:
            check_proxy(self._base_url)
        self._timeout = float(params["timeout"])
        self._verify = _verification(params, self._base_url)
        self._credential = credential
        self._idle: deque[requests.Session] = deque()

    def exchange(
        self,
        request: Request,
        query: Mapping[str, Any] | None,
        body: Mapping[str, Any] | None,
        note: Callable[[Mapping[str, str]], None],
    ) -> Response:
        """Send a request once. C(note) gets the headers of any response. Raises CloudflareError.

        The whole response must arrive within the timeout, plus a moment to connect.
        """
        session = self._session()
        seen: list[requests.Response] = []

        def ask() -> bytes:
            with session.request(
                request.method,
                self._base_url + request.path,
                params=query,
                json=body,
                timeout=(self._timeout / CONNECT_PARTS, self._timeout),
                verify=self._verify,
                proxies=self._proxies,
                allow_redirects=False,
                stream=True,
            ) as response:
                seen.append(response)
                return _read(request, response)

        try:
            content = within(self._timeout + GRACE, ask)
        except TimeoutError as late:  # the session is still asking
            raise _transport_error(request, late, self._timeout) from None
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            self._idle.append(session)
            raise _transport_error(request, error, self._timeout) from None
        finally:
            if seen:
                note(seen[0].headers)
        self._idle.append(session)
        return understand(request, seen[0].status_code, seen[0].headers, content)

    def _session(self) -> requests.Session:
        try:
            return self._idle.pop()
        except IndexError:
            return _session(self._credential)


def _session(credential: Credential) -> requests.Session:
    """A session whose credential is set by C(auth), because a netrc file replaces a header but not that."""

    def authenticate(request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers.update(credential.headers)
        return request

    session = requests.Session()
    session.auth = authenticate
    session.headers.update({"Accept": "application/json", "User-Agent": USER_AGENT})
    return session


def _no_proxy(base_url: str) -> dict[str, str] | None:
    """Unencrypted requests stay on this machine: they ignore proxies of the environment."""
    parts = urlsplit(base_url)
    return {"no_proxy": str(parts.hostname)} if parts.scheme == "http" else None


def check_proxy(address: str) -> None:
    """Raise UsageError when the environment names an invalid proxy for an address."""
    proxies = requests.utils.get_environ_proxies(address, no_proxy=None)
    check_proxy_address(requests.utils.select_proxy(address, proxies))


def _verification(params: Mapping[str, Any], base_url: str) -> bool | str:
    if not params["validate_certs"]:
        return False
    named = {"ca_path": params["ca_path"]}
    if base_url.startswith("https"):
        # In the order of requests, which reports a wrong path as a broken connection.
        named.update({f"the environment variable {name}": os.environ.get(name) for name in CA_VARIABLES})
    origin, ca_path = next((each for each in named.items() if each[1]), ("", None))
    if ca_path and not os.path.exists(ca_path):
        raise UsageError("invalid_option", f"{origin}: {ca_path} does not exist. Correct the path.", option="ca_path")
    return ca_path or True


def _read(request: Request, response: requests.Response) -> bytes:
    try:
        return content_of(response)
    except TooLarge:
        text = f"{request}: the response is larger than {LARGEST_RESPONSE // 1024**2} MiB; the rest was not read."
        remedy = "Check api_url and any proxy in between."
        where = {**request.where, "status": response.status_code}
        raise CloudflareError("unreadable_response", text, remedy=remedy, **where, uncertain=True) from None


class TooLarge(ValueError):
    """A response that was not read to its end."""


def content_of(response: requests.Response) -> bytes:
    """The body of a response of any server, read piece by piece. Raises TooLarge above C(LARGEST_RESPONSE) bytes."""
    content = bytearray()
    for piece in response.iter_content(PIECE):
        content += piece
        if len(content) > LARGEST_RESPONSE:
            raise TooLarge
    return bytes(content)


def _transport_error(request: Request, error: Exception, timeout: float) -> CloudflareError:
    """Why no usable response came, and whether the request can have reached Cloudflare."""
    where = request.where
    reason = root_of(error)
    if isinstance(error, requests.exceptions.SSLError):
        may_pass = not any(lasting in reason for lasting in PERMANENT_TLS_ERRORS)
        remedy = "Check api_url, ca_path, the system's certificates and any proxy in between."
        text = f"{request}: the TLS connection failed ({reason})."
        return CloudflareError("tls_failed", text, remedy=remedy, uncertain=may_pass, transient=may_pass, **where)
    if isinstance(error, (requests.exceptions.InvalidURL, requests.exceptions.InvalidHeader)):
        # The library's own text can hold what it could not read, and so a password.
        text = f"{request}: nothing was sent, because a URL or a header is invalid."
        remedy = "Check api_url, account_id, the credential and the address of the proxy."
        return CloudflareError("unreachable", text, remedy=remedy, **where)
    if _never_connected(error):
        remedy = "Check api_url, the network and any proxy."
        text = f"{request}: no connection could be made ({reason}); nothing was sent."
        return CloudflareError("unreachable", text, remedy=remedy, unsent=True, **where)
    if isinstance(error, (TimeoutError, requests.exceptions.Timeout)) or "timed out" in reason:
        text = f"{request}: no complete response within timeout={timeout:g} seconds."
        remedy = "Check the network, or raise timeout, then run again."
    else:
        text = f"{request}: the connection failed before the response was complete ({reason})."
        remedy = "Check the network, then run again."
    return CloudflareError("response_lost", text, remedy=remedy, uncertain=True, transient=True, **where)


def _never_connected(error: Exception) -> bool:
    """Whether no connection was made, so that nothing was sent.

    Through a proxy, urllib3 also raises ProxyError for a connection that was lost after sending.
    """
    if isinstance(error, requests.exceptions.ConnectTimeout):
        return True
    root = _innermost(error)
    never = (urllib3.exceptions.NewConnectionError, urllib3.exceptions.ConnectTimeoutError)
    return isinstance(root, never) or str(root).startswith("Tunnel connection failed")


def _innermost(error: BaseException) -> BaseException:
    while True:
        held = (getattr(error, "reason", None), *reversed(error.args))
        inner = next((item for item in held if isinstance(item, BaseException)), None)
        if inner is None:
            return error
        error = inner


def root_of(error: BaseException) -> str:
    """The text of an exception's innermost cause. The outer ones repeat the address and object IDs."""
    error = _innermost(error)
    text = re.sub(r"^\[Errno -?\d+\] ", "", str(error))
    if isinstance(error, urllib3.exceptions.NewConnectionError):
        text = text.rsplit(": ", 1)[-1]
    elif isinstance(error, urllib3.exceptions.ConnectTimeoutError):
        text = str(error.args[-1])  # before it is the connection, whose address in memory says nothing
    return text or type(error).__name__
