# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Secrets Manager as moto imitates it, spoken to without boto3: nothing of the user's AWS settings has a say."""

from __future__ import annotations

import base64
import json
import re
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from tests.integration.servers.child import Child

_ACCESS_KEY, _SECRET_KEY, _REGION = "AKIAIOSFODNN7EXAMPLE", "made-up-secret-key", "eu-central-1"
# moto looks at the region and the service alone.
_SCOPE = f"{_ACCESS_KEY}/20260101/{_REGION}/secretsmanager/aws4_request"
_SIGNED = "AWS4-HMAC-SHA256 Credential={scope}, SignedHeaders=host, Signature=0"
_HEADERS = {"Authorization": _SIGNED.format(scope=_SCOPE), "Content-Type": "application/x-amz-json-1.1"}
_IAM_HEADERS = {"Authorization": _SIGNED.format(scope=_SCOPE.replace("secretsmanager", "iam"))}
_USER = "keeper"
_REQUEST_SECONDS = 10.0
_MISSING = "ResourceNotFoundException"
Json = Any


class Aws:
    """An account at AWS for as long as the context lasts. A request that is refused raises ValueError."""

    def __init__(self) -> None:
        self.url = ""
        self.region = _REGION
        self._session = requests.Session()
        self._session.trust_env = False

    def __enter__(self) -> Aws:
        self._home = tempfile.TemporaryDirectory()
        command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", "0"]
        self._child = Child(command, {"HOME": self._home.name}, Path(self._home.name))
        try:
            self.url = self._child.wait_for(self._announced)
        except BaseException:
            self._home.cleanup()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()
        self._child.stop()
        self._home.cleanup()

    def _announced(self) -> str | None:
        found = re.search(r"Running on (http://[\d.:]+)\s", self._child.output())
        return found and found[1]

    def _call(self, action: str, **parameters: Json) -> dict[str, Any] | None:
        """The answer to an action of Secrets Manager, None when the secret does not exist."""
        headers = {**_HEADERS, "X-Amz-Target": f"secretsmanager.{action}"}
        answer = self._session.post(self.url, data=json.dumps(parameters), headers=headers, timeout=_REQUEST_SECONDS)
        body: dict[str, Any] = answer.json()
        if answer.ok:
            return body
        if _MISSING in str(body.get("__type")):
            return None
        raise ValueError(f"{action}: {body}")

    @property
    def environment(self) -> dict[str, str]:
        """What boto3 reads, and with it the modules and look-ups of amazon.aws."""
        return {
            "AWS_ACCESS_KEY_ID": _ACCESS_KEY,
            "AWS_SECRET_ACCESS_KEY": _SECRET_KEY,
            "AWS_DEFAULT_REGION": _REGION,
            "AWS_ENDPOINT_URL": self.url,
        }

    def environment_for(self, profile: str) -> dict[str, str]:
        """What boto3 finds nothing in but the keys, and those under the name of a profile alone."""
        path = Path(self._home.name) / "credentials"
        keys = {"aws_access_key_id": _ACCESS_KEY, "aws_secret_access_key": _SECRET_KEY}
        path.write_text("\n".join([f"[{profile}]", *(f"{name} = {value}" for name, value in keys.items())]))
        return {"AWS_SHARED_CREDENTIALS_FILE": str(path)}

    def read(self, name: str) -> str | None:
        """The current text of a secret, None when it does not exist."""
        return self.value_at(name, "AWSCURRENT")

    def write(self, name: str, text: str) -> None:
        if self._call("PutSecretValue", SecretId=name, SecretString=text) is None:
            self._call("CreateSecret", Name=name, SecretString=text)

    def versions(self, name: str) -> dict[str, list[str]]:
        """The stages of each version by its id, {} for a secret that does not exist."""
        answer = self._call("DescribeSecret", SecretId=name) or {}
        versions: dict[str, list[str]] = answer.get("VersionIdsToStages", {})
        return versions

    def put_resource_policy(self, name: str, policy: Json) -> None:
        if self._call("PutResourcePolicy", SecretId=name, ResourcePolicy=json.dumps(policy)) is None:
            raise ValueError(f"there is no secret {name}")

    def get_resource_policy(self, name: str) -> Json:
        """The policy of a secret, None without one."""
        text = (self._call("GetResourcePolicy", SecretId=name) or {}).get("ResourcePolicy")
        return text and json.loads(text)

    def user_for(self, *actions: str) -> dict[str, str]:
        """The keys of a user who may do these things, which counts while rights are checked."""
        allowed = {"Effect": "Allow", "Action": [f"secretsmanager:{action}" for action in actions], "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [allowed]})
        self._call_iam("CreateUser")
        self._call_iam("PutUserPolicy", PolicyName="own", PolicyDocument=policy)
        text = self._call_iam("CreateAccessKey")
        found = {name: re.search(f"<{name}>(.*?)</", text) for name in ("AccessKeyId", "SecretAccessKey")}
        access_key, secret_key = (str(match and match[1]) for match in found.values())
        return {"access_key": access_key, "secret_key": secret_key}

    def _call_iam(self, action: str, **parameters: str) -> str:
        form = {"Action": action, "Version": "2010-05-08", "UserName": _USER, **parameters}
        answer = self._session.post(self.url, data=form, headers=_IAM_HEADERS, timeout=_REQUEST_SECONDS)
        answer.raise_for_status()
        return answer.text

    @contextmanager
    def checking_rights(self) -> Iterator[None]:
        """Meanwhile moto refuses what is not allowed, and the requests of this class as well."""
        url = f"{self.url}/moto-api/reset-auth"
        self._session.post(url, data="0", timeout=_REQUEST_SECONDS).raise_for_status()
        try:
            yield
        finally:
            self._session.post(url, data="Infinity", timeout=_REQUEST_SECONDS).raise_for_status()

    def write_binary(self, name: str, content: bytes) -> None:
        encoded = base64.b64encode(content).decode("ascii")
        if self._call("PutSecretValue", SecretId=name, SecretBinary=encoded) is None:
            self._call("CreateSecret", Name=name, SecretBinary=encoded)

    def create_without_value(self, name: str) -> None:
        self._call("CreateSecret", Name=name)

    def schedule_deletion(self, name: str) -> None:
        self._call("DeleteSecret", SecretId=name)

    def value_at(self, name: str, stage: str) -> str | None:
        """The text that has a label, None when there is none."""
        answer = self._call("GetSecretValue", SecretId=name, VersionStage=stage)
        return None if answer is None else str(answer["SecretString"])

    def reset(self) -> None:
        """Forget everything."""
        self._session.post(f"{self.url}/moto-api/reset", timeout=_REQUEST_SECONDS).raise_for_status()
