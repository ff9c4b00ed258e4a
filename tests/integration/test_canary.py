# SPDX-License-Identifier: GPL-3.0-or-later
"""Where a credential or a secret could leak: it is in none of these places."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ansible.module_utils import basic

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible
from tests.integration.listener import listener
from tests.integration.modules import CONFIDENTIAL, Modules

CLIENT = "oauthops.iam.cloudflare_oauth_client"
SECRET = "oauthops.iam.cloudflare_oauth_client_secret"


@contextmanager
def process_list() -> Iterator[set[str]]:
    """Every command line and environment-free argument that any process of this machine shows meanwhile."""
    seen: set[str] = set()
    done = threading.Event()

    def watch() -> None:
        while not done.is_set():
            for entry in Path("/proc").glob("[0-9]*/cmdline"):
                try:
                    seen.add(entry.read_text(errors="replace"))
                except OSError:
                    continue
            time.sleep(0.01)

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield seen
    finally:
        done.set()
        thread.join()


def leaked(fake: FakeCloudflare, *texts: str) -> list[str]:
    key = fake.credentials()["key"]["key"]
    markers = [fake.token, key, *fake.state()["minted_secrets"]]
    return [marker for marker in markers if any(marker in text for text in texts)]


def files_below(directory: Path) -> str:
    return "".join(path.read_text(errors="replace") for path in directory.rglob("*") if path.is_file())


def life(fake: FakeCloudflare, directory: Path) -> list[dict[str, Any]]:
    """Creating, rotating, failing and looping, with the credential given as an option."""
    connection = {"api_token": fake.token}
    file = str(directory / "delivered" / "secret")
    rotate = {**connection, "client_name": "App", "client_secret_file": file}
    return [
        {"name": "create", CLIENT: {**CONFIDENTIAL, **connection, "client_secret_file": file}},
        {"name": "rotate", SECRET: {**rotate, "state": "rotated"}},
        {"name": "finalize", SECRET: {**rotate, "state": "{{ item }}"}, "loop": ["finalized", "rotated", "rotated"]},
        {"name": "returned", SECRET: {**rotate, "state": "finalized"}},
        {
            "name": "return it",
            SECRET: {**rotate, "state": "rotated", "return_client_secret": True},
            "no_log": True,
            "register": "kept",
        },
        {"name": "fail", CLIENT: {**connection, "client_name": "App", "scopes": ["no.such"]}, "ignore_errors": True},
        {"name": "unreachable", CLIENT: {**connection, "client_name": "App", "api_url": "http://127.0.0.1:9"}},
    ]


def test_neither_output_nor_logs_nor_the_process_list_hold_a_secret(ansible: Ansible, fake: FakeCloudflare) -> None:
    (ansible.directory / "delivered").mkdir()
    log = ansible.directory / "ansible.log"
    ansible.environment.update(ANSIBLE_LOG_PATH=str(log), ANSIBLE_KEEP_REMOTE_FILES="0")
    tasks = life(fake, ansible.directory)
    tasks[-1][CLIENT]["retry_timeout"] = 0
    with process_list() as commands:
        run = ansible.play(tasks, "-vvvv", "--diff")
    assert [task.name for task in run.tasks if task.status == "failed"] == ["unreachable"]
    assert len(fake.state()["minted_secrets"]) == 4
    assert any("ansible-playbook" in command for command in commands)
    told = [run.output, log.read_text(), files_below(ansible.directory / "home")]
    assert leaked(fake, *told, *commands) == []


def test_the_log_of_the_target_holds_no_secret(
    fake: FakeCloudflare, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    logged: list[str] = []
    monkeypatch.setattr(basic, "has_journal", False)
    monkeypatch.setattr("syslog.syslog", lambda *words: logged.append(str(words)))
    modules = Modules(fake)
    key = fake.credentials()["key"]
    modules.connection.update(api_email=key["email"], api_key=key["key"], no_target_syslog=None)
    modules.client(**CONFIDENTIAL, client_secret_file=str(tmp_path / "secret"))
    modules.secret(client_name="App", state="rotated", return_client_secret=True)
    assert any("client_name=App" in line for line in logged)
    assert leaked(fake, *logged) == []


def test_a_netrc_file_is_not_used(ansible: Ansible, fake: FakeCloudflare) -> None:
    netrc = ansible.directory / "home/.netrc"
    netrc.write_text("machine 127.0.0.1 login somebody password from-the-netrc-file\n")
    netrc.chmod(0o600)
    assert ansible.play([{"oauthops.iam.cloudflare_oauth_client_info": {}}]).status == 0
    assert [entry["credential"] for entry in fake.journal()] == ["full"]


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(fake: FakeCloudflare, status: int) -> None:
    with listener() as (port, heard):
        fake.add_fault(kind="redirect", status=status, location=f"http://localhost:{port}/elsewhere", times=0)
        refused = Modules(fake).info()
        time.sleep(0.2)
    assert refused.code == "redirected"
    assert heard == []


def test_a_proxy_hears_a_host_name_and_no_credential(fake: FakeCloudflare, monkeypatch: pytest.MonkeyPatch) -> None:
    with listener() as (port, heard):
        monkeypatch.setenv("HTTPS_PROXY", f"http://user:proxy-password@127.0.0.1:{port}")
        refused = Modules(fake).info(api_url="https://api.cloudflare.invalid/client/v4")
    assert refused.failed
    assert heard[0].startswith(b"CONNECT api.cloudflare.invalid:443 ")
    assert leaked(fake, heard[0].decode(), refused.text) == []
    assert "proxy-password" not in refused.text


def test_plain_http_beyond_this_machine_is_refused(fake: FakeCloudflare) -> None:
    refused = Modules(fake).info(api_url="http://api.cloudflare.invalid/client/v4")
    assert (refused.code, refused.option) == ("invalid_option", "api_url")
