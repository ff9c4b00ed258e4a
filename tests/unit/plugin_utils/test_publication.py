# SPDX-License-Identifier: GPL-3.0-or-later
"""How far a publication is, from what Cloudflare and DNS say."""

from __future__ import annotations

import re
import textwrap
from datetime import datetime, timedelta, timezone
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import shaped
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.promotion import publishing
from ansible_collections.oauthops.iam.plugins.plugin_utils._moment import read_moment
from ansible_collections.oauthops.iam.plugins.plugin_utils._publication import duration, may_restart, publication
from ansible_collections.oauthops.iam.plugins.plugin_utils._waiting import Waiting
from tests.unit.support import TXT, a_client

HOST = "app.example.com"
RECORD = {"type": "TXT", "name": HOST, "value": TXT}
WHAT = f"TXT record at {HOST} with the value {TXT}"
SEEN, UNSEEN, UNKNOWN = {"visible": True, "cname": None}, {"visible": False, "cname": None}, {"visible": None}
BEHIND = {
    **UNSEEN,
    "value": TXT,
    "asked": [
        {"server": "ns1.example.com", "txt_values": [TXT], "error": None},
        {"server": "ns2.example.com", "txt_values": [], "error": None},
        {"server": "ns3.example.com", "txt_values": None, "error": "It is down."},
    ],
}
CREATED = datetime(2026, 10, 5, 4, 47, 27, tzinfo=timezone.utc)


def a_result(status: str | None = "pending", text: str | None = TXT, **overrides: Any) -> dict[str, Any]:
    """A result of the module, of a client that lacks nothing but its verification."""
    verification = {"client_uri_verification": {"status": status, "text": text}} if status or text else {}
    pages = {"client_uri": f"https://{HOST}/", "logo_uri": f"https://{HOST}/logo.png"}
    client = shaped(a_client(**{**pages, **verification, **overrides}))
    return {"oauth_client": client, "publishing": publishing(client)}


def status(
    result: dict[str, Any], lookup: Any, provider: str = "rfc2136", after: float = 1, *, predicted: bool = False
) -> dict[str, Any]:
    """How far the client is, some hours after it was created."""
    return publication(result, lookup, provider, CREATED + timedelta(hours=after), predicted=predicted)


def action(result: dict[str, Any], lookup: Any, provider: str = "rfc2136") -> tuple[str, str]:
    told = status(result, lookup, provider)["next_action"]
    return told["code"], told["text"]


PREDICTED = a_result(status=None, text=None, client_id=None)


@pytest.mark.parametrize(
    ("result", "lookup", "provider", "phase"),
    [
        (a_result(logo_uri=None), SEEN, "rfc2136", "incomplete"),
        (a_result(client_uri=None, status=None, text=None), {}, "rfc2136", "incomplete"),
        (a_result(status=None, text=None), {}, "rfc2136", "needs_dns"),
        (a_result(), UNSEEN, "rfc2136", "needs_dns"),
        (a_result(), UNSEEN, "manual", "needs_dns"),
        (a_result(), SEEN, "rfc2136", "verifying"),
        (a_result(), SEEN, "manual", "verifying"),
        (a_result(), UNKNOWN, "rfc2136", "verifying"),
        (a_result(), {}, "/own/dns.yml", "verifying"),
        (a_result(), UNKNOWN, "manual", "needs_dns"),
        (a_result("in_progress"), {}, "manual", "needs_dns"),
        (a_result("a status of tomorrow"), {}, "manual", "needs_dns"),
        (a_result("failed"), SEEN, "rfc2136", "failed"),
        (a_result("verified"), UNSEEN, "manual", "verified"),
        (a_result("verified", visibility="public"), {}, "manual", "public"),
        (a_result("failed", visibility="public"), {}, "manual", "public"),
    ],
)
def test_the_phase(result: dict[str, Any], lookup: Any, provider: str, phase: str) -> None:
    assert status(result, lookup, provider)["phase"] == phase


