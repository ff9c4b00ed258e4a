# SPDX-License-Identifier: GPL-3.0-or-later
"""The role oauth_client_rotate and its playbook: what it decides, what it refuses, and what it leaves behind."""

from __future__ import annotations

import json
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import Ansible, Run
from tests.integration.modules import Modules
from tests.integration.recovery import ALL
from tests.integration.rehearsal import ROTATE, SLOW_REQUEST, VERIFY, Rehearsal, own_task, steps
from tests.integration.thorough import thorough

OPENED = ("rotated", "stored")
ROLE = {"ansible.builtin.include_role": {"name": "oauthops.iam.oauth_client_rotate"}}
STALE = "minting-20260101T000000Z-somebodyelse"


def result(run: Run) -> dict[str, Any]:
    assert run.status == 0, run.output
    return dict(run.fact("oauth_client_rotate_result"))


def failed_task(run: Run) -> dict[str, Any]:
    """The result of the task that failed first, before the role said what is valid."""
    assert run.status != 0, run.output
    assert "Traceback" not in run.output
    return next(task.result for task in run.tasks if task.status == "failed")


def code(run: Run) -> str:
    return str(failed_task(run)["error"]["code"])


@pytest.mark.thorough
def test_an_application_that_posts_its_secret_is_never_refused(ansible: Ansible, fake: FakeCloudflare) -> None:
    rehearsal = Rehearsal(ansible, fake, "client_secret_post")
    with rehearsal.application:
        assert steps(rehearsal.run()) == ALL
        rehearsal.application.wait_for_authentication()
    assert rehearsal.application.refusals == []


def test_it_stays_open_until_finalizing_is_asked_for(rehearsal: Rehearsal) -> None:
    opened = result(rehearsal.run(finalize=False))
    minted_at = rehearsal.stored()["minted_at"]
    assert {name: opened[name] for name in ("client_id", "client_name", "rotation", "minted_at", "steps")} == {
        "client_id": rehearsal.client["client_id"],
        "client_name": "App",
        "rotation": "open",
        "minted_at": minted_at,
        "steps": [*OPENED],
    }
    assert (opened["reason"]["code"], opened["next_action"]["code"]) == ("due", "finalize")
    assert opened["due_at"] > minted_at
    assert rehearsal.stored()["rotation"] == "open"

    again = rehearsal.run(finalize="false")
    assert (steps(again), again.changed, result(again)["reason"]["code"]) == ((), [], "open")
    assert rehearsal.client["secrets"] == [rehearsal.first, rehearsal.stored()["client_secret"]]

    assert result(rehearsal.run(finalize="only"))["rotation"] == "closed"
    assert rehearsal.client["secrets"] == [rehearsal.stored()["client_secret"]]
    assert rehearsal.application.refusals == []


@pytest.mark.parametrize("finalize", [False, "False", "no", "", None, *thorough("0", "off", "FALSE")])
def test_no_way_of_writing_no_finalizes(rehearsal: Rehearsal, finalize: object) -> None:
    assert steps(rehearsal.run(finalize=finalize)) == OPENED
    assert len(rehearsal.client["secrets"]) == 2


def test_both_secrets_overlap_as_long_as_asked(rehearsal: Rehearsal) -> None:
    waiting = result(rehearsal.run(overlap="1d"))
    assert (waiting["rotation"], waiting["reason"]["code"], waiting["next_action"]["code"]) == (
        "open",
        "overlap",
        "wait",
    )
    rehearsal.store.write_text(json.dumps({**rehearsal.stored(), "minted_at": "2026-01-01T00:00:00Z"}))
    assert steps(rehearsal.run(overlap="1d")) == ("finalized",)


def test_a_secret_that_is_young_enough_is_left_alone(rehearsal: Rehearsal) -> None:
    run = rehearsal.run(max_age="9999w")
    assert (steps(run), run.changed) == ((), [])
    assert (result(run)["reason"]["code"], result(run)["next_action"]["code"]) == ("not_due", "none")
    assert rehearsal.fake.requests(writes_only=True)[1:] == []


