# SPDX-License-Identifier: GPL-3.0-or-later
"""What is refused, and how a refusal looks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ..exchange import Exchange
from ..findings import Finding, Notes, Question, fact, settled, taken, unsettled

if TYPE_CHECKING:
    from ..lab import Lab

_UNKNOWN = "oauthops_probe_field"


def ask_odd(lab: Lab) -> Notes:
    client = lab.create()
    return {
        "empty": lab.patch(client),
        "unknown": lab.patch(client, **{_UNKNOWN: "a value"}),
        "bad": lab.patch(client, token_endpoint_auth_method="no_such_method"),
        "bad again": lab.patch(client, token_endpoint_auth_method="no_such_method"),
        "null in array": lab.patch(client, redirect_uris=[None]),
        "no such scope": lab.patch(client, scopes=["no-such-scope.read"]),
    }


def judge_odd(notes: Notes) -> list[Finding]:
    kept = " (and kept)" if _UNKNOWN in notes["unknown"].fields else ""
    return [
        taken("empty_patch", notes["empty"], "PATCH with {}", ok="ok", refused="refuse"),
        taken("unknown_fields", notes["unknown"], f"PATCH with a made-up field{kept}", ok="ignore", refused="refuse"),
        _pointers(notes["bad"]),
        _codes(notes["bad"], notes["bad again"]),
        fact("null inside an array", notes["null in array"].outcome),
        fact("a scope that does not exist", notes["no such scope"].outcome),
    ]


def _pointers(bad: Exchange) -> Finding:
    if not bad.refused or not bad.errors:
        return unsettled("error_pointers", f"a made-up token_endpoint_auth_method: {bad.outcome}")
    sources = [item.get("source") for item in bad.errors]
    pointers = [str(source["pointer"]) for source in sources if isinstance(source, dict) and "pointer" in source]
    seen = f"source.pointer for a made-up token_endpoint_auth_method: {', '.join(pointers) or 'none'}"
    return settled("error_pointers", bool(pointers), seen)


def _codes(bad: Exchange, again: Exchange) -> Finding:
    if not (bad.refused and again.refused and bad.codes and again.codes):
        return unsettled("error_codes", f"no codes to compare: {bad.outcome}, {again.outcome}")
    value = "fixed" if bad.codes == again.codes else "random"
    return settled("error_codes", value, f"the same mistake twice: {bad.outcome}, {again.outcome}")


def ask_post_logout(lab: Lab) -> Notes:
    client = lab.create()
    return {
        "same origin": lab.patch(client, post_logout_redirect_uris=[lab.uri("bye")]),
        "other origin": lab.patch(client, post_logout_redirect_uris=[f"https://other.{lab.host}/bye"]),
    }


def judge_post_logout(notes: Notes) -> list[Finding]:
    same, other = notes["same origin"], notes["other origin"]
    if not same.ok:
        return [unsettled("post_logout_origin", f"a URI on the origin of a redirect URI: {same.outcome}")]
    return [taken("post_logout_origin", other, "a URI on another origin", ok="any", refused="of_redirect")]


def ask_optional(lab: Lab) -> Notes:
    first, second = lab.scopes[:2]
    client = lab.create(scopes=[first, second])
    return {
        "alone": lab.patch(client, optional_scopes=[second]),
        "together": lab.patch(client, scopes=[first, second], optional_scopes=[second]),
        "scopes alone": lab.patch(client, scopes=[first]),
        "outside": lab.patch(client, scopes=[first], optional_scopes=[second]),
    }


def judge_optional(notes: Notes) -> list[Finding]:
    together = notes["together"]
    seen = f"optional_scopes with its scopes: {together.outcome}"
    if not together.ok:
        known = settled("optional_scopes", "refused", seen) if together.refused else unsettled("optional_scopes", seen)
        return [known, unsettled("optional_scopes_check", seen)]
    if not together.fields.get("optional_scopes"):
        shown = bool(together.fields.get("scopes"))
        known = settled("optional_scopes", "ignored", f"{seen}, but not shown")
        hidden = unsettled("optional_scopes", "answers do not even show scopes")
        return [known if shown else hidden, unsettled("optional_scopes_check", f"{seen}, but not shown")]
    return [settled("optional_scopes", "supported", seen), _subset_check(notes)]


def _subset_check(notes: Notes) -> Finding:
    alone, shrunk, outside = notes["alone"], notes["scopes alone"], notes["outside"]
    seen = f"optional_scopes alone: {alone.outcome}; scopes without one that is optional: {shrunk.outcome}"
    if not outside.refused:
        return unsettled("optional_scopes_check", f"{seen}; an optional scope outside scopes: {outside.outcome}")
    if alone.refused:
        return settled("optional_scopes_check", "request_strict", seen)
    if alone.ok and shrunk.refused:
        return settled("optional_scopes_check", "merged", seen)
    if alone.ok and shrunk.ok and shrunk.fields.get("optional_scopes"):
        return settled("optional_scopes_check", "request", seen)
    return unsettled("optional_scopes_check", f"{seen}, optional_scopes then: {shrunk.fields.get('optional_scopes')}")


QUESTIONS = (
    Question(
        "odd requests",
        "Are an empty PATCH and unknown fields refused, and how do errors look?",
        ("empty_patch", "unknown_fields", "error_pointers", "error_codes"),
        ask_odd,
        judge_odd,
    ),
    Question(
        "post-logout",
        "Must a post-logout URI share its origin with a redirect URI?",
        ("post_logout_origin",),
        ask_post_logout,
        judge_post_logout,
    ),
    Question(
        "optional scopes",
        "Are optional_scopes known, and against what are they checked?",
        ("optional_scopes", "optional_scopes_check"),
        ask_optional,
        judge_optional,
    ),
)
