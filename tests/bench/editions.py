# SPDX-License-Identifier: GPL-3.0-or-later
"""The roles beside those of the first edition, which decided in Jinja: the same work, in turn."""

from __future__ import annotations

import io
import subprocess
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import Any

import requests

from tests.bench.extent import Extent
from tests.bench.stage import POLL, ROOT, Stage
from tests.bench.targets import Target
from tests.bench.timing import Figures, Measurement, above, add, in_turn, ratio, spread
from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.tools.weather_page import table

COMMIT = "8a8b0d9"
NOTHING, FIRST, SECOND = "nothing", "first", "second"
CREATE, ROTATE, FINALIZE = "publish a new client", "rotate", "finalize"
FLEET = "nothing to do, {hosts} accounts as hosts"
FORKS = "20"
APP: Mapping[str, Any] = {
    "client_name": "Bench",
    "redirect_uris": ["https://app.example.com/callback"],
    "scopes": ["account-settings.read"],
    "token_endpoint_auth_method": "client_secret_basic",
    "client_uri": "https://app.example.com/",
    "logo_uri": "https://app.example.com/logo.png",
}
TEXT = """\
The first edition is this collection before it was rewritten, at commit {commit}. Its roles and stores were made of
Jinja templates, and are now in Python. The two editions take turns. The first edition runs with the fake Cloudflare of
its commit.

* *publish a new client*: the client does not exist, and is public afterwards. Its zone is at Cloudflare, and its
  secret is stored in a file.
* *rotate* and *finalize*: one run mints and stores a second secret, and another run deletes the older one.
* *nothing to do*: a playbook whose hosts are accounts, with {forks} forks. This run was measured once.

Times are in seconds above an empty play, except those of *nothing to do*, which are of the whole command.

{table}
"""


def measure(stage: Stage, extent: Extent) -> Figures:
    figures: Figures = {}
    with tempfile.TemporaryDirectory() as directory, first_edition(Path(directory)) as first:
        editions = {FIRST: first, SECOND: stage}
        for number in range(extent.rounds):
            add(figures, one_round(editions, number))
        fleets = {name: fleet(each, name, extent) for name, each in editions.items()}
        add(figures, in_turn(fleets, 1))  # takes minutes, and is the mean of its hosts
    return figures


@contextmanager
def first_edition(directory: Path) -> Iterator[Stage]:
    """The collection as it was, from the history of this repository. Raises RuntimeError without that."""
    packed = subprocess.run(["git", "archive", COMMIT], cwd=ROOT, capture_output=True, check=False)
    if packed.returncode:
        raise RuntimeError(f"This section needs the commit {COMMIT}, so a clone with its history: {packed.stderr!r}")
    root = directory / "edition"
    with tarfile.open(fileobj=io.BytesIO(packed.stdout)) as archive:
        archive.extractall(root, filter="data")
    namespace = root / "collections/ansible_collections/oauthops"
    namespace.mkdir(parents=True)
    (namespace / "iam").symlink_to(root)
    home = directory / "home"
    home.mkdir()
    with FakeCloudflare("--poll-interval", POLL, root=root) as fake:
        yield Stage(fake, home, root)


def one_round(editions: Mapping[str, Stage], number: int) -> dict[str, Measurement]:
    """A client of each edition, from nothing to public and through a rotation."""
    measured: dict[str, Measurement] = {}
    for name in list(editions)[:: 1 if number % 2 else -1]:
        stage = editions[name]
        stage.empty_account()
        empty = stage.write_play("empty", [])
        kept = stage.directory / "kept.json"
        kept.unlink(missing_ok=True)
        variables = VARIABLES[name](stage, str(kept))
        measured[f"{NOTHING} {name}"] = stage.play(empty)
        measured[f"{CREATE} {name}"] = stage.play("oauthops.iam.publish", variables)
        measured[f"{ROTATE} {name}"] = stage.play("oauthops.iam.rotate", variables)
        measured[f"{FINALIZE} {name}"] = stage.play(
            "oauthops.iam.rotate", {**variables, "oauth_client_rotate_finalize": "only"}
        )
        (client,) = stage.fake.state()["clients"]
        if client["visibility"] != "public" or len(client["secrets"]) != 1:
            raise RuntimeError(f"the {name} edition did not do its work")
    return measured


def of_first_edition(stage: Stage, kept: str) -> dict[str, Any]:
    return {
        **{f"oauth_client_publish_{name}": value for name, value in APP.items()},
        "oauth_client_publish_dns_lookup": "resolver",
        "oauth_client_publish_dns_lookup_url": stage.fake.doh_url,
        "oauth_client_publish_wait_timeout": 20,
        "oauth_client_publish_wait_interval": 1,
        "oauth_client_secret_store_backend": "file",
        "oauth_client_secret_store_file_path": kept,
        "oauth_client_rotate_client_name": APP["client_name"],
    }


