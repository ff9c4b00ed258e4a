# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to the REST API of AWX or automation controller, and remedies for its errors. Private to this collection."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from ...module_utils._api.deadline import within
from .base import Failure, Store
from .http import REQUEST_ERRORS, no_response, session_of, verification

ROOT = "/api/"
REMEDIES: Mapping[int, str] = {
    400: "correct the options of the store, or the credential type",
    401: "correct controller_oauthtoken, or controller_username and controller_password",
    403: "give the user a role that allows it",
    404: "check that controller_host is the address of AWX, automation controller or its gateway",
    429: "run again later",
}


class Controller:
    """A client for the AWX API of a store. Each request carries its own authentication. Raises Failure."""

    def __init__(self, store: Store) -> None:
        self._store, params = store, store.params
        host = params["controller_host"].rstrip("/")
        self._host = host if "://" in host else f"https://{host}"
        self._verify = verification(params, "ca_path")
        self._session = session_of(store, self._host, self._verify, self._authenticate)
        self._base = ""

    def _authenticate(self, request: Any) -> Any:
        params = self._store.params
        login = f"{params['controller_username']}:{params['controller_password']}".encode()
        token = params["controller_oauthtoken"]
        kind, credential = ("Bearer", token) if token else ("Basic", base64.b64encode(login).decode("ascii"))
        request.headers["Authorization"] = f"{kind} {credential}"
        return request

    def rows(self, kind: str, **query: str) -> list[Mapping[str, Any]]:
        """The first page of the objects that match."""
        found = self.ask("GET", f"{kind}/", query=query).get("results")
        if not isinstance(found, list):
            raise Failure(f"there is no list of {kind}: {REMEDIES[404]}")
        return found

    def close(self) -> None:
        self._session.close()

    def ask(self, method: str, path: str, **more: Any) -> Mapping[str, Any]:
        self._base = self._base or self._found_base()
        return self._exchange(method, self._base + path, **more)

    def _found_base(self) -> str:
        """The path of the API, which is another one behind a gateway."""
        root = self._exchange("GET", ROOT)
        behind_gateway = (root.get("apis") or {}).get("controller")
        path = f"{behind_gateway}/v2" if behind_gateway else str(root.get("current_version") or "/api/v2")
        return f"/{'/'.join(filter(None, path.split('/')))}/"

    def _exchange(self, method: str, path: str, query: Any = None, body: Any = None) -> Mapping[str, Any]:
        try:
            status, text = within(self._store.params["timeout"], lambda: self._send(method, path, query, body))
        except REQUEST_ERRORS as error:
            raise no_response(self._store, error, self._host, "controller_host", "ca_path") from None
        if 300 <= status < 400:
            raise Failure("controller_host redirects, which is not followed: set it to the new address")
        try:
            found = json.loads(text)
        except (ValueError, RecursionError):
            found = None
        if status >= 400:
            said = self._store.quoted(json.dumps(found)) if found else "no reason given"
            raise Failure(f"{method} {path} failed ({status}, {said}): {REMEDIES.get(status, 'see the log of AWX')}")
        if not isinstance(found, dict):
            raise Failure(f"{method} {path}: the response is not a JSON object: {REMEDIES[404]}")
        return found

    def _send(self, method: str, path: str, query: Any, body: Any) -> tuple[int, bytes]:
        response = self._session.request(
            method,
            self._host + path,
            params=query,
            json=body,
            timeout=self._store.params["timeout"],
            verify=self._verify,
            allow_redirects=False,
        )
        return response.status_code, response.content
