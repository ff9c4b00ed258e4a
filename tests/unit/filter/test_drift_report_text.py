# SPDX-License-Identifier: GPL-3.0-or-later
"""The lines for a terminal."""

from __future__ import annotations

import re
from typing import Any

import pytest
from ansible.errors import AnsibleFilterError
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.filter.drift_report_text import FilterModule
from tests.unit.reports import PAGES, changed, entry, failed, hostile, in_account, one_of_each, reported
from tests.unit.support import TXT

drift_report_text = FilterModule().filters()["drift_report_text"]

LINES = f"""\
Cloudflare OAuth clients, 2026-10-05 09:00 UTC
Clients in the account: 7, of which public: 1. Definitions: 8, of which as defined: 4.

Definitions that cannot be applied: 1
- Mobile App: redirect_uris: 'nonsense' is not an absolute URI.

Missing clients: 1
- Partner Gateway

Drift: 2
- Deploy CLI ({2:032x})
    redirect_uris: -https://app.example.com/callback +http://localhost:8976/callback
    scopes: -dns.read +zone.raed
    tos_uri: (nothing) -> https://example.com/terms
- Portal Beta ({7:032x}): the next run deletes it

Unmanaged clients: 1
- Old Dashboard ({4:032x}), private

Unknown scopes: 1
- Deploy CLI ({2:032x}): zone.raed (did you mean zone.read?)

Open rotations: 1
- Old Dashboard ({4:032x})

Failed verifications: 1
- Status Page ({5:032x}): Cloudflare has stopped looking for {TXT} at app.example.com

Note on Support Desk ({3:032x}): Cloudflare keeps the logo under another address.

Findings: definitions that cannot be applied: 1 (Mobile App); missing clients: 1 (Partner Gateway); \
drift: 2 (Deploy CLI, Portal Beta)."""


def test_the_lines() -> None:
    assert drift_report_text(one_of_each()) == LINES.split("\n")


def test_where_nothing_was_found_few_lines_do() -> None:
    assert drift_report_text(reported([], []))[1:] == [
        "Clients in the account: 0, of which public: 0. Definitions: 0, of which as defined: 0.",
        "",
        "Everything is as defined.",
    ]


def test_a_client_without_a_name_is_named_by_its_id() -> None:
    assert f"- {1:032x}, private" in drift_report_text(reported([], [in_account(1, None)]))


def test_a_verification_to_be_restarted_is_told() -> None:
    client = in_account(1, "App")
    told = drift_report_text(reported([changed(client)], [client]))
    assert f"- App ({1:032x}): the next run restarts its verification" in told


def test_a_failed_verification_that_no_record_can_mend_is_told() -> None:
    client = in_account(1, "App", "failed", **{**PAGES, "client_uri": "https://localhost/"})
    assert f"- App ({1:032x})" in drift_report_text(reported([entry(client)], [client]))


@given(st.text(max_size=30), st.text(max_size=30))
def test_no_name_forges_a_line_or_steers_a_terminal(name: str, message: str) -> None:
    client = in_account(1, name)
    usual = drift_report_text(reported([failed("usual", "usual")], [in_account(1, "name")]))
    odd = drift_report_text(reported([failed(f"{name}!", message)], [client], title=name))
    assert len(odd) == len(usual)
    assert not re.search("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]", "".join(odd))


def test_hostile_names_are_spelled_out() -> None:
    lines = "\n".join(drift_report_text(hostile()))
    assert "\\u001b[31mred\\u000anew line\\u0000\\u202egnp.exe" in lines
    assert "👩‍👩‍👧" in lines


@pytest.mark.parametrize("report", [{}, None, "text"])
def test_what_is_no_report_is_told(report: Any) -> None:
    with pytest.raises(AnsibleFilterError, match=r"expected report of oauthops\.iam\.cloudflare_oauth_client_report"):
        drift_report_text(report)
