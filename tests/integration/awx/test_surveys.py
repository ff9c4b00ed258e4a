# SPDX-License-Identifier: GPL-3.0-or-later
"""Answers of surveys, which are texts, in jobs of the templates that ask for them."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.awx.controller import Controller
from tests.integration.awx.test_workflow import answers, clients
from tests.integration.modules import Modules
from tests.integration.servers.awx.kinds import Row
from tests.integration.servers.awx.rules import Refused

PUBLISH, ROTATE, REPORT = (f"Cloudflare OAuth {name}" for name in ("publish", "rotate", "report"))
TEMPLATE = "App {{ 1 + 1 }} {% if %}"


def launched(controller: Controller, name: str, given: dict[str, Any]) -> Row:
    job = controller.launch(name, given)
    assert job["status"] == "successful", job["printed"]
    return job


def test_texts_for_booleans_numbers_and_lists(controller: Controller, fake: FakeCloudflare) -> None:
    how_far = {"promote": "true", "fail_when_pending": "true", "wait_timeout": "60"}
    given = answers("one") | {f"oauth_client_publish_{name}": value for name, value in how_far.items()}
    controller.set_variables({"oauth_client_publish_wait_interval": "1"})
    launched(controller, PUBLISH, given)
    (client,) = clients(fake)
    assert (client["visibility"], client["scopes"]) == ("public", ["dns.read"])
    assert client["redirect_uris"] == ["https://one.example.com/callback", "https://one.example.com/other"]


def test_what_looks_like_a_template_stays_text(controller: Controller, fake: FakeCloudflare) -> None:
    given = {**answers("one", "manual"), "oauth_client_publish_client_name": TEMPLATE}
    launched(controller, PUBLISH, given)
    job = launched(controller, f"{PUBLISH} (check)", given)
    assert "changed=0" in job["printed"]
    assert [client["client_name"] for client in clients(fake)] == [TEMPLATE]


def test_a_check_job_writes_nothing(controller: Controller, fake: FakeCloudflare) -> None:
    launched(controller, f"{PUBLISH} (check)", answers("one"))
    assert fake.requests(writes_only=True) == []


def test_what_is_not_answered_is_as_the_variables_of_all_jobs_say(controller: Controller, fake: FakeCloudflare) -> None:
    controller.set_variables({"oauth_client_publish_dns": {"provider": "manual"}})
    given = answers("one")
    del given["oauth_client_publish_dns_provider"]
    launched(controller, PUBLISH, given)
    assert fake.state()["records"] == []
    assert [client["visibility"] for client in clients(fake)] == ["private"]


@pytest.mark.parametrize("given", [{"promote": "yes"}, {"promote": ""}, {"client_name": ""}])
def test_awx_refuses_what_the_survey_does_not_allow(controller: Controller, given: dict[str, str]) -> None:
    changed = {f"oauth_client_publish_{name}": value for name, value in given.items()}
    with pytest.raises(Refused):
        controller.launch(PUBLISH, {**answers("one"), **changed})


@pytest.mark.thorough
def test_a_secret_is_rotated(controller: Controller, fake: FakeCloudflare, tmp_path: Path) -> None:
    store = tmp_path / "store.json"
    modules = Modules(fake)
    made = modules.client(
        client_name=TEMPLATE,
        redirect_uris=["https://app.example.com/callback"],
        scopes=["dns.read"],
        token_endpoint_auth_method="client_secret_post",
        return_client_secret=True,
    )
    held = {"client_id": made.oauth_client["client_id"], "client_secret": made.client_secret}
    store.write_text(json.dumps(held))
    controller.set_variables(
        {
            "oauth_client_store": {"type": "json_file", "path": str(store)},
        }
    )
    named = {"oauth_client_rotate_client_name": TEMPLATE}
    launched(controller, ROTATE, named)
    newer = json.loads(store.read_text())["client_secret"]
    assert [client["secrets"] for client in clients(fake)] == [[made.client_secret, newer]]
    launched(controller, ROTATE, {**named, "oauth_client_rotate_finalize": "only"})
    assert [client["secrets"] for client in clients(fake)] == [[newer]]


def test_a_report_with_a_title_and_findings_of_ones_own(controller: Controller, fake: FakeCloudflare) -> None:
    missing = {
        "client_name": "missing",
        "redirect_uris": ["https://app.example.com/callback"],
        "scopes": ["dns.read"],
        "token_endpoint_auth_method": "none",
    }
    controller.set_variables({"oauth_client_report_clients": [missing]})
    given = {"oauth_client_report_title": TEMPLATE, "oauth_client_report_fail_on": "drift\nerrors\n"}
    assert TEMPLATE in launched(controller, REPORT, given)["printed"]
    assert controller.launch(REPORT)["status"] == "failed"
    assert fake.requests(writes_only=True) == []
