# SPDX-License-Identifier: GPL-3.0-or-later
"""What an abort waits for, and what is not sent any more for a run that has ended."""

from __future__ import annotations

import os
import signal
import threading
from typing import Any

import pytest

from ansible_collections.oauthops.iam.plugins.module_utils._api import abort
from ansible_collections.oauthops.iam.plugins.module_utils._api.abort import Run, held_back
from tests.unit.support import CLIENTS, SECRET, a_client, a_connection, creates, refused, refuses
from tests.unit.transport import Script


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGALRM])
def test_a_signal_waits_for_the_end(number: signal.Signals) -> None:
    came: list[str] = []
    before = signal.signal(number, lambda *_unused: came.append("signal"))
    try:
        with held_back():
            signal.raise_signal(number)
            came.append("delivered")
    finally:
        signal.signal(number, before)
    assert came == ["delivered", "signal"]


def test_another_thread_has_no_signals_to_hold() -> None:
    done: list[bool] = []

    def work() -> None:
        with held_back():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]


class Interrupted(BaseException):
    pass


@pytest.fixture
def interrupted() -> Any:
    """SIGTERM raises Interrupted, as what Ansible does with a signal does."""

    def interrupt(*_unused: Any) -> None:
        raise Interrupted

    before = signal.signal(signal.SIGTERM, interrupt)
    yield
    signal.signal(signal.SIGTERM, before)


def test_a_signal_waits_until_the_secret_is_delivered(cloudflare: Script, interrupted: None) -> None:
    delivered: list[Any] = []
    cloudflare.expect(creates({}, a_client(client_secret=SECRET)))

    def receive(response: Any) -> None:
        signal.raise_signal(signal.SIGTERM)
        delivered.append(response["client_secret"])

    with pytest.raises(Interrupted):
        a_connection().mint(CLIENTS, "", {}, receive)
    assert delivered == [SECRET]


def test_a_signal_ends_the_pause_between_two_attempts_to_mint(
    cloudflare: Script, interrupted: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    cloudflare.expect(creates({}, **refused(429)))
    monkeypatch.setattr(cloudflare.clock, "sleep", lambda _seconds: signal.raise_signal(signal.SIGTERM))
    with pytest.raises(Interrupted):
        a_connection().mint(CLIENTS, "", {}, lambda _response: None)
    assert len(cloudflare.sent) == 1


def test_nothing_is_sent_for_a_run_whose_parent_is_another(cloudflare: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = a_connection()
    monkeypatch.setattr(os, "getppid", lambda: 1)
    with refuses("run_ended"):
        connection.get_object("/thing", "")
    assert cloudflare.sent == []


def test_a_pause_ends_with_the_run(cloudflare: Script, monkeypatch: pytest.MonkeyPatch) -> None:
    connection = a_connection()
    cloudflare.expect(creates({}, **refused(429)))

    def sleep(_seconds: float) -> None:
        monkeypatch.setattr(os, "getppid", lambda: 1)

    monkeypatch.setattr(cloudflare.clock, "sleep", sleep)
    with refuses("run_ended"):
        connection.mint(CLIENTS, "", {}, lambda _response: None)
    assert len(cloudflare.sent) == 1


@pytest.mark.parametrize("is_module", [False, True])
def test_a_module_whose_output_nobody_reads_is_over(monkeypatch: pytest.MonkeyPatch, is_module: bool) -> None:
    reading, writing = os.pipe()
    monkeypatch.setattr(abort, "STANDARD_OUTPUT", writing)
    monkeypatch.setattr(Run, "is_module", is_module)
    run = Run()
    run.check()
    os.close(reading)
    try:
        if is_module:
            with refuses("run_ended"):
                run.check()
        else:
            run.check()
    finally:
        os.close(writing)


def test_output_into_a_file_needs_no_reader(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    monkeypatch.setattr(Run, "is_module", True)
    with open(tmp_path / "output", "w", encoding="utf-8") as output:
        monkeypatch.setattr(abort, "STANDARD_OUTPUT", output.fileno())
        Run().check()
