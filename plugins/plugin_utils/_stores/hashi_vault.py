# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A secret of a KV engine, version 2, in HashiCorp Vault or OpenBao. Private to this collection."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from typing import Any, ClassVar

from ...module_utils._api.errors import UsageError
from .base import Failure, Record, Site, Store, conflict, unreadable, unwritable
from .vault_login import RULES, VARIABLES, with_files
from .vault_server import BY_POLICY, Refused, VaultServer


class HashiVault(Store):
    """Each write makes one version, and is refused when the newest is another than the one that was read.

    Vault keeps numbers as floats, and may round them. They are written back as Vault shows them. This collection itself
    writes only texts.
    """

    type: ClassVar[str] = "hashi_vault"
    rules: ClassVar[Mapping[str, Any]] = RULES
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = VARIABLES
    compares: ClassVar[bool] = True

    @classmethod
    def complete(cls, given: Mapping[str, Any]) -> dict[str, Any]:
        return with_files(super().complete(given))

    def __init__(self, params: Mapping[str, Any], site: Site) -> None:
        super().__init__(params, site)
        self._mount, self._path = params["mount"].strip("/"), params["path"].strip("/")
        self._version = 0
        self._server = VaultServer(self)

    @property
    def place(self) -> str:
        return f"the secret {self._path} of the KV engine {self._mount}{self._namespace}"

    def read(self) -> Record:
        with self.raising(unreadable):
            try:
                data, self._version = self._newest()
            except Refused as refused:
                if refused.newest is None:
                    raise
                data, self._version = {}, refused.newest
        self.hide(data)
        return data

    def _newest(self) -> tuple[Record, int]:
        kv, where = self._server.client.secrets.kv.v2, {"path": self._path, "mount_point": self._mount}
        found = self._server.ask(
            lambda: kv.read_secret_version(**where, raise_on_deleted_version=True),
            lambda said: self._reason(said, "read"),
        )
        if "metadata" not in found:
            raise Failure(f"the engine {self._mount} is not KV version 2. Correct mount")
        return dict(found["data"]), int(found["metadata"]["version"])

    def write(self, record: Record) -> None:
        self.hide(record)
        kv, where = self._server.client.secrets.kv.v2, {"path": self._path, "mount_point": self._mount}
        with self.raising(unwritable):
            try:
                written = self._server.ask(
                    lambda: kv.create_or_update_secret(**where, secret=record, cas=self._version),
                    lambda said: self._reason(said, self._capability),
                )
            except Refused as refused:
                raise conflict(self) if "check-and-set" in str(refused) else refused from None
            if "version" not in written:
                raise UsageError(
                    "store_unwritable",
                    f"store: the engine {self._mount} is not KV version 2, so the record went to {self._data_path}. "
                    "Correct store.mount, and delete that record.",
                    option="store",
                    changed=True,
                )
        self._version = int(written["version"])

    @property
    def _capability(self) -> str:
        return "update" if self._version else "create"

    @property
    def _data_path(self) -> str:
        return f"{self._mount}/data/{self._path}"

    def check(self) -> None:
        """Check the token's capabilities, if the token may list them."""
        with contextlib.suppress(Failure):
            found = self._server.ask(lambda: self._server.client.sys.get_capabilities([self._data_path]), str)
            if not {"root", self._capability} & set(found.get("capabilities", ["root"])):
                raise unwritable(self, self._reason(BY_POLICY, self._capability))

    def close(self) -> None:
        self._server.close()

    @property
    def _namespace(self) -> str:
        return f" of the namespace {self.params['namespace']}" if self.params["namespace"] else ""

    def _reason(self, said: str, capability: str) -> str:
        """The error of Vault, with a remedy."""
        remedies = {
            BY_POLICY: f"give the token's policy the capability {capability} for {self._data_path}",
            "permission denied": "the token is wrong, has expired or is used up, so set another one",
            "namespace not found": "correct namespace",
            "no handler for route": f"there is no engine {self._mount}{self._namespace}, so correct mount or namespace",
            "sealed": "unseal Vault, then run again",
        }
        remedy = next((remedies[text] for text in remedies if text in said), "check url, mount and path")
        return f"{said.removeprefix('* ').rstrip('.')}: {remedy}"
