# SPDX-License-Identifier: GPL-3.0-or-later
"""The role oauth_client_rotate and its playbook: what it decides, what it refuses, and what it leaves behind."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run
from tests.integration.modules import Modules
from tests.integration.recovery import ALL
from tests.integration.rehearsal import Rehearsal, steps
from tests.integration.thorough import thorough

RESULT = "oauth_client_rotate_result"


def result(run: Run) -> dict[str, Any]:
    assert run.status == 0, run.output
    return dict(run.fact(RESULT))


def refused(run: Run, *words: str) -> None:
    assert run.status != 0
    told = "\n".join(str(task.result.get("msg")) for task in run.tasks if task.status == "failed")
    assert [word for word in words if word not in told] == [], told
    assert "Traceback" not in run.output


@pytest.mark.thorough
def test_an_application_that_posts_its_secret_is_never_refused(ansible: Ansible, fake: FakeCloudflare) -> None:
    rehearsal = Rehearsal(ansible, fake, "client_secret_post")
    with rehearsal.application:
        assert steps(rehearsal.run()) == ALL
        rehearsal.application.wait_for_authentication()
    assert rehearsal.application.refusals == []


def test_it_stays_open_until_finalizing_is_asked_for(rehearsal: Rehearsal) -> None:
    opened = result(rehearsal.run(finalize=False))
    assert opened == {
        "client_id": rehearsal.client["client_id"],
        "client_name": "App",
        "rotation": "open",
        "minted_at": rehearsal.stored()["minted_at"],
        "steps": ["rotated", "stored", "deployed", "verified"],
        "reason": "No rotation is open, and the secret is due: it was minted at 2020-01-31T08:00:00Z, and the limit is "
        "90d.",
        "next_action": "Both secrets are valid. When every application uses the newer one, run again with "
        "oauth_client_rotate_finalize=only to delete the older.",
    }
    assert rehearsal.stored()["rotation"] == "open"

    again = rehearsal.run(finalize="false")
    assert (steps(again), again.changed) == (("deployed", "verified"), [])
    assert rehearsal.client["secrets"] == [rehearsal.first, rehearsal.stored()["client_secret"]]

    assert result(rehearsal.run(finalize="only"))["rotation"] == "closed"
    assert rehearsal.client["secrets"] == [rehearsal.stored()["client_secret"]]
    assert rehearsal.application.refusals == []


def test_both_secrets_overlap_as_long_as_asked(rehearsal: Rehearsal) -> None:
    waiting = result(rehearsal.run(overlap="1d"))
    assert waiting["rotation"] == "open"
    assert waiting["next_action"] == "Both secrets are valid until the newer one is 1d old. Run again after that."

    rehearsal.store.write_text(json.dumps({**rehearsal.stored(), "minted_at": "2026-01-01T00:00:00Z"}))
    assert result(rehearsal.run(overlap="1d"))["steps"] == ["deployed", "verified", "finalized"]


def test_a_secret_that_is_young_enough_is_left_alone(rehearsal: Rehearsal) -> None:
    run = rehearsal.run(max_age="9999w")
    assert (steps(run), run.changed) == ((), [])
    assert result(run)["next_action"] == "Nothing."
    assert rehearsal.fake.requests(writes_only=True)[1:] == []


def test_check_mode_foretells_and_does_nothing(rehearsal: Rehearsal) -> None:
    rehearsal.fake.clear_journal()
    before = rehearsal.stored()
    run = rehearsal.run("--check", "--diff")
    assert result(run)["steps"] == ["rotated", "stored"]
    assert "Mint the second secret" in str(run.changed)
    assert (rehearsal.fake.requests(writes_only=True), rehearsal.stored()) == ([], before)
    assert not rehearsal.handover.exists()


@pytest.mark.thorough
def test_check_mode_of_an_open_rotation_foretells_finalizing(rehearsal: Rehearsal) -> None:
    rehearsal.run(finalize=False)
    rehearsal.fake.clear_journal()
    before = rehearsal.stored()
    assert result(rehearsal.run("--check"))["steps"] == ["deployed", "verified", "finalized"]
    assert (rehearsal.fake.requests(writes_only=True), rehearsal.stored()) == ([], before)


def test_everything_can_be_a_string_as_surveys_give_it(rehearsal: Rehearsal) -> None:
    strings = {"finalize": "true", "overlap": "", "replace_lost": "false", "no_log": "true", "client_id": ""}
    assert steps(rehearsal.run(**strings, max_age="7776000")) == ALL


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"client_name": ""}, "oauth_client_rotate_client_id or oauth_client_rotate_client_name"),
        ({"client_name": "Nobody"}, "exactly one client Nobody"),
        ({"finalize": "maybe"}, "true, false or only, not maybe"),
        ({"verify": ""}, "oauth_client_rotate_finalize=only"),
        ({"finalize": "only", "replace_lost": True}, "mints nothing, so it cannot replace a lost secret"),
        ({"deploy": "/nowhere/deploy.yml"}, "There is no task file /nowhere/deploy.yml"),
    ],
)
def test_what_is_wrong_is_named_before_anything_is_written(
    rehearsal: Rehearsal, changes: dict[str, Any], word: str
) -> None:
    rehearsal.fake.clear_journal()
    refused(rehearsal.run(**changes), word)
    assert rehearsal.fake.requests(writes_only=True) == []


def test_a_length_of_time_that_is_none_is_named(rehearsal: Rehearsal) -> None:
    run = rehearsal.run(max_age="soon")
    assert run.status != 0
    assert "'soon' is no length of time such as 90d" in run.output


def test_a_client_without_a_secret_is_refused(rehearsal: Rehearsal) -> None:
    described = {"client_name": "Public", "redirect_uris": ["http://localhost"], "scopes": ["dns.read"]}
    Modules(rehearsal.fake).client(**described, token_endpoint_auth_method="none")
    refused(rehearsal.run(client_name="Public"), "token_endpoint_auth_method is not none")


def test_a_rotation_that_somebody_else_opened_is_not_finalized(rehearsal: Rehearsal) -> None:
    elsewhere = rehearsal.ansible.directory / "elsewhere"
    Modules(rehearsal.fake).secret(client_name="App", state="rotated", client_secret_file=str(elsewhere))
    refused(rehearsal.run(), "was not made through this store", "rotation=open", "replace_lost=true")
    refused(rehearsal.run(finalize="only"), "was not made through this store")
    assert rehearsal.first in rehearsal.client["secrets"]

    adopted = {**rehearsal.stored(), "client_secret": elsewhere.read_text(), "rotation": "open"}
    rehearsal.store.write_text(json.dumps(adopted))
    assert steps(rehearsal.run()) == ("deployed", "verified", "finalized")
    assert rehearsal.client["secrets"] == [elsewhere.read_text()]
    assert rehearsal.application.refusals == []


@pytest.mark.parametrize("secret", ["", *thorough(None, 123, "absent")])
def test_a_store_that_somebody_emptied_is_never_finalized(rehearsal: Rehearsal, secret: object) -> None:
    rehearsal.run(finalize=False)
    held = {key: value for key, value in rehearsal.stored().items() if key != "client_secret"}
    rehearsal.store.write_text(json.dumps(held if secret == "absent" else {**held, "client_secret": secret}))
    refused(rehearsal.run(finalize="only"), "no text: correct it" if secret in (None, 123) else "this store")
    assert len(rehearsal.client["secrets"]) == 2
    assert rehearsal.application.refusals == []


@pytest.mark.parametrize("own", ["deploy", *thorough("verify")])
def test_own_tasks_that_fail_leave_both_secrets_valid(rehearsal: Rehearsal, tmp_path: Path, own: str) -> None:
    tasks = tmp_path / "own.yml"
    tasks.write_text("""
