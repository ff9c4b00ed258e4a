# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""HTTP requests of stores that are servers, and remedies when no response comes. Private."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from ...module_utils._api.address import split
from ...module_utils._api.errors import invalid
from ...module_utils._api.transport import LARGEST_RESPONSE, TooLarge, check_proxy, content_of, root_of
from .base import Failure, Store, library

# What asking fails with: requests' own errors, a certificate file that is not there, a character that no header may
# hold, and the deadline.
REQUEST_ERRORS = (OSError, ValueError)
Response = TypeVar("Response")


def session_of(store: Store, url: str, verify: bool | str, authenticate: Callable[[Any], Any]) -> Any:
    """A session whose credential is set by C(auth), because a netrc file replaces a header but not that.

    It reads no response that is too large. Raises UsageError for an invalid proxy in the environment.
    """
    if split(url):
        check_proxy(url)

    class Session(library(store, "requests").Session):  # type: ignore[misc]
        def request(self, *args: Any, **settings: Any) -> Any:
            response = super().request(*args, **{**settings, "stream": True})
            with response:
                response._content = content_of(response)
            return response

    session = Session()
    session.auth, session.verify = authenticate, verify
    return session


def verification(params: Mapping[str, Any], ca_option: str) -> bool | str:
    """Whether certificates are checked, or the file of their CAs. Raises UsageError if the file does not exist."""
    if not params["validate_certs"]:
        return False
    path: str | None = params[ca_option]
    if path and not os.path.exists(path):
        raise invalid(f"store.{ca_option}", f"{path} does not exist on the controller. Correct the path.")
    return path or True


def no_response(store: Store, error: Exception, url: str, url_option: str, ca_option: str) -> Failure:
    """The failure of a request without a usable response. Its text shows nothing of a credential."""
    errors = library(store, "requests.exceptions")
    where = address(url)
    if where is None or isinstance(error, (errors.InvalidURL, errors.InvalidSchema, errors.MissingSchema)):
        return Failure(f"{url_option} is not an address of the form https://host:port. Correct it, and any proxy")
    if isinstance(error, TooLarge):
        size = f"{LARGEST_RESPONSE // 1024**2} MiB"
        return Failure(f"{where} responded with more than {size}, of which the rest was not read: check {url_option}")
    if isinstance(error, ValueError):
        return Failure("a credential holds a line break or another character that cannot be sent. Correct it")
    reason = store.quoted(root_of(error))
    if isinstance(error, errors.SSLError):
        return Failure(f"TLS with {where} failed ({reason}): check {ca_option} and the address")
    if isinstance(error, (TimeoutError, errors.Timeout)) or "timed out" in reason:
        reason = f"no response within {store.params['timeout']:g} seconds"
    return Failure(f"{where} cannot be reached ({reason}): check {url_option}, the network and any proxy")


def address(url: str) -> str | None:
    """Scheme, host and port of an address; None for an invalid one."""
    parts = split(url)
    port = f":{parts.port}" if parts and parts.port else ""
    return f"{parts.scheme}://{parts.hostname}{port}" if parts and parts.hostname else None
