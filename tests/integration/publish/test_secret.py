# SPDX-License-Identifier: GPL-3.0-or-later
"""The first secret of a client that the role oauth_client_publish creates: into the store, and nowhere else."""

from __future__ import annotations

import json

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible
from tests.integration.killing import killed_run
from tests.integration.publications import PREPARE, PUBLISH, KeptFile, Publisher, methods, phase
from tests.integration.thorough import thorough


def test_a_client_with_a_secret_needs_a_place_for_it(publisher: Publisher, fake: FakeCloudflare) -> None:
    refused = publisher.run(token_endpoint_auth_method="client_secret_post")
    assert (refused.code, refused.option) == ("secret_destination_missing", "store")
    assert fake.requests(writes_only=True) == []


def test_the_secret_of_a_new_client_goes_into_the_store(
    publisher: Publisher, kept: KeptFile, fake: FakeCloudflare
) -> None:
    run = publisher.run("-vvv", **kept.secret)
    assert phase(run) == "public"
    (client,) = fake.state()["clients"]
    held = kept.held()
    expected = {"client_id": client["client_id"], "client_secret": client["secrets"][0], "rotation": "closed"}
    assert held == {**expected, "minted_at": held["minted_at"]}
    assert (kept.left_behind(), held["client_secret"] in run.output) == ([], False)

    fake.clear_journal()
    again = publisher.run(**kept.secret)
    assert (phase(again), again.changed, methods(fake)) == ("public", [], ["GET"])
    assert kept.held() == held


def test_check_mode_looks_whether_the_secret_could_be_stored(
    publisher: Publisher, kept: KeptFile, fake: FakeCloudflare
) -> None:
    run = publisher.run("--check", **kept.secret)
    assert (phase(run), run.changed) == ("needs_dns", [PREPARE])
    assert (fake.requests(writes_only=True), kept.path.exists(), kept.handover.exists()) == ([], False, False)

    kept.path.parent.rmdir()
    refused = publisher.run("--check", **kept.secret)
    assert (refused.code, refused.option) == ("store_unwritable", "store")


def test_no_client_is_created_whose_secret_could_not_be_stored(
    publisher: Publisher, kept: KeptFile, fake: FakeCloudflare
) -> None:
    kept.path.parent.rmdir()
    refused = publisher.run(**kept.secret)
    assert (refused.code, refused.option) == ("store_unwritable", "store")
    assert (fake.requests(writes_only=True), kept.left_behind()) == ([], [])


def test_a_new_client_does_not_take_the_place_of_another(
    publisher: Publisher, kept: KeptFile, fake: FakeCloudflare
) -> None:
    publisher.run(**kept.secret, promote=False)
    held = kept.held()
    refused = publisher.run(**kept.secret, promote=False, client_name="Another App", allow_similar=True)
    assert (refused.code, refused.option) == ("store_of_another_client", "store")
    assert (kept.held(), len(fake.state()["clients"])) == (held, 1)


def test_a_client_whose_secret_nobody_has_is_not_published(
    publisher: Publisher, kept: KeptFile, fake: FakeCloudflare
) -> None:
    public = {"token_endpoint_auth_method": "client_secret_post", "discard_client_secret": True}
    publisher.run(**public, promote=False)
    refused = publisher.run(**kept.secret)
    assert (refused.code, refused.option) == ("secret_not_stored", "store")
    assert fake.state()["clients"][0]["visibility"] == "private"


@pytest.mark.parametrize(
    "moment",
    [
        "after write 1",
        "before request POST",
        "before write 2",
        *thorough("before write 1", "after write 2", "before task Verify the domain"),
    ],
)
def test_a_killed_creation_loses_no_secret(
    ansible: Ansible, publisher: Publisher, kept: KeptFile, fake: FakeCloudflare, moment: str
) -> None:
    command = ("ansible-playbook", PUBLISH, "-e", json.dumps(publisher.variables(**kept.secret)))
    assert killed_run(ansible, *command, kill_at=moment)
    assert phase(publisher.run(**kept.secret)) == "public"
    (client,) = fake.state()["clients"]
    assert client["secrets"] == [kept.held()["client_secret"]] == fake.state()["minted_secrets"]
    assert kept.left_behind() == []


def test_a_creation_whose_response_was_lost_is_made_good_by_a_rotation(
    ansible: Ansible, publisher: Publisher, kept: KeptFile, fake: FakeCloudflare
) -> None:
    fake.add_fault(kind="cut", method="POST", path="/oauth_clients$", when="after")
    lost = publisher.run(**kept.secret)
    assert lost.code == "secret_lost"
    assert fake.state()["clients"][0]["client_id"] in lost.failure

    again = publisher.run(**kept.secret)
    assert (again.code, again.option) == ("secret_not_stored", "store")

    store = publisher.variables(**kept.secret)["oauth_client_publish_store"]
    for finalize in ("false", "only"):
        named = {"oauth_client_rotate_client_name": "App", "oauth_client_rotate_store": store}
        rotated = ansible.playbook("oauthops.iam.rotate", extra={**named, "oauth_client_rotate_finalize": finalize})
        assert rotated.status == 0, rotated.output
    assert phase(publisher.run(**kept.secret)) == "public"
    assert fake.state()["clients"][0]["secrets"] == [kept.held()["client_secret"]]


def test_the_secret_of_a_new_client_can_be_discarded(publisher: Publisher) -> None:
    discarded = {"token_endpoint_auth_method": "client_secret_post", "discard_client_secret": "true"}
    assert phase(publisher.run(**discarded, promote=False)) == "verified"


def test_both_roles_have_one_store(ansible: Ansible, publisher: Publisher, kept: KeptFile) -> None:
    variables = publisher.variables(**kept.secret, promote=False)
    variables["oauth_client_store"] = variables.pop("oauth_client_publish_store")
    assert ansible.playbook(PUBLISH, extra=variables).status == 0
    first = kept.held()["client_secret"]
    rotated = ansible.playbook("oauthops.iam.rotate", extra={**variables, "oauth_client_rotate_client_name": "App"})
    assert rotated.status == 0, rotated.output
    assert kept.held()["client_secret"] != first
