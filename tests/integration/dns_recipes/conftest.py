# SPDX-License-Identifier: GPL-3.0-or-later
from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.integration.ansible_runs import Ansible
from tests.integration.dns_recipes.recipes import ZONE, Recipe, Zone
from tests.integration.servers.aws import Aws
from tests.integration.servers.hetzner_dns import HetznerDns
from tests.integration.servers.route53 import Route53
from tests.integration.thorough import thorough


def opened(name: str, request: pytest.FixtureRequest) -> Route53 | HetznerDns:
    if name == "route53":
        aws: Aws = request.getfixturevalue("aws")
        return Route53(aws, ZONE)
    return HetznerDns(ZONE)


@pytest.fixture(params=["hetzner", *thorough("route53")])
def zone(request: pytest.FixtureRequest) -> Iterator[Zone]:
    """An empty zone at a provider; the recipe of the same name is run."""
    with opened(request.param, request) as zone:
        yield zone


@pytest.fixture
def recipe(request: pytest.FixtureRequest, zone: Zone, ansible_with_stores: Ansible) -> Recipe:
    ansible_with_stores.environment.update(zone.environment)
    return Recipe(request.node.callspec.params["zone"], ansible_with_stores)
