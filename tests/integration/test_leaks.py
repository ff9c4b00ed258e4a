# SPDX-License-Identifier: GPL-3.0-or-later
"""Everything that ansible-runner leaves of a run, as AWX would keep it, is searched for every secret there is."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.integration.ansible_runs import ROOT, Ansible
from tests.integration.application import Application
from tests.integration.killing import killed_run
from tests.integration.modules import CONFIDENTIAL, Modules
from tests.integration.runner_runs import Runner, leaks
from tests.integration.servers.aws import Aws
from tests.integration.servers.awx.server import Awx
from tests.integration.servers.openbao import OpenBao
from tests.integration.stores import places
from tests.integration.stores.places import Place
from tests.integration.thorough import thorough

CLIENT = "oauthops.iam.cloudflare_oauth_client"
INFO = "oauthops.iam.cloudflare_oauth_client_info"
SECRET = "oauthops.iam.cloudflare_oauth_client_secret"
EXAMPLES = ROOT / "docs/examples/rotate"
MINTED = "{{ oauth_client_rotate_credentials.client_secret }}"
LONG_AGO = "2020-01-31T08:00:00Z"
REFUSED = "the secret %s is refused"
THE_USERS = "(_token|_password|^hostvars|^oauth_client_rotate_store)$|^own_"
NOWHERE = "http://127.0.0.1:9"
Json = Any

VERBOSITIES = pytest.mark.parametrize("verbosity", [0, 3], ids=["quiet", "vvv"])
# What takes long is run once, with all that is told at any verbosity.
LOUD = pytest.mark.parametrize("verbosity", [3], ids=["vvv"])


class Scene:
    """A fake Cloudflare, ansible-runner, and every secret that must not be found."""

    def __init__(self, fake: FakeCloudflare, directory: Path) -> None:
        self.fake, self.directory = fake, directory
        self.handover = directory / "handover"
        self.runner = Runner(directory, {**fake.environment, "OAUTHOPS_HANDOVER_DIR": str(self.handover)})
        self.more_secrets: dict[str, str] = {}

    @property
    def secrets(self) -> dict[str, str]:
        credentials = self.fake.credentials().items()
        known = {f"the credential {name}": held.get("token") or held["key"] for name, held in credentials}
        minted = enumerate(self.fake.state()["minted_secrets"], 1)
        return {**known, **{f"secret {number}": secret for number, secret in minted}, **self.more_secrets}

    def leaks(self) -> list[str]:
        return leaks(self.runner.left(), self.secrets)

    def minted(self) -> int:
        return len(self.fake.state()["minted_secrets"])

    def due(self, name: str, place: Place | None = None) -> Due:
        directory = self.directory / name
        directory.mkdir()
        return Due(self.fake, directory, name, place or places.json_file(directory))


class Due:
    """A client whose secret is due, the place that holds it, and an application that uses it."""

    def __init__(self, fake: FakeCloudflare, directory: Path, name: str, place: Place) -> None:
        self.directory, self.name, self.place = directory, name, place
        first, self.credentials = directory / "first", directory / "oauth.json"
        described = {**CONFIDENTIAL, "client_name": name, "client_secret_file": str(first)}
        client_id = Modules(fake).client(**described).oauth_client["client_id"]
        held = {"client_id": client_id, "client_secret": first.read_text(), "minted_at": LONG_AGO, "rotation": "closed"}
        place.write(held)
        self.credentials.write_text(json.dumps(held))
        self.application = Application(self.credentials, fake.token_url)

    def variables(self, **changes: Json) -> dict[str, Json]:
        rotate = {"client_name": self.name, "finalize": True, "deploy": str(EXAMPLES / "deploy.yml")}
        rotate = {**rotate, "verify": str(EXAMPLES / "verify.yml"), **changes}
        return {
            **{f"oauth_client_rotate_{name}": value for name, value in rotate.items()},
            "oauth_client_rotate_store": self.place.definition,
            "example_app_credentials_file": str(self.credentials),
            "example_app_url": self.application.url,
        }


@pytest.fixture
def scene(fake: FakeCloudflare, tmp_path: Path) -> Scene:
    return Scene(fake, tmp_path)


def play(tasks: list[Json], **keywords: Json) -> Json:
    return {"hosts": "localhost", "gather_facts": False, **keywords, "tasks": tasks}


def role(name: str, **keywords: Json) -> dict[str, Json]:
    return {"name": f"role {name}", "ansible.builtin.include_role": {"name": f"oauthops.iam.{name}"}, **keywords}


def show(*results: str) -> list[Json]:
    """Show every variable of the host, and put the results of roles where they outlive the run.

    Left out is what is the user's own: tokens and passwords in variables, and what own tasks register.
    """
    rest = f"dict2items | rejectattr('key', 'search', '{THE_USERS}') | items2dict"
    kept: dict[str, Json] = {name: f"{{{{ {name} }}}}" for name in results}
    keep = [
        {"name": "as statistics", "ansible.builtin.set_stats": {"data": kept}},
        {"name": "as cached facts", "ansible.builtin.set_fact": {**kept, "cacheable": True}},
    ]
    return [
        {"name": "show hostvars", "ansible.builtin.debug": {"msg": f"{{{{ hostvars[inventory_hostname] | {rest} }}}}"}},
        {"name": "show vars", "ansible.builtin.debug": {"msg": f"{{{{ vars | {rest} }}}}"}},
        *(keep if kept else []),
    ]


def write_tasks(path: Path, *tasks: Json) -> str:
    path.write_text(json.dumps(list(tasks)))
    return str(path)


# The modules


def described(name: str, **more: Json) -> dict[str, Json]:
    return {**CONFIDENTIAL, "client_name": name, **more}


def life(directory: str) -> list[Json]:
    """Of clients that get their secrets into files, or return them."""
    file = f"{directory}/{{{{ item.client_name }}}}"
    rotate = {"client_name": "{{ item.client_name }}", "client_secret_file": file, "state": "rotated"}
    clients = [{"client_name": "One", "note": "shown"}, {"client_name": "Two", "note": "shown"}]
    label = {"label": "{{ item.client_name }}"}
    returned = described("Three", return_client_secret=True)
    return [
        {"name": "create", CLIENT: described("{{ item.client_name }}", client_secret_file=file), "loop": clients},
        {"name": "change", CLIENT: described("One", scopes=["zone.read"])},
        {"name": "rotate", SECRET: rotate, "loop": clients, "loop_control": label},
        {"name": "rotate again", SECRET: rotate, "loop": clients},
        {"name": "finalize", SECRET: {**rotate, "state": "finalized"}, "loop": clients},
        {"name": "list", INFO: {}, "register": "listed"},
        {"name": "show the list", "ansible.builtin.debug": {"var": "listed"}},
        {"name": "create and return", CLIENT: returned, "no_log": True, "register": "kept"},
        {
            "name": "rotate and return",
            SECRET: {"client_name": "{{ item }}", "state": "rotated", "return_client_secret": True},
            "no_log": True,
            "register": "also_kept",
            "loop": ["One", "Two"],
        },
    ]


def failures() -> list[Json]:
    """Each of them goes wrong, and none of them may say too much."""
    file = {"client_secret_file": "{{ delivered }}/failing"}
    rotate = {"client_name": "One", "state": "rotated", **file}
    tasks: list[Json] = [
        {"name": "unknown scope", CLIENT: described("One", scopes=["no.such"])},
        {"name": "unknown scopes", CLIENT: described("{{ item }}", scopes=["no.such"]), "loop": ["One", "Two"]},
        {"name": "no such client", SECRET: {**rotate, "client_name": "Nobody"}},
        {"name": "no such token", INFO: {"api_token": "{{ wrong_token }}"}},
        {"name": "no rights", CLIENT: described("Four", api_token="{{ weak_token }}", **file)},
        {"name": "refused", INFO: {"api_token": "{{ wrong_token }}", "api_url": NOWHERE}},
        {"name": "refused for all", SECRET: {**rotate, "api_url": NOWHERE}, "loop": ["One", "Two"]},
        {"name": "no such directory", CLIENT: described("Four", client_secret_file="{{ delivered }}/no/such")},
        {"name": "nowhere to go", CLIENT: described("Four")},
        {"name": "returned and refused", CLIENT: described("", return_client_secret=True), "no_log": True},
    ]
    for task in tasks:
        next(value for key, value in task.items() if key.startswith("oauthops."))["retry_timeout"] = 0
    return [{**task, "ignore_errors": True} for task in tasks]


def damaged(fake: FakeCloudflare) -> list[Json]:
    """Answers that hold a secret, and cannot be used."""
    told = {"success": False, "errors": [{"code": 1, "message": f"{fake.token} may not do this"}]}
    fake.add_fault(kind="truncated", method="POST", path="/oauth_clients$", when="after")
    fake.add_fault(kind="truncated", method="POST", path="/rotate_secret$", when="after")
    fake.add_fault(kind="status", status=403, body=json.dumps(told), method="GET", path="/scopes")
    file = {"client_secret_file": "{{ delivered }}/damaged", "retry_timeout": 0}
    return [
        {"name": "half an answer", CLIENT: described("Damaged", validate_scopes=False, **file), "ignore_errors": True},
        {
            "name": "half a secret",
            SECRET: {"client_name": "Damaged", "state": "rotated", "return_client_secret": True, "retry_timeout": 0},
            "ignore_errors": True,
        },
        {"name": "told on", "oauthops.iam.cloudflare_oauth_scope_info": {"retry_timeout": 0}, "ignore_errors": True},
    ]


@VERBOSITIES
def test_the_modules_leave_no_secret(scene: Scene, verbosity: int) -> None:
    delivered = scene.directory / "delivered"
    delivered.mkdir()
    weak = scene.fake.credentials()["no-rights"]["token"]
    scene.more_secrets["the wrong token"] = wrong = "wrong-token-0123456789-abcdefghij"
    extra = {"delivered": str(delivered), "weak_token": weak, "wrong_token": wrong}
    lives = life("{{ delivered }}")
    going_wrong = [*damaged(scene.fake), *failures()]
    plays = [
        play(going_wrong[:3]),
        play(lives, check_mode=True, ignore_errors=True),
        play(lives),
        play(going_wrong[3:]),
    ]
    assert scene.runner.run(plays, "modules", verbosity, extra) == 0
    assert scene.leaks() == []
    assert scene.minted() == 9
    assert {*scene.runner.failed("modules")} >= {task["name"] for task in going_wrong}


# The roles


PUBLISHED = {
    "redirect_uris": ["https://app.example.com/{{ each }}"],
    "scopes": ["dns.read"],
    "token_endpoint_auth_method": "client_secret_basic",
    "client_uri": "https://app.example.com/",
    "logo_uri": "https://app.example.com/logo.png",
}


def publishing(scene: Scene) -> dict[str, Json]:
    """Two clients are published, each into a file of its own."""
    given = {
        "client": {**PUBLISHED, "client_name": "{{ each }}"},
        "store": {"type": "json_file", "path": f"{scene.directory}/published-{{{{ each }}}}"},
        "dns": {"lookup_servers": scene.fake.dns_address},
        "wait_timeout": 20,
        "wait_interval": 1,
    }
    prefixed = {f"oauth_client_publish_{name}": value for name, value in given.items()}
    loop = {"loop": ["Three", "Four"], "loop_control": {"loop_var": "each"}}
    return role("oauth_client_publish", vars=prefixed, **loop)


def rotating(clients: list[Due]) -> dict[str, Json]:
    names = list(clients[0].variables())
    given = {name: f"{{{{ each.{name} }}}}" for name in names}
    loop = {"loop": [client.variables() for client in clients], "loop_control": {"loop_var": "each"}}
    return role("oauth_client_rotate", vars=given, **loop)


@LOUD
def test_the_roles_leave_no_secret(scene: Scene, verbosity: int) -> None:
    clients = [scene.due("One"), scene.due("Two")]
    tasks = [publishing(scene), rotating(clients)]
    results = ("oauth_client_publish_result", "oauth_client_rotate_result")
    with ExitStack() as running:
        for client in clients:
            running.enter_context(client.application)
        assert scene.runner.run([play(tasks)], "predicted", verbosity, options="--check --diff") == 0
        assert scene.minted() == 2
        assert scene.runner.run([play([*tasks, *show(*results)])], "roles", verbosity) == 0
    left = scene.runner.left()
    assert scene.minted() == 6
    assert [client.application.refusals for client in clients] == [[], []]
    assert any("fact_cache" in place and "oauth_client_rotate_result" in text for place, text in left.items())
    assert any('"artifact_data"' in text and '"next_action"' in text for text in left.values())
    assert scene.leaks() == []


def rescued(number: int, variables: dict[str, Json]) -> Json:
    """A rotation that fails, after which the play goes on."""
    shown = [{**task, "name": f"{task['name']} after failure {number}"} for task in show()]
    return {
        "name": f"failure {number}",
        "block": [role("oauth_client_rotate", vars=variables), {"ansible.builtin.fail": {"msg": "did not fail"}}],
        "rescue": [{"ansible.builtin.debug": {"var": "ansible_failed_result"}}, *shown],
    }


def own_tasks(directory: Path) -> tuple[str, str]:
    """Task files to deploy and to verify that fail, each task in its own way, as if the secret were of no account."""
    fails = {"name": "fails with it", "ansible.builtin.fail": {"msg": REFUSED % MINTED}}
    command = {"name": "a command with it", "ansible.builtin.command": f"false {MINTED}"}
    template = {"name": "a template of it", "ansible.builtin.debug": {"msg": MINTED.replace(" }}", " | from_json }}")}}
    looped = {**command, "name": "a loop over it", "loop": [MINTED, "other"]}
    request = {
        "name": "a request with it",
        "ansible.builtin.uri": {"url": f"{NOWHERE}/?key={MINTED}", "method": "POST", "body": MINTED},
        "register": "own_requested",
        "until": "own_requested is succeeded",
        "retries": 1,
        "delay": 0,
    }
    ignored = [{**task, "ignore_errors": True} for task in (looped, request, template)]
    return write_tasks(directory / "deploy.yml", *ignored, command), write_tasks(directory / "verify.yml", fails)


FAILING = """
import json, sys
record = json.load(sys.stdin)
if not record["rotation"].startswith("minting"):
    sys.exit("the secret %s is refused" % record["client_secret"])
