# SPDX-License-Identifier: GPL-3.0-or-later
"""Every documented example runs, and shows neither the token nor a secret at the highest verbosity."""

from __future__ import annotations

import getpass
import json
import re
import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible, Run
from tests.integration.application import Application
from tests.integration.modules import APP, Modules
from tests.integration.publications import result
from tests.integration.shown import yaml_blocks

LOUD = ("-vvvv", "--diff")
KNOWN = {"example_app_client_id": "30e8fa4a9d2746f5a1b3c9d7e6f50418", "example_app_client_secret": "hush-hush-Zz_9"}
CREDENTIALS = {"client_id": KNOWN["example_app_client_id"], "client_secret": KNOWN["example_app_client_secret"]}
NO_LOOKUP = {"dns": {"lookup": "none"}}
LOOKED_UP_NOWHERE = {f"oauthops.iam.cloudflare_oauth_client_{name}": NO_LOOKUP for name in ("publication", "wait")}
Json = Any


def examples(module: str) -> list[Json]:
    text = (ROOT / f"plugins/modules/{module}.py").read_text()
    block = re.search(r'^EXAMPLES = r"""\n(.*?)^"""', text, re.DOTALL | re.MULTILINE)
    assert block
    tasks: list[Json] = yaml.safe_load(block[1])
    return tasks


def assert_nothing_leaked(run: Run, ansible: Ansible, fake: FakeCloudflare) -> None:
    left = (path for path in (ansible.directory / "home/.ansible").rglob("*") if path.is_file())
    kept = "".join(path.read_text(errors="replace") for path in left)
    told = run.output + json.dumps([task.result for task in run.tasks]) + kept
    secrets = [fake.token, *fake.state()["minted_secrets"]]
    assert [secret for secret in secrets if secret in told] == []


@pytest.fixture
def prepared(ansible: Ansible, fake: FakeCloudflare) -> dict[str, Json]:
    """An account in which the examples of the first module were run."""
    variables = {"example_app_secret_file": str(ansible.directory / "secret")}
    run = ansible.play(examples("cloudflare_oauth_client"), *LOUD, vars=variables)
    assert run.status == 0, run.output
    assert fake.state()["minted_secrets"] != []
    assert_nothing_leaked(run, ansible, fake)
    return variables


@pytest.mark.parametrize(
    "module",
    [
        "cloudflare_oauth_client_export",
        "cloudflare_oauth_client_info",
        "cloudflare_oauth_client_publication",
        "cloudflare_oauth_client_report",
        "cloudflare_oauth_client_secret",
        "cloudflare_oauth_client_wait",
        "cloudflare_oauth_clients",
        "cloudflare_oauth_domain_record",
        "dns_txt_info",
        "cloudflare_oauth_scope_info",
    ],
)
def test_the_examples_of_a_module_run(
    prepared: dict[str, Json], ansible: Ansible, fake: FakeCloudflare, module: str
) -> None:
    if module == "cloudflare_oauth_client_wait":
        (client,) = Modules(fake).info(client_name="Example App").oauth_clients
        Modules(fake).record(client_uri=client["client_uri"], value=client["publishing"]["dns_record"]["value"])
    defaults = {**LOOKED_UP_NOWHERE, "oauthops.iam.dns_txt_info": {"servers": [fake.dns_address]}}
    directories = dict.fromkeys(("example_secret_dir", "example_report_dir"), str(ansible.directory))
    many = {**directories, "example_staging_clients": [{"client_name": "Example App"}]}
    write_definitions(ansible.directory, {"oauth_clients": [{"client_name": "Example App"}]})
    run = ansible.play(examples(module), *LOUD, vars={**prepared, **many}, module_defaults=defaults)
    assert run.status == 0, run.output
    assert len(run.tasks) == len(examples(module))
    assert_nothing_leaked(run, ansible, fake)


