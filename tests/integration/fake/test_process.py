# SPDX-License-Identifier: GPL-3.0-or-later
"""Starting and stopping."""

from __future__ import annotations

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from threading import Thread

import pytest
import requests

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import Api

_ROOT = Path(__file__).resolve().parents[3]
_COMMAND = [sys.executable, "-m", "tests.fake_cloudflare"]
_ANNOUNCED = [
    r"CLOUDFLARE_BASE_URL=http://127\.0\.0\.1:\d+/client/v4",
    r"CLOUDFLARE_API_TOKEN=[A-Za-z0-9_-]{40}",
    r"CLOUDFLARE_ACCOUNT_ID=[0-9a-f]{32}",
    r"FAKE_CLOUDFLARE_CONTROL=http://127\.0\.0\.1:\d+/_fake",
    r"FAKE_CLOUDFLARE_DNS=127\.0\.0\.1:\d+",
    r"FAKE_CLOUDFLARE_DOH=http://127\.0\.0\.1:\d+/dns-query",
    "ready",
]


def _gone(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return True
    return Path(f"/proc/{pid}/stat").exists() and ") Z " in Path(f"/proc/{pid}/stat").read_text()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_announces_itself_and_stops_cleanly_at_a_signal(number: signal.Signals) -> None:
    process = subprocess.Popen(_COMMAND, cwd=_ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    assert process.stdout is not None
    lines = [process.stdout.readline().rstrip("\n") for _unused in _ANNOUNCED]
    process.send_signal(number)
    started = time.monotonic()
    output, errors = process.communicate(timeout=10)

    for line, pattern in zip(lines, _ANNOUNCED, strict=True):
        assert re.fullmatch(pattern, line)
    assert (process.returncode, output, errors) == (0, "", "")
    assert time.monotonic() - started < 1.5


def test_is_ready_within_two_seconds() -> None:
    started = time.monotonic()
    with FakeCloudflare():
        assert time.monotonic() - started < 2.0


def test_stops_at_once_with_a_connection_open_and_a_request_in_flight() -> None:
    def ask() -> None:
        with suppress(requests.ConnectionError):
            api.call("GET", "/zones")

    with FakeCloudflare() as fake, Api(fake) as api, Api(fake) as idle:
        assert idle.status("GET", "/oauth/scopes") == 200
        fake.add_fault(kind="slow", seconds=30)
        asking = Thread(target=ask)
        asking.start()
        while not fake.requests()[1:]:
            time.sleep(0.02)
        started = time.monotonic()
        fake.process.terminate()
        assert fake.process.wait(5) == 0
        assert time.monotonic() - started < 1.5
        asking.join()
        assert fake.complaints() == ""


def test_a_failed_start_tells_why() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = str(taken.getsockname()[1])
        with pytest.raises(RuntimeError, match="Address already in use"), FakeCloudflare("--port", port):
            pass


def test_goes_away_with_its_parent() -> None:
    script = (
        "from tests.fake_cloudflare.launcher import FakeCloudflare\n"
        "import os\n"
        "print(FakeCloudflare().__enter__().process.pid, flush=True)\n"
        "os._exit(0)\n"
    )
    pid = int(subprocess.run([sys.executable, "-c", script], cwd=_ROOT, stdout=subprocess.PIPE, check=True).stdout)
    deadline = time.monotonic() + 5
    while not _gone(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert _gone(pid)


def test_a_chosen_token_and_chosen_ports_are_used() -> None:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        port, dns_port = one.getsockname()[1], two.getsockname()[1]
    token = "chosen-token-of-a-plausible-length-000001"
    with FakeCloudflare("--token", token, "--port", str(port), "--dns-port", str(dns_port)) as fake, Api(fake) as api:
        assert (fake.token, fake.base_url) == (token, f"http://127.0.0.1:{port}/client/v4")
        assert fake.dns_address == f"127.0.0.1:{dns_port}"
        assert set(fake.environment) == {"CLOUDFLARE_BASE_URL", "CLOUDFLARE_API_TOKEN", "CLOUDFLARE_ACCOUNT_ID"}
        assert api.status("GET", "/oauth/scopes") == 200