- name: Go wrong
  ansible.builtin.fail:
    msg: "Cannot use {{ oauth_client_rotate_credentials.client_secret }} at all"
""")
    run = rehearsal.run(**{own: str(tasks)})
    refused(run, f"Your tasks to {own} the newer secret", "Go wrong: Cannot use ******** at all. The", "stays open")
    assert rehearsal.stored()["client_secret"] not in json.dumps([task.result for task in run.tasks])
    assert rehearsal.client["secrets"] == [rehearsal.first, rehearsal.stored()["client_secret"]]

    assert steps(rehearsal.run()) == ("deployed", "verified", "finalized")
    assert rehearsal.application.refusals == []


@pytest.mark.parametrize(("no_log", "shown"), [(True, False), (False, True), *thorough(("false", True))])
def test_the_output_of_own_tasks_is_shown_only_when_asked_for(
    rehearsal: Rehearsal, tmp_path: Path, no_log: object, shown: bool
) -> None:
    tasks = tmp_path / "own.yml"
    tasks.write_text("- name: Tell\n  ansible.builtin.debug:\n    msg: Reached the application\n")
    run = rehearsal.run(deploy=str(tasks), finalize=False, verify="", no_log=no_log)
    assert steps(run) == ("rotated", "stored", "deployed")
    assert ("Reached the application" in run.output) == shown
    assert (run.result("Tell").get("msg") == "Reached the application") == shown


def test_handlers_of_own_tasks_run_before_the_older_secret_goes(rehearsal: Rehearsal, tmp_path: Path) -> None:
    (tmp_path / "notify.yml").write_text("""
- name: Write something
  ansible.builtin.copy:
    content: "{{ oauth_client_rotate_credentials.client_id }}"
    dest: "{{ playbook_dir }}/written"
    mode: '0600'
  notify: Restart
