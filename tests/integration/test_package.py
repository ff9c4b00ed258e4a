# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user installs: the built collection, offline, and the commands of a checkout."""

from __future__ import annotations

import os
import re
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

REPOSITORY = re.compile(r"https://(?:github|raw\.githubusercontent)\.com/oauthops/oauthops\.iam/(?:blob/)?main/([^#]+)")


def test_the_package_holds_what_users_need_and_nothing_else(tarball: Path) -> None:
    with tarfile.open(tarball) as package:
        top = {name.split("/")[0] for name in package.getnames()}
    assert top == {
        "CHANGELOG.md", "COPYING", "FILES.json", "MANIFEST.json", "README.md",
        "changelogs", "meta", "playbooks", "plugins", "roles",
    }  # fmt: skip
    assert tarball.stat().st_size < 240_000


def test_its_pages_link_to_what_is_there(tarball: Path) -> None:
    """Files of the package by their place in it, everything else by its address in the repository."""
    with tarfile.open(tarball) as package:
        packaged = {os.path.normpath(name) for name in package.getnames()}
    for page in (name for name in packaged if name.endswith(".md") and name != "CHANGELOG.md"):
        for link in re.findall(r"\]\(([^)#\s]+)", (ROOT / page).read_text()):
            inside = REPOSITORY.match(link)
            if inside:
                assert (ROOT / inside[1]).exists(), f"{page} links to {link}"
            elif not link.startswith("https://"):
                assert os.path.normpath(Path(page).parent / link) in packaged, f"{page} links to {link}"


@pytest.fixture
def installed(tarball: Path, ansible: Ansible) -> Ansible:
    """The package where ansible-galaxy puts it by itself, offline and below an empty HOME."""
    del ansible.environment["ANSIBLE_COLLECTIONS_PATH"]
    place = ansible.directory / "home/.ansible/collections"
    run = ansible.command(
        "ansible-galaxy", "collection", "install", "--offline", str(tarball), ANSIBLE_HOME=str(place.parent)
    )
    assert run.status == 0, run.output
    ansible.environment["ANSIBLE_COLLECTIONS_PATH"] = str(place)
    return ansible


def test_it_is_installed_offline_and_works(installed: Ansible, fake: FakeCloudflare) -> None:
    assert installed.adhoc("oauthops.iam.cloudflare_oauth_scope_info", "name=dns*").status == 0
    assert fake.requests() == ["GET /oauth/scopes"]


def test_its_playbooks_and_roles_run_from_there(installed: Ansible, fake: FakeCloudflare) -> None:
    example = ("-e", f"@{ROOT}/docs/examples/example_app.yml")
    here = {
        "oauth_client_publish_dns": {"lookup_servers": fake.dns_address},
        "oauth_client_store": {"type": "json_file", "path": str(installed.directory / "stored.json")},
        "oauth_client_rotate_client_name": "Example App",
    }
    for name in ("publish", "rotate", "report"):
        run = installed.playbook(f"oauthops.iam.{name}", *example, extra=here)
        assert run.status == 0, run.output
    assert len(fake.state()["minted_secrets"]) == 2
    role = {"ansible.builtin.import_role": {"name": "oauthops.iam.oauth_client_export"}}
    run = installed.play([role], "-e", f"oauth_client_export_path={installed.directory}/exported.yml")
    assert run.status == 0, run.output
    assert "Example App" in (installed.directory / "exported.yml").read_text()


def test_the_demo_is_refused_elsewhere(installed: Ansible, fake: FakeCloudflare) -> None:
    elsewhere = "https://api.cloudflare.com/client/v4"
    refused = [
        installed.playbook("oauthops.iam.demo", CLOUDFLARE_BASE_URL=elsewhere),
        installed.playbook("oauthops.iam.demo", extra={"cloudflare_api_url": elsewhere}),
    ]
    for run in refused:
        assert run.status != 0
        assert "does not name a fake Cloudflare on this machine" in run.failure
    assert fake.requests() == []


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
    scopes, plan, publish, again, rotation = re.findall(r"^Requests to Cloudflare: (.*) \(\d+ s\)$", output, re.M)
    assert (scopes, plan, again, rotation) == ("1 GET", "6 GET", "1 GET", "1 DELETE, 6 GET, 1 POST")
    assert "1 PATCH, 2 POST" in publish
    assert len(output.splitlines()) <= 250
    assert "Wait for Cloudflare to verify the domain" in output
    assert "+    visibility: public" in output
    assert "Phase: public" in output
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
