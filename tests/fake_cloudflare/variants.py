# SPDX-License-Identifier: GPL-3.0-or-later
"""Every switch of the fake, in one place.

Each stands for something that Cloudflare does not document. The defaults are guesses of ours and no evidence of what
the live service does: any client should work with every value.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, NonNegativeInt, PositiveInt, ValidationError


class Variants(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, use_attribute_docstrings=True)

    # Values that are cleared, rearranged or rewritten
    clear_uri: Literal["null", "empty", "both", "ignore", "refuse"] = "both"
    """What clears client_uri, logo_uri, policy_uri and tos_uri; ignore answers 200 and keeps the value."""
    empty_uris: Literal["omit", "empty", "null"] = "omit"
    """How a URI that is not set is answered."""
    empty_lists: Literal["omit", "return"] = "omit"
    """Whether an empty array is left out of answers."""
    array_order: Literal["stored", "reversed", "shuffled"] = "stored"
    """The order of arrays in answers."""
    array_duplicates: bool = False
    """Arrays in answers repeat their first value."""
    trailing_slash: Literal["keep", "trim_cors", "trim_all"] = "keep"
    """Whether CORS origins, or all URIs, lose a trailing slash when stored."""
    host_case: Literal["keep", "lower"] = "keep"
    """Whether hosts of URIs are stored in lower case."""
    updated_at_on_noop: Literal["keep", "bump"] = "keep"
    """What a PATCH without change does to updated_at."""

    # What answers contain
    missing_keys: Literal["none", "timestamps", "verification", "all_optional"] = "none"
    """Keys left out of client objects, of which only client_id and visibility are promised."""
    has_rotated_secret: Literal["always", "when_true", "never"] = "always"
    """When has_rotated_secret is answered."""
    extra_fields: bool = False
    """Client and scope objects carry members that nobody documented."""
    delete_result: Literal["id", "null"] = "id"
    """The result of both DELETE calls."""
    read_lag_seconds: NonNegativeInt = 0
    """For so long after a write, reads show the state before it."""
    read_lag_reads: NonNegativeInt = 0
    """So many reads after a write show the state before it."""

    # The list of clients
    list_page_size: PositiveInt = 20
    """Clients on a page when per_page is not given or not honoured."""
    list_page_cap: PositiveInt = 50
    """The largest per_page that is honoured."""
    list_paging: Literal["honoured", "page_only", "ignored", "everything"] = "honoured"
    """Parameters that count: both, page alone, none (always the first page), none (all clients at once)."""
    list_result_info: Literal["documented", "with_total_pages", "without_total", "absent"] = "documented"
    """Members of result_info."""

    # What is refused
    clearing_public: Literal["allow", "refuse"] = "allow"
    """Whether a public client may lose what its promotion needed."""
    create_with_visibility: Literal["ignore", "refuse"] = "ignore"
    """What POST does with visibility."""
    duplicate_names: Literal["allow", "refuse"] = "allow"
    """Whether two clients may have one client_name."""
    empty_patch: Literal["ok", "refuse"] = "ok"
    """The answer to PATCH with an empty object."""
    promote_again: Literal["ok", "refuse"] = "ok"
    """The answer to visibility public for a client that is public."""
    unknown_fields: Literal["ignore", "refuse"] = "ignore"
    """What happens to fields that no schema has."""
    post_logout_origin: Literal["any", "of_redirect"] = "any"
    """Whether a post-logout URI must share scheme, host and port with a redirect URI."""
    max_clients: NonNegativeInt = 0
    """Clients in one account, 0 for no limit."""
    max_uris: NonNegativeInt = 0
    """Entries in one array of URIs, 0 for no limit."""
    max_name_length: NonNegativeInt = 0
    """Characters in client_name, 0 for no limit."""

    # Scopes
    optional_scopes: Literal["supported", "ignored", "refused"] = "supported"
    """Whether the service knows optional_scopes."""
    optional_scopes_check: Literal["merged", "request", "request_strict"] = "merged"
    """The subset rule looks at the merged client, at a request that has both, or wants both together."""
    stale_scopes: Literal["refuse", "tolerate"] = "refuse"
    """Sending a stored scope that has since left the catalog."""

    # Domain verification
    first_verification: Literal["pending", "in_progress", "absent"] = "pending"
    """Status right after a start; absent: no object before the first look-up."""
    verification_without_uri: Literal["absent", "null", "empty"] = "absent"
    """client_uri_verification of a client without client_uri."""
    verification_text: Literal["stable", "new_on_host", "new_on_restart"] = "stable"
    """When the TXT value of a client changes."""
    verified_client_uri_patch: Literal["restart", "keep"] = "restart"
    """What client_uri in a PATCH does to a verified client."""
    verified_recheck: bool = False
    """A verified client fails once its TXT record is gone."""
    verification_hours: PositiveInt = 48
    """Hours after which an unfinished verification has failed."""

    # Secrets
    second_rotate: Literal["error", "drop_old", "drop_new"] = "error"
    """Rotating while there are two secrets: refused, or one of them is lost."""
    delete_rotated_without: Literal["ok", "refuse"] = "ok"
    """Deleting a rotated secret that is not there."""
    method_to_secret: Literal["hidden_secret", "no_secret", "secret_in_answer", "refuse"] = "hidden_secret"
    """token_endpoint_auth_method changed from none to one with a secret."""
    method_to_none: Literal["drop_secrets", "keep_secrets", "refuse"] = "drop_secrets"
    """token_endpoint_auth_method changed to none."""

    # Errors
    bad_credential_status: Literal[401, 403, 400] = 401
    """Status for a credential that nobody knows."""
    bad_credential_code: Literal[1000, 9109, 10000] = 1000
    """Code for a credential that nobody knows."""
    missing_credential_status: Literal[400, 401, 403] = 400
    """Status for a request without credential."""
    lacking_right_status: Literal[403, 401] = 403
    """Status for a credential without the right."""
    foreign_account_status: Literal[403, 404] = 403
    """Status for an account that is not there or not the credential's."""
    missing_client_status: Literal[404, 400, 403] = 404
    """Status for an unknown client."""
    missing_client_code: Annotated[int, Field(ge=1000)] = 10404
    """Code for an unknown client."""
    no_route_status: Literal[404, 400] = 404
    """Status for a path that does not exist."""
    refusal_status: Literal[400, 409, 422] = 400
    """Status when a rule of the whole is broken, not one field."""
    error_codes: Literal["fixed", "random"] = "fixed"
    """Codes in errors."""
    documentation_url: bool = True
    """A 403 carries documentation_url, as it does since August 2026."""
    error_pointers: bool = True
    """Errors about a field carry source.pointer."""
    rate_limit: PositiveInt = 1200
    """Requests of one credential in one window."""
    rate_window: PositiveInt = 300
    """Seconds of that window, and of the ban that follows."""

    # DNS records
    dns_duplicate_code: Literal[81057, 81058] = 81058
    """Code for a record that exists already."""
    dns_error_shape: Literal["direct", "wrapped"] = "direct"
    """Whether errors come inside the error_chain of a code 1004."""
    dns_tags: Literal["allow", "refuse"] = "allow"
    """Whether the plan has a quota for tags; without one, code 9300."""
    txt_content: Literal["as_sent", "quoted"] = "as_sent"
    """How TXT content is stored."""


def changed(current: Variants, values: Mapping[str, Any]) -> Variants:
    """The variants with some values replaced; ValueError names each value that is wrong."""
    try:
        return Variants.model_validate({**current.model_dump(), **values}, strict=True)
    except ValidationError as error:
        raise ValueError("; ".join(f"{item['loc'][0]}: {item['msg']}" for item in error.errors())) from None


def described() -> dict[str, dict[str, Any]]:
    """Every switch with its default, its values and what it stands for."""
    properties = Variants.model_json_schema()["properties"]
    return {
        name: {key: value for key, value in schema.items() if key in ("default", "description", "enum", "type")}
        for name, schema in properties.items()
    }
