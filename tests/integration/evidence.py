# SPDX-License-Identifier: GPL-3.0-or-later
"""A pytest plugin: what a failed test ran last, what that printed, and the last requests that the fake saw."""

from __future__ import annotations

import json
from collections.abc import Generator

import pytest
import requests

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible

REQUESTS = 10
MASK = "********"


def pytest_runtest_setup(item: pytest.Item) -> None:
    Ansible.last = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.failed:
        fake = getattr(item, "funcargs", {}).get("fake")
        report.sections += sections(fake if isinstance(fake, FakeCloudflare) else None)
    return report


def sections(fake: FakeCloudflare | None) -> list[tuple[str, str]]:
    found = []
    if Ansible.last:
        command, playbook, output = Ansible.last
        found = [("Last command", f"{command}\n{playbook}"), ("Its output", output)]
    if fake is None:
        return found
    try:
        asked = [
            f"{each['status']} {each['method']} {each['path']} {body(each)}" for each in fake.journal()[-REQUESTS:]
        ]
        secrets = [fake.token, *fake.state()["minted_secrets"]]
    except requests.RequestException as error:
        return [("The fake", f"does not respond, so secrets cannot be masked and no more is shown: {error}")]
    found.append(("Last requests", "\n".join(asked)))
    return [(title, masked(text, secrets)) for title, text in found]


def body(entry: dict[str, object]) -> str:
    return "" if entry["body"] is None else json.dumps(entry["body"])


def masked(text: str, secrets: list[str]) -> str:
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text
