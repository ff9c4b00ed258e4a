# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation shows of name servers runs, at a real one."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.integration.ansible_runs import ROOT
from tests.integration.dns.publishing import Publishing, phase, result
from tests.integration.servers.name_server import NameServer
from tests.integration.shown import yaml_blocks
from tests.integration.test_examples import examples

GUIDE = ROOT / "docs/docsite/rst/guide_dns_providers.rst"
EXAMPLE = {
    "client_name": "Example App",
    "redirect_uris": ["https://app.example.com/oauth/callback"],
    "dns_provider": "manual",
    "wait_timeout": 0,
}
Json = Any


def guide_blocks() -> list[Json]:
    blocks = re.findall(r"^\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)", GUIDE.read_text(), re.MULTILINE)
    return [yaml.safe_load(block) for block in blocks]


def at(name_server: NameServer, variables: dict[str, Json]) -> dict[str, Json]:
    """Variables of a document, with the test's name server and key for those that are made up."""
    assert all(name.startswith("oauth_client_publish_") for name in variables)
    here = {"server": name_server.host, "port": name_server.port, "key_name": name_server.writer.name}
    here["key_secret"] = name_server.writer.secret
    return {**variables, **{f"oauth_client_publish_rfc2136_{name}": value for name, value in here.items()}}


def test_the_examples_of_the_dynamic_update_run(publishing: Publishing, name_server: NameServer) -> None:
    publishing.run(**EXAMPLE)
    (read, publish) = examples("rfc2136_txt_value")
    here = {"server": name_server.host, "port": name_server.port, "key_name": name_server.writer.name}
    publish["oauthops.iam.rfc2136_txt_value"].update(here)
    secret = {"example_app_tsig_secret": name_server.writer.secret}
    run = publishing.ansible.play([read, publish], "-vvvv", "--diff", vars=secret)
    assert run.status == 0, run.output
    assert run.changed == ["Publish it at our own name server"]
    assert name_server.texts("app.example.com") == {publishing.clients()[0]["verification"]["text"]}
    assert name_server.writer.secret not in run.output


def test_the_examples_of_the_filter_run(publishing: Publishing, name_server: NameServer) -> None:
    publishing.run(**EXAMPLE)
    text = (ROOT / "plugins/filter/publication_status.py").read_text()
    tasks = yaml.safe_load(re.findall(r'^EXAMPLES = r"""\n(.*?)^"""', text, re.S | re.M)[0])
    seen = {"oauthops.iam.dns_txt_info": {"servers": [name_server.address]}}
    run = publishing.ansible.play(tasks, module_defaults=seen)
    assert run.status == 0, run.output
    assert "Publish the TXT record at app.example.com" in run.result("Say what comes next")["msg"]


def test_the_variables_for_a_name_server_publish(publishing: Publishing, name_server: NameServer) -> None:
    (shown,) = [block for block in guide_blocks() if isinstance(block, dict)]
    (in_readme,) = [
        block
        for block in yaml_blocks(ROOT / "roles/oauth_client_publish/README.md")
        if "oauth_client_publish_dns_provider" in block
    ]
    assert shown == in_readme
    variables = {**publishing.variables(promote=False), **at(name_server, shown)}
    run = publishing.ansible.playbook("oauthops.iam.publish", extra=variables)
    assert phase(run) == "verified"


def test_the_task_file_of_the_guide_is_included_for_both_states(publishing: Publishing) -> None:
    (tasks,) = [block for block in guide_blocks() if "Write down" in str(block)]
    own = publishing.ansible.directory / "dns_by_ticket.yml"
    requests = publishing.ansible.directory / "requests"
    own.write_text(yaml.safe_dump(tasks))
    requests_file = ("-e", f"dns_requests_file={requests}")
    told = {"dns_provider": str(own), "wait_timeout": 0}

    run = publishing.run(*requests_file, **told)
    value = result(run)["dns_record"]["value"]
    line = f'app.example.com. TXT "{value}"'
    assert publishing.run(*requests_file, **told).changed == []
    assert requests.read_text() == f"present {line}\n"

    assert publishing.remove(*requests_file, **told).status == 0
    assert requests.read_text() == f"present {line}\nabsent {line}\n"


def test_the_play_that_removes_a_client_runs(publishing: Publishing, name_server: NameServer) -> None:
    before = name_server.content()
    assert phase(publishing.run(client_name="Example App")) == "public"
    plays = [
        block for block in yaml_blocks(ROOT / "roles/oauth_client_publish/README.md") if "tasks_from" in str(block)
    ]
    ((play,),) = plays
    (publishing.ansible.directory / "remove.yml").write_text(yaml.safe_dump([play]))
    zone = {name: value for name, value in publishing.variables().items() if "rfc2136" in name or "provider" in name}
    run = publishing.ansible.playbook(str(publishing.ansible.directory / "remove.yml"), extra=zone)
    assert run.status == 0, run.output
    assert (publishing.clients(), name_server.content()) == ([], before)
