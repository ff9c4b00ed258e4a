# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to HashiCorp Vault or OpenBao with hvac, and remedies for its errors. Private to this collection."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping
from typing import Any

from ...module_utils._api.deadline import within
from .base import Failure, Store, library
from .http import REQUEST_ERRORS, no_response, session_of, verification
from .vault_login import log_in

NO_CONTENT = 204
# What a policy refuses is in a list of errors; what is said of a token that is not valid is in no list.
BY_POLICY = "* permission denied"
# hvac returns a response without JSON as it is, be it a redirect or another server's page.
ELSEWHERE = "url does not lead to Vault itself: set it to the address of the active server"


class Refused(Failure):
    """Vault responded with an error.

    C(newest) is the number of the newest version, if that was deleted, destroyed or has expired. It is 0 for a path
    without versions, and None for an error of another kind.
    """

    def __init__(self, reason: str, newest: int | None) -> None:
        super().__init__(reason)
        self.newest = newest


class VaultServer:
    """A client for the server of a store, which logs in once. Raises Failure."""

    def __init__(self, store: Store) -> None:
        hvac = library(store, "hvac")
        params, self._store = store.params, store
        self._errors = hvac.exceptions
        self._by_token = params["auth_method"] == "token"
        self._token: Mapping[str, Any] | None = {} if self._by_token else None
        verify = verification(params, "ca_cert")
        # Without a token hvac takes one of the environment; what it is not given as verify, it looks for there as well.
        self.client = hvac.Client(
            url=params["url"],
            token=params["token"] if self._by_token else "",
            namespace=params["namespace"],
            verify=verify,
            timeout=params["timeout"],
            allow_redirects=False,
            session=session_of(store, params["url"], verify, lambda request: request),
        )

    def ask(self, ask: Callable[[], Any], explain: Callable[[str], str]) -> Mapping[str, Any]:
        """The data in the response, empty without any; C(explain) adds a remedy to what Vault says when it refuses."""
        if self._token is None:
            self._token = self._asked(lambda: log_in(self.client, self._store.params), self._explain_log_in)
        response = self._asked(ask, explain)
        data = response.get("data") if isinstance(response, dict) else None
        if isinstance(data, dict):
            return data
        if getattr(response, "status_code", None) == NO_CONTENT:
            return {}
        raise Failure(ELSEWHERE)

    def _asked(self, ask: Callable[[], Any], explain: Callable[[str], str]) -> Any:
        try:
            return within(self._store.params["timeout"], ask)
        except self._errors.VaultError as error:
            said = self._store.quoted(", ".join(error.errors) if error.errors else error.args[0] or "not found")
            raise Refused(explain(said.removeprefix("1 error occurred: ")), self._newest(error)) from None
        except REQUEST_ERRORS as error:
            raise no_response(self._store, error, self._store.params["url"], "url", "ca_cert") from None
        except (AttributeError, KeyError, TypeError, RecursionError):
            # Of hvac, which takes every response for one of Vault.
            raise Failure(ELSEWHERE) from None

    def _newest(self, error: Any) -> int | None:
        if not isinstance(error, self._errors.InvalidPath):
            return None
        with contextlib.suppress(KeyError, TypeError):
            return int(error.json["data"]["metadata"]["version"])
        return 0 if error.errors == [] else None

    def _explain_log_in(self, said: str) -> str:
        method = self._store.params["auth_method"]
        return f"the log-in by {method} failed ({said}): check its options, auth_mount_point and namespace"

    def close(self) -> None:
        """Revoke the token of the log-in. A batch token cannot be revoked, and expires by itself."""
        if self._token and self._token.get("token_type") != "batch":
            with contextlib.suppress(self._errors.VaultError, *REQUEST_ERRORS):
                within(self._store.params["timeout"], self.client.auth.token.revoke_self)
        self.client.session.close()
