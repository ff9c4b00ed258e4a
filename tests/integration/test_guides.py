# SPDX-License-Identifier: GPL-3.0-or-later
"""What every guide shows can be read by what it is for, and the guides that begin with nothing run as they stand."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible
from tests.integration.modules import APP, Modules
from tests.integration.shown import Block, blocks, read_yaml, yaml_blocks

PAGES = [*(ROOT / "docs/docsite/rst").glob("*.rst"), ROOT / "README.md", ROOT / "CONTRIBUTING.md"]
PAGES += [
    ROOT / "docs/site/index.rst",
    *ROOT.glob("roles/*/README.md"),
    *ROOT.glob("tests/*/README.md"),
    ROOT / "docs/architecture.md",
]


def every_block() -> Iterator[Any]:
    for page in PAGES:
        for number, block in enumerate(blocks(page)):
            yield pytest.param(block, id=f"{page.parent.name}/{page.name}-{number}")


@pytest.mark.parametrize("block", list(every_block()))
def test_a_block_is_what_it_says(block: Block) -> None:
    if block.language in ("yaml", "yaml+jinja", "json"):
        assert (json.loads if block.language == "json" else read_yaml)(block.text) is not None
    elif block.language in ("shell", "sh", "bash"):
        checked = subprocess.run(["bash", "-n"], input=block.text, text=True, capture_output=True, check=False)
        assert (checked.returncode, checked.stderr) == (0, "")
    elif block.language == "python":
        compile(block.text, "shown", "exec")
    else:
        assert block.language in ("text", "console", "hcl", "terraform", "ini", "make")


def commands(page: str) -> list[str]:
    """The lines of every shell block of a guide."""
    shown = blocks(ROOT / f"docs/docsite/rst/{page}.rst")
    return [line for block in shown if block.language == "shell" for line in block.text.splitlines() if line]


def the_play(page: str) -> str:
    (text,) = [block.text for block in blocks(ROOT / f"docs/docsite/rst/{page}.rst") if block.language == "yaml"]
    return text


def test_the_first_steps(ansible: Ansible, fake: FakeCloudflare) -> None:
    (ansible.directory / "client.yml").write_text(the_play("guide_first_steps"))
    lines = [line for line in commands("guide_first_steps") if re.match(r"ansible(-playbook)? ", line)]
    runs = [ansible.command(*shlex.split(line)) for line in lines]
    assert [run.status for run in runs] == [0] * 6, [run.output for run in runs]
    playbooks = [run for line, run in zip(lines, runs, strict=True) if line.startswith("ansible-playbook")]
    assert [bool(run.changed) for run in playbooks] == [True, True, False]
    writes = fake.requests(writes_only=True)
    assert [line.split()[0] for line in writes] == ["POST", "DELETE"]


def test_the_front_page_shows_the_first_steps() -> None:
    assert yaml_blocks(ROOT / "docs/site/index.rst") == [yaml.safe_load(the_play("guide_first_steps"))]


def test_one_token_for_all_modules(ansible: Ansible, fake: FakeCloudflare) -> None:
    text, account = the_play("guide_authentication"), "9a7806061c88ada191ed06f989cc3dac"
    assert account in text
    (ansible.directory / "play.yml").write_text(text.replace(account, fake.account_id))
    Modules(fake).client(**APP)
    del ansible.environment["CLOUDFLARE_API_TOKEN"], ansible.environment["CLOUDFLARE_ACCOUNT_ID"]
    run = ansible.playbook("play.yml", OUR_CLOUDFLARE_TOKEN=fake.token)
    assert run.status == 0, run.output
    assert len(run.tasks[-1].result["oauth_clients"]) == 1


def test_an_error_is_handled_by_its_code(ansible: Ansible, fake: FakeCloudflare) -> None:
    text, last = the_play("guide_errors"), "Show the record to publish elsewhere"
    (ansible.directory / "play.yml").write_text(text)
    (ansible.directory / "elsewhere.yml").write_text(text.replace("app.example.com", "app.example.invalid"))
    assert ansible.playbook("play.yml").changed == ["Publish the record in a Cloudflare zone"]
    elsewhere = ansible.playbook("elsewhere.yml")
    assert (elsewhere.status, elsewhere.code) == (0, "zone_not_found"), elsewhere.output
    assert "app.example.invalid" in elsewhere.result(last)["msg"]
    refused = ansible.playbook("elsewhere.yml", CLOUDFLARE_API_TOKEN="x" * 40)
    assert [task.name for task in refused.tasks if task.status == "failed"][1:] == ["Stop at any other error"]


def test_the_page_of_playbooks_has_them_all(ansible: Ansible, fake: FakeCloudflare) -> None:
    text = (ROOT / "docs/docsite/rst/playbooks.rst").read_text()
    named = set(re.findall(r"^   \* - ``oauthops\.iam\.(\w+)``", text, re.M))
    assert named == {path.stem for path in ROOT.glob("playbooks/*.yml")}
    for example in ("example_app.yml", "report.yml"):
        shutil.copy(ROOT / "docs/examples" / example, ansible.directory)
    here = {
        "oauth_client_publish_dns": {"lookup_servers": fake.dns_address},
        "oauth_client_store": {"type": "json_file", "path": str(ansible.directory / "stored.json")},
    }
    lines = [line.replace("$PWD", str(ansible.directory)) for line in commands("playbooks")]
    runs = [ansible.command(*shlex.split(line), "-e", json.dumps(here)) for line in lines]
    assert [run.status for run in runs] == [0, 0, 0, 0, 2], [run.failure for run in runs]
    assert "missing" in runs[-1].failure


def test_the_switches_of_the_fake(fake: FakeCloudflare) -> None:
    lines = [line for line in commands("guide_testing") if line.startswith("curl ")]
    assert len(lines) == 5
    for line in lines:
        words = shlex.split(line.replace("$FAKE_CLOUDFLARE_CONTROL", fake.control_url))
        given = dict(zip(words, words[1:], strict=False))
        url = next(word for word in words if word.startswith("http"))
        body = json.loads(given["-d"]) if "-d" in given else None
        answer = requests.request(given.get("-X", "GET"), url, json=body, timeout=10)
        assert answer.ok, answer.text
    assert fake.faults() == []
