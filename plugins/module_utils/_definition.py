# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""What a user writes to describe one OAuth client: the options that all modules take for it. Pure. Private."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._oauth import described
from ansible_collections.oauthops.iam.plugins.module_utils._validate import check_not_emptied

DEFINITION_OPTIONS: Mapping[str, Any] = {
    "state": {"type": "str", "choices": ["present", "absent"], "default": "present"},
    "client_id": {"type": "str"},
    "client_name": {"type": "str"},
    "grant_types": {"type": "list", "elements": "str", "choices": ["authorization_code", "refresh_token"]},
    "response_types": {"type": "list", "elements": "str", "choices": ["code", "token", "id_token"]},
    "redirect_uris": {"type": "list", "elements": "str"},
    "scopes": {"type": "list", "elements": "str"},
    "optional_scopes": {"type": "list", "elements": "str"},
    "token_endpoint_auth_method": {"type": "str", "choices": ["none", "client_secret_basic", "client_secret_post"]},
    "allowed_cors_origins": {"type": "list", "elements": "str"},
    "post_logout_redirect_uris": {"type": "list", "elements": "str"},
    "client_uri": {"type": "str"},
    "logo_uri": {"type": "str"},
    "policy_uri": {"type": "str"},
    "tos_uri": {"type": "str"},
    "visibility": {"type": "str", "choices": ["private", "public"]},
    "append": {"type": "bool", "default": False},
    "restart_verification": {"type": "bool", "default": False},
    "client_secret_file": {"type": "path", "no_log": False},
}


def checked_description(params: Mapping[str, Any]) -> dict[str, Any]:
    """The fields that a user named; raises UsageError for what no client can be without."""
    wanted = described(params)
    check_not_emptied(wanted, append=params["append"])
    return wanted
