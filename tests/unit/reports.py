# SPDX-License-Identifier: GPL-3.0-or-later
"""Accounts and definitions to report on, and the reports of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from ansible_collections.oauthops.iam.plugins.module_utils._oauth.bulk import surplus
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.model import Client, description, shaped
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.outcome import brief
from ansible_collections.oauthops.iam.plugins.module_utils._oauth.promotion import publishing
from ansible_collections.oauthops.iam.plugins.plugin_utils._drift_report import USUAL_FAIL_ON, drift_report
from ansible_collections.oauthops.iam.plugins.plugin_utils._moment import moment
from tests.unit.support import TXT, a_client

Json = Any
NOW = "2026-10-05T09:00:00Z"
KNOWN = ("account-settings.read", "dns.read", "dns.write", "zone.read")
PAGES = {"client_uri": "https://app.example.com/", "logo_uri": "https://app.example.com/logo.png"}
# What names may hold that is something else to HTML, to Jinja2, to a terminal, or to the layout of a page.
HOSTILE = (
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "</title></style><!-- &amp; &lt;",
    "{{ 7*7 }} {% raw %} {# #}",
    "\x1b[31mred\nnew line\x00\u202egnp.exe",
    "مرحبا עולם 🚀👩‍👩‍👧",
    "long" * 60,
    "long word " * 30,
)


def in_account(number: int, client_name: str | None, status: str | None = None, **fields: Json) -> Client:
    """A client as cloudflare_oauth_client_info lists it."""
    verification = {"client_uri_verification": {"status": status, "text": TXT}} if status else {}
    answer = a_client(client_id=f"{number:032x}", client_name=client_name, **{**verification, **fields})
    client = shaped(answer)
    return {**client, "publishing": publishing(client)}


def entry(client: Client, **keys: Json) -> Json:
    """What cloudflare_oauth_clients tells of a definition that its client meets."""
    told = {key: client[key] for key in ("client_id", "client_name")}
    return {**told, "action": "none", "changed": False, "failed": False, "oauth_client": client, **keys}


def changed(client: Client, **fields: Json) -> Json:
    """... of one that its client does not meet."""
    wanted = {**client, **fields}
    diff = {"before": description(client), "after": description(wanted)}
    return entry(wanted, action="update", changed=True, diff=diff)


def created(client_name: str, **fields: Json) -> Json:
    """... of one whose client is not there."""
    wanted = {**in_account(0, client_name, **fields), "client_id": None}
    return entry(wanted, action="create", changed=True, diff={"before": {}, "after": description(wanted)})


def deleted(client: Client) -> Json:
    """... of one that says that its client is to go."""
    diff = {"before": description(client), "after": {}}
    return entry(client, action="delete", changed=True, diff=diff)


def failed(client_name: str | None, msg: str = "It cannot be.", client_id: str | None = None, **keys: Json) -> Json:
    """... of one that cannot be applied."""
    told = {"client_id": client_id, "client_name": client_name, "action": "none", "changed": False, "failed": True}
    return {**told, "msg": msg, "oauth_client": None, "publishing": None, **keys}


def reported(
    entries: Sequence[Json], clients: Sequence[Client], title: str = "", fail_on: Sequence[str] = USUAL_FAIL_ON
) -> Json:
    """The report; a client that no definition means is unmanaged, as cloudflare_oauth_clients tells it."""
    ids = {each["client_id"] for each in entries}
    meant = [client for client in clients if client["client_id"] in ids]
    plan = {"oauth_clients": entries, "unmanaged": [brief(client) for client in surplus(clients, entries, meant)]}
    return drift_report(plan, clients, KNOWN, moment("now", NOW), title, fail_on)


def one_of_each() -> Mapping[str, Json]:
    """A report that has every kind of finding, a note, and a client of each phase."""
    app = in_account(1, "Billing Portal", "verified", **PAGES, visibility="public")
    cli = in_account(2, "Deploy CLI")
    desk = in_account(3, "Support Desk", "pending", **PAGES)
    old = in_account(4, "Old Dashboard", token_endpoint_auth_method="client_secret_basic", has_rotated_secret=True)
    status = in_account(5, "Status Page", "failed", **PAGES)
    ready = in_account(6, "Team Wiki", "verified", **PAGES)
    beta = in_account(7, "Portal Beta")
    entries = [
        entry(app),
        changed(
            cli,
            redirect_uris=["http://localhost:8976/callback"],
            scopes=["account-settings.read", "zone.raed"],
            tos_uri="https://example.com/terms",
        ),
        entry(desk, warnings=["Cloudflare keeps the logo under another address."]),
        entry(status),
        entry(ready),
        deleted(beta),
        created("Partner Gateway"),
        failed("Mobile App", "redirect_uris: 'nonsense' is not an absolute URI."),
    ]
    report: Mapping[str, Json] = reported(entries, [app, cli, desk, old, status, ready, beta])
    return report


def hostile() -> Mapping[str, Json]:
    """A report in which every text is a name out of HOSTILE."""
    there = [in_account(number, name, has_rotated_secret=True) for number, name in enumerate(HOSTILE, 1)]
    bad = [in_account(100 + number, name) for number, name in enumerate(HOSTILE)]
    drifted = [changed(each, policy_uri=name, redirect_uris=[name]) for each, name in zip(bad, HOSTILE, strict=True)]
    others = [created(name, scopes=[f"{name}.read"]) for name in HOSTILE] + [failed(name, name) for name in HOSTILE]
    report: Mapping[str, Json] = reported([*drifted, *others], [*there, *bad], title=HOSTILE[0])
    return report
