# SPDX-License-Identifier: GPL-3.0-or-later
"""A web server that always says the same, quickly or slowly."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

POLL = 0.01  # seconds until the server notices that it is stopped


@dataclass
class Page:
    """C(drips) sends an octet each tenth of a second, C(times) repeats the body. C(sent) counts octets."""

    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    drips: bool = False
    times: int = 1
    url: str = ""
    heard: list[dict[str, str]] = field(default_factory=list)
    sent: int = 0


@contextmanager
def served() -> Iterator[Page]:
    page = Page()

    class Handler(BaseHTTPRequestHandler):
        def serve(self) -> None:
            page.heard.append({name.lower(): value for name, value in self.headers.items()})
            self.send_response(page.status)
            for name, value in {**page.headers, "Content-Length": str(len(page.body) * page.times)}.items():
                self.send_header(name, value)
            self.end_headers()
            with suppress(ConnectionError):
                self.send_body()

        def send_body(self) -> None:
            for piece in [bytes([octet]) for octet in page.body] if page.drips else [page.body] * page.times:
                self.wfile.write(piece)
                page.sent += len(piece)
                if page.drips:
                    time.sleep(0.1)

        do_GET = do_POST = do_PUT = serve  # noqa: N815 - http.server's names

        def log_message(self, *_args: object) -> None:
            """Say nothing on standard error."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        Thread(target=server.serve_forever, args=(POLL,), daemon=True).start()
        page.url = f"http://127.0.0.1:{server.server_port}"
        yield page
        server.shutdown()