def write_definitions(directory: Path, described: Json) -> None:
    """The files that examples read."""
    (directory / "teams").mkdir()
    (directory / "oauth_clients.yml").write_text(yaml.safe_dump(described))
    for name in ("none.yml", "none.json"):
        (directory / "teams" / name).write_text("[]")


def test_the_guide_to_many_clients_runs(ansible: Ansible, fake: FakeCloudflare) -> None:
    blocks = yaml_blocks(ROOT / "docs/docsite/rst/guide_many_clients.rst")
    (described,) = [block for block in blocks if isinstance(block, dict)]
    write_definitions(ansible.directory, described)
    secrets = ansible.directory / "secrets"
    secrets.mkdir()
    tasks = [task for block in blocks if isinstance(block, list) for play in block for task in play["tasks"]]
    assert [task["oauthops.iam.cloudflare_oauth_clients"].pop("client_secret_dir", None) for task in tasks] == [
        "/etc/example_apps", None, None,
    ]  # fmt: skip
    tasks[0]["oauthops.iam.cloudflare_oauth_clients"]["client_secret_dir"] = str(secrets)
    Modules(fake).client(**{**APP, "client_name": "staging-old"})
    for task in tasks:
        run = ansible.play([task], "--diff")
        assert run.status == 0, run.output
        assert_nothing_leaked(run, ansible, fake)
    there = ["Example App", "Example CLI", "staging-cli"]
    assert sorted(client["client_name"] for client in fake.state()["clients"]) == there
    assert [path.name for path in secrets.iterdir()] == ["Example App"]


def test_no_module_is_without_tested_examples(prepared: dict[str, Json], fake: FakeCloudflare) -> None:
    documented = {path.stem for path in (ROOT / "plugins/modules").glob("*.py")}
    elsewhere = {"dns_txt_info", "rfc2136_txt_value", "secret_file_value", "vault_file_key"}
    elsewhere |= {f"cloudflare_oauth_client_{name}" for name in ("rotation", "stored_secret")}
    assert documented == elsewhere | {f"cloudflare_oauth_{name}" for name in (
        "client", "client_export", "client_info", "client_publication", "client_report", "client_secret",
        "client_wait", "clients", "domain_record", "scope_info",
    )}  # fmt: skip
    assert [client["client_name"] for client in fake.state()["clients"]] == ["Example App"]


def test_the_examples_of_the_encrypted_file_run(ansible: Ansible) -> None:
    kept, password = ansible.directory / "vault/oauth.yml", ansible.directory / "password"
    kept.parent.mkdir()
    kept.write_text("other: survives\n")
    password.write_text("correct horse\n")
    identity = ("--vault-id", f"production@{password}")
    assert ansible.command("ansible-vault", "encrypt", *identity, str(kept)).status == 0

    run = ansible.play(examples("vault_file_key"), *LOUD, *identity, vars=KNOWN)
    assert run.status == 0, run.output
    assert KNOWN["example_app_client_secret"] not in run.output
    assert ";production\n" in kept.read_text()
    opened = ansible.command("ansible-vault", "view", *identity, str(kept))
    assert yaml.safe_load(opened.output) == {"other": "survives", "example_app": CREDENTIALS}


def test_the_examples_of_a_secret_in_a_file_run(ansible: Ansible) -> None:
    kept, tasks = ansible.directory / "oauth.json", examples("secret_file_value")
    for task in tasks:
        task["oauthops.iam.secret_file_value"]["path"] = str(kept)
    tasks[-1]["oauthops.iam.secret_file_value"]["owner"] = getpass.getuser()
    run = ansible.play(tasks, *LOUD, vars=KNOWN)
    assert run.status == 0, run.output
    assert KNOWN["example_app_client_secret"] not in run.output
    assert json.loads(kept.read_text()) == CREDENTIALS