with open(sys.argv[1], "w") as target:
    json.dump(record, target)
"""


def failing_store(directory: Path) -> Place:
    """A store that notes that a secret is being minted, and then says what it was given and refuses it."""
    directory.mkdir()
    program, kept = directory / "fail.py", directory / "kept/store.json"
    program.write_text(FAILING)
    write = [sys.executable, "-I", str(program), str(kept)]
    return places.file_place(directory, {"type": "command", "read": ["cat", str(kept)], "write": write}, {})


@LOUD
def test_failing_rotations_leave_no_secret(scene: Scene, verbosity: int) -> None:
    client, unlucky = scene.due("One"), scene.due("Two", failing_store(scene.directory / "store"))
    deploy, verify = own_tasks(scene.directory)
    ways = [client.variables(deploy=deploy), client.variables(verify=verify), unlucky.variables()]
    tasks = [rescued(number, variables) for number, variables in enumerate(ways, 1)]
    with client.application:
        assert scene.runner.run([play(tasks)], "failing", verbosity) == 0
    failed = scene.runner.failed("failing")
    assert {"a command with it", "fails with it", "Rotate the secret"} <= {*failed}
    assert "did not fail" not in scene.runner.printed.read_text()
    assert scene.minted() == 4
    texts = {place: without_what_core_shows(text) for place, text in scene.runner.left().items()}
    assert leaks(texts, scene.secrets) == []


def without_what_core_shows(text: str) -> str:
    """Since 2.19 ansible-core prints the msg of a failed task for everyone to see, no_log or not."""
    return re.sub(r"\[ERROR\]: Task failed: Action failed: " + REFUSED % r"\S+", "", text)


@LOUD
def test_a_killed_run_and_the_next_ones_leave_no_secret(scene: Scene, verbosity: int) -> None:
    with Awx() as awx:
        kill_and_recover(scene, awx, verbosity)


def kill_and_recover(scene: Scene, awx: Awx, verbosity: int) -> None:
    place = places.awx_credential(awx)
    scene.runner.environment.update(place.environment)
    scene.more_secrets["the token of AWX"] = awx.token
    client = scene.due("One", place)
    tasks = [play([role("oauth_client_rotate")])]

    def waits() -> bool:
        return any(path.read_bytes().strip(b"\0") for path in scene.handover.glob("*.minting-*"))

    ansible = Ansible(scene.directory, {})
    ansible.environment = scene.runner.own_environment
    command = scene.runner.command(tasks, "killed", verbosity, client.variables())
    # Of the runner that started it, the end is of no interest.
    killed_run(ansible, *command, kill_at="before write 2")
    assert (scene.minted(), waits()) == (2, True)
    assert scene.leaks() == []

    with client.application:
        awx.read_only = True
        assert scene.runner.run(tasks, "refused", verbosity, client.variables()) != 0
        assert scene.runner.failed("refused") == ["Rotate the secret"]
        awx.read_only = False
        ended = [play([role("oauth_client_rotate"), *show("oauth_client_rotate_result")])]
        assert scene.runner.run(ended, "ended", verbosity, client.variables()) == 0
    assert (scene.minted(), list(scene.handover.glob("*.minting-*"))) == (2, [])
    assert scene.leaks() == []


# The stores and the callbacks


@contextmanager
def vault_file(scene: Scene) -> Iterator[Place]:
    scene.more_secrets["the vault password"] = "correct horse"
    directory = scene.directory / "vault"
    directory.mkdir()
    yield places.vault_file(directory, known_by="password")


@contextmanager
def hashi_vault(scene: Scene) -> Iterator[Place]:
    with OpenBao() as openbao:
        scene.more_secrets["the token of Vault"] = openbao.token
        yield places.hashi_vault(openbao)


@contextmanager
def aws_secrets_manager(scene: Scene) -> Iterator[Place]:
    with Aws() as aws:
        scene.more_secrets["the secret key of AWS"] = aws.environment["AWS_SECRET_ACCESS_KEY"]
        yield places.aws_secrets_manager(aws)


@contextmanager
def awx_credential(scene: Scene) -> Iterator[Place]:
    with Awx() as awx:
        scene.more_secrets["the token of AWX"] = awx.token
        yield places.awx_credential(awx)


@pytest.mark.parametrize(
    "backend",
    [hashi_vault, *thorough(awx_credential, vault_file, aws_secrets_manager)],
)
def test_no_store_leaves_a_secret(scene: Scene, backend: Callable[[Scene], AbstractContextManager[Place]]) -> None:
    with backend(scene) as place:
        scene.runner.environment.update(place.environment)
        client = scene.due("One", place)
        plays = [play([role("oauth_client_rotate"), *show("oauth_client_rotate_result")])]
        with client.application:
            assert scene.runner.run(plays, "stored", 3, client.variables()) == 0
        assert place.read()["client_secret"] == scene.secrets["secret 2"]
    assert scene.minted() == 2
    assert scene.leaks() == []


def rotation_with(scene: Scene, run: Callable[[dict[str, Json], list[Json]], dict[str, str]]) -> None:
    client = scene.due("One")
    with client.application:
        told = run(client.variables(), [play([role("oauth_client_rotate"), *show("oauth_client_rotate_result")])])
    assert scene.minted() == 2
    assert leaks(told, scene.secrets) == []


def test_a_callback_that_lists_tasks_prints_no_secret(scene: Scene) -> None:
    def run(extra: dict[str, Json], plays: list[Json]) -> dict[str, str]:
        scene.runner.environment["ANSIBLE_CALLBACKS_ENABLED"] = "ansible.posix.profile_tasks"
        assert scene.runner.run(plays, "profiled", 3, extra) == 0
        left = scene.runner.left()
        assert "TASKS RECAP" in left["runner/artifacts/profiled/stdout"]
        return left

    rotation_with(scene, run)


def test_a_callback_that_prints_json_prints_no_secret(scene: Scene) -> None:
    """ansible-runner has a stdout callback of its own, so that another one needs Ansible's own command."""

    def run(extra: dict[str, Json], plays: list[Json]) -> dict[str, str]:
        ansible = Ansible(scene.directory, scene.runner.environment)
        ansible.environment["ANSIBLE_STDOUT_CALLBACK"] = "ansible.posix.jsonl"
        (scene.directory / "play.yml").write_text(yaml.safe_dump(plays))
        finished = ansible.playbook("play.yml", "-vvv", "--diff", extra=extra)
        assert finished.status == 0, finished.output
        assert '"_event":"v2_playbook_on_stats"' in finished.output.replace(" ", "")
        return {"output": finished.output}

    rotation_with(scene, run)


# The search itself


@VERBOSITIES
def test_a_secret_that_leaks_is_found(scene: Scene, verbosity: int) -> None:
    file = scene.directory / "delivered"
    Modules(scene.fake).client(**CONFIDENTIAL, client_secret_file=str(file))
    read = f"{{{{ lookup('ansible.builtin.file', '{file}') }}}}"
    tasks: list[Json] = [
        {"name": "plain", "ansible.builtin.debug": {"msg": read}},
        {"name": "encoded", "ansible.builtin.debug": {"msg": f"{{{{ ('an:' ~ {read[3:-3]}) | b64encode }}}}"}},
        {"name": "cached", "ansible.builtin.set_fact": {"kept": read, "cacheable": True}, "no_log": True},
    ]
    assert scene.runner.run([play(tasks)], "leaking", verbosity) == 0
    found = "\n".join(scene.leaks())
    assert "(task plain)" in found
    assert "(task encoded)" in found
    assert "fact_cache" in found
    assert "artifacts/leaking/stdout" in found
    assert "printed" in found
