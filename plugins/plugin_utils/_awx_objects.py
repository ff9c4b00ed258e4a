# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The objects that AWX is to have, each as the modules of awx.awx take it. Pure. Private to this collection.

Objects are found by their names, so another name in a later release would be another object.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ._awx_surveys import surveys

Object = dict[str, Any]
Options = Mapping[str, Any]


def awx_objects(options: Options) -> dict[str, list[Object]]:
    """All objects by the names that infra.aap_configuration has for their kinds, without keys that are empty.

    C(options) are all variables of the role by what follows their prefix, and C(credential_type). Raises KeyError when
    one is missing.
    """
    return {
        kind: [{name: value for name, value in each.items() if value != ""} for each in objects]
        for kind, objects in _by_kind(options).items()
    }


def _by_kind(options: Options) -> dict[str, list[Object]]:
    prefix, owner = options["prefix"], {"organization": options["organization"]}
    environment = {"name": f"{prefix} environment", "image": options["image"], "pull": options["image_pull"], **owner}
    inventory = f"{prefix} accounts"
    return {
        "controller_credential_types": [options["credential_type"]],
        "controller_credentials": credentials(options),
        "controller_execution_environments": [environment] if options["image"] else [],
        "controller_projects": [project(options)],
        "controller_inventories": [
            {
                "name": inventory,
                **owner,
                "description": "One host for each Cloudflare account. "
                "Jobs run locally and open no connection to these hosts.",
                "variables": {
                    # As variables of the jobs they would override what playbooks make of survey answers.
                    **options["variables"],
                    # Without these two, a host that is not the implicit localhost has ssh, or another Python.
                    "ansible_connection": "local",
                    "ansible_python_interpreter": "{{ ansible_playbook_python }}",
                },
            }
        ],
        "controller_hosts": [{"inventory": inventory, "variables": {}, **host} for host in options["hosts"]],
        "controller_templates": templates(options),
        "controller_workflows": [workflow(options)],
        "controller_schedules": [
            schedule(f"{prefix} poll", options["poll_rule"]),
            schedule(f"{prefix} report", options["report_rule"]),
            *({"extra_data": {}, "enabled": True, **each} for each in options["schedules"]),
        ],
    }


def credentials(options: Options) -> list[Object]:
    """The two credentials, created without secrets and never changed afterwards: the user enters the secrets."""
    account = ("account", "The Cloudflare account of the jobs", options["credential_type"]["name"])
    approver = ("approver", "A user who may only approve", "Red Hat Ansible Automation Platform")
    return [
        {
            "name": f"{options['prefix']} {name}",
            "description": f"{description}. Enter its values in AWX.",
            "organization": options["organization"],
            "credential_type": kind,
            "state": "exists",
        }
        for name, description, kind in (account, approver)
    ]


def project(options: Options) -> Object:
    url = options["project_url"]
    return {
        "name": f"{options['prefix']} project",
        "organization": options["organization"],
        "scm_type": "git" if url else "manual",
        "scm_url": url,
        "scm_branch": options["project_branch"] if url else "",
        "credential": options["project_credential"],
        "local_path": options["project_path"],
    }


def templates(options: Options) -> list[Object]:
    """A job for each playbook, and a check job beside each but the one that polls."""
    prefix, asked, slices = options["prefix"], surveys(), options["slices"]
    described = {
        "publish": ("Publish a client, as far as possible", "Predict what publishing would do", 1),
        "rotate": ("Create a new secret for a client, in its store", "Predict what rotating would do", 1),
        # Others are never split: their hosts are compared, so that no two work on the same client.
        "report": ("Compare the account with the definitions", "Report without writing files", slices),
    }
    found = []
    for name, (run, check, parts) in described.items():
        common = {**template(options, name), "job_slice_count": parts, "survey_spec": asked[name]}
        found.append({**common, "description": run})
        found.append({**common, "name": f"{prefix} {name} (check)", "description": check, "job_type": "check"})
    poll = {
        "description": "Continue the workflows whose domains are verified",
        "credentials": [f"{prefix} account", f"{prefix} approver"],
        "extra_vars": {"oauth_client_awx_prefix": prefix},
        "survey_enabled": False,
    }
    return [*found, {**template(options, "poll"), **poll}]


def template(options: Options, name: str) -> Object:
    prefix, directory = options["prefix"], options["playbook_dir"]
    return {
        "name": f"{prefix} {name}",
        "organization": options["organization"],
        "job_type": "run",
        "project": f"{prefix} project",
        "playbook": f"{directory}/{name}.yml" if directory else f"{name}.yml",
        "inventory": f"{prefix} accounts",
        "execution_environment": f"{prefix} environment" if options["image"] else "",
        "credentials": [f"{prefix} account", *options["credentials"]],
        "extra_vars": {"oauthops_hosts": options["pattern"]},
        "forks": options["forks"],
        "job_slice_count": 1,
        "diff_mode": True,
        "become_enabled": False,
        "survey_enabled": True,
    }


def workflow(options: Options) -> Object:
    """The workflow. A user who may approve one of its nodes may approve all; without C(consent) it has only one."""
    prefix = options["prefix"]
    publish = f"{prefix} publish"
    verified = {
        "name": f"{prefix}: the domain is verified",
        "description": f"Approved by the job {prefix} poll when Cloudflare has verified the domain",
        "timeout": options["wait_timeout"],
    }
    consent = {
        "name": f"{prefix}: make the client public?",
        "description": "Approve to make the client public, which is permanent",
        "timeout": 0,
    }
    promoting = [
        {"identifier": "consent", "approval_node": consent, "success_nodes": ["publish"], "failure_nodes": []},
        node("publish", publish, promote=True, fail=True),
    ]
    following = ["consent"] if options["consent"] else []
    return {
        "name": f"{prefix} publish over days",
        "description": "Publish a client. No job runs while its domain awaits verification.",
        "organization": options["organization"],
        # One workflow a client. The next one must not wait two days for it.
        "allow_simultaneous": True,
        "survey_enabled": True,
        "survey_spec": surveys()["workflow"],
        "simplified_workflow_nodes": [
            node("ensure", publish, "verified", promote=False, fail=False),
            {
                "identifier": "verified",
                "approval_node": verified,
                "success_nodes": following,
                "failure_nodes": ["expired"],
            },
            node("expired", publish, *following, promote=False, fail=True),
            *(promoting if options["consent"] else []),
        ],
    }


def node(identifier: str, job_template: str, *following: str, promote: bool, fail: bool) -> Object:
    extra_data = {"promote": promote, "fail_when_pending": fail}
    return {
        "identifier": identifier,
        "unified_job_template": job_template,
        "extra_data": {f"oauth_client_publish_{name}": str(value).lower() for name, value in extra_data.items()},
        "success_nodes": list(following),
        "failure_nodes": [],
    }


def schedule(name: str, rule: str) -> Object:
    return {"name": name, "unified_job_template": name, "rrule": rule, "extra_data": {}, "enabled": True}
