# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment and the log-ins of HashiCorp Vault or OpenBao. Private to this collection."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ansible.module_utils.parsing.convert_bool import boolean

RULES: Mapping[str, Any] = {
    "required_if": [
        ("auth_method", "token", ("token",)),
        ("auth_method", "approle", ("role_id",)),
        ("auth_method", "jwt", ("jwt",)),
        ("auth_method", "jwt", ("role", "role_id"), True),
        ("auth_method", "kubernetes", ("jwt",)),
        ("auth_method", "kubernetes", ("role", "role_id"), True),
        ("auth_method", "cert", ("cert_auth_public_key", "cert_auth_private_key")),
        ("auth_method", "userpass", ("username", "password")),
        ("auth_method", "ldap", ("username", "password")),
    ]
}
# What community.hashi_vault reads, and then what Vault's own command reads.
VARIABLES: Mapping[str, tuple[str, ...]] = {
    "url": ("ANSIBLE_HASHI_VAULT_ADDR", "VAULT_ADDR"),
    "namespace": ("ANSIBLE_HASHI_VAULT_NAMESPACE", "VAULT_NAMESPACE"),
    "ca_cert": ("ANSIBLE_HASHI_VAULT_CA_CERT", "VAULT_CACERT"),
    "timeout": ("ANSIBLE_HASHI_VAULT_TIMEOUT",),
    "auth_method": ("ANSIBLE_HASHI_VAULT_AUTH_METHOD",),
    "auth_mount_point": ("ANSIBLE_HASHI_VAULT_MOUNT_POINT",),
    "token": ("ANSIBLE_HASHI_VAULT_TOKEN", "VAULT_TOKEN"),
    "role_id": ("ANSIBLE_HASHI_VAULT_ROLE_ID",),
    "secret_id": ("ANSIBLE_HASHI_VAULT_SECRET_ID",),
    "jwt": ("ANSIBLE_HASHI_VAULT_JWT",),
    "username": ("ANSIBLE_HASHI_VAULT_USERNAME",),
    "password": ("ANSIBLE_HASHI_VAULT_PASSWORD",),
    "cert_auth_public_key": ("ANSIBLE_HASHI_VAULT_CERT_AUTH_PUBLIC_KEY",),
    "cert_auth_private_key": ("ANSIBLE_HASHI_VAULT_CERT_AUTH_PRIVATE_KEY",),
}
SKIPS_VERIFICATION = "VAULT_SKIP_VERIFY"
TOKEN_FILE = Path("~/.vault-token")
SERVICE_ACCOUNT_TOKEN = Path("/var/run/secrets/kubernetes.io/serviceaccount/token")


def with_files(given: Mapping[str, Any]) -> dict[str, Any]:
    """The options, with those that are not set from VAULT_SKIP_VERIFY and from files."""
    complete = dict(given)
    if os.environ.get(SKIPS_VERIFICATION):
        complete.setdefault("validate_certs", not boolean(os.environ[SKIPS_VERIFICATION], strict=False))
    method = complete.get("auth_method", "token")
    for option, of, path in (("token", "token", TOKEN_FILE), ("jwt", "kubernetes", SERVICE_ACCOUNT_TOKEN)):
        if method == of and option not in complete:
            with contextlib.suppress(OSError, RuntimeError):
                complete[option] = path.expanduser().read_text(encoding="utf-8", errors="replace").strip()
    return complete


def log_in(client: Any, params: Mapping[str, Any]) -> Mapping[str, Any]:
    """Log in, and return the server's data about the token, which the client uses from now on."""
    mount = params["auth_mount_point"] or params["auth_method"]
    response = _LOG_INS[params["auth_method"]](client, params, mount)
    found: Mapping[str, Any] = response["auth"]
    return found


def _by_certificate(client: Any, params: Mapping[str, Any], mount: str) -> Any:
    """Log in without hvac's own method, which requires certificate checks and guesses what is a path."""
    client.session.cert = pair = (params["cert_auth_public_key"], params["cert_auth_private_key"])
    role = _role(params)
    return client.adapter.login(f"/v1/auth/{mount}/login", json={"name": role} if role else {}, cert=pair)


def _role(params: Mapping[str, Any]) -> str | None:
    """The role name of both kinds: community.hashi_vault calls it role_id for each method."""
    role: str | None = params["role"] or params["role_id"]
    return role


_LOG_INS: Mapping[str, Callable[[Any, Mapping[str, Any], str], Any]] = {
    "approle": lambda client, p, mount: client.auth.approle.login(p["role_id"], p["secret_id"], mount_point=mount),
    "jwt": lambda client, p, mount: client.auth.jwt.jwt_login(_role(p), p["jwt"], path=mount),
    "kubernetes": lambda client, p, mount: client.auth.kubernetes.login(_role(p), p["jwt"], mount_point=mount),
    "cert": _by_certificate,
    "userpass": lambda client, p, mount: client.auth.userpass.login(p["username"], p["password"], mount_point=mount),
    "ldap": lambda client, p, mount: client.auth.ldap.login(p["username"], p["password"], mount_point=mount),
}
