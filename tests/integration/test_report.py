# SPDX-License-Identifier: GPL-3.0-or-later
"""The playbook oauthops.iam.report: what it finds in an account, what it writes, and what it never sends."""

from __future__ import annotations

import json
import math
import re
import shutil
import textwrap
from collections.abc import Callable
from typing import Any

import pytest
import requests
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible, Run
from tests.unit.reports import reported

REPORT = "oauthops.iam.report"
NOW = "2026-10-05T09:00:00Z"
KINDS = ("errors", "missing", "drift", "unmanaged", "unknown_scopes", "open_rotations", "failed_verifications")
HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7*7 }}{{ lookup('env', 'CLOUDFLARE_API_TOKEN') }}",
    "{% raw %} {# #}",
    "red \x1b[31m \u202egnp.exe",
    "مرحبا 🚀",
    "long" * 60,
)
APP: dict[str, Any] = {
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["dns.read"],
    "token_endpoint_auth_method": "none",
}
WRITTEN = {"html": "report.html", "json": "report.json", "text": "report.txt"}
Json = Any
Report = Callable[..., Run]


@pytest.fixture
def report(ansible: Ansible) -> Report:
    """Run the playbook for some definitions; all three files are written unless a test wants it otherwise."""

    def run(clients: list[Json], *options: str, **variables: Json) -> Run:
        files = {f"{form}_file": str(ansible.directory / name) for form, name in WRITTEN.items()}
        given = {"clients": clients, "now": NOW, **files, **variables}
        of_hosts = {key: given.pop(key) for key in [*given] if key.startswith("cloudflare_")}
        of_role = {f"oauth_client_report_{key}": value for key, value in given.items()}
        return ansible.playbook(REPORT, *options, extra={**of_hosts, **of_role})

    return run


def create(fake: FakeCloudflare, client_name: str, **fields: Json) -> str:
    """A client as somebody else may have made it."""
    usual = {"grant_types": ["authorization_code"], "response_types": ["code"]}
    answer = requests.post(
        f"{fake.base_url}/accounts/{fake.account_id}/oauth_clients",
        json={"client_name": client_name, **APP, **usual, **fields},
        headers={"Authorization": f"Bearer {fake.token}"},
        timeout=30,
    )
    assert answer.ok, answer.text
    client_id: str = answer.json()["result"]["client_id"]
    return client_id


def rotate(fake: FakeCloudflare, client_id: str) -> None:
    requests.post(
        f"{fake.base_url}/accounts/{fake.account_id}/oauth_clients/{client_id}/rotate_secret",
        headers={"Authorization": f"Bearer {fake.token}"},
        timeout=30,
    ).raise_for_status()


@pytest.fixture
def one_of_each(fake: FakeCloudflare) -> list[Json]:
    """Definitions, and an account that has something of every kind against them."""
    create(fake, "As Defined")
    create(fake, "Drifted")
    create(fake, "Broken")
    create(fake, "Outdated", scopes=["dns.read", "zone.read"])
    fake.edit_scopes(remove=["zone.read"])
    rotated = create(fake, "Rotated", token_endpoint_auth_method="client_secret_basic")
    rotate(fake, rotated)
    fake.set_verification(create(fake, "Unverified", client_uri="https://app.example.com/"), "failed")
    fake.clear_journal()
    return [
        {"client_name": "As Defined", **APP},
        {"client_name": "Drifted", **APP, "redirect_uris": ["https://app.example.com/other"]},
        {"client_name": "Broken", "redirect_uris": ["nonsense"]},
        {"client_name": "New", **APP, "token_endpoint_auth_method": "client_secret_basic"},
        {"client_name": "Unverified", **APP, "client_secret_file": "/nowhere/at/all"},
    ]


def found(run: Run) -> dict[str, list[str]]:
    """Who is among the findings, by kind."""
    findings = run.fact("oauth_client_report_result")["findings"]
    return {kind: [item["client_name"] for item in each] for kind, each in findings.items() if each}


def expect_only_reads(fake: FakeCloudflare, pages: int = 1) -> None:
    listing = f"GET /accounts/{fake.account_id}/oauth_clients"
    assert fake.requests() == [listing] * pages + ["GET /oauth/scopes"]


