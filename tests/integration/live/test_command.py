# SPDX-License-Identifier: GPL-3.0-or-later
"""The command as it is run: what it asks, what it prints and writes, what it leaves."""

from __future__ import annotations

import json
import os
import pty
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.fake.api import Api
from tests.integration.live.bench import live_clients, made_clients
from tests.live.guard import PREFIX
from tests.live.questions import QUESTIONS

ROOT = Path(__file__).resolve().parents[3]


class Command:
    def __init__(self, fake: FakeCloudflare, directory: Path) -> None:
        self.report = directory / "live" / "report.md"
        self._environment = {**os.environ, **fake.environment}
        self._command = [sys.executable, "-m", "tests.live", "--pace", "0", "--report", str(self.report)]

    def start(self, *options: str, stdin: int = subprocess.PIPE) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [*self._command, *options],
            cwd=ROOT,
            env=self._environment,
            stdin=stdin,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )

    def run(self, *options: str, answer: str = "") -> tuple[int, str]:
        process = self.start(*options)
        output, _unused = process.communicate(answer, timeout=30)
        return process.returncode, output


@pytest.fixture
def command(fake: FakeCloudflare, tmp_path: Path) -> Command:
    return Command(fake, tmp_path)


@pytest.fixture
def api(fake: FakeCloudflare) -> Api:
    return Api(fake)


def test_a_whole_run(fake: FakeCloudflare, api: Api, command: Command) -> None:
    fake.set_variant(clear_uri="null", list_paging="page_only", second_rotate="drop_old", extra_fields=True)
    theirs = api.create(client_name="Payroll of somebody", redirect_uris=["https://intern.example.org/cb"])
    before = fake.state()["clients"]
    fake.clear_journal()
    status, output = command.run("--yes")
    assert status == 0, output
    assert fake.state()["clients"] == before
    assert len(made_clients(fake)) > len(QUESTIONS) / 2
    assert all(name.startswith(PREFIX) for name in made_clients(fake))
    assert "visibility" not in json.dumps([[entry["body"], entry["query"]] for entry in fake.journal()])
    assert not any(theirs["client_id"] in request for request in fake.requests())
    text = command.report.read_text()
    for variant in ("clear_uri=null", "list_paging=page_only", "extra_fields=true", "verification_text=stable"):
        assert f"| `{variant}` |" in text
        assert variant in output
    assert "which secret is lost cannot be seen through this API | not settled |" in text
    assert len(text) < 65_536


def test_nothing_secret_is_shown(fake: FakeCloudflare, api: Api, command: Command) -> None:
    theirs = api.create(client_name="Payroll of somebody", redirect_uris=["https://intern.example.org/cb"])
    status, output = command.run("--yes")
    assert status == 0
    reports = [path.read_text() for path in command.report.parent.iterdir()]
    assert len(reports) == 2
    shown = "\n".join([output, *reports])
    secrets = {fake.token, fake.account_id, theirs["client_id"], "Payroll", "intern.example.org"}
    secrets |= set(fake.state()["minted_secrets"])
    assert len(secrets) > 10
    assert [secret for secret in secrets if secret in shown] == []
    assert re.findall(r"publisher=(?!<suffix)\S+|\b[0-9a-f]{32}\b", shown) == []


@pytest.mark.parametrize(("options", "answer"), [((), ""), ((), "yes\n"), (("--pace", "0"), "")])
def test_sends_nothing_unless_told_to(
    fake: FakeCloudflare, command: Command, options: tuple[str, ...], answer: str
) -> None:
    """Standard input is no terminal here, so that a yes from it does not count."""
    status, output = command.run(*options, answer=answer)
    assert status == 2
    assert "private OAuth clients named oauthops-probe-" in output
    assert "Say --yes to go on." in output
    assert fake.requests() == []
    assert not command.report.exists()


@pytest.mark.parametrize(("typed", "status", "asked"), [("yes", 1, True), ("no", 2, False), ("", 2, False)])
def test_at_a_terminal_only_yes_goes_on(
    fake: FakeCloudflare, command: Command, typed: str, status: int, asked: bool
) -> None:
    """A token that may do nothing keeps the run short."""
    fake.add_fault(kind="status", status=403, path="oauth_clients", times=0)
    terminal, stdin = pty.openpty()
    os.write(terminal, f"{typed}\n".encode())
    process = command.start(stdin=stdin)
    process.communicate(timeout=10)
    os.close(terminal)
    os.close(stdin)
    assert process.returncode == status
    assert bool(fake.requests()) is asked


