# SPDX-License-Identifier: GPL-3.0-or-later
"""What a job finds around it, or misses: variables that are empty, no home, nowhere to write, an unknown user."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from ansible_collections.oauthops.iam.plugins.module_utils._api.auth import ENVIRONMENT
from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import BIN, Ansible, Run
from tests.integration.awx.conftest import content
from tests.integration.awx.controller import PROJECT
from tests.integration.awx.environment import (
    Beginning,
    all_together,
    empty_home,
    no_home,
    unknown_uid,
    unwritable_directory,
    without_account,
)
from tests.integration.listener import listener
from tests.integration.modules import CONFIDENTIAL, PUBLISHABLE
from tests.integration.runner_runs import Runner

CLIENT = "oauthops.iam.cloudflare_oauth_client"
INFO = "oauthops.iam.cloudflare_oauth_client_info"
SCOPES = "oauthops.iam.cloudflare_oauth_scope_info"
# A field of a credential that nobody filled in makes an empty variable.
EMPTY = {name: "" for names in ENVIRONMENT.values() for name in names}
KEY = "key-0123456789-that-nobody-may-see"
Json = Any
Around = Callable[[], Beginning]

PLACES = pytest.mark.parametrize("in_process", ["true", "false"], ids=["in-process", "own-process"])


@pytest.fixture
def anywhere(job: Ansible, in_process: str) -> Ansible:
    job.environment["OAUTHOPS_IN_PROCESS"] = in_process
    return job


# Variables that are empty


def refusal(run: Run) -> str:
    assert run.status != 0, run.output
    assert "Traceback" not in run.output
    return run.failure


def task(job: Ansible, module: str, *options: str, environment: dict[str, str], **params: Json) -> Run:
    job.environment.update(environment)
    return job.play([{module: params}], *options)


@PLACES
def test_an_empty_token_is_none_and_the_message_says_what_to_set(anywhere: Ansible) -> None:
    told = refusal(task(anywhere, SCOPES, environment=EMPTY))
    assert told.startswith(
        "api_token: no credential is set. Set the option api_token or the environment variable CLOUDFLARE_API_TOKEN"
    )


@PLACES
def test_half_a_credential_is_named_and_not_shown(anywhere: Ansible) -> None:
    run = task(anywhere, SCOPES, "-vvv", environment={**EMPTY, "CLOUDFLARE_API_KEY": KEY})
    assert "CLOUDFLARE_EMAIL" in refusal(run)
    assert KEY not in run.output + json.dumps([task.result for task in run.tasks])


@PLACES
def test_an_empty_account_is_none(anywhere: Ansible, fake: FakeCloudflare) -> None:
    given = {name: value for name, value in fake.environment.items() if name != "CLOUDFLARE_ACCOUNT_ID"}
    told = refusal(task(anywhere, INFO, environment={**EMPTY, **given}))
    assert told == "account_id: it is not set. Set the option or the environment variable CLOUDFLARE_ACCOUNT_ID."
    assert fake.requests() == []


@PLACES
def test_an_empty_address_is_cloudflares(anywhere: Ansible, fake: FakeCloudflare) -> None:
    """It gets no further than to a proxy that hears where it wants to go."""
    given = {**EMPTY, **fake.environment, "CLOUDFLARE_BASE_URL": ""}
    with listener() as (port, heard):
        proxy = {"HTTPS_PROXY": f"http://127.0.0.1:{port}"}
        told = refusal(task(anywhere, INFO, environment={**given, **proxy}, retry_timeout=0))
    assert heard[0].startswith(b"CONNECT api.cloudflare.com:443 ")
    assert told.startswith(f"GET /accounts/{fake.account_id}/oauth_clients: ")
    assert fake.requests() == []


@PLACES
def test_an_empty_variable_hides_no_other(anywhere: Ansible, fake: FakeCloudflare) -> None:
    given = {**EMPTY, **fake.environment, "CLOUDFLARE_API_TOKEN": "", "CLOUDFLARE_TOKEN": fake.token}
    run = task(anywhere, INFO, environment=given)
    assert run.status == 0, run.output


# The user, the home and the directory


@PLACES
@pytest.mark.parametrize("around", [no_home, empty_home, unwritable_directory, unknown_uid])
def test_a_module_needs_none_of_it(anywhere: Ansible, fake: FakeCloudflare, around: Around) -> None:
    kept = anywhere.directory / "secret"
    options = json.dumps({**CONFIDENTIAL, "client_secret_file": str(kept)})
    run = anywhere.command(*around(), "ansible", "localhost", "-m", CLIENT, "-a", options)
    assert run.status == 0, run.output
    assert [kept.read_text()] == fake.state()["minted_secrets"]


def publishing(fake: FakeCloudflare, **changes: Json) -> str:
    """Variables for a client that goes all the way."""
    looked_up = {"lookup_servers": [fake.dns_address], "lookup_url": fake.doh_url}
    variables = {"client": {**PUBLISHABLE, **changes}, "dns": looked_up, "wait_timeout": 20, "wait_interval": 1}
    return json.dumps({f"oauth_client_publish_{name}": value for name, value in variables.items()})


def visibility(fake: FakeCloudflare) -> str:
    (client,) = fake.state()["clients"]
    return str(client["visibility"])


@PLACES
def test_a_client_is_published_without_all_of_it(anywhere: Ansible, fake: FakeCloudflare) -> None:
    command = ("ansible-playbook", "oauthops.iam.publish", "-e", publishing(fake))
    run = anywhere.command(*all_together(), *command)
    assert run.status == 0, run.output
    assert visibility(fake) == "public"


def test_a_secret_has_where_to_wait_without_all_of_it(job: Ansible, fake: FakeCloudflare) -> None:
    """Until it is stored, the secret is in a file below Ansible's home. Here, the store can be written once."""
    place = job.directory / "store"
    read, write = f"test ! -e {place} || cat {place}", f"test ! -e {place} && cat > {place}"
    store = {"type": "command", "read": ["sh", "-c", read], "write": ["sh", "-c", write]}
    task = {"oauthops.iam.cloudflare_oauth_client_publication": {"client": CONFIDENTIAL, "store": store}}
    written = job.directory / "play.yml"
    written.write_text(json.dumps([{"hosts": "localhost", "gather_facts": False, "tasks": [task]}]))
    run = job.command(*all_together(), "ansible-playbook", str(written))
    assert run.status != 0
    files = [path for path in Path(job.environment["ANSIBLE_HOME"], "oauthops.iam").rglob("*") if path.is_file()]
    minted = fake.state()["minted_secrets"]
    assert len(minted) == 1, run.output
    assert [path.read_text().rstrip("\0\n") for path in files if minted[0] in path.read_text()] == minted


