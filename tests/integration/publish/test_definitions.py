# SPDX-License-Identifier: GPL-3.0-or-later
"""One file of definitions serves the modules, the role that publishes, and the report."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible
from tests.integration.publications import AT_ONCE, ROLE, variables

Json = Any
FILE = "definitions.yml"
EACH = {
    "loop": "{{ oauth_clients }}",
    "loop_control": {"loop_var": "definition", "label": "{{ definition.client_name }}"},
}
REPORT = {"oauth_client_report_clients": "{{ oauth_clients }}"}
USES: dict[str, Json] = {
    "client": {"oauthops.iam.cloudflare_oauth_client": "{{ definition }}", **EACH},
    "clients": {"oauthops.iam.cloudflare_oauth_clients": {"clients": "{{ oauth_clients }}"}},
    "publish": {
        "ansible.builtin.include_role": {"name": ROLE},
        "vars": {**variables(**AT_ONCE, promote=False), "oauth_client_publish_client": "{{ definition }}"},
        **EACH,
    },
}


@pytest.fixture
def defined(ansible: Ansible, tmp_path: Path) -> list[str]:
    """The names of the clients in the file."""
    common = {"redirect_uris": ["https://app.example.com/callback"], "scopes": ["dns.read"]}
    clients = [
        {**common, "client_name": "Tool", "token_endpoint_auth_method": "none", "visibility": "private"},
        {
            **common,
            "client_name": "App",
            "token_endpoint_auth_method": "client_secret_basic",
            "client_uri": "https://app.example.com/",
            "client_secret_file": str(tmp_path / "secret"),
        },
    ]
    (ansible.directory / FILE).write_text(yaml.safe_dump({"oauth_clients": clients}))
    return [str(client["client_name"]) for client in clients]


@pytest.mark.parametrize("creator", USES)
def test_what_one_has_created_is_as_all_others_want_it(
    ansible: Ansible, fake: FakeCloudflare, tmp_path: Path, defined: list[str], creator: str
) -> None:
    created = ansible.play([USES[creator]], vars_files=[FILE])
    assert created.status == 0, created.output
    assert sorted(client["client_name"] for client in fake.state()["clients"]) == sorted(defined)
    assert (tmp_path / "secret").read_text() in fake.state()["minted_secrets"]

    fake.clear_journal()
    report = {"ansible.builtin.include_role": {"name": "oauthops.iam.oauth_client_report"}, "vars": REPORT}
    again = ansible.play([*USES.values(), report], vars_files=[FILE])
    assert again.status == 0, again.output
    writes = [line for line in fake.requests(writes_only=True) if "/oauth_clients" in line]
    assert (writes, again.fact("oauth_client_report_result")["counts"]["as_defined"]) == ([], len(defined))