def of_second_edition(stage: Stage, kept: str) -> dict[str, Any]:
    return {
        "oauth_client_publish_client": dict(APP),
        "oauth_client_publish_dns": {"lookup": "resolver", "lookup_url": stage.fake.doh_url},
        "oauth_client_publish_wait_timeout": 20,
        "oauth_client_publish_wait_interval": 1,
        "oauth_client_store": {"type": "json_file", "path": kept},
        "oauth_client_rotate_client_name": APP["client_name"],
    }


VARIABLES: Mapping[str, Callable[[Stage, str], dict[str, Any]]] = {FIRST: of_first_edition, SECOND: of_second_edition}


def fleet(stage: Stage, name: str, extent: Extent) -> Callable[[], Measurement]:
    """A run for accounts that each have their client already, which is all that is wanted of it."""
    stage.empty_account()
    accounts = [stage.fake.add_account() for _number in range(extent.hosts)]
    described = {key: APP[key] for key in ("client_name", "redirect_uris", "scopes")}
    client = {**described, "token_endpoint_auth_method": "none"}
    for account in accounts:
        requests.post(
            f"{stage.fake.base_url}/accounts/{account}/oauth_clients",
            json={**client, "grant_types": ["authorization_code"], "response_types": ["code"]},
            headers={"Authorization": f"Bearer {stage.fake.token}"},
            timeout=30,
        ).raise_for_status()
    account_id = "oauth_client_publish_account_id" if name == FIRST else "cloudflare_account_id"
    hosts = {f"account{number:03}": {account_id: account} for number, account in enumerate(accounts)}
    inventory = stage.write_inventory("fleet", hosts)
    options = (
        {f"oauth_client_publish_{key}": value for key, value in client.items()}
        if name == FIRST
        else {"oauth_client_publish_client": client}
    )

    def run() -> Measurement:
        measured = stage.play(
            "oauthops.iam.publish", {**options, "oauthops_hosts": "all"}, "-i", str(inventory), "-f", FORKS
        )
        if measured["writes"] or measured["requests"] < extent.hosts:
            raise RuntimeError(f"the {name} edition wrote, or did not look at every account")
        return measured

    return run


def rows_of(extent: Extent) -> Mapping[str, str]:
    """The kinds of work, and the cases whose seconds are an empty play."""
    return {CREATE: CREATE, ROTATE: ROTATE, FINALIZE: FINALIZE, FLEET.format(hosts=extent.hosts): ""}


def seconds(figures: Figures, work: str, edition: str) -> list[float]:
    if not work:
        return figures[edition]["seconds"]
    return above(figures[f"{work} {edition}"]["seconds"], figures[f"{NOTHING} {edition}"]["seconds"])


def both(figures: Figures, edition: str) -> list[float]:
    """A rotation with its finalization."""
    rotated, finalized = (seconds(figures, work, edition) for work in (ROTATE, FINALIZE))
    return [sum(pair) for pair in zip(rotated, finalized, strict=True)]


def chapter(figures: Figures, extent: Extent) -> str:
    def cells(work: str, edition: str) -> tuple[str, str]:
        asked = figures[f"{work} {edition}" if work else edition]["requests"]
        return spread(seconds(figures, work, edition)), f"{median(asked):.0f}"

    rows: list[Sequence[str]] = [
        ("Run", "First edition: seconds", "First edition: requests", "This edition: seconds", "This edition: requests")
    ]
    rows += [(what, *cells(work, FIRST), *cells(work, SECOND)) for what, work in rows_of(extent).items()]
    return TEXT.format(commit=COMMIT, forks=FORKS, table=table(rows))


def results(figures: Figures, _extent: Extent) -> list[str]:
    created, rotated = (
        [f"{median(seconds(figures, work, edition)):.1f} s" for edition in (SECOND, FIRST)] for work in (CREATE, ROTATE)
    )
    return [
        f"**Publishing a new client**: {created[0]}. **Rotating its secret**: {rotated[0]}. The first edition takes "
        f"{created[1]} and {rotated[1]}."
    ]


def targets(figures: Figures, extent: Extent) -> list[Target]:
    def faster(work: str) -> float:
        return ratio(seconds(figures, work, FIRST), seconds(figures, work, SECOND))

    return [
        Target(
            "Speed of rotating and finalizing, compared with the first edition",
            ratio(both(figures, FIRST), both(figures, SECOND)),
            5,
            at_least=True,
        ),
        Target("Speed of publishing a new client, compared with the first edition", faster(CREATE), 5, at_least=True),
        Target(
            f"Speed for {extent.hosts} accounts with nothing to do, compared with the first edition",
            faster(""),
            4,
            at_least=True,
        ),
    ]
