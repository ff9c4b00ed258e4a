# SPDX-License-Identifier: GPL-3.0-or-later
"""Start the fake for a test session and steer it."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from threading import Timer
from types import TracebackType
from typing import Any

import requests

from .envelope import Json

_ROOT = Path(__file__).resolve().parents[2]
_PUBLIC = ("CLOUDFLARE_BASE_URL", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID")
_STOP_SECONDS = 5.0
_CONTROL_SECONDS = 30.0


class FakeCloudflare:
    """A fake Cloudflare in a process of its own, for as long as the context lasts; C(root) is whose it is."""

    def __init__(self, *arguments: str, timeout: float = 60.0, root: Path = _ROOT) -> None:
        self._root = root
        self._command = [sys.executable, "-m", "tests.fake_cloudflare", "--exit-with-parent", *arguments]
        self._timeout = timeout
        self._announced: dict[str, str] = {}
        self._session = requests.Session()
        self._session.trust_env = False

    def __enter__(self) -> FakeCloudflare:
        self._errors = tempfile.TemporaryFile(mode="a+")
        self.process = subprocess.Popen(
            self._command, cwd=self._root, stdout=subprocess.PIPE, stderr=self._errors, text=True
        )
        if not self._read_announcement():
            self._stop()
            raise RuntimeError(f"the fake Cloudflare did not start: {self.complaints() or 'time-out'}")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.close()
        self._stop()
        self._errors.close()

    def _read_announcement(self) -> bool:
        assert self.process.stdout is not None
        overdue = Timer(self._timeout, self.process.kill)
        overdue.start()
        try:
            for line in self.process.stdout:
                if line.strip() == "ready":
                    return True
                name, _unused, value = line.strip().partition("=")
                self._announced[name] = value
        finally:
            overdue.cancel()
        return False

    def _stop(self) -> None:
        self.process.terminate()
        try:
            self.process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        if self.process.stdout is not None:
            self.process.stdout.close()

    def complaints(self) -> str:
        """What the process has written to its standard error: nothing, unless the fake itself is at fault."""
        self._errors.seek(0)
        return self._errors.read()

    @property
    def environment(self) -> dict[str, str]:
        """What the tools that talk to Cloudflare read."""
        return {name: self._announced[name] for name in _PUBLIC}

    @property
    def base_url(self) -> str:
        return self._announced["CLOUDFLARE_BASE_URL"]

    @property
    def token(self) -> str:
        return self._announced["CLOUDFLARE_API_TOKEN"]

    @property
    def account_id(self) -> str:
        return self._announced["CLOUDFLARE_ACCOUNT_ID"]

    @property
    def control_url(self) -> str:
        return self._announced["FAKE_CLOUDFLARE_CONTROL"]

    @property
    def dns_address(self) -> str:
        return self._announced["FAKE_CLOUDFLARE_DNS"]

    @property
    def doh_url(self) -> str:
        return self._announced["FAKE_CLOUDFLARE_DOH"]

    @property
    def token_url(self) -> str:
        """Where a test application can try a client's secret."""
        return self.base_url.removesuffix("/client/v4") + "/oauth2/token"

    def _control(self, method: str, path: str, body: Json = None) -> Json:
        answer = self._session.request(method, self.control_url + path, json=body, timeout=_CONTROL_SECONDS)
        if not answer.ok:
            raise ValueError(f"{method} /_fake{path}: {answer.json()['detail']}")
        return answer.json()

    def reset(self) -> None:
        """Back to the seeded state; addresses, the first account and credentials stay."""
        self._control("POST", "/reset")

    def state(self) -> dict[str, Any]:
        state: dict[str, Any] = self._control("GET", "/state")
        return state

    def credentials(self) -> dict[str, dict[str, Any]]:
        """The credentials by their id."""
        return {item["id"]: item for item in self._control("GET", "/credentials")}

    def journal(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = self._control("GET", "/journal")
        return entries

    def clear_journal(self) -> None:
        self._control("DELETE", "/journal")

    def requests(self, *, writes_only: bool = False) -> list[str]:
        """Method and path of each API request since the journal was last cleared."""
        entries = [entry for entry in self.journal() if not writes_only or entry["method"] != "GET"]
        return [f"{entry['method']} {entry['path']}" for entry in entries]

    def set_variant(self, **values: Json) -> None:
        self._control("PATCH", "/variants", values)

    def variants(self) -> dict[str, Any]:
        chosen: dict[str, Any] = self._control("GET", "/variants")
        return chosen

    def add_fault(self, **fault: Json) -> None:
        self._control("POST", "/faults", fault)

    def faults(self) -> list[dict[str, Any]]:
        """The faults that have not been used up."""
        left: list[dict[str, Any]] = self._control("GET", "/faults")
        return left

    def clear_faults(self) -> None:
        """Those that have not been used up; a slow response on its way comes now."""
        self._control("DELETE", "/faults")

    def advance_clock(self, seconds: float) -> None:
        """Move the clock; every waiting domain has been looked up when this returns."""
        self._control("POST", "/clock", {"advance": seconds})

    def add_account(self, account_id: str | None = None) -> str:
        """Another account, which every credential reaches until it is restricted; its id is random unless chosen."""
        order = {} if account_id is None else {"id": account_id}
        added: str = self._control("POST", "/accounts", order)["id"]
        return added

    def add_clients(self, bodies: Sequence[Mapping[str, Json]]) -> list[str]:
        """Clients of the first account without a request for each; their ids."""
        added: list[str] = self._control("POST", "/clients", {"clients": list(bodies)})
        return added

    def restrict(self, accounts: Sequence[str] | None, credential: str = "full") -> None:
        """Let a credential into these accounts alone, or into all again."""
        order = None if accounts is None else list(accounts)
        self._control("PUT", f"/credentials/{credential}/accounts", {"accounts": order})

    def add_zone(self, name: str, **options: Json) -> dict[str, Any]:
        zone: dict[str, Any] = self._control("POST", "/zones", {"name": name, **options})
        return zone

    def set_verification(self, client_id: str, status: str | None) -> None:
        self._control("POST", f"/clients/{client_id}/verification", {"status": status})

    def edit_scopes(self, **order: Json) -> list[str]:
        scopes: list[str] = self._control("PUT", "/scopes", order)
        return scopes