""")
    play = {
        "roles": ["oauthops.iam.oauth_client_rotate"],
        "handlers": [{"name": "Restart", "ansible.builtin.debug": {}}],
    }
    given = {**rehearsal.variables, "oauth_client_rotate_deploy": str(tmp_path / "notify.yml")}
    (tmp_path / "accept.yml").write_text("- ansible.builtin.debug:\n")
    given["oauth_client_rotate_verify"] = str(tmp_path / "accept.yml")
    run = rehearsal.ansible.play([], vars=given, **play)
    assert run.status == 0, run.output
    names = [task.name.rpartition(" : ")[2] for task in run.tasks]
    assert names.index("Restart") < names.index("Delete the older secret")


def test_a_store_that_cannot_be_written_stops_before_anything_is_minted(rehearsal: Rehearsal) -> None:
    rehearsal.fake.clear_journal()
    gone = {"oauth_client_secret_store_file_path": str(rehearsal.ansible.directory / "gone/store")}
    run = rehearsal.ansible.playbook("oauthops.iam.rotate", extra={**rehearsal.variables, **gone})
    refused(run, "The store file cannot be written")
    assert rehearsal.fake.requests(writes_only=True) == []


def test_a_store_that_fails_after_the_minting_loses_nothing(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """The disk of the store is gone while Cloudflare answers, and is back in the next run."""
    aside = tmp_path / "aside"
    rehearsal.fake.add_fault(kind="slow", method="POST", path="/rotate_secret$", when="before", seconds=3)
    rehearsal.fake.clear_journal()
    run = with_store_away(rehearsal, aside)
    refused(run, "The store file cannot be read")
    assert len(rehearsal.client["secrets"]) == 2

    assert steps(rehearsal.run()) == ALL[1:]
    assert rehearsal.client["secrets"] == [rehearsal.stored()["client_secret"]]
    assert rehearsal.left_behind() == []
    assert rehearsal.application.refusals == []


def with_store_away(rehearsal: Rehearsal, aside: Path) -> Run:
    def take() -> None:
        rehearsal.store.rename(aside)
        rehearsal.store.mkdir()

    thief = threading.Thread(target=once_sent, args=(rehearsal, take))
    thief.start()
    try:
        return rehearsal.run()
    finally:
        thief.join()
        rehearsal.store.rmdir()
        aside.rename(rehearsal.store)


def test_a_refused_rotation_loses_nothing(rehearsal: Rehearsal) -> None:
    rehearsal.fake.add_fault(kind="status", method="POST", path="/rotate_secret$", status=403)
    refused(rehearsal.run(), "403")
    assert rehearsal.client["secrets"] == [rehearsal.first]
    assert steps(rehearsal.run()) == ALL
    assert rehearsal.left_behind() == []


def test_an_answer_that_the_network_lost_is_told_by_every_run(rehearsal: Rehearsal) -> None:
    rehearsal.fake.add_fault(kind="cut", method="POST", path="/rotate_secret$", when="after")
    refused(rehearsal.run(), "nobody has seen it", "run this role again first", "replace_lost=true")
    refused(rehearsal.run(), "the answer that held it was lost", "replace_lost=true")
    assert steps(rehearsal.run(replace_lost=True)) == ("finalized", *ALL)
    assert rehearsal.client["secrets"] == [rehearsal.stored()["client_secret"]]
    assert rehearsal.left_behind() == []


def test_a_missing_collection_is_named_before_anything_is_asked(rehearsal: Rehearsal) -> None:
    rehearsal.fake.clear_journal()
    elsewhere = {
        "oauth_client_secret_store_backend": "hashi_vault",
        "oauth_client_secret_store_hashi_vault_path": "apps/example",
    }
    run = rehearsal.ansible.playbook("oauthops.iam.rotate", extra={**rehearsal.variables, **elsewhere})
    refused(
        run, "needs the collection community.hashi_vault", "ansible-galaxy collection install community.hashi_vault"
    )
    assert rehearsal.fake.requests(writes_only=True) == []


@pytest.mark.thorough
def test_many_clients_rotate_in_one_play(rehearsal: Rehearsal) -> None:
    directory = rehearsal.ansible.directory
    described = {"redirect_uris": ["http://localhost"], "scopes": ["dns.read"]}
    for name in ("One", "Two"):
        Modules(rehearsal.fake).client(
            **described,
            client_name=name,
            token_endpoint_auth_method="client_secret_post",
            client_secret_file=str(directory / f"first_{name}"),
        )
    loop = {
        "ansible.builtin.include_role": {"name": "oauthops.iam.oauth_client_rotate"},
        "loop": ["One", "Two"],
        "vars": {
            "oauth_client_rotate_client_name": "{{ item }}",
            "oauth_client_secret_store_backend": "file",
            "oauth_client_secret_store_file_path": "{{ playbook_dir }}/store_{{ item }}",
            "oauth_client_secret_store_handover_dir": str(rehearsal.handover),
        },
    }
    run = rehearsal.ansible.play([loop])
    assert run.status == 0, run.output
    for name in ("One", "Two"):
        (client,) = (each for each in rehearsal.fake.state()["clients"] if each["client_name"] == name)
        stored = json.loads((directory / f"store_{name}").read_text())
        assert client["secrets"] == [(directory / f"first_{name}").read_text(), stored["client_secret"]]
    assert rehearsal.left_behind() == []


@pytest.mark.parametrize("second", ["error", *thorough("drop_old", "drop_new")])
def test_whatever_a_second_rotation_would_do_none_is_sent(rehearsal: Rehearsal, second: str) -> None:
    rehearsal.fake.set_variant(second_rotate=second, has_rotated_secret="when_true")
    rehearsal.run(finalize=False)
    assert steps(rehearsal.run(finalize=False, max_age="")) == ("deployed", "verified")
    assert steps(rehearsal.run(finalize="only")) == ("deployed", "verified", "finalized")
    assert len(rehearsal.fake.state()["minted_secrets"]) == 2
    assert rehearsal.application.refusals == []


def test_a_rotation_that_cloudflare_never_shows_is_not_called_finalized(rehearsal: Rehearsal) -> None:
    rehearsal.fake.set_variant(has_rotated_secret="never")
    run = rehearsal.run()
    assert "does not show that a rotation is open" in run.output
    refused(run, "so no secret was deleted")
    assert len(rehearsal.client["secrets"]) == 2
    assert rehearsal.application.refusals == []


def test_two_runs_that_meet_lose_no_secret(rehearsal: Rehearsal) -> None:
    """Another run notes an attempt of its own in the store while this one is minting."""
    rehearsal.fake.add_fault(kind="slow", method="POST", path="/rotate_secret$", when="before", seconds=3)
    rehearsal.fake.clear_journal()
    other = {"rotation": "minting-20260101T000000Z-somebodyelse"}
    meddler = threading.Thread(target=once_sent, args=(rehearsal, lambda: note(rehearsal, other)))
    meddler.start()
    run = rehearsal.run()
    meddler.join()
    assert steps(run) == ALL
    assert rehearsal.client["secrets"] == [rehearsal.stored()["client_secret"]]
    assert rehearsal.application.refusals == []


def once_sent(rehearsal: Rehearsal, then: Callable[[], object]) -> None:
    while not any("rotate_secret" in each for each in rehearsal.fake.requests(writes_only=True)):
        time.sleep(0.02)
    then()


def note(rehearsal: Rehearsal, changes: dict[str, Any]) -> None:
    rehearsal.store.write_text(json.dumps({**rehearsal.stored(), **changes}))


def test_a_task_that_is_delegated_goes_to_its_host(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """The playbook stays on this machine; what is delegated does not: nothing listens there."""
    (tmp_path / "hosts").write_text("localhost ansible_connection=ssh\nweb1 ansible_host=127.0.0.1 ansible_port=1\n")
    (tmp_path / "deploy.yml").write_text("""
