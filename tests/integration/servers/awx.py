# SPDX-License-Identifier: GPL-3.0-or-later
"""A small fake of AWX.

It models what the collection awx.awx 24.6.1 was seen to call for credentials and their types, and what AWX's own source
says of the answers. No real AWX was asked.
"""

from __future__ import annotations

import base64
import copy
import secrets
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fake_cloudflare.journal import Journal

_API = "/api/v2"
_VERSION = "24.6.1"
_START_SECONDS = 10.0
_PAUSE_SECONDS = 0.02
_PAGE_SIZE = 25
_ENCRYPTED = "$encrypted$"
_DEFAULT_ORGANIZATION = "Default"
_ADMIN = "admin"
Row = dict[str, Any]
_RELATED = {"organization": "organizations", "credential_type": "credential_types"}
_FIELDS: dict[str, Row] = {
    "organizations": {"name": "", "description": ""},
    "users": {"username": "", "is_superuser": False},
    "credential_types": {"name": "", "description": "", "kind": "cloud", "inputs": {}, "injectors": {}},
    "credentials": {"name": "", "description": "", "organization": None, "credential_type": None, "inputs": {}},
}
_OPERATORS: dict[str, Callable[[Any, str], bool]] = {
    "exact": lambda value, wanted: str(value) == wanted,
    "iexact": lambda value, wanted: str(value).lower() == wanted.lower(),
    "contains": lambda value, wanted: wanted in str(value),
    "icontains": lambda value, wanted: wanted.lower() in str(value).lower(),
    "startswith": lambda value, wanted: str(value).startswith(wanted),
    "in": lambda value, wanted: str(value) in wanted.split(","),
    "isnull": lambda value, wanted: (value is None) == (wanted.lower() in ("1", "true")),
}


class _Refused(Exception):
    def __init__(self, status: int, body: Row) -> None:
        super().__init__(status, body)
        self.status, self.body = status, body


@dataclass
class _Tables:
    """Everything AWX knows, with secrets in clear, and what its API says of it."""

    rows: dict[str, dict[int, Row]] = field(default_factory=lambda: {kind: {} for kind in _FIELDS})

    def add(self, kind: str, values: Mapping[str, Any]) -> Row:
        known = {name: values[name] for name in _FIELDS[kind] if name in values}
        row = copy.deepcopy({**_FIELDS[kind], **known})
        row["id"] = max(self.rows[kind], default=0) + 1
        self.rows[kind][row["id"]] = row
        return row

    def view(self, kind: str, row: Row) -> Row:
        named = {name: self.rows[table][row[name]] for name, table in _RELATED.items() if row.get(name)}
        summary = {name: {"id": other["id"], "name": other["name"]} for name, other in named.items()}
        url = f"{_API}/{kind}/{row['id']}/"
        view = {**row, "type": kind.removesuffix("s"), "url": url, "related": {}, "summary_fields": summary}
        if kind == "credentials":
            secret = self.secret_fields(row["credential_type"])
            view["inputs"] = {name: _ENCRYPTED if name in secret else value for name, value in row["inputs"].items()}
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
        value: Any = row
        for step in path:
            if step != "id" and step not in _FIELDS[kind]:
                raise _Refused(400, {"detail": f"{kind.removesuffix('s')} has no field named '{step}'"})
            value = value[step] if value else None
            if step in _RELATED and step != path[-1]:
                kind = _RELATED[step]
                value = self.rows[kind].get(value)
        return operator(value, wanted)

    def put_credential(self, values: Row, before: Row | None = None) -> Row:
        """Create a credential, or change one: given inputs replace all inputs, as AWX does it."""
        row = {**_FIELDS["credentials"], **(before or {}), **values}
        if row["credential_type"] not in self.rows["credential_types"]:
            raise _Refused(400, {"credential_type": ["Invalid pk - object does not exist."]})
        if row["organization"] and row["organization"] not in self.rows["organizations"]:
            raise _Refused(400, {"organization": ["Invalid pk - object does not exist."]})
        self._refuse_twin(row)
        values = {**values, "inputs": self._stored_inputs(row, before)}
        if before is None:
            return self.add("credentials", values)
        before.update({name: values[name] for name in _FIELDS["credentials"] if name in values})
        return before

    def _refuse_twin(self, row: Row) -> None:
        key = ("organization", "name", "credential_type")
        for other in self.rows["credentials"].values():
            same = all(row[name] == other[name] for name in key)
            if same and row["organization"] and row.get("id") != other["id"]:
                text = "Credential with this Organization, Name and Credential type already exists."
                raise _Refused(400, {"__all__": [text]})

    def _stored_inputs(self, row: Row, before: Row | None) -> Row:
        known = {item["id"] for item in self.fields(row["credential_type"])}
        secret = self.secret_fields(row["credential_type"])
        stored = {}
        for name, value in row["inputs"].items():
            if name not in known:
                text = f"Additional properties are not allowed ({name!r} was unexpected)"
                raise _Refused(400, {"inputs": [text]})
            if name in secret and value == _ENCRYPTED:
                if before is None:
                    text = f"$encrypted$ is a reserved keyword, and cannot be used for {name}."
                    raise _Refused(400, {"inputs": [text]})
                # AWX looks the stored value up without asking whether there is one.
                if name not in before["inputs"]:
                    raise _Refused(500, {"detail": "A server error has occurred."})
                value = before["inputs"][name]
            if value or name not in secret:
                stored[name] = value
        return stored

    def put_credential_type(self, values: Row, before: Row) -> Row:
        used = any(row["credential_type"] == before["id"] for row in self.rows["credentials"].values())
        if used and values.get("inputs", before["inputs"]) != before["inputs"]:
            text = "Modifications to inputs are not allowed for credential types that are in use"
            raise _Refused(403, {"detail": text})
        before.update({name: values[name] for name in _FIELDS["credential_types"] if name in values})
        return before


