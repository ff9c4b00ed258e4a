# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Requests to AWS Secrets Manager about one secret, and remedies for its errors. Private to this collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ...module_utils._api.deadline import within
from ...module_utils._api.errors import UsageError
from ...module_utils._api.transport import check_proxy
from .base import Failure, Store, library
from .http import address

ATTEMPTS = 3
REMEDIES: Mapping[str, str] = {
    "AccessDeniedException": "give the credentials the permission {permission}, and the use of the secret's KMS key",
    "ConnectTimeoutError": "check region, and that the controller reaches this address",
    "DecryptionFailure": "check that the secret's KMS key is enabled, and that the credentials may use it",
    "EncryptionFailure": "check that the secret's KMS key is enabled, and that the credentials may use it",
    "EndpointConnectionError": "check region, and that the controller reaches this address",
    "ExpiredTokenException": "the credentials have expired, so get new ones",
    "InvalidClientTokenId": "AWS does not know these credentials, so correct them",
    "NoCredentialsError": "set access_key and secret_key, or profile, or give the controller an IAM role",
    "NoRegionError": "set region",
    "ProfileNotFound": "correct profile, or AWS's configuration files on the controller",
    "ReadTimeoutError": "raise timeout, and check that the controller reaches this address",
    "SSLError": "correct aws_ca_bundle or endpoint_url",
    "UnrecognizedClientException": "AWS does not know these credentials, so correct them",
}
LATE = "ReadTimeoutError"
LOOK = "correct name, region and endpoint_url"
# AWS's words for these say of the request what it may not hold; for others they may quote the value.
HARMLESS = frozenset(REMEDIES) | {"InvalidRequestException", "LimitExceededException", "ResourceNotFoundException"}


class Refused(Failure):
    """A request that failed; C(code) is AWS's, or the name of boto3's error."""

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


class SecretsManager:
    """The secret that a store names in its option C(name). Raises Refused."""

    def __init__(self, store: Store) -> None:
        self._boto3 = library(store, "boto3")
        self._config = library(store, "botocore.config")
        self._store = store
        self._client: Any = None

    def ask(self, method: str, names: str = "SecretId", **given: Any) -> Mapping[str, Any]:
        limit, secret = self._store.params["timeout"], {names: self._store.params["name"]}
        try:
            self._client = self._client or self._connected()
            # boto3's own timeouts are those of a packet, and of each attempt.
            response: Mapping[str, Any] = within(limit, lambda: getattr(self._client, method)(**secret, **given))
        except UsageError:
            raise
        except TimeoutError:
            raise Refused(LATE, f"no complete response within {limit:g} seconds: {REMEDIES[LATE]}") from None
        except Exception as failure:
            raise self._refused(method, failure, quotes="SecretString" not in given) from None
        return response

    def close(self) -> None:
        if self._client:
            self._client.close()

    def _connected(self) -> Any:
        params = self._store.params
        if params["endpoint_url"] and not address(params["endpoint_url"]):
            raise ValueError
        session = self._boto3.Session(
            profile_name=params["profile"],
            region_name=params["region"],
            aws_access_key_id=params["access_key"],
            aws_secret_access_key=params["secret_key"],
            aws_session_token=params["session_token"],
        )
        timeouts = {"connect_timeout": params["timeout"], "read_timeout": params["timeout"]}
        client = session.client(
            "secretsmanager",
            endpoint_url=params["endpoint_url"],
            verify=params["aws_ca_bundle"],
            config=self._config.Config(**timeouts, retries={"mode": "standard", "total_max_attempts": ATTEMPTS}),
        )
        check_proxy(client.meta.endpoint_url)
        return client

    def _refused(self, method: str, failure: Exception, *, quotes: bool) -> Refused:
        error = (getattr(failure, "response", None) or {}).get("Error", {})
        code, action = str(error.get("Code") or type(failure).__name__), method.title().replace("_", "")
        if code == "ValueError":  # its text shows the address, and may show a password
            return Refused(code, "endpoint_url is not an address of the form https://host:port. Correct it")
        text = str(error.get("Message") or failure)
        said = f", {self._store.quoted(text).rstrip('.')}" if quotes or code in HARMLESS else ""
        remedy = REMEDIES.get(code, LOOK if method == "get_secret_value" else "run again: it reads the secret first")
        if code == "InvalidRequestException" and "delet" in text:
            remedy = f"restore it with aws secretsmanager restore-secret --secret-id {self._store.params['name']}"
        remedy = remedy.replace("{permission}", f"secretsmanager:{action}")
        return Refused(code, f"{action} failed ({code}{said}): {remedy}")
