# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

import copy
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import BIN, Ansible
from tests.integration.awx.controller import Controller
from tests.integration.awx.image import BuildContext
from tests.integration.awx.setting_up import set_up, with_awx
from tests.integration.servers.awx.server import Awx
from tests.integration.servers.awx.tables import Tables

OF_AWX = "Red Hat Ansible Automation Platform"
OF_AWX_FIELDS = {"host": False, "username": False, "password": True, "oauth_token": True}


@pytest.fixture
def awx(awx: Awx) -> Awx:
    """A fake AWX as it comes: with its own type of credential for itself, and nothing of ours."""
    awx.add_credential_type(OF_AWX, OF_AWX_FIELDS)
    return awx


@pytest.fixture
def ansible_with_awx(ansible: Ansible, awx: Awx) -> Ansible:
    return with_awx(ansible, awx)


@pytest.fixture(scope="session")
def tables_set_up(tmp_path_factory: pytest.TempPathFactory) -> Tables:
    """What the playbook makes of an AWX as it comes, once for all tests that begin there."""
    with Awx() as awx:
        awx.add_credential_type(OF_AWX, OF_AWX_FIELDS)
        run = set_up(with_awx(Ansible(tmp_path_factory.mktemp("set-up"), {}), awx))
        assert run.status == 0, run.output
        return copy.deepcopy(awx.tables)


@pytest.fixture
def controller(awx: Awx, tables_set_up: Tables, fake: FakeCloudflare, tmp_path: Path) -> Controller:
    """An AWX that was set up, whose credentials a person has filled in, and whose jobs look at the fake's DNS."""
    awx.tables = copy.deepcopy(tables_set_up)
    controller = Controller(awx, tmp_path)
    controller.fill_in("account", api_token=fake.token, account_id=fake.account_id, api_url=fake.base_url)
    controller.fill_in("approver", host=awx.url, oauth_token=awx.token)
    controller.set_variables(
        {
            "oauth_client_publish_dns": {"lookup_servers": [fake.dns_address], "lookup_url": fake.doh_url},
        }
    )
    return controller


@pytest.fixture(scope="session")
def build_context(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> BuildContext:
    return BuildContext(tmp_path_factory.mktemp("execution-environment") / "definition", tarball)


@pytest.fixture(scope="session")
def installed(tarball: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The place in which the collection is installed, and nobody may write."""
    place = tmp_path_factory.mktemp("installed")
    command = ("ansible-galaxy", "collection", "install", "--offline", str(tarball), "-p", str(place))
    environment = {"PATH": f"{BIN}:/usr/bin:/bin", "ANSIBLE_HOME": str(tmp_path_factory.mktemp("home"))}
    subprocess.run(command, cwd=place, env=environment, check=True, capture_output=True)
    for directory in (place, *(each for each in place.rglob("*") if each.is_dir())):
        directory.chmod(0o555)
    return place


def content(place: Path) -> set[Path]:
    """What is there, but for what Python keeps where it may."""
    return {path for path in place.rglob("*") if "__pycache__" not in path.parts}


@pytest.fixture
def image_environment(ansible: Ansible, build_context: BuildContext) -> dict[str, str]:
    """What the image sets, with a /tmp of the test's own."""
    own = ansible.directory / "tmp"
    own.mkdir()
    return {name: value.replace("/tmp", str(own), 1) for name, value in build_context.environment.items()}


@pytest.fixture
def job(ansible: Ansible, installed: Path, image_environment: dict[str, str]) -> Iterator[Ansible]:
    """Ansible as a job has it: the collection from its tarball, what the image sets, and nothing else to write to."""
    ansible.environment.update(image_environment, ANSIBLE_COLLECTIONS_PATH=str(installed))
    before = content(installed)
    yield ansible
    assert content(installed) == before
    assert list((ansible.directory / "home").iterdir()) == []
