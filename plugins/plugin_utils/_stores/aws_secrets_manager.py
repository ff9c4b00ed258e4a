# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret in AWS Secrets Manager, whose value is a JSON object. Private to this collection."""

from __future__ import annotations

import contextlib
import json
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from ...module_utils._files import object_of
from .aws_client import LOOK, Refused, SecretsManager
from .base import Failure, Record, Site, Store, conflict, foreign, unreadable, unwritable

CURRENT, WRITING = "AWSCURRENT", "oauthops-writing"


class AwsSecretsManager(Store):
    """Each write makes one version, which is created beside the current one and then takes its place.

    The label AWSCURRENT is moved from the version that was read, which AWS refuses when another version has it by then.
    Afterwards AWSCURRENT is on the version that was written, and AWSPREVIOUS on the one that was read. No other label
    is left. A write that is refused leaves one version without any label, which AWS removes in time.
    """

    type: ClassVar[str] = "aws_secrets_manager"
    rules: ClassVar[Mapping[str, Any]] = {
        "mutually_exclusive": [("profile", "access_key"), ("profile", "session_token")],
        "required_together": [("access_key", "secret_key")],
    }
    # boto3 reads only AWS_DEFAULT_REGION and the files; AWS's own command, containers and functions have this one.
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {"region": ("AWS_REGION",)}
    compares: ClassVar[bool] = True

    def __init__(self, params: Mapping[str, Any], site: Site) -> None:
        super().__init__(params, site)
        self._secret = SecretsManager(self)
        self._version: str | None = None

    @property
    def place(self) -> str:
        return f"the secret {self.params['name']} in AWS Secrets Manager"

    def read(self) -> Record:
        with self.raising(unreadable):
            try:
                current = self._current()
            except Refused as refused:
                if refused.code != "ResourceNotFoundException":
                    raise
                self._version = None
                return {}
        if "SecretBinary" in current:
            raise foreign(self, "is binary")
        try:
            found = object_of(current["SecretString"])
        except ValueError as error:
            raise foreign(self, str(error)) from None
        self._version = current["VersionId"]
        self.hide(found)
        return found

    def _current(self) -> Mapping[str, Any]:
        current = self._secret.ask("get_secret_value", VersionStage=CURRENT)
        if "VersionId" not in current or not {"SecretString", "SecretBinary"} & set(current):
            raise Failure(f"the response is not one of AWS: {LOOK}")
        return current

    def write(self, record: Record) -> None:
        """Write a new version. Its ID is chosen here, so that a repeated request creates no second version."""
        self.hide(record)
        version = {"ClientRequestToken": str(uuid.uuid4()), "SecretString": json.dumps(record)}
        with self.raising(unwritable):
            if self._version is not None or not self._created(version):
                self._replace(version)
        self._version = version["ClientRequestToken"]

    def _created(self, version: Mapping[str, str]) -> bool:
        """Create the secret; returns False if it already exists, without a value."""
        self._refuse_creation_by_arn()
        try:
            self._secret.ask("create_secret", "Name", **version)
        except Refused as refused:
            if refused.code != "ResourceExistsException":
                raise
            return False
        return True

    def _replace(self, version: Mapping[str, str]) -> None:
        identity = version["ClientRequestToken"]
        labels = self._secret.ask("put_secret_value", **version, VersionStages=[WRITING]).get("VersionStages", [])
        try:
            if CURRENT not in labels:  # as the first version of a secret has it at once
                self._make_current(identity)
        finally:
            # Another writer may have taken the label; one that stays is moved by the next write.
            with contextlib.suppress(Refused):
                self._secret.ask("update_secret_version_stage", VersionStage=WRITING, RemoveFromVersionId=identity)

    def _make_current(self, identity: str) -> None:
        older = {"RemoveFromVersionId": self._version} if self._version else {}
        try:
            self._secret.ask("update_secret_version_stage", VersionStage=CURRENT, MoveToVersionId=identity, **older)
        except Refused as refused:
            if refused.code != "InvalidParameterException":
                raise
            # A repeated request is refused as well when the first has moved the label.
            if self._current()["VersionId"] != identity:
                raise conflict(self) from None

    def check(self) -> None:
        if self._version is None:
            with self.raising(unwritable):
                self._refuse_creation_by_arn()

    def _refuse_creation_by_arn(self) -> None:
        if self.params["name"].startswith("arn:"):
            raise Failure("there is no secret with this ARN: to create one, set name to a name instead")

    def close(self) -> None:
        self._secret.close()
