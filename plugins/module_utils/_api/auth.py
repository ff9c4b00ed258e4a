# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""Which credential a task uses, and where it came from. Pure. Private to this collection."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from .address import ip_address, is_identifier, split
from .errors import UsageError, invalid

ENVIRONMENT: Mapping[str, tuple[str, ...]] = {
    "api_token": ("CLOUDFLARE_API_TOKEN", "CLOUDFLARE_TOKEN"),
    "api_email": ("CLOUDFLARE_EMAIL",),
    "api_key": ("CLOUDFLARE_API_KEY",),
    "account_id": ("CLOUDFLARE_ACCOUNT_ID",),
    "api_url": ("CLOUDFLARE_BASE_URL",),
}
DEFAULT_API_URL = "https://api.cloudflare.com/client/v4"


@dataclass(frozen=True)
class Credential:
    """The headers that authenticate a request, and the words in which an error names their origin."""

    headers: Mapping[str, str] = field(repr=False)
    source: str


def with_environment(params: Mapping[str, Any], environ: Mapping[str, str]) -> dict[str, Any]:
    """Take options that are not set from the environment. An empty string counts as not set.

    C(origins) names the origin of each connection value, for error messages. C(waited) collects what the task waits
    for.
    """
    resolved, origins = dict(params), {}
    options_win = bool(params.get("api_email") or params.get("api_key"))
    for option, variables in ENVIRONMENT.items():
        if resolved.get(option):
            origins[option] = f"the option {option}"
            continue
        resolved[option] = None
        if option == "api_token" and options_win:
            continue
        found = next((name for name in variables if environ.get(name)), None)
        if found:
            resolved[option], origins[option] = environ[found], f"the environment variable {found}"
    resolved["api_url"] = resolved["api_url"] or DEFAULT_API_URL
    resolved["origins"], resolved["waited"] = origins, []
    return resolved


def choose_credential(params: Mapping[str, Any]) -> Credential:
    """The token, or else the e-mail and key. Raises UsageError if neither is complete."""
    origins = params["origins"]
    token, email, key = params["api_token"], params["api_email"], params["api_key"]
    if token:
        _refuse_unprintable("api_token", token, origins)
        return Credential({"Authorization": f"Bearer {token}"}, f"the API token of {origins['api_token']}")
    if email and key:
        _refuse_unprintable("api_key", key, origins)
        _refuse_unprintable("api_email", email, origins)
        return Credential({"X-Auth-Email": email, "X-Auth-Key": key}, f"the API key of {origins['api_key']}")
    if email or key:
        given, lacking = ("api_email", "api_key") if email else ("api_key", "api_email")
        raise UsageError(
            "credential_missing",
            f"{lacking}: it is not set, but {given} is (by {origins[given]}). Set the option {lacking} or the "
            f"environment variable {ENVIRONMENT[lacking][0]}, or better use only api_token.",
            option=lacking,
        )
    raise UsageError(
        "credential_missing",
        "api_token: no credential is set. Set the option api_token or the environment variable CLOUDFLARE_API_TOKEN. "
        "For an API key, set api_email and api_key, or CLOUDFLARE_EMAIL and CLOUDFLARE_API_KEY.",
        option="api_token",
    )


def _refuse_unprintable(option: str, value: str, origins: Mapping[str, str]) -> None:
    if not (value.isascii() and value.isprintable() and " " not in value):
        text = (
            f"the value (set by {origins[option]}) contains a space, a line break or another invalid character. "
            "Copy it again."
        )
        raise invalid(option, text)


def check_api_url(url: str) -> str:
    """The base address without a trailing slash; a credential never travels unencrypted beyond this machine."""
    parts = split(url)
    if "@" in url:
        raise invalid(
            "api_url",
            "it contains @ (expected a URL without user name and password). Set the credential with api_token, or "
            "with api_email and api_key.",
        )
    if not parts or not parts.hostname or parts.scheme not in ("https", "http") or set("?#").intersection(url):
        raise invalid(
            "api_url",
            f"{url!r} is not a valid URL (expected one such as {DEFAULT_API_URL}, without a query or fragment).",
        )
    if parts.scheme == "http" and not _is_loopback(parts.hostname):
        raise invalid(
            "api_url",
            f"{url!r} would send the credential unencrypted to {parts.hostname}. Use https (plain http is accepted "
            "only for a loopback address).",
        )
    return url.rstrip("/")


def _is_loopback(host: str) -> bool:
    address = ip_address(host)
    return address.is_loopback if address else host == "localhost"


def check_id(option: str, value: str) -> None:
    """Raise UsageError unless the value can be an ID: in a request's path, other text could lead to another object."""
    if not is_identifier(value):
        raise invalid(option, f"invalid ID {value!r} (expected letters, digits, _ and -, as Cloudflare shows it).")


def check_account_id(params: Mapping[str, Any]) -> str:
    """The account ID. Raises UsageError unless it is 32 ASCII letters and digits."""
    account_id = params["account_id"]
    if not account_id:
        raise UsageError(
            "missing_option",
            "account_id: it is not set. Set the option or the environment variable CLOUDFLARE_ACCOUNT_ID.",
            option="account_id",
        )
    if len(account_id) != 32 or not (account_id.isascii() and account_id.isalnum()):
        raise invalid(
            "account_id",
            f"invalid ID {account_id!r} of {len(account_id)} characters, set by {params['origins']['account_id']} "
            "(expected 32 letters and digits). Copy the account ID from Cloudflare's dashboard.",
        )
    return str(account_id)
