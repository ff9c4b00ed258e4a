# SPDX-License-Identifier: GPL-3.0-or-later
"""AWS Secrets Manager as moto imitates it, spoken to without boto3: nothing of the user's AWS settings has a say."""

from __future__ import annotations

import json
import re
import sys
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from tests.integration.servers.child import Child

_ACCESS_KEY, _SECRET_KEY, _REGION = "AKIAIOSFODNN7EXAMPLE", "made-up-secret-key", "eu-central-1"
# moto looks at the region and the service alone.
_SCOPE = f"{_ACCESS_KEY}/20260101/{_REGION}/secretsmanager/aws4_request"
_HEADERS = {
    "Authorization": f"AWS4-HMAC-SHA256 Credential={_SCOPE}, SignedHeaders=host, Signature=0",
    "Content-Type": "application/x-amz-json-1.1",
}
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
        answer = self._call("GetSecretValue", SecretId=name)
        return None if answer is None else str(answer["SecretString"])

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

    def reset(self) -> None:
        """Forget everything."""
        self._session.post(f"{self.url}/moto-api/reset", timeout=_REQUEST_SECONDS).raise_for_status()
