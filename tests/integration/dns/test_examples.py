# SPDX-License-Identifier: GPL-3.0-or-later
"""What the documentation shows of name servers runs, at a real one."""

from __future__ import annotations

import re
from typing import Any

import yaml

from tests.integration.ansible_runs import ROOT
from tests.integration.dns.publishing import Publishing, update_options
from tests.integration.publications import AT_ONCE, MANUAL, PUBLISH, phase, result
from tests.integration.servers.name_server import NameServer
from tests.integration.shown import yaml_blocks
from tests.integration.test_examples import examples

GUIDE = ROOT / "docs/docsite/rst/guide_dns_providers.rst"
EXAMPLE: dict[str, Any] = {
    "client_name": "Example App",
    "redirect_uris": ["https://app.example.com/oauth/callback"],
    **MANUAL,
}
Json = Any


def guide_blocks() -> list[Json]:
    blocks = re.findall(r"^\.\. code-block:: yaml\n\n((?:    .*\n|\n)+)", GUIDE.read_text(), re.MULTILINE)
    return [yaml.safe_load(block) for block in blocks]


def test_the_examples_of_the_dynamic_update_run(publishing: Publishing, name_server: NameServer) -> None:
    publishing.run(**EXAMPLE)
    (read, publish) = examples("rfc2136_txt_value")
    here = {"server": name_server.host, "port": name_server.port, "key_name": name_server.writer.name}
    publish["oauthops.iam.rfc2136_txt_value"].update(here)
    secret = {"example_app_tsig_secret": name_server.writer.secret}
    run = publishing.ansible.play([read, publish], "-vvvv", "--diff", vars=secret)
    assert run.status == 0, run.output
    assert run.changed == ["Publish the record at our own name server"]
    assert name_server.texts("app.example.com") == {publishing.clients()[0]["verification"]["text"]}
    assert name_server.writer.secret not in run.output


def test_the_variables_for_a_name_server_publish(publishing: Publishing, name_server: NameServer) -> None:
    (shown,) = [block for block in guide_blocks() if isinstance(block, dict)]
    in_readme = yaml_blocks(ROOT / "roles/oauth_client_publish/README.md")
    assert [block for block in in_readme if "oauth_client_publish_dns" in block] == [shown]
    here = update_options(name_server)
    assert set(shown["oauth_client_publish_dns"]) - {"provider"} <= set(here)
    variables = publishing.variables(promote=False)
    lookup = {name: variables["oauth_client_publish_dns"][name] for name in ("lookup_servers", "lookup_url")}
    variables["oauth_client_publish_dns"] = {**shown["oauth_client_publish_dns"], **here, **lookup}
    assert phase(publishing.ansible.playbook(PUBLISH, extra=variables)) == "verified"


def test_the_task_file_of_the_guide_is_included_for_both_states(publishing: Publishing) -> None:
    (tasks,) = [block for block in guide_blocks() if "dns_request_list" in str(block)]
    own = publishing.ansible.directory / "dns_request_list.yml"
    requests = publishing.ansible.directory / "requests"
    own.write_text(yaml.safe_dump(tasks))
    requests_file = ("-e", f"dns_request_list={requests}")
    told = {**AT_ONCE, "provider": str(own)}

    run = publishing.run(*requests_file, **told)
    value = result(run)["dns_record"]["value"]
    line = f'app.example.com. TXT "{value}"'
    assert publishing.run(*requests_file, **told).changed == []
    assert requests.read_text() == f"present {line}\n"

    assert publishing.remove(*requests_file, **told).status == 0
    assert requests.read_text() == f"absent {line}\n"

    record = {"fqdn": "app.example.com", "value": value, "ttl": 1, "state": "present"}
    included = {"ansible.builtin.include_tasks": str(own), "vars": {"oauth_client_publish_record": record}}
    others = {**included, "vars": {"oauth_client_publish_record": {**record, "fqdn": "other-app.example.com"}}}
    variables = {"dns_request_list": str(requests)}
    assert len(publishing.ansible.play([included, others, included, others], vars=variables).changed) == 2
    assert requests.read_text() == f"present {line}\npresent other-{line}\n"


def test_the_play_that_removes_a_client_runs(publishing: Publishing, name_server: NameServer) -> None:
    before = name_server.content()
    assert phase(publishing.run(client_name="Example App")) == "public"
    plays = [
        block for block in yaml_blocks(ROOT / "roles/oauth_client_publish/README.md") if "tasks_from" in str(block)
    ]
    ((play,),) = plays
    (publishing.ansible.directory / "remove.yml").write_text(yaml.safe_dump([play]))
    public = {
        "oauth_client_publish_dns": publishing.variables()["oauth_client_publish_dns"],
        "oauth_client_publish_force": True,
    }
    run = publishing.ansible.playbook(str(publishing.ansible.directory / "remove.yml"), extra=public)
    assert run.status == 0, run.output
    assert (publishing.clients(), name_server.content()) == ([], before)
