# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX does with what was set up in it: running job templates, and walking through workflows.

The fake AWX keeps the rows; this runs their jobs with ansible-runner, as AWX does. How variables, surveys, artifacts
and credentials come together is what AWX 24.6.1 was seen to do, or what its source says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import yaml
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tests.integration.ansible_runs import ROOT
from tests.integration.runner_runs import Literal, Runner, leaks
from tests.integration.servers.awx import rules
from tests.integration.servers.awx.kinds import TEMPLATES, Row
from tests.integration.servers.awx.server import Awx

PROJECT = ROOT / "docs/examples/awx/project"
_EDGES = {"successful": "success_nodes", "failed": "failure_nodes"}
OF_AWX_ITSELF = {
    "host": "CONTROLLER_HOST",
    "username": "CONTROLLER_USERNAME",
    "password": "CONTROLLER_PASSWORD",
    "oauth_token": "CONTROLLER_OAUTH_TOKEN",
}


def injected(credential_type: Row, inputs: Row) -> dict[str, str]:
    """The environment that a credential gives a job: a field that is not set is an empty text."""
    fields = {field["id"]: inputs.get(field["id"], "") for field in credential_type["inputs"]["fields"]}
    templates = credential_type["injectors"].get("env", {})
    environment = ImmutableSandboxedEnvironment()
    return {name: environment.from_string(template).render(fields) for name, template in templates.items()}


def applied(question: Row) -> Any:
    """The default of a question as AWX applies it: one that the question itself refuses counts as none."""
    default = question.get("default")
    return default if default is not None and rules.fits(question, default) else None


