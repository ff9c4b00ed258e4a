# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user installs: the built collection, offline, and the commands of a checkout."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import tarfile
import time
from pathlib import Path

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import BIN, ROOT, Ansible


def test_the_package_holds_what_users_need_and_nothing_else(tarball: Path) -> None:
    with tarfile.open(tarball) as package:
        top = {name.split("/")[0] for name in package.getnames()}
    assert top == {
        "CHANGELOG.md", "COPYING", "FILES.json", "MANIFEST.json", "README.md",
        "changelogs", "docs", "meta", "playbooks", "plugins", "roles",
    }  # fmt: skip


def test_it_is_installed_offline_and_works(tarball: Path, ansible: Ansible, fake: FakeCloudflare) -> None:
    place = ansible.directory / "collections"
    ansible.environment["ANSIBLE_COLLECTIONS_PATH"] = str(place)
    installed = ansible.command("ansible-galaxy", "collection", "install", "--offline", str(tarball), "-p", str(place))
    assert installed.status == 0, installed.output
    assert ansible.adhoc("oauthops.iam.cloudflare_oauth_scope_info", "name=dns*").status == 0
    refused = ansible.playbook("oauthops.iam.demo", CLOUDFLARE_BASE_URL="https://api.cloudflare.com/client/v4")
    assert refused.status != 0
    assert "does not name a stand-in on this machine" in refused.failure
    assert fake.requests() == ["GET /oauth/scopes"]


def demo() -> subprocess.Popen[str]:
    environment = {**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", "ANSIBLE_CONFIG": str(ROOT / "ansible.cfg")}
    command = [sys.executable, "-m", "tests.tools.demo"]
    return subprocess.Popen(
        command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )


def running(address: str) -> bool:
    host, port = address.rsplit(":", 1)
    with socket.socket() as probe:
        return probe.connect_ex((host, int(port))) == 0


def test_the_demo_tells_its_story_and_stops_everything() -> None:
    process = demo()
    output, _unused = process.communicate(timeout=240)
    assert process.returncode == 0, output
    counts = [line.split(": ", 1)[1] for line in output.splitlines() if line.startswith("Requests to Cloudflare: ")]
    scopes, plan, publish, again, rotation = counts
    assert (scopes, plan, again, rotation) == ("1 GET", "8 GET", "1 GET", "1 DELETE, 7 GET, 1 POST")
    assert "1 PATCH, 2 POST" in publish
    assert "phase: public" in output
    assert "it holds the one that is valid" in output
    assert "the real Cloudflare" in output
    assert not running(output.split("name server at ")[1].split(".\n")[0])


@pytest.mark.parametrize("moment", [0.0, 1.0, 4.0])
def test_a_demo_that_is_stopped_stops_everything(moment: float) -> None:
    process = demo()
    assert process.stdout is not None
    first = process.stdout.readline()
    address = first.split("name server at ")[1].rstrip(".\n")
    assert running(address)
    time.sleep(moment)
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)  # as long as anything that it started is running, its output is open
    assert process.returncode != 0
    assert not running(address)