def test_a_rotation_takes_few_tasks_and_requests(rehearsal: Rehearsal) -> None:
    given = {name: value for name, value in rehearsal.variables.items() if not name.endswith(("deploy", "verify"))}
    counts = []
    for finalize in ("false", "only"):
        rehearsal.fake.clear_journal()
        run = rehearsal.ansible.play([ROLE], vars={**given, "oauth_client_rotate_finalize": finalize})
        assert run.status == 0, run.output
        counts.append((len(run.tasks), len(rehearsal.fake.requests())))
    assert all(tasks <= 12 and requests <= 6 for tasks, requests in counts), counts


def test_check_mode_predicts_and_does_nothing(rehearsal: Rehearsal) -> None:
    rehearsal.fake.clear_journal()
    before = rehearsal.stored()
    run = rehearsal.run("--check", "--diff")
    assert result(run)["steps"] == [*OPENED]
    assert run.result("Rotate the secret")["changed"]
    assert (rehearsal.fake.requests(writes_only=True), rehearsal.stored()) == ([], before)
    assert not rehearsal.handover.exists()


def test_check_mode_of_an_open_rotation_predicts_finalizing(rehearsal: Rehearsal) -> None:
    rehearsal.run(finalize=False)
    rehearsal.fake.clear_journal()
    before = rehearsal.stored()
    assert result(rehearsal.run("--check"))["steps"] == ["finalized"]
    assert (rehearsal.fake.requests(writes_only=True), rehearsal.stored()) == ([], before)


def test_everything_can_be_a_string_as_surveys_give_it(rehearsal: Rehearsal) -> None:
    strings = {"finalize": "true", "overlap": "", "replace_lost": "false", "no_log": "true", "client_id": ""}
    assert steps(rehearsal.run(**strings, max_age="7776000")) == ALL


WRONG: list[tuple[dict[str, Any], str, str]] = [
    ({"client_name": ""}, "invalid_option", "client_id"),
    ({"client_name": "Nobody"}, "client_not_found", "client_name"),
    ({"max_age": "later"}, "invalid_option", "max_age"),
    ({"finalize": "only", "replace_lost": True}, "invalid_option", "replace_lost"),
    ({"store": "file"}, "invalid_option", "store"),
    ({"store": {}}, "invalid_option", "store"),
    ({"store": {"type": "jsonfile", "path": "/x"}}, "invalid_option", "store"),
    ({"store": {"type": "json_file", "key": "a", "path": "/x"}}, "invalid_option", "store"),
    ({"store": {"type": "json_file", "path": "store.json"}}, "store_unreadable", "store"),
    ({"store": {"type": "json_file", "path": "/nowhere/at/all"}}, "store_unwritable", "store"),
]


def test_what_is_wrong_is_named_before_anything_is_written(rehearsal: Rehearsal) -> None:
    rehearsal.fake.clear_journal()
    refusals = refused(rehearsal, *(changes for changes, _code, _option in WRONG))
    found = [(refusal["error"]["code"], refusal["error"]["option"]) for refusal in refusals]
    assert found == [(code, option) for _changes, code, option in WRONG]
    assert rehearsal.fake.requests(writes_only=True) == []


def test_what_the_role_itself_checks_is_refused_before_anything_is_asked(rehearsal: Rehearsal) -> None:
    rehearsal.fake.clear_journal()
    wrong = [{"finalize": "maybe"}, {"verify": ""}, {"deploy": "/nowhere/deploy.yml"}, {"verify": "nowhere.yml"}]
    for refusal, changes in zip(refused(rehearsal, *wrong), wrong, strict=True):
        assert all(f"oauth_client_rotate_{name}" in json.dumps(refusal) for name in changes), changes
    assert rehearsal.fake.requests() == []


def refused(rehearsal: Rehearsal, *wrong: dict[str, Any]) -> list[dict[str, Any]]:
    """What the role says to each of these changes of its variables."""
    return rehearsal.ansible.refusals([{**ROLE, "vars": rehearsal.changed(**changes)} for changes in wrong])


def test_a_client_without_a_secret_is_refused(rehearsal: Rehearsal) -> None:
    described = {"client_name": "Public", "redirect_uris": ["http://localhost"], "scopes": ["dns.read"]}
    Modules(rehearsal.fake).client(**described, token_endpoint_auth_method="none")
    assert code(rehearsal.run(client_name="Public")) == "client_without_secret"