def test_the_task_of_the_guide_to_secret_files_runs(ansible: Ansible) -> None:
    kept, ((task,),) = ansible.directory / "oauth.json", yaml_blocks(ROOT / "docs/docsite/rst/guide_secret_files.rst")
    assert task.pop("become") is True
    task["oauthops.iam.secret_file_value"] |= {"path": str(kept), "owner": getpass.getuser()}
    run = ansible.play([task], *LOUD, vars=KNOWN)
    assert run.status == 0, run.output
    assert KNOWN["example_app_client_secret"] not in run.output
    assert json.loads(kept.read_text()) == CREDENTIALS


def test_the_examples_of_a_store_run(prepared: dict[str, Json], ansible: Ansible, fake: FakeCloudflare) -> None:
    stored, (client,) = ansible.directory / "stored.json", fake.state()["clients"]
    known = {**KNOWN, "example_app_client_id": client["client_id"]}
    changed = {
        "rotation": "Mint a second secret every 90 days",
        "stored_secret": "Store a secret that was created in the dashboard",
    }
    for name in ("deploy.yml", "verify.yml"):
        (ansible.directory / name).write_text(json.dumps([{"name": name, "ansible.builtin.assert": {"that": True}}]))
    for module, task in changed.items():
        tasks = json.dumps(examples(f"cloudflare_oauth_client_{module}"))
        run = ansible.play(json.loads(tasks.replace("/etc/example_app/stored.json", str(stored))), *LOUD, vars=known)
        assert run.status == 0, run.output
        assert run.changed == [task]
        assert_nothing_leaked(run, ansible, fake)
    assert json.loads(stored.read_text())["client_secret"] == KNOWN["example_app_client_secret"]


def the_play_of(role: str, ansible: Ansible, *options: str, **extra: Json) -> Run:
    (play,) = [
        block
        for block in yaml_blocks(ROOT / f"roles/{role}/README.md")
        if isinstance(block, list) and "hosts" in block[0]
    ]
    written = ansible.directory / f"{role}.yml"
    written.write_text(yaml.safe_dump(play, sort_keys=False))
    run = ansible.playbook(str(written), *LOUD, *options, extra=extra)
    assert run.status == 0, run.output
    return run


def test_the_play_of_the_publish_role_runs(ansible: Ansible, fake: FakeCloudflare) -> None:
    play = yaml_blocks(ROOT / "roles/oauth_client_publish/README.md")[0][0]
    run = ansible.play(
        [], *LOUD, **{**play, "vars": {"oauth_client_publish_dns": {"lookup_servers": fake.dns_address}}}
    )
    assert run.status == 0, run.output
    found = result(run)
    assert found["phase"] in ("verifying", "verified")
    assert_nothing_leaked(run, ansible, fake)
    page = (ROOT / "roles/oauth_client_publish/README.md").read_text().partition("![The phases]")[0]
    assert set(re.findall(r"`(\w+)`", "".join(re.findall(r"^\| (`[^|]*)\|", page, re.M)))) < set(found)


def test_the_example_variables_publish_a_client(ansible: Ansible, fake: FakeCloudflare) -> None:
    stored = ansible.directory / "home/example_app_oauth.json"
    # The example's file is in the home directory, which is another one in this test.
    here = {
        "oauth_client_publish_dns": {"lookup_servers": fake.dns_address},
        "oauth_client_store": {"type": "json_file", "path": str(stored)},
    }
    example = ("-e", f"@{ROOT}/docs/examples/example_app.yml")
    run = ansible.playbook("oauthops.iam.publish", *example, *LOUD, "-e", json.dumps(here))
    assert run.status == 0, run.output
    assert json.loads(stored.read_text())["client_secret"] in fake.state()["minted_secrets"]
    assert_nothing_leaked(run, ansible, fake)