FOUND = {
    "errors": ["Broken"],
    "missing": ["New"],
    "drift": ["Drifted"],
    "unmanaged": ["Outdated", "Rotated"],
    "unknown_scopes": ["Outdated"],
    "open_rotations": ["Rotated"],
    "failed_verifications": ["Unverified"],
}


def test_every_kind_is_found_and_nothing_is_written_to_cloudflare(
    report: Report, fake: FakeCloudflare, ansible: Ansible, one_of_each: list[Json]
) -> None:
    before = fake.state()["clients"]
    run = report(one_of_each)
    assert run.status != 0
    assert run.failure == (
        "Findings: definitions that cannot be applied: 1 (Broken); missing clients: 1 (New); drift: 1 (Drifted)."
    )
    assert found(run) == FOUND
    expect_only_reads(fake)
    assert fake.state()["clients"] == before

    written = {form: ansible.directory / name for form, name in WRITTEN.items()}
    assert {oct(path.stat().st_mode & 0o777) for path in written.values()} == {"0o644"}
    result = run.fact("oauth_client_report_result")
    in_full = json.loads(written["json"].read_text())
    assert [client["client_name"] for client in in_full.pop("clients")] == sorted(
        client["client_name"] for client in before
    )
    assert in_full == result
    assert written["text"].read_text().splitlines() == run.result("Show the report")["msg"]
    page = written["html"].read_text()
    assert all(f'id="{kind}"' in page for kind in KINDS)
    secrets = [fake.token, *fake.state()["minted_secrets"]]
    told = "".join(path.read_text() for path in written.values()) + run.output + json.dumps(result)
    assert len(secrets) > 1
    assert not [secret for secret in secrets if secret in told]


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_can_be_what_fails(report: Report, one_of_each: list[Json], kind: str) -> None:
    run = report(one_of_each, fail_on=[kind])
    assert run.status != 0
    assert run.failure.endswith(f": {len(FOUND[kind])} ({', '.join(FOUND[kind])}).")


@pytest.mark.parametrize(
    ("fail_on", "status"),
    [("drift, missing", 0), ("unmanaged\nerrors", 2)],
)
def test_a_survey_may_answer_with_a_text(report: Report, fake: FakeCloudflare, fail_on: str, status: int) -> None:
    run = report([{"client_name": "Bad", "redirect_uris": ["x"]}], fail_on=fail_on)
    assert run.status == status, run.output
    assert run.fact("oauth_client_report_result")["verdict"]["failed"] is bool(status)


def test_an_unanswered_question_fails_on_what_is_usual(report: Report, one_of_each: list[Json]) -> None:
    run = report(one_of_each, fail_on="")
    assert run.fact("oauth_client_report_result")["verdict"]["fail_on"] == ["errors", "missing", "drift"]
    assert run.status != 0


def test_findings_of_other_kinds_are_told_and_pass(report: Report, one_of_each: list[Json]) -> None:
    run = report(one_of_each, fail_on=[])
    assert run.status == 0
    assert found(run) == FOUND
    assert run.result("Show the report")["msg"][-1] == "8 findings of kinds that do not fail the run."


def test_an_empty_account_without_definitions_is_as_it_should_be(report: Report, fake: FakeCloudflare) -> None:
    run = report([], fail_on=list(KINDS))
    assert run.status == 0, run.output
    assert found(run) == {}
    expect_only_reads(fake)


def test_without_definitions_everything_is_unmanaged(report: Report, fake: FakeCloudflare) -> None:
    for name in ("App", "Other"):
        create(fake, name)
    assert found(report([])) == {"unmanaged": ["App", "Other"]}


def test_definitions_of_clients_that_are_to_go(report: Report, fake: FakeCloudflare) -> None:
    create(fake, "Old")
    run = report([{"client_name": name, "state": "absent"} for name in ("Old", "Gone")])
    assert found(run) == {"drift": ["Old"]}
    assert run.fact("oauth_client_report_result")["findings"]["drift"][0]["action"] == "delete"


@pytest.mark.parametrize("number", [40, 200])
def test_a_large_account_costs_pages_and_not_clients(report: Report, fake: FakeCloudflare, number: int) -> None:
    names = [f"Client {at}" for at in range(number)]
    for name in names:
        create(fake, name)
    fake.clear_journal()
    run = report([{"client_name": name, **APP} for name in names])
    assert run.status == 0, run.output
    assert run.fact("oauth_client_report_result")["counts"]["as_defined"] == number
    expect_only_reads(fake, pages=math.ceil(number / fake.variants()["list_page_size"]))