def test_a_rotation_that_somebody_else_opened_is_not_finalized(rehearsal: Rehearsal) -> None:
    elsewhere = rehearsal.ansible.directory / "elsewhere"
    Modules(rehearsal.fake).secret(client_name="App", state="rotated", client_secret_file=str(elsewhere))
    assert code(rehearsal.run()) == "rotation_foreign"
    assert code(rehearsal.run(finalize="only")) == "rotation_foreign"
    assert rehearsal.first in rehearsal.client["secrets"]

    adopted = {**rehearsal.stored(), "client_secret": elsewhere.read_text(), "rotation": "open"}
    rehearsal.store.write_text(json.dumps(adopted))
    assert steps(rehearsal.run()) == ("finalized",)
    assert rehearsal.client["secrets"] == [elsewhere.read_text()]
    assert rehearsal.application.refusals == []


@pytest.mark.parametrize(
    ("secret", "expected"),
    [
        ("", "rotation_foreign"),
        ("absent", "rotation_foreign"),
        (None, "foreign_content"),
        (123, "foreign_content"),
    ],
)
def test_a_store_that_somebody_emptied_is_never_finalized(rehearsal: Rehearsal, secret: object, expected: str) -> None:
    rehearsal.run(finalize=False)
    held = {key: value for key, value in rehearsal.stored().items() if key != "client_secret"}
    rehearsal.store.write_text(json.dumps(held if secret == "absent" else {**held, "client_secret": secret}))
    assert code(rehearsal.run(finalize="only")) == expected
    assert len(rehearsal.client["secrets"]) == 2
    assert rehearsal.application.refusals == []


@pytest.mark.parametrize("own", ["deploy", "verify"])
def test_own_tasks_that_fail_leave_both_secrets_valid(rehearsal: Rehearsal, tmp_path: Path, own: str) -> None:
    tasks = tmp_path / "own.yml"
    tasks.write_text("""
- name: Go wrong
  ansible.builtin.fail:
    msg: "Cannot use {{ oauth_client_rotate_credentials.client_secret }} at all"
""")
    run = rehearsal.run(**{own: str(tasks)})
    assert run.status != 0
    assert "Go wrong failed: Cannot use ******** at all. The rotation stays open" in run.failure
    assert rehearsal.stored()["client_secret"] not in json.dumps([task.result for task in run.tasks])
    assert rehearsal.client["secrets"] == [rehearsal.first, rehearsal.stored()["client_secret"]]

    assert steps(rehearsal.run()) == ("finalized",)
    assert rehearsal.application.refusals == []


@pytest.mark.parametrize(("no_log", "shown"), [(True, False), (False, True), *thorough(("false", True))])
def test_the_output_of_own_tasks_is_shown_only_when_asked_for(
    rehearsal: Rehearsal, tmp_path: Path, no_log: object, shown: bool
) -> None:
    tasks = tmp_path / "own.yml"
    tasks.write_text("- name: Tell\n  ansible.builtin.debug:\n    msg: Reached the application\n")
    run = rehearsal.run(deploy=str(tasks), finalize=False, verify="", no_log=no_log)
    assert steps(run) == OPENED
    assert ("Reached the application" in run.output) == shown
    assert (run.result("Tell").get("msg") == "Reached the application") == shown


def test_later_tasks_do_not_get_the_secret(rehearsal: Rehearsal, tmp_path: Path) -> None:
    later = {"name": "later", "ansible.builtin.debug": {"var": "oauth_client_rotate_credentials"}}
    run = rehearsal.ansible.play([later], vars=rehearsal.variables, pre_tasks=[ROLE])
    assert run.status == 0, run.output
    assert "client_secret" not in run.result("later")["oauth_client_rotate_credentials"]
    assert rehearsal.stored()["client_secret"] not in run.output


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
    assert names.index("Restart") < names.index("Finalize the rotation")


