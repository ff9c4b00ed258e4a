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
    ROLE: "the role in a playbook of one task",
    PLAYBOOK: "``oauthops.iam.publish``",
    BY_HAND: "by hand, looking after the record as well",
    SHORTEST: "by hand, without it once the host is verified",
}
VERIFICATION_SECONDS = 20.0
TEXT = """\
The client is public and as described, so the run only reads: the most frequent run of all. The role has all its
settings for the client, the DNS provider ``cloudflare`` and the store ``json_file``. Once the client is public it reads
the client and the store, and no more. ``oauthops.iam.publish`` also compares its hosts and sets artifacts for AWX. The
other playbook is `written by hand`__ with ``ansible.builtin.uri``: it finds the client by its name over all pages,
compares, finds the zone and its TXT records, and reads the client again before it would make it public. It keeps no
secret. It is also measured without the zone and the records, which a playbook may skip once the host is verified.

__ https://github.com/oauthops/oauthops.iam/blob/main/tests/bench/playbooks/publish_by_hand.yml

{table}
"""


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
    rows = [("", "requests", "seconds, median (least-most)", "above an empty play")]
    rows += [
        (
            what,
            f"{median(figures[case]['requests']):.0f}",
            spread(figures[case]["seconds"]),
            "" if case == NOTHING else spread(seconds_above(figures, case)),
        )
        for case, what in WHAT.items()
    ]
    return TEXT.format(table=table(rows))


WHY = (
    "Of the role's four tasks one asks Cloudflare. Most of the time is ansible-core's: it starts a process for each "
    "task, and compiles the collection's code in each run. Loading requests, which ``uri`` does not, is "
    "an eighth. The next lever is less code behind the module of the publication."
)


def targets(figures: Figures, extent: Extent) -> list[Target]:
    faster = ratio(seconds_above(figures, BY_HAND), seconds_above(figures, ROLE))
    return [Target("Publishing what is public: faster than by hand", faster, 6, at_least=True, why=WHY)]
