# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A credential of AWX or automation controller. Private to this collection."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from .awx_api import Controller
from .base import Failure, Record, Site, Store, unreadable, unwritable
from .record import KEYS, SECRET

# What the controller shows in the place of a secret that is stored, and takes for leaving it as it is.
ENCRYPTED = "$encrypted$"


class AwxCredential(Store):
    """A credential of a custom type, whose secret fields are never shown again."""

    type: ClassVar[str] = "awx_credential"
    rules: ClassVar[Mapping[str, Any]] = {
        "required_one_of": [("controller_oauthtoken", "controller_password")],
        "required_together": [("controller_username", "controller_password")],
    }
    # What awx.awx reads.
    variables: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "controller_host": ("CONTROLLER_HOST", "TOWER_HOST"),
        "controller_oauthtoken": ("CONTROLLER_OAUTH_TOKEN", "TOWER_OAUTH_TOKEN"),
        "controller_username": ("CONTROLLER_USERNAME", "TOWER_USERNAME"),
        "controller_password": ("CONTROLLER_PASSWORD", "TOWER_PASSWORD"),
        "validate_certs": ("CONTROLLER_VERIFY_SSL", "TOWER_VERIFY_SSL"),
        "timeout": ("CONTROLLER_REQUEST_TIMEOUT",),
    }
    write_only: ClassVar[bool] = True

    def __init__(self, params: Mapping[str, Any], site: Site) -> None:
        super().__init__(params, site)
        self._controller = Controller(self)
        self._credential: Mapping[str, Any] | None = None

    @property
    def place(self) -> str:
        organization = f" of {self.params['organization']}" if self.params["organization"] else ""
        return f"the credential {self.params['name']} ({self.params['credential_type']}){organization}"

    def read(self) -> Record:
        query = {"name": self.params["name"], "credential_type__name": self.params["credential_type"]}
        if self.params["organization"]:
            query["organization__name"] = self.params["organization"]
        with self.raising(unreadable):
            found = self._controller.rows("credentials", **query)
            if len(found) > 1:
                raise Failure(f"there are {len(found)} credentials of this name: set organization")
        self._credential = found[0] if found else None
        shown = self._credential["inputs"] if self._credential else {}
        return {name: None if value == ENCRYPTED else value for name, value in shown.items()}

    def write(self, record: Record) -> None:
        """Replace all inputs of the credential, or create it."""
        self.hide(record)
        inputs = {name: ENCRYPTED if value is None else value for name, value in record.items()}
        with self.raising(unwritable):
            refers = self._checked_references(record)
            if self._credential:
                self._controller.ask("PATCH", f"credentials/{self._credential['id']}/", body={"inputs": inputs})
            else:
                body = {"name": self.params["name"], **refers, "inputs": inputs}
                self._controller.ask("POST", "credentials/", body=body)

    def check(self) -> None:
        """Check the credential type, and the user's rights to a credential that exists."""
        may = ((self._credential or {}).get("summary_fields") or {}).get("user_capabilities") or {}
        with self.raising(unwritable):
            self._checked_references({})
            if not may.get("edit", True):
                raise Failure("this user may only read it: give the user the role Admin of the credential")

    def close(self) -> None:
        self._controller.close()

    def _checked_references(self, record: Record) -> dict[str, int]:
        """What a new credential refers to, when its type has the fields of the record and it can be created."""
        kind = self._named("credential_types", "credential_type")
        fields = {field["id"]: field for field in (kind.get("inputs") or {}).get("fields", [])}
        lacking = sorted({*KEYS, *record} - set(fields))
        if lacking:
            raise Failure(f"its type lacks the fields {', '.join(lacking)}: add them to the type's inputs")
        if not fields[SECRET].get("secret"):
            raise Failure(f"the field {SECRET} of its type is shown to all who may see the credential: make it secret")
        refers = {"credential_type": kind["id"]}
        if not self._credential:
            refers["organization"] = self._named("organizations", "organization")["id"]
        return refers

    def _named(self, kind: str, option: str) -> Mapping[str, Any]:
        name = self.params[option]
        if not name:
            raise Failure(f"it does not exist yet, and creating it needs {option}: set {option}")
        found = self._controller.rows(kind, name=name)
        if not found:
            raise Failure(f"this user sees no {option} {name}: create it, or correct {option}")
        return found[0]