def test_a_store_that_fails_after_the_minting_loses_nothing(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """The disk of the store is gone while Cloudflare answers, and is back in the next run."""
    aside = tmp_path / "aside"
    rehearsal.fake.add_fault(kind="slow", method="POST", path="/rotate_secret$", when="before", seconds=SLOW_REQUEST)
    rehearsal.fake.clear_journal()
    assert code(with_store_away(rehearsal, aside)) == "store_unreadable"
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
    assert failed_task(rehearsal.run())["error"]["status"] == 403
    assert rehearsal.client["secrets"] == [rehearsal.first]
    assert steps(rehearsal.run()) == ALL
    assert rehearsal.left_behind() == []


def test_a_response_that_the_network_lost_is_reported_by_every_run(rehearsal: Rehearsal) -> None:
    rehearsal.fake.add_fault(kind="cut", method="POST", path="/rotate_secret$", when="after")
    assert code(rehearsal.run()) == "secret_lost"
    assert code(rehearsal.run()) == "rotation_lost"
    assert steps(rehearsal.run(replace_lost=True)) == ("finalized", *ALL)
    assert rehearsal.client["secrets"] == [rehearsal.stored()["client_secret"]]
    assert rehearsal.left_behind() == []


@pytest.mark.parametrize("loop_var", ["item", "client"])
def test_many_clients_rotate_in_one_play(rehearsal: Rehearsal, loop_var: str) -> None:
    directory = rehearsal.ansible.directory
    described = {"redirect_uris": ["http://localhost"], "scopes": ["dns.read"]}
    for name in ("One", "Two"):
        Modules(rehearsal.fake).client(
            **described,
            client_name=name,
            token_endpoint_auth_method="client_secret_post",
            client_secret_file=str(directory / f"first_{name}"),
        )
    (directory / "deploy.yml").write_text("""
- name: Write it
  ansible.builtin.copy:
    content: "{{ oauth_client_rotate_credentials.client_secret }}"
    dest: "{{ playbook_dir }}/deployed_{{ oauth_client_rotate_client_name }}"
    mode: '0600'
""")
    loop = {
        **ROLE,
        "loop": ["One", "Two"],
        "loop_control": {"loop_var": loop_var},
        "vars": {
            "oauth_client_rotate_client_name": f"{{{{ {loop_var} }}}}",
            "oauth_client_rotate_store": {
                "type": "json_file",
                "path": f"{{{{ playbook_dir }}}}/store_{{{{ {loop_var} }}}}",
            },
            "oauth_client_rotate_deploy": "deploy.yml",
        },
    }
    run = rehearsal.ansible.play([loop])
    assert run.status == 0, run.output
    for name in ("One", "Two"):
        (client,) = (each for each in rehearsal.fake.state()["clients"] if each["client_name"] == name)
        stored = json.loads((directory / f"store_{name}").read_text())
        assert client["secrets"] == [(directory / f"first_{name}").read_text(), stored["client_secret"]]
        assert (directory / f"deployed_{name}").read_text() == stored["client_secret"]
    assert rehearsal.left_behind() == []


@pytest.mark.parametrize("second", ["error", *thorough("drop_old", "drop_new")])
def test_a_second_rotation_is_never_sent(rehearsal: Rehearsal, second: str) -> None:
    rehearsal.fake.set_variant(second_rotate=second, has_rotated_secret="when_true")
    rehearsal.run(finalize=False)
    assert steps(rehearsal.run(finalize=False, max_age="")) == ()
    assert steps(rehearsal.run(finalize="only")) == ("finalized",)
    assert len(rehearsal.fake.state()["minted_secrets"]) == 2
    assert rehearsal.application.refusals == []


def test_a_rotation_that_cloudflare_never_shows_is_not_called_finalized(rehearsal: Rehearsal) -> None:
    rehearsal.fake.set_variant(has_rotated_secret="never")
    assert code(rehearsal.run()) == "rotation_not_shown"
    assert rehearsal.client["secrets"] == [rehearsal.first, rehearsal.stored()["client_secret"]]
    assert rehearsal.application.refusals == []


@pytest.fixture
def quick(rehearsal: Rehearsal) -> dict[str, str]:
    """Verifying with a short timeout."""
    return {"verify": rehearsal.task_file("quick", [own_task(VERIFY, do="verify", seconds=1)])}


def test_a_rotation_by_hand_in_between_is_found_by_verifying_again(rehearsal: Rehearsal, quick: dict[str, str]) -> None:
    """Somebody finalizes and rotates past the store: its secret is called the newer one and is the older one."""
    rehearsal.run(finalize=False)
    modules, elsewhere = Modules(rehearsal.fake), rehearsal.ansible.directory / "elsewhere"
    modules.secret(client_name="App", state="finalized")
    modules.secret(client_name="App", state="rotated", client_secret_file=str(elsewhere))
    run = rehearsal.run(finalize="only", **quick)
    assert run.status != 0
    assert rehearsal.client["secrets"] == [elsewhere.read_text()]
    assert "the store holds a secret that is no longer valid" in run.failure
    assert "Cloudflare says that the client was last changed at 20" in run.failure

    assert steps(rehearsal.run(finalize=False, max_age="0")) == ("rotated", "stored")
    assert rehearsal.client["secrets"] == [elsewhere.read_text(), rehearsal.stored()["client_secret"]]


def test_a_rotation_that_was_finalized_by_hand_is_verified(rehearsal: Rehearsal, quick: dict[str, str]) -> None:
    rehearsal.run(finalize=False)
    modules, elsewhere = Modules(rehearsal.fake), rehearsal.ansible.directory / "elsewhere"
    modules.secret(client_name="App", state="finalized")
    run = rehearsal.run()
    assert (steps(run), result(run)["reason"]["code"]) == (("settled",), "closed_elsewhere")

    rehearsal.run(finalize=False, max_age="0")
    modules.secret(client_name="App", state="finalized")
    modules.secret(client_name="App", state="rotated", client_secret_file=str(elsewhere))
    modules.secret(client_name="App", state="finalized")
    dead = rehearsal.run(max_age="9999w", **quick)
    assert dead.status != 0
    assert "the store holds a secret that is no longer valid" in dead.failure


def once_sent(rehearsal: Rehearsal, then: Callable[[], object]) -> None:
    """Do it once the rotation is on its way, which then goes on."""
    wait_until_sent(rehearsal)
    then()
    rehearsal.fake.clear_faults()


def wait_until_sent(rehearsal: Rehearsal) -> None:
    while not any("rotate_secret" in each for each in rehearsal.fake.requests(writes_only=True)):
        time.sleep(0.02)


def note(rehearsal: Rehearsal, changes: dict[str, Any]) -> None:
    rehearsal.store.write_text(json.dumps({**rehearsal.stored(), **changes}))


def test_two_controllers_that_meet_lose_no_secret(rehearsal: Rehearsal) -> None:
    """Another controller notes an attempt of its own in the store while this one is minting."""
    rehearsal.fake.add_fault(kind="slow", method="POST", path="/rotate_secret$", when="before", seconds=SLOW_REQUEST)
    rehearsal.fake.clear_journal()
    meddler = threading.Thread(target=once_sent, args=(rehearsal, lambda: note(rehearsal, {"rotation": STALE})))
    meddler.start()
    run = rehearsal.run()
    meddler.join()
    assert code(run) == "store_collision"
    assert rehearsal.stored()["rotation"] == STALE
    assert len(rehearsal.left_behind()) == 1

    assert steps(rehearsal.run()) == ALL[1:]
    assert rehearsal.client["secrets"] == [rehearsal.stored()["client_secret"]]
    assert rehearsal.application.refusals == []
    assert rehearsal.left_behind() == []


@contextmanager
def minting(rehearsal: Rehearsal) -> Iterator[None]:
    """While a run of another process has sent its rotation, which Cloudflare carries out at the end of the context."""
    rehearsal.fake.add_fault(kind="slow", method="POST", path="/rotate_secret$", when="before", seconds=SLOW_REQUEST)
    rehearsal.fake.clear_journal()
    variables = {**rehearsal.variables, "oauth_client_rotate_finalize": False}
    command = ["ansible-playbook", ROTATE, "-e", json.dumps(variables)]
    environment = dict(rehearsal.ansible.environment)
    first = subprocess.Popen(command, cwd=rehearsal.ansible.directory, env=environment, stdout=subprocess.DEVNULL)
    wait_until_sent(rehearsal)
    try:
        yield
    finally:
        rehearsal.fake.clear_faults()
        status = first.wait()
    assert status == 0


def test_a_second_run_of_a_controller_waits_for_the_first(rehearsal: Rehearsal) -> None:
    with ThreadPoolExecutor() as pool:
        with minting(rehearsal):
            second = pool.submit(rehearsal.run, finalize=False)
            with pytest.raises(TimeoutError):
                second.result(2)
        assert result(second.result())["reason"]["code"] == "open"
    assert_minted_once(rehearsal)


def test_a_second_controller_mints_nothing(rehearsal: Rehearsal) -> None:
    with minting(rehearsal):
        rehearsal.ansible.environment["OAUTHOPS_HANDOVER_DIR"] = str(rehearsal.ansible.directory / "other")
        assert code(rehearsal.run(finalize=False)) == "rotation_busy"
    assert_minted_once(rehearsal)


def assert_minted_once(rehearsal: Rehearsal) -> None:
    assert len(rehearsal.fake.state()["minted_secrets"]) == 2
    assert rehearsal.client["secrets"] == [rehearsal.first, rehearsal.stored()["client_secret"]]
    assert rehearsal.application.refusals == []


def test_a_run_that_cannot_have_the_lock_says_who_has_it(rehearsal: Rehearsal) -> None:
    store = rehearsal.variables["oauth_client_rotate_store"]
    rotation = {"client_name": "App", "lock_timeout": 1, "store": store}
    with minting(rehearsal):
        second = rehearsal.ansible.play([{"oauthops.iam.cloudflare_oauth_client_rotation": rotation}])
    assert (code(second), "process " in second.failure) == ("locked", True)


@pytest.mark.parametrize("note_text", [STALE, ""])
def test_what_the_first_edition_left_is_read(rehearsal: Rehearsal, note_text: str) -> None:
    """A note without a lease, and a handover file that is named by it alone."""
    if note_text:
        minted = rehearsal.ansible.directory / "minted"
        Modules(rehearsal.fake).secret(client_name="App", state="rotated", client_secret_file=str(minted))
        rehearsal.handover.mkdir(mode=0o700)
        minted.rename(rehearsal.handover / note_text)
    note(rehearsal, {"rotation": note_text or "minting-20260101T000000Z-a1"})
    assert steps(rehearsal.run()) == (ALL[1:] if note_text else ALL)
    assert rehearsal.client["secrets"] == [rehearsal.stored()["client_secret"]]
    assert rehearsal.left_behind() == []
    assert rehearsal.application.refusals == []


def test_a_task_runs_where_the_inventory_says(rehearsal: Rehearsal, tmp_path: Path) -> None:
    """The actions need no connection; what is delegated goes to its host, where nothing listens."""
    (tmp_path / "hosts").write_text("localhost ansible_connection=ssh\nweb1 ansible_host=127.0.0.1 ansible_port=1\n")
    (tmp_path / "deploy.yml").write_text("""
- name: Write on the host of the application
  ansible.builtin.file:
    path: "{{ example_app_credentials_file }}.deployed"
    state: touch
    mode: '0600'
  delegate_to: web1
""")
    vault = {"type": "vault_file", "path": str(tmp_path / "vault.yml"), "key": "app", "vault_password": "made-up"}
    run = rehearsal.run("-i", str(tmp_path / "hosts"), deploy=str(tmp_path / "deploy.yml"), store=vault)
    assert run.status != 0
    assert run.result("Rotate the secret")["rotation"] == "open"
    assert "web1" in run.output
    assert not list(tmp_path.glob("*.deployed"))


def test_own_tasks_are_found_beside_the_playbook(rehearsal: Rehearsal) -> None:
    """Even where they are named as a file of the role is."""
    (rehearsal.ansible.directory / "main.yml").write_text("- name: My own\n  ansible.builtin.debug:\n")
    finalized_later = {"oauth_client_rotate_finalize": False, "oauth_client_rotate_verify": ""}
    given = {**rehearsal.variables, **finalized_later, "oauth_client_rotate_deploy": "main.yml"}
    run = rehearsal.ansible.play([], vars=given, roles=["oauthops.iam.oauth_client_rotate"])
    assert "My own" in [task.name.rpartition(" : ")[2] for task in run.tasks]
