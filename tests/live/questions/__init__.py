# SPDX-License-Identifier: GPL-3.0-or-later
"""Every question, and the switches of the fake that no question can settle."""

from __future__ import annotations

from ..findings import Question
from . import answers, lists, refusals, rotation, statuses, values, verification

QUESTIONS: tuple[Question, ...] = (
    *lists.QUESTIONS,
    *statuses.QUESTIONS,
    *rotation.QUESTIONS,
    *values.QUESTIONS,
    *answers.QUESTIONS,
    *refusals.QUESTIONS,
    *verification.QUESTIONS,
)

_PUBLIC = "only a public client shows it, and nothing is ever made public"
_DOMAIN = "needs a domain that gets verified"
_MANY = "needs more clients or values than a careful probe makes"
_DNS = "belongs to DNS records, which the probe leaves alone"

NOT_ASKED = {
    "read_lag_reads": "a lag is told in seconds; whether reads or time end it cannot be seen",
    "create_with_visibility": "the probe never sends visibility",
    "clearing_public": _PUBLIC,
    "promote_again": _PUBLIC,
    "max_clients": _MANY,
    "max_uris": _MANY,
    "max_name_length": _MANY,
    "stale_scopes": "needs a scope that leaves the catalog",
    "verified_client_uri_patch": _DOMAIN,
    "verified_recheck": _DOMAIN,
    "verification_hours": "takes two days",
    "lacking_right_status": "needs a second token with fewer rights",
    "documentation_url": "needs a second token with fewer rights",
    "foreign_account_status": "needs an account that is none of the credential's",
    "dns_duplicate_code": _DNS,
    "dns_error_shape": _DNS,
    "dns_tags": _DNS,
    "txt_content": _DNS,
}
