# SPDX-License-Identifier: GPL-3.0-or-later
"""A test that fails shows what it ran and what the fake saw, without a secret."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from tests.integration.ansible_runs import ROOT

TEST = """
from tests.integration.conftest import ansible, fake, fake_process

from tests.integration.modules import CONFIDENTIAL

def test_small(ansible, fake):
    ansible.play([{"name": "earlier", "ansible.builtin.debug": {}}])
    described = {**CONFIDENTIAL, "return_client_secret": True}
    create = {"name": "create", "oauthops.iam.cloudflare_oauth_client": described, "register": "created"}
    run = ansible.play([create, {"name": "show", "ansible.builtin.debug": {"var": "created"}}])
    with open("secret", "w") as file:
        file.write(fake.state()["minted_secrets"][0])
    assert run.status == 1
"""


def test_a_failed_test_shows_its_run_and_its_requests(tmp_path: Path) -> None:
    (tmp_path / "test_small.py").write_text(TEST)
    plugins = ("-p", "no:pytest-ansible", "-p", "no:cacheprovider", "-p", "tests.integration.evidence")
    finished = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", *plugins, "--rootdir", str(tmp_path), "test_small.py"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": f"{ROOT}:{ROOT / 'collections'}"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert finished.returncode == 1, finished.stdout + finished.stderr
    shown = finished.stdout
    assert "ansible-playbook" in shown
    assert "- name: create" in shown
    assert "TASK [create]" in shown
    assert "TASK [earlier]" not in shown
    assert "200 POST /accounts/" in shown
    assert '"client_name": "App"' in shown
    assert '"client_secret": "********"' in shown
    assert (tmp_path / "secret").read_text() not in shown
