# SPDX-License-Identifier: GPL-3.0-or-later
"""Which values an OAuth client may have. Pure: the body of a request goes in, clean values or problems come out."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import SplitResult, urlsplit

from .envelope import FIELD_INVALID, FIELD_MISSING, FIELD_UNKNOWN, ApiError, Json, Problem
from .variants import Variants

REQUIRED = (
    "client_name",
    "grant_types",
    "redirect_uris",
    "response_types",
    "scopes",
    "token_endpoint_auth_method",
)
URI_LISTS = ("allowed_cors_origins", "post_logout_redirect_uris", "redirect_uris")
URI_FIELDS = ("client_uri", "logo_uri", "policy_uri", "tos_uri")
LIST_CHOICES = {
    "grant_types": ("authorization_code", "refresh_token"),
    "response_types": ("code", "id_token", "token"),
}
LIST_FIELDS = (*URI_LISTS, *LIST_CHOICES, "scopes", "optional_scopes")
AUTH_METHODS = ("none", "client_secret_basic", "client_secret_post")
KNOWN_FIELDS = frozenset({*REQUIRED, *LIST_FIELDS, *URI_FIELDS})


class _Refused(Exception):
    """A value that its field does not take."""


def clean(body: object, variants: Variants) -> dict[str, Any]:
    """The known fields of a body, checked one by one and normalised; None stands for a URI to be cleared."""
    if not isinstance(body, dict):
        raise ApiError(400, Problem(FIELD_INVALID, "the body must be a JSON object", ""))
    problems = _unknown(body, variants)
    values: dict[str, Any] = {}
    for name in [name for name in body if name in KNOWN_FIELDS and not _ignored(name, body[name], variants)]:
        try:
            values[name] = _checked(name, body[name], variants)
        except _Refused as refused:
            problems.append(Problem(FIELD_INVALID, f"{name}: {refused}", f"/{name}"))
    if problems:
        raise ApiError(400, *problems)
    return values


def missing_problems(body: object) -> list[Problem]:
    given = body if isinstance(body, dict) else {}
    return [Problem(FIELD_MISSING, f"{name} is required", f"/{name}") for name in REQUIRED if given.get(name) is None]


def _unknown(body: Mapping[str, Any], variants: Variants) -> list[Problem]:
    extra = [name for name in body if name not in KNOWN_FIELDS | {"visibility"}]
    if variants.unknown_fields == "ignore":
        extra = []
    if variants.optional_scopes == "refused" and "optional_scopes" in body:
        extra.append("optional_scopes")
    return [Problem(FIELD_UNKNOWN, f"unknown field {name!r}", f"/{name}") for name in extra]


def _ignored(name: str, value: object, variants: Variants) -> bool:
    if name == "optional_scopes":
        return variants.optional_scopes != "supported"
    return name in URI_FIELDS and value in (None, "") and variants.clear_uri == "ignore"


def _checked(name: str, value: object, variants: Variants) -> Json:
    if name in LIST_FIELDS:
        return _list(name, value, variants)
    if name in URI_FIELDS:
        return _uri(value, variants)
    if name == "token_endpoint_auth_method":
        return _choice(value, AUTH_METHODS)
    return _name(value, variants)


def _name(value: object, variants: Variants) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _Refused("must be a text that is not empty")
    if variants.max_name_length and len(value) > variants.max_name_length:
        raise _Refused(f"must not be longer than {variants.max_name_length} characters")
    return value


def _choice(value: object, choices: tuple[str, ...]) -> str:
    if not isinstance(value, str) or value not in choices:
        raise _Refused(f"{value!r} is not one of {', '.join(choices)}")
    return value


def _list(name: str, value: object, variants: Variants) -> list[str]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _Refused("must be an array of texts that are not empty")
    if name in REQUIRED and not value:
        raise _Refused("must not be empty")
    if name in LIST_CHOICES:
        value = [_choice(item, LIST_CHOICES[name]) for item in value]
    if name == "grant_types" and "authorization_code" not in value:
        raise _Refused("authorization_code must be present")
    if name not in URI_LISTS:
        return list(value)
    if variants.max_uris and len(value) > variants.max_uris:
        raise _Refused(f"must not have more than {variants.max_uris} entries")
    return [_normalised(_LIST_ENTRY[name](item), variants, is_origin=name == URI_LISTS[0]) for item in value]


def _uri(value: object, variants: Variants) -> str | None:
    if value is None or value == "":
        accepted = {"null": (None,), "empty": ("",), "both": (None, ""), "refuse": ()}[variants.clear_uri]
        if value not in accepted:
            raise _Refused("must be a URL")
        return None
    return _normalised(_web(value), variants, is_origin=False)


def _web(value: object) -> str:
    parts = _split(value)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise _Refused(f"{value!r} is not an absolute http or https URL")
    return str(value)


def _redirect(value: str) -> str:
    _web(value)
    if "#" in value:
        raise _Refused(f"{value!r} has a fragment")
    return value


def _origin(value: str) -> str:
    parts = _split(_web(value))
    if parts.path not in ("", "/") or "?" in value or "#" in value or parts.username is not None:
        raise _Refused(f"{value!r} is more than scheme, host and port")
    return value


def _split(value: object) -> SplitResult:
    try:
        parts = urlsplit(value if isinstance(value, str) else "")
        _unused = parts.port
    except ValueError:
        raise _Refused(f"{value!r} is not a URL") from None
    return parts


_LIST_ENTRY: dict[str, Callable[[str], str]] = {
    "allowed_cors_origins": _origin,
    "post_logout_redirect_uris": _web,
    "redirect_uris": _redirect,
}


def _normalised(uri: str, variants: Variants, *, is_origin: bool) -> str:
    parts = urlsplit(uri)
    trims = variants.trailing_slash == "trim_all" or (variants.trailing_slash == "trim_cors" and is_origin)
    if trims and parts.path == "/" and not parts.query:
        uri = uri.removesuffix("/")
    if variants.host_case == "lower":
        uri = uri.replace(parts.netloc, parts.netloc.lower(), 1)
    return uri


def host_of(uri: str | None) -> str | None:
    return urlsplit(uri).hostname if uri else None


def origin_problems(settings: Mapping[str, Any]) -> list[Problem]:
    """Post-logout URIs that share their origin with no redirect URI."""
    origins = {urlsplit(uri)[:2] for uri in settings["redirect_uris"]}
    strays = [uri for uri in settings.get("post_logout_redirect_uris", []) if urlsplit(uri)[:2] not in origins]
    return [
        Problem(FIELD_INVALID, f"{uri!r} shares its origin with no redirect URI", "/post_logout_redirect_uris")
        for uri in strays
    ]
