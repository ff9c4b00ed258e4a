# SPDX-License-Identifier: GPL-3.0-or-later
"""One contract for every recipe that can run here: one value comes and goes, and all others stay."""

from __future__ import annotations

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.dns_recipes.recipes import Recipe, Zone, record
from tests.integration.publications import AT_ONCE, PUBLISH, Publisher, phase
from tests.integration.servers.hetzner_dns import HetznerDns

HOST, APEX = "app.example.com", "example.com"
FIRST, SECOND = (f"cloudflare_oauth_client_publisher={digit * 32}" for digit in "ab")
SPF, LONG = '"v=spf1 include:_spf.example.net ~all"', f'"{"k" * 255}" "{"k" * 40}"'


def quoted(*values: str) -> list[str]:
    return sorted(f'"{value}"' for value in values)


def test_values_come_and_go_one_by_one(recipe: Recipe, zone: Zone) -> None:
    assert recipe.changes(record(HOST, FIRST), record(HOST, FIRST)) == 1
    created = zone.read(HOST)
    assert created
    assert (created[0] >= 60, created[1]) == (True, quoted(FIRST))
    assert recipe.changes(record(HOST, SECOND), record(HOST, FIRST), record(HOST, SECOND)) == 1
    assert zone.read(HOST) == (created[0], quoted(FIRST, SECOND))

    assert recipe.changes(record(HOST, FIRST, "absent"), record(HOST, FIRST, "absent")) == 1
    assert zone.read(HOST) == (created[0], quoted(SECOND))
    assert recipe.changes(record(HOST, SECOND, "absent"), record(HOST, SECOND, "absent")) == 1
    assert zone.read(HOST) is None


def test_what_others_have_written_stays(recipe: Recipe, zone: Zone) -> None:
    zone.write(APEX, 7200, [SPF, LONG])
    zone.write(APEX, 600, ["192.0.2.1"], "A")
    zone.write(f"www.{APEX}", 900, quoted(FIRST))
    assert recipe.changes(record(APEX, FIRST, ttl=120)) == 1
    assert zone.read(APEX) == (7200, sorted([SPF, LONG, *quoted(FIRST)]))
    assert recipe.changes(record(APEX, FIRST, "absent", ttl=120), record(APEX, SECOND, "absent")) == 1
    assert zone.read(APEX) == (7200, sorted([SPF, LONG]))
    assert zone.read(APEX, "A") == (600, ["192.0.2.1"])
    assert zone.read(f"www.{APEX}") == (900, quoted(FIRST))


def test_check_mode_predicts_and_writes_nothing(recipe: Recipe, zone: Zone) -> None:
    zone.write(APEX, 7200, [SPF, *quoted(FIRST)])
    zone.write(f"old.{APEX}", 7200, quoted(FIRST))
    predicted = [
        record(HOST, FIRST),
        record(APEX, SECOND),
        *(record(name, FIRST, "absent") for name in (APEX, f"old.{APEX}")),
    ]
    assert recipe.changes(*predicted, options=["--check"]) == len(predicted)
    assert recipe.changes(record(APEX, FIRST), record(HOST, FIRST, "absent"), options=["--check"]) == 0
    assert zone.read(HOST) is None
    assert zone.read(APEX) == (7200, sorted([SPF, *quoted(FIRST)]))
    assert zone.read(f"old.{APEX}") == (7200, quoted(FIRST))


def test_a_new_set_has_the_time_to_live_that_is_asked_for(recipe: Recipe, zone: Zone) -> None:
    assert recipe.changes(record(HOST, FIRST, ttl=120), record(HOST, SECOND, ttl=240)) == 2
    assert zone.read(HOST) == (120, quoted(FIRST, SECOND))


@pytest.mark.parametrize("host", ["app.example.org", "notexample.com"])
def test_a_name_outside_of_the_zone_fails(recipe: Recipe, zone: Zone, host: str) -> None:
    assert recipe.run(record(host, FIRST)).status != 0
    assert zone.read(f"{host}.{APEX}") is None
    assert zone.read(f"not.{APEX}") is None


def test_a_zone_that_is_not_there_fails(recipe: Recipe) -> None:
    recipe.variables["dns_zone"] = "example.net"
    assert recipe.run(record("app.example.net", FIRST)).status != 0


def test_the_role_publishes_with_it(recipe: Recipe, zone: Zone, fake: FakeCloudflare) -> None:
    zone.write(HOST, 600, [SPF])
    publisher = Publisher(recipe.ansible, fake, {**AT_ONCE, "provider": str(recipe.path), "lookup": "none"})
    run = recipe.ansible.playbook(PUBLISH, "-vvv", extra={**recipe.variables, **publisher.variables()})
    assert phase(run) == "verifying"
    text = fake.state()["clients"][0]["verification"]["text"]
    assert zone.read(HOST) == (600, sorted([SPF, f'"{text}"']))

    removed = recipe.ansible.play([publisher.task("remove")], vars=recipe.variables)
    assert removed.status == 0, removed.output
    assert (publisher.clients(), zone.read(HOST)) == ([], (600, [SPF]))


@pytest.mark.parametrize("zone", ["hetzner"], indirect=True)
def test_comments_stay(recipe: Recipe, zone: HetznerDns) -> None:
    zone.write(HOST, 600, [SPF], comment="mail")
    assert recipe.changes(record(HOST, FIRST)) == 1
    assert zone.comments(HOST) == {SPF: "mail", quoted(FIRST)[0]: ""}
    assert zone.token not in recipe.run(record(HOST, FIRST)).output
