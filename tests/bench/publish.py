# SPDX-License-Identifier: GPL-3.0-or-later
"""The role that publishes, on a client that is public, beside the same flow written by hand with `uri`."""

from __future__ import annotations

import time
from statistics import median
from typing import Any

from tests.bench.extent import Extent
from tests.bench.stage import PLAYBOOKS, Stage
from tests.bench.targets import Target
from tests.bench.timing import Figures, above, in_turn, interleaved, ratio, spread
from tests.tools.weather_page import table

APP: dict[str, Any] = {
    "client_name": "Bench",
    "grant_types": ["authorization_code"],
    "response_types": ["code"],
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["account-settings.read", "dns.read"],
    "token_endpoint_auth_method": "client_secret_basic",
    "allowed_cors_origins": ["https://app.example.com"],
    "post_logout_redirect_uris": ["https://app.example.com/bye"],
    "client_uri": "https://app.example.com/",
    "logo_uri": "https://app.example.com/logo.png",
    "policy_uri": "https://app.example.com/privacy",
    "tos_uri": "https://app.example.com/terms",
}
NOTHING, ROLE, PLAYBOOK, BY_HAND, SHORTEST = "nothing", "role", "playbook", "by hand", "by hand, shortest"
WHAT = {
    NOTHING: "an empty play",
    ROLE: "the role ``oauth_client_publish`` in a playbook of one task",
    PLAYBOOK: "the playbook ``oauthops.iam.publish``",
    BY_HAND: "a playbook with ``uri``",
    SHORTEST: "a playbook with ``uri``, without the zone and the records",
}
VERIFICATION_SECONDS = 20.0
TEXT = """\
This is the most frequent run: the client is public and has all its settings, so the run only reads.

* The role manages all settings of the client, with the DNS provider ``cloudflare`` and the store ``json_file``. It
  reads only the client and the store.
* The playbook ``oauthops.iam.publish`` also compares its hosts and sets artifacts for AWX.
* The `playbook with uri <{by_hand}>`__
  is written by hand with ``ansible.builtin.uri`` and stores no secret. It finds the client by its name, on all pages,
  and compares its settings. Then it looks up the zone and its TXT records, and reads the client again.
* The last row is for a playbook that skips the zone and the records because the host is verified.

{table}
"""
BY_HAND_URL = "https://github.com/oauthops/oauthops.iam/blob/main/tests/bench/playbooks/publish_by_hand.yml"


def measure(stage: Stage, extent: Extent) -> Figures:
    by_hand = PLAYBOOKS / "publish_by_hand.yml"
    publish_by_hand(stage)
    settings = {
        "oauth_client_publish_client": APP,
        "oauth_client_publish_dns": {"provider": "cloudflare", "lookup": "resolver", "lookup_url": stage.fake.doh_url},
        "oauth_client_publish_store": {"type": "json_file", "path": str(stage.directory / "published.json")},
    }
    publish(stage, settings)
    empty = stage.write_play("empty", [])
    role = stage.write_play("role", [{"ansible.builtin.import_role": {"name": "oauthops.iam.oauth_client_publish"}}])
    cases = {
        NOTHING: lambda: stage.play(empty),
        ROLE: lambda: stage.play(role, settings),
        PLAYBOOK: lambda: stage.play("oauthops.iam.publish", settings),
        BY_HAND: lambda: stage.play(by_hand, {"app": APP}),
        SHORTEST: lambda: stage.play(by_hand, {"app": APP, "keep_record": False}),
    }
    figures = interleaved(extent.rounds, warm_up=False, one_round=lambda number: dict(in_turn(cases, number)))
    if any(any(case["writes"]) for case in figures.values()):
        raise RuntimeError("a public client was written to")
    return figures


def publish_by_hand(stage: Stage) -> None:
    """The playbook that the role is compared with publishes the client, too: so it is known to work."""
    stage.empty_account()
    deadline = time.monotonic() + VERIFICATION_SECONDS
    while True:
        stage.play(PLAYBOOKS / "publish_by_hand.yml", {"app": APP})
        (client,) = stage.fake.state()["clients"]
        if client["visibility"] == "public":
            return
        if time.monotonic() > deadline:
            raise RuntimeError("the client did not become public")


def publish(stage: Stage, settings: dict[str, Any]) -> None:
    """The role creates the client that is measured: only so is its secret stored."""
    stage.empty_account()
    waiting = {"oauth_client_publish_wait_timeout": VERIFICATION_SECONDS, "oauth_client_publish_wait_interval": 1}
    failing = {"oauth_client_publish_fail_when_pending": True}
    stage.play("oauthops.iam.publish", {**settings, **waiting, **failing})


def seconds_above(figures: Figures, case: str) -> list[float]:
    return above(figures[case]["seconds"], figures[NOTHING]["seconds"])


def chapter(figures: Figures, extent: Extent) -> str:
    rows = [("Run", "Requests", "Seconds, whole command", "Seconds above an empty play")]
    rows += [
        (
            what,
            f"{median(figures[case]['requests']):.0f}",
            spread(figures[case]["seconds"]),
            "0" if case == NOTHING else spread(seconds_above(figures, case)),
        )
        for case, what in WHAT.items()
    ]
    return TEXT.format(by_hand=BY_HAND_URL, table=table(rows))


WHY = (
    "One of the role's four tasks sends a request. Most of the time is that of ansible-core: it starts a process for "
    "each task, and compiles the collection's code in each run. Loading ``requests``, which ``uri`` does not need, "
    "takes an eighth. Less code in the module ``cloudflare_oauth_client_publication`` would help most."
)


def results(figures: Figures, _extent: Extent) -> list[str]:
    ours, by_hand = (median(seconds_above(figures, case)) for case in (ROLE, BY_HAND))
    return [
        f"**Publish run on a public client**, nothing to change: {ours:.1f} s with the role. A playbook written by "
        f"hand with ``uri`` takes {by_hand:.1f} s."
    ]


def targets(figures: Figures, extent: Extent) -> list[Target]:
    faster = ratio(seconds_above(figures, BY_HAND), seconds_above(figures, ROLE))
    return [Target("Speed of the role on a public client, compared with ``uri``", faster, 6, at_least=True, why=WHY)]
