# SPDX-License-Identifier: GPL-3.0-or-later
"""What becomes of a publication over two days, as a table: what happens, and what each run says and writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import requests

from tests.integration.dns.publishing import Publishing, update_options
from tests.integration.publications import AT_ONCE, MANUAL, result, results
from tests.integration.thorough import thorough

Step = Callable[[Publishing], None]
Json = Any

HOST, OTHER_HOST = "app.example.com", "new.example.com"
MOVED: dict[str, Json] = {"host": OTHER_HOST, "client_uri": f"https://{OTHER_HOST}/", **MANUAL}


def run(phase: str, code: str = "", writes: int | None = None, *, host: str = HOST, **changes: Json) -> Step:
    """A run that ends well: its phase, what comes next, and how many requests it writes to Cloudflare."""

    def step(publishing: Publishing) -> None:
        publishing.fake.clear_journal()
        found = result(publishing.run(**changes))
        assert (found["phase"], found["dns_record"]["name"]) == (phase, host), found
        assert code in ("", found["next_action"]["code"]), found
        written = publishing.fake.requests(writes_only=True)
        assert writes is None or len(written) == writes, written

    return step


def refused(code: str, option: str, **changes: Json) -> Step:
    """A run that fails before it writes anything, and names the client that is in the way, if there is one."""

    def step(publishing: Publishing) -> None:
        publishing.fake.clear_journal()
        failed = publishing.run(**changes)
        assert (failed.status, failed.code, failed.option) == (2, code, option), failed.output
        assert [
            client["client_id"] for client in publishing.clients() if client["client_id"] not in failed.failure
        ] == []
        assert publishing.fake.requests(writes_only=True) == []

    return step


def hours(number: float) -> Step:
    return lambda publishing: publishing.fake.advance_clock(number * 3600)


def appears(host: str = HOST) -> Step:
    """Somebody publishes the record that the newest client wants."""

    def step(publishing: Publishing) -> None:
        value = publishing.clients()[-1]["verification"]["text"]
        publishing.name_server.add(host, "TXT", f'"{value}"')

    return step


def disappears(host: str = HOST) -> Step:
    return lambda publishing: publishing.name_server.remove(host, "TXT")


def variant(**values: Json) -> Step:
    return lambda publishing: publishing.fake.set_variant(**values)


def somebody(method: str, **body: Json) -> Step:
    """Somebody else writes to the client."""

    def step(publishing: Publishing) -> None:
        fake = publishing.fake
        url = f"{fake.base_url}/accounts/{fake.account_id}/oauth_clients/{publishing.clients()[0]['client_id']}"
        headers = {"Authorization": f"Bearer {fake.token}"}
        requests.request(method, url, json=body or None, headers=headers, timeout=10).raise_for_status()

    return step


def run_by_id(phase: str, code: str = "", **changes: Json) -> Step:
    return lambda publishing: run(phase, code, client_id=publishing.clients()[0]["client_id"], **changes)(publishing)


def clients(*names: str) -> Step:
    def step(publishing: Publishing) -> None:
        assert [client["client_name"] for client in publishing.clients()] == list(names)

    return step


def values_at(host: str, number: int) -> Step:
    def step(publishing: Publishing) -> None:
        assert len(publishing.name_server.texts(host)) == number

    return step


TABLE: dict[str, list[Step]] = {
    "the record is published at once": [
        run("public", "none"),
        hours(1),
        run("public", "none", writes=0),
    ],
    "the record appears after 30 hours": [
        run("needs_dns", "publish_record", writes=1, **MANUAL),
        hours(30),
        run("needs_dns", "publish_record", writes=0, **MANUAL),
        appears(),
        hours(1),
        run("public", "none", writes=1, **MANUAL),
    ],
    "seen by the world, not yet by Cloudflare": [
        run("needs_dns", **MANUAL),
        variant(read_lag_seconds=600),
        somebody("PATCH", policy_uri="https://app.example.com/privacy"),
        appears(),
        run("verifying", "wait", writes=0, **MANUAL),
        hours(1),
        run("public", "none", writes=1, **MANUAL),
    ],
    "failed at 48 hours, and not restarted without the record": [
        run("needs_dns", **MANUAL),
        hours(49),
        run("failed", "publish_record", writes=0, **MANUAL),
        hours(1),
        run("failed", "publish_record", writes=0, **MANUAL),
        appears(),
        run("public", "none", writes=2, **{**MANUAL, "wait_timeout": 20}),
    ],
    "failed, and nobody can say who sees the record": [
        run("needs_dns", **MANUAL),
        hours(49),
        run("needs_dns", "publish_record", writes=1, lookup="none", **MANUAL),
    ],
    "failed, and the record appears while the run waits": [
        run("needs_dns", **MANUAL),
        hours(49),
        run("public", "none", writes=2, promote=True),
    ],
    "failed, and the restart brings another value": [
        variant(verification_text="new_on_restart"),
        run("needs_dns", **MANUAL),
        hours(49),
        run("public", "none", writes=2),
        values_at(HOST, 2),
    ],
    "failed, and after the restart once more": [
        run("needs_dns", **MANUAL),
        hours(49),
        variant(verification_text="new_on_restart"),
        appears(),
        run("needs_dns", writes=1, **MANUAL),
        hours(49),
        run("failed", "publish_record", writes=0, **MANUAL),
        run("public", "none", writes=2),
    ],
    "the home page moves to another host": [
        run("needs_dns", **MANUAL),
        hours(20),
        run("needs_dns", "publish_record", writes=1, **MOVED),
        appears(OTHER_HOST),
        hours(1),
        run("public", "none", **MOVED),
    ],
    "the home page moves to another path": [
        run("needs_dns", **MANUAL),
        hours(20),
        run("needs_dns", writes=1, client_uri=f"https://{HOST}/start", **MANUAL),
        appears(),
        run("public", "none", client_uri=f"https://{HOST}/start", **{**MANUAL, "wait_timeout": 20}),
    ],
    "somebody deletes the client, known by its name": [
        run("needs_dns", **MANUAL),
        hours(20),
        somebody("DELETE"),
        run("needs_dns", "publish_record", writes=1, **MANUAL),
        appears(),
        hours(1),
        run("public", "none", **MANUAL),
        clients("App"),
    ],
    "somebody deletes the client, known by its id": [
        run("needs_dns", **MANUAL),
        hours(20),
        lambda publishing: refused("client_not_found", "client.client_id", client_id=_deleted(publishing))(publishing),
    ],
    "somebody renames the client, known by its name": [
        run("needs_dns", **MANUAL),
        hours(20),
        somebody("PATCH", client_name="App of ours"),
        refused("client_similar", "client.client_name", **MANUAL),
        run("needs_dns", writes=1, allow_similar=True, **MANUAL),
        clients("App of ours", "App"),
    ],
    "somebody renames the client, known by its id": [
        run("needs_dns", **MANUAL),
        hours(20),
        somebody("PATCH", client_name="App of ours"),
        appears(),
        run_by_id("public", "none", **{**MANUAL, "wait_timeout": 20}),
        clients("App"),
    ],
    "somebody promotes the client": [
        run("verified", "promote", promote=False),
        somebody("PATCH", visibility="public"),
        run("public", "none", writes=0, promote=False),
    ],
    "somebody removes the logo after the verification": [
        run("verified", promote=False),
        somebody("PATCH", logo_uri=None),
        run("incomplete", "complete", writes=0, logo_uri="", **AT_ONCE),
        run("public", "none", writes=2, **AT_ONCE),
    ],
    "the record of a verified client is removed": [
        variant(verified_recheck=True),
        run("verified", promote=False),
        disappears(),
        hours(1),
        run("failed", "publish_record", writes=0, promote=False, **MANUAL),
        run("public", "none", writes=2),
        values_at(HOST, 1),
    ],
    "Cloudflare tells the value only after a while": [
        variant(first_verification="absent"),
        run("needs_dns", "run", writes=1),
        hours(1),
        run("public", "none"),
    ],
}


def _deleted(publishing: Publishing) -> str:
    client_id = str(publishing.clients()[0]["client_id"])
    somebody("DELETE")(publishing)
    return client_id


@pytest.mark.parametrize("row", [*list(TABLE)[::2], *thorough(*list(TABLE)[1::2])])
def test_each_run_ends_well_and_says_where_it_is(publishing: Publishing, row: str) -> None:
    for step in TABLE[row]:
        step(publishing)


def test_every_three_hours_until_the_record_appears_after_thirty(publishing: Publishing) -> None:
    """One play for all runs: the role, then three hours, and the record somewhere on the way."""
    role = publishing.task(**MANUAL)
    later = {
        "name": "Three hours later",
        "ansible.legacy.request": {"url": f"{publishing.fake.control_url}/clock", "body": {"advance": 3 * 3600}},
    }
    appears_now = {
        "name": "Somebody publishes the record",
        "oauthops.iam.rfc2136_txt_value": {
            **update_options(publishing.name_server),
            "name": HOST,
            "value": "{{ oauth_client_publish_result.dns_record.value }}",
        },
    }
    played = publishing.ansible.play([*[role, later] * 10, appears_now, later, role, later, role])
    assert played.status == 0, played.output
    phases = [found["phase"] for _host, found in results(played)]
    assert phases == ["needs_dns"] * 10 + ["public"] * 2
    assert len({found["deadline"] for _host, found in results(played)[:10]}) == 1
    written = publishing.fake.requests(writes_only=True)
    assert [request.split()[0] for request in written] == ["POST", "PATCH"]
