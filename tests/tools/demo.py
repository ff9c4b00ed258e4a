# SPDX-License-Identifier: GPL-3.0-or-later
"""The main job done once, as a user would, against the fake Cloudflare: `make demo`."""

from __future__ import annotations

import os
import shlex
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path
from types import FrameType

from tests.fake_cloudflare.launcher import FakeCloudflare

EXAMPLE = Path("docs/examples/example_app.yml")
QUIET_ANSIBLE = {
    "ANSIBLE_CALLBACK_RESULT_FORMAT": "yaml",
    "ANSIBLE_DISPLAY_SKIPPED_HOSTS": "false",
    "ANSIBLE_INVENTORY_UNPARSED_WARNING": "false",
    "ANSIBLE_LOCALHOST_WARNING": "false",
}
SEEN_BY_THE_FAKE_AFTER = "4"  # seconds, long enough to watch the waiting
REAL_CLOUDFLARE = f"""\
The same playbook against the real Cloudflare, which the demo never talked to:

  export CLOUDFLARE_API_TOKEN=...    # permissions: OAuth Client Read and Write; Zone Read, DNS Read and Write
  export CLOUDFLARE_ACCOUNT_ID=...
  ansible-playbook oauthops.iam.publish -e @{EXAMPLE} --check --diff
  ansible-playbook oauthops.iam.publish -e @{EXAMPLE} --diff

{EXAMPLE} stops before the client becomes public, because there is no way back;
oauth_client_publish_promote: true goes all the way.
"""


class Demo:
    """One fake Cloudflare and one directory, used by a row of commands."""

    def __init__(self, fake: FakeCloudflare, directory: str) -> None:
        self.fake = fake
        self.environment = {**os.environ, **QUIET_ANSIBLE, **fake.environment}
        variables = {
            "client_secret_file": f"{directory}/secret",
            "dns_lookup_url": fake.doh_url,
            "promote": "true",
            "wait_timeout": "60",
            "wait_interval": "2",
        }
        extra = [f"oauth_client_publish_{name}={value}" for name, value in variables.items()]
        self.variables = ["-e", f"@{EXAMPLE}", "-e", " ".join(extra)]

    def step(self, title: str, *command: str) -> None:
        print(f"\n\033[1m=== {title}\033[0m\n$ {shlex.join(command)}\n", flush=True)
        finished = subprocess.run(command, env=self.environment, check=False)
        if finished.returncode:
            sys.exit(f"The demo stopped: {command[0]} ended with status {finished.returncode}.")
        print(f"Requests to Cloudflare: {self._counted()}", flush=True)
        self.fake.clear_journal()

    def _counted(self) -> str:
        methods = Counter(request.split()[0] for request in self.fake.requests())
        return ", ".join(f"{number} {method}" for method, number in sorted(methods.items())) or "none"

    def run(self) -> None:
        publish = ("ansible-playbook", "oauthops.iam.publish", *self.variables, "--diff")
        scopes = ("-m", "oauthops.iam.cloudflare_oauth_scope_info", "-a", "name=dns*")
        self.step("Which scopes are there? An ad-hoc command", "ansible", "localhost", *scopes)
        self.step("What would be done? Check mode sends no write", *publish, "--check")
        self.step("From nothing to public, over real DNS answers", *publish)
        self.step("Again: nothing changes, nothing is written", *publish)
        self.step("Rotate the secret and finalize", "ansible-playbook", "oauthops.iam.demo", *self.variables, "--diff")


def stop(_signal: int, _frame: FrameType | None) -> None:
    sys.exit("The demo was stopped.")


def main() -> None:
    signal.signal(signal.SIGTERM, stop)
    started = time.monotonic()
    with FakeCloudflare("--poll-interval", SEEN_BY_THE_FAKE_AFTER) as fake, tempfile.TemporaryDirectory() as directory:
        print(f"A fake Cloudflare listens at {fake.base_url}, its name server at {fake.dns_address}.")
        Demo(fake, directory).run()
    print(f"\nThe fake Cloudflare is stopped; the demo took {time.monotonic() - started:.0f} s.\n\n{REAL_CLOUDFLARE}")


if __name__ == "__main__":
    main()