@pytest.mark.parametrize(
    ("result", "lookup", "restarts"),
    [
        (a_result("failed"), SEEN, True),
        (a_result("failed"), UNKNOWN, True),
        (a_result("failed"), {}, True),
        (a_result("failed"), UNSEEN, False),
        (a_result("failed", logo_uri=None), SEEN, True),
        (a_result("failed", text=None), SEEN, False),
        (a_result("pending"), SEEN, False),
        (a_result("verified"), SEEN, False),
    ],
)
def test_a_verification_is_restarted_only_with_a_chance(result: dict[str, Any], lookup: Any, restarts: bool) -> None:
    assert may_restart(result, lookup) is restarts


@pytest.mark.parametrize(
    ("result", "lookup", "provider", "code", "text"),
    [
        (a_result(logo_uri=None), {}, "manual", "complete", "Publishing also needs these options: logo_uri."),
        (a_result(), UNSEEN, "manual", "publish_record", f"Publish the {WHAT}, then run again."),
        (a_result(), UNSEEN, "rfc2136", "wait", f"The {WHAT} was published through rfc2136, but is not shown yet. Run"),
        (a_result(), BEHIND, "rfc2136", "wait", "but is not shown yet by ns2.example.com. Run again later."),
        (a_result(status=None, text=None), {}, "rfc2136", "run", "TXT record whose value Cloudflare does not show yet"),
        (PREDICTED, {}, "rfc2136", "run", "TXT record whose value Cloudflare shows once the client exists"),
        (PREDICTED, {}, "manual", "publish_record", "TXT record whose value Cloudflare shows once the client exists"),
        (a_result(), SEEN, "manual", "wait", f"Cloudflare is looking for the {WHAT}, for up to two days."),
        (a_result("failed"), UNSEEN, "manual", "publish_record", f"Cloudflare has stopped looking for the {WHAT}."),
        (a_result("failed"), UNSEEN, "rfc2136", "wait", "It was published through rfc2136. Run again later."),
        (a_result("failed"), UNSEEN, "/own/dns.yml", "wait", "It was published through /own/dns.yml."),
        (
            a_result("failed", text=None),
            {},
            "rfc2136",
            "publish_record",
            "TXT record whose value Cloudflare does not show yet",
        ),
        (a_result("verified"), {}, "manual", "promote", "which is permanent"),
        (a_result("verified", visibility="public"), {}, "manual", "none", "Nothing, the client is public."),
        (a_result(), {**UNSEEN, "cname": "x.example.net"}, "manual", "publish_record", f"{HOST} is a CNAME for x.e"),
        (a_result("failed"), {**UNSEEN, "cname": "x.example.net"}, "manual", "publish_record", f"{HOST} is a CNAME"),
        (
            a_result(client_uri="http://localhost/", text=None),
            {},
            "manual",
            "complete",
            "localhost is not in the public DNS",
        ),
        (a_result(), {**UNSEEN, "cname": "x.example.net"}, "dns.yml", "wait", f"{HOST} is a CNAME for x.example.net"),
    ],
)
def test_the_next_action(result: dict[str, Any], lookup: Any, provider: str, code: str, text: str) -> None:
    found = action(result, lookup, provider)
    assert (found[0], text in found[1]) == (code, True)


def test_a_failed_verification_in_check_mode_says_who_publishes_the_record() -> None:
    codes = [
        status(a_result("failed"), UNSEEN, provider, predicted=True)["next_action"]["code"]
        for provider in ("cloudflare", "manual")
    ]
    assert codes == ["run", "publish_record"]


@pytest.mark.parametrize("provider", ["cloudflare", "rfc2136"])
def test_a_cname_is_no_matter_where_the_record_was_written_beside_it(provider: str) -> None:
    assert "CNAME" not in action(a_result(), {**UNSEEN, "cname": "x.example.net"}, provider)[1]


@pytest.mark.parametrize("lookup", [SEEN, UNSEEN])
@pytest.mark.parametrize(
    "changed", ["2026-10-05T04:47:27Z", None, "yesterday", "9999-12-31T10:00:00Z", "0001-01-01T00:00:00+10:00"]
)
def test_the_deadline_is_two_days_after_the_client_was_created(changed: str | None, lookup: dict[str, Any]) -> None:
    found = status(a_result(updated_at=changed), lookup)
    assert found["deadline"] == "2026-10-07 04:47 UTC"
    assert "Cloudflare looks for it until 2026-10-07 04:47 UTC, and perhaps longer." in found["next_action"]["text"]


