# SPDX-License-Identifier: GPL-3.0-or-later
"""Setting AWX up with the playbook, as the tests do it."""

from __future__ import annotations

from typing import Any

from tests.integration.ansible_runs import Ansible, Run

PROJECT = {
    "oauth_client_awx_project_url": "https://git.example.com/oauth.git",
    "oauth_client_awx_image": "registry.example.com/oauth:1",
}


def set_up(ansible: Ansible, *options: str, **variables: Any) -> Run:
    return ansible.playbook("oauthops.iam.awx_setup", *options, extra={**PROJECT, **variables})