def test_the_play_of_the_rotate_role_runs(prepared: dict[str, Json], ansible: Ansible, fake: FakeCloudflare) -> None:
    stored, credentials = ansible.directory / "stored.json", ansible.directory / "oauth.json"
    for name in ("deploy.yml", "verify.yml"):
        shutil.copy(ROOT / "docs/examples/rotate" / name, ansible.directory)
    (client,) = fake.state()["clients"]
    in_use = {"client_id": client["client_id"], "client_secret": Path(prepared["example_app_secret_file"]).read_text()}
    credentials.write_text(json.dumps(in_use))
    with Application(credentials, fake.token_url) as application:
        here = {
            "oauth_client_rotate_store": {"type": "json_file", "path": str(stored)},
            "example_app_credentials_file": str(credentials),
            "example_app_url": application.url,
        }
        run = the_play_of("oauth_client_rotate", ansible, **here)
        result = run.fact("oauth_client_rotate_result")
        assert result["steps"] == ["rotated", "stored"]
        assert_nothing_leaked(run, ansible, fake)
        again = the_play_of("oauth_client_rotate", ansible, **here)
        assert (again.fact("oauth_client_rotate_result")["steps"], again.changed) == ([], [])
        application.wait_for_authentication()
    assert application.refusals == []
    assert json.loads(stored.read_text())["client_secret"] == fake.state()["minted_secrets"][-1]
    told = (ROOT / "roles/oauth_client_rotate/README.md").read_text().partition("## Deploy and verify tasks")[0]
    keys = "".join(re.findall(r"^\| (`[^|]*)\|", told, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", keys)) == set(result)


def test_the_steps_of_the_publishing_guide_run(ansible: Ansible, fake: FakeCloudflare) -> None:
    variables, publish, remove = yaml_blocks(ROOT / "docs/docsite/rst/guide_publish.rst")
    assert variables == yaml.safe_load((ROOT / "docs/examples/example_app.yml").read_text())
    assert len(publish) == 3
    for options in (["--check"], []):
        run = ansible.play(publish, *LOUD, *options, module_defaults=LOOKED_UP_NOWHERE)
        assert run.status == 0, run.output
        assert_nothing_leaked(run, ansible, fake)
    assert run.changed == ["Create the client and publish its record", "Make the client public"]
    assert fake.state()["clients"][0]["visibility"] == "public"
    assert ansible.play(remove).code == "client_public"
    remove[0]["vars"]["oauth_client_publish_force"] = True
    assert ansible.play(remove).status == 0
    assert fake.state()["clients"] == []


def test_the_plays_of_the_readme_run(ansible: Ansible, fake: FakeCloudflare) -> None:
    plays = [block for block in yaml_blocks(ROOT / "README.md") if isinstance(block, list) and "hosts" in block[0]]
    assert plays
    for play in plays:
        (ansible.directory / "readme.yml").write_text(yaml.safe_dump(play))
        run = ansible.playbook(str(ansible.directory / "readme.yml"), *LOUD)
        assert run.status == 0, run.output
        assert_nothing_leaked(run, ansible, fake)


def test_the_ad_hoc_commands_of_the_readme_run(ansible: Ansible, fake: FakeCloudflare) -> None:
    commands = re.findall(r"^(ansible localhost .*(?:\\\n.*)*)$", (ROOT / "README.md").read_text(), re.M)
    assert len(commands) >= 3
    for command in commands:
        run = ansible.command("bash", "-c", command)
        assert run.status == 0, run.output
        assert_nothing_leaked(run, ansible, fake)


@pytest.mark.parametrize(
    "task",
    [
        {"client_name": "Leaky", "scopes": ["no.such.scope"]},
        {"client_id": "0" * 32, "client_name": "Leaky"},
        {"client_name": "Example App", "visibility": "public"},
        {"client_name": "Example App", "api_url": "http://127.0.0.1:9/", "retry_timeout": 0},
    ],
    ids=["unknown scope", "unknown id", "unpublishable", "unreachable"],
)
def test_a_failure_shows_no_secret_either(
    prepared: dict[str, Json], ansible: Ansible, fake: FakeCloudflare, task: Json
) -> None:
    explicit = {**task, "api_token": fake.token}
    run = ansible.play([{"oauthops.iam.cloudflare_oauth_client": explicit}], "-vvvv", "--diff")
    assert run.status != 0
    assert_nothing_leaked(run, ansible, fake)