def test_the_same_account_gives_the_same_files(report: Report, ansible: Ansible, one_of_each: list[Json]) -> None:
    report(one_of_each)
    kept = [(ansible.directory / name).read_bytes() for name in WRITTEN.values()]
    again = report(one_of_each)
    assert again.changed == []
    later = report(one_of_each, now="2026-10-05T10:30:00Z")
    assert [name.rpartition(" : ")[2] for name in later.changed] == ["Write the report"]
    moved = [(ansible.directory / name).read_text() for name in WRITTEN.values()]
    undone = [text.replace("T10:30:00Z", "T09:00:00Z").replace("10:30 UTC", "09:00 UTC") for text in moved]
    assert [text.encode() for text in undone] == kept != [text.encode() for text in moved]


def test_hostile_names_are_text_everywhere(report: Report, fake: FakeCloudflare, ansible: Ansible) -> None:
    for name in HOSTILE:
        create(fake, name)
    run = report([])
    assert run.status == 0, run.output
    assert sorted(found(run)["unmanaged"]) == sorted(HOSTILE)
    page, text = ((ansible.directory / WRITTEN[form]).read_text() for form in ("html", "text"))
    assert "<script" not in page
    assert "{{ 7*7 }}" in page
    assert "{{ 7*7 }}{{ lookup('env', 'CLOUDFLARE_API_TOKEN') }}" in text
    assert "\\u001b[31m \\u202egnp.exe" in text
    assert fake.token not in page + text + run.output
    assert not re.search("[\x1b\u202e]", page + text)


def test_what_was_exported_is_as_defined(report: Report, fake: FakeCloudflare, ansible: Ansible) -> None:
    for name in HOSTILE:
        create(fake, name)
    exported = ansible.directory / "oauth_clients.yml"
    export = ansible.playbook("oauthops.iam.export", extra={"oauth_client_export_path": str(exported)})
    assert export.status == 0, export.output
    definitions: Json = "{{ oauth_clients }}"
    given = report(definitions, "-e", f"@{exported}", fail_on=list(KINDS))
    read = report([], definitions_file=str(exported), fail_on=list(KINDS))
    for run in (given, read):
        assert run.status == 0, run.output
        assert run.fact("oauth_client_report_result")["counts"]["as_defined"] == len(HOSTILE)


def test_nothing_is_written_unless_asked_for(report: Report, ansible: Ansible) -> None:
    run = report([], html_file="", json_file="", text_file="")
    assert run.status == 0, run.output
    assert run.changed == []
    assert not [name for name in WRITTEN.values() if (ansible.directory / name).exists()]
    assert run.result("Show the report")["msg"][-1] == "Everything is as defined."


def test_check_mode_writes_no_file(report: Report, ansible: Ansible, one_of_each: list[Json]) -> None:
    run = report(one_of_each, "--check", "--diff")
    assert run.status != 0
    assert found(run) == FOUND
    assert not [name for name in WRITTEN.values() if (ansible.directory / name).exists()]


@pytest.mark.parametrize(
    ("variables", "message"),
    [
        ({"fail_on": ["drift", "everything"]}, "fail_on: invalid kind 'everything' (expected errors, missing,"),
        ({"html_file": "report.html"}, "html_file: report.html is a relative path"),
        ({"html_file": "/no/such/place/report.html"}, "html_file: the directory /no/such/place does not exist"),
        ({"json_file": "/tmp"}, "json_file: /tmp is a directory (expected a file)"),
        ({"json_file": "/tmp/same", "html_file": "/tmp/same"}, "/tmp/same is also set as"),
        ({"clients": [3]}, "Validation of arguments failed"),
        ({"clients": [{"redirect_uris": []}]}, "clients[0]"),
        ({"now": "later"}, "now: invalid time 'later'"),
        ({"definitions_file": ["/no/such/file"]}, "definitions_file: /no/such/file cannot be read"),
        ({"definitions_file": ["/dev/null"], "clients": [{"client_name": "App"}]}, "definitions_file: clients is set"),
        ({"cloudflare_api_url": "http://example.com"}, "https"),
    ],
    ids=lambda value: str(next(iter(value.items()))) if isinstance(value, dict) else "",
)
def test_what_cannot_work_is_told_before_anybody_is_asked(
    report: Report, fake: FakeCloudflare, variables: dict[str, Json], message: str
) -> None:
    run = report(**{"clients": [], **variables})
    assert run.status != 0
    assert message in run.failure
    assert fake.requests() == []


