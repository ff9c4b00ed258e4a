# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The value of one secret in AWS Secrets Manager, over a client of boto3 that is given. Private to this collection."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Callable

from ansible_collections.oauthops.iam.plugins.module_utils._api.errors import OAuthOpsError, UsageError
from ansible_collections.oauthops.iam.plugins.module_utils._files import object_of, same

REMEDIES: Mapping[str, str] = {
    "AccessDeniedException": "Give the credentials the permission {permission}, and the use of the secret's KMS key.",
    "DecryptionFailure": "See whether the credentials may use the secret's KMS key, and whether it is enabled.",
    "EncryptionFailure": "See whether the credentials may use the secret's KMS key, and whether it is enabled.",
    "ExpiredTokenException": "The credentials have expired: get new ones.",
    "InvalidClientTokenId": "AWS does not know these credentials: correct them.",
    "NoCredentialsError": "Give access_key and secret_key, a profile, or the target a role.",
    "NoRegionError": "Give region.",
    "EndpointConnectionError": "See whether the target reaches this address, and whether the region is right.",
    "ResourceExistsException": "Another task created it at the same time: run the task again.",
    "UnrecognizedClientException": "AWS does not know these credentials: correct them.",
}
# AWS's words for these tell of the request what it may not hold; for others they may quote the value.
HARMLESS = frozenset(REMEDIES) | {"InvalidRequestException", "LimitExceededException", "ResourceNotFoundException"}
AGAIN = "Running the task again looks first."


class AwsError(OAuthOpsError):
    """A request that failed; C(error_code) is in its result."""

    def __init__(self, message: str, error_code: str) -> None:
        super().__init__("aws_failed", message, error_code=error_code)
        self.error_code = error_code


class Secret:
    """One secret of Secrets Manager over boto3's C(client)."""

    def __init__(self, client: Any, name: str) -> None:
        self._client = client
        self._name = name
        self.arn: str | None = None
        self.version_id: str | None = None

    def read(self) -> dict[str, Any] | None:
        """The value; None when there is none. Raises UsageError for one that this module must not replace."""
        found = self._found("DescribeSecret", self._client.describe_secret)
        if found is None:
            return None
        if found.get("DeletedDate"):
            raise UsageError(
                "aws_secret_deleted",
                f"The secret {self._name} is scheduled for deletion: restore it with aws secretsmanager "
                "restore-secret, or choose another name.",
            )
        self.arn = found.get("ARN")
        current = self._found("GetSecretValue", self._client.get_secret_value)
        if current is None:
            return None
        self.version_id = current.get("VersionId")
        return self._object(current)

    def write(self, value: Mapping[str, Any]) -> None:
        text = json.dumps(value)
        if self.arn:
            written = self._asked("PutSecretValue", self._client.put_secret_value, SecretId=self.arn, SecretString=text)
        else:
            self.check_creation()
            written = self._asked("CreateSecret", self._client.create_secret, Name=self._name, SecretString=text)
        self.arn, self.version_id = written.get("ARN"), written.get("VersionId")

    def check_creation(self) -> None:
        if self._name.startswith("arn:"):
            text = f"There is no secret {self._name}: give a name instead of an ARN to create one."
            raise UsageError("invalid_option", text, option="name")

    def _found(self, action: str, call: Callable[..., Any]) -> Mapping[str, Any] | None:
        try:
            return self._asked(action, call, SecretId=self.arn or self._name)
        except AwsError as failure:
            if failure.error_code == "ResourceNotFoundException":
                return None
            raise

    def _object(self, current: Mapping[str, Any]) -> dict[str, Any]:
        try:
            return object_of(current["SecretString"])
        except KeyError:
            raise self._foreign("is binary") from None
        except ValueError as fault:
            raise self._foreign(str(fault)) from None

    def _foreign(self, what: str) -> UsageError:
        return UsageError(
            "foreign_content",
            f"The value of the secret {self._name} {what}, and is left as it is: choose another name, or replace the "
            "value with a JSON object, such as {}.",
        )

    def _asked(self, action: str, call: Callable[..., Any], **given: Any) -> Mapping[str, Any]:
        try:
            answer: Mapping[str, Any] = call(**given)
        except Exception as fault:
            raise self._failure(action, fault, writes="SecretString" in given) from None
        return answer

    def _failure(self, action: str, fault: Exception, *, writes: bool) -> AwsError:
        error = (getattr(fault, "response", None) or {}).get("Error", {})
        code = str(error.get("Code") or fault.__class__.__name__)
        said = f": {error.get('Message') or fault}" if code in HARMLESS or not writes else ""
        remedy = REMEDIES.get(code, "").format(permission=f"secretsmanager:{action}")
        told = f"{action} of the secret {self._name} failed ({code}){said.rstrip('.')}. {remedy}"
        return AwsError(f"{told} {AGAIN}".replace("  ", " ") if writes else told.rstrip(), code)


def ensure(secret: Secret, value: Mapping[str, Any] | None, *, check_mode: bool) -> dict[str, Any]:
    """Read the value, and write it when it is to be another one."""
    found = secret.read()
    changed = value is not None and (found is None or not same(found, value))
    if changed and check_mode:
        if not secret.arn:
            secret.check_creation()
        secret.version_id = None
    elif value is not None and changed:
        secret.write(value)
    return {"changed": changed, "value": found, "arn": secret.arn, "version_id": secret.version_id}
