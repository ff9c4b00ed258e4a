# SPDX-License-Identifier: GPL-3.0-or-later
"""A small fake of the part of Hetzner's Cloud API that writes DNS record sets.

It is modelled, not observed: on what the collection hetzner.hcloud 5.4.0 sends and expects, and on what is documented
of names and values. No real API was asked.
"""

from __future__ import annotations

import json
import re
import secrets
import threading
from collections.abc import Callable, Iterable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

_ZONE_ID = 42
_DEFAULT_TTL = 3600
_QUOTED = re.compile(r'"[^"]{0,255}"( "[^"]{0,255}")*')
Json = Any


class _Refused(Exception):
    def __init__(self, status: int, code: str, message: str) -> None:
        super().__init__(message)
        self.status, self.body = status, {"error": {"code": code, "message": message, "details": None}}


class HetznerDns:
    """One zone at Hetzner for as long as the context lasts, its record sets by name within the zone and type."""

    def __init__(self, zone: str) -> None:
        self.zone, self.token = zone, secrets.token_hex(32)
        self._sets: dict[tuple[str, str], dict[str, Json]] = {}
        self._actions: dict[int, dict[str, Json]] = {}
        server = self

        class Handler(BaseHTTPRequestHandler):
            def serve(self) -> None:
                status, body = server._answer(self)
                text = json.dumps(body).encode()
                self.send_response(status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(text)))
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_DELETE = serve  # noqa: N815 - http.server's names

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - http.server's name
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._http.serve_forever, daemon=True)

    def __enter__(self) -> HetznerDns:
        self._thread.start()
        return self

    def __exit__(self, *_unused: object) -> None:
        self._http.shutdown()
        self._thread.join()
        self._http.server_close()

    @property
    def environment(self) -> dict[str, str]:
        """What the modules of hetzner.hcloud read."""
        return {"HCLOUD_ENDPOINT": f"http://127.0.0.1:{self._http.server_port}/v1", "HCLOUD_TOKEN": self.token}

    def _key(self, name: str, kind: str) -> tuple[str, str]:
        return name.removesuffix(self.zone).removesuffix(".") or "@", kind

    def read(self, name: str, kind: str = "TXT") -> tuple[int, list[str]] | None:
        """The TTL and the sorted values of a record set, None without one."""
        found = self._sets.get(self._key(name, kind))
        if found is None:
            return None
        return found["ttl"] or _DEFAULT_TTL, sorted(record["value"] for record in found["records"])

    def comments(self, name: str) -> dict[str, str]:
        return {record["value"]: record["comment"] for record in self._sets[self._key(name, "TXT")]["records"]}

    def write(self, name: str, ttl: int, values: Iterable[str], kind: str = "TXT", comment: str = "") -> None:
        records = [{"value": value, "comment": comment} for value in values]
        self._sets[self._key(name, kind)] = {"ttl": ttl, "records": records}

    def _answer(self, request: BaseHTTPRequestHandler) -> tuple[int, Json]:
        body = json.loads(request.rfile.read(int(request.headers.get("Content-Length") or 0)) or b"{}")
        try:
            if request.headers.get("Authorization") != f"Bearer {self.token}":
                raise _Refused(401, "unauthorized", "unable to authenticate")
            return self._route(f"{request.command} {request.path}", body)
        except _Refused as refused:
            return refused.status, refused.body

    def _route(self, asked: str, body: Json) -> tuple[int, Json]:
        zone = f"/v1/zones/(?:{_ZONE_ID}|{re.escape(self.zone)})/rrsets"
        routes: dict[str, Callable[..., tuple[int, Json]]] = {
            r"GET /v1/actions/(\d+)": lambda _unused, number: (200, {"action": self._actions[int(number)]}),
            f"POST {zone}": self._create,
            f"GET {zone}/([^/]+)/([A-Z]+)": lambda _unused, *key: (200, {"rrset": self._view(*self._existing(*key))}),
            f"DELETE {zone}/([^/]+)/([A-Z]+)": self._delete,
            f"POST {zone}/([^/]+)/([A-Z]+)/actions/set_records": self._set_records,
            f"POST {zone}/([^/]+)/([A-Z]+)/actions/change_ttl": self._change_ttl,
        }
        for pattern, answer in routes.items():
            if found := re.fullmatch(pattern, asked):
                return answer(body, *found.groups())
        raise _Refused(404, "not_found", f"there is no {asked}")

    def _existing(self, name: str, kind: str) -> tuple[str, str]:
        if (name, kind) not in self._sets:
            raise _Refused(404, "not_found", f"rrset {name}/{kind} not found")
        return name, kind

    def _view(self, name: str, kind: str) -> Json:
        known = {"id": f"{name}/{kind}", "name": name, "type": kind, "zone": _ZONE_ID}
        return {**known, **self._sets[name, kind], "labels": {}, "protection": {"change": False}}

    def _action(self, command: str) -> Json:
        """An action that has ended; the client reads every action at least once."""
        number = len(self._actions) + 1
        self._actions[number] = {
            "id": number,
            "command": command,
            "status": "success",
            "progress": 100,
            "started": "2026-01-31T08:00:00Z",
            "finished": "2026-01-31T08:00:01Z",
            "resources": [{"id": _ZONE_ID, "type": "zone"}],
            "error": None,
        }
        return {"action": self._actions[number]}

    def _create(self, body: Json) -> tuple[int, Json]:
        name, kind = body["name"], body["type"]
        if (name, kind) in self._sets:
            raise _Refused(409, "uniqueness_error", f"rrset {name}/{kind} exists")
        if name != name.lower() or name.endswith((".", self.zone)):
            raise _Refused(422, "invalid_input", f"{name} is no name within the zone")
        records = _checked(kind, body.get("records", []))
        self._sets[name, kind] = {"ttl": body.get("ttl"), "records": records}
        return 201, {"rrset": self._view(name, kind), **self._action("create_rrset")}

    def _delete(self, _unused: Json, name: str, kind: str) -> tuple[int, Json]:
        del self._sets[self._existing(name, kind)]
        return 200, self._action("delete_rrset")

    def _set_records(self, body: Json, name: str, kind: str) -> tuple[int, Json]:
        self._sets[self._existing(name, kind)]["records"] = _checked(kind, body["records"])
        return 201, self._action("set_rrset_records")

    def _change_ttl(self, body: Json, name: str, kind: str) -> tuple[int, Json]:
        self._sets[self._existing(name, kind)]["ttl"] = body["ttl"]
        return 201, self._action("change_rrset_ttl")


def _checked(kind: str, records: list[Json]) -> list[Json]:
    values = [record["value"] for record in records]
    if not values or len(set(values)) < len(values):
        raise _Refused(422, "invalid_input", "records must be given, and differ")
    if kind == "TXT" and not all(_QUOTED.fullmatch(value) for value in values):
        raise _Refused(422, "invalid_input", "the text of a TXT record must be quoted")
    return [{"value": record["value"], "comment": record.get("comment", "")} for record in records]
