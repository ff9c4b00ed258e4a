# Copyright: (c) 2026, the oauthops.iam authors
# SPDX-License-Identifier: GPL-3.0-or-later
"""A drift report as lines for a terminal, a log or a ticket. Pure. Private."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from ._drift_report import KINDS
from ._moment import read_moment, written

Report = Mapping[str, Any]
Finding = Mapping[str, Any]

# What could forge a line, move a cursor, or turn the direction of all that follows. A surrogate is in no file.
UNSAFE = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
NOTHING = "(nothing)"
UNFIELDED = {"delete": "the next run deletes it", "update": "the next run restarts its verification"}


def visible(value: Any) -> str:
    """A value as text, with control characters escaped, so that they cannot act on a terminal."""
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return UNSAFE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def name_of(finding: Finding) -> str:
    """A client by its name and ID; a definition may have only one of them."""
    name, client_id = finding["client_name"], finding["client_id"]
    return visible(f"{name} ({client_id})" if name and client_id else name or client_id or "a client without a name")


def moment(report: Report) -> str:
    read = read_moment(report["generated_at"])
    return written(read) if read else visible(report["generated_at"])


def report_lines(report: Report) -> Iterator[str]:
    counts = report["counts"]
    yield f"{visible(report['title'])}, {moment(report)}"
    yield (
        f"Clients in the account: {counts['clients']}, of which public: {counts['public']}. "
        f"Definitions: {counts['definitions']}, of which as defined: {counts['as_defined']}."
    )
    for kind, found in report["findings"].items():
        if found:
            yield ""
            yield f"{KINDS[kind]}: {len(found)}"
            for finding in found:
                yield from f"- {name_of(finding)}{DETAILS[kind](finding)}".split("\n")
    for warning in report["warnings"]:
        yield ""
        yield f"Note on {name_of(warning)}: {visible(warning['message'])}"
    yield ""
    yield visible(report["verdict"]["message"])


def drift_details(finding: Finding) -> str:
    if not finding["fields"]:
        return f": {UNFIELDED[finding['action']]}"
    return "".join(f"\n    {each['field']}: {change(each)}" for each in finding["fields"])


def change(field: Mapping[str, Any]) -> str:
    """The removed and added values of a list, or the old and the new single value."""
    if isinstance(field["before"], list) or isinstance(field["after"], list):
        signed = [("-", value) for value in field["removed"]] + [("+", value) for value in field["added"]]
        return " ".join(f"{sign}{visible(value)}" for sign, value in signed)
    before, after = (NOTHING if side is None else visible(side) for side in (field["before"], field["after"]))
    return f"{before} -> {after}"


def scope_details(finding: Finding) -> str:
    return ": " + ", ".join(scope_hint(scope) for scope in finding["scopes"])


def scope_hint(scope: Mapping[str, Any]) -> str:
    near = " or ".join(visible(each) for each in scope["near"])
    return f"{visible(scope['id'])} (did you mean {near}?)" if near else visible(scope["id"])


def record_details(finding: Finding) -> str:
    record = finding["dns_record"]
    if not record:
        return ""
    what = visible(record["value"] or "the TXT record")
    return f": Cloudflare has stopped looking for {what} at {visible(record['name'])}"


DETAILS: Mapping[str, Callable[[Finding], str]] = {
    "errors": lambda finding: f": {visible(finding['message'])}",
    "missing": lambda _finding: "",
    "drift": drift_details,
    "unmanaged": lambda finding: f", {visible(finding['visibility'])}",
    "unknown_scopes": scope_details,
    "open_rotations": lambda _finding: "",
    "failed_verifications": record_details,
}
