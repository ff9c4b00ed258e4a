# SPDX-License-Identifier: GPL-3.0-or-later
"""A small fake of AWX.

It models the requests that the collection awx.awx 24.6.1 was seen to send for the objects in `kinds`, and the responses
of AWX 24.6.1 to them.
"""

from __future__ import annotations

import base64
import secrets
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Any
from urllib.parse import urlencode

import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from tests.fake_cloudflare.journal import Journal
from tests.integration.servers.awx import rules
from tests.integration.servers.awx.kinds import ASSOCIATIONS, FIELDS, TEMPLATES, Row
from tests.integration.servers.awx.rules import Refused
from tests.integration.servers.awx.tables import Tables

_VERSION = "24.6.1"
_START_SECONDS = 10.0
_PAUSE_SECONDS = 0.02
_PAGE_SIZE = 25
_DEFAULT_ORGANIZATION = "Default"
_ADMIN = "admin"


class Awx:
    """A fake AWX in a thread, for as long as the context lasts.

    It has the organization Default and the user admin. While `read_only` is set, writes are refused with 403; while
    `gateway` is, its API is where a gateway has it. Objects whose names are in `unreadable` are in no list, as for a
    user without a right to them.
    """

    def __init__(self) -> None:
        self.token = secrets.token_hex(15)
        self.password = secrets.token_hex(15)
        self.url = ""
        self.reset()
        methods = ["GET", "POST", "PATCH", "DELETE"]
        routes = [
            Route("/api/", self._serve_root),
            Route("/api/v2/{path:path}", self._serve, methods=methods),
            Route("/api/controller/v2/{path:path}", self._serve, methods=methods),
        ]
        config = uvicorn.Config(Starlette(routes=routes), port=0, lifespan="off", log_config=None)
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(target=self._server.run, daemon=True)

    def reset(self) -> None:
        """Forget everything; address and credentials stay."""
        self.journal = Journal()
        self.read_only = self.gateway = False
        self.unreadable: set[str] = set()
        self._login_tokens: dict[int, str] = {}
        self.tables = Tables()
        self.tables.add("organizations", {"name": _DEFAULT_ORGANIZATION})
        self.tables.add("users", {"username": _ADMIN, "is_superuser": True})

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
    def tokens_left(self) -> int:
        """How many tokens were made by logging in, and not deleted."""
        return len(self._login_tokens)

    @property
    def environment(self) -> dict[str, str]:
        """What the modules and look-ups of awx.awx read."""
        return {"CONTROLLER_HOST": self.url, "CONTROLLER_OAUTH_TOKEN": self.token}

    @property
    def login_environment(self) -> dict[str, str]:
        """The same with a name and a password, for which awx.awx gets itself a token."""
        return {"CONTROLLER_HOST": self.url, "CONTROLLER_USERNAME": _ADMIN, "CONTROLLER_PASSWORD": self.password}

    def add_credential_type(self, name: str, fields: Mapping[str, bool]) -> int:
        """Add a type with text fields, of which those marked True are secret."""
        described = [{"id": key, "label": key, "type": "string", "secret": secret} for key, secret in fields.items()]
        return int(self.tables.add("credential_types", {"name": name, "inputs": {"fields": described}})["id"])

    def add_credential(
        self, name: str, credential_type: int, inputs: Row, organization: int | None = 1, description: str = ""
    ) -> int:
        values = {"name": name, "credential_type": credential_type, "inputs": inputs, "description": description}
        return int(self.tables.put_credential({**values, "organization": organization})["id"])

    def inputs(self, name: str) -> Row:
        """The inputs, in clear, of the one credential of that name. Raises ValueError unless there is exactly one."""
        (row,) = self.tables.matching("credentials", [("name", name)])
        inputs: Row = row["inputs"]
        return inputs

    def credentials(self) -> list[str]:
        """The names of all credentials."""
        return [row["name"] for row in self.tables.rows["credentials"].values()]

    def requests(self, *, writes_only: bool = False) -> list[str]:
        """Method and path of each request since the journal was last cleared."""
        entries = [entry for entry in self.journal.entries if not writes_only or entry.method != "GET"]
        return [f"{entry.method} {entry.path}" for entry in entries]

    async def _serve_root(self, request: Request) -> Response:
        self.journal.add("GET", request.url.path, {}, {}, None)
        if self.gateway:
            apis = {"gateway": "/api/gateway/", "controller": "/api/controller/"}
            return JSONResponse({"description": "AAP gateway REST API", "apis": apis})
        return JSONResponse({"current_version": "/api/v2/", "available_versions": {"v2": "/api/v2/"}})

    async def _serve(self, request: Request) -> Response:
        body = await request.json() if await request.body() else {}
        path = request.url.path
        entry = self.journal.add(request.method, path, dict(request.query_params), body, None)
        try:
            user = self._authenticate(request.headers.get("authorization", ""))
            entry.credential = user
            if path.startswith("/api/controller/") != self.gateway:
                raise Refused(404, {"detail": "The requested resource could not be found."})
            status, answer = self._answer(request, body)
        except Refused as refused:
            status, answer = refused.status, refused.body
        entry.status = status
        headers = {"X-API-Product-Name": "AWX", "X-API-Product-Version": _VERSION}
        return Response(status_code=204, headers=headers) if status == 204 else JSONResponse(answer, status, headers)

    def _authenticate(self, authorization: str) -> str:
        """How the request was authenticated. Raises Refused with 401 when it was not."""
        login = base64.b64encode(f"{_ADMIN}:{self.password}".encode()).decode()
        if authorization == f"Basic {login}":
            return "password"
        if authorization.removeprefix("Bearer ") in (self.token, *self._login_tokens.values()):
            return "token"
        raise Refused(401, {"detail": "Authentication credentials were not provided."})

    def _answer(self, request: Request, body: Row) -> tuple[int, Any]:
        kind, _unused, path = request.path_params["path"].strip("/").partition("/")
        identity, _unused, below = path.partition("/")
        if kind == "tokens":
            return self._answer_token(request.method, identity)
        if kind == "unified_job_templates":
            return 200, self._page(request, *TEMPLATES)
        if kind not in FIELDS:
            raise Refused(404, {"detail": "The requested resource could not be found."})
        if request.method != "GET" and self.read_only:
            raise Refused(403, {"detail": "You do not have permission to perform this action."})
        if identity:
            return self._answer_row(kind, identity, below, request, body)
        if request.method == "GET":
            return 200, self._page(request, kind)
        return 201, self.tables.view(kind, self.tables.create(kind, body))

    def _answer_row(self, kind: str, identity: str, below: str, request: Request, body: Row) -> tuple[int, Any]:
        row = self.tables.rows[kind].get(int(identity) if identity.isdigit() else 0)
        if row is None:
            raise Refused(404, {"detail": "Not found."})
        if below:
            return self._answer_below(kind, row, below, request, body)
        if request.method == "DELETE":
            del self.tables.rows[kind][row["id"]]
            return 204, None
        if request.method == "PATCH":
            self.tables.change(kind, body, row)
        return 200, self.tables.view(kind, row)

    def _answer_below(self, kind: str, row: Row, below: str, request: Request, body: Row) -> tuple[int, Any]:
        """What is under the path of one row: its survey, its lists, what can be done with it."""
        if below == "survey_spec":
            if request.method == "POST":
                rules.check_survey(body)
                row["survey_spec"] = body
            return 200, row["survey_spec"]
        if below in ASSOCIATIONS.get(kind, {}):
            if request.method == "POST":
                self.tables.associate(kind, row, below, body)
                return 204, None
            table = ASSOCIATIONS[kind][below]
            results = [self.tables.view(table, self.tables.rows[table][each]) for each in row[below]]
            return 200, {"count": len(results), "next": None, "previous": None, "results": results}
        if (kind, below) == ("workflow_jobs", "workflow_nodes"):
            return 200, self._page(request, "workflow_job_nodes", workflow_job=str(row["id"]))
        if (kind, below) == ("workflow_job_template_nodes", "create_approval_template"):
            values = {**body, "workflow_job_template": row["workflow_job_template"]}
            approval = self.tables.create("workflow_approval_templates", values)
            row["unified_job_template"] = approval["id"]
            return 201, self.tables.view("workflow_approval_templates", approval)
        if kind == "workflow_approvals" and below in ("approve", "deny"):
            return self._decide(row, below)
        raise Refused(404, {"detail": "Not found."})

    def _decide(self, approval: Row, verb: str) -> tuple[int, Any]:
        if approval["status"] != "pending":
            raise Refused(400, {"error": "This workflow step has already been approved or denied."})
        approval["status"] = "successful" if verb == "approve" else "failed"
        approval["approved_or_denied_by"] = _ADMIN
        return 204, None

    def _answer_token(self, method: str, identity: str) -> tuple[int, Any]:
        if method == "DELETE":
            self._login_tokens.pop(int(identity), None)
            return 204, None
        number = max(self._login_tokens, default=0) + 1
        self._login_tokens[number] = secrets.token_hex(15)
        return 201, {"id": number, "token": self._login_tokens[number]}

    def _page(self, request: Request, *kinds: str, **conditions: str) -> Row:
        query = {**request.query_params, **conditions}
        number, size = int(query.pop("page", 1)), int(query.pop("page_size", _PAGE_SIZE))
        query.pop("order_by", None)
        matching = [(kind, row) for kind in kinds for row in self.tables.matching(kind, query.items())]
        found = [(kind, row) for kind, row in matching if row.get("name") not in self.unreadable]
        start = (number - 1) * size

        def link(page: int) -> str:
            return f"{request.url.path}?{urlencode({**query, 'page': page, 'page_size': size})}"

        return {
            "count": len(found),
            "next": link(number + 1) if start + size < len(found) else None,
            "previous": link(number - 1) if number > 1 else None,
            "results": [self._in_list(kind, row) for kind, row in found[start : start + size]],
        }

    def _in_list(self, kind: str, row: Row) -> Row:
        view = self.tables.view(kind, row)
        view["summary_fields"]["user_capabilities"] = {"edit": not self.read_only}
        return view