@pytest.mark.parametrize(
    ("after", "deadline"), [(1, "2026-10-07 04:47 UTC"), (49, "2026-10-08 10:47 UTC"), (200, None)]
)
def test_of_several_deadlines_the_next_one_counts(after: float, deadline: str | None) -> None:
    changed = (CREATED + timedelta(hours=30)).isoformat()
    assert status(a_result(updated_at=changed), UNSEEN, after=after)["deadline"] == deadline


def test_a_record_that_is_only_predicted_was_not_published() -> None:
    found = status(a_result(), UNSEEN, predicted=True)["next_action"]
    assert (found["code"], found["text"].startswith(f"The next run publishes the {WHAT}, through rfc2136.")) == (
        "run",
        True,
    )


@pytest.mark.parametrize("result", [a_result("failed"), a_result("verified"), a_result(text=None)])
def test_where_nothing_is_searched_for_there_is_no_deadline(result: dict[str, Any]) -> None:
    assert status(result, UNSEEN)["deadline"] is None


def test_a_pending_client_brings_a_ticket() -> None:
    assert status(a_result(), UNSEEN, "manual")["ticket"] == [
        "Please add this DNS record, and leave all other records of the name as they are:",
        "Type: TXT",
        f"Name: {HOST}",
        f"Value: {TXT}",
        "Deadline: 2026-10-07 04:47 UTC (Cloudflare then stops looking until the verification is restarted)",
        f'In a zone file: {HOST}. IN TXT "{TXT}"',
        "Reason: it shows Cloudflare that the OAuth client Example App (30e8fa4a9d2746f5a1b3c9d7e6f50418) belongs "
        "to the owner of the domain.",
    ]


def test_nothing_that_others_named_forges_output_or_a_line_of_the_ticket() -> None:
    forged = "Example\x1b[2K\r\nName: www.example.com"
    result = a_result(text=f"{TXT}{forged}", client_name=forged)
    found = status(result, {**UNSEEN, "cname": forged}, "manual")
    assert len(found["ticket"]) == 8
    assert all(line.isprintable() for line in [found["next_action"]["text"], *found["ticket"]])


CANNOT_SAY: dict[str, Any] = {
    "visible": None,
    "asked": [{"server": "a resolver", "txt_values": [], "cname": None, "error": None}],
}


@pytest.mark.parametrize("result", [a_result(), a_result("failed")])
def test_where_nobody_can_say_the_record_may_be_there(result: dict[str, Any]) -> None:
    found = status(result, CANNOT_SAY, "manual")
    assert "unless it exists" in found["next_action"]["text"]
    assert found["ticket"][0].startswith("Please make sure that this DNS record exists")
    assert may_restart(result, CANNOT_SAY) is (result["oauth_client"]["client_uri_verification"]["status"] == "failed")


def test_a_record_that_can_be_seen_is_to_be_kept() -> None:
    assert status(a_result(), SEEN, "manual")["ticket"][0].startswith("Please keep this DNS record")


def test_an_incomplete_client_brings_a_ticket_too_because_the_two_days_are_running() -> None:
    incomplete = status(a_result(logo_uri=None), UNSEEN, "manual")
    assert (incomplete["phase"], incomplete["deadline"]) == ("incomplete", "2026-10-07 04:47 UTC")
    assert f"Value: {TXT}" in incomplete["ticket"]


def test_after_the_two_days_there_is_no_deadline() -> None:
    (line,) = [line for line in status(a_result("failed"), UNSEEN, "manual")["ticket"] if line.startswith("Deadline")]
    assert line == "Deadline: none, the verification is restarted once the record is visible"


