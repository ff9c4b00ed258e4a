# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The surveys of AWX. Survey answers are texts. Pure. Private to this collection.

Booleans and numbers are choices, because an empty text would be neither. A default overrides all other variables, so
only a question that they must not decide has one. Choices have an empty default: AWX omits a default that is no choice,
and without one its form for editing questions breaks.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ..module_utils._oauth.validate import DEFINITION_OPTIONS

Question = dict[str, Any]
Survey = dict[str, Any]

YES_OR_NO = ("false", "true")
# The options of a client that are asked for: the question, and a hint.
CLIENT: Mapping[str, tuple[str, str]] = {
    "client_name": ("Name", "It identifies the client. Users see it when they are asked for consent."),
    "redirect_uris": ("Redirect URIs", "One per line"),
    "scopes": ("Scopes", "One ID per line, such as account-settings.read"),
    "token_endpoint_auth_method": ("How the client authenticates", "If empty, it is not changed."),
    "client_uri": ("Home page", "An https address, whose domain is verified by a TXT record"),
    "logo_uri": ("Logo", "An https address"),
    "policy_uri": ("Privacy policy", "An https address"),
    "tos_uri": ("Terms of service", "An https address"),
}


def question(
    variable: str, name: str, hint: str = "", *, choices: Sequence[str] = (), lines: bool = False, **more: Any
) -> Question:
    kind = "multiplechoice" if choices else "textarea" if lines else "text"
    text = {"question_name": name, "question_description": hint, "variable": f"oauth_client_{variable}", "type": kind}
    return {**text, **({"choices": list(choices), "default": ""} if choices else {}), "required": False, **more}


def of_client(option: str, name: str, hint: str) -> Question:
    described = DEFINITION_OPTIONS[option]
    asked = question(
        f"publish_{option}", name, hint, choices=described.get("choices", ()), lines=described["type"] == "list"
    )
    return {**asked, "required": option == "client_name"}


def survey(*questions: Question) -> Survey:
    return {"name": "", "description": "", "spec": list(questions)}


def surveys() -> dict[str, Survey]:
    """The survey of each playbook, and that of the workflow, in which a person promotes."""
    client = [
        *(of_client(option, *texts) for option, texts in CLIENT.items()),
        question(
            "publish_dns_provider",
            "DNS provider of the TXT record",
            "Default: cloudflare. With manual, the job shows the record to publish.",
            choices=("cloudflare", "rfc2136", "manual"),
        ),
    ]
    return {"workflow": survey(*client), "publish": survey(*client, *HOW_FAR), "rotate": ROTATE, "report": REPORT}


HOW_FAR = (
    question(
        "publish_promote",
        "Make the client public when nothing is missing",
        "This is permanent.",
        choices=YES_OR_NO,
        default="false",
    ),
    question(
        "publish_fail_when_pending",
        "Fail while the client is pending",
        "Otherwise the job succeeds and shows what is missing.",
        choices=YES_OR_NO,
    ),
    question(
        "publish_wait_timeout",
        "Seconds to wait for the verification",
        "Instead of a long wait, launch the job again later.",
        choices=("0", "60", "300", "900"),
    ),
)
ROTATE = survey(
    question("rotate_client_name", "Name of the client", "Or its ID below"),
    question("rotate_client_id", "ID of the client"),
    question(
        "rotate_max_age",
        "Maximum age of the secret",
        "Such as 90d. A younger secret is kept. If empty, every job starts a rotation.",
    ),
    question(
        "rotate_finalize",
        "Delete the older secret",
        "false: keep it. true: mint a secret if due, and delete the older one once the newer one is deployed and "
        "verified. only: mint none, delete the older one.",
        choices=("false", "true", "only"),
    ),
    question("rotate_overlap", "Minimum time with both secrets valid", "Such as 24h"),
    question(
        "rotate_replace_lost",
        "Replace a lost secret",
        "Applications fail to authenticate until they have the new one.",
        choices=YES_OR_NO,
    ),
)
REPORT = survey(
    question("report_title", "Title"),
    question(
        "report_fail_on",
        "Findings that make the job fail",
        "One per line. Default: drift, missing and errors.",
        lines=True,
    ),
)