def test_a_token_that_may_not_read_is_told(report: Report, fake: FakeCloudflare, ansible: Ansible) -> None:
    run = report([], cloudflare_api_token="not-a-token-of-anybody")
    assert run.status != 0
    assert "OAuth Client Read" in run.failure
    assert not (ansible.directory / WRITTEN["html"]).exists()


def test_the_role_works_twice_in_one_play(ansible: Ansible, fake: FakeCloudflare) -> None:
    create(fake, "App")
    role = {"name": "oauthops.iam.oauth_client_report"}
    tasks = [
        {"ansible.builtin.include_role": role, "vars": {"oauth_client_report_clients": clients}}
        for clients in ([], [{"client_name": "App", **APP}])
    ]
    run = ansible.play(tasks)
    assert run.status == 0, run.output
    assert found(run) == {}


def test_a_report_that_fails_leaves_none_of_an_earlier_one(ansible: Ansible, fake: FakeCloudflare) -> None:
    create(fake, "App")
    role = {"name": "oauthops.iam.oauth_client_report"}
    broken = {"ansible.builtin.include_role": role, "vars": {"oauth_client_report_clients": [{"scopes": []}]}}
    run = ansible.play([{"ansible.builtin.include_role": role}, broken])
    assert run.status != 0
    assert found(run) == {}


GUIDE = ROOT / "docs/docsite/rst/guide_report.rst"
EXAMPLE = ROOT / "docs/examples/report.yml"


def guide_blocks(language: str) -> list[str]:
    pattern = rf"^\.\. code-block:: {language}\n\n((?:    .*\n|\n)+)"
    return [textwrap.dedent(block).strip() for block in re.findall(pattern, GUIDE.read_text(), re.MULTILINE)]


def test_the_guide_shows_the_example_that_there_is() -> None:
    shown, _tasks = guide_blocks("yaml")
    assert yaml.safe_load(shown) == yaml.safe_load(EXAMPLE.read_text())


def test_the_pipeline_of_the_guide_fails_and_keeps_its_files(ansible: Ansible, fake: FakeCloudflare) -> None:
    shutil.copy(EXAMPLE, ansible.directory)
    kept = ansible.directory / "artifacts"
    kept.mkdir()
    _once, pipeline = guide_blocks("shell")
    run = ansible.command("bash", "-c", pipeline, EXAMPLE_ARTIFACTS=str(kept))
    assert run.status == 2, run.output
    assert run.failure == "Findings: missing clients: 2 (Example App, Example CLI)."
    assert {path.name for path in kept.iterdir()} == {"oauth_clients.html", "oauth_clients.json"}


def test_the_tasks_of_the_guide_go_on_with_what_was_found(ansible: Ansible, fake: FakeCloudflare) -> None:
    rotate(fake, create(fake, "Rotated", token_endpoint_auth_method="client_secret_basic"))
    _variables, tasks = guide_blocks("yaml")
    run = ansible.play(yaml.safe_load(tasks))
    assert run.status == 0, run.output
    assert "Rotated has two valid secrets." in run.output


def test_the_play_of_the_readme_runs(ansible: Ansible, fake: FakeCloudflare) -> None:
    readme = (ROOT / "roles/oauth_client_report/README.md").read_text()
    blocks = re.findall(r"^```yaml\n(.*?)^```", readme, re.DOTALL | re.MULTILINE)
    play, *variables = (yaml.safe_load(block) for block in blocks)
    run = ansible.play([], **play[0])
    assert run.status == 0, run.output
    assert found(run) == {"missing": ["Example CLI"]}
    known = yaml.safe_load((ROOT / "roles/oauth_client_report/defaults/main.yml").read_text())
    assert all(set(block) <= set(known) for block in variables)


def test_the_example_of_the_filter_runs(ansible: Ansible, fake: FakeCloudflare) -> None:
    source = (ROOT / "plugins/filter/drift_report_text.py").read_text()
    block = re.search(r'^EXAMPLES = r"""\n(.*?)^"""', source, re.DOTALL | re.MULTILINE)
    assert block
    run = ansible.play(yaml.safe_load(block[1]), vars={"report": reported([], [])})
    assert run.status == 0, run.output
    assert "Everything is as defined." in run.output
