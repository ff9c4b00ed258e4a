# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration import evidence
from tests.integration.ansible_runs import WITH_OTHERS, Ansible
from tests.integration.rehearsal import Rehearsal
from tests.integration.servers.aws import Aws
from tests.integration.servers.awx.server import Awx
from tests.integration.servers.openbao import OpenBao
from tests.tools.package import build

# Folders of tests that `make full` runs.
FOR_FULL = ("awx", "both_ways", "browser", "dns_recipes", "fake", "live")

pytest_runtest_setup = evidence.pytest_runtest_setup
pytest_runtest_makereport = evidence.pytest_runtest_makereport


def pytest_addoption(parser: pytest.Parser) -> None:
    text = "of the tests that start Ansible only each N-th, and no other: for a second run, with modules as processes"
    parser.addoption("--every", type=int, metavar="N", help=text)
    parser.addoption("--full", action="store_true", help="the tests that `make test` leaves out, and no other")


def pytest_configure(config: pytest.Config) -> None:
    text = "takes long, and nearly the same is seen elsewhere: left out of `make test`, run by `make full`"
    config.addinivalue_line("markers", f"thorough: {text}")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    all_of_them = any(Path(arg.partition("::")[0]).is_file() for arg in config.args)
    full = config.getoption("--full")
    chosen: list[pytest.Item] = [item for item in items if all_of_them or is_for_full(item) == full]
    every = config.getoption("--every")
    if every:
        chosen = [item for item in chosen if starts_ansible(item)][::every]
    if len(chosen) < len(items):
        config.hook.pytest_deselected(items=[item for item in items if item not in chosen])
        items[:] = chosen


def is_for_full(item: pytest.Item) -> bool:
    """What a change to the product hardly breaks alone, or what takes long."""
    folder = item.path.relative_to(Path(__file__).parent).parts[0]
    return folder in FOR_FULL or item.get_closest_marker("thorough") is not None


def starts_ansible(item: pytest.Item) -> bool:
    if not isinstance(item, pytest.Function):
        return False
    return "ansible" in item.fixturenames or Ansible in vars(item.module).values()


@pytest.fixture(scope="session")
def fake_process() -> Iterator[FakeCloudflare]:
    with FakeCloudflare("--poll-interval", "0.1") as fake:
        yield fake
        assert fake.complaints() == ""


@pytest.fixture
def fake(fake_process: FakeCloudflare) -> FakeCloudflare:
    """A fake Cloudflare with an empty account and no switch set."""
    fake_process.reset()
    return fake_process


@pytest.fixture
def ansible(fake: FakeCloudflare, tmp_path: Path) -> Ansible:
    return Ansible(tmp_path, fake.environment)


@pytest.fixture
def rehearsal(ansible: Ansible, fake: FakeCloudflare) -> Iterator[Rehearsal]:
    """A client whose secret is due, a store that holds it, and an application that uses it all the time."""
    prepared = Rehearsal(ansible, fake)
    with prepared.application:
        yield prepared


@pytest.fixture
def ansible_with_stores(ansible: Ansible) -> Ansible:
    """Ansible with the collections for stores and DNS providers, but without the address of any."""
    ansible.environment["ANSIBLE_COLLECTIONS_PATH"] = WITH_OTHERS
    return ansible


@pytest.fixture(scope="session")
def aws_process() -> Iterator[Aws]:
    with Aws() as aws:
        yield aws


@pytest.fixture
def aws(aws_process: Aws) -> Aws:
    """An empty account at AWS."""
    aws_process.reset()
    return aws_process


@pytest.fixture(scope="session")
def openbao_process() -> Iterator[OpenBao]:
    with OpenBao() as openbao:
        yield openbao


@pytest.fixture
def openbao(openbao_process: OpenBao) -> OpenBao:
    """An OpenBao without secrets."""
    openbao_process.reset()
    return openbao_process


@pytest.fixture(scope="session")
def awx_process() -> Iterator[Awx]:
    with Awx() as awx:
        yield awx


@pytest.fixture
def awx(awx_process: Awx) -> Awx:
    """An AWX with an organization and an administrator, and nothing else."""
    awx_process.reset()
    return awx_process


@pytest.fixture(scope="session")
def tarball(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The collection as it is released."""
    return build(tmp_path_factory.mktemp("build"))
