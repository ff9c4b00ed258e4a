# SPDX-License-Identifier: GPL-3.0-or-later
"""The example of an execution environment, as far as it gets without a container: what its image is built from."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

from tests.integration.ansible_runs import BIN, ROOT

DEFINITION = ROOT / "docs/examples/awx/execution-environment.yml"
CONTAINERFILE = "Containerfile"


class BuildContext:
    """A directory with the definition and the collection's tarball, and what ansible-builder makes of them."""

    def __init__(self, directory: Path, tarball: Path, definition: str = "") -> None:
        self.directory, self.built = directory, directory / "context/_build"
        (directory / "vendor").mkdir(parents=True)
        shutil.copy(tarball, directory / "vendor")
        (directory / DEFINITION.name).write_text(definition or DEFINITION.read_text())
        self.created = self.run("ansible-builder", "create", "--output-filename", CONTAINERFILE, cwd=directory)

    def run(self, *command: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
        """A command as in a stage of the build: with nothing of the user's, and no Galaxy to be reached."""
        environment = {
            "PATH": f"{BIN}:{os.defpath}",
            "ANSIBLE_HOME": str(self.directory / "home"),
            "ANSIBLE_GALAXY_SERVER": "http://127.0.0.1:9",
        }
        return subprocess.run(
            command, cwd=cwd or self.built, env=environment, capture_output=True, text=True, check=False
        )

    @property
    def steps(self) -> list[str]:
        assert self.created.returncode == 0, self.created.stdout + self.created.stderr
        return (self.directory / "context" / CONTAINERFILE).read_text().splitlines()

    @property
    def environment(self) -> dict[str, str]:
        """What the image sets for Ansible."""
        return dict(re.findall(r"^ENV (ANSIBLE_\w+)=(.*)", "\n".join(self.steps), re.MULTILINE))

    def carry_out(self, step: str, places: dict[str, str]) -> None:
        """The one step of the Containerfile that holds these words, with other places in place of the image's."""
        (command,) = [line.removeprefix("RUN ") for line in self.steps if step in line]
        for place, other in places.items():
            command = command.replace(place, other)
        finished = self.run("sh", "-c", command)
        assert finished.returncode == 0, finished.stdout + finished.stderr