@pytest.mark.parametrize(
    ("result", "provider"), [(a_result("verified"), "manual"), (a_result(text=None), "manual"), (a_result(), "rfc2136")]
)
def test_a_ticket_is_for_a_record_that_a_person_has_to_publish(result: dict[str, Any], provider: str) -> None:
    assert status(result, UNSEEN, provider)["ticket"] == []


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-10-05T04:47:27Z", CREATED),
        ("2026-10-05T04:47:27.1234567Z", CREATED),
        ("2026-10-05T06:47:27+02:00", CREATED),
        ("2026-10-05T04:47:27", CREATED),
        ("later", None),
        (None, None),
    ],
)
def test_moments_as_cloudflare_may_write_them(text: str | None, moment: datetime | None) -> None:
    assert read_moment(text) == moment


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 s"), (-1, "0 s"), (45.4, "45 s"), (60, "1 min"), (200, "3 min 20 s"), (7500, "2 h 5 min"), (3600, "1 h")],
)
def test_lengths_of_time(seconds: float, text: str) -> None:
    assert duration(seconds) == text


@given(
    st.sampled_from([None, "pending", "in_progress", "verified", "failed", "other"]),
    st.sampled_from([None, TXT]),
    st.sampled_from(["private", "public"]),
    st.sampled_from([{}, SEEN, UNSEEN, UNKNOWN]),
    st.sampled_from(["manual", "rfc2136"]),
    st.booleans(),
)
def test_every_situation_has_a_phase_and_an_action(
    verification: str | None, text: str | None, visibility: str, lookup: Any, provider: str, logo: bool
) -> None:
    result = a_result(verification, text, visibility=visibility, **({} if logo else {"logo_uri": None}))
    found = status(result, lookup, provider)
    assert found["next_action"]["code"] in {"complete", "publish_record", "run", "wait", "promote", "none"}
    assert found["next_action"]["text"].strip()
    assert (found["phase"] == "public") == (visibility == "public")
    assert not (may_restart(result, lookup) and verification != "failed")
    unverified = "client_uri_verification" in found["missing"]
    assert found["awaits_verification"] == (bool(text) and unverified)
    assert bool(found["ticket"]) == (found["awaits_verification"] and provider == "manual")


ROOT = Path(__file__).parents[3]
GUIDES = ROOT / "docs/docsite/rst"


def test_the_guide_shows_the_ticket_as_it_is() -> None:
    (shown,) = text_blocks("guide_dns_providers", "Please add")
    assert shown.splitlines() == status(a_result(), UNSEEN, "manual")["ticket"]


def test_the_guide_shows_the_lines_of_the_waiting_as_they_are() -> None:
    (shown,) = text_blocks("guide_publish", "[localhost]")
    lines = [
        (UNSEEN, "needs_dns (the record cannot be seen yet); 10 s elapsed, 4 min 50 s remaining"),
        (SEEN, "verifying (the record can be seen); 20 s elapsed, 4 min 40 s remaining"),
    ]
    assert shown.splitlines() == [f"[localhost] {HOST}: {text}" for _lookup, text in lines]
    for (lookup, text), elapsed in zip(lines, (10, 20), strict=True):
        waiting = Waiting({}, {"provider": "rfc2136"}, False, print, client=a_result(), lookup=lookup)
        waiting.countdown = SimpleNamespace(elapsed=elapsed, remaining=300 - elapsed)  # type: ignore[assignment]
        assert waiting._line() == f"{HOST}: {text}"


def text_blocks(guide: str, start: str) -> list[str]:
    text = (GUIDES / f"{guide}.rst").read_text()
    blocks = re.findall(r"^\.\. code-block:: text\n\n((?:    .*\n|\n)+)", text, re.MULTILINE)
    return [shown for block in blocks if (shown := textwrap.dedent(block).strip()).startswith(start)]


@pytest.mark.parametrize(
    "page",
    [
        GUIDES / "guide_publish.rst",
        GUIDES / "images/publishing.svg",
        ROOT / "roles/oauth_client_publish/README.md",
    ],
)
def test_every_phase_is_explained(page: Path) -> None:
    told = page.read_text()
    assert all(phase in told for phase in ("incomplete", "needs_dns", "verifying", "failed", "verified", "public"))
