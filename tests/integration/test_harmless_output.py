# SPDX-License-Identifier: GPL-3.0-or-later
"""A client that others named cannot forge what a run prints."""

from __future__ import annotations

import re
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run
from tests.integration.modules import APP, Modules

Json = Any
FORGED = "Bad\x1b[2K\r\nok: [localhost]\n\nPLAY RECAP *****"
HOME = {"client_uri": "https://app.example.com/", "logo_uri": "https://app.example.com/logo.png"}


@pytest.fixture
def account(fake: FakeCloudflare) -> FakeCloudflare:
    """An account with a client that others named."""
    assert Modules(fake).client(**{**APP, **HOME, "client_name": FORGED}).changed
    return fake


def assert_harmless(run: Run) -> None:
    assert re.findall("[\x1b\r]", run.output) == []
    assert len(re.findall("^PLAY RECAP", run.output, re.MULTILINE)) == 1


def test_a_report_and_why_it_fails(account: FakeCloudflare, ansible: Ansible) -> None:
    report = {"oauth_client_report_clients": [], "oauth_client_report_fail_on": ["unmanaged"]}
    run = ansible.playbook("oauthops.iam.report", "--diff", "-v", extra=report)
    assert_harmless(run)
    assert (run.status, "Findings" in run.failure) == (2, True)


def test_an_export(account: FakeCloudflare, ansible: Ansible) -> None:
    path = str(ansible.directory / "exported.yml")
    assert_harmless(ansible.playbook("oauthops.iam.export", "--diff", "-v", extra={"oauth_client_export_path": path}))


@pytest.mark.parametrize("clients", [[], [{**APP, "client_name": "App"}]], ids=["refused", "carried out"])
def test_a_prune(account: FakeCloudflare, ansible: Ansible, clients: Json) -> None:
    task = {"oauthops.iam.cloudflare_oauth_clients": {"clients": clients, "prune": True}}
    assert_harmless(ansible.play([task], "--diff"))


def test_modules(account: FakeCloudflare, ansible: Ansible) -> None:
    found = {"client_name": FORGED}
    tasks: Json = [
        {"oauthops.iam.cloudflare_oauth_client": {**APP, **found, "tos_uri": "https://app.example.com/tos"}},
        {"oauthops.iam.cloudflare_oauth_client_info": found},
        {"oauthops.iam.cloudflare_oauth_client": {**found, "visibility": "public"}, "ignore_errors": True},
        {"oauthops.iam.cloudflare_oauth_client": {**found, "state": "absent"}},
    ]
    run = ansible.play(tasks, "--diff", "-v")
    assert_harmless(run)
    assert run.status == 0