def started_and_held(fake: FakeCloudflare, command: Command) -> subprocess.Popen[str]:
    """A run that waits for the answer to a PATCH while there is a client of its own."""
    fake.add_fault(kind="slow", method="PATCH", seconds=20, skip=1)
    process = command.start("--yes")
    while len([request for request in fake.requests() if request.startswith("PATCH")]) < 2:
        assert process.poll() is None
        time.sleep(0.05)
    assert live_clients(fake) != []
    return process


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_a_signal_stops_it_and_leaves_nothing(fake: FakeCloudflare, command: Command, number: signal.Signals) -> None:
    process = started_and_held(fake, command)
    process.send_signal(number)
    output, _unused = process.communicate(timeout=10)
    assert process.returncode == 1
    assert f"Stopped early by {number.name}." in output
    assert live_clients(fake) == []
    assert f"stopped early: by {number.name}" in command.report.read_text()


def test_signals_during_the_clean_up_do_not_cut_it_short(fake: FakeCloudflare, command: Command) -> None:
    process = started_and_held(fake, command)
    fake.add_fault(kind="slow", method="DELETE", seconds=1)
    for _unused in range(3):
        process.send_signal(signal.SIGTERM)
        time.sleep(0.1)
    output = process.communicate(timeout=10)[0]
    assert "Removing the clients of this run first." in output
    assert live_clients(fake) == []


def test_a_first_signal_during_the_clean_up_does_not_cut_it_short(fake: FakeCloudflare, command: Command) -> None:
    """The client whose answer is lost is the only one that the last clean-up removes."""
    fake.add_fault(kind="cut", method="POST", when="after")
    fake.add_fault(kind="slow", method="PATCH", seconds=1)
    process = command.start("--yes")
    while not live_clients(fake):
        assert process.poll() is None
        time.sleep(0.02)
    orphan = live_clients(fake)[0]["client_id"]
    fake.add_fault(kind="slow", method="DELETE", path=orphan, seconds=1)
    while not any(request.endswith(orphan) for request in fake.requests(writes_only=True)):
        assert process.poll() is None
        time.sleep(0.02)
    process.send_signal(signal.SIGTERM)
    output, _unused = process.communicate(timeout=10)
    assert "Removing the clients of this run first." in output
    assert live_clients(fake) == []


def test_what_is_left_is_printed_and_clean_removes_it(fake: FakeCloudflare, command: Command) -> None:
    fake.add_fault(kind="status", status=500, method="DELETE", times=0)
    status, output = command.run("--yes")
    left = [client["client_id"] for client in live_clients(fake)]
    assert status == 1
    assert len(left) == 3
    assert "could not be removed | not settled |" in command.report.read_text()
    assert all(f"  {client_id}: 500" in output.partition("Not removed")[2] for client_id in left)
    fake.clear_faults()
    assert command.run("--clean", "--yes")[0] == 0
    assert live_clients(fake) == []


def make_public(fake: FakeCloudflare, api: Api, name: str) -> str:
    uris = {"client_uri": "https://app.example.com/", "logo_uri": "https://app.example.com/logo.png"}
    client_id = str(api.create(client_name=name, **uris)["client_id"])
    fake.set_verification(client_id, "verified")
    assert api.patch({"client_id": client_id}, visibility="public")["visibility"] == "public"
    return client_id


def test_clean_leaves_other_clients_alone(fake: FakeCloudflare, api: Api, command: Command) -> None:
    fake.set_variant(list_page_size=2)
    kept = {str(api.create(client_name=name)["client_id"]) for name in ("app", "my-oauthops-probe-1", "oauthops-prob")}
    public = make_public(fake, api, f"{PREFIX}public")
    gone = [str(api.create(client_name=f"{PREFIX}{number}")["client_id"]) for number in range(3)]
    fake.clear_journal()
    status, output = command.run("--clean", "--yes")
    assert status == 0
    assert {client["client_id"] for client in live_clients(fake)} == kept | {public}
    clients = f"/accounts/{fake.account_id}/oauth_clients"
    assert sorted(fake.requests(writes_only=True)) == sorted(f"DELETE {clients}/{client_id}" for client_id in gone)
    assert f"Left alone, because it is not private: {public}" in output


def test_clean_asks_first(fake: FakeCloudflare, api: Api, command: Command) -> None:
    api.create(client_name=f"{PREFIX}1")
    fake.clear_journal()
    status, output = command.run("--clean")
    assert status == 1
    assert f"{PREFIX}1" in output
    assert fake.requests(writes_only=True) == []


def test_a_token_without_rights_is_told_so(fake: FakeCloudflare, command: Command) -> None:
    fake.add_fault(kind="status", status=403, path="oauth_clients")
    status, output = command.run("--yes")
    assert status == 1
    assert "Nothing was written: the clients of the account cannot be listed: 403 with code 10999" in output
    assert fake.requests(writes_only=True) == []
