# SPDX-License-Identifier: GPL-3.0-or-later
"""Every documented example runs, and shows neither the token nor a secret at the highest verbosity."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible, Run

LOUD = ("-vvvv", "--diff")
Json = Any


def examples(module: str) -> list[Json]:
    text = (ROOT / f"plugins/modules/{module}.py").read_text()
    block = re.search(r'^EXAMPLES = r"""\n(.*?)^"""', text, re.DOTALL | re.MULTILINE)
    assert block
    tasks: list[Json] = yaml.safe_load(block[1])
    return tasks


def yaml_blocks(page: Path) -> list[Json]:
    return [yaml.safe_load(block) for block in re.findall(r"^```yaml\n(.*?)^```", page.read_text(), re.S | re.M)]


def assert_nothing_leaked(run: Run, ansible: Ansible, fake: FakeCloudflare) -> None:
    left = (path for path in (ansible.directory / "home/.ansible").rglob("*") if path.is_file())
    kept = "".join(path.read_text(errors="replace") for path in left)
    told = run.output + json.dumps([task.result for task in run.tasks]) + kept
    secrets = [fake.token, *fake.state()["minted_secrets"]]
    assert [secret for secret in secrets if secret in told] == []


@pytest.fixture
def prepared(ansible: Ansible, fake: FakeCloudflare) -> dict[str, Json]:
    """An account in which the examples of the first module were run."""
    variables = {"example_app_secret_file": str(ansible.directory / "secret")}
    run = ansible.play(examples("cloudflare_oauth_client"), *LOUD, vars=variables)
    assert run.status == 0, run.output
    assert fake.state()["minted_secrets"] != []
    assert_nothing_leaked(run, ansible, fake)
    return variables


@pytest.mark.parametrize(
    "module",
    [
        "cloudflare_oauth_client_info",
        "cloudflare_oauth_client_secret",
        "cloudflare_oauth_domain_record",
        "cloudflare_oauth_scope_info",
    ],
)
def test_the_examples_of_a_module_run(
    prepared: dict[str, Json], ansible: Ansible, fake: FakeCloudflare, module: str
) -> None:
    run = ansible.play(examples(module), *LOUD, vars=prepared)
    assert run.status == 0, run.output
    assert len(run.tasks) == len(examples(module))
    assert_nothing_leaked(run, ansible, fake)


def test_no_module_is_without_tested_examples(prepared: dict[str, Json], fake: FakeCloudflare) -> None:
    documented = {path.stem for path in (ROOT / "plugins/modules").glob("*.py")}
    assert documented == {f"cloudflare_oauth_{name}" for name in (
        "client", "client_info", "client_secret", "domain_record", "scope_info"
    )}  # fmt: skip
    assert [client["client_name"] for client in fake.state()["clients"]] == ["Example App"]


def test_the_play_of_the_publish_role_runs(ansible: Ansible, fake: FakeCloudflare) -> None:
    play = yaml_blocks(ROOT / "roles/oauth_client_publish/README.md")[0][0]
    looked_up_here = {"oauth_client_publish_dns_lookup_url": fake.doh_url}
    run = ansible.play([], *LOUD, **{**play, "vars": looked_up_here})
    assert run.status == 0, run.output
    assert run.fact("oauth_client_publish_result")["phase"] in ("verifying", "verified")
    assert_nothing_leaked(run, ansible, fake)


def test_the_example_variables_publish_a_client(ansible: Ansible, fake: FakeCloudflare) -> None:
    here = {"oauth_client_publish_dns_lookup_url": fake.doh_url}
    example = ("-e", f"@{ROOT}/docs/examples/example_app.yml")
    run = ansible.playbook("oauthops.iam.publish", *example, *LOUD, extra=here)
    assert run.status == 0, run.output
    assert (ansible.directory / "home/example_app_secret").read_text() in fake.state()["minted_secrets"]
    assert_nothing_leaked(run, ansible, fake)


def test_the_steps_of_the_publishing_guide_run(ansible: Ansible, fake: FakeCloudflare) -> None:
    guide = (ROOT / "docs/docsite/rst/guide_publish.rst").read_text()
    blocks = re.findall(r"^\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)", guide, re.MULTILINE)
    tasks = [task for block in blocks for task in yaml.safe_load(block)]
    assert len(tasks) == 5
    run = ansible.play(tasks, *LOUD)
    assert run.status == 0, run.output
    assert run.changed == ["The client", "The record that proves the host", "Public, for ever"]
    assert fake.state()["clients"][0]["visibility"] == "public"
    assert_nothing_leaked(run, ansible, fake)


def test_the_plays_of_the_readme_run(ansible: Ansible, fake: FakeCloudflare) -> None:
    plays = [block for block in yaml_blocks(ROOT / "README.md") if isinstance(block, list) and "hosts" in block[0]]
    assert plays
    for play in plays:
        (ansible.directory / "readme.yml").write_text(yaml.safe_dump(play))
        run = ansible.playbook(str(ansible.directory / "readme.yml"), *LOUD)
        assert run.status == 0, run.output
        assert_nothing_leaked(run, ansible, fake)


def test_the_ad_hoc_commands_of_the_readme_run(ansible: Ansible, fake: FakeCloudflare) -> None:
    commands = re.findall(r"^(ansible localhost .*(?:\\\n.*)*)$", (ROOT / "README.md").read_text(), re.M)
    assert len(commands) >= 3
    for command in commands:
        run = ansible.command("bash", "-c", command)
        assert run.status == 0, run.output
        assert_nothing_leaked(run, ansible, fake)


@pytest.mark.parametrize(
    "task",
    [
        {"client_name": "Leaky", "scopes": ["no.such.scope"]},
        {"client_id": "0" * 32, "client_name": "Leaky"},
        {"client_name": "Example App", "visibility": "public"},
        {"client_name": "Example App", "api_url": "http://127.0.0.1:9/", "retry_timeout": 0},
    ],
    ids=["unknown scope", "unknown id", "unpublishable", "unreachable"],
)
def test_a_failure_shows_no_secret_either(
    prepared: dict[str, Json], ansible: Ansible, fake: FakeCloudflare, task: Json
) -> None:
    explicit = {**task, "api_token": fake.token}
    run = ansible.play([{"oauthops.iam.cloudflare_oauth_client": explicit}], "-vvvv", "--diff")
    assert run.status != 0
    assert_nothing_leaked(run, ansible, fake)
