# SPDX-License-Identifier: GPL-3.0-or-later
"""Setting AWX up with the playbook, as the tests do it."""

from __future__ import annotations

from typing import Any

from tests.integration.ansible_runs import WITH_OTHERS, Ansible, Run
from tests.integration.servers.awx.server import Awx

PROJECT = {
    "oauth_client_awx_project_url": "https://git.example.com/oauth.git",
    "oauth_client_awx_image": "registry.example.com/oauth:1",
}


def with_awx(ansible: Ansible, awx: Awx) -> Ansible:
    """Ansible with the collection awx.awx and the address of the fake AWX."""
    ansible.environment["ANSIBLE_COLLECTIONS_PATH"] = WITH_OTHERS
    ansible.environment.update(awx.environment)
    return ansible


def set_up(ansible: Ansible, *options: str, **variables: Any) -> Run:
    return ansible.playbook("oauthops.iam.awx_setup", *options, extra={**PROJECT, **variables})
