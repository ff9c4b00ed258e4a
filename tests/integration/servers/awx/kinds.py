# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX keeps: the fields of each kind with their defaults, and what refers to what.

Only what the collection awx.awx 24.6.1 sends or reads for the objects that the collection sets up.
"""

from __future__ import annotations

from typing import Any

Row = dict[str, Any]

_PROMPTS: Row = {
    "ask_credential_on_launch": False,
    "ask_limit_on_launch": False,
    "ask_variables_on_launch": False,
}
FIELDS: dict[str, Row] = {
    "organizations": {"name": "", "description": ""},
    "users": {"username": "", "is_superuser": False},
    "credential_types": {
        "name": "",
        "description": "",
        "kind": "cloud",
        "inputs": {},
        "injectors": {},
        "managed": False,
    },
    "credentials": {"name": "", "description": "", "organization": None, "credential_type": None, "inputs": {}},
    "execution_environments": {"name": "", "description": "", "organization": None, "image": "", "pull": ""},
    "projects": {
        "name": "",
        "description": "",
        "organization": None,
        "scm_type": "",
        "scm_url": "",
        "scm_branch": "",
        "scm_update_on_launch": False,
        "local_path": "",
        "credential": None,
        "scm_revision": "",
    },
    "project_updates": {"project": None, "status": "successful"},
    "inventories": {
        "name": "",
        "description": "",
        "organization": None,
        "kind": "",
        "host_filter": None,
        "variables": "",
    },
    "hosts": {"name": "", "description": "", "inventory": None, "enabled": True, "variables": ""},
    "job_templates": {
        "name": "",
        "description": "",
        "organization": None,
        "job_type": "run",
        "inventory": None,
        "project": None,
        "playbook": "",
        "execution_environment": None,
        "extra_vars": "",
        "forks": 0,
        "job_slice_count": 1,
        "diff_mode": False,
        "become_enabled": False,
        "allow_simultaneous": False,
        "survey_enabled": False,
        "survey_spec": {},
        "credentials": [],
        **_PROMPTS,
    },
    "workflow_job_templates": {
        "name": "",
        "description": "",
        "organization": None,
        "extra_vars": "",
        "allow_simultaneous": False,
        "survey_enabled": False,
        "survey_spec": {},
        "ask_variables_on_launch": False,
    },
    "workflow_job_template_nodes": {
        "identifier": "",
        "workflow_job_template": None,
        "unified_job_template": None,
        "extra_data": {},
        "all_parents_must_converge": False,
        "success_nodes": [],
        "failure_nodes": [],
        "always_nodes": [],
    },
    "workflow_approval_templates": {
        "name": "",
        "description": "",
        "organization": None,
        "timeout": 0,
        "workflow_job_template": None,
    },
    "schedules": {
        "name": "",
        "description": "",
        "rrule": "",
        "unified_job_template": None,
        "extra_data": {},
        "enabled": True,
    },
    "jobs": {"name": "", "job_template": None, "workflow_job": None, "status": "pending", "artifacts": {}},
    "workflow_jobs": {"name": "", "workflow_job_template": None, "status": "running", "extra_vars": ""},
    "workflow_job_nodes": {"identifier": "", "workflow_job": None, "job": None},
    "workflow_approvals": {
        "name": "",
        "status": "pending",
        "workflow_job": None,
        "workflow_job_template": None,
        "timed_out": False,
        "approved_or_denied_by": None,
    },
}
# Kinds of one family share their numbers, as they share a table of AWX's.
TEMPLATES = ("projects", "job_templates", "workflow_job_templates", "workflow_approval_templates")
JOBS = ("project_updates", "jobs", "workflow_jobs", "workflow_approvals")
# The kinds that a field may refer to.
RELATED: dict[str, tuple[str, ...]] = {
    "organization": ("organizations",),
    "credential_type": ("credential_types",),
    "credential": ("credentials",),
    "execution_environment": ("execution_environments",),
    "inventory": ("inventories",),
    "project": ("projects",),
    "job_template": ("job_templates",),
    "workflow_job_template": ("workflow_job_templates",),
    "workflow_job": ("workflow_jobs",),
    "unified_job_template": TEMPLATES,
    "job": JOBS,
}
# Lists that are read and changed under a path of their own, and the kinds of what is in them.
ASSOCIATIONS: dict[str, dict[str, str]] = {
    "job_templates": {"credentials": "credentials"},
    "workflow_job_template_nodes": dict.fromkeys(
        ("success_nodes", "failure_nodes", "always_nodes"), "workflow_job_template_nodes"
    ),
}
NOT_IN_VIEWS = {"survey_spec", "credentials"}
