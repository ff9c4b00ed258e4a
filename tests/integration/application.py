# SPDX-License-Identifier: GPL-3.0-or-later
"""An application that authenticates all the time with the secret it was given, and remembers every refusal."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from urllib.parse import quote_plus

import requests

PAUSE = 0.02  # seconds between two authentications, and until it notices that it is stopped


class Application:
    """Reads its credentials from a file, at the start and when it is told to, as a service does.

    C(GET /health) tells the fingerprint of the secret that it last authenticated with, C(POST /reload) has it read the
    file again.
    """

    def __init__(self, credentials_file: Path, token_url: str, method: str = "client_secret_basic") -> None:
        self.credentials_file = credentials_file
        self.method = method
        self.refusals: list[str] = []
        self.successes = 0
        self.used: list[str] = []
        """The secrets that it has authenticated with, in order."""
        self._token_url = token_url
        self._working = ""
        self._ended = threading.Event()
        self._session = requests.Session()
        self._session.trust_env = False
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        serving = threading.Thread(target=self._server.serve_forever, args=(PAUSE,))
        self._threads = [serving, threading.Thread(target=self._authenticate)]
        self.reload()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Application:
        for thread in self._threads:
            thread.start()
        self.wait_for_authentication()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._server.shutdown()
        for thread in self._threads:
            thread.join()
        self._server.server_close()

    def reload(self) -> None:
        self._credentials = json.loads(self.credentials_file.read_text())

    def health(self) -> dict[str, str]:
        return {"client_secret_sha256": self._working}

    def wait_for_authentication(self) -> None:
        """Until one more has succeeded or was refused."""
        seen, deadline = self.successes + len(self.refusals), time.monotonic() + 20
        while self.successes + len(self.refusals) <= seen:
            assert time.monotonic() < deadline, "the application does not authenticate"
            time.sleep(PAUSE)

    def _authenticate(self) -> None:
        while not self._ended.wait(PAUSE):
            client_id, secret = self._credentials["client_id"], self._credentials["client_secret"]
            answer = self._token(client_id, secret)
            if answer.ok:
                self.successes += 1
                if self.used[-1:] != [secret]:
                    self.used.append(secret)
                self._working = hashlib.sha256(secret.encode()).hexdigest()
            else:
                self._working = ""
                self.refusals.append(f"{time.monotonic():.3f}: {answer.status_code} {answer.text}")

    def _token(self, client_id: str, secret: str) -> requests.Response:
        basic = self.method == "client_secret_basic"
        posted = {} if basic else {"client_id": client_id, "client_secret": secret}
        auth = (quote_plus(client_id), quote_plus(secret)) if basic else None
        form = {"grant_type": "client_credentials", **posted}
        return self._session.post(self._token_url, data=form, auth=auth, timeout=30)


def _handler(application: Application) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps(application.health()).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def do_POST(self) -> None:
            application.reload()
            self.send_response(204)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:  # noqa: ARG002
            return

    return Handler