class Controller:
    """Each job runs in a directory of its own; everything else is in the rows of the fake AWX.

    No job may leave one of its secrets anywhere.
    """

    def __init__(self, awx: Awx, directory: Path) -> None:
        self.directory, self.tables = directory, awx.tables

    def set_variables(self, variables: Row) -> None:
        """What the role does with variables of every job."""
        for inventory in self.tables.rows["inventories"].values():
            inventory["variables"] = json.dumps({**json.loads(inventory["variables"]), **variables})

    def fill_in(self, name: str, **inputs: str) -> None:
        """What a person does with a credential that was set up."""
        self.tables.put_credential({"inputs": inputs}, self.tables.named("credentials", f"Cloudflare OAuth {name}"))

    # Jobs

    def launch(self, name: str, answers: Mapping[str, Any] | None = None) -> Row:
        """Launch a job template as a person does; raises Refused when its survey refuses an answer."""
        template = self.tables.named("job_templates", name)
        rules.check_prompted(dict(answers or {}), template)
        rules.check_answered(dict(answers or {}), template)
        return self._run(template, {}, answers or {})

    def _run(self, template: Row, given: Mapping[str, Any], answers: Mapping[str, Any], **row: Any) -> Row:
        """A job, which has ended. Variables of the template are templates; what was answered or handed on is text."""
        job = self.tables.add("jobs", {"name": template["name"], "job_template": template["id"], **row})
        questions = template["survey_spec"].get("spec", []) if template["survey_enabled"] else []
        defaults = {each["variable"]: applied(each) for each in questions if applied(each) is not None}
        extra = {**json.loads(template["extra_vars"] or "{}"), **_literal({**defaults, **given, **answers})}
        place = self.directory / f"job-{job['id']}"
        place.mkdir()
        runner = Runner(place, self._environment(template))
        (runner.data / "inventory/hosts").write_text(yaml.safe_dump(self._inventory(template["inventory"])))
        options = " ".join(("--diff", *(["--check"] if template["job_type"] == "check" else [])))
        plays = yaml.safe_load((PROJECT / template["playbook"]).read_text())
        status = runner.run(plays, "job", 0, extra, options)
        job["status"] = "successful" if status == 0 else "failed"
        job["artifacts"] = runner.artifacts("job")
        job["printed"] = (runner.data / "artifacts/job/stdout").read_text()
        assert leaks(runner.left(), self._secrets(template)) == []
        return job

    def _secrets(self, template: Row) -> dict[str, str]:
        credentials = [self.tables.rows["credentials"][each] for each in template["credentials"]]
        return {
            f"{name} of {credential['name']}": credential["inputs"][name]
            for credential in credentials
            for name in self.tables.secret_fields(credential["credential_type"]) & set(credential["inputs"])
        }

    def _environment(self, template: Row) -> dict[str, str]:
        credentials = [self.tables.rows["credentials"][each] for each in template["credentials"]]
        types = [self.tables.rows["credential_types"][each["credential_type"]] for each in credentials]
        environment: dict[str, str] = {}
        for credential, kind in zip(credentials, types, strict=True):
            lacking = [name for name in kind["inputs"].get("required", []) if not credential["inputs"].get(name)]
            assert not lacking, f"AWX would not start it: {credential['name']} has no {lacking}"
            environment |= injected(kind, credential["inputs"])
            if kind["name"] == "Red Hat Ansible Automation Platform":
                environment |= {name: credential["inputs"].get(field, "") for field, name in OF_AWX_ITSELF.items()}
        return environment

    def _inventory(self, identity: int) -> Row:
        inventory = self.tables.rows["inventories"][identity]
        hosts = [row for row in self.tables.rows["hosts"].values() if row["inventory"] == identity]
        described = {row["name"]: json.loads(row["variables"] or "{}") for row in hosts}
        return {"all": {"vars": json.loads(inventory["variables"] or "{}"), "hosts": described}}

    # Workflows

    def start(self, name: str, answers: Mapping[str, Any]) -> Row:
        """Launch a workflow and go on until it waits or ends."""
        template = self.tables.named("workflow_job_templates", name)
        rules.check_prompted(dict(answers), template)
        rules.check_answered(dict(answers), template)
        values = {"name": name, "workflow_job_template": template["id"], "extra_vars": json.dumps(dict(answers))}
        workflow = self.tables.add("workflow_jobs", values)
        nodes = self._nodes(template)
        reached = {each for node in nodes.values() for edge in _EDGES.values() for each in node[edge]}
        for node in [node for node in nodes.values() if node["id"] not in reached]:
            self._enter(workflow, node)
        return workflow

    def _nodes(self, template: Row) -> dict[int, Row]:
        rows = self.tables.rows["workflow_job_template_nodes"]
        return {identity: row for identity, row in rows.items() if row["workflow_job_template"] == template["id"]}

    def _enter(self, workflow: Row, node: Row) -> None:
        kind, template = self.tables.find(TEMPLATES, node["unified_job_template"])
        entered = {"identifier": node["identifier"], "workflow_job": workflow["id"]}
        job_node = self.tables.add("workflow_job_nodes", entered)
        if kind == "workflow_approval_templates":
            of = {"workflow_job": workflow["id"], "workflow_job_template": workflow["workflow_job_template"]}
            job_node["job"] = self.tables.add("workflow_approvals", {"name": template["name"], **of})["id"]
            return
        given = {**node["extra_data"], **self._artifacts(workflow)}
        job = self._run(template, given, json.loads(workflow["extra_vars"]), workflow_job=workflow["id"])
        job_node["job"] = job["id"]
        self._leave(workflow, node, job["status"])

    def _artifacts(self, workflow: Row) -> Row:
        jobs = [row for row in self.tables.rows["jobs"].values() if row["workflow_job"] == workflow["id"]]
        return {name: value for job in jobs for name, value in job["artifacts"].items()}

    def _leave(self, workflow: Row, node: Row, status: str) -> None:
        following = node[_EDGES[status]]
        workflow["status"] = "running" if following else status
        for identity in following:
            self._enter(workflow, self.tables.rows["workflow_job_template_nodes"][identity])

    def approvals(self, workflow: Row) -> dict[str, Row]:
        """The approvals of a workflow by the identifiers of their nodes."""
        nodes = [
            row for row in self.tables.rows["workflow_job_nodes"].values() if row["workflow_job"] == workflow["id"]
        ]
        found = self.tables.rows["workflow_approvals"]
        return {node["identifier"]: found[node["job"]] for node in nodes if node["job"] in found}

    def expire(self, workflow: Row, identifier: str) -> None:
        """What AWX does when the time of an approval is over."""
        self.approvals(workflow)[identifier].update(status="failed", timed_out=True)
        self.go_on(workflow, identifier)

    def go_on(self, workflow: Row, identifier: str) -> None:
        """What AWX does when an approval was decided."""
        template = self.tables.rows["workflow_job_templates"][workflow["workflow_job_template"]]
        (node,) = [node for node in self._nodes(template).values() if node["identifier"] == identifier]
        self._leave(workflow, node, self.approvals(workflow)[identifier]["status"])


def _literal(values: Mapping[str, Any]) -> Row:
    return {name: Literal(value) if isinstance(value, str) else value for name, value in values.items()}