class Awx:
    """A fake AWX in a thread, for as long as the context lasts.

    It has the organization Default and the user admin. While `read_only` is set, writes are refused with 403.
    """

    def __init__(self) -> None:
        self.token = secrets.token_hex(15)
        self.password = secrets.token_hex(15)
        self.url = ""
        self.reset()
        routes = [Route("/api/v2/{path:path}", self._serve, methods=["GET", "POST", "PATCH", "DELETE"])]
        config = uvicorn.Config(Starlette(routes=routes), port=0, lifespan="off", log_config=None)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def reset(self) -> None:
        """Forget everything; address and credentials stay."""
        self.journal = Journal()
        self.read_only = False
        self._login_tokens: dict[int, str] = {}
        self._tables = _Tables()
        self._tables.add("organizations", {"name": _DEFAULT_ORGANIZATION})
        self._tables.add("users", {"username": _ADMIN, "is_superuser": True})

    def __enter__(self) -> Awx:
        self._thread.start()
        overdue = time.monotonic() + _START_SECONDS
        while not self._server.started:
            if time.monotonic() > overdue or not self._thread.is_alive():
                self._stop()
                raise RuntimeError("the fake AWX did not start")
            time.sleep(_PAUSE_SECONDS)
        host, port = self._server.servers[0].sockets[0].getsockname()
        self.url = f"http://{host}:{port}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop()

    def _stop(self) -> None:
        self._server.should_exit = self._server.force_exit = True
        self._thread.join()

    @property
    def environment(self) -> dict[str, str]:
        """What the modules and look-ups of awx.awx read."""
        return {"CONTROLLER_HOST": self.url, "CONTROLLER_OAUTH_TOKEN": self.token}

    @property
    def login_environment(self) -> dict[str, str]:
        """The same with a name and a password, for which awx.awx gets itself a token."""
        return {"CONTROLLER_HOST": self.url, "CONTROLLER_USERNAME": _ADMIN, "CONTROLLER_PASSWORD": self.password}

    def add_organization(self, name: str) -> int:
        return int(self._tables.add("organizations", {"name": name})["id"])

    def add_credential_type(self, name: str, fields: Mapping[str, bool]) -> int:
        """Add a type with text fields, of which those marked True are secret."""
        described = [{"id": key, "label": key, "type": "string", "secret": secret} for key, secret in fields.items()]
        return int(self._tables.add("credential_types", {"name": name, "inputs": {"fields": described}})["id"])

    def add_credential(
        self, name: str, credential_type: int, inputs: Row, organization: int | None = 1, description: str = ""
    ) -> int:
        values = {"name": name, "credential_type": credential_type, "inputs": inputs, "description": description}
        return int(self._tables.put_credential({**values, "organization": organization})["id"])

    def inputs(self, name: str) -> Row:
        """The inputs, in clear, of the one credential of that name. Raises ValueError unless there is exactly one."""
        (row,) = self._tables.matching("credentials", [("name", name)])
        inputs: Row = row["inputs"]
        return inputs

    def credentials(self) -> list[str]:
        """The names of all credentials."""
        return [row["name"] for row in self._tables.rows["credentials"].values()]

    def requests(self, *, writes_only: bool = False) -> list[str]:
        """Method and path of each request since the journal was last cleared."""
        entries = [entry for entry in self.journal.entries if not writes_only or entry.method != "GET"]
        return [f"{entry.method} {entry.path}" for entry in entries]

    async def _serve(self, request: Request) -> Response:
        body = await request.json() if await request.body() else {}
        path = request.url.path
        entry = self.journal.add(request.method, path, dict(request.query_params), body, None)
        try:
            user = self._authenticate(request.headers.get("authorization", ""))
            entry.credential = user
            status, answer = self._answer(request, body)
        except _Refused as refused:
            status, answer = refused.status, refused.body
        entry.status = status
        headers = {"X-API-Product-Name": "AWX", "X-API-Product-Version": _VERSION}
        return Response(status_code=204, headers=headers) if status == 204 else JSONResponse(answer, status, headers)

    def _authenticate(self, authorization: str) -> str:
        """How the request was authenticated. Raises _Refused with 401 when it was not."""
        login = base64.b64encode(f"{_ADMIN}:{self.password}".encode()).decode()
        if authorization == f"Basic {login}":
            return "password"
        if authorization.removeprefix("Bearer ") in (self.token, *self._login_tokens.values()):
            return "token"
        raise _Refused(401, {"detail": "Authentication credentials were not provided."})

    def _answer(self, request: Request, body: Row) -> tuple[int, Any]:
        kind, _, identity = request.path_params["path"].strip("/").partition("/")
        if kind == "tokens":
            return self._answer_token(request.method, identity)
        if kind not in _FIELDS:
            raise _Refused(404, {"detail": "The requested resource could not be found."})
        if request.method != "GET" and self.read_only:
            raise _Refused(403, {"detail": "You do not have permission to perform this action."})
        if not identity:
            if request.method == "GET":
                return 200, self._page(kind, request)
            return 201, self._tables.view(kind, self._create(kind, body))
        row = self._tables.rows[kind].get(int(identity) if identity.isdigit() else 0)
        if row is None:
            raise _Refused(404, {"detail": "Not found."})
        if request.method == "DELETE":
            del self._tables.rows[kind][row["id"]]
            return 204, None
        if request.method == "PATCH":
            self._change(kind, body, row)
        return 200, self._tables.view(kind, row)

    def _answer_token(self, method: str, identity: str) -> tuple[int, Any]:
        if method == "DELETE":
            self._login_tokens.pop(int(identity), None)
            return 204, None
        number = max(self._login_tokens, default=0) + 1
        self._login_tokens[number] = secrets.token_hex(15)
        return 201, {"id": number, "token": self._login_tokens[number]}

    def _page(self, kind: str, request: Request) -> Row:
        query = dict(request.query_params)
        number, size = int(query.pop("page", 1)), int(query.pop("page_size", _PAGE_SIZE))
        query.pop("order_by", None)
        found = self._tables.matching(kind, query.items())
        start = (number - 1) * size

        def link(page: int) -> str:
            return f"{request.url.path}?{urlencode({**query, 'page': page, 'page_size': size})}"

        return {
            "count": len(found),
            "next": link(number + 1) if start + size < len(found) else None,
            "previous": link(number - 1) if number > 1 else None,
            "results": [self._tables.view(kind, row) for row in found[start : start + size]],
        }

    def _create(self, kind: str, body: Row) -> Row:
        if kind != "credentials":
            return self._tables.add(kind, body)
        owners = [name for name in ("user", "team", "organization") if body.get(name)]
        if not owners:
            raise _Refused(400, {"detail": "Missing 'user', 'team', or 'organization'."})
        return self._tables.put_credential(body)

    def _change(self, kind: str, body: Row, row: Row) -> None:
        if kind == "credentials":
            self._tables.put_credential(body, row)
        elif kind == "credential_types":
            self._tables.put_credential_type(body, row)
        else:
            raise _Refused(405, {"detail": 'Method "PATCH" not allowed.'})