- name: Write on the host of the application
  ansible.builtin.file:
    path: "{{ example_app_credentials_file }}.deployed"
    state: touch
    mode: '0600'
  delegate_to: web1
""")
    run = rehearsal.run("-i", str(tmp_path / "hosts"), deploy=str(tmp_path / "deploy.yml"))
    assert run.status != 0
    assert "web1" in run.output
    assert not list(tmp_path.glob("*.deployed"))
    assert rehearsal.client["secrets"] == [rehearsal.first, rehearsal.stored()["client_secret"]]


@pytest.mark.parametrize("path", ["~/store.json", "store.json"])
def test_a_store_s_path_has_to_be_absolute(rehearsal: Rehearsal, path: str) -> None:
    relative = {**rehearsal.variables, "oauth_client_secret_store_file_path": path}
    refused(rehearsal.ansible.playbook("oauthops.iam.rotate", extra=relative), f"{path} is not an absolute path")


def test_own_tasks_are_found_beside_the_playbook(rehearsal: Rehearsal) -> None:
    """Even where they are named as a file of the role is."""
    (rehearsal.ansible.directory / "store.yml").write_text("- name: My own\n  ansible.builtin.debug:\n")
    finalized_later = {"oauth_client_rotate_finalize": False, "oauth_client_rotate_verify": ""}
    given = {**rehearsal.variables, **finalized_later, "oauth_client_rotate_deploy": "store.yml"}
    run = rehearsal.ansible.play([], vars=given, roles=["oauthops.iam.oauth_client_rotate"])
    assert "My own" in [task.name.rpartition(" : ")[2] for task in run.tasks]