@pytest.mark.parametrize(
    ("variable", "told"),
    [
        ("ANSIBLE_HOME", r"Unable to create local directories"),
        ("ANSIBLE_REMOTE_TEMP", r"Failed to create temporary directory|/project/~"),
    ],
)
def test_it_takes_what_the_image_sets(
    ansible: Ansible, fake: FakeCloudflare, installed: Path, image_environment: dict[str, str], variable: str, told: str
) -> None:
    """Without a variable of the image Ansible itself fails, or writes beside the playbook where it may."""
    del image_environment[variable]
    ansible.environment.update(image_environment, ANSIBLE_COLLECTIONS_PATH=str(installed), OAUTHOPS_IN_PROCESS="false")
    play = {"hosts": "localhost", "gather_facts": False, "tasks": [{"oauthops.iam.cloudflare_oauth_client_info": {}}]}
    playbook = ansible.directory / "project/play.json"
    playbook.parent.mkdir()
    playbook.write_text(json.dumps([play]))
    run = ansible.command(*all_together(), "ansible-playbook", str(playbook))
    written = content(playbook.parent) - {playbook}
    assert run.status != 0 or written
    assert re.search(told, run.output + "".join(map(str, written))), run.output


@pytest.mark.parametrize("around", [unknown_uid, without_account])
def test_nobody_knows_the_user(around: Around) -> None:
    asked = "import os, pwd; pwd.getpwuid(os.getuid())"
    finished = subprocess.run([*around(), sys.executable, "-c", asked], capture_output=True, text=True, check=False)
    assert "uid not found" in finished.stderr


# A project that brings the collection


def sync(project: Path, place: Path, tarball: Path, environment: dict[str, str]) -> None:
    """Install what the requirements of the example project name, as the update of a project does."""
    requirements = (PROJECT / "collections/requirements.yml").read_text()
    vendored = project / yaml.safe_load(requirements)["collections"][0]["name"]
    assert vendored.name == tarball.name
    for path in (project / "collections", vendored.parent):
        path.mkdir(parents=True)
    (project / "collections/requirements.yml").write_text(requirements)
    vendored.write_bytes(tarball.read_bytes())
    options = ("-r", "collections/requirements.yml", "-p", str(place), "--offline")
    command = (str(BIN / "ansible-galaxy"), "collection", "install", *options)
    finished = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    assert finished.returncode == 0, finished.stdout + finished.stderr


def test_a_project_brings_the_collection_and_publishes(
    fake: FakeCloudflare, tarball: Path, image_environment: dict[str, str], tmp_path: Path
) -> None:
    runner = Runner(tmp_path, fake.environment)
    place = runner.data / "requirements_collections"
    runner.own_environment.update(image_environment, HOME="")
    runner.environment["ANSIBLE_COLLECTIONS_PATH"] = str(place)
    sync(runner.data / "project", place, tarball, runner.own_environment)

    plays = [{"name": "Publish", "ansible.builtin.import_playbook": "oauthops.iam.publish"}]
    status = runner.run(plays, "job", 0, json.loads(publishing(fake)))
    assert status == 0, runner.printed.read_text()
    assert visibility(fake) == "public"
    assert Path(image_environment["ANSIBLE_HOME"]).is_dir()
    assert list(runner.home.iterdir()) == []
