# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything the fake AWX knows, with secrets in clear, and what its API says of it."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from tests.integration.servers.awx import rules
from tests.integration.servers.awx.kinds import (
    ASSOCIATIONS,
    FIELDS,
    JOBS,
    NOT_IN_VIEWS,
    RELATED,
    TEMPLATES,
    Row,
)
from tests.integration.servers.awx.rules import Refused

API = "/api/v2"
ENCRYPTED = "$encrypted$"
_OPERATORS: dict[str, Callable[[Any, str], bool]] = {
    "exact": lambda value, wanted: str(value) == wanted,
    "iexact": lambda value, wanted: str(value).lower() == wanted.lower(),
    "contains": lambda value, wanted: wanted in str(value),
    "icontains": lambda value, wanted: wanted.lower() in str(value).lower(),
    "startswith": lambda value, wanted: str(value).startswith(wanted),
    "in": lambda value, wanted: str(value) in wanted.split(","),
    "isnull": lambda value, wanted: (value is None) == (wanted.lower() in ("1", "true")),
}


@dataclass
class Tables:
    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: {kind: {} for kind in FIELDS})

    def add(self, kind: str, values: Mapping[str, Any]) -> Row:
        row = copy.deepcopy({**FIELDS[kind], **_known(kind, values)})
        row["id"] = self._next_id(kind)
        self.rows[kind][row["id"]] = row
        return row

    def _next_id(self, kind: str) -> int:
        family = next((each for each in (TEMPLATES, JOBS) if kind in each), (kind,))
        return max((number for each in family for number in self.rows[each]), default=0) + 1

    def find(self, kinds: Iterable[str], identity: int) -> tuple[str, Row]:
        """The row of that number among these kinds. Raises Refused with 400 when there is none."""
        for kind in kinds:
            if identity in self.rows[kind]:
                return kind, self.rows[kind][identity]
        raise Refused(400, {"detail": "Invalid pk - object does not exist."})

    def named(self, kind: str, name: str) -> Row:
        """The one row of that name. Raises ValueError unless there is exactly one."""
        (row,) = [row for row in self.rows[kind].values() if row["name"] == name]
        return row

    def view(self, kind: str, row: Row) -> Row:
        refers = {name: self.find(RELATED[name], row[name]) for name in RELATED if row.get(name)}
        url = f"{API}/{kind}/{row['id']}/"
        related = {name: f"{API}/{table}/{other['id']}/" for name, (table, other) in refers.items()}
        if "survey_spec" in FIELDS[kind]:
            related["survey_spec"] = f"{url}survey_spec/"
        summary = {
            name: {"id": other["id"], "name": other.get("name", "")} for name, (_unused, other) in refers.items()
        }
        shown = {name: value for name, value in row.items() if name not in NOT_IN_VIEWS}
        view = {**shown, "type": kind.removesuffix("s"), "url": url, "related": related, "summary_fields": summary}
        if kind == "credentials":
            secret = self.secret_fields(row["credential_type"])
            view["inputs"] = {name: ENCRYPTED if name in secret else value for name, value in row["inputs"].items()}
        if kind == "projects":
            for update in self.matching("project_updates", [("project", str(row["id"]))]):
                view["summary_fields"]["current_update"] = {"id": update["id"]}
        return view

    def fields(self, credential_type: int) -> list[Row]:
        fields: list[Row] = self.rows["credential_types"][credential_type]["inputs"].get("fields", [])
        return fields

    def secret_fields(self, credential_type: int) -> set[str]:
        return {item["id"] for item in self.fields(credential_type) if item.get("secret")}

    def matching(self, kind: str, query: Iterable[tuple[str, str]]) -> list[Row]:
        """The rows that meet every condition and, if there are any with the prefix or__, one of those."""
        every: list[tuple[str, str]] = []
        alternatives: list[tuple[str, str]] = []
        for name, wanted in query:
            (alternatives if name.startswith("or__") else every).append((name.removeprefix("or__"), wanted))
        return [
            row
            for row in self.rows[kind].values()
            if all(self._meets(kind, row, *condition) for condition in every)
            and (not alternatives or any(self._meets(kind, row, *condition) for condition in alternatives))
        ]

    def _meets(self, kind: str, row: Row, name: str, wanted: str) -> bool:
        path = name.split("__")
        operator = _OPERATORS[path.pop() if path[-1] in _OPERATORS else "exact"]
        for step in path[:-1]:
            if not row.get(step):
                return False
            kind, row = self.find(RELATED[step], row[step])
        if path[-1] != "id" and path[-1] not in FIELDS[kind]:
            raise Refused(400, {"detail": f"{kind.removesuffix('s')} has no field named '{path[-1]}'"})
        return operator(row[path[-1]], wanted)

    def create(self, kind: str, body: Row) -> Row:
        if kind == "credentials":
            if not any(body.get(name) for name in ("user", "team", "organization")):
                raise Refused(400, {"detail": "Missing 'user', 'team', or 'organization'."})
            return self.put_credential(body)
        self._check(kind, {**FIELDS[kind], **_known(kind, body)})
        row = self.add(kind, body)
        if kind == "projects" and row["scm_type"]:
            self.add("project_updates", {"project": row["id"]})
        return row

    def change(self, kind: str, body: Row, row: Row) -> None:
        if kind == "credentials":
            self.put_credential(body, row)
            return
        self._check(kind, {**row, **_known(kind, body)}, row)
        row.update(_known(kind, body))

    def _check(self, kind: str, row: Row, before: Row | None = None) -> None:
        for name, tables in RELATED.items():
            if row.get(name):
                self.find(tables, row[name])
        if kind == "credential_types":
            self._refuse_change_in_use(row, before)
            rules.check_credential_type(row)
        if kind == "schedules":
            rules.check_rrule(row["rrule"])
        if kind == "job_templates" and not (row["inventory"] and row["project"]):
            raise Refused(400, {"inventory": ["Job Template must provide 'inventory' and 'project'."]})
        if kind in ("schedules", "workflow_job_template_nodes") and row["unified_job_template"]:
            template = self.find(TEMPLATES, row["unified_job_template"])[1]
            rules.check_prompted(row["extra_data"], template)
            if kind == "schedules":
                rules.check_answered(row["extra_data"], template)

    def _refuse_change_in_use(self, row: Row, before: Row | None) -> None:
        used = before and any(each["credential_type"] == before["id"] for each in self.rows["credentials"].values())
        if before and used and row["inputs"] != before["inputs"]:
            text = "Modifications to inputs are not allowed for credential types that are in use"
            raise Refused(403, {"detail": text})

    def put_credential(self, values: Row, before: Row | None = None) -> Row:
        """Create a credential, or change one: given inputs replace all inputs, as AWX does it."""
        row = {**FIELDS["credentials"], **(before or {}), **values}
        for name in ("credential_type", "organization"):
            if row[name] and row[name] not in self.rows[f"{name}s"]:
                raise Refused(400, {name: ["Invalid pk - object does not exist."]})
        self._refuse_duplicate(row)
        values = {**values, "inputs": self._stored_inputs(row, before)}
        if before is None:
            return self.add("credentials", values)
        before.update(_known("credentials", values))
        return before

    def _refuse_duplicate(self, row: Row) -> None:
        key = ("organization", "name", "credential_type")
        for other in self.rows["credentials"].values():
            same = all(row[name] == other[name] for name in key)
            if same and row["organization"] and row.get("id") != other["id"]:
                text = "Credential with this Organization, Name and Credential type already exists."
                raise Refused(400, {"__all__": [text]})

    def _stored_inputs(self, row: Row, before: Row | None) -> Row:
        known = {item["id"]: item for item in self.fields(row["credential_type"])}
        secret = self.secret_fields(row["credential_type"])
        stored = {}
        for name, value in row["inputs"].items():
            if name not in known:
                text = f"Additional properties are not allowed ({name!r} was unexpected)"
                raise Refused(400, {"inputs": [text]})
            rules.check_input(known[name], value)
            if name in secret and value == ENCRYPTED:
                if before is None:
                    text = f"$encrypted$ is a reserved keyword, and cannot be used for {name}."
                    raise Refused(400, {"inputs": [text]})
                # AWX looks the stored value up without asking whether there is one.
                if name not in before["inputs"]:
                    raise Refused(500, {"detail": "A server error has occurred."})
                value = before["inputs"][name]
            if value or name not in secret:
                stored[name] = value
        return stored

    def associate(self, kind: str, row: Row, association: str, body: Row) -> None:
        table = ASSOCIATIONS[kind][association]
        self.find((table,), body["id"])
        if body.get("disassociate"):
            row[association].remove(body["id"])
            return
        if association == "credentials":
            of = [self.rows["credentials"][each]["credential_type"] for each in [*row[association], body["id"]]]
            rules.check_credentials_of([self.rows["credential_types"][each]["name"] for each in of])
        row[association].append(body["id"])


def _known(kind: str, values: Mapping[str, Any]) -> Row:
    """The fields of the kind among the values. Null is no text (seen of the kind of an inventory)."""
    known = {name: values[name] for name in FIELDS[kind] if name in values}
    return {name: "" if value is None and FIELDS[kind][name] == "" else value for name, value in known.items()}
