# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job done once, as a user would, against the fake Cloudflare: `make demo`."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from types import FrameType

from tests.fake_cloudflare.launcher import FakeCloudflare
from tests.tools.processes import signal_marked

EXAMPLE = Path("docs/examples/example_app.yml")
QUIET_ANSIBLE = {
    "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_LOCALHOST_WARNING": "false",
}
SETTINGS = """\
oauth_client_store: {{type: json_file, path: {store}}}
oauth_client_publish_dns: {{lookup_servers: ["{name_server}"]}}
oauth_client_publish_promote: true
oauth_client_publish_wait_timeout: 60
oauth_client_publish_wait_interval: 1
oauth_client_rotate_client_name: Example App
"""
MARK = "OAUTHOPS_DEMO"
SEEN_BY_THE_FAKE_AFTER = "3"  # seconds, long enough to watch the waiting
ROTATED = "oauth_client_rotate_client_name='Example App'"
UNEVENTFUL = re.compile(r"ok: \[localhost\]|included: .*")
REAL_CLOUDFLARE = f"""\
The same playbook against the real Cloudflare, which the demo never talked to:

  export CLOUDFLARE_API_TOKEN=...    # permissions: OAuth Client Read and Write; Zone Read, DNS Read and Write
  export CLOUDFLARE_ACCOUNT_ID=...
  .venv/bin/ansible-playbook oauthops.iam.publish -e @{EXAMPLE} --check --diff
  .venv/bin/ansible-playbook oauthops.iam.publish -e @{EXAMPLE} --diff
  .venv/bin/ansible-playbook oauthops.iam.rotate -e @{EXAMPLE} -e "{ROTATED}"
  .venv/bin/ansible-playbook oauthops.iam.rotate -e @{EXAMPLE} -e "{ROTATED}" -e oauth_client_rotate_finalize=only

{EXAMPLE} stops before the client becomes public, because there is no way back;
oauth_client_publish_promote: true goes all the way.
"""


class Demo:
    """One fake Cloudflare and one directory, used by a row of commands."""

    def __init__(self, fake: FakeCloudflare, directory: Path) -> None:
        self.fake = fake
        own = {**QUIET_ANSIBLE, **fake.environment, "no_proxy": "127.0.0.1", MARK: str(os.getpid())}
        self.environment = {**os.environ, **own}
        self.store = directory / "example_app_oauth.json"
        settings = directory / "demo.yml"
        settings.write_text(SETTINGS.format(store=self.store, name_server=fake.dns_address))
        self.variables = ("-e", f"@{EXAMPLE}", "-e", f"@{settings}")
        print(f"\n{EXAMPLE} describes the client. For the demo alone, {settings} says:\n\n{settings.read_text()}")

    def step(self, title: str, *command: str) -> None:
        heading = f"\033[1m=== {title}\033[0m" if sys.stdout.isatty() else f"=== {title}"
        print(f"\n{heading}\n$ {shlex.join(command)}", flush=True)
        started = time.monotonic()
        if status := self._status(command):
            sys.exit(f"The demo stopped: {command[0]} ended with status {status}.")
        print(f"Requests to Cloudflare: {self._counted()} ({time.monotonic() - started:.0f} s)", flush=True)
        self.fake.clear_journal()

    def _status(self, command: tuple[str, ...]) -> int:
        """Interrupted, Ansible ends its workers, each of which is in a session of its own; killed, it does not."""
        with subprocess.Popen(
            command, env=self.environment, start_new_session=True, stdout=subprocess.PIPE, text=True
        ) as process:
            try:
                for line in brief(process.stdout or ()):
                    print(line, flush=True)
                return process.wait()
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGINT)

    def _counted(self) -> str:
        methods = Counter(request.split()[0] for request in self.fake.requests())
        return ", ".join(f"{number} {method}" for method, number in sorted(methods.items())) or "none"

    def run(self) -> None:
        publish = ("ansible-playbook", "oauthops.iam.publish", *self.variables, "--diff")
        scopes = ("-m", "oauthops.iam.cloudflare_oauth_scope_info", "-a", "name=dns*")
        self.step("Which scopes are there? An ad-hoc command", "ansible", "localhost", *scopes)
        self.step("What would be done? Check mode sends no write", *publish, "--check")
        self.step("From nothing to public, over real DNS answers; it waits until they were seen", *publish)
        self.step("Again: nothing changes, nothing is written", *publish)
        rehearse = ("ansible-playbook", "oauthops.iam.demo", *self.variables, "--diff")
        self.step("A new secret in two steps", *rehearse)
        print(f"\n{self._secrets()}")

    def _secrets(self) -> str:
        state = self.fake.state()
        (client,) = state["clients"]
        stored = json.loads(self.store.read_text())["client_secret"]
        held = "the one that is valid" if client["secrets"] == [stored] else "NOT a valid one"
        return (
            f"Cloudflare minted {len(state['minted_secrets'])} secrets for {client['client_name']}: the store held "
            f"the first from its creation on, both were valid until the rotation was finalized, and it holds {held}."
        )


def brief(lines: Iterable[str]) -> Iterator[str]:
    """What Ansible prints, without empty lines and without tasks that have nothing to say but that they ran."""
    title = ""
    for line in (line.rstrip("\n *") for line in lines):
        uneventful = UNEVENTFUL.fullmatch(line)
        if title and not (uneventful and "Wait for" not in title):
            yield title
        title = line if line.startswith("TASK [") else ""
        if line and not title and not uneventful:
            yield line


def stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit("The demo was stopped.")


def rehearse() -> None:
    with FakeCloudflare("--poll-interval", SEEN_BY_THE_FAKE_AFTER) as fake, tempfile.TemporaryDirectory() as directory:
        print(f"A fake Cloudflare listens at {fake.base_url}, its name server at {fake.dns_address}.", flush=True)
        Demo(fake, Path(directory)).run()


def main() -> None:
    for number in (signal.SIGHUP, signal.SIGINT, signal.SIGTERM):
        signal.signal(number, stop)
    started = time.monotonic()
    try:
        rehearse()
    finally:
        # An interrupted Ansible leaves its modules behind.
        signal_marked(MARK, str(os.getpid()), signal.SIGTERM)
    print(f"\nThe fake Cloudflare is stopped; the demo took {time.monotonic() - started:.0f} s.\n\n{REAL_CLOUDFLARE}")


if __name__ == "__main__":
    main()
