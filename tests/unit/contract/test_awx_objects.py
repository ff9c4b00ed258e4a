# SPDX-License-Identifier: GPL-3.0-or-later
"""What AWX is given agrees with the modules and the roles."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from ansible.errors import AnsibleFilterError

from ansible_collections.oauthops.iam.plugins.filter.awx_objects import FilterModule
from ansible_collections.oauthops.iam.plugins.module_utils._api.auth import ENVIRONMENT, with_environment
from ansible_collections.oauthops.iam.plugins.module_utils._dns_options import DNS_OPTIONS
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.validate import DEFINITION_OPTIONS
from ansible_collections.oauthops.iam.plugins.plugin_utils._awx_surveys import surveys
from tests.integration.awx.controller import applied, injected
from tests.integration.servers.awx import rules

ROOT = Path(__file__).resolve().parents[3]
ROLE = ROOT / "roles/oauth_client_awx"
TYPE: dict[str, Any] = json.loads((ROLE / "files/credential_type.json").read_text())
SPECS: dict[str, Any] = yaml.safe_load((ROLE / "meta/argument_specs.yml").read_text())["argument_specs"]["main"]
QUESTIONS = list({question["variable"]: question for each in surveys().values() for question in each["spec"]}.values())
# The options of a client, and the variables that the playbook takes them from.
PLAY: dict[str, Any] = yaml.safe_load((ROOT / "playbooks/publish.yml").read_text())[0]
ANSWERS = dict(re.findall(r"'(\w+)': (\w+) \| default\(''\)", PLAY["vars"]["oauthops_survey"]))
# A token is preferred, and the modules' second name for it is for other tools' sake.
NOT_INJECTED = {"CLOUDFLARE_TOKEN", "CLOUDFLARE_EMAIL", "CLOUDFLARE_API_KEY"}


# What AWX freezes once there is a credential of the type: a later release could change nothing of it (403).
FROZEN_INPUTS = {
    "fields": [
        {
            "id": "api_token",
            "label": "API token",
            "type": "string",
            "secret": True,
            "help_text": (
                "A scoped token with OAuth Client Read and OAuth Client Write, and for TXT records in zones at "
                "Cloudflare also Zone Read, DNS Read and DNS Write."
            ),
        },
        {
            "id": "account_id",
            "label": "Account ID",
            "type": "string",
            "help_text": "The 32 letters and digits in the URL of the account's dashboard.",
        },
        {
            "id": "api_url",
            "label": "API URL",
            "type": "string",
            "help_text": "Leave it empty for Cloudflare's own API.",
        },
    ],
    "required": ["api_token", "account_id"],
}


class TestCredentialType:
    def test_its_inputs_stay_as_they_are(self) -> None:
        assert TYPE["inputs"] == FROZEN_INPUTS

    def test_awx_accepts_it(self) -> None:
        rules.check_credential_type(TYPE)

    def test_what_is_required_is_a_field(self) -> None:
        """AWX does not check it, and no job would ever start."""
        assert set(TYPE["inputs"]["required"]) <= {field["id"] for field in TYPE["inputs"]["fields"]}

    def test_its_fields_are_the_options_of_the_modules(self) -> None:
        injectors = TYPE["injectors"]["env"]
        assert {field["id"] for field in TYPE["inputs"]["fields"]} <= set(ENVIRONMENT)
        for option, names in ENVIRONMENT.items():
            for name in set(names) - NOT_INJECTED:
                assert injectors[name] == f"{{{{ {option} }}}}"
        assert set(injectors) == {name for names in ENVIRONMENT.values() for name in names} - NOT_INJECTED

    def test_the_token_is_secret_and_nothing_else(self) -> None:
        assert [field["id"] for field in TYPE["inputs"]["fields"] if field.get("secret")] == ["api_token"]

    def test_a_field_that_is_not_set_is_harmless(self) -> None:
        environment = injected(TYPE, {"api_token": "token", "account_id": "account"})
        assert environment["CLOUDFLARE_BASE_URL"] == ""
        params = with_environment(dict.fromkeys(ENVIRONMENT), environment)
        assert params["api_url"] == with_environment(dict.fromkeys(ENVIRONMENT), {})["api_url"]
        assert (params["api_token"], params["account_id"]) == ("token", "account")

    def test_a_credential_without_anything_is_no_credential(self) -> None:
        params = with_environment(dict.fromkeys(ENVIRONMENT), injected(TYPE, {}))
        assert params == with_environment(dict.fromkeys(ENVIRONMENT), {})


def option(variable: str) -> dict[str, Any]:
    """How the role describes the variable, or the module what the playbook makes of it.

    Raises KeyError when there is neither.
    """
    if variable == "oauth_client_publish_dns_provider":
        return dict(DNS_OPTIONS["provider"])
    if variable in ANSWERS.values():
        name = next(name for name, each in ANSWERS.items() if each == variable)
        return {"type": DEFINITION_OPTIONS[name]["type"], **DEFINITION_OPTIONS[name]}
    role = "_".join(variable.split("_")[:3])
    specs = yaml.safe_load((ROOT / f"roles/{role}/meta/argument_specs.yml").read_text())
    described: dict[str, Any] = specs["argument_specs"]["main"]["options"][variable]
    return described


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question["variable"])
class TestQuestions:
    def test_it_is_about_a_variable_of_a_role(self, question: dict[str, Any]) -> None:
        assert option(question["variable"])

    def test_it_gives_a_text(self, question: dict[str, Any]) -> None:
        assert question["type"] in ("text", "textarea", "multiplechoice")

    def test_its_choices_are_those_of_the_role(self, question: dict[str, Any]) -> None:
        described = option(question["variable"])
        if "choices" in described:
            assert question["type"] == "multiplechoice"
            assert set(question["choices"]) <= set(described["choices"])
        if described["type"] == "bool":
            assert question["choices"] == ["false", "true"]

    def test_an_empty_text_is_no_answer_to_a_boolean_or_a_number(self, question: dict[str, Any]) -> None:
        if option(question["variable"])["type"] in ("bool", "int", "float"):
            assert question["type"] == "multiplechoice"
            assert "" not in question["choices"]

    def test_it_may_be_left_out_of_a_schedule(self, question: dict[str, Any]) -> None:
        """AWX wants what is required in every schedule, with any default."""
        assert question["required"] == question["variable"].endswith("publish_client_name")

    def test_what_is_not_answered_is_left_to_other_variables(self, question: dict[str, Any]) -> None:
        assert applied(question) == ("false" if question["variable"].endswith("_promote") else None)

    def test_its_choice_has_a_default_for_the_form_that_edits_it(self, question: dict[str, Any]) -> None:
        assert ("default" in question) == (question["type"] == "multiplechoice")

    def test_its_choices_are_texts(self, question: dict[str, Any]) -> None:
        """AWX takes others, too, and gives them to jobs."""
        assert [each for each in question.get("choices", []) if not isinstance(each, str)] == []

    def test_it_promotes_nothing_unasked(self, question: dict[str, Any]) -> None:
        if question["variable"].endswith("_promote"):
            assert question["default"] == "false"


def test_awx_accepts_every_survey() -> None:
    assert set(surveys()) == {"workflow", "publish", "rotate", "report"}
    for survey in surveys().values():
        rules.check_survey(survey)


def options(**changes: Any) -> dict[str, Any]:
    """The variables of the role as its specification has them, with some changed."""
    defaults = {
        name.removeprefix("oauth_client_awx_"): described["default"] for name, described in SPECS["options"].items()
    }
    defaults |= {"hosts": [{"name": "localhost"}], "schedules": []}
    return {**defaults, "credential_type": TYPE, "project_url": "https://git.example.com/oauth.git", **changes}


def described(**changes: Any) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = FilterModule().filters()["awx_objects"](options(**changes))
    return found


class TestObjects:
    def test_an_empty_key_is_left_out(self) -> None:
        for kind, objects in described().items():
            for each in objects:
                assert "" not in [value for value in each.values() if isinstance(value, str)], (kind, each)

    def test_each_name_begins_with_the_prefix(self) -> None:
        found = described(prefix="Second", image="registry.example.com/oauth:1")
        del found["controller_credential_types"], found["controller_hosts"]
        names = [each["name"] for objects in found.values() for each in objects]
        assert len(names) == 15
        assert [name for name in names if not name.startswith("Second ")] == []

    def test_without_an_image_there_is_no_execution_environment(self) -> None:
        found = described()
        assert found["controller_execution_environments"] == []
        assert ["execution_environment" in each for each in found["controller_templates"]] == [False] * 7

    def test_variables_of_all_jobs_do_not_beat_what_playbooks_set(self) -> None:
        """Variables of a job do: answers to its survey would be lost in what the playbooks make of them."""
        variables = {"oauth_client_publish_dns": {"ttl": 60}, "ansible_connection": "ssh"}
        found = described(variables=variables)
        (inventory,) = found["controller_inventories"]
        assert inventory["variables"] == {
            "oauth_client_publish_dns": {"ttl": 60},
            "ansible_connection": "local",
            "ansible_python_interpreter": "{{ ansible_playbook_python }}",
        }
        given = {each["playbook"]: each["extra_vars"] for each in found["controller_templates"]}
        of_jobs = {name: {"oauthops_hosts": "localhost"} for name in ("publish.yml", "rotate.yml", "report.yml")}
        assert given == {**of_jobs, "poll.yml": {"oauth_client_awx_prefix": "Cloudflare OAuth"}}

    def test_the_job_that_polls_has_no_credential_for_a_store(self) -> None:
        found = {
            each["playbook"]: each["credentials"] for each in described(credentials=["Vault"])["controller_templates"]
        }
        assert found["rotate.yml"] == ["Cloudflare OAuth account", "Vault"]
        assert found["poll.yml"] == ["Cloudflare OAuth account", "Cloudflare OAuth approver"]

    def test_only_reports_are_split(self) -> None:
        found = described(slices=4)["controller_templates"]
        assert {each["playbook"] for each in found if each["job_slice_count"] == 4} == {"report.yml"}

    def test_without_consent_nothing_follows_the_verified_domain(self) -> None:
        (workflow,) = described(consent=False)["controller_workflows"]
        nodes = {each["identifier"]: each for each in workflow["simplified_workflow_nodes"]}
        assert {name: (each["success_nodes"], each["failure_nodes"]) for name, each in nodes.items()} == {
            "ensure": (["verified"], []),
            "verified": ([], ["expired"]),
            "expired": ([], []),
        }

    @pytest.mark.parametrize("given", [None, {}, {"prefix": "Cloudflare OAuth"}, options(hosts=[3])])
    def test_other_input_is_an_error_of_the_filter(self, given: Any) -> None:
        with pytest.raises(AnsibleFilterError, match="awx_objects: invalid input"):
            FilterModule().filters()["awx_objects"](given)
