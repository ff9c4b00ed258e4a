# SPDX-License-Identifier: GPL-3.0-or-later
"""What ansible-core's own recorders keep of a play that follows the guide's advice: no token and no secret."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible
from tests.integration.modules import CONFIDENTIAL
from tests.integration.runner_runs import leaks

CLIENT = "oauthops.iam.cloudflare_oauth_client"
RETURNED = {**CONFIDENTIAL, "client_name": "Returned", "return_client_secret": True}
Json = Any


def delivering(directory: Path) -> list[Json]:
    delivered = {**CONFIDENTIAL, "client_name": "Delivered", "client_secret_file": str(directory / "secret")}
    return [
        {"name": "deliver a secret", CLIENT: delivered, "register": "delivered"},
        {"name": "fail", CLIENT: {**CONFIDENTIAL, "client_name": ""}, "ignore_errors": True},
        {"name": "keep a fact", "ansible.builtin.set_fact": {"kept": "{{ delivered.changed }}", "cacheable": True}},
    ]


def returning() -> list[Json]:
    used = {"that": "returned.client_secret is defined"}
    return [
        {"name": "return a secret", CLIENT: RETURNED, "no_log": True, "register": "returned"},
        {"name": "use a secret", "ansible.builtin.assert": used, "no_log": True},
    ]


@pytest.mark.parametrize(
    ("debug", "more"), [("false", returning()), ("true", [])], ids=["with a returned secret", "with ANSIBLE_DEBUG"]
)
def test_recorders_get_no_token_and_no_secret(
    ansible: Ansible, fake: FakeCloudflare, tmp_path: Path, debug: str, more: list[Json]
) -> None:
    reports, cache, delivered = (tmp_path / name for name in ("junit", "cache", "delivered"))
    delivered.mkdir()
    ansible.environment |= {
        "ANSIBLE_CACHE_PLUGIN": "ansible.builtin.jsonfile",
        "ANSIBLE_CACHE_PLUGIN_CONNECTION": str(cache),
        "ANSIBLE_DEBUG": debug,
        "JUNIT_OUTPUT_DIR": str(reports),
    }
    play = tmp_path / "recorded.yml"
    play.write_text(
        json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [*delivering(delivered), *more]}])
    )
    run = ansible.playbook(str(play), "-vvv", ANSIBLE_CALLBACKS_ENABLED="record,ansible.builtin.junit")
    assert run.status == 0, run.output
    minted = fake.state()["minted_secrets"]
    held = {name: each.get("token") or each["key"] for name, each in fake.credentials().items()}
    secrets = {**held, **{f"secret {number}": secret for number, secret in enumerate(minted)}}
    (report,) = reports.iterdir()
    (cached,) = cache.iterdir()
    texts = {"output": run.output, "junit": report.read_text(), "cache": cached.read_text()}
    assert len(minted) == 1 + bool(more)
    assert "deliver a secret" in texts["junit"]
    assert "kept" in texts["cache"]
    assert leaks(texts, secrets) == []
